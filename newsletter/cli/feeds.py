"""The feeds as the store knows them. I/O: terminal"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom
    from newsletter.store.news import FeedState


@click.group(epilog="Example: newsletter feeds list")
def feeds() -> None:
    """List the feeds and how they are."""


@feeds.command("list", epilog="Example: newsletter feeds list --json")
@with_room
@json_option
def list_feeds(room: Newsroom, *, as_json: bool) -> int:
    """Every feed of feeds.toml with its last good fetch and its last fault."""
    from newsletter.newsroom.inputs import feeds_in

    found = feeds_in(room)
    with room.open_store() as store:
        states = {state.feed: state for state in store.news.feed_states()}
    if as_json:
        show.as_json([asdict(feed) | {"state": _state(states.get(feed.id))} for feed in found])
        return 0
    rows = []
    for feed in found:
        state = states.get(feed.id)
        good = "off" if not feed.enabled else room.local(state.last_good) if state and state.last_good else "never"
        problem = f"{state.failures} times: {state.last_problem}" if state and state.failures else ""
        rows.append((feed.id, feed.name, feed.section, f"{feed.weight:g}", good, problem))
    show.table(("id", "name", "section", "weight", "last good", "problem"), rows)
    return 0


def _state(state: FeedState | None) -> dict[str, object] | None:
    return asdict(state) if state else None
