"""Filing a take from the command line. I/O: terminal"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import with_room

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom


@click.command(epilog='Example: newsletter take "#zoom-ceo" --by yoga --text "I would send mine to status meetings."')
@with_room
@click.argument("story", default="")
@click.option("--by", required=True, help="Who writes: id or name of a member.")
@click.option("--text", default="", help="The take itself; without it $EDITOR opens.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the take from standard input.")
def take(room: Newsroom, story: str, *, by: str, text: str, from_stdin: bool) -> int:
    """File a take on a story.

    STORY is an id (#zoom-ceo), an address, or the words of a headline; without it the take stands apart.
    """
    from newsletter.filing import author, file_take

    member = author(room, by)
    if from_stdin:
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    elif not text:
        text = click.edit(f"\n\n<!-- {member.name} on {story or 'no story'}. Save and close to file it. -->\n") or ""
        text = text.partition("<!--")[0]
    with room.open_store() as store:
        filed = file_take(room, store, ref=story, by=member, text=text)
    click.echo(f"{filed.path}\nfiled: {filed.stands}\n{filed.week} closes {filed.closes}")
    for remark in filed.remarks:
        click.echo(str(remark))
    return 0
