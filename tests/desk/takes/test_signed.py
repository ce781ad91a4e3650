"""A name in a take's text: whose it is, and what of it is printed."""

from __future__ import annotations

import pytest

from newsletter.desk.takes.match import StoryFinder
from newsletter.desk.takes.signed import signed
from newsletter.model.issue import Take
from tests.desk.builders import MEMBERS, make_story, make_take

ZOOM = make_story("Zoom CEO envisions AI deepfakes attending meetings in your place", id="zoom-ceo")
FINDER = StoryFinder((ZOOM,))
WORDS = "I would send mine to the meetings first."


def meant(text: str, *, ref: str = "#zoom-ceo", author: str = "yoga") -> Take:
    return signed(make_take(ref, text, author=author), MEMBERS, FINDER).take


@pytest.mark.parametrize(
    "text",
    [
        f"Yoga: {WORDS}",
        f"Yoga:\n\n{WORDS}",
        f"Yoga\n\n{WORDS}",
        f"by Yoga\n\n{WORDS}",
        f"**Yoga:** {WORDS}",
        f"**YOGA**: {WORDS}",
        f"Yoga:\n“{WORDS}”",
        f"{WORDS}\n\nYoga",
        f"{WORDS}\n— Yoga",
        f"{WORDS}\n\nCheers,\nYoga",
        f"{WORDS}\n\nBest regards,\nYoga",
        f"“{WORDS}”\n\n— Yoga",
        f"{WORDS}\n\n-- \nYoga",
        f"{WORDS}\n--\nYoga",
    ],
)
@pytest.mark.parametrize("author", ["yoga", "zoom-ceo"], ids=["its author's file", "a file of another name"])
def test_the_author_s_own_name_is_no_part_of_the_take_and_says_whose_it_is(text: str, author: str) -> None:
    take = meant(text, author=author)

    assert (take.author.lower(), take.text) == ("yoga", WORDS)


@pytest.mark.parametrize(
    "text",
    [
        f"Dika: {WORDS}",
        f"{WORDS}\n\nDika",
        f"Update: {WORDS}",
        f"Yoga and I agree: {WORDS}",
        "I asked two people:\n\n- Dika\n- Yoga",
        "Yoga",
        f"{WORDS}\n\n--\n\nAnd there is one thing more that I want to say.",
        f"{WORDS}\n\n--\nA\nB\nC\nD\nE",
    ],
)
def test_other_names_and_other_words_stay(text: str) -> None:
    take = meant(text)

    assert (take.author, take.text) == ("yoga", text)


@pytest.mark.parametrize("named", ["#zoom-ceo", "https://elsewhere.example/a", ZOOM.headline])
@pytest.mark.parametrize("text", ["Yoga:\n\n{}\n\n{}", "Yoga\n\n{}\n\n{}"], ids=["colon", "bare"])
def test_below_the_name_the_first_line_names_the_story(text: str, named: str) -> None:
    take = meant(text.format(named, WORDS), ref="")

    assert (take.ref, take.ref_line, take.line, take.text) == (named, 3, 5, WORDS)


def test_a_name_that_was_read_as_the_story_is_the_author() -> None:
    take = meant(f"{ZOOM.headline}\n\n{WORDS}", ref="Yoga", author="2024-06-05")

    assert (take.author, take.ref, take.text) == ("Yoga", ZOOM.headline, WORDS)


def test_a_signature_of_more_than_a_name_is_named() -> None:
    found = signed(make_take("#zoom-ceo", f"{WORDS}\n\n-- \nYoga\nHead of Meetings"), MEMBERS, FINDER)

    assert found.take.text == WORDS
    assert [(remark.line, remark.what) for remark in found.remarks] == [
        (3, 'What stands below "--" was read as a signature and is not printed: "Head of Meetings".')
    ]
