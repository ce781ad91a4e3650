"""Fetched documents: old ones forgotten, the others read again without the network. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsletter.links import identity
from newsletter.model.feeds import Document, Feed, FetchRow
from newsletter.model.news import Entry, Known
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.news import Kept
from newsletter.wire.identity import apart, same_entries
from newsletter.wire.job import Job, Reading
from newsletter.wire.readers import Readers

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One feed read again from what is kept."""

    feed: str
    name: str
    #: Documents read, and those that are named but no longer there or damaged.
    documents: int = 0
    missing: int = 0
    #: Entries in them, each counted once, and how many of these the store did not have.
    entries: int = 0
    new_entries: int = 0
    #: Headlines that are read otherwise now, as (stored, read).
    changed: tuple[tuple[str, str], ...] = ()
    #: Why the newest document cannot be read; "" if it can.
    problem: str = ""


def forget_old_fetches(room: Newsroom, store: Store, *, began: datetime) -> int:
    """Delete what the log tells of fetches longer ago than `collect.keep`, and their documents; how many of these.

    `began` is when this run did. Nothing is forgotten where all earlier fetches are too old: then our clock may have
    leapt ahead; if it has not, the next run forgets them.
    """
    before = began - room.settings.collecting.keep
    if not store.news.has_log(before, began) or not store.news.forget_log(before):
        return 0
    return room.bodies.sweep(store.news.named_bodies(), before=began)


def replay(
    room: Newsroom, store: Store, *, dry_run: bool = False, on_feed: Callable[[Replayed], None] | None = None
) -> tuple[Replayed, ...]:
    """Read every kept document again; one row a feed, in the order of feeds.toml.

    Entries that the store lacks come in as of the fetch that brought them; of known ones what is read otherwise
    now is taken over. With `dry_run` it is only told.
    """
    log = store.news.fetch_rows(_EVER)
    stored: dict[str, dict[str, Entry]] = {}
    for entry in store.news.entries():
        stored.setdefault(entry.feed, {})[entry.id] = entry
    found = []
    with room.open_readers(sum(map(len, log.values()))) as readers:
        for feed in sound_feeds(room)[0]:
            rows = [row for row in log.get(feed.id, ()) if row.body_hash]
            one = _replay_feed(room, store, feed, rows, stored.get(feed.id, {}), readers, dry_run=dry_run)
            found.append(one)
            if on_feed is not None:
                on_feed(one)
    return tuple(found)


def _replay_feed(
    room: Newsroom,
    store: Store,
    feed: Feed,
    rows: Sequence[FetchRow],
    stored: Mapping[str, Entry],
    readers: Readers,
    *,
    dry_run: bool,
) -> Replayed:
    documents = [(row, room.bodies.get(row.body_hash)) for row in rows]
    earlier = [None, *(row.at for row in rows)]
    # All are handed over before any is waited for.
    readings = [
        readers.submit(_job(feed, row, document, previous))
        for (row, document), previous in zip(documents, earlier, strict=False)
        if document is not None
    ]
    aliases = dict(store.news.aliases([feed.id]).get(feed.id, {}))
    entries, problem = _merged([readers.wait(reading) for reading in readings], stored, aliases)
    changed = [
        (old.title, entry.title)
        for entry in entries.values()
        if (old := stored.get(entry.id)) is not None and old.title != entry.title
    ]
    new = sum(1 for id_ in entries if id_ not in stored)
    if entries and not dry_run:
        row = FetchRow(feed=feed.id, at=room.clock.now(), state="new")
        again = Kept(row=row, entries=tuple(entries.values()), aliases=aliases, revise=False, logged=False)
        (new,) = store.news.keep([again], row.at)
    return Replayed(
        feed=feed.id,
        name=feed.name,
        documents=len(readings),
        missing=len(documents) - len(readings),
        entries=len(entries),
        new_entries=new,
        changed=tuple(changed),
        problem=problem,
    )


def _job(feed: Feed, row: FetchRow, document: Document, previous: datetime | None) -> Job:
    return Job(
        feed=feed,
        document=document,
        url=row.url,
        content_type=row.content_type,
        now=row.at,
        previous_fetch=previous,
    )


def _merged(
    readings: Sequence[Reading], stored: Mapping[str, Entry], aliases: dict[str, str]
) -> tuple[dict[str, Entry], str]:
    """The entries of all documents, oldest first, by the id they are stored under; and what ails the last document.

    Words are those of the newest document, first sight is that of the oldest. Ids that changed between two
    documents are added to `aliases`.
    """
    entries: dict[str, Entry] = {}
    known = {entry.id: _known(entry) for entry in stored.values()}
    problem = ""
    for reading in readings:
        problem = reading.parsed.problem
        brought = apart(reading.entries, tuple(known.values()))
        own = {entry.id for entry in brought}
        aliases |= same_entries(brought, tuple(known.values()))
        for entry in brought:
            stored_id = aliases.get(entry.id, entry.id)
            id_ = entry.id if stored_id in own else stored_id
            first = entries.get(id_, entry)
            entries[id_] = replace(entry, id=id_, first_seen=first.first_seen, previous_fetch=first.previous_fetch)
            known.setdefault(id_, _known(entries[id_]))
    return entries, problem


def _known(entry: Entry) -> Known:
    return Known(
        id=entry.id,
        title=entry.title,
        identity=identity(entry.link) or "",
        published=entry.published,
        first_seen=entry.first_seen,
    )
