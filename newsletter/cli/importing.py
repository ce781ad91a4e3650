"""The issues of before, from the command line. I/O: terminal"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.importing import Report
    from newsletter.newsroom.room import Newsroom

#: Exit status where something was not read fully.
_IN_PART = 4
_dry_run = click.option("--dry-run", is_flag=True, help="Read and report, write nothing.")
_OUTCOMES = {"new": "new", "changed": "changed", "same": "as before", "skipped": "skipped", "unread": "unread"}
_HELD = ("issues", "explainers", "stories", "takes", "apart")


@click.group(epilog="Example: newsletter import jekyll ../old-site --dry-run")
def import_() -> None:
    """Read the issues of before: a Jekyll site's posts, or pasted text.

    They become records in issues/past, and fill the archive, its search and the memory. Titles, numbers and dates
    stay as they were printed, nothing is merged, and what could not be read is listed. Reading them again changes
    nothing but what changed in the files.
    """


@import_.command(epilog="Example: newsletter import jekyll ../old-site")
@with_room
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@_dry_run
@json_option
def jekyll(room: Newsroom, folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """Read the posts of a Jekyll site.

    DIR is the site or its _posts: files called YYYY-MM-DD-name.md, .markdown or .html, with front matter or without.
    """
    from newsletter.importing import import_jekyll

    return _told(import_jekyll(room, folder, dry_run=dry_run), as_json=as_json)


@import_.command(epilog="Example: newsletter import text week-23.txt --date 2024-06-07")
@with_room
@click.argument("files", type=click.Path(path_type=Path), metavar="FILE…", nargs=-1, required=True)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of an issue whose text tells none.")
@_dry_run
@json_option
def text(room: Newsroom, files: tuple[Path, ...], *, day: datetime | None, dry_run: bool, as_json: bool) -> int:
    """Read pasted issues, one a file.

    The day is the front matter's, else that of --date or the file's name, else one in the text.
    """
    from newsletter.importing import import_text

    on: date | None = day.date() if day is not None else None
    return _told(import_text(room, files, day=on, dry_run=dry_run), as_json=as_json)


def _told(report: Report, *, as_json: bool) -> int:
    if as_json:
        show.as_json(report.as_json())
        return 0 if report.fully else _IN_PART
    for remark in report.remarks:
        click.echo(visible(str(remark)))
    if report.remarks:
        click.echo("")
    counts = report.counts
    show.table(("files", "", "of them issues with", ""), _rows(counts))
    for line in _closing(report):
        click.echo(visible(line))
    return 0 if report.fully else _IN_PART


def _rows(counts: object) -> Iterator[tuple[str, str, str, str]]:
    assert isinstance(counts, dict)
    for (key, words), held in zip(_OUTCOMES.items(), _HELD, strict=True):
        yield words, str(counts[key]), held, str(counts[held])


def _closing(report: Report) -> Iterator[str]:
    yield ""
    if report.strangers:
        names = ", ".join(f"{name} ({takes})" for name, takes in report.strangers[:12])
        more = f" and {len(report.strangers) - 12} more" if len(report.strangers) > 12 else ""
        yield f"Not in newsletter.toml: {names}{more}."
        yield 'Add them as [[member]] with role = "former", or their other spellings as aka, and import again.'
    if not report.fully:
        yield "Not all of it could be placed for certain: the remarks above say where it stands now."
    if report.dry_run:
        yield "Nothing was written. To keep it, run the same without --dry-run."
    elif report.counts["new"] or report.counts["changed"]:
        yield "The records lie in issues/past. Next:  newsletter publish"
    else:
        yield "Nothing has changed."
