"""How a feed is, measured by its own habit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model.feeds import Fault, Feed, FeedState, FetchRow, FetchState, Move
from newsletter.wire.health import Health, health, span_words, worst_first
from newsletter.wire.manners import size_words, totals

NOW = datetime(2025, 3, 5, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(id="gazette", name="The Gazette", url="https://gazette.example/feed")
STATE = FeedState(feed="gazette", first_good=NOW - 60 * DAY, last_good=NOW, last_checked=NOW)


def row(days_ago: float, state: FetchState = "new", **changes: Any) -> FetchRow:
    status = changes.pop("status", 304 if state == "same" else 200)
    given: dict[str, Any] = {"entries": 20, "reach": 5 * DAY} if state == "new" else {}
    return FetchRow(feed="gazette", at=NOW - days_ago * DAY, state=state, status=status, **given | changes)


def daily(days: int = 30, **changes: Any) -> list[FetchRow]:
    return [row(n, **changes) for n in reversed(range(days))]


def arrivals(*days_ago: float) -> list[datetime]:
    return [NOW - days * DAY for days in days_ago]


EVERY_DAY = arrivals(*reversed(range(30)))


def seen(
    *,
    feed: Feed = FEED,
    state: FeedState | None = STATE,
    rows: Sequence[FetchRow] | None = None,
    came: Sequence[datetime] = EVERY_DAY,
) -> Health:
    return health(feed, state, daily() if rows is None else rows, came, NOW)


def test_a_feed_that_brings_what_it_always_brought_is_good() -> None:
    one = seen(rows=[*daily(10), row(0, "same", wire_bytes=300)])

    assert (one.condition, one.needs_a_look, one.mend) == ("good", False, "")
    assert (one.last_new, one.usual_gap) == (NOW, DAY)
    assert (one.entries_now, one.entries_usual) == (20, 20)
    assert (one.share_304, one.wire_bytes) == (pytest.approx(1 / 11), 300)
    assert one.words == "Something new every 24 h as a rule."


def test_a_feed_never_asked_and_one_switched_off_say_so() -> None:
    assert seen(state=None, rows=[], came=[]).condition == "new"
    assert seen(feed=replace(FEED, enabled=False), state=failing("dns", 9)).condition == "off"


def test_documents_that_need_mending_are_said_to_be_harmless() -> None:
    one = seen(rows=daily(5, repairs="a bare & written out"))

    assert (one.condition, one.repaired, one.needs_a_look) == ("good", 5, False)
    assert "harmless" in one.words


# Failing ----------------------------------------------------------------------------------------------


def failing(fault: Fault, days: float, failures: int = 4) -> FeedState:
    return replace(
        STATE,
        failures=failures,
        failing_since=NOW - days * DAY,
        fault=fault,
        last_problem="The server does not answer.",
        last_good=NOW - days * DAY,
    )


def test_a_feed_that_failed_once_is_a_row_and_no_alarm() -> None:
    one = seen(state=failing("timeout", 0, 1), rows=[*daily(), row(0, "failed", fault="timeout", status=0)])

    assert (one.condition, one.needs_a_look, one.mend) == ("failing", False, "")
    assert one.words == "Failed once: The server does not answer."


def test_a_feed_that_fails_for_days_asks_for_a_person() -> None:
    one = seen(state=failing("dns", 12, 15))

    assert (one.condition, one.needs_a_look, one.since) == ("failing", True, NOW - 12 * DAY)
    assert one.words == "Failed 15 times in 12 days: The server does not answer."
    assert one.mend.endswith("newsletter feeds add https://gazette.example/")


def test_where_only_waiting_helps_a_person_is_told_what_to_try_in_the_end() -> None:
    assert seen(state=failing("server-error", 6)).mend == ""
    assert "newsletter feeds add" in seen(state=failing("server-error", 8)).mend


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ("gone", "gone"),
        ("not-feed", "page"),
        ("login", "login"),
        ("challenge", "blocked"),
        ("forbidden", "blocked"),
        ("tls", "failing"),
    ],
)
def test_a_failure_has_a_name_by_its_kind(fault: Fault, condition: str) -> None:
    one = seen(state=failing(fault, 9))

    assert (one.condition, one.needs_a_look) == (condition, True)
    assert one.mend


def test_a_404_that_lasted_a_month_is_gone() -> None:
    one = seen(state=failing("not-found", 31), rows=[*daily(), row(0, "gone", status=404, fault="not-found")])

    assert one.condition == "gone"
    assert "enabled = false" in one.mend


def test_a_feed_that_never_gave_anything_says_so() -> None:
    state = replace(failing("dns", 5), first_good=None, last_good=None)

    assert "never gave anything" in seen(state=state, rows=[], came=[]).words


# Silent, shrunk, lost ---------------------------------------------------------------------------------


def test_a_feed_that_answers_and_brings_nothing_is_noticed_by_its_own_habit() -> None:
    weekly = arrivals(100, 93, 86, 79, 72, 65)
    brisk = arrivals(16, 15, 14, 13, 12, 11, 10)

    assert seen(came=[*weekly, NOW - 20 * DAY]).condition == "good"
    assert seen(came=brisk).condition == "quiet"
    assert seen(came=brisk).since == NOW - 10 * DAY
    assert "as a rule something comes every 24 h" in seen(came=brisk).words


def test_an_hourly_feed_is_given_a_week() -> None:
    hourly = [NOW - 6 * DAY - n * HOUR for n in reversed(range(30))]

    assert seen(came=hourly).condition == "good"


def test_a_server_that_says_not_modified_for_ever_is_named() -> None:
    one = seen(came=arrivals(*range(40, 30, -1)), rows=[*(row(n, "same") for n in range(30, -1, -1))])

    assert one.condition == "quiet"
    assert "not modified" in one.words
    assert one.share_304 == 1.0


def test_silence_counts_to_the_last_good_answer_and_not_to_now() -> None:
    state = replace(STATE, last_good=NOW - 9 * DAY, last_checked=NOW - 9 * DAY)

    assert seen(state=state, came=arrivals(16, 15, 14, 13, 12, 11, 10)).condition == "good"


def test_a_feed_of_unknown_habit_is_given_seven_weeks() -> None:
    assert seen(came=arrivals(40)).condition == "good"
    assert seen(came=arrivals(59)).condition == "quiet"
    assert seen(came=[], rows=daily(58)).condition == "quiet"
    assert seen(came=arrivals(200, 130, 59)).condition == "good"


@pytest.mark.parametrize(
    ("counts", "condition"),
    [
        ([20, 20, 20, 20, 9], "shrunk"),
        ([20, 20, 20, 20, 0, 0], "shrunk"),
        ([20, 20, 20, 20, 10], "good"),
        ([20, 0, 20, 20, 20, 0], "good"),
        ([20, 9], "good"),
        ([3, 3, 3, 3, 1], "good"),
        ([20] * 4 + [5] * 20, "good"),
    ],
)
def test_a_document_of_less_than_half_the_usual_is_noticed_if_it_is_a_first(counts: list[int], condition: str) -> None:
    rows = [row(len(counts) - n, entries=entries) for n, entries in enumerate(counts, start=1)]

    assert seen(rows=rows).condition == condition


def test_a_document_that_shrank_says_from_what_to_what_and_since_when() -> None:
    one = seen(rows=[*(row(n) for n in (5, 4, 3)), row(1, entries=1), row(0, entries=0)])

    assert (one.words, one.since) == ("Its document holds no entry now, as a rule 20.", NOW - DAY)
    assert (one.entries_now, one.entries_usual) == (0, 20)


@pytest.mark.parametrize(
    ("reach", "mend"),
    [
        (timedelta(hours=9), 'collect = ["daily 00:00", "daily 04:00", "daily 08:00", "daily 12:00", "daily 16:00"'),
        (timedelta(hours=30), 'collect = ["daily 00:00", "daily 12:00"]'),
        (timedelta(hours=2), "Collect every 1 h"),
        (None, "Collect more often"),
    ],
)
def test_entries_lost_between_two_fetches_ask_for_more_fetches(reach: timedelta | None, mend: str) -> None:
    rows = [row(n, reach=reach, gap=n < 3) for n in range(9, -1, -1)]

    one = seen(rows=rows)

    assert (one.condition, one.since) == ("gap", NOW - 2 * DAY)
    assert "3 times" in one.words
    assert mend in one.mend


def test_a_feed_with_other_entries_throughout_was_rebuilt_or_replaced() -> None:
    one = seen(rows=[*(row(n, reach=90 * DAY) for n in (3, 2, 1)), row(0, reach=90 * DAY, gap=True)])

    assert one.condition == "gap"
    assert "rebuilt, or another feed" in one.words


def test_an_old_gap_and_a_feed_of_one_entry_are_no_alarm() -> None:
    assert seen(rows=[row(20, gap=True), *daily(10)]).condition == "good"
    assert seen(rows=daily(10, entries=1, reach=None, gap=True)).condition == "good"


def test_dates_that_were_lost_are_noticed() -> None:
    before = [row(n) for n in (5, 4, 3)]

    assert seen(rows=[*before, row(1, reach=timedelta(0))]).words.startswith("Its entries carry one and the same date")
    assert seen(rows=[*before, row(1, reach=None)]).condition == "dates"
    assert seen(rows=daily(9, reach=timedelta(0))).condition == "good"
    assert seen(feed=replace(FEED, include=("AI",)), rows=[*before, row(1, reach=None)]).condition == "good"


def test_a_feed_under_another_name_is_noticed_until_feeds_toml_says_it_too() -> None:
    state = replace(STATE, own_title="Casino Bonus", former_title="The Gazette")

    assert seen(state=state).condition == "renamed"
    assert seen(state=state, feed=replace(FEED, name="Casino")).condition == "good"
    assert seen(state=replace(state, own_title="Gazette Online")).condition == "good"


# Moved -----------------------------------------------------------------------------------------------


MOVE = Move(of=FEED.url, to="https://new.example/feed", since=NOW - DAY, last=NOW, runs=2)


def test_a_move_says_how_far_it_is_proved_and_what_to_write() -> None:
    watched = seen(state=replace(STATE, move=MOVE))
    kept = seen(state=replace(STATE, move=replace(MOVE, state="kept", runs=3)))
    strange = seen(state=replace(STATE, move=replace(MOVE, runs=0)))

    assert watched.condition == kept.condition == strange.condition == "moved"
    assert "2 of 3 runs" in watched.words
    assert 'url = "https://new.example/feed"' in kept.mend
    assert kept.mend.endswith("newsletter feeds undo gazette")
    assert "does not bring what we know" in strange.words


@pytest.mark.parametrize("move", [replace(MOVE, state="undone"), replace(MOVE, of="https://other.example/")])
def test_a_move_that_counts_no_more_is_not_mentioned(move: Move) -> None:
    assert seen(state=replace(STATE, move=move)).condition == "good"


# All feeds -------------------------------------------------------------------------------------------


def test_the_worst_comes_first() -> None:
    found = [
        seen(feed=replace(FEED, id="good")),
        seen(feed=replace(FEED, id="once"), state=failing("dns", 0, 1)),
        seen(feed=replace(FEED, id="quiet"), came=arrivals(16, 15, 14, 13, 12, 11, 10)),
        seen(feed=replace(FEED, id="short"), state=failing("dns", 5)),
        seen(feed=replace(FEED, id="long"), state=failing("dns", 50)),
        seen(feed=replace(FEED, id="gone"), state=failing("gone", 1)),
    ]

    assert [one.feed for one in worst_first(found)] == ["gone", "long", "short", "quiet", "once", "good"]
    assert worst_first(reversed(found)) == worst_first(found)


def test_what_our_requests_cost_is_one_line() -> None:
    rows = [
        row(1, wire_bytes=2_000_000, url="https://gazette.example/feed"),
        row(0, "same", wire_bytes=400),
        replace(row(0, "same"), feed="herald"),
        row(0, "waiting"),
    ]
    herald = Feed(id="herald", name="Herald", url="https://www.herald.example/rss")

    found = totals(rows, [FEED, herald])

    assert (found.requests, found.not_modified, found.hosts) == (3, 2, 2)
    assert (found.busiest, found.busiest_requests) == ("gazette.example", 2)
    assert found.words == (
        "3 requests to 2 hosts, 67 % answered “not modified”, 2.0 MB in all; most to gazette.example: 2."
    )
    assert totals([]).words == ""


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 min"),
        (40 * timedelta(minutes=1), "40 min"),
        (9 * HOUR, "9 h"),
        (47 * HOUR, "47 h"),
        (12 * DAY, "12 days"),
    ],
)
def test_a_span_is_told_in_one_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words


def test_a_size_is_told_in_one_unit() -> None:
    assert [size_words(size) for size in (0, 1, 12_000, 3_400_000)] == ["0 KB", "1 KB", "12 KB", "3.4 MB"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            FetchRow,
            feed=st.just("gazette"),
            at=st.timedeltas(timedelta(0), 60 * DAY).map(lambda ago: NOW - ago),
            state=st.sampled_from(["new", "same", "failed", "gone", "waiting"]),
            status=st.sampled_from([0, 200, 304, 404]),
            entries=st.integers(0, 50),
            gap=st.booleans(),
            reach=st.none() | st.timedeltas(timedelta(0), 90 * DAY),
        ),
        max_size=12,
    ).map(lambda rows: sorted(rows, key=lambda one: one.at)),
    ago=st.lists(st.timedeltas(timedelta(0), 900 * DAY), max_size=9),
    failures=st.integers(0, 3),
)
def test_whatever_happened_there_is_one_sentence_about_it(
    rows: list[FetchRow], ago: list[timedelta], failures: int
) -> None:
    state = failing("dns", 5, failures) if failures else STATE

    one = seen(state=state, rows=rows, came=sorted(NOW - span for span in ago))

    assert one.words.endswith(".")
    assert 0 <= one.share_304 <= 1
    assert one.needs_a_look or one.condition in ("failing", "moved", "good")
