"""Entries as they are kept: recognised by id or alias, written if new, revised if changed. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, func, select

from newsletter.links import identity
from newsletter.model.news import Entry
from newsletter.store.columns import Instant, Words, storable
from newsletter.store.database import insert
from newsletter.store.resolved import note_short_links
from newsletter.store.schema import entries, entry_aliases, entry_revisions

#: What a publisher may change in an entry that we know.
_CHANGES = ("title", "link", "identity", "summary", "author", "language", "revision")
#: Names in one question; SQLite takes 32,766.
_MOST = 500
#: Built once: building it takes longer than asking.
_STORED: Select[Any] = select(
    entries.c.id,
    entries.c.revision,
    entries.c.title,
    entries.c.link,
    entries.c.published,
    entries.c.discussion,
    entries.c.points,
).where(entries.c.feed == bindparam("of"), entries.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Brought:
    """The entries of one fetch of one feed, and which of them the caller recognised: new id → stored id."""

    feed: str
    entries: Sequence[Entry]
    aliases: Mapping[str, str]
    #: Whether what a changed entry was called before is remembered.
    revise: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry and the name that it is stored under."""

    entry: Entry
    feed: str
    id: str
    #: Its publisher's id, as it can be stored.
    given: str


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What one fetch gives to write."""

    new: Sequence[_Place]
    changed: Sequence[_Place]
    #: Stored entries that now go by an id not yet remembered.
    aliased: Sequence[_Place]
    #: New ones whose id an entry went by before.
    freed: Sequence[_Place]


def write_entries(connection: Connection, brought: Sequence[Brought], now: datetime) -> tuple[int, ...]:
    """Keep what is new and what changed; how many were new, for each of `brought`. Each feed stands there once."""
    remembered = read_aliases(connection, [fetch.feed for fetch in brought if fetch.entries])
    work = [_sort(connection, fetch, remembered.get(storable(fetch.feed), {})) for fetch in brought]
    _write_aliases(connection, [p for w in work for p in w.aliased], [p for w in work for p in w.freed])
    _write_new(connection, [p for w in work for p in w.new])
    revised = [p for w, fetch in zip(work, brought, strict=True) if fetch.revise for p in w.changed]
    _write_revisions(connection, revised, now)
    _write_changes(connection, [p for w in work for p in w.changed])
    note_short_links(connection, (p.entry.link for w in work for p in (*w.new, *w.changed)), now)
    return tuple(len(w.new) for w in work)


def read_aliases(connection: Connection, feeds: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """The stored id behind each alias, by feed and alias; feeds without any are absent."""
    found: dict[str, dict[str, str]] = {}
    for part in _parts([storable(feed) for feed in feeds]):
        query = select(entry_aliases).where(entry_aliases.c.feed.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.feed, {})[row.alias] = row.id
    return found


def _sort(connection: Connection, fetch: Brought, remembered: Mapping[str, str]) -> _Sorted:
    found: dict[str, Entry] = {}
    for entry in fetch.entries:
        found.setdefault(storable(entry.id), entry)
    told = {storable(new): storable(old) for new, old in fetch.aliases.items()}
    others = {remembered[id_] for id_ in found.keys() & remembered.keys()}
    feed = storable(fetch.feed)
    stored = _stored(connection, feed, {*found, *told.values(), *others})
    # What the caller recognised in this document comes before what was so in an earlier one.
    places = _places(found, {**_still_right(found, remembered, stored), **told}, stored, first=told)
    placed = [_Place(found[given], feed, id_, given) for given, id_ in places.items()]
    new = [place for place in placed if place.id not in stored]
    return _Sorted(
        new=new,
        changed=[p for p in placed if p.id in stored and _differs(p.entry, stored[p.id])],
        aliased=[p for p in placed if p.given != p.id != remembered.get(p.given)],
        freed=[place for place in new if place.id in remembered],
    )


def _differs(entry: Entry, stored: Row[Any]) -> bool:
    """Whether the entry says something else now, has the date that it lacked, or other points."""
    if stored.revision != _revision(entry) or (stored.published is None and entry.published is not None):
        return True
    other_points = entry.points is not None and entry.points != stored.points
    return other_points or (entry.discussion != "" and storable(entry.discussion) != stored.discussion)


def _still_right(
    found: Mapping[str, Entry], remembered: Mapping[str, str], stored: Mapping[str, Row[Any]]
) -> Mapping[str, str]:
    """Aliases of entries that still have the stored one's link or title: an id may be used for another story later."""
    right = {}
    for id_ in found.keys() & remembered.keys():
        entry, other = found[id_], stored.get(remembered[id_])
        if other and (entry.title == other.title or (entry.link != "" and entry.link == other.link)):
            right[id_] = remembered[id_]
    return right


