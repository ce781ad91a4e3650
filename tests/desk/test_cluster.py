"""Entries that tell one story are one story, and no others."""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.cluster import stories
from newsletter.desk.rank import rank
from newsletter.links import Link
from newsletter.model.news import Entry, Story
from tests.desk.builders import NOON, days, make_entry, make_feed

TITLE = "Zoom CEO envisions deepfakes attending meetings"
FEEDS = {
    "ars": make_feed("ars", weight=0.9),
    "lab": make_feed("lab"),
    "hn": make_feed("hn", aggregator=True, weight=1.0),
}


def _told(*entries: Entry) -> tuple[Story, ...]:
    return stories(entries, FEEDS, proposed=frozenset((e.feed, e.id) for e in entries))


def _groups(found: Sequence[Story]) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((e.feed, e.id) for e in story.entries) for story in found}


ONE = {
    "same address": ("https://x.example/a", "https://x.example/a"),
    "tracking": ("https://x.example/a", "https://www.x.example/a?utm_source=hn"),
    "a fragment on one": ("https://x.example/a", "https://x.example/a#comments"),
    "the same fragment": ("https://x.example/a#v2", "https://x.example/a#v2"),
    "one discussion": ("https://news.ycombinator.com/item?id=5", "https://news.ycombinator.com/item?id=5&p=2"),
}


@pytest.mark.parametrize(("one", "other"), ONE.values(), ids=ONE.keys())
def test_one_address_in_two_feeds_is_one_story_whatever_its_title(one: str, other: str) -> None:
    found = _told(make_entry("Alpha", link=Link(one)), make_entry("Beta", feed="lab", link=Link(other)))

    assert len(found) == 1


TWO = {
    "two fragments": ("https://log.example/#v1", "https://log.example/#v2"),
    "two discussions": ("https://news.ycombinator.com/item?id=5", "https://news.ycombinator.com/item?id=6"),
    "two videos": ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abd"),
    "two ids": ("https://x.example/?p=1", "https://x.example/?p=2"),
    "no addresses": ("", ""),
}


@pytest.mark.parametrize(("one", "other"), TWO.values(), ids=TWO.keys())
def test_two_addresses_are_two_stories(one: str, other: str) -> None:
    found = _told(make_entry("Alpha", link=Link(one)), make_entry("Beta", feed="lab", link=Link(other)))

    assert len(found) == 2


def test_the_page_itself_joins_neither_of_its_two_fragments() -> None:
    links = ("https://log.example/", "https://log.example/#v1", "https://log.example/#v2")

    found = _told(*(make_entry(f"Piece {n}", link=Link(link)) for n, link in enumerate(links)))

    assert len(found) == 3


def test_one_headline_in_two_feeds_is_one_story() -> None:
    found = _told(make_entry(TITLE), make_entry("ZOOM C.E.O. envisions “deepfakes” attending meetings!", feed="lab"))

    assert len(found) == 1


APART = {
    "a short generic title": ("Here's the latest", "lab", days(0)),
    "the same feed": (TITLE, "ars", days(0)),
    "too far apart": (TITLE, "lab", days(5) + timedelta(seconds=1)),
    "no words at all": ("🎉🎉🎉🎉🎉", "lab", days(0)),
}


@pytest.mark.parametrize(("title", "feed", "later"), APART.values(), ids=APART.keys())
def test_one_headline_proves_nothing_for(title: str, feed: str, later: timedelta) -> None:
    one = make_entry(title, id="1", link=Link("https://ars.example/1"))
    other = make_entry(title, id="2", feed=feed, link=Link("https://lab.example/2"), published=NOON + later)

    assert len(_told(one, other)) == 2


def test_five_days_apart_is_still_one_story() -> None:
    assert len(_told(make_entry(TITLE), make_entry(TITLE, feed="lab", published=NOON + days(5)))) == 1


def test_an_aggregator_never_leads_when_a_publisher_told_it() -> None:
    pointer = make_entry(TITLE, feed="hn", published=NOON - days(1), summary="Points: 3")
    first = make_entry(TITLE, feed="lab", published=NOON + timedelta(hours=1))
    second = make_entry(TITLE, feed="ars", published=NOON + timedelta(hours=2))

    (story,) = _told(second, pointer, first)

    assert [e.feed for e in story.entries] == ["lab", "ars", "hn"]
    assert story.link == first.link


def test_a_publisher_without_an_address_leads_and_the_pointers_address_is_printed() -> None:
    told = make_entry(TITLE, feed="lab", link=Link(""))
    pointer = make_entry(TITLE, feed="hn")

    (story,) = _told(told, pointer)

    assert story.entries[0].feed == "lab"
    assert story.link == pointer.link


