"""Filing a take from the command line: the file it becomes, and where it will stand. I/O: disk, SQLite"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.clock import shown_in
from newsletter.desk.compose import compose
from newsletter.desk.due import slots_of
from newsletter.desk.members import closest, member_named
from newsletter.errors import FaultyFiles, UsageFault
from newsletter.files.folder import decode, takes_folder, write_whole
from newsletter.files.state import read_state
from newsletter.files.take_text import parse_takes
from newsletter.model.issue import Member, Placement
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.room import Newsroom, make_folder
from newsletter.store.engine import Store
from newsletter.text import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A filed take: its file, where it will stand in words, and what is to be said about it."""

    path: str
    week: Week
    stands: str
    #: When its week closes, by the clocks of its author.
    closes: str
    remarks: tuple[Remark, ...]


def author(room: Newsroom, typed: str) -> Member:
    """The member of this name. Raises UsageFault, with the nearest name, if there is none."""
    members = room.settings.members
    member = member_named(typed, members)
    if member is None:
        near = closest(typed, members)
        hint = f"Did you mean {near.id}?" if near else f"Members: {', '.join(m.id for m in members) or 'none yet'}."
        raise UsageFault(f'"{typed}" is not in newsletter.toml.', mend=hint)
    return member


def open_week(room: Newsroom) -> Week:
    """The week that a take filed now belongs to: the first one that is not frozen."""
    week = current_week(room)
    while read_state(room.root, week).frozen is not None or read_state(room.root, week).skipped:
        week = week.after()
    return week


def file_take(room: Newsroom, store: Store, *, ref: str, by: Member, text: str) -> Filed:
    """Write the take into the open week's folder and say where it will stand. An earlier file is never overwritten.

    Raises UsageFault for a take without words, FaultyFiles for one that cannot be read as a take; that file stays.
    """
    story = f"story: {' '.join(ref.split())}\n" if ref else ""
    # What came in another encoding goes into the file as it came: reading takes knows what to do about it.
    raw = f"author: {by.name}\n{story}---\n{text.strip()}\n".encode("utf-8", "surrogateescape")
    typed, _ = decode(raw, "")
    if typed is None or not parse_takes(typed, "", sha256="", default_author="")[0]:
        raise UsageFault("The take has no words; nothing was filed.")
    week = open_week(room)
    path = _free(takes_folder(room.root, week), f"{by.id}-{slug(ref)}" if ref else by.id)
    write_whole(path, raw)
    shown = path.relative_to(room.root).as_posix()
    inputs = week_inputs(room, week, store)
    draft = compose(inputs.desk)
    remarks = tuple(r for r in (*inputs.remarks, *draft.remarks) if r.path == shown)
    placement = next((p for p in draft.placements if p.take.path == shown), None)
    if placement is None:
        raise FaultyFiles(tuple(str(remark) for remark in remarks))
    headlines = {story.id: story.headline for story in draft.issue.stories}
    beside = [p.take.path for p in draft.placements if p.story and p.story == placement.story]
    return Filed(
        path=shown,
        week=week,
        stands=_where(placement, headlines, beside),
        closes=_closes(room, week, by),
        remarks=remarks,
    )


def _where(placement: Placement, headlines: dict[str, str], beside: list[str]) -> str:
    if placement.outcome == "held":
        return f"held: {placement.reason}"
    if placement.outcome == "apart":
        return "apart, with the takes that name no story"
    place = beside.index(placement.take.path) + 1
    return f'under #{placement.story} "{headlines[placement.story]}", number {place} of {len(beside)}'


def _closes(room: Newsroom, week: Week, by: Member) -> str:
    zone = room.settings.week.zone
    return shown_in(slots_of(week, room.settings.schedule, zone).freeze, ZoneInfo(by.zone) if by.zone else zone)


def _free(folder: Path, name: str) -> Path:
    """A file of this name, made here and now, so that two who file at one instant get two."""
    make_folder(folder)
    for path in (folder / f"{name}.md", *(folder / f"{name}-{n}.md" for n in range(2, 1000))):
        with suppress(FileExistsError):
            path.open("x").close()
            return path
    raise UsageFault(f"{folder} holds a thousand takes of that name.", mend="File it under another name.")
