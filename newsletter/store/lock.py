"""One runner at a time on several machines: a lock that the database frees when its holder dies. I/O: PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from newsletter.errors import Busy
from newsletter.store.database import Database
from newsletter.store.faults import translated
from newsletter.store.file_lock import MEND

#: One number for the whole database; spells "pulse" in ASCII.
_RUNNER = int.from_bytes(b"pulse")


@contextmanager
def advisory_lock(database: Database) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock on a connection of its own while the block runs.

    Needs a direct connection: a pooler that shares sessions would share the lock. Raises Busy if it is held.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        if not _asked(database, session, "SELECT pg_try_advisory_lock(:key)"):
            raise Busy("Another run holds the lock in the database.", mend=MEND)
        try:
            yield
        finally:
            _asked(database, session, "SELECT pg_advisory_unlock(:key)")


def _asked(database: Database, session: Connection, question: str) -> bool:
    with translated(database.name):
        return bool(session.execute(text(question), {"key": _RUNNER}).scalar())
