"""Opening the store: connect, compare the revision, and hand out what remembers. I/O: SQLite, PostgreSQL

Alembic takes longer to import than most commands take to run, so it is imported only if the revision differs.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from newsletter.errors import StoreFault
from newsletter.store.anchors import TakeAnchors
from newsletter.store.database import Database, connect
from newsletter.store.deliveries.ledger import SqlLedger
from newsletter.store.faults import is_missing_table
from newsletter.store.file_lock import file_lock
from newsletter.store.link_checks import LinkCheckStore
from newsletter.store.lock import advisory_lock
from newsletter.store.news import NewsStore
from newsletter.store.resolved import ResolvedStore
from newsletter.store.runs import RunLedger
from newsletter.store.subscribers import SubscriberStore
from newsletter.store.told import ToldStore

#: The newest revision in `migrations`; a test holds that it is.
HEAD = "0005"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """All that is remembered, in one database. Safe to share between threads."""

    database: Database
    news: NewsStore
    anchors: TakeAnchors
    resolved: ResolvedStore
    subscribers: SubscriberStore
    ledger: SqlLedger
    runs: RunLedger
    told: ToldStore
    link_checks: LinkCheckStore

    def runner_lock(self, path: Path, now: datetime) -> AbstractContextManager[None]:
        """Be the only one who runs stages, until the block ends or the process does. Raises Busy at once if one is.

        On SQLite the lock lies on the file `path`; on PostgreSQL, where runners may be on several machines,
        in the database, and `path` is not touched.
        """
        return file_lock(path, now) if self.database.path else advisory_lock(self.database)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, looking: bool = False) -> Store:
    """Open the database at sqlite:///PATH or postgresql://…; a fresh one gets its tables, an older one is upgraded.

    Before an SQLite file is upgraded, a copy is laid beside it as PATH.backup-REVISION.
    Whoever is only `looking` changes nothing: for them one of another revision is a StoreFault.

    Raises:
        StoreIsNewer: a later version of this program wrote it; nothing was touched.
        StoreFault: it is not a database of ours, is damaged, or cannot be reached.
        CannotWrite: the file cannot be written, or the disk is full.
    """
    database = connect(url, looking=looking)
    try:
        found = _revision(database)
        if found != HEAD:
            _bring_up(database, found, looking=looking)
    except BaseException:
        database.close()
        raise
    return Store(
        database=database,
        news=NewsStore(database=database),
        anchors=TakeAnchors(database=database),
        resolved=ResolvedStore(database=database),
        subscribers=SubscriberStore(database=database),
        ledger=SqlLedger(database=database),
        runs=RunLedger(database=database),
        told=ToldStore(database=database),
        link_checks=LinkCheckStore(database=database),
    )


def sqlite_url(path: Path) -> str:
    """The address of an SQLite file, as `open_store` reads it; any characters may stand in the path."""
    return f"sqlite:///{path}"


def _bring_up(database: Database, found: str | None, *, looking: bool) -> None:
    if looking:
        raise StoreFault(
            f"The database {database.name} was written by another version of this program.",
            mend="An older one is brought up to date by:  newsletter status",
        )
    from newsletter.store.upgrade import upgrade

    upgrade(database, found)


def _revision(database: Database) -> str | None:
    """The revision that the tables are at; None if there is no record of one."""
    with database.read() as connection:
        try:
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DBAPIError as fault:
            if is_missing_table(fault):
                return None
            raise
    return found
