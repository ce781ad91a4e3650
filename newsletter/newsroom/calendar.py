"""Which week is meant, and where it stands. I/O: disk, SQLite"""

from __future__ import annotations

from newsletter.desk.due import Standing
from newsletter.files.folder import weeks_on_disk
from newsletter.files.state import read_state
from newsletter.model.week import Week
from newsletter.model.week_state import State
from newsletter.newsroom.inputs import is_sample
from newsletter.newsroom.letters.mailings import tally_of
from newsletter.newsroom.records import seal_holds
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store


def current_week(room: Newsroom, *, to_deliver: bool = False) -> Week:
    """The oldest week that was not sent: one with a folder, or the one whose send slot comes next.

    One that has begun to leave is over for editors; `to_deliver` it is not until every reader is served.
    """
    schedule, zone = room.settings.schedule, room.settings.week.zone
    coming = Week.of(schedule.send.next(room.clock.now(), zone).astimezone(zone).date())
    while read_state(room.root, coming).sent or read_state(room.root, coming).skipped:
        coming = coming.after()
    unsent = [
        week
        for week in weeks_on_disk(room.root)
        if week < coming
        and not is_sample(room.root, week)
        and not (state := read_state(room.root, week)).skipped
        and (state.sent is None or (to_deliver and state.sent.finished is None))
    ]
    return min(unsent, default=coming)


def standing(room: Newsroom, week: Week, store: Store) -> Standing:
    """Where a week stands, by its files and the ledger."""
    state = read_state(room.root, week)
    tally = tally_of(store, week)
    return Standing(
        frozen=state.frozen is not None,
        approved=state.frozen is not None and seal_holds(room, week),
        begun=tally is not None and tally.waiting < tally.audience,
        sent=state.sent is not None and state.sent.finished is not None,
        stopped=state.skipped,
        paused=state.pause is not None,
    )


def state_of(room: Newsroom, week: Week) -> State:
    """The week's state in one word. "held" is what the chief editor holds, and what could not be closed."""
    state = read_state(room.root, week)
    if state.skipped:
        return "skipped"
    if state.sent is not None:
        return "corrected" if state.corrections else "sent"
    if state.pause is not None:
        return "held"
    if state.frozen is not None:
        return "approved" if seal_holds(room, week) else "frozen"
    return "held" if state.held else "open"
