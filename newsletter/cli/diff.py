"""What changed in a week since it was drafted or approved. I/O: terminal"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom

#: How each kind of line looks on a terminal; elsewhere they are plain.
_LOOKS: dict[str, dict[str, Any]] = {
    "head": {"bold": True},
    "place": {"dim": True},
    "went": {"fg": "red"},
    "came": {"fg": "green"},
}


@click.command(epilog="Example: newsletter diff 2024-W23 --since-approval")
@with_room
@week_argument
@click.option("--since-approval", is_flag=True, help="Compare with what was approved, not with the last draft.")
@json_option
def diff(room: Newsroom, week: Week | None, *, since_approval: bool, as_json: bool) -> int:
    """What changed since the last draft, or since the approval.

    In the files and in the text that readers would get. Nothing is written. Exit code 1 if anything changed.
    """
    from newsletter import differences
    from newsletter.files.plain import to_plain
    from newsletter.files.state import read_state
    from newsletter.newsroom.calendar import current_week

    week = week or current_week(room)
    if since_approval:
        found = differences.since_approval(room, week)
    else:
        # A frozen week needs no database: a clone can compare it.
        frozen = read_state(room.root, week).frozen is not None
        with nullcontext() if frozen else room.open_store() as store:
            found = differences.since_draft(room, week, store)
    if as_json:
        show.as_json({"changed": found.changed, **to_plain(found)})
        return 1 if found.changed else 0
    first = True
    for kind, line in found.shown():
        if kind == "head" and not first:
            click.echo()
        click.echo(click.style(visible(line), **_LOOKS.get(kind, {})))
        first = False
    if found.changed and since_approval:
        click.echo(f"\nTo approve it as it is now:  newsletter draft {week}, newsletter approve {week} --by NAME")
    return 1 if found.changed else 0
