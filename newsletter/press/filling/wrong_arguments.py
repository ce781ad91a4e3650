"""Whether a fault inside a function is its caller's: an argument of another kind than the function asks for. Pure."""

from __future__ import annotations

import inspect
from types import FrameType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def wrong_argument(frame: FrameType) -> str | None:
    """A sentence on the first argument, as the running function holds it now, that is not of the kind it is marked as.

    None if all are, or if the frame is no function of a module.
    """
    code = frame.f_code
    function = frame.f_globals.get(code.co_name)
    if function is None or getattr(inspect.unwrap(function), "__code__", None) is not code:
        return None
    kinds = get_type_hints(function)
    for name in inspect.signature(function).parameters:
        if name in kinds and name in frame.f_locals and not _is_of(frame.f_locals[name], kinds[name]):
            wanted, given = _named(kinds[name]), type(frame.f_locals[name]).__name__
            return f'"{name}" of {code.co_name} is {wanted}, not {given}.'
    return None


def _is_of(value: object, kind: Any) -> bool:
    """Whether a value is of a kind, as far as its class tells; what is inside of it is not looked at."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_is_of(value, one) for one in get_args(kind))
    kind = origin or kind
    return not isinstance(kind, type) or isinstance(value, kind)


def _named(kind: Any) -> str:
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(map(_named, get_args(kind)))
    return str(getattr(get_origin(kind) or kind, "__name__", kind))
