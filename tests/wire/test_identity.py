"""Entries of one feed recognised under another id; no story taken for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.links import Link, identity
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Known, RawEntry
from newsletter.wire.identity import apart, is_gap, own_name, reach, same_entries
from newsletter.wire.normalise import normalise

NOW = datetime(2025, 3, 5, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLE = "A compiler learns to wait for its turn"
OTHER = "Regulators fine a maker of smart doorbells"


def entry(id_: str = "n-1", **changes: Any) -> Entry:
    given: dict[str, Any] = {"title": TITLE, "link": f"https://news.example/{id_}", "published": NOW - HOUR} | changes
    return Entry(feed="wire", id=id_, first_seen=NOW, **given | {"link": Link(given["link"])})


def known(id_: str = "n-1", **changes: Any) -> Known:
    """What the store knows of the same entry."""
    one = entry(id_, **changes)
    return Known(
        id=id_, title=one.title, identity=identity(one.link) or "", published=one.published, first_seen=NOW - DAY
    )


# Recognised ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("https://news.example/a", "http://news.example/a"),
        ("https://www.news.example/a/", "https://news.example/a"),
        ("https://NEWS.example/a", "https://news.example/a"),
        ("12 at https://www.news.example", "12 at http://news.example"),
        ("oai:arXiv.org:2503.01234v2", "oai:arXiv.org:2503.01234v1"),
        ("http://arxiv.org/abs/2503.01234v1", "oai:arXiv.org:2503.01234v1"),
        ("https://arxiv.org/abs/cs.LG/0503123v3", "https://arxiv.org/abs/cs.LG/0503123"),
    ],
)
def test_ids_that_differ_in_scheme_or_version_only_are_one(new: str, stored: str) -> None:
    brought = entry(new, title=OTHER, link="", published=None)

    assert same_entries([brought], [known(stored, link="")]) == {new: stored}


@pytest.mark.parametrize("published", [NOW - HOUR, None])
def test_a_new_id_with_the_same_link_and_title_is_the_same_entry(published: datetime | None) -> None:
    link = "https://news.example/story?utm_source=rss"
    brought = entry("new", link=link, published=published)

    assert same_entries([brought], [known("old", link="http://www.news.example/story")]) == {"new": "old"}


def test_a_story_retold_under_a_new_id_keeps_its_place_if_link_and_day_are_the_same() -> None:
    brought = entry("n#1", link="https://news.example/s", title=OTHER, published=NOW)

    assert same_entries([brought], [known("n#0", link="https://news.example/s")]) == {"n#1": "n#0"}


def test_an_undated_story_is_known_by_its_link_where_links_tell_stories_apart() -> None:
    others = [entry(f"o-{n}", title=f"Other {n}", published=None) for n in range(2)]
    brought = entry("new", link="https://news.example/s", title=OTHER, published=None)
    stored = [known("old", link="https://news.example/s", published=None), known("o-0", published=None)]

    assert same_entries([brought, *others], stored) == {"new": "old"}
    assert same_entries([brought], stored) == {}


def test_ids_at_another_host_are_known_by_their_title_or_their_date() -> None:
    stored = known("https://old.example/?p=12", link="https://old.example/a")
    by_title = entry("https://new.example/?p=12", published=None)
    by_date = entry("https://new.example/?p=12", title=OTHER)
    by_neither = entry("https://new.example/?p=12", title=OTHER, published=NOW)

    assert same_entries([by_title], [stored]) == same_entries([by_date], [stored]) == {by_title.id: stored.id}
    assert same_entries([by_neither], [stored]) == {}


def test_a_telling_title_on_the_same_day_is_the_same_entry_at_another_address() -> None:
    brought = entry("new", published=NOW)

    assert same_entries([brought], [known("old")]) == {"new": "old"}


def test_entries_of_a_changelog_are_known_by_page_title_and_instant() -> None:
    page = "https://news.example/changelog#{}"
    stored = [known(f"old-{n}", title=f"v{n}", link=page.format(n), published=NOW - n * DAY) for n in range(5)]
    brought = [entry(f"new-{n}", title=f"v{n}", link=page.format(n), published=NOW - n * DAY) for n in range(4)]
    moved = entry("new-4", title="v4", link=page.format(4), published=NOW - 5 * DAY)

    assert same_entries([*brought, moved], stored) == {f"new-{n}": f"old-{n}" for n in range(4)}


def test_a_feed_whose_ids_all_changed_is_recognised_entry_by_entry() -> None:
    link = "https://news.example/{}"
    stored = [known(f"old-{n}", title=f"Story {n}", link=link.format(n)) for n in range(50)]
    brought = [entry(f"new-{n}", title=f"Story {n}", link=link.format(n)) for n in reversed(range(50))]

    assert same_entries(brought, stored) == {f"new-{n}": f"old-{n}" for n in range(50)}


def test_of_earlier_copies_of_one_story_the_latest_is_meant() -> None:
    copies = [replace(known(f"old-{n}", link="https://news.example/s"), first_seen=NOW - n * DAY) for n in (3, 1, 2)]

    assert same_entries([entry("new", link="https://news.example/s")], copies) == {"new": "old-1"}


# Not taken for another -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("brought", "stored"),
    [
        pytest.param({"title": "Daily links"}, {"title": "Daily links"}, id="a generic title"),
        pytest.param({"title": "Update"}, {"title": "Update"}, id="a short title"),
        pytest.param({"title": "This week in AI news"}, {"title": "This week in AI news"}, id="a series"),
        pytest.param({"published": None}, {}, id="a title without a date"),
        pytest.param({}, {"published": None}, id="a title without a date in the store"),
        pytest.param({"published": NOW}, {"published": NOW - DAY}, id="a title on another day"),
        pytest.param(
            {"title": OTHER, "link": "https://news.example/today", "published": NOW},
            {"link": "https://news.example/today", "published": NOW - DAY},
            id="a page of the day",
        ),
        pytest.param(
            {"title": OTHER, "link": "https://news.example/log#v2", "published": None},
            {"link": "https://news.example/log#v1", "published": None},
            id="two places on one page",
        ),
        pytest.param(
            {"link": "https://news.example/s#comment-2", "title": "Re: A compiler learns to wait", "published": NOW},
            {"link": "https://news.example/s#comment-1", "title": "Re: A compiler learns to wait"},
            id="two comments on one article",
        ),
        pytest.param(
            {"title": OTHER, "link": "https://news.example/"}, {"link": "https://news.example/"}, id="the front page"
        ),
        pytest.param(
            {"title": "Hello world!", "link": ""},
            {"title": "Hello world!", "link": ""},
            id="nothing but a generic title",
        ),
    ],
)
def test_two_stories_stay_two(brought: dict[str, Any], stored: dict[str, Any]) -> None:
    assert same_entries([entry("new", **brought)], [known("old", **stored)]) == {}


def test_an_entry_whose_old_id_is_still_in_the_document_is_another_one() -> None:
    link = "https://news.example/s"

    assert same_entries([entry("new", link=link), entry("old", link=link)], [known("old", link=link)]) == {}


def test_two_entries_that_could_be_the_same_one_are_both_new() -> None:
    link = "https://news.example/s"
    brought = [entry("new-1", link=link), entry("new-2", link=link)]

    assert same_entries(brought, [known("old", link=link)]) == {}


def test_a_title_that_the_feed_repeats_tells_nothing() -> None:
    stored = [known("old"), known("older", published=NOW - 30 * DAY)]

    assert same_entries([entry("new")], stored) == {}


def test_posts_of_the_same_number_at_two_hosts_are_two() -> None:
    stored = known("https://a.example/?p=1", title="Hello world!", link="https://a.example/?p=1", published=NOW - DAY)
    brought = entry("https://b.example/?p=1", title="Hello world!", link="https://b.example/?p=1")

    assert same_entries([brought], [stored]) == {}


def test_nothing_is_renamed_where_nothing_is_new_or_nothing_vanished() -> None:
    assert same_entries([], [known()]) == {}
    assert same_entries([entry()], []) == {}
    assert same_entries([entry()], [known()]) == {}


_IDS = st.sampled_from(
    ["a", "b", "http://x.example/1", "https://x.example/1", "https://y.example/1", "arxiv:2503.01234v1"]
)
_THINGS = st.lists(
    st.tuples(
        _IDS,
        st.sampled_from([TITLE, OTHER, "Update"]),
        st.sampled_from(["", "https://x.example/1", "https://x.example/2", "https://x.example/"]),
        st.sampled_from([None, NOW, NOW - HOUR, NOW - DAY]),
    ),
    max_size=6,
    unique_by=lambda one: one[0],
)


@settings(max_examples=80, deadline=None)
@given(_THINGS, _THINGS)
def test_a_new_id_takes_the_place_of_one_that_vanished_and_of_no_other(
    here: list[tuple[Any, ...]], there: list[tuple[Any, ...]]
) -> None:
    brought = [entry(id_, title=title, link=link, published=at) for id_, title, link, at in here]
    stored = [known(id_, title=title, link=link, published=at) for id_, title, link, at in there]
    came, had = {one.id for one in brought}, {one.id for one in stored}

    renamed = same_entries(brought, stored)

    assert set(renamed) <= came - had
    assert set(renamed.values()) <= had - came
    assert len(set(renamed.values())) == len(renamed)


# One id for several stories --------------------------------------------------------------------------


def test_another_story_under_a_known_id_gets_a_name_of_its_own() -> None:
    today = entry("always-the-same", title=OTHER, link="https://news.example/2", published=NOW)
    stored = [known("always-the-same", link="https://news.example/1")]

    (one,) = apart([today], stored)

    assert one == replace(today, id=own_name(today))
    assert same_entries([one], stored) == {}
    assert apart([one], [*stored, known(one.id, link=one.link)]) == (one,)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": OTHER},
        {"link": "https://news.example/renamed"},
        {"title": OTHER, "link": "https://news.example/renamed"},
        {"title": OTHER, "published": NOW},
        {"title": OTHER, "link": "", "published": NOW},
    ],
)
def test_an_entry_that_was_edited_keeps_its_id(changes: dict[str, Any]) -> None:
    edited = entry("n-1", **changes)

    assert apart([edited], [known("n-1")]) == (edited,)


def test_the_name_is_the_one_that_a_second_story_under_one_id_has_within_a_document() -> None:
    feed = Feed(id="wire", name="The Wire", url="https://news.example/feed")
    raw = [
        RawEntry(id="g", title=TITLE, link="https://news.example/1", published=NOW - DAY),
        RawEntry(id="g", title=OTHER, link="https://news.example/2", published=NOW - HOUR),
    ]
    both = normalise(feed, raw, base_url=feed.url, now=NOW, previous_fetch=None)
    (alone,) = normalise(feed, raw[1:], base_url=feed.url, now=NOW, previous_fetch=None)

    (named,) = apart([alone], [known("g", link="https://news.example/1", published=NOW - DAY)])

    assert named.id in {one.id for one in both} - {"g"}


# What was missed -------------------------------------------------------------------------------------


def test_a_document_that_shares_nothing_with_what_we_knew_is_a_gap() -> None:
    brought = [entry("4", title="Four"), entry("5", title="Five")]

    assert is_gap(brought, [known("1"), known("2")], {})
    assert not is_gap(brought, [known("1"), known("4")], {})
    assert not is_gap(brought, [known("1")], {"4": "1"})


def test_there_is_no_gap_where_nothing_was_known_or_nothing_came() -> None:
    assert not is_gap([entry()], [], {})
    assert not is_gap([], [known()], {})


@pytest.mark.parametrize(("days", "gap"), [(1, False), (3, False), (7, True), (0, True)])
def test_the_next_list_of_a_day_is_no_gap_unless_lists_are_missing(days: int, gap: bool) -> None:
    stored = [known(f"old-{n}", title=f"Paper {n}", published=NOW - days * DAY) for n in range(3)]
    brought = [entry(f"new-{n}", title=f"Preprint {n}", published=NOW) for n in range(3)]

    assert is_gap(brought, stored, {}) is gap


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], None),
        ([NOW], None),
        ([NOW, None], None),
        ([NOW - HOUR, NOW, None, NOW - 9 * HOUR], 9 * HOUR),
        ([NOW, NOW], timedelta(0)),
    ],
)
def test_a_document_reaches_from_its_oldest_date_to_its_newest(
    dates: list[datetime | None], expected: timedelta | None
) -> None:
    assert reach([entry(str(n), published=date) for n, date in enumerate(dates)]) == expected
