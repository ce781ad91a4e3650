"""Statements in the driver's own words, for the few that are run once for every few letters. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from newsletter.store.columns import Instant, storable

_INSTANT = Instant()
_ANY = sqlite.dialect()


class Driver:
    """A write transaction on the driver's cursor. Statements mark values by "?", and lists of values by "?…".

    What `newsletter.store.columns` does to values is for the caller to do: `as_number` and `storable`.
    """

    __slots__ = ("_cursor", "is_sqlite")

    def __init__(self, cursor: Any, *, is_sqlite: bool) -> None:
        self._cursor = cursor
        self.is_sqlite = is_sqlite

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask; a list among the values stands for one "?…", and is not empty."""
        found: list[tuple[Any, ...]] = self._run(statement, values).fetchall()
        return found

    def do(self, statement: str, *values: object) -> int:
        """Change; the number of rows changed."""
        changed: int = self._run(statement, values).rowcount
        return changed

    def many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Change once for each of the rows."""
        self._cursor.executemany(_text(statement, (), self.is_sqlite), rows)

    def _run(self, statement: str, values: tuple[object, ...]) -> Any:
        sizes = []
        flat: list[object] = []
        for value in values:
            if isinstance(value, list):
                padded = _padded(value)
                sizes.append(len(padded))
                flat += padded
            else:
                flat.append(value)
        self._cursor.execute(_text(statement, tuple(sizes), self.is_sqlite), flat)
        return self._cursor


def driver_of(connection: Connection) -> Driver:
    """The driver under a connection, inside its transaction."""
    return Driver(connection.connection.cursor(), is_sqlite=connection.dialect.name == "sqlite")


def as_number(instant: datetime) -> int:
    """An instant as `Instant` stores it. Raises ValueError if it has no zone."""
    number = _INSTANT.process_bind_param(instant, _ANY)
    assert number is not None
    return number


def as_words(text: str, most: int) -> str:
    """Text from outside as `Words` stores it, at most so many characters."""
    if len(text) > most:
        text = text[:most]
    return text if text.isascii() and "\0" not in text else storable(text)


def in_words(query: Select[*tuple[Any, ...]]) -> str:
    """A question of SQLAlchemy's, for `Driver.rows`; it has values where it was given `bindparam`, and nowhere else."""
    return str(query.compile(dialect=_ANY))


def _padded(values: list[Any]) -> list[Any]:
    """Of the next power of two in length, the last one repeated: few texts, which the drivers know already."""
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


@cache
def _text(statement: str, sizes: tuple[int, ...], is_sqlite: bool) -> str:
    for size in sizes:
        statement = statement.replace("?…", ", ".join("?" * size), 1)
    return statement if is_sqlite else statement.replace("?", "%s")
