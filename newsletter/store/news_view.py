"""Entries as they are read: whole, at a glimpse, and as one digest that tells whether anything changed. I/O: SQLite"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, select, type_coerce

from newsletter.links import Link
from newsletter.model.news import Entry, Glimpse
from newsletter.store.columns import instant_of
from newsletter.store.schema import entries, entry_revisions

#: Names in one question; SQLite takes 32,766.
_AT_ONCE = 5_000
#: Instants as they lie there: a week has thousands, and a column's own reading of each costs more than all the rest.
_TIMES = tuple(type_coerce(entries.c[name], BigInteger) for name in ("published", "first_seen", "previous_fetch"))
_GLIMPSED = (*(entries.c[name] for name in ("feed", "id", "title", "identity", "discussion")), *_TIMES)
_WHOLE = (
    *(entries.c[name] for name in ("feed", "id", "title", "link", "summary", "author", "language", "discussion")),
    entries.c.points,
    *_TIMES,
)


class NewsView:
    """The entries first seen after an instant, as one transaction sees them."""

    def __init__(self, connection: Connection, since: datetime) -> None:
        self._connection = connection
        self._since = since

    @cached_property
    def digest(self) -> str:
        """Another one if anything changed of what this view can tell, whoever wrote it; hexadecimal."""
        told = repr((self._rows, self._former))
        return blake2b(told.encode("utf-8", "replace"), digest_size=20).hexdigest()

    def glimpses(self) -> tuple[Glimpse, ...]:
        """Every entry with as much as tells them apart, by feed and id."""
        former = self._former
        return tuple(
            Glimpse(
                feed=feed,
                id=id_,
                title=title,
                former_titles=tuple(former.get((feed, id_), ())),
                identity=page,
                discussion=discussion,
                published=instant_of(published),
                first_seen=instant_of(seen),
                previous_fetch=instant_of(previous),
            )
            for feed, id_, title, page, discussion, published, seen, previous in (tuple(row)[:8] for row in self._rows)
        )

    def named(self, names: Collection[tuple[str, str]]) -> tuple[Entry, ...]:
        """Those of these (feed, id), by first sight, feed and id; what does not exist is left out."""
        wanted = frozenset(names)
        if 2 * len(wanted) > len(self._rows):
            # Asked for feed by feed, most of a table takes longer than all of it.
            told = read_entries(self._connection, [entries.c.first_seen > self._since])
            return in_order(entry for entry in told if (entry.feed, entry.id) in wanted)
        return in_order(self._by_feed(wanted))

    def _by_feed(self, wanted: Collection[tuple[str, str]]) -> Iterator[Entry]:
        by_feed: dict[str, list[str]] = {}
        for feed, id_ in sorted(wanted):
            by_feed.setdefault(feed, []).append(id_)
        for feed, ids in by_feed.items():
            for at in range(0, len(ids), _AT_ONCE):
                some = [entries.c.feed == feed, entries.c.id.in_(ids[at : at + _AT_ONCE])]
                yield from read_entries(self._connection, [*some, entries.c.first_seen > self._since])

    @cached_property
    def _rows(self) -> Sequence[Row[Any]]:
        columns = (*_GLIMPSED, entries.c.revision, entries.c.points)
        query = select(*columns).where(entries.c.first_seen > self._since)
        return self._connection.execute(query.order_by(entries.c.feed, entries.c.id)).all()

    @cached_property
    def _former(self) -> Mapping[tuple[str, str], Sequence[str]]:
        return _former_titles(self._connection, [entries.c.first_seen > self._since])


def read_entries(
    connection: Connection, bounds: Sequence[ColumnElement[bool]], *, former: bool = True
) -> tuple[Entry, ...]:
    """The entries within these bounds, in no order; with `former` also the titles that they had."""
    before = _former_titles(connection, bounds) if former else {}
    return tuple(_entries(connection, bounds, before))


def in_order(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """By first sight, feed and id. Sorted here: PostgreSQL would sort texts by its locale."""
    return tuple(sorted(found, key=lambda e: (e.first_seen, e.feed, e.id)))


def _former_titles(
    connection: Connection, bounds: Iterable[ColumnElement[bool]]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """Every title put aside, by feed and id of its entry, oldest first."""
    of_entry = (entries.c.feed == entry_revisions.c.feed) & (entries.c.id == entry_revisions.c.id)
    query = select(entry_revisions.c.feed, entry_revisions.c.id, entry_revisions.c.title)
    query = query.join(entries, of_entry).where(*bounds).order_by(entry_revisions.c.at, entry_revisions.c.no)
    found: dict[tuple[str, str], list[str]] = {}
    for feed, id_, title in connection.execute(query):
        found.setdefault((feed, id_), []).append(title)
    return found


def _entries(
    connection: Connection, bounds: Sequence[ColumnElement[bool]], former: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[Entry]:
    rows = connection.execute(select(*_WHOLE).where(*bounds))
    for feed, id_, title, link, summary, author, language, discussion, points, published, seen, previous in rows:
        before = former.get((feed, id_), ())
        yield Entry(
            feed=feed,
            id=id_,
            title=title,
            link=Link(link),
            published=instant_of(published),
            first_seen=instant_of(seen),
            previous_fetch=instant_of(previous),
            summary=summary,
            author=author,
            language=language,
            discussion=Link(discussion),
            points=points,
            former_titles=tuple(was for was in dict.fromkeys(before) if was != title) if before else (),
        )
