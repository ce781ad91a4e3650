"""The week in a browser, as readers will see it, while it is written. I/O: terminal, environment"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from newsletter.cli.options import week_argument, with_room

if TYPE_CHECKING:
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom


@click.command(epilog="Example: newsletter preview 2024-W23 --open")
@with_room
@week_argument
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any that is free."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--open", "in_browser", is_flag=True, help="Open it in the browser at once.")
def preview(room: Newsroom, week: Week | None, *, port: int, host: str, in_browser: bool) -> int:
    """The week as readers will see it, in a browser, as you write.

    Shows what was approved or sent as it lies, any other week as it would be drafted now, with every remark beside
    it; made anew at each save. Writes nothing and tells nobody. Ctrl-C ends it.
    """
    from newsletter.newsroom.calendar import current_week
    from newsletter.web.preview_door import is_loopback, open_preview

    week = week or current_week(room)
    if not is_loopback(host):
        click.echo(f"Whoever reaches {host} can read this draft, its takes and its remarks.", err=True)

    def listening(address: str) -> None:
        click.echo(f"Preview of {week} on {address} (Ctrl-C ends it)", err=True)
        if in_browser:
            click.launch(address)

    open_preview(room, week, environ=os.environ, host=host, port=port, listening=listening)
    return 0
