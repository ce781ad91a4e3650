"""What editors were told, and which links were tried. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_told_week_member", "told", ["week", "member"])
    op.create_table(
        "link_checks",
        sa.Column("link", sa.Text(), nullable=False, primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, server_default=""),
        sa.Column("moved", sa.Text(), nullable=False, server_default=""),
    )
