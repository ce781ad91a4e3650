"""Letters on their way that go no further by themselves, and those that do. I/O: disk, SQLite"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from newsletter.files.folder import weeks_on_disk
from newsletter.files.state import read_state
from newsletter.model.week import Week
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import one_line

#: Weeks that are looked at: what is older than half a year leaves no more.
_LATEST = 26
#: Of so many readers one may be put off for days, by a full mailbox or a server that is away, without a person's help.
_ONE_OF = 10
#: A try that is overdue by so much shows that nobody calls `run`.
_OVERDUE = timedelta(hours=6)
_HALT = re.compile(r"The letters of \S+ are paused since |[0-9]+ letters? (is|are) held: ")


def leaving(room: Newsroom) -> Iterator[Week]:
    """The weeks that have begun to leave and have not reached every reader, older first."""
    for week in weeks_on_disk(room.root)[-_LATEST:]:
        sent = read_state(room.root, week).sent
        if sent is not None and sent.finished is None:
            yield week


def halt_of(room: Newsroom, week: Week, store: Store) -> str:
    """Why letters of a week wait for a person and not for the next run, with the commands; "" if none does."""
    variants = store.ledger.progress(str(week), room.clock.now())
    look, on = f"\n    Look:  newsletter deliveries {week}   then:", f"newsletter deliver {week}"
    for one in variants:
        if one.state == "paused" and one.changed is not None:
            return (
                f"The letters of {week} are paused since {room.local(one.changed)}: {one_line(one.why)}"
                f"{look}  {on} --resume   or --cancel WHY"
            )
    if held := sum(one.tally.held for one in variants if one.state != "cancelled"):
        so_many, they = ("letter is", "it") if held == 1 else ("letters are", "they")
        return (
            f"{held} {so_many} held: no answer came after the end, and nobody knows whether {they} arrived."
            f"{look}  {on} --resend-held   or --drop-held"
        )
    return ""


def is_halt(words: str) -> bool:
    """Whether these words, of an earlier run, told of letters that waited for a person then."""
    return _HALT.match(words) is not None


def are_only_put_off(room: Newsroom, week: Week, store: Store) -> bool:
    """Whether every reader has been tried and the few whose letters were put off come next by themselves."""
    now = room.clock.now()
    variants = store.ledger.progress(str(week), now)
    waiting = sum(one.tally.waiting for one in variants)
    put_off = sum(one.tally.deferred + one.tally.unknown for one in variants)
    nexts = [one.next_try for one in variants if one.next_try is not None]
    return (
        0 < waiting == put_off
        and put_off * _ONE_OF <= sum(one.tally.audience for one in variants)
        and all(one.state != "paused" for one in variants)
        and all(at > now - _OVERDUE for at in nexts)
    )
