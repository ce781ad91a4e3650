"""Where a week stands, as the lines of one screen. Pure.

On a screen that is too narrow for a headline beside its id, the headline stands below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.cli.lines import WIDTH, fit, wrapped
from newsletter.clock import from_now, shown_in
from newsletter.overview import Contents, ListedStory, Overview
from newsletter.press.prose.columns import columns, pad

if TYPE_CHECKING:
    from newsletter.newsroom.status import Status

#: Columns of the names at the beginning of a line.
_NAME = 11
#: Columns for a part of a story at most: an id longer than this pushes its headline to the right.
_ID, _SOURCE, _SAID = 28, 16, 22
#: A headline that has fewer columns than this beside its id stands below it.
_HEADLINE = 22
#: Lines of stories on one screen, and candidates among them at least.
_ROWS, _LEAST = 16, 4
#: Held takes and faults that are listed; the rest is counted.
_LISTED = 4


def status_lines(found: Overview, zone: ZoneInfo, width: int = WIDTH) -> Iterator[str]:
    """One screen: the week, its deadlines, its stories and takes, what is amiss, what comes next."""
    status, contents = found.status, found.contents
    titled = f"  {contents.title}" if contents else ""
    yield from wrapped(f"{status.week}  {status.state}{titled}", width)
    yield from _named(width, *_deadlines(status, zone), *_decisions(status, zone))
    if contents is not None:
        if contents.subject != contents.title:
            yield from _named(width, ("subject", contents.subject))
        yield ""
        yield from _stories(contents, status, width)
        yield ""
        yield from _named(width, *_takes(contents), ("remarks", _remarks(contents, status)))
    for fault in found.faulty:
        yield from wrapped(fault, width, "    ")
    yield from _named(width, ("readers", _readers(status)))
    for fault in status.faults:
        yield from wrapped(f"fault: {fault}", width, "    ")
    yield ""
    yield from _named(width, ("next", found.next))


def _deadlines(status: Status, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    if status.state == "skipped":
        return
    leaves = "leaves" if status.now < status.send else "was due"
    left = "left" if status.state in ("sent", "corrected") else leaves
    slots = (("closed" if status.closed else "closes", status.freeze), (left, status.send))
    for name, at in slots:
        yield (name, f"{shown_in(at, zone)}  ({from_now(at, status.now)})")


def _decisions(status: Status, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Who approved it, who holds it, and why."""
    if (seal := status.approval) is not None and status.state != "skipped":
        changed = f"; changed since: {', '.join(seal.changed)}" if seal.changed else ""
        yield ("approved", f"by {seal.by}, {shown_in(seal.at, zone)}{changed}")
    if status.pause is not None:
        yield ("held", f"by {status.pause.by} since {shown_in(status.pause.at, zone)}: {status.pause.why}")
    if status.held and not status.closed:
        yield ("held", f"at its deadline: {status.held}")


# Stories -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A story as columns."""

    score: str
    story: str
    headline: str
    source: str
    said: str


def _stories(contents: Contents, status: Status, width: int) -> Iterator[str]:
    if not contents.stories:
        yield "no story yet: collect feeds, or file a take"
        return
    printed = [_row(story) for story in contents.stories if story.printed]
    candidates = [story for story in contents.stories if not story.printed]
    most = max(_LEAST, _ROWS - len(printed))
    shown = [story for at, story in enumerate(candidates) if at < most or "dropped" in story.marks]
    others = [_row(story) for story in shown]
    table = _Table.of((*printed, *others), width)
    yield "score  printed" if printed else "score  nothing is printed"
    yield from (line for row in printed for line in table.lines(row))
    if others:
        yield "       not printed"
    yield from (line for row in others for line in table.lines(row))
    if more := contents.more + len(candidates) - len(shown):
        yield f"       and {more} more:  newsletter stories {status.week}"


def _row(story: ListedStory) -> _Row:
    more = f" +{len(story.sources) - 1}" if len(story.sources) > 1 else ""
    return _Row(
        score="-" if story.score is None else f"{story.score:.1f}",
        story=f"#{story.story}",
        headline=story.headline,
        source=fit(story.sources[0], _SOURCE - len(more)) + more if story.sources else "",
        said="; ".join(part for part in (_counted(story.takes), ", ".join(story.marks)) if part),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """How wide the columns of stories are; 0 where no row says anything."""

    width: int
    id: int
    source: int
    said: int

    @classmethod
    def of(cls, rows: Sequence[_Row], width: int) -> _Table:
        widest = (max(columns(part) for part in parts) for parts in zip(*(_parts(row) for row in rows), strict=True))
        id_, source, said = (min(most, found) for most, found in zip((_ID, _SOURCE, _SAID), widest, strict=True))
        return cls(width, id_, source, said)

    def lines(self, row: _Row) -> Iterator[str]:
        begun = f"{row.score:>5}  {pad(row.story, self.id)}  "
        said = fit(row.said, self.said)
        ended = f"  {pad(row.source, self.source)}  {said}".rstrip()
        # What one row does not need for its end, its headline gets.
        wanted = sum(size + 2 for size, needed in ((self.source, row.source or said), (self.said, self.said)) if needed)
        room = self.width - columns(begun) - wanted
        if room >= _HEADLINE:
            yield f"{begun}{pad(fit(row.headline, room), room)}{ended}".rstrip()
            return
        yield f"{begun}{said}".rstrip()
        ended = f"  {row.source}" if row.source else ""
        yield f"       {fit(row.headline, self.width - 7 - columns(ended))}{ended}"


def _parts(row: _Row) -> tuple[str, str, str]:
    return row.story, row.source, row.said


# Takes and remarks ---------------------------------------------------------------------------------


def _takes(contents: Contents) -> Iterator[tuple[str, str]]:
    by_outcome = Counter(take.outcome for take in contents.takes)
    standing = by_outcome["attached"] + by_outcome["own"]
    words = [
        f"{standing} under stories" if standing else "",
        f"{by_outcome['apart']} apart",
        f"{by_outcome['held']} held",
    ]
    where = ", ".join(word for word in words if word and not word.startswith("0 "))
    said = f"{len(contents.takes)}: {_counted([take.author or 'nobody' for take in contents.takes])} ({where})"
    yield ("takes", said if contents.takes else "none yet")
    held = [take for take in contents.takes if take.outcome == "held"]
    for take in held[:_LISTED]:
        yield ("  held", f"{take.path}:{take.line}  {take.reason}")
    if len(held) > _LISTED:
        yield ("", f"and {len(held) - _LISTED} more")
    away = ", ".join(f"{name} until {until.day} {until:%b}" for name, until in contents.away)
    missing = ", ".join(contents.missing)
    if missing or away:
        yield ("not filed", "; ".join(part for part in (missing, f"away: {away}" if away else "") if part))


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


def _named(width: int, *lines: tuple[str, str]) -> Iterator[str]:
    """Words with a name before them, as many lines as they take."""
    for name, words in lines:
        yield from wrapped(words, width, " " * _NAME, first=f"{name:<{_NAME}}")
