"""Bringing a fresh or older database to the newest revision, all or nothing. I/O: SQLite, PostgreSQL, disk

Imported only when the revision differs, as it imports Alembic. To write a new revision, change `schema`, call
`alembic.command.revision(configuration(MIGRATIONS), …)` or copy an older file, and raise `engine.HEAD`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from newsletter.errors import StoreFault, StoreIsNewer
from newsletter.store.database import Database
from newsletter.store.schema import metadata

MIGRATIONS = Path(__file__).with_name("migrations")

#: One number for the whole database, other than that of the runner; spells "schema" in ASCII.
_UPGRADE = int.from_bytes(b"schema")


def upgrade(database: Database, found: str | None, scripts: Path = MIGRATIONS) -> None:
    """Run the revisions after `found` in one transaction, while nobody else writes; None means a fresh database.

    Raises StoreIsNewer for a revision that `scripts` does not know, and StoreFault for a database that is not
    ours; both before anything is changed. A revision that fails leaves no trace.
    """
    config = configuration(scripts)
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    if found is not None and found not in known:
        raise StoreIsNewer(
            f"The database {database.name} was written by a later version of this program (revision {found}).",
            mend="Upgrade the program, or open the copy called .backup-REVISION beside it; nothing was touched.",
        )
    if found is None and database.path:
        _choose_write_ahead_log(database)
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE})
        # Another process may have been faster while this one waited for its turn.
        found = _revision(connection)
        if found == known[0]:
            return
        if found is None:
            _refuse_strangers(connection, database)
        elif database.path:
            _copy(database.path, database.path.with_name(f"{database.path.name}.backup-{found}"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as fault:
            raise StoreFault(f"The database {database.name} cannot be upgraded: {fault}.") from fault


def configuration(scripts: Path) -> Config:
    """Alembic's configuration for a folder of revisions; the connection belongs into `attributes["connection"]`."""
    config = Config()
    # ConfigParser reads % as the start of a reference.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = metadata
    return config


def _choose_write_ahead_log(database: Database) -> None:
    """Let readers and a writer work at once. The file remembers it; where the disk cannot, all is right but slower."""
    assert database.path
    with closing(sqlite3.connect(database.path)) as raw:
        # Two processes that make the database at the same moment: the other one is choosing the same.
        try:
            raw.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorname != "SQLITE_BUSY":
                raise


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _refuse_strangers(connection: Connection, database: Database) -> None:
    """An SQLite file with any tables belongs to somebody else; on a shared PostgreSQL only names of ours clash."""
    there = set(inspect(connection).get_table_names())
    if database.path is None:
        there &= set(metadata.tables)
    if there:
        raise StoreFault(
            f"The database {database.name} holds tables that this program did not make ({sorted(there)[0]!r}, …).",
            mend="Name another database; this one was not touched.",
        )


def _copy(source: Path, target: Path) -> None:
    """Copy a database in use by SQLite's own backup, which reads a consistent state."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(part)) as new:
        old.backup(new)
    part.replace(target)
