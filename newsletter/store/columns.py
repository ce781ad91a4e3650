"""How instants, lengths of time and text from outside are stored, alike in SQLite and PostgreSQL. I/O: none"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970, UTC: sorts and compares alike in every database; aware on reading.

    Refuses naive instants with ValueError.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - their signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return instant_of(value)


@overload
def instant_of(value: int) -> datetime: ...
@overload
def instant_of(value: None) -> None: ...
def instant_of(value: int | None) -> datetime | None:
    """The instant that a column of instants holds as this number; None is none."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)


class Span(TypeDecorator[timedelta]):
    """A length of time as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        return None if value is None else value * _MICROSECOND


class Words(TypeDecorator[str]):
    """Text from outside. JSON feeds can carry NUL, which PostgreSQL refuses, and lone surrogates, which all refuse."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text as `Words` stores it, for what is compared before it is stored."""
    plain = text.replace("\x00", "")
    return plain if plain.isascii() else plain.encode("utf-8", "replace").decode("utf-8")
