"""Dates as publishers write them, into UTC. Pure.

Feed parsers guess: some turn 30 February into March, epoch seconds into a day of 2018, year 0001 into year 1 of
something. Here a date is either read in full or not at all; an impossible day is None, never a near one.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
#: How months begin in German, French, Spanish, Italian, Portuguese, Dutch, Russian and Polish, if not as in English.
_ABROAD = {
    "jan": "janv ene gen янв sty", "feb": "fev фев lut", "mar": "mrt мар", "apr": "avr abr апр kwi",
    "may": "mai mei mag maj мая маи", "jun": "juin giu июн cze", "jul": "juil lug июл lip",
    "aug": "aou ago авг sie",
    "sep": "set сен wrz", "oct": "okt out ott окт paz", "nov": "ноя lis", "dec": "dez dic дек gru",
}  # fmt: skip
_ENGLISH = {start: month for month, starts in _ABROAD.items() for start in starts.split()} | {"de": " ", "uhr": " "}
_DAY_ABROAD = re.compile(r"\A[^\W\d_]{1,20}\.?,?\s?(?=[0-9])")
_WORD = re.compile(r"[^\W\d_]{2,20}\.?")
_EAST_ASIAN = re.compile(r"([0-9]{4})[年년] ?([0-9]{1,2})[月월] ?([0-9]{1,2})[日일]")
#: Hours ahead of UTC: RFC 822, 5.1, and names that feeds use besides. Others count as UTC (RFC 2822, 4.3).
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8,
    "hst": -10, "bst": 1, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "msk": 3, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip

_CLOCK = (
    r"(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?|(?=\s*(?:[ap]\.?m\.?|z)\b))"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_ZONE = r"\s*(?P<zone>z|(?:utc|gmt|ut)?\s*[+-]\d{1,2}:?(?:\d{2})?|[a-z]{1,5})?(?:\s*\([^()]*\))?"
_TIME = rf"(?:(?:T|,?\s+(?:(?:at|-)\s+)?){_CLOCK}{_ZONE})?"
_DAY_NAME = r"(?:[a-z]{2,9}\.?,?\s*)?"
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_SHAPES = tuple(
    re.compile(shape, re.I)
    for shape in (
        # RFC 3339 and W3CDTF, also with a slash or a blank, also without any separator.
        rf"{_DAY_NAME}(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:T?{_CLOCK}{_ZONE})?",
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        # RFC 822 and 2822, also with hyphens or without the blank after the comma.
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+{_NAMED}[\s,-]+(?P<year>\d{{4}}|\d{{2}}){_TIME}",
        # As Americans write, and asctime.
        rf"{_DAY_NAME}{_NAMED}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}",
        rf"{_DAY_NAME}{_NAMED}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
    )
)
#: The same, likeliest first where a letter begins; no text has two of these shapes.
_FROM_LETTERS = (*_SHAPES[3:], *_SHAPES[:3])
_AT_ZERO = frozenset(("", "z", "gmt", "utc", "+0000", "+00:00"))
_ZERO = timedelta(0)
_EPOCH = re.compile(r"\d{9,10}(\d{3})?")


def read_date(text: str) -> datetime | None:
    """Read a date of RFC 822, 2822 or 3339, of W3CDTF, epoch seconds, or one of their common misspellings.

    The month may be that of some other languages (`_ABROAD`). UTC; without a zone it counts as UTC, without a time
    of day as midnight. None if it is none of these, or if no calendar has that day.
    """
    stripped = " ".join(text.split())
    if not stripped or len(stripped) > 80:
        return None
    if stripped.isascii() and (date := _read(stripped)) is not None:
        return date
    english = _in_english(stripped)
    return _read(english) if english and english.isascii() else None


def _read(stripped: str) -> datetime | None:
    if _EPOCH.fullmatch(stripped):
        seconds = int(stripped) if len(stripped) <= 10 else int(stripped) / 1000
        return datetime.fromtimestamp(seconds, tz=UTC)
    for shape in _FROM_LETTERS if stripped[0].isalpha() else _SHAPES:
        if (match := shape.fullmatch(stripped)) is not None:
            return _built(match.groupdict())
    return None


def _in_english(text: str) -> str:
    """A date of another language with English months and no day of the week, or something that is none."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))
    dated = _DAY_ABROAD.sub("", _EAST_ASIAN.sub(r"\1-\2-\3 ", plain)).strip()
    english = _WORD.sub(lambda m: _ENGLISH.get(m[0].rstrip(".")[:4]) or _ENGLISH.get(m[0][:3], m[0]), dated)
    return " ".join(english.split())


def _built(part: dict[str, str | None]) -> datetime | None:
    offset = _offset(part.get("zone") or "")
    if offset is None:
        return None
    year = int(part["year"] or 0)
    if len(part["year"] or "") == 2:  # RFC 2822, 4.3
        year += 2000 if year < 50 else 1900
    month = _MONTHS[name[:3].lower()] if (name := part.get("name")) else int(part.get("month") or 0)
    hour, minute = int(part.get("hour") or 0), int(part.get("minute") or 0)
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    # A leap second has no place in datetime, and the end of a day may be written 24:00 (ISO 8601).
    second = min(int(part.get("second") or 0), 59)
    midnight = hour == 24 and minute == 0 and second == 0
    try:
        at = datetime(year, month, int(part.get("day") or 1), 0 if midnight else hour, minute, second, tzinfo=UTC)
        return at + timedelta(days=1 if midnight else 0) - offset
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    """How far the zone is ahead of UTC; None for a number that no zone has."""
    low = zone.lower().strip()
    if low in _AT_ZERO:
        return _ZERO
    match = re.fullmatch(r"(?:utc|gmt|ut)?\s*([+-])(\d{1,2}):?(\d{2})?", low)
    if match is None:
        return timedelta(hours=_ZONES.get(low, 0))
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > 15 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if match[1] == "-" else 1)
