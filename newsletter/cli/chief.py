"""What the chief editor asks and decides: status, plan, hold, skip. I/O: terminal"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import WeekType, json_option, week_argument, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom


@click.command(epilog="Example: newsletter status 2024-W23    For machines: newsletter status --check || page-somebody")
@with_room
@week_argument
@click.option("--check", is_flag=True, help="Exit 1 if something needs a person, and say what; else say nothing.")
@json_option
def status(room: Newsroom, week: Week | None, *, check: bool, as_json: bool) -> int:
    """Where the week stands, on one screen; --check for machines.

    State, deadlines, stories with id and score, takes, who has not filed, remarks, and what comes next. Nothing is
    written. --check tells of stages that failed, an issue that did not leave, and letters that are paused or held, of
    any week; the week is not composed, so that a machine may ask often.
    """
    from newsletter.newsroom.calendar import current_week

    week = week or current_week(room)
    if check:
        return _check(room, week, as_json=as_json)
    from newsletter.cli.screen import status_lines
    from newsletter.overview import overview

    with room.open_store() as store:
        found = overview(room, week, store)
    if as_json:
        show.as_json(found.as_json())
    else:
        click.echo(visible("\n".join(status_lines(found, room.settings.week.zone, show.width()))))
    return 0


def _check(room: Newsroom, week: Week, *, as_json: bool) -> int:
    from newsletter.newsroom.next_step import next_step
    from newsletter.newsroom.status import status as status_of

    with room.open_store() as store:
        found = status_of(room, week, store)
    if as_json:
        coming = next_step(room, found)
        show.as_json({"week": str(week), "state": found.state, "next": coming, "faults": list(found.faults)})
    elif found.faults:
        click.echo(visible(f"{week}  {found.state}: {next_step(room, found)}"))
        for fault in found.faults:
            click.echo(visible(f"fault: {fault}"))
    return 1 if found.faults else 0


@click.command(epilog="Example: newsletter plan --weeks 12")
@with_room
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help="How many weeks.")
@json_option
def plan(room: Newsroom, *, weeks: int, as_json: bool) -> int:
    """The next eight weeks: who writes what.

    A calendar of explainers and of those who write takes. Below it the backlog: what is ready, closest to the current
    week's news first, with the terms in common; topics that ran before; what waits. Nothing is written.
    """
    from newsletter.cli.plan_screen import plan_lines
    from newsletter.planning import plan as plan_weeks

    with room.open_store() as store:
        found = plan_weeks(room, store, weeks=weeks)
    if as_json:
        show.as_json(found.as_json())
    else:
        click.echo(visible("\n".join(plan_lines(found, room.settings.week.zone, show.width()))))
    return 0


@click.command(epilog='Example: newsletter hold 2024-W23 --why "a source called" --by rani')
@with_room
@click.argument("week", type=WeekType())
@click.option("--why", default="", help="For those who ask later.")
@click.option("--by", default="", help="Who stops it, or lets it go.")
@click.option("--release", is_flag=True, help="Let it go on.")
def hold(room: Newsroom, week: Week, *, why: str, by: str, release: bool) -> int:
    """Stop a week: nothing is approved or sent until it is released.

    It still closes at its deadline, so that news and takes are fixed. An approval given before stays valid.
    """
    from newsletter.editorial import hold as hold_week
    from newsletter.editorial import release as release_week
    from newsletter.newsroom.next_step import next_step
    from newsletter.newsroom.records import words_of_pause
    from newsletter.newsroom.status import status as status_of

    if release and why:
        raise click.UsageError("--why goes with a hold, not with --release.")
    with room.open_store() as store, room.lock(store):
        if release:
            pause = release_week(room, week)
            let_go = f"{week} goes on{f', released by {by.strip()}' if by.strip() else ''}"
            said = f"{let_go}. It was {words_of_pause(room, pause)}"
        else:
            said = f"{week} is {words_of_pause(room, hold_week(room, week, store, why=why, by=by))}"
        coming = next_step(room, status_of(room, week, store)) if release else _until_released(week)
    click.echo(visible(f"{said}\n{coming}"))
    return 0


def _until_released(week: Week) -> str:
    return f"Nothing of it is approved or sent until:  newsletter hold {week} --release"


@click.command(epilog='Example: newsletter skip 2024-W52 --why "holidays"')
@with_room
@click.argument("week", type=WeekType())
@click.option("--why", default="", help="For those who ask later.")
@click.option("--undo", is_flag=True, help="Bring it back.")
def skip(room: Newsroom, week: Week, *, why: str, undo: bool) -> int:
    """Leave a week out; its news and takes go to the next.

    With --undo it stands where it stood; takes that another week was closed with meanwhile stay there.
    """
    from newsletter.editorial import bring_back
    from newsletter.editorial import skip as skip_week
    from newsletter.newsroom.next_step import next_step
    from newsletter.newsroom.status import status as status_of

    if undo and why:
        raise click.UsageError("--why goes with leaving out, not with --undo.")
    with room.open_store() as store, room.lock(store):
        if undo:
            moved = bring_back(room, week)
            coming = next_step(room, status_of(room, week, store))
            lines = [f"{week} is back. {_of_takes(moved)}", *(f"    {path}: {other}" for path, other in moved), coming]
        else:
            skip_week(room, week, why=why)
            lines = [
                f"{week} is left out: {why}",
                f"Its news and takes go to the next week. To undo it:  newsletter skip {week} --undo",
            ]
    click.echo(visible("\n".join(lines)))
    return 0


def _of_takes(moved: tuple[tuple[str, Week], ...]) -> str:
    if not moved:
        return "Its takes stand in it again: no other week was closed with them."
    files = "1 file of takes stays" if len(moved) == 1 else f"{len(moved)} files of takes stay"
    return f"{files} with the week that was closed with them; the others stand in it again."
