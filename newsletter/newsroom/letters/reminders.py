"""Reminding those of a week's rota who have not filed: by hand, and by the run at its slot. I/O: disk, SQLite, SMTP"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from newsletter.desk.compose import compose
from newsletter.desk.due import Slots, slots_of
from newsletter.desk.nearby import Near, nearby, open_stories
from newsletter.desk.reminding import (
    Circle,
    LeftOut,
    Occasion,
    filed_by,
    letter_for,
    message_for,
    subject_for,
    to_remind,
)
from newsletter.desk.rota import freeze_day
from newsletter.desk.titles import title_of
from newsletter.errors import CannotSend, NotReady
from newsletter.files.state import read_state
from newsletter.model.members import Member
from newsletter.model.week import Week
from newsletter.newsroom.inputs import Inputs, week_inputs
from newsletter.newsroom.letters.telling import Reached, can_be_told, post, write_to
from newsletter.newsroom.records import words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.stages import Said, Stages
from newsletter.store.engine import Store
from newsletter.store.told import ToldRow

_NO_ADDRESS = "has no address in var/addresses.toml"
_NO_WEBHOOK = "is not reached: no webhook is set (NEWSLETTER_WEBHOOK)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What goes to one member; by webhook the letter is a part of one message to all."""

    member: Member
    subject: str
    body: str
    near: tuple[Near, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """All reminders of a week, and who gets none and why; both in the order of newsletter.toml."""

    week: Week
    closes: datetime
    by: Literal["mail", "webhook"]
    to: tuple[Reminder, ...]
    left_out: tuple[LeftOut, ...]
    #: The one message to the webhook; "" by mail, or if nobody is reminded.
    message: str = ""


def reminders(room: Newsroom, week: Week, store: Store, *, since: datetime | None = None) -> Reminders:
    """Who would be reminded of the week now, and in what words; with `since` none who was reminded from then on.

    Raises NotReady where nobody is reminded any more: the week is closed, held, left out or sent. Raises FaultyFiles.
    """
    not_past_reminding(room, week)
    settings, inputs = room.settings, week_inputs(room, week, store)
    members, zone = settings.members, settings.week.zone
    filed = filed_by(inputs.desk.takes, members)
    rows = store.told.of_week(week, "reminder")
    told = Counter(row.member for row in rows)
    asked, left_out = to_remind(
        Circle(
            week=week,
            day=freeze_day(week, settings.schedule, zone),
            members=members,
            filed=filed,
            reminded=told,
            most=settings.reminding.most,
            reachable=frozenset(member.id for member in members if can_be_told(room, member)),
            unreachable=_NO_WEBHOOK if settings.reminding.by == "webhook" else _NO_ADDRESS,
        )
    )
    lately = {row.member for row in rows if since is not None and row.at >= since}
    asked = tuple(member for member in asked if member.id not in lately)
    occasion = _occasion(room, inputs, filed)
    near = _near(inputs, asked)
    return Reminders(
        week=week,
        closes=occasion.closes,
        by=settings.reminding.by,
        to=tuple(
            Reminder(
                member=member,
                subject=subject_for(member, occasion),
                body=letter_for(member, near[member.id], occasion),
                near=near[member.id],
            )
            for member in asked
        ),
        left_out=left_out,
        message=message_for([(member, near[member.id]) for member in asked], occasion)
        if asked and settings.reminding.by == "webhook"
        else "",
    )


def not_past_reminding(room: Newsroom, week: Week) -> None:
    """Raises NotReady where a reminder would ask for what cannot be done: the week takes no more, or waits."""
    state, closes = read_state(room.root, week), slots_of(week, room.settings.schedule, room.settings.week.zone).freeze
    why = ""
    if state.skipped:
        why = f"{week} is left out: {state.skipped}."
    elif state.sent is not None:
        why = f"{week} was sent."
    elif state.frozen is not None:
        why = f"{week} is closed; takes filed now go to the next week."
    elif state.pause is not None:
        why = f"{week} is {words_of_pause(room, state.pause)}."
    elif room.clock.now() >= closes:
        why = f"The deadline of {week} is past: {room.local(closes)}."
    if why:
        raise NotReady(why, mend="Nobody is reminded of it.")


def send_reminders(room: Newsroom, store: Store, found: Reminders) -> tuple[tuple[Member, Reached], ...]:
    """Send them; how it went for each, in their order.

    Each is noted before it leaves, so that whoever is stopped in between never makes it one too many; what surely did
    not leave is taken back.
    """
    if found.message:
        notes = [_note(room, store, found.week, one.member) for one in found.to]
        reached = post(room, found.message)
        for note in notes if reached.state == "failed" else ():
            store.told.take_back(note)
        return tuple((one.member, reached) for one in found.to)
    went = []
    for one in found.to:
        note = _note(room, store, found.week, one.member)
        reached = write_to(room, one.member, subject=one.subject, body=one.body)
        if reached.state == "failed":
            store.told.take_back(note)
        went.append((one.member, reached))
    return tuple(went)


def _note(room: Newsroom, store: Store, week: Week, member: Member) -> int:
    row = ToldRow(kind="reminder", week=week, member=member.id, about="", at=room.clock.now())
    return store.told.note(row)


def _occasion(room: Newsroom, inputs: Inputs, filed: dict[str, int]) -> Occasion:
    settings, week = room.settings, inputs.desk.week
    publication = settings.publication
    number = publication.first_number + sum(not one.imported for one in inputs.desk.memory)
    return Occasion(
        week=week,
        issue=title_of(publication.title, week=week, number=number, topic="", name=publication.wording.name),
        closes=slots_of(week, settings.schedule, settings.week.zone).freeze,
        zone=settings.week.zone,
        new_file=settings.reminding.new_file,
        filed=tuple(member.name for member in settings.members if member.id in filed),
    )


def _near(inputs: Inputs, asked: Sequence[Member]) -> dict[str, tuple[Near, ...]]:
    if not asked:
        return {}
    desk = inputs.desk
    found = open_stories(compose(desk), desk.news.terms)
    return {member.id: nearby(member, found, memory=desk.memory, members=desk.settings.members) for member in asked}


# At its slot ---------------------------------------------------------------------------------------


def remind_if_due(room: Newsroom, store: Store, stages: Stages) -> None:
    """Send the reminders of the week that closes next, once, if their slot has come.

    Later than `max_late` nobody is reminded, and the ledger says so. A week that is closed early, held or left out
    is passed over in the same way.
    """
    schedule, zone, now = room.settings.schedule, room.settings.week.zone, room.clock.now()
    if schedule.remind is None:
        return
    slots = slots_of(stages.latest.week.after(), schedule, zone)
    slot = remind_slot(room, slots)
    row = store.runs.state("remind", slot)
    if now < slot or now >= slots.freeze or (row is not None and row.state in ("done", "skipped")):
        return
    if now > slot + schedule.max_late:
        stages.pass_over("remind", slot, slots.week, f"too late; it was due {room.local(slot)}")
        return
    try:
        not_past_reminding(room, slots.week)
    except NotReady as fault:
        stages.pass_over("remind", slot, slots.week, fault.what)
        return
    stages.attempt("remind", slot, slots.week, lambda: _remind(room, store, slots.week, since=slot))


def remind_slot(room: Newsroom, slots: Slots) -> datetime:
    """The last slot for reminders before a week closes; the schedule has one."""
    remind = room.settings.schedule.remind
    assert remind is not None
    return remind.latest(slots.freeze - timedelta(seconds=1), room.settings.week.zone)


def _remind(room: Newsroom, store: Store, week: Week, *, since: datetime) -> Said:
    """Remind whom this slot has not reminded yet: a run that was stopped in the middle goes on where it was."""
    found = reminders(room, week, store, since=since)
    went = send_reminders(room, store, found)
    missed = [f"{member.name} ({reached.why.splitlines()[0]})" for member, reached in went if reached.state == "failed"]
    if missed and len(missed) == len(went):
        raise CannotSend(f"Nobody could be reminded of {week}: {'; '.join(missed)}")
    # Who cannot be reached and should be is named; who filed, is away or has no turn is no news.
    missed += [one.member.name for one in found.left_out if one.why in (_NO_ADDRESS, _NO_WEBHOOK)]
    reminded = [member.name for member, reached in went if reached.state != "failed"]
    words = f"reminded {', '.join(reminded)}" if reminded else "nobody to remind"
    if unsure := [f"{member.name} ({reached.why})" for member, reached in went if reached.state == "unknown"]:
        words += f"; perhaps not: {', '.join(unsure)}"
    return Said(f"{words}; not reached: {', '.join(missed)}" if missed else words)
