"""The feeds: how they are, finding and adding them, trying them out. I/O: terminal"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.feed_lists import export_feeds, import_feeds
from newsletter.cli.feed_tests import test_feeds
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.feeds import Candidate
    from newsletter.model.feeds import Feed, FeedState
    from newsletter.newsroom.room import Newsroom
    from newsletter.wire.health import Health

_NEWEST = 5
_COLUMNS = ("feed", "condition", "since", "last new", "usually", "entries", "304", "")


@click.group(epilog="Example: newsletter feeds health")
def feeds() -> None:
    """Find, add and try feeds, and see how they are."""


feeds.add_command(test_feeds)
feeds.add_command(import_feeds)
feeds.add_command(export_feeds)


@feeds.command("list", epilog="Example: newsletter feeds list --json")
@with_room
@json_option
def list_feeds(room: Newsroom, *, as_json: bool) -> int:
    """Every feed of feeds.toml with its last good fetch and its last fault."""
    from newsletter.newsroom.collection.feed_list import feeds_in

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
        rows.append(
            (feed.id, feed.name, feed.section, "" if feed.weight is None else f"{feed.weight:g}", good, problem)
        )
    show.table(("id", "name", "section", "weight", "last good", "problem"), rows)
    return 0


@feeds.command("health", epilog="Example: newsletter feeds health --json")
@with_room
@click.option("--faults", is_flag=True, help="Only the feeds that need a look; exit 3 if there is one.")
@json_option
def health(room: Newsroom, *, faults: bool, as_json: bool) -> int:
    """How each feed is, the worst first: failing, silent, shrunk, moved, and what to do about it.

    Also feeds that answer well and bring nothing are seen: by what they used to bring.
    """
    from newsletter.newsroom.collection.feed_health import feed_health

    with room.open_store() as store:
        found = feed_health(room, store)
    shown = [one for one in found.feeds if one.needs_a_look or not faults]
    if as_json:
        faults_of_file = [asdict(fault) for fault in found.faults]
        told = {"feeds": [asdict(one) for one in shown], "totals": asdict(found.totals), "faults": faults_of_file}
        show.as_json(told)
    else:
        show.table(_COLUMNS, [_row(room, one) for one in shown])
        show.mends((one.feed, one.mend) for one in shown)
        if found.totals.words:
            click.echo(found.totals.words)
        for fault in found.faults:
            click.echo(str(fault))
    return 3 if found.faults or (faults and shown) else 0


@feeds.command("add", epilog="Example: newsletter feeds add https://simonwillison.net --section AI")
@with_room
@click.argument("url")
@click.option("--id", "feed_id", help="Its short name, never changed; else made from its title.")
@click.option("--name", help="As printed; else its title.")
@click.option("--section", default="", help="The group it is listed under.")
@click.option("--intranet", is_flag=True, help="Let its addresses lead into a private network.")
@click.option("--yes", is_flag=True, help="Add it without asking; of several feeds the first.")
def add(
    room: Newsroom, url: str, *, feed_id: str | None, name: str | None, section: str, intranet: bool, yes: bool
) -> int:
    """Find the feed of a site, show its newest entries, ask, and write it into feeds.toml."""
    from dataclasses import replace

    from newsletter.feeds import add as add_feed
    from newsletter.feeds import find, proposed

    found = find(room, url, intranet=intranet)
    for number, one in enumerate(found, start=1):
        _show(one, number if len(found) > 1 else 0)
    picked = found[0]
    if len(found) > 1 and not yes:
        picked = found[click.prompt("Which one", type=click.IntRange(1, len(found)), default=1) - 1]
    feed = proposed(room, picked, section=section, intranet=intranet)
    feed = replace(feed, id=feed_id or feed.id, name=name or feed.name)
    if not yes and not click.confirm(f'Add "{feed.name}" to feeds.toml as "{feed.id}"?'):
        click.echo("Nothing was added.")
        return 0
    add_feed(room, feed)
    click.echo(f'"{feed.name}" stands in feeds.toml as "{feed.id}": {feed.url}')
    return 0


@feeds.command("undo", epilog="Example: newsletter feeds undo ars")
@with_room
@click.argument("feed_id", metavar="FEED")
def undo(room: Newsroom, feed_id: str) -> int:
    """Take back a move: ask the feed at its address in feeds.toml again.

    A permanent redirect is followed for good only after three runs in two days brought stories that we know;
    this is for the case that it was wrong all the same.
    """
    from newsletter.feeds import undo_move

    with room.open_store() as store, room.lock(store):
        feed: Feed = undo_move(room, store, feed_id)
    click.echo(f'"{feed.name}" is asked at {feed.url} again.')
    return 0


def _row(room: Newsroom, one: Health) -> tuple[object, ...]:
    from newsletter.wire.health import span_words

    usual = f"each {span_words(one.usual_gap)}" if one.usual_gap is not None else ""
    entries = "" if one.entries_now is None else str(one.entries_now)
    if one.entries_usual is not None and one.entries_usual != one.entries_now:
        entries += f" of {one.entries_usual}"
    return (
        one.feed,
        one.condition,
        _day(room, one.since),
        _day(room, one.last_new),
        usual,
        entries,
        f"{one.share_304:.0%}",
        one.words,
    )


def _day(room: Newsroom, instant: datetime | None) -> str:
    return f"{instant.astimezone(room.settings.week.zone):%Y-%m-%d}" if instant else ""


def _show(one: Candidate, number: int) -> None:
    parsed = one.examined.parsed
    click.echo(
        f"{f'{number}. ' if number else ''}{one.title or one.url}: {parsed.format}, {len(one.examined.entries)} entries"
    )
    click.echo(f"    {one.url}")
    for entry in one.examined.entries[:_NEWEST]:
        date = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        click.echo(f"    {date}  {entry.title}")


def _state(state: FeedState | None) -> dict[str, object] | None:
    return asdict(state) if state else None
