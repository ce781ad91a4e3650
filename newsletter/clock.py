"""Instants and durations: aware UTC inside, the reader's zone only at the edges."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Years, and a little more; longer ones lead out of the calendar.
_LONGEST = timedelta(days=3660)
_DURATION = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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
    """Read "90s", "45m", "6h", "3d", "2w" or a sum of them ("1d 12h"), at most ten years. Raises ValueError."""
    stripped = text.strip().lower()
    if not stripped or _DURATION.sub("", stripped).strip():
        raise ValueError(f"{text!r} is not a duration such as 45m, 6h or 3d")
    seconds = sum(int(n[:12]) * _UNITS[unit] for n, unit in _DURATION.findall(stripped))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


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


def shown_in(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as the clocks of a zone show it: "Fri 7 Jun 2024 20:00 WIB"; the same words in every locale."""
    local = instant.astimezone(zone)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day} {local.day} {month} {local.year} {local:%H:%M} {local.tzname()}"


def words_of_span(span: timedelta) -> str:
    """A length of time in its two largest units: "2 days 3 hours", "1 hour", "12 minutes", "less than a minute".

    From a week on in days alone.
    """
    minutes = int(abs(span).total_seconds()) // 60
    if minutes >= 7 * 1440:
        minutes -= minutes % 1440
    parts = []
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "less than a minute"


def from_now(instant: datetime, now: datetime) -> str:
    """How far off an instant is: "in 2 days 3 hours", "5 hours ago"."""
    return f"{words_of_span(instant - now)} ago" if instant < now else f"in {words_of_span(instant - now)}"
