"""What editors ask of a week: its report, its status, making it again, leaving it out. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from newsletter.desk.compose import compose
from newsletter.desk.due import latest_slots, slots_of
from newsletter.desk.sealing import changed_since, digests
from newsletter.errors import NotReady, UsageFault
from newsletter.files.folder import write_whole
from newsletter.files.record import read_record
from newsletter.files.state import read_seal, read_state, write_state
from newsletter.model.audience import Tally
from newsletter.model.issue import Draft
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.model.week_state import State
from newsletter.newsroom.calendar import standing, state_of
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.mailings import VARIANT
from newsletter.newsroom.records import sealed_files, week_files
from newsletter.newsroom.room import Newsroom
from newsletter.press.libraries import versions
from newsletter.press.render import render
from newsletter.store.engine import Store
from newsletter.store.runs import RunRow
from newsletter.text import one_line

_PLACES = {"attached": "under", "own": "as a story of its own", "apart": "apart", "held": "held"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an editor should know of a draft: the title, where each take stands, every remark."""

    week: Week
    title: str
    stories: tuple[str, ...]
    takes: tuple[str, ...]
    remarks: tuple[Remark, ...]
    held: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """For reading; remarks last, so that they stay on the screen."""
        return (
            self.title,
            *(f"  {line}" for line in self.stories),
            *(f"  {line}" for line in self.takes),
            *(f"would be held: {why}" for why in self.held),
            *map(str, self.remarks),
        )

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "title": self.title,
            "stories": list(self.stories),
            "takes": list(self.takes),
            "held": list(self.held),
            "remarks": [remark.as_json() for remark in self.remarks],
        }


def report_on(draft: Draft, remarks: tuple[Remark, ...]) -> Report:
    """The report on a draft; stories in printed order, takes in the order of their files."""
    issue = draft.issue
    scores = {ranked.story.id: ranked.score for ranked in (*draft.kept.ranked, *draft.ranked)}
    shown = [
        f"#{story.id}  {story.headline}"
        + (f"  ({', '.join([story.source, *(c.source for c in story.also_covered)])})" if story.source else "")
        + f"  {len(story.takes)} take{'' if len(story.takes) == 1 else 's'}"
        + (f", score {scores[story.id]:.1f}" if story.id in scores else "")
        for story in (*issue.stories, *issue.headlines)
    ]
    takes = []
    for placement in draft.placements:
        where = _PLACES[placement.outcome]
        target = f" #{placement.story}" if placement.outcome == "attached" else ""
        takes.append(f"{placement.take.path}:{placement.take.line}  {placement.take.author}: {where}{target}")
    return Report(
        week=issue.week,
        title=issue.title,
        stories=tuple(shown),
        takes=tuple(takes),
        remarks=remarks,
        held=draft.held,
    )


# Status --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a week stands and what comes next. `faults` are empty when all is as it should be."""

    week: Week
    state: State
    freeze: datetime
    send: datetime
    next: str
    readers: int
    tally: Tally | None
    faults: tuple[str, ...]


def status(room: Newsroom, week: Week, store: Store) -> Status:
    """Where the week stands. Its faults: a failed stage, a slot that passed without its issue."""
    slots = slots_of(week, room.settings.schedule, room.settings.week.zone)
    mailing = store.ledger.mailing(str(week), VARIANT)
    state = state_of(room, week)
    closing, leaving = room.local(slots.freeze), room.local(slots.send)
    tally = store.ledger.tally(mailing[0]) if mailing else None
    waiting = tally.waiting if tally is not None else 0
    coming = {
        "open": f"closes {closing}, leaves {leaving}",
        "held": f"needs what is missing; leaves {leaving}",
        "frozen": f"needs approval; leaves {leaving}",
        "approved": f"leaves {leaving}",
        "sent": f"{waiting} letters wait for the next run" if waiting else "nothing more",
        "skipped": "nothing more",
    }[state]
    return Status(
        week=week,
        state=state,
        freeze=slots.freeze,
        send=slots.send,
        next=coming,
        readers=store.subscribers.count_readers(),
        tally=tally,
        faults=faults_of(room, store),
    )


