"""Reminding members from the command line. I/O: terminal"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room

if TYPE_CHECKING:
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom


@click.command(epilog="Example: newsletter remind 2024-W23 --send")
@with_room
@week_argument
@click.option("--send", is_flag=True, help="Send it; without this the letters are only shown.")
@json_option
def remind(room: Newsroom, week: Week | None, *, send: bool, as_json: bool) -> int:
    """Remind those of this week's rota who have not filed.

    Each gets the deadline by their own clocks, three stories near what they wrote before, and a filled-in beginning.
    Nobody is reminded who has filed, is away, or was reminded twice. Exit code 4 if somebody was not reached.
    """
    from newsletter.reminding import remind as remind_of
    from newsletter.reminding import week_to_remind_of

    week = week or week_to_remind_of(room)
    with room.open_store() as store, room.lock(store) if send else nullcontext():
        report = remind_of(room, week, store, send=send)
    if as_json:
        show.as_json(report.as_json())
    else:
        click.echo("\n".join(report.lines()))
    return 0 if report.is_whole else 4
