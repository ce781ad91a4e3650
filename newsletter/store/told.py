"""Who was told what, so that nobody is told twice. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from newsletter.model.week import Week
from newsletter.store.columns import storable
from newsletter.store.database import Database
from newsletter.store.schema import told

Kind = Literal["reminder", "late-take"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """One message to one member."""

    kind: Kind
    week: Week
    #: The member's id; "" for an author whom newsletter.toml does not name.
    member: str
    #: What it was about: a path and a digest, or "".
    about: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStore:
    """Rows noted before a message leaves and taken back where it did not. Every method is one transaction."""

    database: Database

    def note(self, row: ToldRow) -> int:
        """Note a message that is about to leave; the number to take it back by."""
        values = {
            "kind": row.kind,
            "week": str(row.week),
            "member": storable(row.member),
            "about": storable(row.about),
            "at": row.at,
        }
        with self.database.write() as connection:
            number: int = connection.execute(told.insert().values(values).returning(told.c.no)).scalar_one()
        return number

    def take_back(self, number: int) -> None:
        """Forget a message that did not leave."""
        with self.database.write() as connection:
            connection.execute(told.delete().where(told.c.no == number))

    def of_week(self, week: Week, kind: Kind) -> tuple[ToldRow, ...]:
        """All that was told of that kind about a week, oldest first."""
        query = select(told).where(told.c.week == str(week), told.c.kind == kind).order_by(told.c.no)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(ToldRow(kind=kind, week=week, member=row.member, about=row.about, at=row.at) for row in rows)
