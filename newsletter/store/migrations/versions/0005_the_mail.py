"""Mailings can be paused, letters held and signed, relays told apart, batches counted. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

#: Not IN: SQLite would build its list anew for every letter, which takes longer than writing the row.
_SETTLED = "state = 'accepted' OR state = 'left' OR state = 'dropped'"
_OPEN = "state IN ('deferred', 'refused', 'unknown', 'held')"
#: Columns as they were before, in their order.
_DELIVERIES = ("mailing", "subscriber", "state", "at", "code", "reply", "attempt")
_EXCEPTIONS = (
    "mailing", "subscriber", "batch", "state", "attempts", "next_try_at", "epoch", "code", "reply", "at",
)  # fmt: skip


def upgrade() -> None:
    _mailings()
    _batches()
    if op.get_bind().dialect.name == "postgresql":
        _new_states("deliveries", _SETTLED)
        _new_states("delivery_exceptions", _OPEN)
        op.drop_index("ix_delivery_exceptions_mailing_batch", "delivery_exceptions")
    else:
        _deliveries_anew()
        _exceptions_anew()
    due = ["state", "next_try_at", "epoch"]
    op.create_index("ix_delivery_exceptions_of_batch", "delivery_exceptions", ["mailing", "batch", *due])
    op.create_index("ix_delivery_exceptions_due", "delivery_exceptions", ["mailing", *due])
    op.create_table(
        "intents",
        _reference("mailing"),
        _reference("subscriber"),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )


def _mailings() -> None:
    # Batches refer to the table: it is not made anew. Both databases take a check together with its column.
    op.execute(
        "ALTER TABLE mailings ADD COLUMN state TEXT DEFAULT 'open' NOT NULL"
        " CONSTRAINT ck_mailings_state CHECK (state IN ('open', 'paused', 'cancelled'))"
    )
    op.add_column("mailings", _words("why"))
    op.add_column("mailings", sa.Column("changed", sa.BigInteger(), nullable=True))
    op.add_column("mailings", _words("signatures", "[]"))
    op.add_column("mailings", _words("secret_mark"))


def _batches() -> None:
    for name in ("accepted", "departed", "dropped"):
        op.add_column("batches", sa.Column(name, sa.Integer(), nullable=True))
    for name in ("first_at", "last_at"):
        op.add_column("batches", sa.Column(name, sa.BigInteger(), nullable=True))


def _new_states(table: str, states: str) -> None:
    op.add_column(table, _words("relay"))
    op.drop_constraint(op.f(f"ck_{table}_state"), table, type_="check")
    op.create_check_constraint("state", table, states)


def _deliveries_anew() -> None:
    """SQLite changes no check: the rows go over into a new table."""
    op.create_table(
        "deliveries_anew",
        _reference("mailing"),
        _reference("subscriber"),
        _words("state", None),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        _words("reply", None),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _words("relay"),
        sa.CheckConstraint(_SETTLED, name=op.f("ck_deliveries_state")),
        sqlite_with_rowid=False,
    )
    _move("deliveries", _DELIVERIES)


def _exceptions_anew() -> None:
    op.create_table(
        "delivery_exceptions_anew",
        _reference("mailing"),
        _reference("subscriber"),
        sa.Column("batch", sa.Integer(), nullable=False),
        _words("state", None),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        _words("reply", None),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _words("relay"),
        sa.CheckConstraint(_OPEN, name=op.f("ck_delivery_exceptions_state")),
        sqlite_with_rowid=False,
    )
    _move("delivery_exceptions", _EXCEPTIONS)


def _move(table: str, columns: tuple[str, ...]) -> None:
    old, new = (sa.table(name, *(sa.column(one) for one in columns)) for name in (table, f"{table}_anew"))
    in_order = sa.select(old).order_by(old.c.mailing, old.c.subscriber)
    op.get_bind().execute(sa.insert(new).from_select(list(columns), in_order))
    op.drop_table(table)
    op.rename_table(f"{table}_anew", table)


def _words(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=True, autoincrement=False)
