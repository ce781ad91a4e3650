"""How often a publisher wishes to be asked: ttl, skipHours, skipDays, the syndication module. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from newsletter.model.feeds import Hints

_DAYS = {day: n for n, day in enumerate("mon tue wed thu fri sat sun".split())}
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_LONGEST = timedelta(days=365)
_NUMBER = re.compile(r"[0-9]{1,9}")
#: The part of a document that may hold them: before its first entry.
_HEAD = 100_000
_FIRST = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)\b", re.I)
_TOLD = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(ttl|updatePeriod|updateFrequency|hour|day)(?:\s[^<>]{0,200})?>\s{0,99}([\w-]{1,20})", re.I
)


def hints_of(
    *, ttl: str = "", period: str = "", frequency: str = "", hours: Iterable[str] = (), days: Iterable[str] = ()
) -> Hints:
    """The hints as written; what cannot be read counts as not said.

    `ttl` is in minutes, `hours` count in GMT and 24 as 0 (RSS 2.0; RSS 0.91 counts from 1), `days` are English
    names. Without a period the frequency says nothing (RSS 1.0 module Syndication).
    """
    minutes = int(ttl) if _NUMBER.fullmatch(ttl := ttl.strip()) else 0
    spans = [timedelta(minutes=minutes)] if minutes else []
    if (span := _PERIODS.get(period.strip().lower())) is not None:
        often = int(frequency) if _NUMBER.fullmatch(frequency := frequency.strip()) else 1
        spans.append(span / max(often, 1))
    return Hints(
        every=min(max(spans), _LONGEST) if spans else None,
        skip_hours=tuple(
            sorted({int(h) % 24 for hour in hours if _NUMBER.fullmatch(h := hour.strip()) and int(h) <= 24})
        ),
        skip_days=tuple(sorted({_DAYS[d] for day in days if (d := day.strip().lower()[:3]) in _DAYS})),
    )


def hints_in(document: bytes) -> Hints:
    """The hints of a document that no strict parser reads, from what stands before its first entry."""
    head = document[:_HEAD]
    first = _FIRST.search(head)
    told: dict[str, list[str]] = {}
    for found in _TOLD.finditer(head, 0, first.start() if first else len(head)):
        told.setdefault(found[1].decode("ascii").lower(), []).append(found[2].decode("ascii", "replace"))
    return hints_of(
        ttl=told.get("ttl", [""])[0],
        period=told.get("updateperiod", [""])[0],
        frequency=told.get("updatefrequency", [""])[0],
        hours=told.get("hour", ()),
        days=told.get("day", ()),
    )