def _places(
    found: Collection[str], aliases: Mapping[str, str], stored: Collection[str], *, first: Collection[str]
) -> Mapping[str, str]:
    """Which id each is stored under: its own, unless it is a stored entry that now goes by this one.

    A stored entry that is still in the document by its own id, or that another one has claimed, is not this one:
    to take two for one would lose a story.
    """
    places: dict[str, str] = {}
    claimed: set[str] = set()
    for id_ in sorted(found, key=lambda given: given not in first):
        other = aliases.get(id_, "")
        is_other = id_ not in stored and other in stored and other not in found and other not in claimed
        places[id_] = other if is_other else id_
        claimed.add(other)
    return places


def _stored(connection: Connection, feed: str, ids: Collection[str]) -> Mapping[str, Row[Any]]:
    """Those of these entries that are stored, by id: revision, title and link."""
    found: dict[str, Row[Any]] = {}
    # Feed by feed: asked for pairs of feed and id, SQLite reads the whole table.
    for part in _parts(tuple(ids)):
        found.update((row.id, row) for row in connection.execute(_STORED, {"of": feed, "ids": part}))
    return found


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names in portions that one question can hold."""
    return (names[i : i + _MOST] for i in range(0, len(names), _MOST))


def _revision(entry: Entry) -> str:
    may_change = (entry.title, entry.link, entry.summary, entry.author, entry.language)
    return sha256(json.dumps(may_change).encode()).hexdigest()[:16]


def _row_of(place: _Place) -> dict[str, Any]:
    entry = place.entry
    return {
        "feed": place.feed,
        "id": place.id,
        "title": entry.title,
        "link": entry.link,
        "identity": identity(entry.link) or "",
        "published": entry.published,
        "summary": entry.summary,
        "author": entry.author,
        "language": entry.language,
        "first_seen": entry.first_seen,
        "previous_fetch": entry.previous_fetch,
        "revision": _revision(entry),
        "discussion": entry.discussion,
        "points": entry.points,
    }


def _write_new(connection: Connection, new: Sequence[_Place]) -> None:
    if new:
        connection.execute(insert(connection, entries).on_conflict_do_nothing(), [_row_of(place) for place in new])


def _write_aliases(connection: Connection, aliased: Sequence[_Place], freed: Iterable[_Place]) -> None:
    """Remember the id that each entry goes by now instead of the one before; forget those that are free again."""
    columns = entry_aliases.c
    given = [{"which_feed": place.feed, "which_id": place.given} for place in (*freed, *aliased)]
    if given:
        connection.execute(entry_aliases.delete().where(_is_which(columns.feed, columns.alias)), given)
    if aliased:
        before = entry_aliases.delete().where(_is_which(columns.feed, columns.id))
        connection.execute(before, [_which(place) for place in aliased])
        rows = [{"feed": place.feed, "alias": place.given, "id": place.id} for place in aliased]
        connection.execute(entry_aliases.insert(), rows)


def _write_revisions(connection: Connection, changed: Sequence[_Place], now: datetime) -> None:
    """Put title and link aside as they are stored, where they are about to change."""
    if not changed:
        return
    columns = entries.c
    differs = (columns.title != bindparam("title", type_=Words)) | (columns.link != bindparam("link", type_=Words))
    former = select(columns.feed, columns.id, bindparam("now", type_=Instant), columns.title, columns.link)
    former = former.where(_is_which(columns.feed, columns.id), differs)
    statement = entry_revisions.insert().from_select(["feed", "id", "at", "title", "link"], former)
    rows = [_which(place) | {"title": place.entry.title, "link": place.entry.link, "now": now} for place in changed]
    connection.execute(statement, rows)


def _write_changes(connection: Connection, changed: Sequence[_Place]) -> None:
    if not changed:
        return
    statement = entries.update().where(_is_which(entries.c.feed, entries.c.id))
    # Kept where this fetch does not tell it. In an UPDATE a parameter may not be called as a column is.
    additions = {
        "published": func.coalesce(entries.c.published, bindparam("to_published", type_=Instant)),
        "discussion": func.coalesce(func.nullif(bindparam("to_discussion", type_=Words), ""), entries.c.discussion),
        "points": func.coalesce(bindparam("to_points", type_=Integer), entries.c.points),
    }
    statement = statement.values({name: bindparam(f"to_{name}") for name in _CHANGES} | additions)
    rows = [(_which(place), _row_of(place)) for place in changed]
    names = (*_CHANGES, *additions)
    connection.execute(statement, [which | {f"to_{name}": row[name] for name in names} for which, row in rows])


def _is_which(feed: ColumnElement[str], id_: ColumnElement[str]) -> ColumnElement[bool]:
    """The row that the parameters `which_feed` and `which_id` name."""
    return (feed == bindparam("which_feed")) & (id_ == bindparam("which_id"))


def _which(place: _Place) -> dict[str, Any]:
    return {"which_feed": place.feed, "which_id": place.id}
