"""The weeks to come: what is explained when, who writes, and what the backlog holds. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Literal

from newsletter.clock import write_instant
from newsletter.desk.choose import explained_before
from newsletter.desk.compose import compose
from newsletter.desk.due import slots_of
from newsletter.desk.past.memory import Memory
from newsletter.desk.radar import Echo, WeekNews, echoes
from newsletter.desk.rota import turn_of
from newsletter.errors import FaultyFiles
from newsletter.files.explainers import read_explainer, read_explainers, read_own_explainer
from newsletter.files.issue_toml import read_wishes
from newsletter.files.record import read_memory
from newsletter.files.state import read_state
from newsletter.model.issue import Explainer
from newsletter.model.remarks import errors_in
from newsletter.model.week import Week
from newsletter.model.week_state import State
from newsletter.newsroom.calendar import current_week, state_of
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: How a week comes by its explainer; "proposed" by the week's news, "likely" by its place in the backlog; "faulty" is
#: a week whose own files hold errors, so that nobody can tell.
How = Literal["frozen", "own", "named", "planned", "proposed", "likely", "faulty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The explainer of a week; `because` is said of one that nobody chose, and where something is wrong."""

    path: str
    title: str
    author: str
    how: How
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWeek:
    """One week of the calendar. `why` it is left out or held; names of those who write, and of those away."""

    week: Week
    send: datetime
    state: State
    why: str
    explainer: Planned | None
    writing: tuple[str, ...]
    away: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """An explainer of the backlog, and what is to be said of it."""

    path: str
    title: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The calendar, then the backlog: ready ones, closest to the current week's news first; repeats; those that wait.

    `used` is how many files of the backlog were printed; `faulty` are the errors that kept something from being read.
    """

    weeks: tuple[PlannedWeek, ...]
    ready: tuple[Shelved, ...]
    repeats: tuple[Shelved, ...]
    waiting: tuple[Shelved, ...]
    used: int
    faulty: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The same for programs: weeks and days as ISO 8601, instants in UTC."""
        weeks = [
            asdict(one)
            | {
                "week": str(one.week),
                "send": write_instant(one.send),
                "away": [{"name": name, "until": until.isoformat()} for name, until in one.away],
            }
            for one in self.weeks
        ]
        return asdict(replace(self, weeks=())) | {"weeks": weeks}


def plan(room: Newsroom, store: Store, *, weeks: int = 8) -> Plan:
    """So many weeks from the current one on. Nothing is written."""
    first = current_week(room)
    backlog, remarks = read_explainers(room.root)
    memory = Memory(read_memory(room.root, before=first)[0])
    shelf = _Shelf(room, first, backlog, memory, faulty=[str(remark) for remark in errors_in(remarks)])
    calendar = [first.after(n) for n in range(weeks)]
    for week in calendar:
        shelf.place(week)
    ready = shelf.by_news(store)
    rows = tuple(_row(room, week, shelf.found.get(week) or shelf.next_for(week)) for week in calendar)
    return Plan(
        weeks=rows,
        ready=tuple(_shelved(echo.explainer, echo.because) for echo in ready),
        repeats=tuple(shelf.repeats()),
        waiting=tuple(shelf.waiting(calendar[-1])),
        used=sum(memory.explainer_before(explainer.path) is not None for explainer in backlog),
        faulty=tuple(dict.fromkeys(shelf.faulty)),
    )


def _row(room: Newsroom, week: Week, explainer: Planned | None) -> PlannedWeek:
    settings, state = room.settings, read_state(room.root, week)
    turn = turn_of(settings.members, week, settings.schedule, settings.week.zone)
    paused = f"{state.pause.why} ({state.pause.by})" if state.pause else ""
    why = state.skipped or "; ".join(filter(None, (paused, state.held if state.frozen is None else "")))
    return PlannedWeek(
        week=week,
        send=slots_of(week, settings.schedule, settings.week.zone).send,
        state=state_of(room, week),
        why=why,
        explainer=None if state.skipped else explainer,
        writing=() if state.skipped else tuple(member.name for member in turn.writing),
        away=() if state.skipped else tuple((member.name, away.last) for member, away in turn.away),
    )


