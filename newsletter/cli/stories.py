"""The stories of a week, and why one is in the issue or not. I/O: terminal"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom


#: Stories listed without --all.
_SHOWN = 40


@click.command(epilog="Example: newsletter why zoom-chief-executive")
@with_room
@click.argument("story")
@week_argument
@json_option
def why(room: Newsroom, story: str, week: Week | None, *, as_json: bool) -> int:
    """Why a story stands where it stands.

    STORY is its id, its address or its headline. Its score with every term, the feeds that carried it, the rule that
    decided, its takes, its thread, and stories that may be the same. Nothing is written.
    """
    from newsletter.newsroom.calendar import current_week
    from newsletter.why import why as reasons

    with room.open_store() as store:
        found = reasons(room, week or current_week(room), store, story)
    return _tell(found.lines(), found.as_json() if as_json else None)


@click.command("why-not", epilog="Example: newsletter why-not https://example.com/story")
@with_room
@click.argument("story")
@week_argument
@json_option
def why_not(room: Newsroom, story: str, week: Week | None, *, as_json: bool) -> int:
    """The rule that keeps a story out, and what would have to change.

    STORY is its id, its address or its headline; of an address that no feed brought, why none did.
    """
    from newsletter.newsroom.calendar import current_week
    from newsletter.why import why_not as reasons

    with room.open_store() as store:
        found = reasons(room, week or current_week(room), store, story)
    return _tell(found.lines(), found.as_json() if as_json else None)


@click.command(epilog="Example: newsletter stories 2024-W23 --all")
@with_room
@week_argument
@click.option("--all", "every", is_flag=True, help="List every story, not only the best.")
@json_option
def stories(room: Newsroom, week: Week | None, *, every: bool, as_json: bool) -> int:
    """The week's stories, best first.

    With score, sources, takes, and what became of each; a thread is listed once, with its sub-stories below it. At the
    end, stories that may be the same. Nothing is written.
    """
    from newsletter.newsroom.calendar import current_week
    from newsletter.story_list import story_list

    with room.open_store() as store:
        found = story_list(room, week or current_week(room), store)
    return _tell(found.lines(most=0 if every else _SHOWN), found.as_json() if as_json else None)


def _tell(lines: Iterable[str], report: Mapping[str, object] | None) -> int:
    """Print the report for programs if there is one, else the lines; nothing in them commands a terminal."""
    if report is not None:
        show.as_json(report)
    else:
        click.echo(visible("\n".join(lines)))
    return 0
