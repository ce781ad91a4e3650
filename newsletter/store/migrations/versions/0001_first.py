"""The first tables: news, readers, delivery, runs. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

#: As they were at this revision: later changes of `schema` must not reach back.
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _news()
    _readers()
    _delivery()
    _runs()


def _words(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _instant(name: str, *, null: bool = False, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null, primary_key=key, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False, primary_key=True)


def _reference(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=key, autoincrement=False)


def _news() -> None:
    op.create_table(
        "feeds",
        _words("id", key=True),
        _words("url"),
        _words("title"),
        _words("etag"),
        _words("last_modified"),
        _instant("validators_at", null=True),
        _words("body_hash"),
        _instant("first_good_at", null=True),
        _instant("last_good_at", null=True),
        _instant("last_checked_at", null=True),
        _instant("next_check_at", null=True),
        _count("failures"),
        _words("last_problem"),
    )
    op.create_table(
        "entries",
        _words("feed", key=True),
        _words("id", key=True),
        _words("title"),
        _words("link"),
        _words("identity"),
        _instant("published", null=True),
        _words("summary"),
        _words("author"),
        _words("language"),
        _instant("first_seen"),
        _instant("previous_fetch", null=True),
        _words("revision"),
    )
    op.create_index("ix_entries_first_seen", "entries", ["first_seen"])
    op.create_index("ix_entries_identity", "entries", ["identity"])
    op.create_table(
        "fetch_log",
        _number("id"),
        _words("feed"),
        _instant("at"),
        _words("state"),
        _count("status"),
        _reference("wire_bytes"),
        _count("new_entries"),
        _words("problem"),
    )
    op.create_index("ix_fetch_log_feed_at", "fetch_log", ["feed", "at"])


def _readers() -> None:
    op.create_table(
        "subscribers",
        _number("id"),
        _words("key"),
        _words("address"),
        _words("folded"),
        _words("name"),
        _words("standing"),
        _instant("joined"),
        _instant("left_at", null=True),
        _words("variant"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("folded"),
        sa.CheckConstraint("standing IN ('pending', 'active', 'left')", name="standing"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppressions",
        _words("address", key=True),
        _words("reason"),
        _instant("at"),
        _words("note"),
        sa.CheckConstraint("reason IN ('unsubscribed', 'bounced', 'complained', 'by-hand')", name="reason"),
    )


def _delivery() -> None:
    op.create_table(
        "mailings",
        _number("id"),
        _words("week"),
        _words("variant"),
        _instant("date"),
        sa.Column("segments", sa.LargeBinary(), nullable=False),
        _words("marks"),
        _words("sha256"),
        _instant("created"),
    )
    op.create_index("uq_mailings_week_variant", "mailings", ["week", "variant"], unique=True)
    op.create_table(
        "batches",
        sa.Column("mailing", _NUMBER, sa.ForeignKey("mailings.id"), primary_key=True, autoincrement=False),
        sa.Column("no", sa.Integer(), primary_key=True, autoincrement=False),
        _reference("first_id"),
        _reference("last_id"),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        _count("audience"),
        _words("state"),
        _count("epoch"),
        _instant("claimed_at", null=True),
        sa.CheckConstraint("state IN ('open', 'claimed', 'done')", name="state"),
    )
    op.create_index("ix_batches_mailing_state_no", "batches", ["mailing", "state", "no"])
    op.create_table(
        "deliveries",
        _reference("mailing", key=True),
        _reference("subscriber", key=True),
        _words("state"),
        _instant("at"),
        _count("code"),
        _words("reply"),
        _count("attempt"),
        sa.CheckConstraint("state IN ('accepted', 'left')", name="state"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery_exceptions",
        _reference("mailing", key=True),
        _reference("subscriber", key=True),
        _count("batch"),
        _words("state"),
        _count("attempts"),
        _instant("next_try_at", null=True),
        _count("epoch"),
        _count("code"),
        _words("reply"),
        _instant("at"),
        sa.CheckConstraint("state IN ('deferred', 'refused', 'unknown')", name="state"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_delivery_exceptions_mailing_batch", "delivery_exceptions", ["mailing", "batch"])


def _runs() -> None:
    op.create_table(
        "runs",
        _words("stage", key=True),
        _instant("slot", key=True),
        _words("week"),
        _instant("started"),
        _instant("finished", null=True),
        _words("state"),
        _words("message"),
        sa.CheckConstraint("state IN ('begun', 'done', 'failed', 'skipped', 'late')", name="state"),
    )
    op.create_index("ix_runs_started", "runs", ["started"])
    op.create_table(
        "meta",
        _words("key", key=True),
        _words("value"),
    )
