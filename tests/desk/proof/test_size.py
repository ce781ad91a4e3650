"""The letter's size, the issue's words, the subject's length."""

from __future__ import annotations

import pytest

from tests.desk.builders import make_explainer, make_take
from tests.desk.proof.builders import HEADLINE, desk_with, on_wishes, remarks_on


@pytest.mark.parametrize(("subject", "many"), [("A" * 9, 1), ("A" * 10, 0), ("A" * 78, 0), ("A" * 79, 1)])
def test_a_subject_has_ten_to_seventy_eight_signs(subject: str, many: int) -> None:
    found = on_wishes("subject", subject=subject)

    assert [(remark.path, remark.line, remark.level) for remark in found] == [
        ("issues/2024-W23/issue.toml", 2, "warning")
    ] * many


def test_a_title_that_is_too_long_a_subject_is_told_for_the_week() -> None:
    explainer = make_explainer("What happens between a question and its answer, and who is there to see it")

    (found,) = remarks_on(desk_with(explainer=explainer), "subject")

    assert (found.path, found.mend) == ("issues/2024-W23", ('A subject of its own, in issue.toml:  subject = "…"',))


def test_an_issue_of_a_few_words_and_one_of_a_book_are_named() -> None:
    short = remarks_on(desk_with(make_take(HEADLINE, "Agreed.")), "words")
    fits = remarks_on(desk_with(make_take(HEADLINE, "word " * 60)), "words")
    book = remarks_on(desk_with(make_take(HEADLINE, "word " * 5100)), "words")

    assert [len(short), len(fits), len(book)] == [1, 0, 1]
    assert "has 10 words" in short[0].what


def letter(size: int) -> str:
    """A letter of so many bytes in which the second headline lies behind the point where Gmail cuts."""
    first = "<h3>First <a href='x'>story &amp; more</a></h3>"
    second = "<h3>Second story</h3><p>End.</p>"
    return first + "ö" * ((size - len(first) - len(second)) // 2) + second


def test_a_letter_that_gmail_cuts_is_refused_with_the_place() -> None:
    (found,) = remarks_on(desk_with(make_take(HEADLINE)), "mail-size", html=letter(104_000))

    assert str(found) == (
        "issues/2024-W23: error [mail-size] The letter's HTML has 103,999 bytes. Gmail cuts it at 100,000, within "
        '"First story & more": "Second story" and all below it is not seen.\n'
        "    With publication.base_url, the letter could leave a part to the issue's page and link there.\n"
        '    Most of it: "First story & more" (103,967), "Second story" (32).\n'
        "    Fewer headlines or stories, or a shorter explainer."
    )


def test_a_letter_that_was_shortened_says_what_it_leaves_to_the_page() -> None:
    desk = desk_with(make_take(HEADLINE))

    (found,) = remarks_on(desk, "mail-size", html=letter(60_000), shortened=("the explainer (118 of 2,000 words)",))

    assert found.level == "warning"
    assert "Shortened to 59,999 bytes" in found.what
    assert "links there: the explainer (118 of 2,000 words). The text part is whole." in found.what


def test_a_letter_that_stays_too_large_is_refused_though_it_was_shortened() -> None:
    desk = desk_with(make_take(HEADLINE))

    (found,) = remarks_on(desk, "mail-size", html=letter(104_000), shortened=('"Also covered by" (0 of 9 lines)',))

    assert (found.level, found.mend[0]) == ("error", 'Shortened already: "Also covered by" (0 of 9 lines).')
    assert found.mend[-1] == "Takes are printed whole: shorten some, or move some to the next week."


@pytest.mark.parametrize(
    ("size", "levels"), [(80_000, []), (80_001, ["warning"]), (100_000, ["warning"]), (100_001, ["error"])]
)
def test_a_letter_is_measured_in_bytes(size: int, levels: list[str]) -> None:
    found = remarks_on(desk_with(make_take(HEADLINE)), "mail-size", html=letter(size))

    assert [remark.level for remark in found] == levels


def test_a_letter_without_headings_is_cut_somewhere() -> None:
    (found,) = remarks_on(desk_with(make_take(HEADLINE)), "mail-size", html="a" * 110_000)

    assert "before the first heading, the last part" in found.what
