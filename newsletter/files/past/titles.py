"""Titles and dates of old issues as they were printed: number, week, topic, day. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from newsletter.text import one_line

#: Years in which a newsletter may have appeared; others are misread numbers.
_YEARS = range(1900, 3000)
_DASH = r"\s*(?:[-–—:|·•]|--+)\s*"
_WEEK = re.compile(
    rf"(?P<name>.{{0,80}}?)\b(?:week|minggu|woche|semaine|semana)\s*(?:#|no\.?|nr\.?|-)?\s*(?P<week>\d{{1,2}})"
    rf"(?:\s*[,/(]?\s*(?P<year>(?:19|20)\d\d)\)?)?(?:{_DASH}(?P<topic>.+)|)",
    re.I,
)
_NUMBERED = re.compile(
    rf"(?P<name>.{{0,80}}?)(?:\b(?:issue|edition|vol\.?|no\.?)\s*#?|#)\s*(?P<number>\d{{1,5}})\b"
    rf"(?:\s*[,/(]?\s*(?P<year>(?:19|20)\d\d)\)?)?(?:{_DASH}(?P<topic>.+)|)",
    re.I,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari januar janvier",
            "feb february februari februar février",
            "mar march maret märz mars",
            "apr april avril",
            "may mei mai",
            "jun june juni juin",
            "jul july juli juillet",
            "aug august agustus août agu",
            "sep sept september septembre",
            "oct october oktober octobre okt",
            "nov november novembre",
            "dec december desember dezember décembre des dez",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(?<!\d)((?:19|2\d)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.)?\s+([^\W\d_]{3,9})\.?,?\s+((?:19|2\d)\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|2\d)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in its parts; 0 and "" for what it does not say."""

    #: The number as printed: of a week, or a running one.
    number: int = 0
    #: The same if it is a week's.
    week: int = 0
    year: int = 0
    topic: str = ""


def read_title(title: str, pattern: str) -> Title:
    """The parts of a title: by the publication's own pattern, else `Week #23 2024 - Topic`, `Name #51 2025: Topic`.

    A title of another form has neither number nor topic.
    """
    text = one_line(title)[:400]
    for shape in (_of_pattern(pattern), _WEEK, _NUMBERED):
        if shape is not None and (match := shape.fullmatch(text)) is not None:
            parts = match.groupdict()
            week, number = int(parts.get("week") or 0), int(parts.get("number") or 0)
            topic = (parts.get("topic") or "").strip(' "“”')
            return Title(number=number or week, week=week, year=int(parts.get("year") or 0), topic=topic)
    return Title()


def _of_pattern(pattern: str) -> re.Pattern[str] | None:
    """The publication's pattern as an expression; any dash for its dash. None if it fixes too little."""
    if "{week}" not in pattern and "{number}" not in pattern:
        return None
    kinds = {
        "week": r"(?P<week>\d{1,2})",
        "number": r"(?P<number>\d{1,5})",
        "year": r"(?P<year>\d{4})",
        "topic": r"(?P<topic>.+)",
        "name": r"(?P<name>.{1,80}?)",
    }
    out, seen = [], set[str]()
    for part in re.split(r"(\{\w+\})", one_line(pattern)):
        key = part[1:-1] if part[:1] == "{" else ""
        if key in kinds:
            out.append(kinds[key] if key not in seen else ".+?")
            seen.add(key)
        else:
            out.append(re.sub(r"(?:\\ )?(?:\\-|–|—|:)(?:\\ )?", lambda _: _DASH, re.escape(part)))
    return re.compile("".join(out), re.I)


def read_day(text: str) -> date | None:
    """The first day that a text names, as written and in no other zone: 2024-06-07, 7 June 2024, June 7, 2024."""
    head = text[:200]
    found = []
    if (match := _ISO.search(head)) is not None:
        found.append((match.start(), _day(match[1], match[2], match[3])))
    if (match := _DAY_FIRST.search(head)) is not None and (month := _MONTHS.get(match[2].lower())):
        found.append((match.start(), _day(match[3], str(month), match[1])))
    if (match := _MONTH_FIRST.search(head)) is not None and (month := _MONTHS.get(match[1].lower())):
        found.append((match.start(), _day(match[3], str(month), match[2])))
    days = [(at, day) for at, day in found if day is not None]
    return min(days)[1] if days else None


def is_day(text: str) -> bool:
    """Whether a line is a day and next to nothing else: "Friday, June 7, 2024", "Posted on 7 June 2024 by Rani"."""
    return len(text) <= 80 and read_day(text) is not None and len(text.split()) <= 8 and "](" not in text


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None
