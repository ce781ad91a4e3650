"""Telling authors that their take came after the freeze, and where it stands now. I/O: disk, SQLite, SMTP"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.clock import shown_in
from newsletter.desk.compose import compose
from newsletter.desk.due import slots_of
from newsletter.desk.members import member_named, names_of
from newsletter.desk.reminding import zone_of
from newsletter.desk.takes.voices import parted
from newsletter.errors import NewsletterError
from newsletter.files.folder import relative, take_files, takes_folder, weeks_on_disk
from newsletter.files.state import read_state
from newsletter.files.takes import author_of, read_take_files
from newsletter.model.issue import Draft, Take
from newsletter.model.members import Member
from newsletter.model.week import Week
from newsletter.newsroom.inputs import is_sample, week_inputs
from newsletter.newsroom.letters.telling import post, write_to
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.stages import Done, Stages
from newsletter.store.engine import Store
from newsletter.store.told import ToldRow
from newsletter.text import clip, visible

#: So long after a freeze its late takes are told: later everybody knows, and a copied workspace is no news.
_NEWS = timedelta(days=8)
#: Folders of weeks that began longer ago are not looked into: a run comes every minute.
_LOOKED_AT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTake:
    """One author's words in a file that came after its week was closed."""

    path: str
    sha256: str
    #: The week whose folder it lies in.
    week: Week
    #: As typed; `member` is None where newsletter.toml names nobody so.
    author: str
    member: Member | None

    @property
    def name(self) -> str:
        return self.member.name if self.member else self.author or "somebody"


def tell_late(room: Newsroom, store: Store, stages: Stages) -> None:
    """Tell the author of each take that came after a freeze, once a file, where it stands now.

    Whoever cannot be reached is told by the chief editor, who hears of it instead. A fault here stops nothing.
    """
    late = untold(room, store, since=stages.in_use_since)
    if not late:
        return
    coming, draft = _standing_now(room, store, max(one.week for one in late))
    for one in late:
        row = ToldRow(
            kind="late-take",
            week=one.week,
            member=one.member.id if one.member else "",
            about=f"{one.path} {one.sha256}",
            at=room.clock.now(),
        )
        note = store.told.note(row)
        told, reached = _tell(room, stages, one, _words(room, one, coming, draft))
        if not reached:
            store.told.take_back(note)
        stages.done.append(
            Done(
                stage="late take",
                week=one.week,
                result="done" if reached else "in part",
                what=f"{one.path} stands in {coming}",
                exit_code=0 if reached else 4,
                told=told,
            )
        )


def untold(room: Newsroom, store: Store, *, since: datetime | None) -> tuple[LateTake, ...]:
    """Takes in the folders of weeks that were closed without them, whose authors were not told; by week and path.

    Of weeks that were closed after `since`, when this installation came into use, and within eight days.
    """
    now = room.clock.now()
    if since is None:
        return ()
    first = Week.of((now - timedelta(weeks=_LOOKED_AT)).date())
    weeks = [week for week in weeks_on_disk(room.root) if week >= first]
    states = [(week, read_state(room.root, week)) for week in weeks]
    frozen = [(week, state.frozen) for week, state in states if state.frozen and not state.skipped]
    listed = {known for _, freeze in frozen for one in freeze.takes for known in (one.path, one.sha256)}
    return tuple(
        late
        for week, freeze in frozen
        if since <= freeze.run_at and freeze.run_at <= now <= freeze.run_at + _NEWS and not is_sample(room.root, week)
        for late in _late_in(room, store, week, listed)
    )


def _late_in(room: Newsroom, store: Store, week: Week, listed: set[str]) -> Iterator[LateTake]:
    """`listed` are the paths and the digests of what the freezes hold."""
    files = [relative(room.root, path) for path in take_files(room.root, takes_folder(room.root, week))]
    late = [path for path in files if path not in listed]
    if not late:
        return
    # Once a file, however often it is edited; the digest in the row says which words were meant.
    known = {(row.member, row.about.rpartition(" ")[0]) for row in store.told.of_week(week, "late-take")}
    members = room.settings.members
    takes, _ = read_take_files(room.root, late, names=names_of(members))
    for one in _authors([part for take in takes for part in parted(take, members)]):
        author = one.author or author_of(one.path)
        member = member_named(author, members)
        key = (member.id if member else "", one.path)
        # The same bytes under another name are a file that was moved.
        if key not in known and one.sha256 not in listed:
            known.add(key)
            yield LateTake(path=one.path, sha256=one.sha256, week=week, author=author, member=member)


def _authors(takes: Sequence[Take]) -> Sequence[Take]:
    """One take for each name in each file."""
    return tuple({(take.path, take.author): take for take in reversed(takes)}.values())[::-1]


def _standing_now(room: Newsroom, store: Store, week: Week) -> tuple[Week, Draft | None]:
    """The first open week after that one, composed as it is now; None in its place if it cannot be."""
    coming = week.after()
    while (state := read_state(room.root, coming)).frozen is not None or state.skipped:
        coming = coming.after()
    try:
        return coming, compose(week_inputs(room, coming, store).desk)
    except NewsletterError:
        return coming, None


def _tell(room: Newsroom, stages: Stages, one: LateTake, words: str) -> tuple[str, bool]:
    """Whom it was told, or why not; and whether somebody was."""
    why = "newsletter.toml names nobody so" if one.member is None else "there is no address in var/addresses.toml"
    if room.settings.reminding.by == "webhook" and room.settings.webhook:
        reached = post(room, f"{one.name}: {words}")
        if reached.state != "failed":
            return f"told {one.name} by the webhook", True
        why = reached.why
    elif one.member is not None and one.member.id in room.settings.addresses:
        subject = f"Your take came after {one.week} was closed: nothing is lost"
        reached = write_to(room, one.member, subject=subject, body=f"Hello {one.name},\n\n{words}\n")
        if reached.state != "failed":
            return f"told {one.name}", True
        why = reached.why
    told = stages.tell(
        f"{one.name}'s take came after {one.week} was closed",
        f"Please tell {one.name}, who could not be told: {why}.\n\n{words}\n",
    )
    return told, told.startswith("told ")


def _words(room: Newsroom, one: LateTake, coming: Week, draft: Draft | None) -> str:
    zone = zone_of(one.member, room.settings.week.zone) if one.member else room.settings.week.zone
    closes = shown_in(slots_of(coming, room.settings.schedule, room.settings.week.zone).freeze, zone)
    places = _places(one, draft, room.settings.members) if draft else ()
    where = f": {'; '.join(places)}" if places else ""
    return visible(
        f"the take in {one.path} came after {one.week} was closed.\n"
        f"It stands in {coming} now, by itself{where}.\n"
        f"Nothing has to be done again. {coming} closes {closes}; until then the file can be edited where it lies."
    )


def _places(one: LateTake, draft: Draft, members: Sequence[Member]) -> tuple[str, ...]:
    """Where each of the author's takes in the file stands, in words."""
    headlines = {story.id: story.headline for story in draft.issue.stories}
    found = []
    for placement in draft.placements:
        take = placement.take
        writer = member_named(take.author or author_of(take.path), members)
        if take.path != one.path or (writer.id if writer else "") != (one.member.id if one.member else ""):
            continue
        if placement.story:
            found.append(f'under #{placement.story} "{clip(headlines.get(placement.story, ""), 90)}"')
        else:
            apart = "with the takes that name no story"
            found.append(apart if placement.outcome == "apart" else f"held for now ({placement.reason})")
    return tuple(dict.fromkeys(found))
