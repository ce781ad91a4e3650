"""The fetch log: one row for each time a feed was asked. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, select

from newsletter.model.feeds import FetchRow
from newsletter.store.schema import feeds, fetch_log

#: A column for each field, by the field's name.
_NAMES = tuple(field.name for field in fields(FetchRow))
_VALUES = attrgetter(*_NAMES)


def write_rows(connection: Connection, rows: Iterable[FetchRow]) -> None:
    """Add the rows; there may be none."""
    values = [dict(zip(_NAMES, _VALUES(row), strict=True)) for row in rows]
    if values:
        connection.execute(fetch_log.insert(), values)


def read_rows(connection: Connection, since: datetime) -> Mapping[str, Sequence[FetchRow]]:
    """The rows of `since` and later by feed, oldest first; feeds without any are absent."""
    query = select(*(fetch_log.c[name] for name in _NAMES)).where(fetch_log.c.at >= since)
    found: dict[str, list[FetchRow]] = {}
    for row in connection.execute(query.order_by(fetch_log.c.at, fetch_log.c.id)):
        read = FetchRow(**dict(zip(_NAMES, row, strict=True)))
        found.setdefault(read.feed, []).append(read)
    return found


def latest_gaps(connection: Connection, since: datetime, until: datetime) -> Mapping[str, FetchRow]:
    """Each feed's last row from `since` to `until` that found a gap; feeds without one are absent."""
    found_then = (fetch_log.c.gap, fetch_log.c.at >= since, fetch_log.c.at <= until)
    query = select(*(fetch_log.c[name] for name in _NAMES)).where(*found_then)
    found: dict[str, FetchRow] = {}
    for row in connection.execute(query.order_by(fetch_log.c.at, fetch_log.c.id)):
        read = FetchRow(**dict(zip(_NAMES, row, strict=True)))
        found[read.feed] = read
    return found


def named_bodies(connection: Connection) -> frozenset[str]:
    """The digests of all documents that rows name."""
    query = select(fetch_log.c.body_hash).where(fetch_log.c.body_hash != "").distinct()
    return frozenset(connection.execute(query).scalars())


def has_rows(connection: Connection, since: datetime, until: datetime) -> bool:
    """Whether there is a row of `since` or later that is older than `until`."""
    query = select(fetch_log.c.id).where(fetch_log.c.at >= since, fetch_log.c.at < until).limit(1)
    return connection.execute(query).first() is not None


def forget_rows(connection: Connection, before: datetime) -> int:
    """Delete the rows older than `before`, but those that name the document a feed stands at; their number."""
    standing = select(feeds.c.body_hash).where(feeds.c.body_hash != "")
    old = (fetch_log.c.at < before, fetch_log.c.body_hash.not_in(standing))
    return connection.execute(fetch_log.delete().where(*old)).rowcount
