"""What a person decides of a week's letters on their way: pause, resume, cancel, those held. I/O: disk, SQLite"""

from __future__ import annotations

from newsletter.errors import NotReady, UsageFault
from newsletter.model.audience import Tally
from newsletter.model.deliveries import Progress
from newsletter.model.week import Week
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import one_line


def pause(room: Newsroom, week: Week, store: Store, *, why: str) -> tuple[Progress, ...]:
    """Let nothing more of the week leave until somebody resumes; how its variants stand.

    A variant that everybody has stays as it is. Needs no lock: whoever delivers at this moment stops within a batch.
    Raises NotReady if no letter has been made ready to leave, UsageFault without a reason.
    """
    for one in begun(room, week, store):
        if one.state == "open" and _has_something_left(one):
            store.ledger.pause(one.number, _reason(why), room.clock.now())
    return progress(room, week, store)


def resume(room: Newsroom, week: Week, store: Store) -> int:
    """Let a paused week go on; how many of its variants had been paused.

    Raises NotReady if it was cancelled, and if no letter has been made ready to leave: nothing begins by this word.
    """
    begun(room, week, store)
    paused = [one for one in not_cancelled(room, week, store) if one.state == "paused"]
    for one in paused:
        store.ledger.resume(one.number, room.clock.now())
    return len(paused)


def cancel(room: Newsroom, week: Week, store: Store, *, why: str) -> tuple[Progress, ...]:
    """Let nothing more of the week leave, ever: who has no letter by now gets none. How its variants stand.

    Needs no lock, as `pause`. Raises NotReady if no letter has been made ready to leave, UsageFault without a reason.
    """
    for one in begun(room, week, store):
        if one.state != "cancelled" and _has_something_left(one):
            store.ledger.cancel(one.number, _reason(why), room.clock.now())
    return progress(room, week, store)


def resend_held(room: Newsroom, week: Week, store: Store) -> int:
    """Let the letters whose fate is unknown go again, as the person wants who looked into it; how many there are.

    Raises NotReady as `resume` does.
    """
    begun(room, week, store)
    return sum(store.ledger.release_held(one.number, room.clock.now()) for one in not_cancelled(room, week, store))


def drop_held(room: Newsroom, week: Week, store: Store) -> int:
    """Take the letters whose fate is unknown for arrived: they do not go again; how many there are.

    Raises NotReady if no letter has been made ready to leave.
    """
    return sum(store.ledger.drop_held(one.number, room.clock.now()) for one in begun(room, week, store))


def progress(room: Newsroom, week: Week, store: Store) -> tuple[Progress, ...]:
    """How each variant of the week stands, in the order in which they were opened; none before any was."""
    return store.ledger.progress(str(week), room.clock.now())


def total(variants: tuple[Progress, ...]) -> Tally:
    """Where all variants of a week stand together."""
    return sum((one.tally for one in variants), Tally(audience=0))


def not_cancelled(room: Newsroom, week: Week, store: Store) -> tuple[Progress, ...]:
    """How the variants stand. Raises NotReady if what is left of the week was cancelled: nothing more of it leaves."""
    variants = progress(room, week, store)
    if any(one.state == "cancelled" for one in variants):
        raise NotReady(
            f"{week} was {words_of_stop(room, variants)}; nothing more of it leaves.",
            mend=f"Who had theirs, and who had not:  newsletter deliveries {week}",
        )
    return variants


def not_stopped(room: Newsroom, week: Week, store: Store) -> tuple[Progress, ...]:
    """How the variants stand, none before any was opened. Raises NotReady if the letters were paused or cancelled."""
    variants = not_cancelled(room, week, store)
    if any(one.state == "paused" for one in variants):
        raise NotReady(
            f"The letters of {week} are {words_of_stop(room, variants)}.",
            mend=f"Look first:  newsletter deliveries {week}   To go on:  newsletter deliver {week} --resume",
        )
    return variants


def words_of_stop(room: Newsroom, variants: tuple[Progress, ...]) -> str:
    """Since when a week is paused or cancelled, and why: "paused since Fri 7 Jun 2024 20:03 WIB: 550 5.7.1 …".

    "" if none of its variants is.
    """
    for one in sorted(variants, key=lambda one: one.state):
        if one.state != "open":
            verb = "paused since" if one.state == "paused" else "cancelled on"
            at = f" {room.local(one.changed)}" if one.changed else ""
            return f"{verb}{at}: {one_line(one.why)}"
    return ""


def begun(room: Newsroom, week: Week, store: Store) -> tuple[Progress, ...]:
    """How the variants stand. Raises NotReady if no letter has been made ready to leave: there is nothing to stop."""
    variants = progress(room, week, store)
    if not variants:
        raise NotReady(
            f"No letter of {week} has been made ready to leave yet.",
            mend=f"To keep it from leaving:  newsletter hold {week} --why … --by NAME   "
            f"To send it:  newsletter deliver {week}",
        )
    return variants


def _has_something_left(one: Progress) -> bool:
    return one.tally.waiting > 0 or one.tally.held > 0


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageFault(
            "It needs a reason.",
            mend='Whoever looks later reads it, here:  newsletter deliveries   Write it behind, such as "a wrong date"',
        )
    return one_line(why)
