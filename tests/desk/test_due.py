"""What is due now, and what to do about a slot that has passed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.desk.due import Act, Slots, Standing, decide, latest_slots, slots_of
from newsletter.model.settings import Schedule
from newsletter.model.week import SlotTime, Week
from tests.desk.builders import WEEK, make_schedule

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
FREEZE = datetime(2024, 6, 7, 8, tzinfo=UTC)
SEND = datetime(2024, 6, 7, 13, tzinfo=UTC)
LATE = timedelta(hours=6)
SECOND = timedelta(seconds=1)


def _standing(flags: str = "", stopped: str = "") -> Standing:
    words = flags.split()
    return Standing(
        frozen="frozen" in words,
        approved="approved" in words,
        begun="begun" in words,
        sent="sent" in words,
        stopped=stopped,
        paused="paused" in words,
    )


SKIPPED = _standing(stopped="skipped: holidays")

CASES: dict[str, tuple[datetime, Standing, Act]] = {
    "before the freeze": (FREEZE - SECOND, _standing(), "wait"),
    "frozen early": (FREEZE - SECOND, _standing("frozen approved"), "wait"),
    "on the freeze": (FREEZE, _standing(), "freeze"),
    "freeze missed, the send slot passed": (SEND + SECOND, _standing(), "freeze"),
    "frozen, before the slot": (SEND - SECOND, _standing("frozen"), "wait"),
    "approved, before the slot": (SEND - SECOND, _standing("frozen approved"), "wait"),
    "approved, on the slot": (SEND, _standing("frozen approved"), "send"),
    "not approved on the slot": (SEND, _standing("frozen"), "ask-approval"),
    "approved late": (SEND + LATE - SECOND, _standing("frozen approved"), "send"),
    "exactly as late as is allowed": (SEND + LATE, _standing("frozen approved"), "send"),
    "later than is allowed": (SEND + LATE + SECOND, _standing("frozen approved"), "overdue"),
    "later, not approved": (SEND + LATE + SECOND, _standing("frozen"), "overdue"),
    "later, not even frozen": (SEND + LATE + SECOND, _standing(), "overdue"),
    "begun, in time": (SEND + SECOND, _standing("frozen approved begun"), "send"),
    "begun, then the machine was off for days": (SEND + 9 * LATE, _standing("frozen approved begun"), "send"),
    "begun, then somebody skipped it": (SEND, _standing("frozen begun", "skipped"), "send"),
    "skipped": (FREEZE, SKIPPED, "stopped"),
    "skipped long ago": (SEND + 9 * LATE, SKIPPED, "stopped"),
    "skipped, still open": (FREEZE - SECOND, SKIPPED, "stopped"),
    "held, before the freeze": (FREEZE - SECOND, _standing("paused"), "wait"),
    "held, on the freeze": (FREEZE, _standing("paused"), "freeze"),
    "held after the freeze": (SEND - SECOND, _standing("frozen approved paused"), "held"),
    "held on the slot": (SEND, _standing("frozen paused"), "held"),
    "held for days": (SEND + 9 * LATE, _standing("frozen approved paused"), "held"),
    "held for days and never frozen": (SEND + 9 * LATE, _standing("paused"), "held"),
    "held and left out": (SEND, _standing("frozen paused", "skipped"), "stopped"),
    "begun, then somebody held it": (SEND, _standing("frozen approved begun paused"), "send"),
    "sent": (SEND + SECOND, _standing("frozen approved begun sent"), "done"),
    "sent long ago": (SEND + 9 * LATE, _standing("frozen approved begun sent"), "done"),
}


@pytest.mark.parametrize(("now", "standing", "expected"), CASES.values(), ids=CASES.keys())
def test_what_to_do_about_a_week(now: datetime, standing: Standing, expected: Act) -> None:
    assert decide(now, Slots(WEEK, FREEZE, SEND), standing, make_schedule(max_late=LATE)) == expected


def test_a_week_has_the_slots_of_its_zone() -> None:
    assert slots_of(WEEK, make_schedule(), JAKARTA) == Slots(WEEK, FREEZE, SEND)


def _over_the_weekend() -> Schedule:
    return Schedule(collect=(SlotTime(None, time(6)),), freeze=SlotTime(6, time(20)), send=SlotTime(0, time(8)))


def test_a_freeze_on_sunday_belongs_to_the_issue_sent_on_monday() -> None:
    slots = slots_of(Week(2025, 1), _over_the_weekend(), BERLIN)

    assert slots.freeze == datetime(2024, 12, 29, 19, tzinfo=UTC)
    assert slots.send == datetime(2024, 12, 30, 7, tzinfo=UTC)


def test_freeze_and_send_keep_their_clock_when_it_is_put_forward_between_them() -> None:
    slots = slots_of(Week(2024, 14), make_schedule(freeze=(6, 1), send=(0, 8)), BERLIN)

    assert slots.send - slots.freeze == timedelta(hours=30)


def test_a_freeze_at_the_hour_of_sending_is_that_very_instant() -> None:
    slots = slots_of(WEEK, make_schedule(freeze=(4, 20)), JAKARTA)

    assert slots.freeze == slots.send


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2024, 12, 29, 18, 59, tzinfo=UTC), "2024-W52"),
        (datetime(2024, 12, 29, 19, 0, tzinfo=UTC), "2025-W01"),
        (datetime(2024, 12, 30, 12, 0, tzinfo=UTC), "2025-W01"),
        (datetime(2025, 1, 5, 18, 59, tzinfo=UTC), "2025-W01"),
    ],
    ids=["before the freeze", "on it", "after sending", "before the next"],
)
def test_the_latest_slots_are_those_of_the_issue_frozen_last(now: datetime, expected: str) -> None:
    assert str(latest_slots(now, _over_the_weekend(), BERLIN).week) == expected


def test_over_two_years_every_issue_is_the_latest_once_and_in_turn() -> None:
    now, seen = datetime(2023, 12, 20, tzinfo=UTC), []

    for _ in range(2 * 366 * 2):
        now += timedelta(hours=12)
        seen.append(latest_slots(now, _over_the_weekend(), BERLIN).week)

    assert seen == sorted(seen)
    assert sorted(set(seen)) == [seen[0].after(n) for n in range(len(set(seen)))]
