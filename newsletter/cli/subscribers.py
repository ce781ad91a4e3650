"""The readers: add, choose, import, list, remove. I/O: terminal"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom


@click.group(epilog="Example: newsletter subscribers add ada@example.com --name Ada")
def subscribers() -> None:
    """Add, import, list and remove readers; choose what they get."""


@subscribers.command(epilog="Example: newsletter subscribers add ada@example.com --name Ada")
@with_room
@click.argument("address")
@click.option("--name", default="", help="As the reader wants to be called.")
@click.option("--rejoin", is_flag=True, help="They left, and have asked to come back.")
@click.option("--variant", default="", help="The cut of the issue that they want: one of mail.variants.")
def add(room: Newsroom, address: str, *, name: str, rejoin: bool, variant: str) -> int:
    """Add one reader; one who left stays away unless --rejoin."""
    from newsletter.subscriptions import add as add_reader

    with room.open_store() as store:
        found = add_reader(room, store, address, name=name, rejoin=rejoin, variant=variant)
    words = {
        "added": "is on the list.",
        "known": "was on the list already.",
        "rejoined": "is on the list again.",
        "left": "left the list. Only if they asked to come back:  --rejoin",
        "suppressed": "must not be written to: letters to it came back, or its owner complained.",
    }
    click.echo(f"{address} {words[found.outcome]}")
    return 3 if found.outcome in ("left", "suppressed") else 0


@subscribers.command(epilog="Example: newsletter subscribers choose ada@example.com news")
@with_room
@click.argument("address")
@click.argument("variant")
def choose(room: Newsroom, address: str, variant: str) -> int:
    """Give a reader another cut of the issues to come: one of mail.variants."""
    from newsletter.subscriptions import choose as choose_variant

    with room.open_store() as store:
        known = choose_variant(room, store, address, variant)
    click.echo(f"{address} gets {variant} from the next issue on." if known else f"{address} is not on the list.")
    return 0 if known else 2


@subscribers.command("import", epilog="Example: newsletter subscribers import readers.csv")
@with_room
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def import_readers(room: Newsroom, file: Path, *, as_json: bool) -> int:
    """Add the readers of a CSV file (address, name).

    Those who left stay away. A row that is no address is named and the rest goes on.
    """
    from newsletter.subscriptions import import_csv

    with room.open_store() as store:
        found = import_csv(room, store, file)
    if as_json:
        show.as_json(
            {
                "added": found.added,
                "known": found.known,
                "refused": [{"row": r.row, "address": r.typed, "why": r.why} for r in found.refused],
            }
        )
    else:
        click.echo(f"{found.added} added, {found.known} known, {len(found.refused)} refused.")
        for refusal in found.refused:
            click.echo(f"    line {refusal.row}: {refusal.typed}: {refusal.why}")
    return 4 if found.refused else 0


@subscribers.command("list", epilog="Example: newsletter subscribers list --json")
@with_room
@json_option
def list_readers(room: Newsroom, *, as_json: bool) -> int:
    """Everybody who is or was on the list."""
    with room.open_store() as store:
        rows = [(s.address, s.name, s.standing, room.local(s.joined)) for s in store.subscribers.all()]
    if as_json:
        show.as_json([dict(zip(("address", "name", "standing", "joined"), row, strict=True)) for row in rows])
    else:
        show.table(("address", "name", "standing", "joined"), rows)
    return 0


@subscribers.command(epilog="Example: newsletter subscribers remove ada@example.com")
@with_room
@click.argument("address")
def remove(room: Newsroom, address: str) -> int:
    """Erase a reader. If they left, that they must not be written to stays known."""
    from newsletter.subscriptions import remove as remove_reader

    with room.open_store() as store:
        gone = remove_reader(store, address)
    click.echo(f"{address} {'is erased.' if gone else 'is not on the list.'}")
    return 0 if gone else 2
