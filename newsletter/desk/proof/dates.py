"""Weeks, dates and years that an issue says of itself and that are not its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import words_alone
from newsletter.desk.titles import title_of
from newsletter.model.issue import Issue
from newsletter.model.remarks import Level, Remark
from newsletter.model.week import Week
from newsletter.text import clip, fold, one_line

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_NUMBERS = {name[:length].lower(): at for at, name in enumerate(_MONTHS, 1) for length in (3, 4, len(name))}
_MONTH = r"(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|Sept)\.?"
_WEEK = re.compile(
    r"\b(?:week|wk\.?|KW|uke|woche|semaine|semana|settimana|minggu|vecka)\s*(?P<mark>#|no\.?\s|nr\.?\s)?\s*(?P<number>\d{1,2})\b(?!\s*[-–]\s*\d)"
    r"(?:\s*[,/-]?\s*(?P<year>(?:19|20)\d\d)\b)?|\b(?P<iso_year>20\d\d)-?W(?P<iso>\d\d)\b",
    re.I,
)
#: What makes of a week another issue's, of which one may speak.
#: What may stand before the issue's own week: "Welcome to week #23".
_WELCOME = re.compile(r"(?:\W|\b(?:hello|hi|welcome|and|to|this|here|is|back)\b)*", re.I)
_SPOKEN_OF = re.compile(r"\b(?:since|from|in|of|after|before|than|until|our|last)\s+$", re.I)
_DATES = (
    re.compile(r"(?<![\d-])(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?![\d-])"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>(?:19|20)\d\d)(?![\d.])"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\s+(?P<year>(?:19|20)\d\d)\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b", re.I),
)
#: A dateline of day and month at the end of a line.
_NO_YEAR = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_MONTH}\s*$", re.I)
#: Behind these words a date is that of what the issue tells: "What changes on 1 August 2024".
_TOLD = re.compile(
    r"\b(?:on|by|since|until|till|from|to|of|before|after|in|for|and|through|with)\s+(?:\w+day,?\s+)?$", re.I
)
_RIGHTS = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)(?:\s*(?:©|\(c\)|copyright))?[\s,]*(?:[^\W\d_][\w.&' -]{0,40}?[\s,]+)?"
    r"(?:(?:19|20)\d\d\s*[-–—,]\s*)*(?P<year>(?:19|20)\d\d)(?!\d)",
    re.I,
)
#: Behind the year of a line of rights words in small letters make a sentence of it: "Copyright 2015 was a mess".
_GOES_ON = re.compile(r"\s+(?!all\b|by\b)[a-z]")
_RIGHTS_LINE = re.compile(r"^[ \t>*_-]*(?=©|\(c\)|copyright\b)(?=.{0,90}$)", re.I | re.M)
_NEW_YEAR = re.compile(r"\b(?:happy\s+(?:new\s+year\s+)?|welcome\s+to\s+|welcome,?\s+)(?P<year>20\d\d)\b", re.I)


def shown(day: date) -> str:
    """A day in words: "30 August 2024"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


# Weeks ---------------------------------------------------------------------------------------------


def weeks_and_dates(issue: Issue, texts: Sequence[Passage], pattern: str) -> Iterator[Remark]:
    """What calls the issue by another week or another day than its own; `pattern` is the publication's title.

    Asked of subject, preheader, intro and the explainer's title: in running text one may speak of any week.
    """
    numbers = _own_numbers(issue, pattern)
    for text in texts:
        if text.kind in ("subject", "title", "subtitle", "preheader", "intro"):
            yield from _week(issue, text, numbers)
        if text.kind in ("subject", "title", "subtitle"):
            yield from _date(issue, text)


def _own_numbers(issue: Issue, pattern: str) -> frozenset[int]:
    """The week's number, and whatever the title itself puts behind "Week": some houses count their issues so."""
    own = title_of(pattern, week=issue.week, number=issue.number, topic="", name=issue.wording.name)
    found = {int(match["number"]) for match in _WEEK.finditer(own) if match["number"]}
    return frozenset({issue.week.number, *found})


