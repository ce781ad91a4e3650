"""Weeks, slots and windows: every instant has its issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.clock import local_instant
from newsletter.model.week import SlotTime, Week, Window, send_date, window_of

ZONES = ("Europe/Berlin", "Africa/Cairo", "Pacific/Apia", "America/Los_Angeles", "Asia/Jakarta", "UTC")
GRACE = timedelta(days=3)
TICK = timedelta(microseconds=1)
START = datetime(2024, 5, 31, 8, tzinfo=UTC)
FREEZE = datetime(2024, 6, 7, 8, tzinfo=UTC)

ISO = {
    "before New Year": (date(2024, 12, 30), "2025-W01"),
    "after New Year": (date(2021, 1, 3), "2020-W53"),
    "a year of 53 weeks": (date(2020, 12, 31), "2020-W53"),
    "first of January in week 1": (date(2024, 1, 1), "2024-W01"),
    "plain": (date(2024, 6, 7), "2024-W23"),
}


@pytest.mark.parametrize(("day", "expected"), ISO.values(), ids=ISO.keys())
def test_a_week_bears_its_iso_year(day: date, expected: str) -> None:
    assert str(Week.of(day)) == expected


@pytest.mark.parametrize("text", ["2024-W23", "2024W23", " 2024-w23 "])
def test_a_week_is_read_in_either_form(text: str) -> None:
    assert Week.read(text) == Week(2024, 23)


@pytest.mark.parametrize("text", ["2024-23", "2024-W54", "2021-W53", "2024-W00", "W23", ""])
def test_a_week_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="week"):
        Week.read(text)


def test_weeks_follow_each_other_over_new_year() -> None:
    assert Week(2020, 53).after() == Week(2021, 1)
    assert Week(2025, 1).after(-1) == Week(2024, 52)
    assert Week(2020, 53) < Week(2021, 1)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "slot", [SlotTime(6, time(2, 30)), SlotTime(4, time(0, 15)), SlotTime(0, time(23, 45))], ids=str
)
def test_every_weekly_slot_comes_exactly_once(zone: str, slot: SlotTime) -> None:
    place = ZoneInfo(zone)
    weeks = [Week(2010, 50).after(n) for n in range(110)] + [Week(2023, 1).after(n) for n in range(110)]
    expected = sorted(instant for week in weeks for instant in slot.in_week(week, place))

    followed = [slot.next(instant - TICK, place) for instant in expected]
    last = [slot.latest(instant, place) for instant in expected]
    before = [slot.latest(instant - TICK, place) for instant in expected[1:110]]

    assert followed == expected
    assert last == expected
    assert before == expected[:109]
    assert len(set(expected)) == len(expected)


def test_a_daily_slot_has_seven_instants_a_week_and_keeps_the_clock_not_the_interval() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    instants = SlotTime(None, time(6)).in_week(Week(2024, 13), berlin)

    assert [instant.hour for instant in instants] == [5, 5, 5, 5, 5, 5, 4]


def test_walking_by_next_meets_every_daily_slot() -> None:
    slot, berlin = SlotTime(None, time(2, 30)), ZoneInfo("Europe/Berlin")
    now = datetime(2024, 1, 1, tzinfo=UTC)

    met = []
    while now.year == 2024:
        now = slot.next(now, berlin)
        met.append(now.astimezone(berlin).date())

    assert met == [date(2024, 1, 1) + timedelta(days=n) for n in range(len(met))]


def test_a_slot_names_itself_as_it_is_typed() -> None:
    assert [str(SlotTime(4, time(15))), str(SlotTime(None, time(6, 5)))] == ["fri 15:00", "daily 06:05"]


def test_an_issue_is_dated_on_the_day_of_its_send_slot() -> None:
    assert send_date(Week(2025, 1), SlotTime(0, time(8))) == date(2024, 12, 30)


# Windows -------------------------------------------------------------------------------------------


def admitted(
    window: Window, published: datetime | None, seen: datetime, previous: datetime | None = FREEZE - timedelta(hours=9)
) -> bool:
    return window.admits(published=published, first_seen=seen, previous_fetch=previous, late_grace=GRACE)


def since(last: datetime | None = START) -> Window:
    return window_of(Week(2024, 23), ZoneInfo("UTC"), mode="since-last-issue", freeze=FREEZE, last_freeze=last)


def iso(last: datetime | None = None) -> Window:
    return window_of(Week(2024, 23), ZoneInfo("Asia/Jakarta"), mode="iso-week", freeze=FREEZE, last_freeze=last)


def next_window() -> Window:
    later = FREEZE + timedelta(days=7)
    return window_of(Week(2024, 24), ZoneInfo("UTC"), mode="since-last-issue", freeze=later, last_freeze=FREEZE)


@pytest.mark.parametrize("previous", [None, START], ids=["first fetch", "known feed"])
def test_an_entry_seen_exactly_on_the_freeze_is_in_and_a_microsecond_later_in_the_next(
    previous: datetime | None,
) -> None:
    on, later = FREEZE, FREEZE + TICK

    assert [admitted(w, on, on, previous) for w in (since(), next_window())] == [True, False]
    assert [admitted(w, later, later, previous) for w in (since(), next_window())] == [False, True]


def test_an_entry_seen_exactly_on_the_last_freeze_was_in_the_last_issue() -> None:
    assert not admitted(since(), START, START)
    assert admitted(since(), START, START + TICK)


ADMITTED = {
    "this week's": (FREEZE - timedelta(days=1), START, True),
    "undated, known feed": (None, START, True),
    "undated, first fetch": (None, None, False),
    "back-dated within the grace": (START - GRACE, START, True),
    "back-dated beyond the grace": (START - GRACE - TICK, START, False),
    "no grace at the first fetch": (START - TICK, None, False),
    "first fetch inside": (START, None, True),
    "the feed was down for long": (START - timedelta(days=20), START - timedelta(days=18), True),
    "older than what the feed had before": (START - timedelta(days=22), START - timedelta(days=18), False),
    "dated after the freeze": (FREEZE + timedelta(hours=1), START, False),
    "first fetch, dated after the freeze": (FREEZE + timedelta(hours=1), None, False),
}


@pytest.mark.parametrize(("published", "previous", "expected"), ADMITTED.values(), ids=ADMITTED.keys())
def test_what_counts_as_news_of_the_window(
    published: datetime | None, previous: datetime | None, expected: bool
) -> None:
    assert admitted(since(), published, FREEZE - timedelta(hours=1), previous) is expected


def test_the_first_issue_reaches_seven_days_back() -> None:
    assert since(None).start == FREEZE - timedelta(days=7)


def test_the_first_issue_takes_in_what_was_seen_while_earlier_weeks_were_skipped() -> None:
    seen = FREEZE - timedelta(days=12)

    assert admitted(since(None), seen, seen, seen - timedelta(hours=6))


def test_an_iso_week_runs_from_monday_to_monday_in_the_publications_zone() -> None:
    window = iso()

    assert window.start == datetime(2024, 6, 2, 17, tzinfo=UTC)
    assert window.end == datetime(2024, 6, 9, 17, tzinfo=UTC)


def test_at_a_first_fetch_an_iso_week_goes_by_the_date_alone() -> None:
    window, after_the_week = iso(), datetime(2024, 7, 1, tzinfo=UTC)

    assert admitted(window, window.start, after_the_week, None)
    assert admitted(window, window.end - TICK, after_the_week, None)
    assert not admitted(window, window.end, after_the_week, None)
    assert not admitted(window, window.start - TICK, after_the_week, None)


@dataclass(frozen=True)
class Seen:
    """An entry as the wire found it; `published` is None or not after `first_seen`."""

    published: datetime | None
    first_seen: datetime
    previous_fetch: datetime | None


def _is_news(entry: Seen, window: Window) -> bool:
    """Architecture, section 8, for the first issue sent whose freeze is not before the entry was first seen.

    A first fetch: dated, and not before the window's start. Else: undated, or dated at or after the earlier
    of the window's start and the feed's previous good fetch, less the grace.
    """
    if entry.previous_fetch is None:
        return entry.published is not None and entry.published >= window.start
    return entry.published is None or entry.published >= min(window.start, entry.previous_fetch) - GRACE


TEN_YEARS = [Week(2016, 1).after(n) for n in range(522)]


@st.composite
def _entry(draw: st.DrawFn) -> Seen:
    friday = local_instant(draw(st.sampled_from(TEN_YEARS)).monday + timedelta(days=4), time(15), UTC_ZONE)
    near = st.timedeltas(timedelta(days=-8), timedelta(days=8)) | st.sampled_from([timedelta(0), TICK, -TICK])
    first_seen = friday + draw(near)
    age = st.timedeltas(timedelta(0), timedelta(days=30)) | st.sampled_from([timedelta(0), timedelta(days=7), GRACE])
    published = draw(st.none() | age.map(lambda span: first_seen - span))
    gap = st.timedeltas(TICK, timedelta(days=40)) | st.just(timedelta(days=1))
    return Seen(published, first_seen, draw(st.none() | gap.map(lambda span: first_seen - span)))


UTC_ZONE = ZoneInfo("UTC")


@settings(max_examples=16, deadline=None)
@given(
    entries=st.lists(_entry(), min_size=5, max_size=20),
    skipped=st.sets(st.integers(0, len(TEN_YEARS) - 1), max_size=200),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia"]),
    mode=st.sampled_from(["since-last-issue", "iso-week"]),
)
def test_every_entry_that_is_news_enters_exactly_one_sent_issue(
    entries: list[Seen], skipped: set[int], zone: str, mode: str
) -> None:
    windows: list[Window] = []
    last: datetime | None = None
    for place, week in enumerate(TEN_YEARS):
        if place in skipped:
            continue
        freeze = local_instant(week.monday + timedelta(days=4), time(15), ZoneInfo(zone))
        windows.append(window_of(week, ZoneInfo(zone), mode=mode, freeze=freeze, last_freeze=last))
        last = freeze

    for entry in entries:
        found = [w for w in windows if admitted(w, entry.published, entry.first_seen, entry.previous_fetch)]
        first_fetch = entry.previous_fetch is None
        if mode == "iso-week" and first_fetch:
            # By the date alone: the issue of the week it is dated in, if that is sent.
            own = [w for w in windows if entry.published is not None and w.start <= entry.published < w.end]
        else:
            own = [w for w in windows if entry.first_seen <= w.seen_until][:1]
            own = [w for w in own if _is_news(entry, w)]

        assert found == own
