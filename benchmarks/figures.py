# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Figures side by side: medians, ratios and whether they stay within their bars. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A figure that must not be more, or not less, than was promised."""

    what: str
    value: float
    bound: float
    unit: str
    most: bool = True
    #: The absolute figures behind it, and what else must be known to read it.
    behind: str = ""

    @property
    def held(self) -> bool:
        return self.value <= self.bound if self.most else self.value >= self.bound

    def row(self) -> tuple[str, ...]:
        sign = "≤" if self.most else "≥"
        bar = f"{sign} {self.bound:g}{self.unit}"
        return self.what, f"{self.value:.2f}{self.unit}", bar, "held" if self.held else "NOT HELD", self.behind


def middle(figures: Sequence[float]) -> str:
    """The median in seconds and the spread around it: "1.12 (1.10-1.15)"."""
    if len(figures) == 1:
        return f"{figures[0]:.2f}"
    return f"{median(figures):.2f} ({min(figures):.2f}-{max(figures):.2f})"


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the rounds' ratios: what slows a whole round down slows both sides of it."""
    return median(one / other for one, other in zip(above, below, strict=True))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the first and the last to the left, the others to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = []
    for row in (head, ["-" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if at in (0, len(head) - 1) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def latency_floor(latencies: Sequence[float], at_a_time: int) -> float:
    """Seconds that waiting alone takes, so many at the same time, each place taken again as soon as it is free."""
    places = [0.0] * at_a_time
    for latency in latencies:
        earliest = places.index(min(places))
        places[earliest] += latency
    return max(places)
