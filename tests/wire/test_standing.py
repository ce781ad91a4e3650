"""How a feed stands after a fetch, and when it may be asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model.feeds import Fault, Feed, FeedState, Fetched, FetchRow, FetchState, Hints, Validators
from newsletter.wire.standing import (
    LONGEST,
    POLICIES,
    SHORTEST,
    asks_person,
    back_off,
    final_state,
    hurry,
    may_ask,
    mend_of,
    own_network_down,
    standing_after,
    unblamed,
    usable,
)

#: A Wednesday.
NOW = datetime(2025, 3, 5, 6, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FEED = Feed(id="gazette", name="The Gazette", url="https://gazette.example/feed")
FULL = Validators(etag='W/"7"', last_modified="Wed, 05 Mar 2025 05:00:00 GMT", body_hash="ab12", url=FEED.url)
FAULTS = tuple(fault for fault in get_args(Fault) if fault)


def fetched(state: FetchState = "new", **changes: Any) -> Fetched:
    given: dict[str, Any] = {"feed": "gazette", "state": state, "status": 200, "url": FEED.url, "validators": FULL}
    return Fetched(**given | changes)


def after(
    before: FeedState | None = None,
    one: Fetched | None = None,
    *,
    now: datetime = NOW,
    hints: Hints | None = None,
    own_title: str = "",
    **found: Any,
) -> FeedState:
    one = one or fetched()
    said: dict[str, Any] = {"state": one.state, "fault": one.fault, "problem": one.problem}
    return standing_after(before, FEED, one, hints=hints, own_title=own_title, now=now, **said | found)


def failing(fault: Fault = "dns", *, times: int = 1, now: datetime = NOW, **changes: Any) -> FeedState:
    state = FeedState(feed="gazette")
    for _ in range(times):
        state = after(state, fetched("failed", fault=fault, status=0, problem="No answer."), now=now)
    return replace(state, **changes)


# What is remembered ---------------------------------------------------------------------------------


def test_a_first_good_fetch_is_remembered_whole() -> None:
    state = after(own_title="Gazette")

    assert state == FeedState(
        feed="gazette",
        title="The Gazette",
        own_title="Gazette",
        asked=FEED.url,
        url=FEED.url,
        first_good=NOW,
        last_good=NOW,
        last_checked=NOW,
        validators=FULL,
        validators_at=NOW,
    )


def test_a_304_confirms_the_feed_and_may_bring_an_etag_but_makes_no_validator_younger() -> None:
    before = after()

    state = after(before, fetched("same", status=304, validators=Validators(etag="other")), now=NOW + DAY)

    assert (state.validators, state.validators_at) == (replace(FULL, etag="other"), NOW)
    assert (state.first_good, state.last_good) == (NOW, NOW + DAY)


def test_a_full_answer_that_names_no_etag_forgets_the_old_one() -> None:
    state = after(after(), fetched("same", validators=Validators(url=FEED.url)), now=NOW + DAY)

    assert state.validators == Validators(body_hash="ab12", url=FEED.url)
    assert state.validators_at == NOW + DAY


@pytest.mark.parametrize("state", ["failed", "not-feed", "refused", "login", "challenge", "gone"])
def test_a_fetch_that_gave_nothing_leaves_the_validators_alone(state: FetchState) -> None:
    before = after()
    page = fetched("new", validators=Validators(etag="page", body_hash="cd"))

    one = after(before, page, state=state, fault="not-feed", problem="It is a web page.", now=NOW + DAY)
    two = after(one, page, state=state, fault="not-feed", problem="It is a web page.", now=NOW + 2 * DAY)

    assert (two.validators, two.validators_at, two.last_good) == (FULL, NOW, NOW)
    assert (two.failures, two.failing_since, two.fault) == (2, NOW + DAY, "not-feed")
    assert (two.last_problem, two.last_checked) == ("It is a web page.", NOW + 2 * DAY)


def test_a_good_fetch_ends_the_count_of_failures() -> None:
    state = after(failing(times=3), now=NOW + DAY)

    assert (state.failures, state.failing_since, state.fault, state.last_problem) == (0, None, "", "")
    assert (state.retry_at, state.next_check) == (None, None)


def test_a_feed_that_did_not_answer_keeps_the_address_that_answered_last() -> None:
    before = after(one=fetched(url="https://new.example/feed"))

    assert after(before, fetched("failed", status=0, fault="dns")).url == "https://new.example/feed"


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["Gazette", ""], ("Gazette", "")),
        (["Gazette", "GAZETTE!"], ("GAZETTE!", "")),
        (["Gazette", "Casino Bonus"], ("Casino Bonus", "Gazette")),
        (["Gazette", "Casino Bonus", "", "Casino Bonus"], ("Casino Bonus", "Gazette")),
    ],
)
def test_the_name_before_the_present_one_is_kept(titles: list[str], expected: tuple[str, str]) -> None:
    state: FeedState | None = None
    for title in titles:
        state = after(state, own_title=title)

    assert state is not None
    assert (state.own_title, state.former_title) == expected


def test_hints_stay_until_a_document_says_otherwise() -> None:
    hints = Hints(every=2 * HOUR)
    before = after(hints=hints)

    same = after(before, fetched("same", status=304))
    silent = after(before, hints=Hints())

    assert (same.hints, same.next_check) == (hints, NOW + 2 * HOUR)
    assert (silent.hints, silent.next_check) == (Hints(), None)


@pytest.mark.parametrize("state", ["waiting", "off"])
def test_a_feed_that_was_not_asked_stands_as_before(state: FetchState) -> None:
    before = after(own_title="Gazette")

    assert after(before, fetched(state, status=0, url="")) == before


def test_what_the_neighbours_at_its_host_were_told_counts_for_a_feed_that_was_not_asked() -> None:
    state = after(after(), fetched("waiting", status=0, retry_at=NOW + 2 * HOUR))

    assert state == replace(after(), retry_at=NOW + 2 * HOUR)


# Validators ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), FULL),
        (8 * DAY, FULL),
        (8 * DAY + timedelta(seconds=1), Validators(body_hash="ab12")),
        (-9 * DAY, Validators(body_hash="ab12")),
    ],
)
def test_validators_live_eight_days_from_the_last_full_answer(age: timedelta, expected: Validators) -> None:
    assert usable(after(), NOW + age) == expected


def test_a_feed_never_fetched_has_no_validators() -> None:
    assert usable(None, NOW) == Validators()


# When it is asked again ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fresh", "every", "expected"),
    [
        (None, None, None),
        (2 * HOUR, None, 2 * HOUR),
        (None, 3 * HOUR, 3 * HOUR),
        (2 * HOUR, 3 * HOUR, 3 * HOUR),
        (5 * HOUR, 3 * HOUR, 5 * HOUR),
        (timedelta(0), None, SHORTEST),
        (None, timedelta(0), SHORTEST),
        (30 * DAY, None, LONGEST),
        (None, timedelta.max, LONGEST),
    ],
)
def test_a_publisher_is_believed_between_a_quarter_of_an_hour_and_a_day(
    fresh: timedelta | None, every: timedelta | None, expected: timedelta | None
) -> None:
    one = fetched(fresh_until=None if fresh is None else NOW + fresh)

    state = after(one=one, hints=Hints(every=every))

    assert state.next_check == (None if expected is None else NOW + expected)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        pytest.param(Hints(every=2 * HOUR, skip_hours=(8, 9)), timedelta(hours=4), id="the hour after those skipped"),
        pytest.param(Hints(every=2 * HOUR, skip_hours=(9,)), timedelta(hours=2), id="an hour that is not skipped"),
        pytest.param(Hints(skip_hours=(6, 7)), timedelta(hours=2), id="no other hint"),
        pytest.param(Hints(skip_hours=(20,)), None, id="no other hint, and not now"),
        pytest.param(Hints(every=20 * HOUR, skip_days=(3,)), LONGEST, id="never beyond a day"),
        pytest.param(Hints(every=HOUR, skip_hours=tuple(range(24))), LONGEST, id="nonsense"),
    ],
)
def test_hours_and_days_without_news_are_left_out(hints: Hints, expected: timedelta | None) -> None:
    assert after(hints=hints).next_check == (None if expected is None else NOW + expected)


@settings(max_examples=60, deadline=None)
@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    fresh=st.none() | st.timedeltas(-9 * DAY, 90 * DAY),
    every=st.none() | st.timedeltas(timedelta(0), 90 * DAY),
    hours=st.sets(st.integers(0, 23)),
    days=st.sets(st.integers(0, 6)),
)
def test_what_a_publisher_says_never_keeps_us_away_for_more_than_a_day(
    now: datetime, fresh: timedelta | None, every: timedelta | None, hours: set[int], days: set[int]
) -> None:
    hints = Hints(every=every, skip_hours=tuple(hours), skip_days=tuple(days))

    state = after(one=fetched(fresh_until=None if fresh is None else now + fresh), hints=hints, now=now)

    assert state.next_check is None or now + SHORTEST <= state.next_check <= now + LONGEST
    assert may_ask(FEED, state, now + LONGEST).now


@settings(max_examples=60, deadline=None)
@given(
    fault=st.sampled_from(get_args(Fault)),
    failures=st.integers(1, 10**6),
    feed=st.text(max_size=8),
    retry=st.none() | st.timedeltas(timedelta(seconds=1), 90 * DAY),
)
def test_after_every_failure_there_is_a_next_try(
    fault: Fault, failures: int, feed: str, retry: timedelta | None
) -> None:
    before = FeedState(feed=feed, failures=failures - 1)
    one = fetched("failed", fault=fault, retry_at=None if retry is None else NOW + retry)

    state = after(before, one)

    assert state.next_check is not None
    assert timedelta(0) < state.next_check - NOW <= LONGEST
    assert may_ask(FEED, state, NOW + (7 * DAY if retry else LONGEST)).now


def test_the_wait_doubles_up_to_a_day_and_differs_between_feeds() -> None:
    waits = [back_off("gazette", "dns", n) for n in range(1, 12)]

    assert all(0.7 * 2 < later / sooner < 1.4 * 2 for sooner, later in pairwise(waits[:6]))
    assert all(0.75 * LONGEST <= wait <= LONGEST for wait in waits[8:])
    assert len({back_off(f"feed-{n}", "dns", 3) for n in range(20)}) == 20
    assert back_off("gazette", "dns", 3) == back_off("gazette", "dns", 3)


def test_a_feed_never_asked_may_be_asked() -> None:
    assert may_ask(FEED, None, NOW).now


def test_what_was_due_just_after_the_slot_is_asked_at_the_slot() -> None:
    late = after(one=fetched(fresh_until=NOW + 30 * DAY), now=NOW + timedelta(seconds=5))

    assert may_ask(FEED, late, NOW + DAY).now


def test_a_publisher_s_wish_is_kept_unless_every_feed_is_asked() -> None:
    state = after(hints=Hints(every=6 * HOUR))

    turn = may_ask(FEED, state, NOW + HOUR)

    assert (turn.now, turn.at) == (False, NOW + 6 * HOUR)
    assert "publisher" in turn.why
    assert may_ask(FEED, state, NOW + HOUR, every=True).now
    assert may_ask(FEED, state, NOW + 4.5 * HOUR).now


def test_a_server_s_wish_is_kept_to_the_second_whatever_is_asked() -> None:
    state = after(one=fetched("failed", status=429, fault="rate-limited", retry_at=NOW + HOUR))
    just_before = NOW + HOUR - timedelta(seconds=1)

    turn = may_ask(FEED, state, just_before, every=True)

    assert (turn.now, turn.at) == (False, NOW + HOUR)
    assert "server" in turn.why
    assert may_ask(FEED, state, NOW + HOUR, every=True).now


def test_a_feed_that_failed_is_left_alone_for_a_while() -> None:
    state = failing("challenge")

    turn = may_ask(FEED, state, NOW + HOUR)

    assert (turn.now, turn.at) == (False, state.next_check)
    assert "failed" in turn.why


@pytest.mark.parametrize("ahead", [{"retry_at": NOW + 400 * DAY}, {"next_check": NOW + 400 * DAY}])
def test_an_instant_written_under_a_wrong_clock_keeps_nobody_waiting(ahead: dict[str, datetime]) -> None:
    assert may_ask(FEED, FeedState(feed="gazette", **ahead), NOW).now


# Gone, and who is to blame -------------------------------------------------------------------------


def test_a_410_is_gone_at_once_and_a_404_after_a_month() -> None:
    month = failing("not-found", failing_since=NOW - 30 * DAY)

    assert final_state(None, "failed", "gone", NOW) == "gone"
    assert final_state(None, "failed", "not-found", NOW) == "failed"
    assert final_state(month, "failed", "not-found", NOW - timedelta(seconds=1)) == "failed"
    assert final_state(month, "failed", "not-found", NOW) == "gone"
    assert final_state(month, "new", "", NOW) == "new"


def test_a_month_of_other_faults_is_not_a_month_of_404s() -> None:
    month = failing("server-error", failing_since=NOW - 30 * DAY)

    assert final_state(month, "failed", "not-found", NOW) == "failed"


def test_a_feed_that_is_gone_is_tried_once_a_day() -> None:
    state = after(None, fetched("gone", status=410, fault="gone"))

    assert state.next_check is not None
    assert state.next_check - NOW > 18 * HOUR
    assert may_ask(FEED, state, NOW + DAY).now
    assert asks_person(state, NOW)


def run(*states: tuple[str, Fault]) -> list[Fetched]:
    return [
        Fetched(feed=f"f{n}", state="failed" if fault else "same", fault=fault, url=f"https://{host}/feed")
        for n, (host, fault) in enumerate(states)
    ]


def well(asked: list[Fetched]) -> dict[str, FeedState]:
    """The feeds before the run: each answered when it was last asked."""
    return {one.feed: FeedState(feed=one.feed, last_good=NOW, last_checked=NOW) for one in asked}


@pytest.mark.parametrize(
    ("answers", "down"),
    [
        pytest.param([], False, id="nobody asked"),
        pytest.param([("a.example", "dns"), ("b.example", "dns")], False, id="too few to tell"),
        pytest.param([("a.example", "dns")] * 5, False, id="one host"),
        pytest.param([("a.example", "dns"), ("b.example", "tls"), ("c.example", "timeout")], True, id="all"),
        pytest.param([("a.example", "dns"), ("b.example", "dns"), ("c.example", "")], True, id="two of three"),
        pytest.param([("a.example", "dns"), ("b.example", ""), ("c.example", "")], False, id="one of three"),
        pytest.param([("a.example", "not-found"), ("b.example", "gone"), ("c.example", "http")], False, id="answers"),
        pytest.param([("a.example", "dns")] * 8 + [("b.example", ""), ("c.example", "")], False, id="a big host"),
    ],
)
def test_our_own_network_is_blamed_if_most_feeds_and_hosts_fail(answers: list[tuple[str, Fault]], down: bool) -> None:
    asked = run(*answers)

    assert own_network_down(asked, well(asked)) is down


def test_feeds_that_failed_before_or_never_answered_are_no_witnesses_of_the_network() -> None:
    asked = run(("a.example", "dns"), ("b.example", "dns"), ("c.example", "dns"), ("d.example", ""))
    before = well(asked)

    assert own_network_down(asked, before)
    assert not own_network_down(asked, {})
    failed = {feed: replace(before[feed], failures=1) for feed in ("f0", "f1")}
    assert not own_network_down(asked, before | failed)


def test_our_own_network_is_blamed_for_two_days_at_most() -> None:
    asked = run(("a.example", "dns"), ("b.example", "dns"), ("c.example", "dns"))
    before = well(asked)

    for _ in range(20):
        assert own_network_down(asked, before) is (before["f0"].last_checked <= NOW + 2 * DAY)
        later = before["f0"].last_checked + 6 * HOUR
        before = {feed: unblamed(state, FEED, later) for feed, state in before.items()}


def test_feeds_that_were_not_asked_do_not_count_for_the_network() -> None:
    asleep = [Fetched(feed=f"w{n}", state="waiting", url=f"https://w{n}.example/") for n in range(9)]
    dead = run(("a.example", "dns"), ("b.example", "dns"), ("c.example", "dns"))

    assert own_network_down([*asleep, *dead], well(dead))


def test_nobody_is_blamed_for_our_own_network() -> None:
    before = failing(times=2)

    assert unblamed(before, FEED, NOW + DAY) == replace(before, last_checked=NOW + DAY)
    assert unblamed(None, FEED, NOW).failures == 0


# What a person is told -----------------------------------------------------------------------------


def test_every_fault_has_a_policy_of_its_own() -> None:
    assert set(POLICIES) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_to_do_names_the_feed_and_no_password(fault: Fault) -> None:
    feed = replace(FEED, url="https://user:secret@gazette.example/{feed}?a=1&b=2")

    said = mend_of(fault, feed)

    assert "secret" not in said
    assert not {"{site}", "{url}", "{id}"} & set(said.split())


def test_what_to_do_can_be_typed_into_a_shell() -> None:
    feed = replace(FEED, url="https://gazette.example/?feed=rss&x=1")

    assert mend_of("http", feed).endswith("newsletter feeds test 'https://gazette.example/?feed=rss&x=1'")
    assert mend_of("not-feed", feed).endswith("newsletter feeds add https://gazette.example/")
    assert mend_of("gone", replace(feed, site="https://www.gazette.example/x")).count("https://www.gazette.example/x")


def test_a_person_is_asked_once_a_failure_lasts() -> None:
    state = failing("dns")

    assert not asks_person(state, NOW + 2 * DAY)
    assert asks_person(state, NOW + 3 * DAY)
    assert not asks_person(after(), NOW + 90 * DAY)


GAP = FetchRow(feed="gazette", at=NOW, state="new", gap=True, reach=6 * HOUR)


def test_a_feed_that_lost_entries_is_asked_again_after_half_of_what_its_document_holds() -> None:
    state = after()

    assert hurry(state, GAP, NOW) == NOW + 3 * HOUR
    assert hurry(state, replace(GAP, reach=timedelta(seconds=10)), NOW) == NOW + timedelta(minutes=15)
    assert hurry(state, replace(GAP, reach=90 * DAY), NOW) == NOW + DAY


def test_a_gap_hurries_nobody_who_fails_or_long_ago_or_without_dates() -> None:
    assert hurry(failing("timeout"), GAP, NOW) is None
    assert hurry(after(), GAP, NOW + 15 * DAY) is None
    assert hurry(after(), replace(GAP, reach=None), NOW) is None
    assert hurry(after(), replace(GAP, gap=False), NOW) is None


def test_a_server_s_wish_is_kept_to_by_those_in_a_hurry_too() -> None:
    state = replace(after(), retry_at=NOW + 9 * HOUR)

    assert hurry(state, GAP, NOW) == NOW + 9 * HOUR
