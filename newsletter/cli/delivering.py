"""Letters as they leave: deliver, its bar, how it is stopped, and what a person decides. I/O: terminal"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room
from newsletter.errors import Busy, NewsletterError, UsageFault
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.audience import Tally
    from newsletter.model.deliveries import Progress
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom
    from newsletter.store.engine import Store

#: Exit codes (newsletter.errors), beside 1 and 2.
_DONE, _ACT, _IN_PART = 0, 3, 4


@click.command(epilog="Example: newsletter deliver 2024-W23    Rehearse it: newsletter deliver --outbox rehearsal")
@with_room
@week_argument
@click.option(
    "--dry-run", is_flag=True, help="Only say what would go, over which relays, how long it takes, what is amiss."
)
@click.option(
    "--outbox",
    type=click.Path(path_type=Path, file_okay=False),
    help="Rehearse: write the letters that would go into this folder and keep no record of it.",
)
@click.option("--pause", metavar="WHY", help="Let nothing more leave, also while another process delivers.")
@click.option("--resume", is_flag=True, help="Go on with what was paused.")
@click.option("--cancel", metavar="WHY", help="Let nothing more leave, ever; who has no letter gets none.")
@click.option("--resend-held", is_flag=True, help="Letters that nobody knows the fate of: send them again.")
@click.option("--drop-held", is_flag=True, help="The same: take them for arrived.")
@click.option("--yes", is_flag=True, help="With --cancel: do not ask.")
@json_option
def deliver(
    room: Newsroom,
    week: Week | None,
    *,
    dry_run: bool,
    outbox: Path | None,
    pause: str | None,
    resume: bool,
    cancel: str | None,
    resend_held: bool,
    drop_held: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Send the approved issue to every reader who has not had it.

    A second call sends nothing; one after a crash goes on where the first was stopped. Ctrl-C and SIGTERM finish what
    is in the air and say how to go on; the second one ends at once. Exit codes: 0 everybody is served, 3 a person must
    act (paused, held), 4 some wait or were refused, also after Ctrl-C; 130 after a second Ctrl-C. With --dry-run 0 if
    the letters could leave, else 3.
    """
    asked = (dry_run, outbox is not None, pause is not None, resume, cancel is not None, resend_held, drop_held)
    if sum(asked) > 1:
        raise click.UsageError(
            "Name one of --dry-run, --outbox, --pause, --resume, --cancel, --resend-held and --drop-held."
        )
    if yes and cancel is None:
        raise click.UsageError("--yes goes with --cancel.")
    from newsletter.newsroom.calendar import current_week

    week = week or current_week(room, to_deliver=True)
    if dry_run:
        return _foretell(room, week, as_json=as_json)
    if outbox is not None:
        return _rehearse(room, week, outbox, as_json=as_json)
    if pause is not None:
        return _pause(room, week, pause, as_json=as_json)
    if cancel is not None:
        return _cancel(room, week, cancel, yes=yes, as_json=as_json)
    if drop_held:
        return _drop_held(room, week, as_json=as_json)
    return _deliver(room, week, resume=resume, resend_held=resend_held, as_json=as_json)


def _deliver(room: Newsroom, week: Week, *, resume: bool, resend_held: bool, as_json: bool) -> int:
    from newsletter import stopping
    from newsletter.cli.draining import draining
    from newsletter.pipeline import deliver as deliver_week

    fault: NewsletterError | None = None
    with _at_work(room) as store:
        if resend_held:
            count = stopping.resend_held(room, week, store)
            click.echo(f"{count} held letter{'' if count == 1 else 's'} may go again.", err=True)
        if resume:
            stopping.resume(room, week, store)
        before = stopping.not_stopped(room, week, store)
        due = stopping.total(before).waiting if before else store.subscribers.count_readers()
        with show.letters(due) as tempo, draining(tempo.finish) as stop:
            try:
                deliver_week(room, week, store, on_delivery=lambda one: tempo.tell(one.state), stop=stop)
            except NewsletterError as found:
                fault = found
            stopped = stop()
        after = stopping.progress(room, week, store)
    if fault is not None and not after:
        raise fault
    _tell_tally(week, after, as_json=as_json)
    code = _tell_rest(room, week, after, stopped=stopped, fault=fault)
    _tell_archive(room, week)
    return code


def _tell_tally(week: Week, variants: tuple[Progress, ...], *, as_json: bool) -> None:
    from newsletter import stopping
    from newsletter.cli.delivery_screen import tally_words

    tally = stopping.total(variants)
    if as_json:
        each = [{"variant": one.variant, "state": one.state, **_counted(one.tally)} for one in variants]
        show.as_json({"week": str(week), **_counted(tally), "variants": each})
        return
    if len(variants) > 1:
        for one in variants:
            click.echo(f"{week} {one.variant}: {tally_words(one.tally)}")
    click.echo(f"{week}: {tally_words(tally)}")
    sys.stdout.flush()


