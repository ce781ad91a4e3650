"""The chief editor's screens as lines: where a week stands, and the weeks to come. Pure."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.clock import shown_in
from newsletter.overview import Contents, ListedStory, Overview, from_now
from newsletter.planning import Plan, PlannedWeek, Shelved
from newsletter.text import clip

if TYPE_CHECKING:
    from newsletter.newsroom.status import Status

#: Signs of a line, and of the names at its beginning.
WIDTH, _NAME = 100, 11
#: Signs of a column of stories at most: an id longer than this pushes its headline to the right.
_ID, _SOURCE, _SAID = 28, 16, 22
#: Lines of stories on one screen, and candidates among them at least.
_ROWS, _LEAST = 16, 4
_COMMAND = re.compile(r'newsletter [a-z]+(?: \d{4}-W\d\d)?(?: "…")?(?: --[a-z]+(?: (?:NAME|…))?)*')
#: Held takes and faults that are listed; the rest is counted.
_LISTED = 4


def status_lines(found: Overview, zone: ZoneInfo) -> Iterator[str]:
    """One screen: the week, its deadlines, its stories and takes, what is amiss, what comes next."""
    status, contents = found.status, found.contents
    titled = f"  {contents.title}" if contents else ""
    yield from _wrapped(f"{status.week}  {status.state}{titled}", "")
    yield from _deadlines(status, zone)
    yield from _decisions(status, zone)
    if contents is not None:
        if contents.subject != contents.title:
            yield from _named("subject", contents.subject)
        yield ""
        yield from _stories(contents)
        yield ""
        yield from _takes(contents)
        yield from _named("remarks", _remarks(contents, status))
    for fault in found.faulty:
        yield from _wrapped(fault, "    ")
    yield from _named("readers", _readers(status))
    for fault in status.faults:
        yield from _wrapped(f"fault: {fault}", "    ")
    yield ""
    yield from _named("next", found.next)


def _deadlines(status: Status, zone: ZoneInfo) -> Iterator[str]:
    if status.state == "skipped":
        return
    gone = status.state in ("sent", "corrected")
    slots = (("closed" if status.closed else "closes", status.freeze), ("left" if gone else "leaves", status.send))
    for name, at in slots:
        yield from _named(name, f"{shown_in(at, zone)}  ({from_now(at, status.now)})")


def _decisions(status: Status, zone: ZoneInfo) -> Iterator[str]:
    """Who approved it, who holds it, and why."""
    if (seal := status.approval) is not None and status.state != "skipped":
        changed = f"; changed since: {', '.join(seal.changed)}" if seal.changed else ""
        yield from _named("approved", f"by {seal.by}, {shown_in(seal.at, zone)}{changed}")
    if status.pause is not None:
        yield from _named("held", f"by {status.pause.by} since {shown_in(status.pause.at, zone)}: {status.pause.why}")
    if status.held and not status.closed:
        yield from _named("held", f"at its deadline: {status.held}")


# Stories -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A story as columns."""

    score: str
    story: str
    headline: str
    source: str
    said: str


def _stories(contents: Contents) -> Iterator[str]:
    if not contents.stories:
        yield "no story yet: collect feeds, or file a take"
        return
    printed = [_row(story) for story in contents.stories if story.printed]
    candidates = [story for story in contents.stories if not story.printed]
    most = max(_LEAST, _ROWS - len(printed))
    shown = [story for at, story in enumerate(candidates) if at < most or "dropped" in story.marks]
    others = [_row(story) for story in shown]
    rows = (*printed, *others)
    id_ = min(_ID, max(len(row.story) for row in rows))
    source = min(_SOURCE, max(len(row.source) for row in rows))
    said = min(_SAID, max(len(row.said) for row in rows))
    yield "score  printed" if printed else "score  nothing is printed"
    yield from (_columns(row, id_, source, said) for row in printed)
    if others:
        yield "       not printed"
    yield from (_columns(row, id_, source, said) for row in others)
    if more := contents.more + len(candidates) - len(shown):
        yield f"       and {more} more: newsletter stories"


def _row(story: ListedStory) -> _Row:
    more = f" +{len(story.sources) - 1}" if len(story.sources) > 1 else ""
    return _Row(
        score="-" if story.score is None else f"{story.score:.1f}",
        story=f"#{story.story}",
        headline=story.headline,
        source=clip(story.sources[0], _SOURCE - len(more)) + more if story.sources else "",
        said="; ".join(part for part in (_counted(story.takes), ", ".join(story.marks)) if part),
    )


def _columns(row: _Row, id_: int, source: int, said: int) -> str:
    begun = f"{row.score:>5}  {row.story:<{id_}}  "
    ended = f"  {row.source:<{source}}  {clip(row.said, said)}".rstrip()
    # What one row does not need for its end, its headline gets.
    room = WIDTH - len(begun) - (source + 2 if row.source or row.said else 0) - (said + 2 if said else 0)
    return f"{begun}{clip(row.headline, room):<{room}}{ended}".rstrip()


# Takes and remarks ---------------------------------------------------------------------------------


def _takes(contents: Contents) -> Iterator[str]:
    by_outcome = Counter(take.outcome for take in contents.takes)
    standing = by_outcome["attached"] + by_outcome["own"]
    words = [
        f"{standing} under stories" if standing else "",
        f"{by_outcome['apart']} apart",
        f"{by_outcome['held']} held",
    ]
    where = ", ".join(word for word in words if word and not word.startswith("0 "))
    said = f"{len(contents.takes)}: {_counted([take.author or 'nobody' for take in contents.takes])} ({where})"
    yield from _named("takes", said if contents.takes else "none yet")
    held = [take for take in contents.takes if take.outcome == "held"]
    for take in held[:_LISTED]:
        yield from _named("  held", f"{take.path}:{take.line}  {take.reason}")
    if len(held) > _LISTED:
        yield from _named("", f"and {len(held) - _LISTED} more")
    away = ", ".join(f"{name} until {until.day} {until:%b}" for name, until in contents.away)
    missing = ", ".join(contents.missing)
    if missing or away:
        yield from _named("not filed", "; ".join(part for part in (missing, f"away: {away}" if away else "") if part))


