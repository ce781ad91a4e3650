"""Pairs of entries that may be one story are found all, and weighed by words, time, site and version."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.stories.likeness import alike, likeness, nearness, weigh
from newsletter.desk.stories.words import Words, words_of
from newsletter.desk.vectors import cosine, tokens
from tests.desk.builders import NOON, make_entry


def _words(title: str, feed: str = "ars", *, hours: float = 0.0, summary: str = "") -> Words:
    entry = make_entry(title, feed=feed, published=NOON + timedelta(hours=hours), summary=summary)
    return words_of(entry, tokens(title))


def _likeness(one: Words, other: Words) -> float:
    said = [one, other, _words("Robot wolves guard villages"), _words("Bread rises")]
    weighed = weigh(said, [[i] for i in range(len(said))], {}, 0)
    return likeness(one, other, cosine(weighed.vectors[0], weighed.vectors[1]), weighed)


_TITLES = st.lists(st.sampled_from("ab cd ef gh ij kl mn op qr st uv wx".split()), max_size=7).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(_TITLES, max_size=25))
def test_no_pair_that_is_alike_enough_is_missed(titles: list[str]) -> None:
    said = [_words(title) for title in titles]
    weighed = weigh(said, [[i] for i in range(len(said))], {}, 0)
    vectors = weighed.vectors

    found = list(alike(weighed, range(len(said))))

    expected = [
        (i, j)
        for i, j in combinations(range(len(said)), 2)
        if cosine(vectors[i], vectors[j]) >= 0.2 and len(vectors[i].keys() & vectors[j].keys()) > 1
    ]
    assert sorted(found) == expected


def test_a_word_that_everybody_uses_finds_no_pairs() -> None:
    said = [_words(f"deal vacuum number{n}") for n in range(300)]
    weighed = weigh(said, [[i] for i in range(len(said))], {}, 0)

    assert list(alike(weighed, range(len(said)))) == []


def test_a_word_of_many_entries_of_one_story_is_rarer_than_a_word_of_many_stories() -> None:
    said = [_words(f"{'kestrel' if n < 6 else 'marrow'} number{n}") for n in range(12)]

    weighed = weigh(said, [[0, 1, 2, 3, 4, 5], *([i] for i in range(6, 12))], {}, 0)

    assert weighed.rarities["kestrel"] > weighed.rarities["marrow"]


def test_what_stood_in_earlier_headlines_is_less_rare() -> None:
    said = [_words("kestrel flies"), _words("bread rises")]

    weighed = weigh(said, [[0], [1]], {"kestrel": 40}, 100)

    assert weighed.rarities["kestrel"] < weighed.rarities["fli"]
    assert weighed.rarest == math.log(103)


def test_nearness_falls_with_the_hours_and_ends_after_five_days() -> None:
    assert nearness(12) == 1
    assert nearness(0) == nearness(2) > nearness(12) > nearness(24) > nearness(120) > 0.5
    assert nearness(121) == 0


AGAINST = {
    "one site": (
        _words("Nimbus shows a headset"),
        _words("Nimbus sells a headset"),
        _words("Nimbus sells a headset", "lab"),
    ),
    "another version": (
        _words("Marrow 5.1 is out", "a"),
        _words("Marrow 5.2 is out", "b"),
        _words("Marrow 5x2 is out", "b"),
    ),
    "another sum": (
        _words("Nimbus sheds 8,000 jobs", "a"),
        _words("Nimbus sheds 3,000 jobs", "b"),
        _words("Nimbus sheds 300 jobs", "b"),
    ),
    "a beginning and an end": (
        _words("Nimbus launches a headset", "a"),
        _words("Nimbus recalls a headset", "b"),
        _words("Nimbus praises a headset", "b"),
    ),
    "nothing shared but a name": (
        _words("Ada Ostler sells a headset", "a"),
        _words("Ada Ostler bakes bread", "b"),
        _words("Ostler bakes bread: Ada", "b"),
    ),
    "later": (
        _words("Nimbus shows a headset", "a"),
        _words("Nimbus sells a headset", "b", hours=48),
        _words("Nimbus sells a headset", "b"),
    ),
}


@pytest.mark.parametrize(("one", "against", "plain"), AGAINST.values(), ids=AGAINST.keys())
def test_what_speaks_against_one_story_makes_less_alike(one: Words, against: Words, plain: Words) -> None:
    assert _likeness(one, against) < 0.7 * _likeness(one, plain)


def test_headlines_that_share_rubric_words_only_are_not_alike() -> None:
    assert _likeness(_words("Here's the latest", "a"), _words("The latest is here", "b")) == 0


def test_one_headline_on_two_pages_of_a_site_is_a_series() -> None:
    assert _likeness(_words("Robot vacuum deals"), _words("Robot vacuum deals", hours=1)) == 0
    assert _likeness(_words("Robot vacuum deals"), _words("Robot vacuum deals", "lab", hours=1)) > 0.5


def test_words_that_a_headline_begins_with_count_double() -> None:
    words = _words("Nimbus shows headset to surgeons", summary="Surgeons")

    assert dict(words.counts) == {"nimbus": 6, "show": 6, "headset": 6, "surgeon": 4}