def _week(issue: Issue, text: Passage, numbers: frozenset[int]) -> Iterator[Remark]:
    line = text.text.lstrip().partition("\n")[0]
    for match in _WEEK.finditer(line):
        level = _level(issue, text, line, match)
        if level is None or _SPOKEN_OF.search(line[: match.start()]):
            continue
        number = int(match["number"] or match["iso"])
        year = match["year"] or match["iso_year"]
        if number in numbers and year in (None, str(issue.week.year)):
            continue
        own, said = (issue.week.number, number) if number not in numbers else (issue.week.year, year)
        of = "ISO week" if number not in numbers else "the ISO year"
        what = f"{shown(issue.date)} lies in {of} {own}, the {text.name} says {said}."
        mend = f'"{clip(one_line(match[0]), 40)}" is left over? Write  Week #{issue.week.number} {issue.week.year}'
        yield text.remark(level, "week", 0, what, mend)
        return


def _level(issue: Issue, text: Passage, line: str, match: re.Match[str]) -> Level | None:
    """How sure it is that the words name this issue; None if they need not."""
    with_year = bool(match["year"] or match["iso"])
    begins = _is_alone(issue, line[: match.start()])
    ends_there = bool(re.match(r"\s*(?:[-–—:|,.·)]|$)", line[match.end() :]))
    if text.kind == "subject":
        if with_year or match["mark"] or (begins and ends_there):
            return "error"
        return None
    if text.kind in ("preheader", "intro"):
        begins = begins or bool(_WELCOME.fullmatch(line[: match.start()]))
        return "warning" if begins and (with_year or match["mark"]) else None
    return "error" if with_year else "warning" if match["mark"] else None


def _is_alone(issue: Issue, words: str) -> bool:
    """Whether there is nothing but marks, or the newsletter's name."""
    return fold(words) in ("", fold(issue.wording.name))


def _date(issue: Issue, text: Passage) -> Iterator[Remark]:
    """A dateline, at the beginning or the end, with another day than the issue's."""
    line = text.text
    for pattern in _DATES:
        for match in pattern.finditer(line):
            day = _day(match)
            before, behind = line[: match.start()], line[match.end() :]
            alone = not re.search(r"\w", before) or not re.search(r"\w", behind)
            if day is None or day == issue.date or not alone or _TOLD.search(before):
                continue
            week = Week.of(day)
            where = "" if week == issue.week else f", which lies in ISO week {week.number}"
            what = f"The {text.name} says {shown(day)}{where}; the issue is of {shown(issue.date)}."
            yield text.remark("warning", "week", 0, what, "Left over? Write the issue's day, or none.")
            return
    found = _NO_YEAR.search(line)
    if found is not None and line[: found.start()].strip() and _is_alone(issue, line[: found.start()]):
        day = _day(found, issue.date.year)
        if day is not None and day != issue.date:
            what = f"The {text.name} says {found[0].strip()}; the issue is of {shown(issue.date)}."
            yield text.remark("warning", "week", 0, what, "Left over? Write the issue's day, or none.")


def _day(match: re.Match[str], year: int | None = None) -> date | None:
    named = match.groupdict()
    try:
        month = int(named["number"]) if named.get("number") else _NUMBERS[named["month"].rstrip(".").lower()]
        return date(year or int(named["year"]), month, int(named["day"]))
    except (KeyError, ValueError):
        return None


# Years ---------------------------------------------------------------------------------------------


def stale_years(issue: Issue, texts: Sequence[Passage]) -> Iterator[Remark]:
    """Lines of copyright with a year that is over, and greetings to one.

    In takes and explainers only a line that is nothing else counts: they may tell of anybody's rights.
    """
    now = {issue.date.year, issue.week.year}
    for text in texts:
        words = words_alone(text.text) if text.is_markdown else text.text
        for match in _rights(text, words):
            if int(match["year"]) < min(now):
                what = f'"{clip(one_line(match[0]), 60)}" in the {text.name}: the issue is of {issue.date.year}.'
                yield text.remark("warning", "stale-year", match.start(), what, f"Write {issue.date.year}, or no year.")
        if text.kind in ("subject", "preheader", "intro"):
            for match in _NEW_YEAR.finditer(words):
                if int(match["year"]) not in {*now, max(now) + 1}:
                    what = f'"{one_line(match[0])}" in the {text.name}: the issue is of {shown(issue.date)}.'
                    yield text.remark("warning", "stale-year", match.start(), what, "Left over? Write it anew.")


def _rights(text: Passage, words: str) -> Iterator[re.Match[str]]:
    if not text.is_markdown or text.kind == "intro":
        yield from (match for match in _RIGHTS.finditer(words) if not _GOES_ON.match(words, match.end()))
        return
    for line in _RIGHTS_LINE.finditer(words):
        match = _RIGHTS.match(words, line.end())
        if match is not None and not _GOES_ON.match(words, match.end()):
            yield match
