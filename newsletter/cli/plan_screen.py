"""The weeks to come and the backlog, as lines: a table, or a list where the screen is narrow. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from newsletter.cli.lines import WIDTH, fit, wrapped
from newsletter.clock import shown_in
from newsletter.planning import Plan, PlannedWeek, Shelved
from newsletter.press.prose.columns import columns, pad, wrap

#: Columns of the calendar: week, day, state; then the explainer, and who writes. Below that width it is a list.
_DATE, _TOPIC, _WRITING = (10, 12, 10), 42, 24
_CALENDAR = 88
#: What is said of an explainer that has fewer columns than this beside its title stands below it.
_SAID = 22
_HOW: Mapping[str, str] = {
    "frozen": "fixed at the freeze",
    "own": "its own explainer.md",
    "named": "named in issue.toml",
    "planned": "planned by its week: line",
    "proposed": "proposed",
    "likely": "likely",
    "faulty": "not known: its files hold errors",
}


def plan_lines(found: Plan, zone: ZoneInfo, width: int = WIDTH) -> Iterator[str]:
    """The calendar, then what the backlog holds."""
    yield from _calendar(found.weeks, zone, width) if width >= _CALENDAR else _list(found.weeks, zone, width)
    for heading, shelved in (
        ("ready, closest to this week's news first", found.ready),
        ("explained before: another topic, or a second part with  series: …", found.repeats),
        ("waiting", found.waiting),
    ):
        if shelved:
            yield ""
            yield from wrapped(heading, width)
            yield from _shelf(shelved, width)
    if not (found.ready or found.repeats or found.waiting):
        yield ""
        yield from wrapped("no explainer waits in issues/explainers: put one there, with  ready: yes", width)
    if found.used:
        yield ""
        ran = f"{found.used} of issues/explainers ran in an issue and will not be taken again by itself"
        yield from wrapped(ran, width)
    if found.faulty:
        yield ""
        yield "errors"
    for fault in found.faulty:
        yield from wrapped(fault, width, "    ", first="  ")


def _calendar(weeks: Sequence[PlannedWeek], zone: ZoneInfo, width: int) -> Iterator[str]:
    """Weeks as columns, each as many lines as the fullest of them takes."""
    week, leaves, state = _DATE
    topic = _TOPIC - max(0, WIDTH - width)
    yield f"{'week':<{week}}{'leaves':<{leaves}}{'state':<{state}}{'explainer':<{topic + 2}}takes"
    for one in weeks:
        begun = f"{one.week!s:<{week}}{_day(one, zone):<{leaves}}{one.state:<{state}}"
        left = [line for words, indent in _topic(one) for line in wrap(words, topic, first=indent)]
        right = [line for words in _writing(one) for line in wrap(words, _WRITING)]
        for at, (said, names) in enumerate(zip_longest(left, right, fillvalue="")):
            yield f"{begun if at == 0 else ' ' * len(begun)}{pad(said, topic + 2)}{names}".rstrip()


def _list(weeks: Sequence[PlannedWeek], zone: ZoneInfo, width: int) -> Iterator[str]:
    for one in weeks:
        yield f"{one.week}  {_day(one, zone)}  {one.state}"
        for words, indent in _topic(one):
            yield from wrap(words, width, first=f"    {indent}")
        if writing := _writing(one):
            yield from wrap("; ".join((f"takes: {writing[0]}", *writing[1:])), width, first="    ", rest="      ")


def _topic(one: PlannedWeek) -> Iterator[tuple[str, str]]:
    """What is said of a week's explainer, each with its indent."""
    planned = one.explainer
    yield one.why, ""
    if one.state == "skipped":
        return
    if planned and planned.how == "faulty":
        yield _HOW[planned.how], ""
        return
    by = f", by {planned.author}" if planned and planned.author else ""
    yield f"{planned.title}{by}" if planned and planned.title else "no explainer", ""
    if planned:
        yield f"{_HOW[planned.how]}{f': {planned.because}' if planned.because else ''}", "  "


def _writing(one: PlannedWeek) -> tuple[str, ...]:
    """Who writes takes, then each who is away; empty for a week that is left out."""
    if one.state == "skipped":
        return ()
    away = (f"away: {name} until {until.day} {until:%b}" for name, until in one.away)
    return (", ".join(one.writing) or "nobody", *away)


def _day(one: PlannedWeek, zone: ZoneInfo) -> str:
    return " ".join(shown_in(one.send, zone).split(" ")[:3])


def _shelf(shelved: Sequence[Shelved], width: int) -> Iterator[str]:
    names = [PurePosixPath(one.path).stem for one in shelved]
    name, title = min(24, max(map(columns, names))), min(40, max(columns(one.title) for one in shelved))
    for stem, one in zip(names, shelved, strict=True):
        said = one.said or "not in this week's news"
        line = f"  {pad(stem, name)}  {pad(fit(one.title, title), title)}  "
        if columns(line) + _SAID <= width:
            yield from wrapped(said, width, " " * min(columns(line), 40), first=line)
            continue
        yield from wrapped(f"{stem}  {one.title}", width, "      ", first="  ")
        yield from wrapped(said, width, "      ", first="      ")
