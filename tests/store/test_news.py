"""What the wire brought is kept once, as it was first seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from newsletter.links import Link
from newsletter.model.news import FetchState, Validators
from newsletter.store.engine import Store
from tests.store.builders import NOW, keep, later, make_entry

FULL = Validators(etag='W/"7"', last_modified="Fri, 07 Jun 2024 07:00:00 GMT", body_hash="ab12")


def test_an_entry_comes_back_as_it_was_kept(store: Store) -> None:
    entry = make_entry(
        title='“Quotes”: emoji 🙂 and "colons"',
        previous_fetch=NOW - timedelta(days=1),
        summary="Two sentences. Really.",
        author="José Peña",
        language="es",
    )
    undated = make_entry("2", published=None, link=Link(""))

    keep(store, entry, undated)

    assert store.news.entries() == (entry, undated)


def test_keeping_counts_what_is_new(store: Store) -> None:
    first = keep(store, make_entry("1"), make_entry("2"))

    second = keep(store, make_entry("2"), make_entry("3"), now=later(hours=1))

    assert (first, second) == (2, 1)


def test_a_known_entry_keeps_its_first_sight_and_takes_over_the_new_words(store: Store) -> None:
    keep(store, make_entry(previous_fetch=NOW - timedelta(days=1)))

    keep(
        store,
        make_entry(title="Corrected", published=later(hours=2), first_seen=later(hours=3), previous_fetch=NOW),
        now=later(hours=3),
    )

    assert store.news.entries() == (make_entry(title="Corrected", previous_fetch=NOW - timedelta(days=1)),)


def test_a_second_fetch_with_nothing_new_writes_no_entry(sqlite_store: Store) -> None:
    entries = [make_entry(str(n)) for n in range(5)]
    keep(sqlite_store, *entries)
    with sqlite_store.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER none BEFORE UPDATE ON entries BEGIN SELECT RAISE(FAIL, 'written'); END"
        )

    assert keep(sqlite_store, *entries, now=later(hours=1)) == 0


def test_of_two_entries_with_one_id_the_first_counts(store: Store) -> None:
    assert keep(store, make_entry(title="One"), make_entry(title="Other")) == 1
    assert [entry.title for entry in store.news.entries()] == ["One"]


def test_a_large_feed_is_kept_whole(store: Store) -> None:
    entries = [make_entry(f"{n:04}") for n in range(1200)]

    counts = keep(store, *entries), keep(store, *entries)

    assert counts == (1200, 0)
    assert len(store.news.entries()) == 1200


def test_entries_are_bounded_by_first_sight_and_ordered(store: Store) -> None:
    for hour, ids in ((0, "ba"), (1, "d"), (2, "c")):
        keep(store, *(make_entry(id_, first_seen=later(hours=hour)) for id_ in ids), now=later(hours=hour))

    def ids_of(since: datetime | None, until: datetime | None) -> str:
        return "".join(entry.id for entry in store.news.entries(since=since, until=until))

    assert ids_of(None, None) == "abdc"
    assert ids_of(NOW, None) == "dc"
    assert ids_of(None, later(hours=1)) == "abd"
    assert ids_of(NOW, later(hours=1)) == "d"


def test_text_that_no_database_takes_does_not_stop_the_feed(store: Store) -> None:
    assert keep(store, make_entry("1\x00", title="half \ud83d pair")) == 1
    assert [(entry.id, entry.title) for entry in store.news.entries()] == [("1", "half ? pair")]


def test_the_same_untakeable_id_is_known_the_second_time(store: Store) -> None:
    keep(store, make_entry("1\x00"))

    assert keep(store, make_entry("1\x00"), make_entry("1")) == 0


# Feeds ---------------------------------------------------------------------------------------------


def test_a_feed_is_asked_with_what_its_server_gave(store: Store) -> None:
    keep(store, validators=FULL)

    assert store.news.validators(["gazette", "herald"], NOW) == {"gazette": FULL}


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param({"status": 304, "state": "same"}, Validators(body_hash="ab12"), id="only 304 since"),
        pytest.param({"status": 200, "state": "same", "validators": FULL}, FULL, id="a full answer since"),
    ],
)
def test_after_eight_days_without_a_full_answer_only_the_hash_is_left(
    store: Store, last: dict[str, Any], expected: Validators
) -> None:
    keep(store, validators=FULL)

    keep(store, now=later(days=5), **last)

    assert store.news.validators(["gazette"], later(days=9))["gazette"] == expected


@pytest.mark.parametrize("state", ["failed", "not-feed", "refused"])
def test_a_fetch_that_failed_is_counted_and_changes_nothing_else(store: Store, state: FetchState) -> None:
    keep(store, make_entry(), validators=FULL, url="https://gazette.example/feed")

    for hour in (1, 2):
        keep(store, state=state, validators=Validators(etag="page"), problem="It is a web page.", now=later(hours=hour))

    (feed,) = store.news.feed_states()
    assert store.news.previous_fetch("gazette") == NOW
    assert store.news.validators(["gazette"], NOW) == {"gazette": FULL}
    assert (feed.failures, feed.last_problem, feed.url) == (2, "It is a web page.", "https://gazette.example/feed")
    assert (feed.first_good, feed.last_good, feed.last_checked) == (NOW, NOW, later(hours=2))


def test_a_good_fetch_ends_the_count_of_failures(store: Store) -> None:
    keep(store, state="failed", problem="No answer.", retry_at=later(hours=6))

    keep(store, now=later(hours=7))

    (feed,) = store.news.feed_states()
    assert (feed.failures, feed.last_problem, feed.next_check) == (0, "", None)
    assert feed.first_good == later(hours=7)


def test_the_server_s_wish_to_be_left_alone_is_remembered(store: Store) -> None:
    keep(store, state="failed", status=503, retry_at=later(hours=6))

    assert store.news.feed_states()[0].next_check == later(hours=6)


@pytest.mark.parametrize("state", ["waiting", "off"])
def test_a_feed_that_was_not_asked_leaves_no_trace(store: Store, state: FetchState) -> None:
    keep(store, state=state)

    assert store.news.feed_states() == ()


def test_a_feed_never_fetched_has_no_previous_fetch(store: Store) -> None:
    assert store.news.previous_fetch("gazette") is None
    assert store.news.validators([], NOW) == {}