def _tell_rest(
    room: Newsroom, week: Week, variants: tuple[Progress, ...], *, stopped: bool, fault: NewsletterError | None
) -> int:
    """Say on stderr what is left to be done, and by what command; the exit code."""
    from newsletter import stopping

    tally, words = stopping.total(variants), stopping.words_of_stop(room, variants)
    paused = any(one.state == "paused" for one in variants)
    if fault is not None:
        if not paused:
            raise fault
        _say(f"newsletter: {fault}")
        return _ACT
    if paused:
        _say(f"The letters are {words}\n    Look:  newsletter deliveries {week}\n    Go on:  {_go_on(week)} --resume")
        return _ACT
    if words:
        _say(f"The letters were {words}")
        return _IN_PART
    if tally.held:
        _say(
            f"{_so_many(tally.held, 'letter is', 'letters are')} held: no answer came, they may have arrived or not.\n"
            f"    Look:  newsletter deliveries {week}\n    Then:  {_go_on(week)} --resend-held   or:  --drop-held"
        )
    if stopped and tally.waiting:
        had = _so_many(tally.accepted, "reader has had theirs", "readers have had theirs")
        _say(f"stopped: {had}, {_so_many(tally.waiting, 'waits', 'wait')}. To go on:  {_go_on(week)}")
    elif tally.waiting:
        nexts = min((one.next_try for one in variants if one.next_try is not None), default=None)
        when = f", the next try from {room.local(nexts)} on" if nexts else ""
        _say(f"{_so_many(tally.waiting, 'letter waits', 'letters wait')} for another try{when}:  {_go_on(week)}")
    if tally.held:
        return _ACT
    return _IN_PART if tally.waiting or tally.refused else _DONE


def _tell_archive(room: Newsroom, week: Week) -> None:
    if room.settings.publication.wording.base_url and not (room.site / "issues" / str(week) / "index.html").is_file():
        # Its links, its pictures and the rest of a shortened explainer lead there.
        click.echo(f"The letters lead to a page that is not in the archive yet:  newsletter publish {week}", err=True)


# What may be said instead --------------------------------------------------------------------------


def _foretell(room: Newsroom, week: Week, *, as_json: bool) -> int:
    from newsletter.cli.delivery_screen import forecast_lines
    from newsletter.forecast import forecast

    with room.open_store() as store:
        found = forecast(room, week, store)
    if as_json:
        show.as_json(found.as_json())
    else:
        click.echo(visible("\n".join(forecast_lines(found, show.width()))))
    return _DONE if found.may_leave else _ACT


def _rehearse(room: Newsroom, week: Week, folder: Path, *, as_json: bool) -> int:
    from newsletter.rehearsal import rehearse

    with room.open_store() as store:
        count = rehearse(room, week, store, folder)
    if as_json:
        show.as_json({"week": str(week), "letters": count})
    else:
        click.echo(visible(f"Letters of {week} in {folder}: {count}. None was sent."))
    return _DONE


def _pause(room: Newsroom, week: Week, why: str, *, as_json: bool) -> int:
    from newsletter import stopping

    with room.open_store() as store:
        variants = stopping.pause(room, week, store, why=why)
    _tell_tally(week, variants, as_json=as_json)
    words = stopping.words_of_stop(room, variants)
    _say(
        f"The letters are {words}\n    Go on:  {_go_on(week)} --resume" if words else "Nothing of it is left to leave."
    )
    return _DONE


def _cancel(room: Newsroom, week: Week, why: str, *, yes: bool, as_json: bool) -> int:
    from newsletter import stopping
    from newsletter.newsroom.letters.mailings import note_progress

    with room.open_store() as store:
        if not yes:
            waiting = stopping.total(stopping.begun(room, week, store)).waiting
            _ask(f"{_so_many(waiting, 'reader', 'readers')} would never get {week}. Type yes to cancel it")
        variants = stopping.cancel(room, week, store, why=why)
        # Whoever delivers at this moment notes the end itself.
        with suppress(Busy), room.lock(store):
            note_progress(room, week, store)
    _tell_tally(week, variants, as_json=as_json)
    words = stopping.words_of_stop(room, variants)
    _say(f"The letters were {words}" if words else "Nothing of it is left to leave.")
    return _DONE


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise UsageFault("A cancelled issue never goes on.", mend="To say that this is meant:  --yes")
    if click.prompt(question, err=True, default="", show_default=False).strip().casefold() != "yes":
        raise UsageFault("Nothing was cancelled.", mend='It takes the word "yes", or --yes.')


def _drop_held(room: Newsroom, week: Week, *, as_json: bool) -> int:
    from newsletter import stopping
    from newsletter.newsroom.letters.mailings import note_progress

    with _at_work(room) as store:
        count = stopping.drop_held(room, week, store)
        variants = stopping.progress(room, week, store)
        note_progress(room, week, store)
    _say(f"{_so_many(count, 'held letter is', 'held letters are')} taken for arrived.")
    _tell_tally(week, variants, as_json=as_json)
    return _tell_rest(room, week, variants, stopped=False, fault=None)


# What they share ----------------------------------------------------------------------------------


@contextmanager
def _at_work(room: Newsroom) -> Iterator[Store]:
    """The store, under the lock of the one runner. Raises Busy if another is at work."""
    with room.open_store() as store, room.lock(store):
        yield store


def _counted(tally: Tally) -> dict[str, int]:
    return asdict(tally) | {"waiting": tally.waiting}


def _go_on(week: Week) -> str:
    return f"newsletter deliver {week}"


def _so_many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _say(words: str) -> None:
    click.echo(visible(words), err=True)
