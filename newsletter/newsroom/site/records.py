"""The issues that the archive holds: those sent, one that is about to be, and those printed before. I/O: disk"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.archive.feeds.entries import midnight
from newsletter.files.folder import relative, weeks_on_disk
from newsletter.files.issue_toml import read_wishes
from newsletter.files.record import past_folder, past_slugs, read_past, read_record, record_path
from newsletter.files.state import read_state
from newsletter.model.issue import Issue, ToldCorrection
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.newsroom.corrected import corrections_of
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.site.moved import moved, mover


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An issue as it was printed, its links led to where the archive is now, and what was put right, oldest first."""

    issue: Issue
    #: Where the archive was when the issue left, without a final slash; "" if it had no address then.
    first_base_url: str = ""
    corrections: tuple[ToldCorrection, ...] = ()
    #: When it was put right last; None if it never was.
    corrected: datetime | None = None

    @property
    def changed(self) -> datetime:
        """The instant of its last change, as feeds tell it: never before the day it was printed for."""
        return max(midnight(self.issue.date), self.corrected or midnight(self.issue.date))


def kept_issues(room: Newsroom, *, also: Week | None = None) -> tuple[tuple[Kept, ...], tuple[Remark, ...]]:
    """Every issue of the archive, newest first, never the sample; and what is to be said of those that it lacks.

    Raises NewsletterError, with the mend, if a record or a state is damaged.
    """
    remarks: list[Remark] = []
    found: dict[str, Kept] = {}
    for week in weeks_on_disk(room.root):
        state = read_state(room.root, week)
        if not (week == also or state.sent):
            continue
        if read_wishes(room.root, week)[0].sample:
            remarks += [_sample(week)] if week == also else []
            continue
        issue = read_record(room.root, week)
        if issue is None:
            remarks.append(_gone(room, week))
            continue
        told = corrections_of(issue, state.corrections, room.settings.week.zone)
        when = max((one.at for one in state.corrections), default=None)
        found[issue.place] = _kept(issue, corrections=told, corrected=when)
    for slug in past_slugs(room.root):
        if (shown := slug.encode(errors="replace").decode()) != slug:
            remarks.append(_no_address(shown))
            continue
        past = read_past(room.root, slug)
        if past is None:
            continue
        if slug in found:
            remarks.append(_place_taken(room, slug))
            continue
        # The folder's name is the one that no two can share, whatever was written into the record.
        found[slug] = _kept(replace(past, slug=slug))
    here = _where_the_archive_is(found, room.settings.publication.wording.base_url)
    newest_first = sorted(here, key=lambda kept: (kept.issue.date, kept.issue.place), reverse=True)
    return tuple(newest_first), in_order(remarks)


def _kept(issue: Issue, *, corrections: tuple[ToldCorrection, ...] = (), corrected: datetime | None = None) -> Kept:
    first = issue.wording.base_url
    return Kept(issue=issue, first_base_url=first, corrections=corrections, corrected=corrected)


def _where_the_archive_is(found: Mapping[str, Kept], base_url: str) -> Iterable[Kept]:
    """All issues; if the archive moved since some of them left, with links to where they are now."""
    lead = mover({place: kept.issue for place, kept in found.items()}, base_url)
    if lead is None:
        return found.values()
    return [
        replace(
            kept,
            issue=moved(kept.issue, base_url, lead),
            corrections=tuple(replace(one, text=lead(one.text)) for one in kept.corrections),
        )
        for kept in found.values()
    ]


def _sample(week: Week) -> Remark:
    what = f"{week} is the sample week that comes with the program: the archive never holds it."
    return Remark(f"issues/{week}", 0, "notice", "sample", what)


def _gone(room: Newsroom, week: Week) -> Remark:
    path = record_path(room.root, week)
    what = f"The issue of {week} was sent, and its record is gone: the archive lacks it."
    mend = f"Bring back the copy that was committed, or make it anew:  newsletter rebuild {week}"
    return Remark(relative(room.root, path), 0, "error", "record", what, (mend,))


def _no_address(shown: str) -> Remark:
    what = "The folder's name is not UTF-8 and gives no address; the archive lacks this issue."
    return Remark(f"issues/past/{shown}", 0, "error", "place", what, ("Give the folder another name.",))


def _place_taken(room: Newsroom, slug: str) -> Remark:
    path = past_folder(room.root) / slug / "issue.json"
    what = f"The archive has an issue of its own at issues/{slug}; this one is left out."
    return Remark(relative(room.root, path), 0, "error", "place", what, ("Give its folder another name.",))
