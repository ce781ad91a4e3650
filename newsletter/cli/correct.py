"""Putting right what an issue said, after it was sent. I/O: terminal"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import WeekType, json_option, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.correcting import Report
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom


@click.command(epilog='Example: newsletter correct 2024-W23 "It was the council, not the mayor." --by rani --tell')
@with_room
@click.argument("week", type=WeekType())
@click.argument("text", required=False)
@click.option("--by", default="", help="Who corrects.")
@click.option("--tell", is_flag=True, help="The next issue says so at its foot.")
@click.option("--withdraw", type=click.IntRange(min=1), metavar="NUMBER", help="Take that one back; see --list.")
@click.option("--list", "only_list", is_flag=True, help="Show the corrections made so far, with their numbers.")
@click.option("--dry-run", is_flag=True, help="Only say what page, feed and next issue would say.")
@json_option
def correct(
    room: Newsroom,
    week: Week,
    text: str | None,
    *,
    by: str,
    tell: bool,
    withdraw: int | None,
    only_list: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Put right what an issue said, after it was sent.

    TEXT, in Markdown, stands with its date at the top of the issue's page and in the feed. The mail stays as it was
    sent. One that was mistyped can be taken back until a later issue has told it.
    Exit code 4: it is done, and the archive lacks something: a picture, a record.
    """
    from newsletter import correcting
    from newsletter.files.plain import to_plain
    from newsletter.model.remarks import errors_in

    if (text is not None) + (withdraw is not None) + only_list != 1:
        raise click.UsageError("Write the correction behind the week, or name --withdraw NUMBER or --list.")
    if text is None and (by or tell):
        raise click.UsageError("--by and --tell go with the words of a new correction.")
    if only_list and dry_run:
        raise click.UsageError("--list writes nothing: --dry-run goes with a correction or --withdraw.")
    if text is not None and not by:
        raise click.UsageError("A correction needs a name: --by NAME")
    if only_list:
        found = correcting.listed(room, week)
    else:
        with nullcontext() if dry_run else _at_work(room):
            if withdraw is not None:
                found = correcting.withdraw(room, week, withdraw, dry_run=dry_run)
            else:
                found = correcting.correct(room, week, text or "", by=by, tell=tell, dry_run=dry_run)
    if as_json:
        show.as_json(to_plain(found))
    elif only_list:
        click.echo(visible("\n".join(found.shown())))
    else:
        for remark in found.remarks:
            click.echo(visible(str(remark)), err=True)
        click.echo(visible("\n".join(_lines(room, found, withdrawn=withdraw is not None, dry_run=dry_run))))
    return 4 if errors_in(found.remarks) else 0


@contextmanager
def _at_work(room: Newsroom) -> Iterator[None]:
    """Be the only one at work. Raises Busy if another is."""
    with room.open_store() as store, room.lock(store):
        yield


def _lines(room: Newsroom, found: Report, *, withdrawn: bool, dry_run: bool) -> list[str]:
    assert found.this is not None
    lines = []
    if withdrawn:
        lines.append(f'Taken back: "{found.this.text}"')
    where = "On its page, at the top" + (", and in the feed" if room.settings.publication.wording.base_url else "")
    lines += [f"{where}:", *_block(found.on_the_page())] if found.page else ["Its page has no correction any more."]
    if found.foot:
        lines += ["At the foot of the next issue:", *_block(found.at_the_foot())]
    for week in found.made_again:
        lines.append(f"{week}, which is closed, tells it no more: look at it again, and approve it again.")
    if dry_run:
        return ["Nothing was written. It would say:", *lines]
    built = f"Built {room.site / 'index.html'}." if found.archive_changed else "The archive is as it was."
    return [*lines, f"{built} The mail stays as it was sent."]


def _block(texts: tuple[str, ...]) -> list[str]:
    return [f"    {line}".rstrip() for text in texts for line in text.split("\n")]