def faults_of(room: Newsroom, store: Store) -> tuple[str, ...]:
    """What a machine should raise an alarm for: stages whose last try failed, and an issue that did not leave."""
    now = room.clock.now()
    latest: dict[str, RunRow] = {}
    for row in store.runs.recent(200):
        if row.stage not in latest or row.slot > latest[row.stage].slot:
            latest[row.stage] = row
    faults = [
        f"{row.stage} failed at {room.local(row.slot)}: {row.message}"
        for _, row in sorted(latest.items())
        if row.state == "failed" and not _is_settled(room, row, store)
    ]
    slots = latest_slots(now, room.settings.schedule, room.settings.week.zone)
    found = standing(room, slots.week, store)
    in_use = store.runs.first_started()
    due = now > slots.send and in_use is not None and in_use <= slots.send
    if due and not found.sent and not found.stopped:
        faults.append(f"{slots.week} should have left at {room.local(slots.send)} and has not reached every reader")
    begun = [row for row in store.runs.recent(20) if row.state == "begun" and row.slot < now]
    begun = [row for row in begun if not _is_settled(room, row, store)]
    faults.extend(f"{row.stage} of {room.local(row.slot)} began and never ended" for row in begun)
    return tuple(faults)


def _is_settled(room: Newsroom, row: RunRow, store: Store) -> bool:
    """Whether a person has done since what the run could not, or has left the week out."""
    if row.stage in ("collect", "publish"):
        return False
    found = standing(room, row.week, store)
    return bool(found.stopped) or found.sent or (row.stage == "freeze" and found.frozen)


# Leaving out, making again -------------------------------------------------------------------------


def skip(room: Newsroom, week: Week, *, why: str) -> None:
    """Leave a week out: its entries and takes are free for the next.

    Raises NotReady once letters have left, UsageFault without a reason.
    """
    if not why.strip():
        raise UsageFault(f"{week} is not left out without a reason.", mend='Say why:  --why "holidays"')
    state = read_state(room.root, week)
    if state.sent is not None:
        raise NotReady(f"{week} has been sent; it cannot be left out any more.")
    write_state(room.root, week, replace(state, skipped=one_line(why)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What making a week again came to: files that differ, and where to look for the reason."""

    differing: tuple[str, ...]
    #: Inputs that are not those that were approved.
    inputs_changed: tuple[str, ...]
    #: Libraries whose version is another than the record names, as "name then → now".
    renderer_changed: tuple[str, ...]


def rebuild(room: Newsroom, week: Week, *, verify: bool) -> Rebuilt:
    """Make a frozen week again from its folder alone; `verify` only compares, else missing files are put back.

    Files of an issue that was not sent are written anew; those of one that was are never changed.
    Raises UsageFault if the week was never frozen.
    """
    state = read_state(room.root, week)
    if state.frozen is None:
        raise UsageFault(f"{week} was never frozen: there is nothing to make it from.", mend=f"newsletter draft {week}")
    record = read_record(room.root, week)
    inputs = week_inputs(room, week, None)
    issue = compose(inputs.desk).issue
    if record is not None:
        # The versions say who rendered it then; they are compared below, not as bytes.
        issue = replace(issue, renderer=record.renderer)
    files = week_files(room.root, issue, render(issue, templates=room.templates))
    differing = _differing(files)
    if not verify:
        for path, text in files.items():
            if state.sent is None or not path.exists():
                write_whole(path, text)
    return Rebuilt(
        differing=tuple(path.relative_to(room.root).as_posix() for path in differing),
        inputs_changed=_inputs_changed(room, week, {path.relative_to(room.root).as_posix() for path in files}),
        renderer_changed=_renderer_changed(record.renderer if record else ()),
    )


def _differing(files: Mapping[Path, str]) -> tuple[Path, ...]:
    return tuple(
        path for path, text in files.items() if not path.is_file() or path.read_bytes() != text.encode("utf-8")
    )


def _inputs_changed(room: Newsroom, week: Week, outputs: set[str]) -> tuple[str, ...]:
    seal = read_seal(room.root, week)
    if seal is None:
        return ()
    changed = changed_since(seal, digests(sealed_files(room.root, week)))
    return tuple(path for path in changed if path not in outputs)


def _renderer_changed(then: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    now = dict(versions())
    changed = [f"{name} {version} → {now.get(name, 'gone')}" for name, version in then if now.get(name) != version]
    return (*changed, *(f"{name}, not named then → {now[name]}" for name in now if then and name not in dict(then)))
