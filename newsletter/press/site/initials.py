"""Names in groups, by the letter that they begin with. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from newsletter.text import fold

T = TypeVar("T")

#: What names that begin with a digit stand under, and those without any letter.
DIGITS, SIGNS = "0–9", "…"


def by_initial(things: Sequence[T], name: Callable[[T], str]) -> tuple[tuple[str, list[T]], ...]:
    """Groups by initial letter, without case and accents; digits first, then letters by code point, signs last.

    Within a group the order is that given.
    """
    groups: dict[str, list[T]] = {}
    for thing in things:
        groups.setdefault(_initial(name(thing)), []).append(thing)
    return tuple(sorted(groups.items(), key=lambda group: (group[0] == SIGNS, group[0] != DIGITS, group[0])))


def _initial(name: str) -> str:
    first = fold(name)[:1]
    if not first:
        return SIGNS
    return DIGITS if first.isdigit() else first.upper()
