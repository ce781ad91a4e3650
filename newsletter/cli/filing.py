"""Filing takes from the command line. I/O: terminal"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room
from newsletter.errors import NewsletterError, UsageFault
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.filing import Filed
    from newsletter.model.members import Member
    from newsletter.newsroom.room import Newsroom
    from newsletter.newsroom.take_drafts import TakeDraft


@click.command(epilog='Example: newsletter take "#zoom-ceo" --by yoga')
@with_room
@click.argument("story", default="")
@click.option(
    "--by",
    default="",
    envvar="NEWSLETTER_BY",
    show_envvar=True,
    help="Who writes: id or name of a member. A text with `Name: …` above each take needs none.",
)
@click.option("--text", help="The take itself.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the take, or several, from standard input.")
@click.option("--dry-run", is_flag=True, help="Only say where it would stand.")
@json_option
def take(
    room: Newsroom, story: str, *, by: str, text: str | None, from_stdin: bool, dry_run: bool, as_json: bool
) -> int:
    """File a take on a story.

    STORY is an id (zoom-ceo, or "#zoom-ceo" in quotation marks), an address, or the words of a headline; without it
    the week's best stories are listed to choose from. Without --text and --stdin your editor opens a filled file
    (VISUAL or EDITOR), and what you write is filed when you close it.
    """
    from newsletter.filing import NO_WORDS, author, file_take

    if from_stdin and text is not None:
        raise click.UsageError("--text and --stdin both bring the take: name one of the two.")
    member = author(room, by) if by else None
    if from_stdin:
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    elif text is None and dry_run:
        text = NO_WORDS
    if text is None:
        filed = _edited(room, story, member)
    else:
        with room.open_store() as store:
            filed = file_take(room, store, ref=story, by=member, text=text, dry_run=dry_run)
    if as_json:
        show.as_json(filed.as_json())
    else:
        click.echo(visible("\n".join(filed.lines())))
    return 0


def _edited(room: Newsroom, story: str, member: Member | None) -> Filed:
    from newsletter.filing import begin_take, finish_take, whose

    if member is None:
        raise whose(room.settings.members)
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR") or sys.stdin.isatty()):
        what = "There is no terminal for an editor; nothing was filed."
        raise UsageFault(what, mend='Bring the words:  --text "…"   or  --stdin < FILE   or set EDITOR.')
    with room.open_store() as store:
        draft = begin_take(room, store, ref=story, by=member)
    for line in draft.told:
        click.echo(visible(line), err=True)
    _open_editor(draft)
    with room.open_store() as store:
        return finish_take(room, store, draft)


def _open_editor(draft: TakeDraft) -> None:
    """Let the author write; whatever happens to the editor, the words are named."""
    try:
        click.edit(filename=str(draft.path))
    except click.ClickException as fault:
        raise NewsletterError(f"{fault.message}. Nothing was filed.", mend=draft.kept) from fault
    except (KeyboardInterrupt, click.Abort):
        click.echo(visible(draft.kept), err=True)
        raise
