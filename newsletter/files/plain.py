"""Frozen values to JSON and back, exactly: instants, weeks, tuples, mappings and values inside values. Pure."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import repeat
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from newsletter.clock import read_instant, write_instant
from newsletter.model.week import Week

Value = TypeVar("Value")


class NotPlain(ValueError):
    """JSON that does not say what the type asks for; the sentence names the place."""


def to_plain(value: object) -> Any:
    """The value in what JSON knows. Every field is written, also where it has its default: defaults may change."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Week):
        return str(value)
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [to_plain(inner) for inner in value]
    assert is_dataclass(value)
    return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}


def from_plain(kind: type[Value], plain: object) -> Value:
    """Build the value back; a field that is missing takes its default, one that the type has not is refused.

    Raises NotPlain.
    """
    try:
        return cast(Value, _reader(cast(Any, kind))(plain))
    except _Wrong as fault:
        raise NotPlain(fault.said()) from fault


def dump_line(plain: object) -> str:
    """One line of JSON: sorted keys, signs as they are."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, allow_nan=False)


def dump_page(plain: object) -> str:
    """JSON that a person can read and git can compare: sorted keys, one blank of indent, a final line end."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1) + "\n"


def load(text: str) -> Any:
    """Read JSON. Raises NotPlain, naming line and column."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as fault:
        raise NotPlain(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from fault
    except RecursionError as fault:
        raise NotPlain("nested too deep") from fault


def _refuse(constant: str) -> Any:
    raise NotPlain(f"{constant} is no number")


class _Wrong(Exception):
    """What is wrong with a value; on its way up each value around it adds where in it that one stands."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words
        self.way: list[str] = []

    def said(self) -> str:
        return f"value{''.join(reversed(self.way))}{self.words}"


#: Reads one value of a type. Raises _Wrong.
_Reader = Callable[[Any], Any]


@lru_cache(maxsize=512)
def _reader(kind: Any) -> _Reader:
    """What reads values of the type, made once for each: a record holds hundreds of values of a dozen types."""
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        arm = _reader(next(arm for arm in get_args(kind) if arm is not type(None)))
        return (lambda plain: None if plain is None else arm(plain)) if type(None) in get_args(kind) else arm
    if origin is Literal:
        return _literal_reader(get_args(kind))
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(get_args(kind)[1])
    if kind in (Week, datetime, date):
        return _time_reader(Week.read if kind is Week else read_instant if kind is datetime else date.fromisoformat)
    if is_dataclass(kind):
        return _record_reader(kind)
    return _number if kind is float else _plain_reader(kind)


def _plain_reader(kind: type[object]) -> _Reader:
    def read(plain: Any) -> Any:
        if type(plain) is not kind:
            raise _Wrong(f" is not {kind.__name__}")
        return plain

    return read


def _number(plain: Any) -> Any:
    if not isinstance(plain, int | float) or isinstance(plain, bool):
        raise _Wrong(" is not a number")
    return float(plain)


def _literal_reader(allowed: tuple[object, ...]) -> _Reader:
    def read(plain: Any) -> Any:
        if plain not in allowed:
            raise _Wrong(f" is not one of {allowed}")
        return plain

    return read


def _time_reader(of_text: Callable[[str], object]) -> _Reader:
    def read(plain: Any) -> Any:
        if not isinstance(plain, str):
            raise _Wrong(" is not a text")
        try:
            return of_text(plain)
        except ValueError as fault:
            raise _Wrong(f": {fault}") from fault

    return read


def _tuple_reader(kinds: tuple[Any, ...]) -> _Reader:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        inner = _reader(kinds[0])
        return lambda plain: tuple(_each(_list(plain), repeat(inner)))
    inners = tuple(map(_reader, kinds))

    def read(plain: Any) -> Any:
        if len(_list(plain)) != len(inners):
            raise _Wrong(f" is not a list of {len(inners)}")
        return tuple(_each(plain, inners))

    return read


def _list(plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise _Wrong(" is not a list")
    return plain


def _each(values: list[Any], readers: Iterable[_Reader]) -> list[Any]:
    out: list[Any] = []
    try:
        # The readers may be endless, the values are not.
        for value, read in zip(values, readers, strict=False):
            out.append(read(value))
    except _Wrong as fault:
        fault.way.append(f"[{len(out)}]")
        raise
    return out


def _mapping_reader(kind: Any) -> _Reader:
    inner = _reader(kind)

    def read(plain: Any) -> Any:
        return _fields(_object(plain), lambda _: inner)

    return read


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise _Wrong(" is not an object")
    return plain


def _fields(plain: dict[str, Any], reader: Callable[[str], _Reader]) -> dict[str, Any]:
    out = {}
    for name, value in plain.items():
        try:
            out[name] = reader(name)(value)
        except _Wrong as fault:
            fault.way.append(f".{name}")
            raise
    return out


def _record_reader(kind: Any) -> _Reader:
    def read(plain: Any) -> Any:
        # Not before the first value: a type may hold itself.
        readers = _field_readers(kind)
        unknown = sorted(_object(plain).keys() - readers.keys())
        if unknown:
            raise _Wrong(f" is not known here: {', '.join(unknown)}")
        values = _fields(plain, readers.__getitem__)
        try:
            return kind(**values)
        except TypeError as fault:
            raise _Wrong(" lacks a field") from fault

    return read


@lru_cache(maxsize=64)
def _field_readers(kind: Any) -> dict[str, _Reader]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
