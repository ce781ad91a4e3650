"""What is due now: slots of a week, and what to do about one that has passed. Pure.

The truth of "done" is the run ledger and the week's files; nothing here remembers anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from newsletter.model.settings import Schedule
from newsletter.model.week import Week

Act = Literal["wait", "freeze", "ask-approval", "send", "held", "overdue", "stopped", "done"]


@dataclass(frozen=True, slots=True)
class Slots:
    """The instants of one issue, UTC. The issue's week is the ISO week of `send`."""

    week: Week
    freeze: datetime
    send: datetime


def slots_of(week: Week, schedule: Schedule, zone: ZoneInfo) -> Slots:
    """The send slot inside the week and the last freeze slot before it."""
    send = schedule.send.in_week(week, zone)[0]
    return Slots(week, schedule.freeze.latest(send, zone), send)


def latest_slots(now: datetime, schedule: Schedule, zone: ZoneInfo) -> Slots:
    """The slots of the issue that was frozen, or should have been, last."""
    week = Week.of(now.astimezone(zone).date()).after()
    while (slots := slots_of(week, schedule, zone)).freeze > now:
        week = week.after(-1)
    return slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a week stands: read off its files and the ledger."""

    frozen: bool
    approved: bool
    #: A letter has left, or may have.
    begun: bool
    #: Every reader is served.
    sent: bool
    #: Why it was left out; "" otherwise.
    stopped: str = ""
    #: The chief editor holds it.
    paused: bool = False


def decide(now: datetime, slots: Slots, standing: Standing, schedule: Schedule) -> Act:
    """What to do about a week at this instant.

    An issue that has begun to leave is finished, however late. One that has not is sent up to `max_late`
    after its slot; later a person decides, and an approval that comes after the slot counts as late as it is.
    One that the chief editor holds still closes at its deadline, and then waits to be released.
    """
    if standing.sent:
        return "done"
    if standing.begun:
        return "send"
    if standing.stopped:
        return "stopped"
    late = now > slots.send + schedule.max_late
    if standing.paused and (standing.frozen or late):
        return "held"
    if late:
        return "overdue"
    if now < slots.freeze:
        return "wait"
    if not standing.frozen:
        return "freeze"
    if now < slots.send:
        return "wait"
    return "send" if standing.approved else "ask-approval"
