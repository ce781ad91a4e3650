"""A story is of an affair if it shares more with it than common words or one person's name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.desk.stories.threads import threads
from newsletter.desk.stories.words import Words, words_of
from newsletter.desk.vectors import tokens
from tests.desk.builders import NOON, make_entry

AFFAIR = (
    "Quarry chief Ada Ostler cuts 8,000 jobs as profits grow",
    "Ada Ostler to cut 8,000 Quarry jobs, a tenth of all",
    "Quarry begins to cut jobs: Ada Ostler says sorry",
    "Why Ada Ostler cuts jobs at Quarry now",
    "Quarry lays off 8,000 as Ada Ostler cuts jobs",
)
OTHERS = (
    "Robot wolves guard villages",
    "Bread rises without yeast",
    "Orbita opens a port in Bergen",
    "A lens that sees heat",
    "Juniper sells its kilns",
    "Fennel teaches parrots chess",
    "Dorado maps the sea floor",
    "How ferns count",
    "Lumen lends umbrellas",
)


def _words(title: str, number: int) -> Words:
    entry = make_entry(title, feed=f"paper{number}", published=NOON + timedelta(hours=number))
    return words_of(entry, tokens(title))


def _follows(title: str) -> bool:
    said = [_words(told, number) for number, told in enumerate((*AFFAIR, *OTHERS, title))]
    groups = [[0, 1, 2, 3, 4], *([i] for i in range(5, len(said)))]

    found = threads(said, groups)

    assert set(found.values()) <= {0}
    return len(groups) - 1 in found


@pytest.mark.parametrize("title", ["What Quarry staff say about the jobs", "Ostler meets Quarry staff"])
def test_a_story_that_shares_two_main_words_and_a_name_is_of_the_affair(title: str) -> None:
    assert _follows(title)


NOT_OF_IT = {
    "common words": "Pinnace cuts jobs in shipyards",
    "one person": "Ada Ostler at home",
    "a number": "Ostler counts 8,000 stars",
    "one word": "Quarry in the moonlight",
}


@pytest.mark.parametrize("title", NOT_OF_IT.values(), ids=NOT_OF_IT.keys())
def test_a_story_that_shares_only_this_is_not_of_the_affair(title: str) -> None:
    assert not _follows(title)
