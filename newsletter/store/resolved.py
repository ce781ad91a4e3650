"""Where short links lead, asked once and kept. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from newsletter.links import is_redirector
from newsletter.store.database import Database, insert
from newsletter.store.schema import resolved_links, storable

#: A link that failed is tried so often, and not again within that time.
MOST_TRIES = 5
PATIENCE = timedelta(hours=1)
#: Bytes; PostgreSQL keeps no longer text as a key.
_LONGEST = 2000
#: Links in one question; SQLite takes 32,766.
_MOST = 500
#: Built once: building it takes longer than asking.
_STORED: Select[Any] = select(resolved_links).where(resolved_links.c.link.in_(bindparam("links", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedStore:
    """Answers by link, as it was typed or published. Every method is one transaction."""

    database: Database

    def all(self) -> Mapping[str, str]:
        """Every link of which it is known where it leads, to that address."""
        query = select(resolved_links.c.link, resolved_links.c.target).where(resolved_links.c.target.is_not(None))
        with self.database.read() as connection:
            return {row.link: row.target for row in connection.execute(query)}

    def due(self, links: Iterable[str], now: datetime) -> tuple[str, ...]:
        """Which of the links are worth asking for, each once, in their order.

        Those never tried, and those that failed fewer than five times and not within the last hour. A link longer
        than 2,000 bytes never is: nobody shortened it, and its answer could not be kept.
        """
        wanted = {storable(link): link for link in links if link and len(link.encode("utf-8", "replace")) <= _LONGEST}
        if not wanted:
            return ()
        with self.database.read() as connection:
            rows = [row for part in _parts(tuple(wanted)) for row in connection.execute(_STORED, {"links": part})]
        settled = {row.link for row in rows if not _is_due(row, now)}
        return tuple(link for key, link in wanted.items() if key not in settled)

    def waiting(self, now: datetime, *, most: int) -> tuple[str, ...]:
        """So many links of entries, at most, that are worth asking for, the least tried first, then as they came."""
        columns = resolved_links.c
        query = (
            select(resolved_links)
            .where(columns.target.is_(None), columns.tries < MOST_TRIES)
            .order_by(columns.tries, columns.tried_at, columns.link)
        )
        with self.database.read() as connection:
            due = (row.link for row in connection.execute(query) if _is_due(row, now))
            return tuple(islice(due, most))

    def keep(self, results: Mapping[str, str | None], now: datetime) -> None:
        """Remember one try of each link: where it leads, or None if that could not be told.

        A failure leaves an address that is known already.
        """
        if not results:
            return
        rows = [
            {"link": link, "target": target, "tried_at": now, "tries": 1}
            for link, target in {storable(link): target for link, target in results.items()}.items()
        ]
        columns = resolved_links.c
        with self.database.write() as connection:
            statement = insert(connection, resolved_links)
            again = {
                "target": func.coalesce(statement.excluded.target, columns.target),
                "tried_at": statement.excluded.tried_at,
                "tries": columns.tries + 1,
            }
            connection.execute(statement.on_conflict_do_update(index_elements=["link"], set_=again), rows)


def note_short_links(connection: Connection, links: Iterable[str], now: datetime) -> None:
    """Remember which of these only the network can tell where they lead, to be asked later; known ones stay."""
    rows = [
        # Never tried: it need not rest.
        {"link": storable(link), "target": None, "tried_at": now - PATIENCE, "tries": 0}
        for link in dict.fromkeys(links)
        if link and len(link.encode("utf-8", "replace")) <= _LONGEST and is_redirector(link)
    ]
    if rows:
        connection.execute(insert(connection, resolved_links).on_conflict_do_nothing(), rows)


def _is_due(row: Row[Any], now: datetime) -> bool:
    # A clock that was put back does not make a link wait for ever.
    rested = not timedelta(0) <= now - row.tried_at < PATIENCE
    return row.target is None and row.tries < MOST_TRIES and rested


def _parts(links: Sequence[str]) -> Iterator[Sequence[str]]:
    return (links[i : i + _MOST] for i in range(0, len(links), _MOST))