def test_an_aggregator_leads_when_nobody_else_told_it() -> None:
    (story,) = _told(make_entry(TITLE, feed="hn"))

    assert story.entries[0].feed == "hn"
    assert rank([story], FEEDS, until=NOON)[0].terms[0].basis == "only aggregators"


def test_a_story_is_proposed_if_one_of_its_entries_is() -> None:
    old, new = make_entry(TITLE, published=NOON - days(4)), make_entry(TITLE, feed="lab")
    alone = make_entry("Another thing altogether")

    found = stories([old, new, alone], FEEDS, proposed=frozenset({("lab", new.id)}))

    assert {s.headline: s.proposed for s in found} == {TITLE: True, "Another thing altogether": False}


def test_a_story_takes_summary_and_date_from_whoever_gave_them() -> None:
    lead = make_entry(TITLE, published=None, first_seen=NOON - days(1))
    other = make_entry(TITLE, feed="lab", summary="It sends a twin.", published=NOON)

    (story,) = _told(lead, other)

    assert (story.entries[0].feed, story.summary, story.published) == ("ars", "It sends a twin.", NOON)


def test_ids_that_would_collide_get_more_words_and_the_short_one_stays_as_another_name() -> None:
    found = _told(
        make_entry("Zoom CEO envisions deepfakes"),
        make_entry("Zoom CEO envisions holidays"),
        make_entry("Zoom CEO envisions holidays", id="again", link=Link("https://ars.example/again")),
    )

    ids = {s.id for s in found}

    assert len(ids) == 3
    assert "zoom-ceo-envisions-deepfakes" in ids
    assert all("zoom-ceo-envisions" in s.aliases for s in found)


def test_other_headlines_of_a_story_are_other_names() -> None:
    link = Link("https://x.example/a")

    (story,) = _told(make_entry("Zoom sends a twin", link=link), make_entry("Digital doubles", feed="lab", link=link))

    assert (story.id, story.aliases) == ("zoom-sends-twin", ("digital-doubles",))


def test_an_id_stays_when_unrelated_news_comes_in() -> None:
    before = _told(make_entry(TITLE))
    after = _told(make_entry(TITLE), *(make_entry(f"Unrelated number {n} thing") for n in range(9)))

    assert before[0].id in {s.id for s in after}


_TITLES = (TITLE, "Here's the latest", "Zoom CEO envisions holidays on the moon", "人工智能新闻周报", "🎉", "Zoom")
_LINKS = (
    "",
    "https://x.example/a",
    "https://x.example/a?utm_source=x",
    "https://x.example/a#1",
    "https://x.example/a#2",
)


@st.composite
def _entries(draw: st.DrawFn) -> list[Entry]:
    count = draw(st.integers(1, 12))
    return [
        make_entry(
            draw(st.sampled_from(_TITLES)),
            id=str(n),
            feed=draw(st.sampled_from(sorted(FEEDS))),
            link=Link(draw(st.sampled_from(_LINKS))),
            published=draw(st.none() | st.sampled_from([NOON, NOON + days(1), NOON + days(7)])),
        )
        for n in range(count)
    ]


@settings(max_examples=50, deadline=None)
@given(_entries(), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_makes_no_difference(entries: list[Entry], chance: object) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = _told(*entries), _told(*shuffled)

    assert one == other
    assert rank(one, FEEDS, until=NOON) == rank(other[::-1], FEEDS, until=NOON)
    assert len({s.id for s in one}) == len(one)
    assert sorted((e.feed, e.id) for s in one for e in s.entries) == sorted((e.feed, e.id) for e in entries)


@pytest.mark.parametrize("feeds", [1, 50], ids=["one feed", "fifty feeds"])
def test_five_thousand_identical_titles_take_no_time(feeds: int) -> None:
    entries = [
        make_entry(TITLE, id=str(n), feed=f"f{n % feeds}", link=Link(f"https://x.example/{n}")) for n in range(5000)
    ]
    started = clock.process_time()

    found = stories(entries, {}, proposed=frozenset())

    assert clock.process_time() - started < 3
    assert len({s.id for s in found}) == len(found)
    assert len(found) == 5000 if feeds == 1 else len(found) < 5000


def test_score_is_the_sum_of_the_terms_shown_and_publishers_weigh_more_than_pointers() -> None:
    both = _told(make_entry(TITLE), make_entry(TITLE, feed="lab"))
    pointed = _told(
        make_entry("Robot wolves guard Japanese villages"),
        make_entry("Robot wolves guard Japanese villages", feed="hn"),
    )

    ranked = rank([*pointed, *both], FEEDS, until=NOON + days(1))

    assert [r.story.headline for r in ranked] == [TITLE, "Robot wolves guard Japanese villages"]
    assert all(r.score == round(sum(t.value for t in r.terms), 2) for r in ranked)
    assert ranked[0].sources == (("ars", "The ars"), ("lab", "The lab"))