def _remarks(contents: Contents, status: Status) -> str:
    levels = [(level, contents.count(level)) for level in ("error", "warning", "notice")]
    counts = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in levels if count)
    codes = ", ".join(f"{code} {count}" for code, count in contents.codes("error", "warning"))
    if not counts:
        return "none"
    return f"{counts}{f': {codes}' if codes else ''} (newsletter check {status.week} shows them)"


def _readers(status: Status) -> str:
    tally = status.tally
    if tally is None:
        return str(status.readers)
    states = ("accepted", "deferred", "refused", "unknown", "left", "waiting")
    counts = ", ".join(f"{count} {name}" for name in states if (count := getattr(tally, name)))
    return f"{status.readers}; letters: {counts or 'none'}"


def _counted(names: Sequence[str]) -> str:
    """ "Yoga 2, Dika": each name once, in the order of the first."""
    return ", ".join(name if count == 1 else f"{name} {count}" for name, count in Counter(names).items())


# Lines ---------------------------------------------------------------------------------------------


def _named(name: str, words: str) -> Iterator[str]:
    """A line with a name before it, as many lines as it takes."""
    yield from _wrapped(words, " " * _NAME, first=f"{name:<{_NAME}}")


def _wrapped(words: str, indent: str, *, first: str = "") -> Iterator[str]:
    """Lines of at most the screen's width; no command is broken in two."""
    for at, part in enumerate(words.split("\n")):
        kept = _COMMAND.sub(lambda command: command[0].replace(" ", "\N{NO-BREAK SPACE}"), part.strip())
        lines = textwrap.wrap(
            kept,
            WIDTH,
            initial_indent=(first or indent) if at == 0 else indent,
            subsequent_indent=indent or "    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (line.replace("\N{NO-BREAK SPACE}", " ") for line in lines)


# The plan ------------------------------------------------------------------------------------------

#: Columns of the calendar: week, day, state; then the explainer, and who writes.
_DATE, _TOPIC, _WRITING = (10, 12, 10), 42, 24
_HOW: Mapping[str, str] = {
    "frozen": "fixed at the freeze",
    "own": "its own explainer.md",
    "named": "named in issue.toml",
    "planned": "planned by its week: line",
    "proposed": "proposed",
    "likely": "likely",
}


def plan_lines(found: Plan, zone: ZoneInfo) -> Iterator[str]:
    """The calendar, then what the backlog holds."""
    week, leaves, state = _DATE
    yield f"{'week':<{week}}{'leaves':<{leaves}}{'state':<{state}}{'explainer':<{_TOPIC + 2}}takes"
    for one in found.weeks:
        yield from _week(one, zone)
    for heading, shelved in (
        ("ready, closest to this week's news first", found.ready),
        ("explained before: another topic, or a second part with  series: …", found.repeats),
        ("waiting", found.waiting),
    ):
        if shelved:
            yield ""
            yield heading
            yield from _shelf(shelved)
    if found.used:
        yield ""
        yield f"{found.used} of issues/explainers ran in an issue and will not be taken again by itself"
    if not (found.ready or found.repeats or found.waiting or found.used):
        yield ""
        yield "no explainer waits in issues/explainers: put one there, with  ready: yes"
    for fault in found.faulty:
        yield from _wrapped(fault, "    ")


def _week(one: PlannedWeek, zone: ZoneInfo) -> Iterator[str]:
    """A week as columns, as many lines as the fullest takes."""
    begun = f"{one.week!s:<{_DATE[0]}}{_day(one, zone):<{_DATE[1]}}{one.state:<{_DATE[2]}}"
    planned = one.explainer
    left = textwrap.wrap(one.why, _TOPIC)
    if one.state != "skipped":
        by = f", by {planned.author}" if planned and planned.author else ""
        left += textwrap.wrap(f"{planned.title}{by}" if planned and planned.title else "no explainer", _TOPIC)
        how = f"{_HOW[planned.how]}{f': {planned.because}' if planned.because else ''}" if planned else ""
        left += textwrap.wrap(how, _TOPIC, initial_indent="  ", subsequent_indent="  ")
    away = [f"away: {name} until {until.day} {until:%b}" for name, until in one.away]
    writing = textwrap.wrap(", ".join(one.writing) or "nobody", _WRITING)
    right = [*writing, *away] if one.state != "skipped" else []
    for at, (topic, names) in enumerate(zip_longest(left, right, fillvalue="")):
        yield f"{begun if at == 0 else ' ' * len(begun)}{topic:<{_TOPIC + 2}}{names}".rstrip()


def _day(one: PlannedWeek, zone: ZoneInfo) -> str:
    return " ".join(shown_in(one.send, zone).split(" ")[:3])


def _shelf(shelved: Sequence[Shelved]) -> Iterator[str]:
    names = [PurePosixPath(one.path).stem for one in shelved]
    name, title = min(24, max(map(len, names))), min(40, max(len(one.title) for one in shelved))
    for stem, one in zip(names, shelved, strict=True):
        line = f"  {stem:<{name}}  {clip(one.title, title):<{title}}  "
        yield from _wrapped(one.said or "nothing in common with it", " " * min(len(line), 40), first=line)
