"""Where a week stands: state, deadlines, stories, takes, who has not filed, what comes next. I/O: disk, SQLite"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from newsletter.clock import write_instant
from newsletter.desk.choice.wish import Wanted
from newsletter.desk.choice.wished import as_wished
from newsletter.desk.members import member_named
from newsletter.desk.rota import turn_of
from newsletter.errors import FaultyFiles
from newsletter.model.fates import PRINTED, Rule
from newsletter.model.issue import Draft, PrintedStory
from newsletter.model.remarks import Remark, errors_in, in_order
from newsletter.model.week import Week
from newsletter.model.week_state import Pause
from newsletter.newsroom.collection.about_news import nothing_for_long
from newsletter.newsroom.composing import Composed, composed
from newsletter.newsroom.inputs import Inputs, week_inputs
from newsletter.newsroom.next_step import next_step
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.status import Approval, Status, status
from newsletter.newsroom.week_remarks import week_remarks
from newsletter.store.engine import Store

#: Stories listed that are not printed; dropped ones always are.
_CANDIDATES = 12
#: What is said of a story beside its score, by the rule that decided on it.
_MARKS: Mapping[Rule, str] = {
    "dropped": "dropped",
    "repeat": "printed before",
    "publisher": "publisher's limit",
    "same-thread": "in its thread",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStory:
    """A story of the week. `marks` say what wishes did to it ("pinned", "retitled"), or why it is not printed."""

    story: str
    headline: str
    link: str
    #: None for a story that only a take tells.
    score: float | None
    sources: tuple[str, ...]
    #: Whose takes stand under it, in printed order.
    takes: tuple[str, ...]
    printed: bool
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledTake:
    """A take and where it stands: "attached", "own", "apart" or "held"; `reason` why it is held, "" otherwise."""

    path: str
    line: int
    author: str
    outcome: str
    story: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a week holds, as it would be printed now."""

    title: str
    subject: str
    topic: str
    #: Printed ones first, in their order; then the best of the others.
    stories: tuple[ListedStory, ...]
    #: How many more the week proposes.
    more: int
    takes: tuple[FiledTake, ...]
    #: Names of those whose week it is and who filed nothing; and of those away, with their last day.
    missing: tuple[str, ...]
    away: tuple[tuple[str, date], ...]
    #: Why it would be held if it closed now; empty once it is closed.
    would_hold: tuple[str, ...]
    remarks: tuple[Remark, ...]

    def as_json(self) -> dict[str, object]:
        levels = ("error", "warning", "notice")
        return asdict(self) | {
            "away": [{"name": name, "until": until.isoformat()} for name, until in self.away],
            "remarks": {
                **{level: self.count(level) for level in levels},
                "codes": dict(self.codes(*levels)),
            },
        }

    def count(self, level: str) -> int:
        return sum(remark.level == level for remark in self.remarks)

    def codes(self, *levels: str) -> tuple[tuple[str, int], ...]:
        """How often each code stands among remarks of these levels, the most frequent first."""
        found = Counter(remark.code for remark in self.remarks if remark.level in levels)
        return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One screen: where the week stands, what it holds, and what comes next in a sentence with its command.

    `contents` is None for a week that is left out, and where files hold errors that keep it from being composed:
    these are in `faulty`, a sentence each.
    """

    status: Status
    contents: Contents | None
    faulty: tuple[str, ...]
    next: str

    def as_json(self) -> dict[str, object]:
        """All of it, for programs; instants in UTC, `contents` null where there are none.

        week, state, now, freeze, send, next, readers, faults, faulty, held, skipped, approval {by, at, changed},
        pause {why, by, at}, tally {audience, accepted, …, waiting}, contents {title, subject, topic, stories, more,
        takes, missing, away [{name, until}], would_hold, remarks {error, warning, notice, codes}}.
        """
        found = self.status
        tally = asdict(found.tally) | {"waiting": found.tally.waiting} if found.tally else None
        return {
            "week": str(found.week),
            "state": found.state,
            **{name: write_instant(at) for name, at in (("now", found.now), ("freeze", found.freeze))},
            "send": write_instant(found.send),
            "next": self.next,
            "approval": _plain(found.approval),
            "pause": _plain(found.pause),
            "held": found.held,
            "skipped": found.skipped,
            "readers": found.readers,
            "tally": tally,
            "faults": list(found.faults),
            "faulty": list(self.faulty),
            "contents": self.contents.as_json() if self.contents else None,
        }


def _plain(one: Approval | Pause | None) -> dict[str, object] | None:
    return asdict(one) | {"at": write_instant(one.at)} if one else None


# What it holds -------------------------------------------------------------------------------------


def overview(room: Newsroom, week: Week, store: Store) -> Overview:
    """Where the week stands and what it would print now, with every remark. Nothing is written."""
    found = status(room, week, store)
    if found.state == "skipped":
        return Overview(status=found, contents=None, faulty=(), next=next_step(room, found))
    try:
        made = composed(room, week_inputs(room, week, store), store=store)
    except FaultyFiles as fault:
        return Overview(
            status=found,
            contents=None,
            faulty=fault.faults,
            next=f"Mend these files, then look again:  newsletter status {week}",
        )
    stale = () if found.closed else nothing_for_long(room, store, found.now)
    contents = _contents(room, found, made, week_remarks(room, store, made), stale)
    coming = next_step(
        room,
        found,
        errors=len(errors_in(made.remarks)),
        would_hold=contents.would_hold,
        has_news=bool(contents.stories),
    )
    return Overview(status=found, contents=contents, faulty=(), next=coming)


def _contents(room: Newsroom, found: Status, made: Composed, about: Sequence[Remark], stale: Sequence[str]) -> Contents:
    draft, issue, members = made.draft, made.draft.issue, room.settings.members
    takes = tuple(
        FiledTake(
            path=placed.take.path,
            line=placed.take.line,
            author=member.name if (member := member_named(placed.take.author, members)) else placed.take.author,
            outcome=placed.outcome,
            story=placed.story,
            reason=placed.reason if placed.outcome == "held" else "",
        )
        for placed in draft.placements
    )
    filed = {member.id for take in takes if (member := member_named(take.author, members)) is not None}
    turn = turn_of(members, issue.week, room.settings.schedule, room.settings.week.zone)
    left = found.state in ("sent", "corrected")
    marks = _wish_marks(made.inputs, draft)
    others, more = _others(made, marks)
    return Contents(
        title=issue.title,
        subject=issue.subject,
        topic=issue.topic,
        stories=(*_printed(made, marks), *others),
        more=more,
        takes=takes,
        missing=() if left else tuple(member.name for member in turn.missing(filed)),
        away=() if left else tuple((member.name, away.last) for member, away in turn.away if member.id not in filed),
        would_hold=() if found.closed else (*draft.held, *stale),
        remarks=in_order((*made.remarks, *about)),
    )


def _printed(made: Composed, marks: Mapping[str, tuple[str, ...]]) -> tuple[ListedStory, ...]:
    """Stories with takes, then headlines, as printed."""
    scores = {ranked.story.id: ranked.score for ranked in made.draft.ranked}
    return tuple(
        ListedStory(
            story=story.id,
            headline=story.headline,
            link=story.link,
            score=scores.get(story.id),
            sources=_sources(story),
            takes=tuple(take.author for take in story.takes),
            printed=True,
            marks=marks.get(story.id, ()),
        )
        for story in (*made.draft.issue.stories, *made.draft.issue.headlines)
    )


def _others(made: Composed, marks: Mapping[str, tuple[str, ...]]) -> tuple[tuple[ListedStory, ...], int]:
    """The best that are not printed, with all that were dropped; and how many more there are."""
    draft = made.draft
    proposed = [r for r in draft.ranked if r.story.proposed and draft.fates[r.story.id].rule not in PRINTED]
    shown = [r for at, r in enumerate(proposed) if at < _CANDIDATES or draft.fates[r.story.id].rule == "dropped"]
    found = []
    for ranked in shown:
        mark = _MARKS.get(draft.fates[ranked.story.id].rule)
        found.append(
            ListedStory(
                story=ranked.story.id,
                headline=ranked.story.headline,
                link=ranked.story.link,
                score=ranked.score,
                sources=tuple(name for _, name in ranked.sources),
                takes=(),
                printed=False,
                marks=(*((mark,) if mark else ()), *marks.get(ranked.story.id, ())),
            )
        )
    return tuple(found), len(proposed) - len(shown)


def _sources(story: PrintedStory) -> tuple[str, ...]:
    names = (story.source, *(credit.source for credit in story.also_covered))
    return tuple(dict.fromkeys(name for name in names if name))


def _wish_marks(inputs: Inputs, draft: Draft) -> Mapping[str, tuple[str, ...]]:
    """What issue.toml did to each story, by id."""
    desk, wishes = inputs.desk, inputs.desk.wishes
    if not (wishes.pin or wishes.order or wishes.retitle or wishes.merge or wishes.split):
        return {}
    wished = as_wished(desk.news, wishes, desk.takes, until=desk.window.end)
    wanted = wished.wanted
    pinned = Wanted(order=tuple(sorted(wanted.pin))).places(own=draft.own)
    ordered = wanted.places(own=draft.own)
    merged = {id_ for id_, of in wished.origins.items() if len(of) > 1}
    marks: dict[str, tuple[str, ...]] = {}
    for story in (*(r.story for r in draft.ranked), *draft.own):
        said = {
            "pinned": story.id in pinned,
            "placed": story.id in ordered and story.id not in pinned,
            "retitled": story.headline in wanted.retitle.values(),
            "merged": story.id in merged,
            "parted": story.id in wished.origins and story.id not in merged,
        }
        if any(said.values()):
            marks[story.id] = tuple(mark for mark, holds in said.items() if holds)
    return marks
