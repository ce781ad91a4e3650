"""Entries that certainly tell one story are one story, and no others; what a story takes from its entries."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.stories.cluster import stories
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
    return stories(entries, FEEDS, proposed=frozenset((e.feed, e.id) for e in entries)).stories


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


def test_a_headline_that_a_sign_tells_apart_is_no_equal_headline() -> None:
    told = [make_entry("Kestrel++ 8 reads maps on ships"), make_entry("Kestrel 8 reads maps on ships", feed="lab")]

    found = stories(told, FEEDS, proposed=frozenset(), since=NOON + days(7)).stories

    assert len(found) == 2


def _on_one_page(page: str, *titles: str, feed: str = "lab") -> list[Entry]:
    return [
        make_entry(title, feed=feed, id=str(n), link=Link(page), published=NOON + timedelta(hours=n))
        for n, title in enumerate(titles)
    ]


SEVERAL = {
    "a status page": ("https://status.lab.example/", ("API outage in Frankfurt", "Login errors in Tokyo")),
    "a log of changes": ("https://lab.example/changelog", ("Kestrel tool 0.131.0", "Kestrel tool 0.132.0")),
    "one word shared": ("https://lab.example/changelog", ("Use Kestrel with ships", "Kestrel tool 0.132.0")),
}


@pytest.mark.parametrize(("page", "titles"), SEVERAL.values(), ids=SEVERAL.keys())
def test_what_a_feed_says_of_its_one_changing_page_is_as_many_stories(page: str, titles: tuple[str, ...]) -> None:
    assert len(_told(*_on_one_page(page, *titles))) == 2


def test_entries_of_a_feed_that_stand_on_the_front_page_of_its_site_are_as_many_stories() -> None:
    others = [make_entry(f"Piece {n}", feed="lab", id=f"p{n}", link=Link(f"https://lab.example/{n}")) for n in range(9)]
    front = _on_one_page("https://lab.example/", "Ovens for rent", "Doors shut in Tartu")

    found = _told(*others, *front)

    assert len(found) == len(others) + 2


def test_what_a_changing_page_says_once_more_is_one_story_and_so_is_who_points_to_it() -> None:
    page = "https://status.lab.example/"
    told = _on_one_page(page, "API outage in Frankfurt", "Login errors in Tokyo", "API outage in Frankfurt resolved")
    pointer = make_entry("The Lab: API outage in Frankfurt", feed="hn", link=Link(page), published=NOON + days(1))

    found = _told(*told, pointer)

    assert sorted(len(s.entries) for s in found) == [1, 3]


def test_a_forum_that_gives_a_page_under_two_titles_tells_one_story() -> None:
    others = [make_entry(f"Piece {n}", feed="hn", id=f"p{n}", link=Link(f"https://s{n}.example/{n}")) for n in range(9)]
    twice = _on_one_page("https://grenades.example/", "No slop", "Stop throwing walls of text", feed="hn")

    found = _told(*others, *twice)

    assert len(found) == len(others) + 1


def test_an_entry_that_its_feed_calls_otherwise_by_now_is_one_story_on_a_changing_page_too() -> None:
    told = _on_one_page("https://status.lab.example/", "API outage in Frankfurt", "Login errors in Tokyo")
    again = make_entry("Disks replaced", feed="lab", id="1", link=told[0].link, published=NOON + days(1))

    found = _told(*told, again)

    assert _groups(found) == {frozenset({("lab", "0")}), frozenset({("lab", "1")})}


APART = {
    "a short generic title": ("Here's the latest", "lab", days(0)),
    "two pages of one site in one feed": (TITLE, "ars", days(0)),
    "too far apart": (TITLE, "lab", days(30)),
    "no words at all": ("🎉🎉🎉🎉🎉", "lab", days(0)),
}


@pytest.mark.parametrize(("title", "feed", "later"), APART.values(), ids=APART.keys())
def test_one_headline_proves_nothing_for(title: str, feed: str, later: timedelta) -> None:
    one = make_entry(title, id="1", link=Link("https://ars.example/1"))
    other = make_entry(title, id="2", feed=feed, link=Link(f"https://{feed}.example/2"), published=NOON + later)

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


def test_a_story_is_proposed_if_one_of_its_entries_is() -> None:
    old, new = make_entry(TITLE, published=NOON - days(4)), make_entry(TITLE, feed="lab")
    alone = make_entry("Another thing altogether")

    found = stories([old, new, alone], FEEDS, proposed=frozenset({("lab", new.id)})).stories

    assert {s.headline: s.proposed for s in found} == {TITLE: True, "Another thing altogether": False}


def test_a_story_takes_summary_and_date_from_whoever_gave_them() -> None:
    lead = make_entry(TITLE, published=None, first_seen=NOON - days(1))
    other = make_entry(TITLE, feed="lab", summary="It sends a twin.", published=NOON)

    (story,) = _told(lead, other)

    assert (story.entries[0].feed, story.summary, story.published) == ("ars", "It sends a twin.", NOON)


def test_of_stories_with_the_same_first_words_the_one_seen_first_has_the_short_id() -> None:
    found = _told(
        make_entry("Zoom CEO envisions holidays", first_seen=NOON + days(1)),
        make_entry(
            "Zoom CEO envisions holidays", id="again", link=Link("https://ars.example/again"), first_seen=NOON + days(2)
        ),
        make_entry("Zoom CEO envisions deepfakes"),
    )

    ids = {s.entries[0].id: s.id for s in found}

    assert ids["tag:Zoom CEO envisions deepfakes"] == "zoom-ceo-envisions"
    assert ids["tag:Zoom CEO envisions holidays"] == "zoom-ceo-envisions-holidays"
    assert ids["again"].startswith("zoom-ceo-envisions-") is True
    assert len(set(ids.values())) == 3


def test_a_story_of_another_week_never_takes_the_id_of_one_of_this_week() -> None:
    old = make_entry("Zoom CEO envisions holidays", published=NOON - days(9))
    new = make_entry("Zoom CEO envisions deepfakes")

    found = stories([old, new], FEEDS, proposed=frozenset({(new.feed, new.id)}), since=NOON - days(7)).stories

    assert {s.headline: s.id for s in found} == {
        "Zoom CEO envisions deepfakes": "zoom-ceo-envisions",
        "Zoom CEO envisions holidays": "zoom-ceo-envisions-holidays",
    }


def test_other_headlines_of_a_story_are_other_names() -> None:
    link = Link("https://x.example/a")

    (story,) = _told(make_entry("Zoom sends a twin", link=link), make_entry("Digital doubles", feed="lab", link=link))

    assert (story.id, story.aliases) == ("zoom-sends-twin", ("digital-doubles",))


def test_an_id_stays_when_unrelated_news_comes_in() -> None:
    before = _told(make_entry(TITLE))
    after = _told(make_entry(TITLE), *(make_entry(f"Unrelated number {n} thing") for n in range(9)))

    assert before[0].id in {s.id for s in after}


def test_two_entries_under_one_id_are_two_names() -> None:
    link = Link("https://ars.example/")
    faulty = [make_entry("Zoom", id="1", link=link), make_entry("Zoom", id="1", link=Link("https://ars.example/2"))]

    found = _told(*faulty)

    assert len({s.id for s in found}) == 2


def test_a_page_that_tells_something_else_weeks_later_is_two_stories_and_a_new_title_of_one_is_not() -> None:
    link = Link("https://status.example/")
    now, week, later = (NOON + days(n) for n in (0, 7, 30))
    told = [
        make_entry("Mail is slow", link=link, published=now),
        make_entry("All systems up", feed="lab", link=link, published=week),
        make_entry("Disks fail in Jakarta", link=link, published=later),
        make_entry("Disks still fail", feed="lab", link=link, published=later + days(30)),
    ]

    found = _told(*told)

    assert [[e.title for e in s.entries] for s in found] == [
        ["Mail is slow", "All systems up"],
        ["Disks fail in Jakarta", "Disks still fail"],
    ]


def test_an_aggregator_that_points_to_two_sites_with_one_headline_means_one_story() -> None:
    one = make_entry(TITLE, feed="hn", id="1", link=Link("https://ars.example/1"))
    other = make_entry(TITLE, feed="hn", id="2", link=Link("https://lab.example/2"))

    assert len(_told(one, other)) == 1


def test_a_headline_is_the_same_with_the_sites_name_behind_it() -> None:
    assert len(_told(make_entry(TITLE), make_entry(f"{TITLE} | The Lab", feed="lab"))) == 1
    assert len(_told(make_entry(TITLE), make_entry(f"{TITLE} (Jo Doe/Ars)", feed="lab"))) == 1


def test_older_entries_join_by_address_and_headline_only() -> None:
    link = Link("https://x.example/a")
    old = [
        make_entry("Zoom sends digital twins to meetings", link=link, published=NOON - days(20)),
        make_entry(TITLE, feed="lab", published=NOON - days(4)),
        make_entry("Zoom CEO envisions deepfakes in every meeting", feed="news", published=NOON - days(4)),
    ]
    new = [
        make_entry("Digital twins meet at Zoom", feed="lab", link=link, published=NOON),
        make_entry(TITLE, published=NOON),
    ]
    proposed = frozenset((e.feed, e.id) for e in new)

    found = stories([*old, *new], FEEDS, proposed=proposed, since=NOON - days(1)).stories

    assert _groups(found) == {
        frozenset({(old[0].feed, old[0].id), (new[0].feed, new[0].id)}),
        frozenset({(old[1].feed, old[1].id), (new[1].feed, new[1].id)}),
        frozenset({(old[2].feed, old[2].id)}),
    }
    assert [s.proposed for s in found] == [True, True, False]


def test_the_words_of_all_headlines_are_counted() -> None:
    old = make_entry("Zoom grows", published=NOON - days(9))
    new = make_entry("Zoom zooms on", feed="lab")

    terms = stories([old, new], FEEDS, proposed=frozenset(), since=NOON).terms

    assert (terms.entries, dict(terms.counts)) == (2, {"grow": 1, "zoom": 2})


def test_no_entries_are_no_stories() -> None:
    assert stories([], {}, proposed=frozenset()).stories == ()


_TITLES = (
    TITLE,
    "Here's the latest",
    "Zoom CEO envisions deepfakes in meetings",
    "Zoom CEO sees deepfakes attend meetings by 2030",
    "人工智能新闻周报",
    "🎉",
    "Zoom",
    "",
)
_LINKS = (
    "",
    "https://x.example/a",
    "https://x.example/a?utm_source=x",
    "https://x.example/a#1",
    "https://x.example/a#2",
    "https://y.example/b",
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


@settings(max_examples=40, deadline=None)
@given(_entries(), st.randoms(use_true_random=False), st.sampled_from([None, NOON, NOON + days(1)]))
def test_the_order_of_entries_and_feeds_makes_no_difference(
    entries: list[Entry], chance: object, since: datetime | None
) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    proposed = frozenset((e.feed, e.id) for e in entries[::2])

    one = stories(entries, FEEDS, proposed=proposed, since=since)
    other = stories(shuffled, dict(reversed(FEEDS.items())), proposed=proposed, since=since)

    assert one == other
    assert len({s.id for s in one.stories}) == len(one.stories)
    assert sorted((e.feed, e.id) for s in one.stories for e in s.entries) == sorted((e.feed, e.id) for e in entries)


_MANY = {
    "one headline in one feed": (5000, lambda n: (TITLE, "f")),
    "one headline in fifty feeds": (5000, lambda n: (TITLE, f"f{n % 50}")),
    "a series": (2000, lambda n: (f"Deal number {n} of the day: a robot vacuum cleaner", f"f{n % 7}")),
}


@pytest.mark.parametrize(("count", "told"), _MANY.values(), ids=_MANY.keys())
def test_thousands_of_like_headlines_take_no_time(count: int, told: Callable[[int], tuple[str, str]]) -> None:
    entries = [
        make_entry(told(n)[0], id=str(n), feed=told(n)[1], link=Link(f"https://x.example/{n}")) for n in range(count)
    ]
    started = clock.process_time()

    found = stories(entries, {}, proposed=frozenset()).stories

    assert clock.process_time() - started < 3
    assert len({s.id for s in found}) == len(found)
    assert len(found) > 1000
