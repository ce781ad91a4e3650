"""What the desk asks of the wire: discussions and points of entries, where short links lead. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from newsletter.links import identity

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("entries", sa.Column("discussion", sa.Text(), nullable=False, server_default=""))
    op.add_column("entries", sa.Column("points", sa.Integer(), nullable=True))
    op.create_table(
        "resolved_links",
        sa.Column("link", sa.Text(), nullable=False, primary_key=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
    )
    _compare_anew()


def _compare_anew() -> None:
    """Addresses are compared by other rules now: an entry's identity is made again from its link."""
    connection = op.get_bind()
    entries = sa.table("entries", *(sa.column(name, sa.Text()) for name in ("feed", "id", "link", "identity")))
    changed = [
        {"of": row.feed, "named": row.id, "now": now}
        for row in connection.execute(sa.select(entries).where(entries.c.link != ""))
        if (now := identity(row.link) or "") != row.identity
    ]
    if changed:
        one = sa.and_(entries.c.feed == sa.bindparam("of"), entries.c.id == sa.bindparam("named"))
        connection.execute(sa.update(entries).where(one).values(identity=sa.bindparam("now")), changed)
