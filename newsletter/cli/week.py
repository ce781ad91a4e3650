"""The verbs of the week: collect, draft, freeze, approve, publish, rebuild. I/O: terminal"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room
from newsletter.errors import NewsletterError
from newsletter.model.feeds import gave_nothing
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.feeds import FeedOutcome
    from newsletter.model.week import Week
    from newsletter.newsroom.composing import Composed
    from newsletter.newsroom.room import Newsroom
    from newsletter.store.engine import Store


#: Pages of the archive whose making takes so long that one wants to see how far it is.
_WORTH_A_BAR = 50


@click.command(epilog="Example: newsletter collect")
@with_room
@click.option("--all", "every", is_flag=True, help="Ask also feeds whose publishers say that nothing new is due yet.")
@click.option("--replay", is_flag=True, help="Read the kept documents again, without the network.")
@click.option("--dry-run", is_flag=True, help="With --replay: only tell what would change.")
@json_option
def collect(room: Newsroom, *, every: bool, replay: bool, dry_run: bool, as_json: bool) -> int:
    """Fetch every feed; keep what is new.

    A server's Retry-After is always kept to. Exit code 4 if a feed gave nothing.
    """
    from newsletter.newsroom.collection.collecting import collect_feeds
    from newsletter.newsroom.collection.feed_list import feeds_to_collect
    from newsletter.newsroom.collection.resolving import resolve_short_links

    if dry_run and not replay:
        raise click.UsageError("--dry-run goes with --replay: fetching for nothing would be no rehearsal.")
    if replay and every:
        raise click.UsageError("--all asks feeds, --replay asks nobody: name one of the two.")
    if replay:
        return _replay(room, dry_run=dry_run, as_json=as_json)
    failed = new = 0

    def tell(one: FeedOutcome) -> None:
        nonlocal failed, new
        failed, new = failed + gave_nothing(one), new + one.new_entries
        words = f"{one.name}: {one.problem}" if gave_nothing(one) else ""
        step(words, f"{failed} failed, {new} new entries")

    feeds, faults = feeds_to_collect(room)
    with _at_work(room) as store, show.progress("feeds", len(feeds) + len(faults)) as step:
        found = collect_feeds(room, store, feeds, faults, every=every, on_feed=tell)
        short = resolve_short_links(room, store)
    if as_json:
        show.as_json([asdict(one) for one in found])
    else:
        show.table(show.OUTCOME_COLUMNS, show.outcome_rows(found))
        show.mends((one.feed, one.mend) for one in found)
        for link in short:
            if link.problem:
                click.echo(visible(f"{link.link} stays as it is: {link.problem}"))
    return 4 if any(map(gave_nothing, found)) else 0


def _replay(room: Newsroom, *, dry_run: bool, as_json: bool) -> int:
    from newsletter.newsroom.collection.documents import replay as read_again
    from newsletter.newsroom.collection.feed_list import sound_feeds

    with _at_work(room) as store, show.progress("feeds", len(sound_feeds(room)[0])) as step:
        found = read_again(room, store, dry_run=dry_run, on_feed=lambda one: step(one.problem))
    if as_json:
        show.as_json([asdict(one) for one in found])
        return 0
    columns = ("feed", "documents", "missing", "entries", "would be new" if dry_run else "new", "changed", "")
    show.table(
        columns,
        [
            (one.name, one.documents, one.missing or "", one.entries, one.new_entries, len(one.changed), one.problem)
            for one in found
        ],
    )
    for one in found:
        for stored, read in one.changed:
            click.echo(f"{one.feed}: {stored!r} is read as {read!r} now")
    return 0


@click.command(epilog="Example: newsletter draft 2024-W23")
@with_room
@week_argument
@json_option
def draft(room: Newsroom, week: Week | None, *, as_json: bool) -> int:
    """Compose the issue and render it; any number of times."""
    from newsletter.pipeline import draft as draft_week

    week = week or _current(room)
    with room.open_store() as store:
        return _report(draft_week(room, week, store), as_json=as_json)


@click.command(epilog="Example: newsletter freeze 2024-W23 --early")
@with_room
@week_argument
@click.option("--early", is_flag=True, help="Close the week now, before its slot.")
@json_option
def freeze(room: Newsroom, week: Week | None, *, early: bool, as_json: bool) -> int:
    """Close the week: fix its news and its takes.

    Takes filed later go to the next week by themselves.
    """
    from newsletter.pipeline import freeze as freeze_week

    week = week or _current(room)
    with _at_work(room) as store:
        return _report(freeze_week(room, week, store, early=early), as_json=as_json)


@click.command(epilog="Example: newsletter approve 2024-W23 --by rani")
@with_room
@week_argument
@click.option("--by", required=True, help="Who has looked at it.")
@click.option("--all-frozen", is_flag=True, help="Every week that is closed and not approved; none is no fault.")
def approve(room: Newsroom, week: Week | None, *, by: str, all_frozen: bool) -> int:
    """Seal exactly the bytes that lie in the week's folder.

    A change to any of them, or to what they were made of, voids the approval.
    """
    from newsletter.newsroom.letters.approved import weeks_to_approve
    from newsletter.newsroom.records import name_of
    from newsletter.pipeline import approve as approve_week

    if all_frozen and week is not None:
        raise click.UsageError("Name a week, or --all-frozen.")
    refused: list[NewsletterError] = []
    with _at_work(room):
        weeks = weeks_to_approve(room) if all_frozen else (week or _current(room),)
        for one in weeks:
            try:
                seal = approve_week(room, one, by=by)
            except NewsletterError as fault:
                # An older week that nobody mends keeps no newer one back.
                refused.append(fault)
                continue
            click.echo(visible(f"{one} is approved by {name_of(room, seal.by)}: {len(seal.digests)} files."))
    if refused:
        for earlier in refused[:-1]:
            click.echo(visible(str(earlier)), err=True)
        raise refused[-1]
    if not weeks:
        click.echo("No week waits for an approval.")
    return 0


@click.command(epilog="Example: newsletter publish 2024-W23")
@with_room
@week_argument
@json_option
def publish(room: Newsroom, week: Week | None, *, as_json: bool) -> int:
    """Build the web archive.

    Of every issue sent or imported; with WEEK also of that one, if it is approved. Only what changed is made anew.
    Exit code 4 if the archive lacks something: a picture, a record.
    """
    from newsletter.model.remarks import errors_in
    from newsletter.newsroom.site.build import build_site

    with room.alone(), ExitStack() as open_bars:
        bars: list[show.Step] = []

        def tell(done: int, total: int) -> None:
            if total >= _WORTH_A_BAR and not bars:
                bars.append(open_bars.enter_context(show.progress("pages", total)))
            for step in bars:
                step("", f"{done} made")

        built = build_site(room, also=week, on_step=tell)
    if as_json:
        said = asdict(built) | {"remarks": [remark.as_json() for remark in built.remarks]}
        show.as_json(said | {"site": str(room.site)})
    else:
        for remark in built.remarks:
            click.echo(visible(str(remark)), err=True)
        index = room.site / "index.html"
        made = f"{built.pages} pages, {built.made_anew} made anew"
        click.echo(visible(f"Built {index}: {made}." if built.changed else f"Nothing changed in {index}."))
    return 4 if errors_in(built.remarks) else 0


@click.command(epilog="Example: newsletter rebuild 2024-W23 --verify")
@with_room
@week_argument
@click.option("--verify", is_flag=True, help="Only compare; exit 1 if a byte differs.")
@json_option
def rebuild(room: Newsroom, week: Week | None, *, verify: bool, as_json: bool) -> int:
    """Make an issue again from its folder.

    Without --verify, files that are missing are put back; those of an issue that was sent are never changed.
    """
    from newsletter.editorial import rebuild as rebuild_week

    week = week or _current(room)
    with nullcontext() if verify else _at_work(room):
        found = rebuild_week(room, week, verify=verify)
    if as_json:
        show.as_json(asdict(found))
    elif not found.differing:
        click.echo(f"{week}: every byte is as it was.")
    else:
        click.echo(f"{week}: {'differs' if verify else 'was made again'}: {', '.join(found.differing)}")
        for what, changed in (("inputs", found.inputs_changed), ("renderer", found.renderer_changed)):
            if changed:
                click.echo(f"    other {what}: {', '.join(changed)}")
        if verify and not found.inputs_changed and not found.renderer_changed:
            click.echo("    inputs and renderer are the same: the files themselves were changed.")
    return 1 if verify and found.differing else 0


@contextmanager
def _at_work(room: Newsroom) -> Iterator[Store]:
    """The store, under the lock of the one runner. Raises Busy if another is at work."""
    with room.open_store() as store, room.lock(store):
        yield store


def _current(room: Newsroom) -> Week:
    from newsletter.newsroom.calendar import current_week

    return current_week(room)


def _report(composed: Composed, *, as_json: bool) -> int:
    from newsletter.editorial import report_on
    from newsletter.model.remarks import errors_in

    report = report_on(composed.draft, composed.remarks)
    if as_json:
        show.as_json(report.as_json())
    else:
        click.echo(visible("\n".join(report.lines())))
        sys.stdout.flush()
    return 3 if errors_in(report.remarks) else 0
