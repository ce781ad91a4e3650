"""What was put right after an issue was sent: on its own page, and at the foot of a later issue. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.files.folder import weeks_on_disk
from newsletter.files.record import printed_of
from newsletter.files.state import read_state
from newsletter.model.issue import Issue, Printed, Reference, ToldCorrection
from newsletter.model.week import Week
from newsletter.model.week_state import Correction, WeekState


def corrections_of(issue: Issue, made: Sequence[Correction], zone: ZoneInfo) -> tuple[ToldCorrection, ...]:
    """Corrections as they stand on the issue's own page, in the same order, each with its day in that zone."""
    reference = printed_of(issue).reference
    return tuple(_told(reference, one, zone) for one in made)


def to_be_told(
    root: Path,
    memory: Sequence[Printed],
    zone: ZoneInfo,
    *,
    until: datetime,
    instead: Mapping[Week, WeekState] | None = None,
) -> tuple[ToldCorrection, ...]:
    """The corrections for the foot of the issue that comes after `memory`, oldest first.

    Those made up to that instant, to be told, that no week that is closed tells: two weeks closed at a time share
    them, and a week that is left out loses none. `instead` are states to take for those on disk.
    """
    weeks = [(issue.reference, issue.reference.week) for issue in memory if not issue.imported]
    states = [(reference, (instead or {}).get(week) or read_state(root, week)) for reference, week in weeks]
    found = [
        (one.at, reference.week, _told(reference, one, zone))
        for reference, state in states
        for one in state.corrections
        if one.tell and one.at <= until
    ]
    told = {_key(one) for one in told_by_others(root)} if found else frozenset()
    return tuple(one for *_, one in sorted(found, key=lambda row: row[:2]) if _key(one) not in told)


def told_by_others(root: Path, week: Week | None = None) -> tuple[ToldCorrection, ...]:
    """What every closed week but this one tells at its foot; not those that are left out."""
    states = [read_state(root, other) for other in weeks_on_disk(root) if other != week]
    return tuple(one for state in states if state.frozen and not state.skipped for one in state.frozen.corrections)


def weeks_that_tell(root: Path, week: Week, text: str, *, left_out: bool = False) -> tuple[Week, ...]:
    """The later weeks, oldest first, whose freeze holds that correction of `week`; on request also those left out."""
    return tuple(
        later
        for later in weeks_on_disk(root)
        if later > week
        and (frozen := (state := read_state(root, later)).frozen) is not None
        and (left_out or not state.skipped)
        and (week, text) in map(_key, frozen.corrections)
    )


def _told(reference: Reference, correction: Correction, zone: ZoneInfo) -> ToldCorrection:
    return ToldCorrection(reference=reference, day=correction.at.astimezone(zone).date(), text=correction.text)


def _key(told: ToldCorrection) -> tuple[Week, str]:
    return told.reference.week, told.text
