"""Strategies for whole values of the model, every field drawn."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from newsletter.model.week import Week

Value = TypeVar("Value")

_TEXT = st.text(max_size=12)
_INSTANTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC) + timedelta(0)
)
_WEEKS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)).map(Week.of)


def whole(kind: type[Value]) -> st.SearchStrategy[Value]:
    """Values of a frozen type with every field drawn, defaults or not."""
    hints = get_type_hints(kind)
    drawn = {field.name: _drawn(hints[field.name]) for field in fields(kind)}  # type: ignore[arg-type]
    return st.builds(kind, **drawn)


def _drawn(kind: Any) -> st.SearchStrategy[Any]:
    kind = getattr(kind, "__supertype__", kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*(st.none() if arm is type(None) else _drawn(arm) for arm in inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return st.lists(_drawn(inner[0]), max_size=2).map(tuple)
        return st.tuples(*(_drawn(arm) for arm in inner))
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(_TEXT, _drawn(inner[1]), max_size=2)
    simple = {
        str: _TEXT,
        bool: st.booleans(),
        int: st.integers(0, 10**9),
        float: st.floats(allow_nan=False, allow_infinity=False),
        datetime: _INSTANTS,
        date: st.dates(),
        Week: _WEEKS,
    }
    return simple[kind] if kind in simple else whole(kind)
