"""Lists of feeds in and out, as OPML. I/O: terminal, disk"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.files.feeds_toml import Fitting
    from newsletter.files.opml import FeedList
    from newsletter.newsroom.room import Newsroom


@click.command("import", epilog="Example: newsletter feeds import feeds.opml")
@with_room
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show what would be added, and add nothing.")
@json_option
def import_feeds(room: Newsroom, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Add the feeds of an OPML list at the end of feeds.toml; - reads standard input.

    Groups and attributes that we have no key for are kept for `feeds export`. A feed that is there already stays
    as it is. What is neither a feed nor a group is named and left out, and the rest goes on.
    """
    from newsletter.errors import FaultyFiles
    from newsletter.files.feeds_toml import add_feeds, fitted, read_sections
    from newsletter.files.opml import LARGEST, read_opml
    from newsletter.newsroom.collection.feed_list import feeds_in

    typed = str(file) == "-"
    found = read_opml(_bytes(file, LARGEST + 1), path="standard input" if typed else str(file))
    if found.unreadable:
        raise FaultyFiles((str(found.unreadable),))
    fitting = fitted(found.tables, feeds_in(room), read_sections(room.root))
    if not dry_run:
        add_feeds(room.root, fitting.new)
    if as_json:
        show.as_json(_as_json(found, fitting, dry_run=dry_run))
    else:
        _tell(found, fitting, dry_run=dry_run)
    return 4 if any(remark.level != "notice" for remark in found.remarks) else 0


@click.command("export", epilog="Example: newsletter feeds export feeds.opml")
@with_room
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
def export_feeds(room: Newsroom, file: Path) -> int:
    """Write the feeds of feeds.toml as an OPML 2.0 list, to a file or to standard output.

    Sections become groups. Keys that OPML has no attribute for stand in a namespace of our own, which
    `feeds import` reads and other programs pass over.
    """
    from newsletter.files.feeds_toml import read_sections
    from newsletter.files.folder import write_whole
    from newsletter.files.opml import write_opml
    from newsletter.newsroom.collection.feed_list import feeds_in

    feeds = feeds_in(room)
    title = room.settings.publication.wording.name
    raw = write_opml(feeds, read_sections(room.root), title=title, now=room.clock.now())
    if str(file) == "-":
        click.echo(raw, nl=False)
    else:
        write_whole(file, raw)
        click.echo(f"{len(feeds)} feeds written to {file}.")
    return 0


def _bytes(file: Path, most: int) -> bytes:
    from newsletter.errors import UsageFault

    try:
        with click.open_file(str(file), "rb") as opened:
            raw: bytes = opened.read(most)
    except OSError as fault:
        raise UsageFault(f"{file} cannot be read: {fault.strerror}.", mend="Mend the path or its access.") from fault
    return raw


def _tell(found: FeedList, fitting: Fitting, *, dry_run: bool) -> None:
    feeds, _ = _parted(fitting)
    if feeds:
        columns = ("id", "name", "section", "url")
        show.table(columns, [tuple(str(feed[key]) for key in columns) for feed in feeds])
    for feed, other in fitting.known:
        click.echo(f"{feed.name} is known as {other.id}.")
    for remark in found.remarks:
        click.echo(str(remark))
    left_out = sum(remark.level == "error" for remark in found.remarks)
    added = "would be added" if dry_run else "added"
    click.echo(f"{len(feeds)} {added}, {len(fitting.known)} known, {left_out} left out.")


def _as_json(found: FeedList, fitting: Fitting, *, dry_run: bool) -> dict[str, object]:
    feeds, sections = _parted(fitting)
    return {
        "title": found.title,
        "dry_run": dry_run,
        "added": feeds,
        "sections": sections,
        "known": [{"name": feed.name, "url": feed.url, "id": other.id} for feed, other in fitting.known],
        "remarks": [remark.as_json() for remark in found.remarks],
    }


def _parted(fitting: Fitting) -> tuple[list[dict[str, object]], list[str]]:
    """What is new, as rows of feeds and names of sections."""
    from newsletter.model.feeds import Feed

    feeds: list[dict[str, object]] = []
    sections: list[str] = []
    for one in fitting.new:
        if isinstance(one, Feed):
            feeds.append({"id": one.id, "name": one.name, "section": one.section, "url": one.url})
        else:
            sections.append(one.name)
    return feeds, sections
