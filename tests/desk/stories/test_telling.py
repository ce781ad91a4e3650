"""Of those who tell a story, the first leads; where they are many, never the odd one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.desk.stories.telling import lead_first
from newsletter.links import Link
from newsletter.model.news import Entry
from tests.desk.builders import NOON, make_entry

ODD = "gantry-tools / ostler-skills"
USUAL = (
    "Ostler joins Halcyon",
    "Founder Ostler goes to Halcyon",
    "Ostler joins Halcyon to lead research",
    "Why Ostler joins Halcyon now",
)


def _told(*titles: str, feeds: Sequence[str] = "abcdefg") -> list[Entry]:
    return [
        make_entry(title, feed=feed, id=str(n), published=NOON + timedelta(hours=n))
        for n, (title, feed) in enumerate(zip(titles, feeds, strict=False))
    ]


def _points(entry: Entry) -> bool:
    return entry.feed == "hn"


def test_of_many_the_first_that_is_not_the_odd_one_leads_and_the_others_keep_their_order() -> None:
    told = lead_first(_told(ODD, *USUAL), _points)

    assert [e.title for e in told] == [USUAL[0], ODD, *USUAL[1:]]


def test_of_three_the_first_leads() -> None:
    assert lead_first(_told(ODD, *USUAL[:2]), _points)[0].title == ODD


def test_of_many_the_first_leads_if_it_is_as_usual_as_the_others() -> None:
    assert [e.title for e in lead_first(_told(*USUAL), _points)] == list(USUAL)


def test_who_only_points_never_leads_however_odd_the_publishers_headline_is() -> None:
    told = lead_first(_told(ODD, *USUAL, feeds=("a", "hn", "hn", "hn", "hn")), _points)

    assert told[0].title == ODD


def test_who_has_no_address_does_not_lead_those_who_have() -> None:
    odd, *others = _told(ODD, *USUAL)
    without = [make_entry(e.title, feed=e.feed, id=e.id, link=Link("")) for e in others]

    assert lead_first([odd, *without], _points)[0] == odd


def test_headlines_without_words_lead_by_time() -> None:
    assert [e.title for e in lead_first(_told("🎉", "🚀", "🔥", "🌧"), _points)] == ["🎉", "🚀", "🔥", "🌧"]


@given(st.permutations(range(5)))
def test_the_order_of_the_entries_makes_no_difference(order: list[int]) -> None:
    told = _told(ODD, *USUAL)

    assert lead_first([told[n] for n in order], _points) == lead_first(told, _points)
