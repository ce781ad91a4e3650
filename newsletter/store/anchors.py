"""What headline the author of a take saw. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter.store.columns import storable
from newsletter.store.database import Database, insert
from newsletter.store.schema import take_anchors


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The entry that a take was first attached to, as it stood then."""

    #: Of the take's file, relative to the workspace, and the digest of its bytes: other words are another take.
    path: str
    sha256: str
    #: The entry's name in the store.
    feed: str
    entry: str
    #: Its headline at `at`.
    title: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAnchors:
    """One anchor for each text of each take, never changed. Every method is one transaction."""

    database: Database

    def add(self, anchors: Iterable[Anchor]) -> int:
        """Remember those that are not known by path and digest; their number."""
        wanted = {(storable(a.path), storable(a.sha256)): _row(a) for a in reversed(tuple(anchors))}
        if not wanted or wanted.keys() <= self.all().keys():
            # Drafting again is frequent, and a write would wait for its turn.
            return 0
        with self.database.write() as connection:
            rows = connection.execute(select(take_anchors.c.path, take_anchors.c.sha256))
            known = {(row.path, row.sha256) for row in rows}
            new = [row for key, row in wanted.items() if key not in known]
            if new:
                connection.execute(insert(connection, take_anchors).on_conflict_do_nothing(), new)
        return len(new)

    def all(self) -> Mapping[tuple[str, str], Anchor]:
        """Every anchor, by path and digest."""
        with self.database.read() as connection:
            rows = connection.execute(select(take_anchors)).mappings().all()
        return {(row["path"], row["sha256"]): Anchor(**dict(row)) for row in rows}


def _row(anchor: Anchor) -> dict[str, object]:
    return {
        "path": anchor.path,
        "sha256": anchor.sha256,
        "feed": anchor.feed,
        "entry": anchor.entry,
        "title": anchor.title,
        "at": anchor.at,
    }
