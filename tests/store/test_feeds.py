"""How a feed stands, and how each fetch of it went, is remembered as it was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsletter.model.feeds import FeedState, FetchRow, Hints, Move, Validators
from newsletter.store.engine import Store
from tests.store.builders import NOW, keep, later, make_entry, make_row

MOVE = Move(
    of="https://gazette.example/feed",
    to="https://gazette.example/new",
    since=NOW,
    last=later(days=2, microseconds=1),
    runs=3,
    state="kept",
)
FULL = FeedState(
    feed="gazette",
    title="The Gazette",
    own_title="Gazette — “all of it”",
    former_title="The Old Gazette",
    url="https://gazette.example/new",
    first_good=later(days=-9),
    last_good=NOW,
    last_checked=later(hours=1),
    retry_at=later(hours=2),
    next_check=later(hours=3),
    failures=4,
    failing_since=later(minutes=1),
    fault="rate-limited",
    last_problem="The server asks to wait.",
    validators=Validators(
        etag='W/"7"',
        last_modified="Fri, 07 Jun 2024 07:00:00 GMT",
        body_hash="ab12",
        url="https://gazette.example/new",
    ),
    validators_at=NOW,
    hints=Hints(every=timedelta(minutes=90, microseconds=5), skip_hours=(0, 23), skip_days=(6,)),
    move=MOVE,
)
ROW = FetchRow(
    feed="gazette",
    at=NOW,
    state="new",
    fault="",
    status=200,
    wire_bytes=5_000_000_000,
    seconds=0.25,
    entries=30,
    gap=True,
    reach=timedelta(days=3, microseconds=1),
    repairs="bad bytes replaced; a bare & escaped",
    problem="",
    body_hash="ab" * 32,
    url="https://gazette.example/new",
    content_type="application/rss+xml; charset=utf-8",
)


def test_a_feed_comes_back_as_it_stood(store: Store) -> None:
    keep(store, state=FULL)

    assert store.news.feed_states() == (FULL,)


def test_a_feed_of_which_nothing_is_known_comes_back_so(store: Store) -> None:
    keep(store, state=FeedState(feed="gazette"))

    assert store.news.feed_states() == (FeedState(feed="gazette"),)


def test_the_last_standing_replaces_the_one_before_whole(store: Store) -> None:
    keep(store, state=FULL)

    after = FeedState(feed="gazette", title="The Gazette", last_checked=later(days=1))
    keep(store, state=after)

    assert store.news.feed_states() == (after,)


def test_a_fetch_may_leave_the_feed_as_it_stands(store: Store) -> None:
    keep(store, state=FULL)

    keep(store, row=make_row(state="failed"), state=None)

    assert store.news.feed_states() == (FULL,)


def test_feeds_are_listed_by_id(store: Store) -> None:
    for feed in ("b", "A", "a"):
        keep(store, feed=feed)

    assert [state.feed for state in store.news.feed_states()] == ["A", "a", "b"]


def test_a_person_changes_the_move_and_nothing_else(store: Store) -> None:
    keep(store, state=FULL)
    keep(store, feed="herald")

    store.news.set_move("gazette", replace(MOVE, state="undone"))

    gazette, herald = store.news.feed_states()
    assert gazette == replace(FULL, move=replace(MOVE, state="undone"))
    assert herald.move is None
    store.news.set_move("gazette", None)
    assert store.news.feed_states()[0].move is None


def test_a_move_of_a_feed_never_asked_is_not_kept(store: Store) -> None:
    store.news.set_move("nobody", MOVE)

    assert store.news.feed_states() == ()


# The log -------------------------------------------------------------------------------------------


def test_a_fetch_is_logged_as_it_went_with_the_new_entries_counted(store: Store) -> None:
    keep(store, make_entry("1"))

    keep(store, make_entry("1"), make_entry("2"), make_entry("3"), row=replace(ROW, at=later(hours=1)))

    assert store.news.fetch_rows(later(hours=1)) == {"gazette": (replace(ROW, at=later(hours=1), new_entries=2),)}


def test_the_log_is_told_by_feed_oldest_first(store: Store) -> None:
    for hour in (2, 0, 1):
        keep(store, row=replace(ROW, at=later(hours=hour)))
    keep(store, feed="herald", row=replace(ROW, feed="herald", state="failed", reach=None))

    rows = store.news.fetch_rows(NOW)

    assert {feed: [row.at for row in told] for feed, told in rows.items()} == {
        "gazette": [NOW, later(hours=1), later(hours=2)],
        "herald": [NOW],
    }
    assert rows["herald"][0].reach is None
    assert list(store.news.fetch_rows(later(hours=2))) == ["gazette"]


def test_the_last_gap_of_each_feed_is_found(store: Store) -> None:
    for hour, gap in ((0, True), (1, True), (2, False)):
        keep(store, row=replace(ROW, at=later(hours=hour), gap=gap))
    keep(store, feed="herald", row=replace(ROW, feed="herald", gap=False))

    found = store.news.latest_gaps(NOW, later(hours=9))
    assert {feed: row.at for feed, row in found.items()} == {"gazette": later(hours=1)}
    assert store.news.latest_gaps(later(hours=2), later(hours=9)) == {}
    assert store.news.latest_gaps(NOW, NOW)["gazette"].at == NOW


def test_what_is_forgotten_of_the_log_names_no_document(store: Store) -> None:
    for day, body in ((0, "aa"), (1, "bb"), (2, "aa"), (3, "")):
        keep(store, row=replace(ROW, at=later(days=day), body_hash=body * 32))
    before = store.news.named_bodies()

    forgotten = [store.news.forget_log(later(days=day)) for day in (2, 2)]

    assert before == {"aa" * 32, "bb" * 32}
    assert forgotten == [2, 0]
    assert store.news.named_bodies() == {"aa" * 32}
    assert [row.at for row in store.news.fetch_rows(NOW)["gazette"]] == [later(days=2), later(days=3)]
