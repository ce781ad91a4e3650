"""What an operator sets up: run, schedule, serve. I/O: terminal"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom


@click.command(epilog="Example, every quarter of an hour in cron: */15 * * * * newsletter run --root /srv/pulse")
@with_room
@json_option
def run(room: Newsroom, *, as_json: bool) -> int:
    """Do what is due and not yet done, once.

    Collects, reminds, freezes, publishes and delivers at the slots of newsletter.toml. Says nothing when nothing was
    due. Exit codes: 0 done, 3 a person must act, 4 done in part, 75 another run is at work.
    """
    from newsletter.pipeline import run as run_due

    with room.open_store() as store:
        done = run_due(room, store)
    if as_json:
        show.as_json([asdict(one) for one in done])
    else:
        for one in done:
            click.echo(f"{one.week} {one.stage}: {one.result}" + (f": {one.what}" if one.what else ""))
            if one.told:
                click.echo(f"    {one.told}")
    return max((one.exit_code for one in done), default=0)


@click.command(epilog="Example: newsletter schedule --root /srv/pulse")
@with_room
@click.option("--every", type=click.IntRange(5, 3600), default=60, show_default=True, help="Seconds between looks.")
def schedule(room: Newsroom, *, every: int) -> int:
    """Stay, and call run at the slots of newsletter.toml.

    A missed slot is made up for at the next look, within max_late. Ends cleanly on SIGTERM and Ctrl-C.
    """
    from newsletter.schedule import stay

    return stay(room, seconds=every, tell=lambda words: click.echo(words, err=True))


@click.command(epilog="Example: newsletter serve --port 8000")
@with_room
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(room: Newsroom, *, host: str, port: int) -> int:
    """Answer the unsubscribe links of the letters.

    Put it behind your web server at base_url. It also serves the archive in site/.
    """
    from newsletter.web.door import open_door

    open_door(room, host=host, port=port, tell=lambda words: click.echo(words, err=True))
    return 0
