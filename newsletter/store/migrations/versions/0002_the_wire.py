"""The wire's memory: moves, hints and faults of feeds, aliases and revisions of entries. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

#: As it was at this revision: later changes of `schema` must not reach back.
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _feeds()
    _entries()
    _fetch_log()
    _take_anchors()


def _added_words(table: str, *names: str) -> None:
    for name in names:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))


def _words(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def _feeds() -> None:
    _added_words("feeds", "own_title", "former_title", "fault", "asked", "validators_url", "hints", "move")
    for name in ("retry_at", "failing_since"):
        op.add_column("feeds", sa.Column(name, sa.BigInteger(), nullable=True))
    # What was called the next check is the server's wish. Since when a feed fails was not written down:
    # it did at the last check.
    op.execute("UPDATE feeds SET retry_at = next_check_at, next_check_at = NULL")
    op.execute("UPDATE feeds SET first_good_at = last_good_at WHERE first_good_at IS NULL")
    op.execute("UPDATE feeds SET failing_since = last_checked_at WHERE failures > 0")


def _entries() -> None:
    # No question was ever asked of it.
    op.drop_index("ix_entries_identity", "entries")
    op.create_table("entry_aliases", _words("feed", key=True), _words("alias", key=True), _words("id"))
    op.create_index("uq_entry_aliases_feed_id", "entry_aliases", ["feed", "id"], unique=True)
    op.create_table(
        "entry_revisions",
        sa.Column("no", _NUMBER, nullable=False, primary_key=True),
        _words("feed"),
        _words("id"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _words("title"),
        _words("link"),
    )
    op.create_index("ix_entry_revisions_feed_id", "entry_revisions", ["feed", "id"])


def _fetch_log() -> None:
    _added_words("fetch_log", "fault", "repairs", "body_hash", "url", "content_type")
    op.add_column("fetch_log", sa.Column("seconds", sa.Float(), nullable=False, server_default="0"))
    op.add_column("fetch_log", sa.Column("entries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("fetch_log", sa.Column("gap", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("fetch_log", sa.Column("reach", sa.BigInteger(), nullable=True))


def _take_anchors() -> None:
    op.create_table(
        "take_anchors",
        _words("path", key=True),
        _words("sha256", key=True),
        _words("feed"),
        _words("entry"),
        _words("title"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
