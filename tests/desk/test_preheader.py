"""The line beside the subject: words, not the signs they were typed with."""

from __future__ import annotations

import pytest

from newsletter.desk.preheader import LENGTH, preheader_of


@pytest.mark.parametrize(
    ("tldr", "line"),
    [
        (
            "- Numbers you may **download**.\n- The *recipe* is `kept`[^1].",
            "Numbers you may download. · The recipe is kept.",
        ),
        ("See [this](https://example.com/a_b) and ![a map](m.png)\nin two lines.", "See this and a map in two lines."),
        ("## Short\n\nsnake_case_name, 2*3*4 and ~~old~~ new", "Short snake_case_name, 2*3*4 and old new"),
        ("> said <b>he</b>\n\n---", "said he"),
        ("1. one\n   more\n2) two", "one more · two"),
    ],
    ids=["list", "links", "marks inside words", "quotation", "numbers"],
)
def test_a_tldr_is_read_without_its_marks(tldr: str, line: str) -> None:
    assert preheader_of(tldr, ["A headline"]) == line


def test_without_a_tldr_the_headlines_stand_as_they_are() -> None:
    assert preheader_of("", ["C* and [Update]", "2 * 3 * 4"]) == "C* and [Update] · 2 * 3 * 4"
    assert preheader_of("", []) == ""


def test_it_is_no_longer_than_mail_programs_show() -> None:
    assert len(preheader_of("word " * 100, [])) <= LENGTH
