"""Where a week stands, without composing it: state, deadlines, approval, hold, letters, faults. I/O: disk, SQLite"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.desk.due import latest_slots, slots_of
from newsletter.files.state import read_seal, read_state
from newsletter.model.audience import Tally
from newsletter.model.week import Week
from newsletter.model.week_state import Pause, State
from newsletter.newsroom.calendar import standing, state_of
from newsletter.newsroom.letters.halts import are_only_put_off, halt_of, is_halt, leaving
from newsletter.newsroom.letters.mailings import tally_of
from newsletter.newsroom.records import changed_since_approval, name_of
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.runs import RunRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved a week, when, and the files that were changed since; none if the approval holds."""

    by: str
    at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a week stands, read without composing it. `faults` are empty when all is as it should be."""

    week: Week
    state: State
    now: datetime
    freeze: datetime
    send: datetime
    #: Until when a late issue leaves by itself.
    latest: datetime
    closed: bool
    #: It leaves without being approved by a person.
    by_itself: bool
    approval: Approval | None
    #: The chief editor's hold.
    pause: Pause | None
    #: Why it could not be closed, and why it is left out; "" if neither.
    held: str
    skipped: str
    readers: int
    tally: Tally | None
    #: Why its letters wait for a person, with the commands; "" if none does.
    halt: str
    faults: tuple[str, ...]


def status(room: Newsroom, week: Week, store: Store) -> Status:
    """Where the week stands. Nothing is composed and nothing written: for machines that look often."""
    schedule = room.settings.schedule
    slots = slots_of(week, schedule, room.settings.week.zone)
    state = read_state(room.root, week)
    return Status(
        week=week,
        state=state_of(room, week),
        now=room.clock.now(),
        freeze=slots.freeze,
        send=slots.send,
        latest=slots.send + schedule.max_late,
        closed=state.frozen is not None,
        by_itself=schedule.auto_send,
        approval=_approval(room, week) if state.frozen else None,
        pause=replace(state.pause, by=name_of(room, state.pause.by)) if state.pause and not state.sent else None,
        held=state.held,
        skipped=state.skipped,
        readers=store.subscribers.count_readers(),
        tally=tally_of(store, week),
        halt=halt_of(room, week, store),
        faults=faults_of(room, store),
    )


def _approval(room: Newsroom, week: Week) -> Approval | None:
    seal = read_seal(room.root, week)
    if seal is None:
        return None
    return Approval(by=name_of(room, seal.by), at=seal.at, changed=changed_since_approval(room, week, seal))


def faults_of(room: Newsroom, store: Store) -> tuple[str, ...]:
    """What a machine should raise an alarm for: what the last try of a stage failed at, an issue that did not leave,
    and letters that wait for a person.

    Letters of a few readers that were put off, and go by themselves, are no fault.
    """
    now = room.clock.now()
    halts = {week: words for week in leaving(room) if (words := halt_of(room, week, store))}
    latest: dict[str, RunRow] = {}
    for row in store.runs.recent(200):
        if row.stage not in latest or row.slot > latest[row.stage].slot:
            latest[row.stage] = row
    faults = [
        f"{row.stage} failed at {room.local(_tried(row))}: {row.message}"
        for _, row in sorted(latest.items())
        if row.state == "failed" and not _is_settled(room, row, store)
    ]
    at_send = latest.get("deliver")
    for week, words in halts.items():
        has_row = at_send is not None and at_send.week == week and at_send.state == "failed"
        faults.append(f"deliver failed at {room.local(_tried(at_send))}: {words}" if at_send and has_row else words)
    slots = latest_slots(now, room.settings.schedule, room.settings.week.zone)
    found = standing(room, slots.week, store)
    in_use = store.runs.first_started()
    due = now > slots.send and in_use is not None and in_use <= slots.send
    if due and not (found.sent or found.stopped or slots.week in halts or are_only_put_off(room, slots.week, store)):
        faults.append(f"{slots.week} should have left at {room.local(slots.send)} and has not reached every reader")
    begun = [row for row in store.runs.recent(20) if row.state == "begun" and row.slot < now]
    begun = [row for row in begun if not _is_settled(room, row, store)]
    faults.extend(f"{row.stage} of {room.local(row.slot)} began and never ended" for row in begun)
    return tuple(faults)


def _tried(row: RunRow) -> datetime:
    """The slot; what was begun by hand before it was tried earlier."""
    return min(row.slot, row.finished or row.started)


def _is_settled(room: Newsroom, row: RunRow, store: Store) -> bool:
    """Whether a person has done since what the run could not, or has left the week out; or its letters just wait."""
    if row.stage in ("collect", "publish"):
        return False
    if row.stage == "deliver" and (is_halt(row.message) or are_only_put_off(room, row.week, store)):
        # Whether they wait for a person still is read off the ledger.
        return True
    found = standing(room, row.week, store)
    return bool(found.stopped) or found.sent or (row.stage == "freeze" and found.frozen)
