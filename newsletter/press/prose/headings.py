"""Which level a heading gets when a text becomes part of an issue. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def levels(typed: Iterable[int], top: int) -> list[int]:
    """The level of each heading, in order: the uppermost at `top`, none skipped on the way down, 6 at most."""
    open_levels: list[int] = []
    out: list[int] = []
    for level in typed:
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        out.append(min(6, top + len(open_levels) - 1))
    return out
