"""What a database says when something is wrong, in the words of our errors. I/O: none"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from newsletter.errors import CannotWrite, StoreFault

#: SQLSTATE classes and codes (PostgreSQL, appendix A).
_PG_UNDEFINED_TABLE, _PG_DISK_FULL, _PG_READ_ONLY = "42P01", "53100", "25006"


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what SQLAlchemy and the drivers raise inside into StoreFault or CannotWrite; `name` is shown to people."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        raise as_store_fault(fault, name) from fault


def as_store_fault(fault: Exception, name: str) -> StoreFault | CannotWrite:
    """The sentence for one fault of the database called `name`, with its mend."""
    cause = _cause(fault)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, name)
    state = getattr(cause, "sqlstate", None)
    if state == _PG_DISK_FULL:
        return _disk_full(name)
    if state == _PG_READ_ONLY:
        return StoreFault(
            f"The database {name} takes no writes: it is a standby or set to read-only.",
            mend="Point DATABASE_URL at the primary server.",
        )
    if state is None and isinstance(fault, DBAPIError) and fault.statement is None:
        return StoreFault(
            f"The database {name} cannot be reached: {_first_line(cause)}",
            mend="Look whether the server runs and whether host, name and password in DATABASE_URL are right.",
        )
    return StoreFault(
        f"The database {name} failed: {_first_line(cause)}",
        mend="What was being written has been taken back; run the command again.",
    )


def is_missing_table(fault: DBAPIError) -> bool:
    """Whether the statement failed only because its table does not exist."""
    cause = _cause(fault)
    if isinstance(cause, sqlite3.Error):
        return str(cause).startswith("no such table")
    return getattr(cause, "sqlstate", None) == _PG_UNDEFINED_TABLE


def _cause(fault: Exception) -> BaseException:
    return fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault


def _of_sqlite(cause: sqlite3.Error, name: str) -> StoreFault | CannotWrite:
    # Errors that Python itself raises carry no code.
    code: str = getattr(cause, "sqlite_errorname", "")
    if code.startswith("SQLITE_FULL"):
        return _disk_full(name)
    if code.startswith("SQLITE_NOTADB"):
        return StoreFault(
            f"{name} is not a database.",
            mend="Move the file away, or name another one; a fresh database is made where there is none.",
        )
    if code.startswith("SQLITE_CORRUPT"):
        return StoreFault(
            f"The database {name} is damaged: {_first_line(cause)}.",
            mend="Keep the damaged file, put the latest backup in its place, and run the command again.",
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreFault(
            f"The database {name} may be read but not written.",
            mend="Give the account that runs this program the right to write to the file and to its folder.",
        )
    if code.startswith("SQLITE_CANTOPEN"):
        return StoreFault(
            f"The database {name} cannot be opened.",
            mend="Give the account that runs this program the right to read and write the file and its folder.",
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreFault(
            f"Another program has been writing to the database {name} for too long.",
            mend="Run the command again when it has finished; a database belongs on a local disk, not a network one.",
        )
    if code.startswith("SQLITE_IOERR"):
        return CannotWrite(
            f"The disk failed under the database {name}: {_first_line(cause)}.",
            mend="Look at the disk; what was being written has been taken back.",
        )
    return StoreFault(
        f"The database {name} failed: {_first_line(cause)}.",
        mend="What was being written has been taken back; run the command again.",
    )


def _disk_full(name: str) -> CannotWrite:
    return CannotWrite(
        f"The disk is full: the database {name} could not be written.",
        mend="Make room and run the command again; what was being written has been taken back.",
    )


def _first_line(cause: BaseException) -> str:
    # Only the first: PostgreSQL quotes the offending row, addresses included, in the second.
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