@dataclass(kw_only=False)
class _Shelf:
    """The backlog while its explainers are given to weeks."""

    room: Newsroom
    first: Week
    backlog: Sequence[Explainer]
    memory: Memory
    faulty: list[str]
    found: dict[Week, Planned] = field(default_factory=dict)
    #: Ready and not yet given to a week, oldest first.
    free: list[Explainer] = field(default_factory=list)

    def place(self, week: Week) -> None:
        """Give the week what its files say, if they say anything."""
        root, state = self.room.root, read_state(self.room.root, week)
        own, about_own = read_own_explainer(root, week)
        wishes, about_wishes = read_wishes(root, week)
        faults = [str(remark) for remark in errors_in((*about_own, *about_wishes))]
        self.faulty += faults
        fixed = state.frozen.explainer if state.frozen and not state.skipped else ""
        named = next((e for e in self.backlog if PurePosixPath(e.path).stem == _stem(wishes.explainer)), None)
        planned = [e for e in self.backlog if e.week == week and explained_before(e, self.memory) is None]
        if fixed and (printed := own or read_explainer(root, root / fixed)[0]) is not None:
            self.found[week] = _planned(printed, "frozen")
        elif faults and not state.skipped:
            self.found[week] = Planned(path="", title="", author="", how="faulty")
        elif own is not None:
            self.found[week] = _planned(own, "own")
        elif wishes.explainer and named is not None:
            self.found[week] = _planned(named, "named")
        elif wishes.explainer:
            because = f'issue.toml names "{wishes.explainer}", which issues/explainers does not have'
            self.found[week] = Planned(path="", title="", author="", how="named", because=because)
        elif planned:
            more = ", ".join(e.title for e in planned[1:])
            self.found[week] = _planned(planned[0], "planned", f"planned for this week as well: {more}" if more else "")

    def by_news(self, store: Store) -> tuple[Echo, ...]:
        """Those that are ready, closest to the news of the current week first; its own proposal is placed."""
        given = {one.path for one in self.found.values()}
        self.free = [
            e
            for e in self.backlog
            if e.ready and e.week is None and e.path not in given and explained_before(e, self.memory) is None
        ]
        news = WeekNews()
        try:
            inputs = week_inputs(self.room, self.first, store)
            draft = compose(inputs.desk)
            news = WeekNews(
                ranked=draft.ranked, placements=draft.placements, own=draft.own, terms=inputs.desk.news.terms
            )
            chosen = draft.issue.explainer
        except FaultyFiles as fault:
            self.faulty += fault.faults
            chosen = None
        ranked = echoes(self.free, news)
        if chosen is not None and self.first not in self.found:
            echo = next((e for e in ranked if e.explainer.path == chosen.path), None) or echoes((chosen,), news)[0]
            elsewhere = [str(week) for week, one in self.found.items() if one.path == chosen.path]
            also = f"; {', '.join(elsewhere)} names it too" if elsewhere else ""
            self.found[self.first] = _planned(chosen, "proposed", (echo.because or "the oldest that is ready") + also)
            self.free = [e for e in self.free if e.path != chosen.path]
        return ranked

    def next_for(self, week: Week) -> Planned | None:
        """What is likely to be left for a later week: the oldest; None if the backlog is used up."""
        if week == self.first or not self.free or read_state(self.room.root, week).skipped:
            return None
        return _planned(self.free.pop(0), "likely", "the oldest that is left")

    def repeats(self) -> Iterator[Shelved]:
        """Those whose topic an issue explained; printed files only where they are planned again."""
        given = {one.path for one in self.found.values() if one.how != "frozen"}
        for explainer in self.backlog:
            before = explained_before(explainer, self.memory)
            used = self.memory.explainer_before(explainer.path) is not None
            coming = explainer.path in given or (explainer.week is not None and explainer.week >= self.first)
            if before is not None and not explainer.series and (coming or not used):
                yield _shelved(explainer, f"ran in {before.reference.title} ({before.reference.week})")

    def waiting(self, last: Week) -> Iterator[Shelved]:
        """Those that no week of the calendar takes by itself, and why."""
        given = {one.path for one in self.found.values()}
        for explainer in self.backlog:
            if explainer.path in given or explained_before(explainer, self.memory) is not None:
                continue
            if explainer.week is not None and explainer.week > last:
                yield _shelved(explainer, f"planned for {explainer.week}")
            elif explainer.week is not None:
                yield _shelved(explainer, f"planned for {explainer.week}, which has another or went without it")
            elif not explainer.ready:
                yield _shelved(explainer, "not ready; when it is:  ready: yes")


def _planned(explainer: Explainer, how: How, because: str = "") -> Planned:
    return Planned(path=explainer.path, title=explainer.title, author=explainer.author, how=how, because=because)


def _shelved(explainer: Explainer, said: str) -> Shelved:
    return Shelved(path=explainer.path, title=explainer.title, said=said)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem if name else "\0"
