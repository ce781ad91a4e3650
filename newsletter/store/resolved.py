"""Where short links lead, asked once and kept. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, select

from newsletter.links import is_redirector
from newsletter.store.columns import storable
from newsletter.store.database import Database, insert
from newsletter.store.schema import resolved_links

#: A link that failed is tried so often, and not again within that time.
MOST_TRIES = 5
PATIENCE = timedelta(hours=1)
#: Bytes; PostgreSQL keeps no longer text as a key.
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedStore:
    """Answers by link, as it was typed or published. Every method is one transaction."""

    database: Database

    def all(self) -> Mapping[str, str]:
        """Every link of which it is known where it leads, to that address."""
        query = select(resolved_links.c.link, resolved_links.c.target).where(resolved_links.c.target.is_not(None))
        with self.database.read() as connection:
            return {row.link: row.target for row in connection.execute(query)}

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
        rows = [
            {"link": link, "target": target, "tried_at": now, "tries": 1}
            for link, target in {storable(link): target for link, target in results.items()}.items()
            if can_be_kept(link)
        ]
        columns = resolved_links.c
        if not rows:
            return
        with self.database.write() as connection:
            statement = insert(connection, resolved_links)
            again = {
                "target": func.coalesce(statement.excluded.target, columns.target),
                "tried_at": statement.excluded.tried_at,
                "tries": columns.tries + 1,
            }
            connection.execute(statement.on_conflict_do_update(index_elements=["link"], set_=again), rows)


def can_be_kept(link: str) -> bool:
    """Whether its answer could be kept; nobody shortened what is longer than 2,000 bytes."""
    return 0 < len(link.encode("utf-8", "replace")) <= _LONGEST


def note_short_links(connection: Connection, links: Iterable[str], now: datetime) -> None:
    """Remember which of these only the network can tell where they lead, to be asked later; known ones stay."""
    rows = [
        # Never tried: it need not rest.
        {"link": storable(link), "target": None, "tried_at": now - PATIENCE, "tries": 0}
        for link in dict.fromkeys(links)
        if can_be_kept(link) and is_redirector(link)
    ]
    if rows:
        connection.execute(insert(connection, resolved_links).on_conflict_do_nothing(), rows)


def _is_due(row: Row[Any], now: datetime) -> bool:
    # A clock that was put back does not make a link wait for ever.
    rested = not timedelta(0) <= now - row.tried_at < PATIENCE
    return row.target is None and row.tries < MOST_TRIES and rested
