"""Feeds as they stood at the last fetch, and every entry they brought. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from newsletter.links import Link, identity
from newsletter.model.news import Entry, FeedOutcome, Fetched, Validators
from newsletter.store.database import Database, insert
from newsletter.store.schema import entries as entries_table
from newsletter.store.schema import feeds, fetch_log, storable

#: A server that answers "not modified" for ever is asked without conditions after so long.
_VALIDATORS_LIVE = timedelta(days=8)
_GOOD = ("new", "same")
#: Nobody was asked, so there is nothing to remember.
_NOT_FETCHED = ("waiting", "off")
#: What a publisher may change in an entry that we know.
_CHANGES = ("title", "link", "identity", "summary", "author", "language", "revision")
#: Names in one question; SQLite takes 32,766.
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How a feed stands, as `newsletter feeds` lists it."""

    feed: str
    title: str
    #: The address that answered last; "" if none did.
    url: str
    first_good: datetime | None
    last_good: datetime | None
    last_checked: datetime | None
    #: Not before this instant, by the server's wish.
    next_check: datetime | None
    #: In a row; 0 after a good fetch.
    failures: int
    last_problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsStore:
    """What the wire brought. Every method is one transaction."""

    database: Database

    def validators(self, feed_ids: Iterable[str], now: datetime) -> Mapping[str, Validators]:
        """What to ask each feed's server with; feeds without any are absent.

        Eight days after the last full answer only the body's hash is left, against servers stuck at 304.
        """
        wanted = tuple(feed_ids)
        found: dict[str, Validators] = {}
        with self.database.read() as connection:
            for part in _parts(wanted):
                for row in connection.execute(select(feeds).where(feeds.c.id.in_(part)).order_by(feeds.c.id)):
                    live = row.validators_at is not None and now - row.validators_at <= _VALIDATORS_LIVE
                    kept = Validators(
                        etag=row.etag if live else "",
                        last_modified=row.last_modified if live else "",
                        body_hash=row.body_hash,
                    )
                    if kept != Validators():
                        found[row.id] = kept
        return found

    def previous_fetch(self, feed_id: str) -> datetime | None:
        """The feed's last good fetch; None before its first."""
        with self.database.read() as connection:
            found: datetime | None = connection.execute(
                select(feeds.c.last_good_at).where(feeds.c.id == feed_id)
            ).scalar()
        return found

    def keep(self, outcome: FeedOutcome, fetched: Fetched, entries: Sequence[Entry], now: datetime) -> int:
        """Remember one fetch of one feed and what it brought; the number of entries that are new.

        A known entry keeps when it was first seen and published, and takes over what its publisher changed;
        an unchanged one is not written. Of two entries with one id the first counts. A feed that was not
        asked ("waiting", "off") leaves no trace.
        """
        if outcome.state in _NOT_FETCHED:
            return 0
        brought: dict[str, dict[str, Any]] = {}
        for entry in entries:
            brought.setdefault(storable(entry.id), _entry_row(entry))
        with self.database.write() as connection:
            known = _known(connection, outcome.feed, tuple(brought))
            new = [row for id_, row in brought.items() if id_ not in known]
            changed = [row for id_, row in brought.items() if known.get(id_, row["revision"]) != row["revision"]]
            if new:
                connection.execute(entries_table.insert(), new)
            if changed:
                _write_changes(connection, changed)
            _write_feed(connection, outcome, fetched, now)
            connection.execute(
                fetch_log.insert().values(
                    feed=outcome.feed,
                    at=now,
                    state=outcome.state,
                    status=fetched.status,
                    wire_bytes=fetched.wire_bytes,
                    new_entries=len(new),
                    problem=outcome.problem or fetched.problem,
                )
            )
        return len(new)

    def entries(self, *, since: datetime | None = None, until: datetime | None = None) -> tuple[Entry, ...]:
        """Entries first seen after `since` and not after `until`, by first sight, feed and id; None is no bound."""
        query = select(entries_table)
        if since is not None:
            query = query.where(entries_table.c.first_seen > since)
        if until is not None:
            query = query.where(entries_table.c.first_seen <= until)
        with self.database.read() as connection:
            found = [_entry(row) for row in connection.execute(query)]
        # Sorted here: PostgreSQL would sort texts by its locale.
        return tuple(sorted(found, key=lambda e: (e.first_seen, e.feed, e.id)))

    def feed_states(self) -> tuple[FeedState, ...]:
        """Every feed that was ever asked, by id."""
        with self.database.read() as connection:
            states = [_feed_state(row) for row in connection.execute(select(feeds))]
        return tuple(sorted(states, key=lambda s: s.feed))


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[i : i + _MOST] for i in range(0, len(names), _MOST))


