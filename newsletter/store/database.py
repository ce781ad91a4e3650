"""Connections and transactions: one way to read, one way to write, on SQLite and PostgreSQL. I/O: SQLite, PostgreSQL

No network and no template work belongs inside either: a write on SQLite keeps all other writers waiting.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from newsletter.errors import CannotWrite, StoreFault
from newsletter.store.driver import Driver
from newsletter.store.faults import as_store_fault, translated

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

#: Seconds that a writer waits for its turn.
_PATIENCE = 30
#: Marks a transaction that will write.
_WRITES = "newsletter_writes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database. `name` is what people are shown: a path, or host and name without the password."""

    engine: Engine
    #: The same, for transactions that write.
    writer: Engine
    name: str
    #: The file; None for PostgreSQL.
    path: Path | None
    #: SQLite's own waiting is unfair and may starve a thread, so the threads of one process queue up here.
    turn: AbstractContextManager[object]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; keep it short. Raises StoreFault."""
        # SQLite shows one state from the first question to the last; PostgreSQL does if it is asked to.
        options = {} if self.path else {"isolation_level": "REPEATABLE READ"}
        with translated(self.name), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends, taken back whole if it raises. Never inside another.

        Raises StoreFault or CannotWrite.
        """
        with self.turn, translated(self.name), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def drive(self) -> Iterator[Driver]:
        """`write` on the driver itself: what SQLAlchemy adds to a transaction costs more than a few rows do."""
        driver_fault = self.engine.dialect.loaded_dbapi.Error
        with self.turn, translated(self.name):
            try:
                # Closing takes back what was not committed.
                with closing(self.engine.raw_connection()) as raw:
                    cursor = raw.cursor()
                    if self.path:
                        cursor.execute("BEGIN IMMEDIATE")
                    yield Driver(cursor, is_sqlite=self.path is not None)
                    raw.commit()
            except driver_fault as fault:
                raise as_store_fault(DBAPIError(None, None, fault), self.name) from fault

    def close(self) -> None:
        self.engine.dispose()


def connect(url: str, *, looking: bool = False) -> Database:
    """Prepare a database by address: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME. Looks at no table.

    An SQLite file that is not there is made, readable to its owner alone: it will hold people's addresses.
    Whoever is only `looking` can write to no SQLite file, and needs no right to.
    Raises StoreFault for other addresses and for a folder that is not there.
    """
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        _refuse_what_is_no_file(path)
        return _seen_sqlite(path) if looking else _sqlite(path)
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql("postgresql+psycopg://" + url.split("://", 1)[1])
    scheme = url.split(":", 1)[0] if ":" in url else ""
    raise StoreFault(
        f"DATABASE_URL names a database of an unknown kind{f', {scheme!r}' if scheme else ''}.",
        mend="Write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; leave it out for SQLite in var/.",
    )


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of this connection's database."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)


def _refuse_what_is_no_file(path: Path) -> None:
    if not path.name or path.name == ":memory:":
        raise StoreFault("DATABASE_URL names no file.", mend="Write sqlite:///var/newsletter.db, or leave it out.")
    if not path.parent.is_dir():
        raise StoreFault(f"There is no folder {path.parent} for the database.", mend=f"mkdir -p {path.parent}")
    if path.is_dir():
        raise StoreFault(f"{path} is a folder, not a database.", mend="Name a file inside it.")


def _sqlite(path: Path) -> Database:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as fault:
        raise CannotWrite(
            f"The database {path} cannot be opened for writing: {fault.strerror}.",
            mend="Give the account that runs this program the right to write to the file and to its folder.",
        ) from fault
    return _opened_sqlite(path, str(path.absolute()))


def _seen_sqlite(path: Path) -> Database:
    """The same for somebody who only reads: on a disk that cannot be written to as well."""
    if all(os.access(one, os.W_OK) for one in (path, path.parent)):
        found = _opened_sqlite(path, str(path.absolute()))
    else:
        # Its readers would share memory in a file beside it, which cannot be made: then nobody else may write either.
        beside = path.with_name(f"{path.name}-wal").exists()
        address = f"file:{quote(str(path.absolute()))}?mode=ro{'' if beside else '&immutable=1'}"
        found = _opened_sqlite(path, address, uri=True)
    event.listen(found.engine, "connect", _only_read)
    return found


def _opened_sqlite(path: Path, address: str, *, uri: bool = False) -> Database:
    engine = create_engine(
        URL.create("sqlite", database=address, query={"uri": "true"} if uri else {}),
        connect_args={"timeout": _PATIENCE, "check_same_thread": False},
        max_overflow=-1,
        # The connection used last has the pages at hand.
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine=engine, writer=_writing(engine), name=str(path), path=path, turn=threading.Lock())


def _writing(engine: Engine) -> Engine:
    return engine.execution_options(**{_WRITES: True})


def _only_read(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA query_only = ON").close()


def _prepare_sqlite(raw: Any, _record: object) -> None:
    # The driver would begin transactions by its own rules; `_begin_sqlite` says when and how.
    raw.isolation_level = None
    # FULL: a result that the ledger calls durable must survive the power cord, or its letter goes twice.
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once when another wrote in between,
    # whatever the time-out: so writers are writers from their first statement.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: str) -> Database:
    try:
        parsed = make_url(url)
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 10},
        )
    except (ArgumentError, ValueError) as fault:
        raise StoreFault(
            "DATABASE_URL cannot be read.", mend="Write postgresql://USER:PASSWORD@HOST:PORT/NAME."
        ) from fault
    except ModuleNotFoundError as fault:
        raise StoreFault(
            "DATABASE_URL names PostgreSQL, and its driver is not installed.",
            mend="pip install 'tech-pulse-newsletter[postgres]'",
        ) from fault
    name = f"{parsed.database or ''} at {parsed.host or 'this machine'}"
    return Database(engine=engine, writer=_writing(engine), name=name, path=None, turn=nullcontext())
