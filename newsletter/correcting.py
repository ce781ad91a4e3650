"""Putting right what an issue said after it left: on its page, in the feed, at a later issue's foot. I/O: disk"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from newsletter.errors import NotReady, UsageFault
from newsletter.files.folder import decode, weeks_on_disk
from newsletter.files.record import read_memory, read_record
from newsletter.files.state import read_state, write_state
from newsletter.model.issue import Issue, ToldCorrection
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.model.week_state import Correction, WeekState
from newsletter.newsroom.corrected import corrections_of, to_be_told, weeks_that_tell
from newsletter.newsroom.inputs import is_sample
from newsletter.newsroom.room import Newsroom
from newsletter.pipeline import draft, publish
from newsletter.press.dates import day as in_words
from newsletter.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A correction as people ask for it. `number` counts from 1, the oldest first; `told_in` are later weeks."""

    number: int
    day: date
    by: str
    text: str
    tell: bool
    told_in: tuple[Week, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a correction comes to."""

    week: Week
    title: str
    #: All of the issue as they stand now, oldest first.
    corrections: tuple[Told, ...]
    #: The one that was added or withdrawn; None where they are only listed.
    this: Told | None = None
    #: The box on the page, oldest first, as readers see it.
    page: tuple[ToldCorrection, ...] = ()
    #: The page's address; "" if the publication has none, and with it no feed.
    address: str = ""
    #: What the next issue will tell at its foot.
    foot: tuple[ToldCorrection, ...] = ()
    #: Closed weeks that told it, were made again without it, and must be looked at and approved again.
    made_again: tuple[Week, ...] = ()
    archive_changed: bool = False
    #: What the archive lacks.
    remarks: tuple[Remark, ...] = ()

    def shown(self) -> tuple[str, ...]:
        """The corrections with their numbers, for reading."""
        if not self.corrections:
            return (f"{self.week} has no correction.",)
        return (f"{self.week} {self.title}", *(f"  {_line(one)}" for one in self.corrections))

    def on_the_page(self) -> tuple[str, ...]:
        """The lines of the box, the newest first, as on the page."""
        return tuple(f"Correction, {in_words(one.day)}: {one.text}" for one in reversed(self.page))

    def at_the_foot(self) -> tuple[str, ...]:
        """The lines at the foot of the next issue, the oldest first."""
        return tuple(f"Correction to {one.reference.title}: {one.text}" for one in self.foot)


def _line(one: Told) -> str:
    told = f"told in {', '.join(map(str, one.told_in))}" if one.told_in else "the next issue tells it"
    return f"{one.number}. {in_words(one.day)}, {one.by}: {one.text}" + (f"  ({told})" if one.tell else "")


def listed(room: Newsroom, week: Week) -> Report:
    """The corrections of an issue that was sent. Raises NotReady if it was not."""
    return _report(room, _sent_issue(room, week), read_state(room.root, week))


def correct(room: Newsroom, week: Week, text: str, *, by: str, tell: bool = False, dry_run: bool = False) -> Report:
    """Add a correction, dated now, to an issue that was sent, and build the archive again.

    The letter and the files of the week stay as they were sent. With `tell` the next issue says so at its foot;
    with `dry_run` nothing is written. Raises NotReady if the issue was not sent, UsageFault for a text that is
    empty or stands there already.
    """
    issue, state = _sent_issue(room, week), read_state(room.root, week)
    words = _words(text)
    if not words:
        raise UsageFault("A correction needs words.", mend=f'newsletter correct {week} "It was the council." --by NAME')
    if not by.strip():
        raise UsageFault("A correction needs a name.", mend="Say who makes it:  --by NAME")
    if any(one_line(one.text) == one_line(words) for one in state.corrections):
        raise UsageFault(f"{week} has that very correction.", mend=f"See them all:  newsletter correct {week} --list")
    made = Correction(at=room.clock.now(), by=one_line(by), text=words, tell=tell)
    after = replace(state, corrections=(*state.corrections, made))
    if not dry_run:
        write_state(room.root, week, after)
    report = _report(room, issue, after)
    shown = replace(report, this=report.corrections[-1], foot=_foot(room, week, after))
    return shown if dry_run else _published(room, shown)


def withdraw(room: Newsroom, week: Week, number: int, *, dry_run: bool = False) -> Report:
    """Take a correction back, by its number in the list, while no later issue that was sent has told it.

    Weeks that are closed, not sent and tell it are made again without it: an approval of theirs is void.
    Raises NotReady if a later issue told it, UsageFault if there is no such number.
    """
    issue, state = _sent_issue(room, week), read_state(room.root, week)
    if not 1 <= number <= len(state.corrections):
        count = len(state.corrections)
        raise UsageFault(
            f"{week} has {count or 'no'} correction{'' if count == 1 else 's'}, and no number {number}.",
            mend=f"See them all:  newsletter correct {week} --list",
        )
    gone = state.corrections[number - 1]
    telling = weeks_that_tell(room.root, week, gone.text, left_out=True)
    if sent := [later for later in telling if read_state(room.root, later).sent is not None]:
        raise NotReady(
            f"{sent[0]} has told it to its readers; it cannot be taken back.",
            mend=f'Put that right as well:  newsletter correct {week} "…" --by NAME --tell',
        )
    after = replace(state, corrections=tuple(one for one in state.corrections if one is not gone))
    report = replace(
        _report(room, issue, after),
        this=_report(room, issue, state).corrections[number - 1],
        foot=_foot(room, week, after),
        made_again=tuple(later for later in telling if not read_state(room.root, later).skipped),
    )
    if dry_run:
        return report
    write_state(room.root, week, after)
    for later in telling:
        _untell(room, later, week, gone.text)
    return _published(room, report)


def _published(room: Newsroom, report: Report) -> Report:
    built = publish(room)
    return replace(report, archive_changed=built.changed, remarks=built.remarks)


def _untell(room: Newsroom, later: Week, week: Week, text: str) -> None:
    """Take the correction off the foot of a week that is closed and not sent."""
    state = read_state(room.root, later)
    assert state.frozen is not None
    kept = tuple(one for one in state.frozen.corrections if (one.reference.week, one.text) != (week, text))
    write_state(room.root, later, replace(state, frozen=replace(state.frozen, corrections=kept)))
    if not state.skipped:
        draft(room, later, None)


def _sent_issue(room: Newsroom, week: Week) -> Issue:
    issue, state = read_record(room.root, week), read_state(room.root, week)
    if is_sample(room.root, week):
        raise NotReady(f"{week} is the sample: it is in no archive.")
    if state.sent is None or issue is None:
        raise NotReady(
            f"{week} has not been sent: no reader has seen it yet.",
            mend=f"Mend the file itself, then draft it again:  newsletter draft {week}",
        )
    return issue


def _words(text: str) -> str:
    """As a file of prose is read: one form of each letter, one kind of line end, nothing that steers a printer."""
    decoded, _ = decode(text.encode("utf-8", "surrogateescape"), "")
    if decoded is None:
        raise UsageFault("The correction is not text.", mend="Type it in plain words.")
    return decoded.strip()


def _report(room: Newsroom, issue: Issue, state: WeekState) -> Report:
    page = corrections_of(issue, state.corrections, room.settings.week.zone)
    return Report(
        week=issue.week,
        title=issue.title,
        corrections=_numbered(room, issue.week, state.corrections, page),
        page=page,
        address=page[0].reference.link if page else "",
    )


def _numbered(
    room: Newsroom, week: Week, made: Sequence[Correction], page: Sequence[ToldCorrection]
) -> tuple[Told, ...]:
    return tuple(
        Told(
            number=number,
            day=shown.day,
            by=one.by,
            text=one.text,
            tell=one.tell,
            told_in=weeks_that_tell(room.root, week, one.text) if one.tell else (),
        )
        for number, (one, shown) in enumerate(zip(made, page, strict=True), 1)
    )


def _foot(room: Newsroom, week: Week, state: WeekState) -> tuple[ToldCorrection, ...]:
    """What the next issue that closes tells, with this week in that state."""
    memory, _ = read_memory(room.root, before=weeks_on_disk(room.root)[-1].after())
    return to_be_told(room.root, memory, room.settings.week.zone, until=room.clock.now(), instead={week: state})