def _entry_row(entry: Entry) -> dict[str, Any]:
    may_change = (entry.title, entry.link, entry.summary, entry.author, entry.language)
    return {
        "feed": entry.feed,
        "id": entry.id,
        "title": entry.title,
        "link": entry.link,
        "identity": identity(entry.link) or "",
        "published": entry.published,
        "summary": entry.summary,
        "author": entry.author,
        "language": entry.language,
        "first_seen": entry.first_seen,
        "previous_fetch": entry.previous_fetch,
        "revision": sha256(json.dumps(may_change).encode()).hexdigest()[:16],
    }


def _known(connection: Connection, feed: str, ids: Sequence[str]) -> dict[str, str]:
    """The revision of each of these entries that is stored, by id."""
    known: dict[str, str] = {}
    for part in _parts(ids):
        query = select(entries_table.c.id, entries_table.c.revision)
        found = connection.execute(query.where(entries_table.c.feed == feed, entries_table.c.id.in_(part)))
        known.update((row.id, row.revision) for row in found)
    return known


def _write_changes(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    which = (entries_table.c.feed == bindparam("which_feed"), entries_table.c.id == bindparam("which_id"))
    statement = entries_table.update().where(*which).values({name: bindparam(f"to_{name}") for name in _CHANGES})
    connection.execute(
        statement,
        [
            {"which_feed": row["feed"], "which_id": row["id"], **{f"to_{name}": row[name] for name in _CHANGES}}
            for row in rows
        ],
    )


def _write_feed(connection: Connection, outcome: FeedOutcome, fetched: Fetched, now: datetime) -> None:
    before = connection.execute(select(feeds).where(feeds.c.id == outcome.feed)).one_or_none()
    row = _feed_row(before, outcome, fetched, now)
    connection.execute(insert(connection, feeds).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


def _feed_row(before: Row[Any] | None, outcome: FeedOutcome, fetched: Fetched, now: datetime) -> dict[str, Any]:
    """The feed's row after this fetch."""
    row: dict[str, Any] = {
        "id": outcome.feed,
        "title": outcome.name,
        "url": fetched.url or (before.url if before else ""),
        "etag": before.etag if before else "",
        "last_modified": before.last_modified if before else "",
        "validators_at": before.validators_at if before else None,
        "body_hash": before.body_hash if before else "",
        "first_good_at": before.first_good_at if before else None,
        "last_good_at": before.last_good_at if before else None,
        "last_checked_at": now,
        "next_check_at": fetched.retry_at,
        "failures": (before.failures if before else 0) + 1,
        "last_problem": outcome.problem or fetched.problem,
    }
    if outcome.state not in _GOOD:
        # Not the validators either: what did not parse must not be "the same as last time" next time.
        return row
    row |= {"first_good_at": row["first_good_at"] or now, "last_good_at": now, "failures": 0, "last_problem": ""}
    if fetched.status == 304:
        return row
    # A full answer: what it does not name is no longer so.
    return row | {
        "etag": fetched.validators.etag,
        "last_modified": fetched.validators.last_modified,
        "body_hash": fetched.validators.body_hash or row["body_hash"],
        "validators_at": now,
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        feed=row.feed,
        id=row.id,
        title=row.title,
        link=Link(row.link),
        published=row.published,
        first_seen=row.first_seen,
        previous_fetch=row.previous_fetch,
        summary=row.summary,
        author=row.author,
        language=row.language,
    )


def _feed_state(row: Row[Any]) -> FeedState:
    return FeedState(
        feed=row.id,
        title=row.title,
        url=row.url,
        first_good=row.first_good_at,
        last_good=row.last_good_at,
        last_checked=row.last_checked_at,
        next_check=row.next_check_at,
        failures=row.failures,
        last_problem=row.last_problem,
    )
