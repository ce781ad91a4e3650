"""Frozen values to JSON and back, exactly: instants, weeks, tuples, mappings and values inside values. Pure."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
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
    return cast(Value, _read(kind, plain, "value"))


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


def _read(kind: Any, plain: Any, place: str) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if plain is None and type(None) in get_args(kind):
            return None
        return _read(next(arm for arm in get_args(kind) if arm is not type(None)), plain, place)
    if origin is Literal:
        return _checked(plain, plain in get_args(kind), f"one of {get_args(kind)}", place)
    if origin is tuple:
        return _read_tuple(get_args(kind), _checked(plain, isinstance(plain, list), "a list", place), place)
    if origin is not None and issubclass(origin, Mapping):
        inner = get_args(kind)[1]
        table = _checked(plain, isinstance(plain, dict), "an object", place)
        return {key: _read(inner, value, f"{place}.{key}") for key, value in table.items()}
    if kind in (Week, datetime, date):
        return _read_time(kind, _checked(plain, isinstance(plain, str), "a text", place), place)
    if is_dataclass(kind):
        return _read_record(kind, _checked(plain, isinstance(plain, dict), "an object", place), place)
    if kind is float:
        number = isinstance(plain, int | float) and not isinstance(plain, bool)
        return float(_checked(plain, number, "a number", place))
    return _checked(plain, type(plain) is kind, kind.__name__, place)


def _checked(plain: Any, holds: bool, expected: str, place: str) -> Any:
    if not holds:
        raise NotPlain(f"{place} is not {expected}")
    return plain


def _read_tuple(kinds: tuple[Any, ...], plain: list[Any], place: str) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], inner, f"{place}[{i}]") for i, inner in enumerate(plain))
    _checked(plain, len(plain) == len(kinds), f"a list of {len(kinds)}", place)
    return tuple(_read(kind, inner, f"{place}[{i}]") for i, (kind, inner) in enumerate(zip(kinds, plain, strict=True)))


def _read_time(kind: Any, text: str, place: str) -> Any:
    try:
        if kind is Week:
            return Week.read(text)
        return read_instant(text) if kind is datetime else date.fromisoformat(text)
    except ValueError as fault:
        raise NotPlain(f"{place}: {fault}") from fault


def _read_record(kind: Any, plain: dict[str, Any], place: str) -> Any:
    hints = _hints(kind)
    unknown = sorted(set(plain) - set(hints))
    _checked(plain, not unknown, f"known here: {', '.join(unknown)}", place)
    values = {name: _read(hints[name], value, f"{place}.{name}") for name, value in plain.items()}
    try:
        return kind(**values)
    except TypeError as fault:
        raise NotPlain(f"{place} lacks a field") from fault


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    """The types of the fields of a frozen value, in full."""
    return get_type_hints(kind)
