"""Instants and durations: aware UTC inside, the reader's zone only at the edges."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive one: its zone would be a guess."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)


def read_instant(text: str) -> datetime:
    """Read ISO 8601 with an offset or a final Z; UTC. Raises ValueError if it is not that."""
    return utc(datetime.fromisoformat(text.strip()))


def write_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with a final Z, whole seconds unless there are microseconds."""
    return utc(instant).isoformat().replace("+00:00", "Z")


def read_duration(text: str) -> timedelta:
    """Read "90s", "45m", "6h", "3d", "2w" or a sum of them ("1d 12h"). Raises ValueError otherwise."""
    stripped = text.strip().lower()
    if not stripped or _DURATION.sub("", stripped).strip():
        raise ValueError(f"{text!r} is not a duration such as 45m, 6h or 3d")
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in _DURATION.findall(stripped)))


def write_duration(span: timedelta) -> str:
    """The largest two units that are not zero: "2d 3h", "45m", "0s"."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show `at` on `day`.

    A time that happens twice (clocks go back) means the first; one that never happens (clocks go
    forward) means as much later as the gap is long.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)
