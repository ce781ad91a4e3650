"""Why a story is in the issue, or why not: the sum, the feeds, the rule, the mend. I/O: disk, SQLite"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.clock import utc
from newsletter.desk.choice.rank import with_score
from newsletter.desk.compose import compose
from newsletter.desk.noticed import continuation_of
from newsletter.desk.past.memory import Memory
from newsletter.desk.takes.match import StoryFinder
from newsletter.domains import registrable
from newsletter.errors import UsageFault
from newsletter.files.state import read_state
from newsletter.links import host_of, looks_like_address
from newsletter.model.fates import PRINTED, Continued, Fate
from newsletter.model.issue import Draft, Placement
from newsletter.model.news import NearMiss, Ranked, Story, Term
from newsletter.model.week import Week
from newsletter.newsroom.collection.feed_health import feed_health
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.inputs import Inputs, week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import clip

_BARE_ID = re.compile(r"#?[\w-]+")
_CLIP = 90
_FROZEN = "{week} is frozen: it knows only what it prints, what its takes named, and a few stories in reserve."
#: Stories of one thread that are listed.
_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One entry that told the story. `publisher` is "" where it only points, or copies without naming its original."""

    feed: str
    headline: str
    link: str
    published: datetime | None
    publisher: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Everything that decided on one story of a week."""

    week: Week
    story: str
    headline: str
    link: str
    #: 0 to 100, the sum of `terms`; no terms where only a take tells it.
    score: float
    terms: tuple[Term, ...]
    #: Its place among the stories that the week proposes, from 1, and how many those are; 0 if it is not among them.
    place: int
    of: int
    carried: tuple[Carried, ...]
    fate: Fate
    #: Where each take that names it stands: path, author, outcome.
    takes: tuple[tuple[str, str, str], ...] = ()
    #: Stories of its thread, and stories that may be the same with the words they share: id, headline, words.
    thread: tuple[tuple[str, str], ...] = ()
    near: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    continued: Continued | None = None

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "week": str(self.week),
            "story": self.story,
            "headline": self.headline,
            "link": self.link,
            "printed": self.fate.rule in PRINTED,
            "rule": self.fate.rule,
            "because": self.fate.because,
            "change": self.fate.change,
            "score": self.score,
            "terms": [{"name": t.name, "value": t.value, "basis": t.basis} for t in self.terms],
            "place": self.place,
            "of": self.of,
            "carried": [
                {
                    "feed": c.feed,
                    "headline": c.headline,
                    "link": c.link,
                    "published": c.published.isoformat() if c.published else None,
                    "publisher": c.publisher,
                    "weight": c.weight,
                }
                for c in self.carried
            ],
            "takes": [{"path": path, "author": author, "outcome": outcome} for path, author, outcome in self.takes],
            "thread": [{"story": name, "headline": headline} for name, headline in self.thread],
            "near": [{"story": n, "headline": headline, "shared": list(words)} for n, headline, words in self.near],
            "continues": None
            if self.continued is None
            else {
                "headline": self.continued.earlier,
                "issue": self.continued.issue,
                "week": self.continued.week,
                "likeness": self.continued.likeness,
            },
        }

    def lines(self) -> Iterator[str]:
        """For reading, the answer first."""
        yield f'#{self.story}  "{self.headline}"'
        yield f"  {self.link}" if self.link else "  without an address"
        yield ""
        yield ("Printed: " if self.fate.rule in PRINTED else "Not printed: ") + self.fate.because
        if self.fate.change:
            yield f"  To change that: {self.fate.change}"
        yield from (f"  {author}: {outcome} ({path})" for path, author, outcome in self.takes)
        if self.terms:
            yield ""
            place = f", place {self.place} of {self.of}" if self.place else ""
            yield f"Score {self.score:.2f} of 100{place}:"
            yield from (f"  {t.value:5.2f}  {t.name}: {t.basis}" for t in self.terms)
        if self.carried:
            yield ""
            yield f"Carried by {len(self.carried)}:"
            yield from (f"  {_carried_line(one)}" for one in self.carried)
        yield from _told("Of the same thread:", (f'#{name} "{clip(head, _CLIP)}"' for name, head in self.thread))
        yield from _told(
            "Possibly the same, and not joined:",
            (f'#{name} "{clip(head, _CLIP)}" (both say {", ".join(words)})' for name, head, words in self.near),
        )
        if self.near:
            yield f'  To join them, in issue.toml: merge = [["#{self.story}", "#{self.near[0][0]}"]]'
        if (before := self.continued) is not None:
            yield ""
            yield f'May continue "{clip(before.earlier, _CLIP)}" of {before.issue} ({before.week}).'


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What can be said of an address or words that no story of the week answers to."""

    week: Week
    ref: str
    #: Sentences, the weightiest first; never empty.
    said: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "ref": self.ref,
            "printed": False,
            "rule": "unknown",
            "because": list(self.said),
        }

    def lines(self) -> Iterator[str]:
        yield f"No story of {self.week} answers to {self.ref}."
        yield from (f"  {sentence}" for sentence in self.said)


def why(room: Newsroom, week: Week, store: Store, ref: str) -> Reasons:
    """Why a story stands where it stands; printed or not. Nothing is written.

    `ref` is an id with or without "#", an address, or a headline. Raises UsageFault if it names no story of the week,
    or several.
    """
    found = _found(room, week, store, ref)
    if isinstance(found, Reasons):
        return found
    mend = "\n    ".join(found.said)
    raise UsageFault(f'No story of {week} is certain to be "{ref}".', mend=mend)


def why_not(room: Newsroom, week: Week, store: Store, ref: str) -> Reasons | Unknown:
    """The rule that keeps a story out, and what would have to change; of an unknown address, why no feed brought it."""
    return _found(room, week, store, ref)


def _found(room: Newsroom, week: Week, store: Store, ref: str) -> Reasons | Unknown:
    inputs = week_inputs(room, week, store, asked=(ref,))
    draft = compose(inputs.desk)
    stories = _every_story(draft)
    finder = StoryFinder(tuple(r.story for r in stories), inputs.desk.news.terms, inputs.desk.news.resolved)
    match = finder.find(ref)
    if match.how in (None, "near") and _BARE_ID.fullmatch(ref):
        # A "#" is lost where a shell reads it as the beginning of a comment.
        by_id = finder.find("#" + ref.removeprefix("#"))
        match = by_id if by_id.story is not None or not match.candidates else match
    if match.story is not None and match.how != "near":
        frozen = read_state(room.root, week).frozen is not None
        found = next(r for r in stories if r.story is match.story)
        ranked = with_score(found, topics=inputs.desk.news.topics, until=inputs.window.end)
        return _reasons(ranked, inputs, draft, frozen=frozen)
    likely = [f'#{story.id} "{clip(story.headline, _CLIP)}"' for story in match.candidates[:5]]
    if likely:
        return Unknown(week=week, ref=ref, said=("Perhaps you mean one of these:", *likely))
    if looks_like_address(ref) and host_of(ref):
        return Unknown(week=week, ref=ref, said=tuple(_about_address(room, ref, inputs, store)))
    said = ["Name it by its #id, its address or its headline (newsletter stories)."]
    if read_state(room.root, week).frozen is not None:
        said.insert(0, _FROZEN.format(week=week))
    return Unknown(week=week, ref=ref, said=tuple(said))


def _every_story(draft: Draft) -> tuple[Ranked, ...]:
    """Stories as the wishes left them, then those that only a take tells."""
    return (*draft.ranked, *(Ranked(story, 0.0, (), ()) for story in draft.own))


def _reasons(ranked: Ranked, inputs: Inputs, draft: Draft, *, frozen: bool) -> Reasons:
    story = ranked.story
    # Of a frozen week only some stories are left: a place among them would tell nothing.
    proposed = [] if frozen else [r.story.id for r in draft.ranked if r.story.proposed]
    headlines = {r.story.id: r.story.headline for r in draft.ranked}
    return Reasons(
        week=inputs.desk.week,
        story=story.id,
        headline=story.headline,
        link=story.link,
        score=ranked.score,
        terms=ranked.terms,
        place=proposed.index(story.id) + 1 if story.id in proposed else 0,
        of=len(proposed),
        carried=tuple(_carried(ranked)),
        fate=draft.fates[story.id],
        takes=tuple(_takes(story, draft.placements)),
        thread=tuple(
            (r.story.id, r.story.headline)
            for r in draft.ranked
            if story.thread and r.story.thread == story.thread and r.story.id != story.id
        ),
        near=tuple(_near(story.id, draft.near, headlines)),
        continued=continuation_of(story, Memory(tuple(inputs.desk.memory), inputs.desk.news.terms)),
    )


def _carried(ranked: Ranked) -> Iterator[Carried]:
    for place, entry in enumerate(ranked.story.entries):
        telling = ranked.tellings[place] if place < len(ranked.tellings) else None
        yield Carried(
            feed=telling.name if telling else dict(ranked.sources).get(entry.feed, entry.feed),
            headline=entry.title,
            link=entry.link,
            published=entry.published,
            publisher=telling.publisher if telling else "",
            weight=telling.weight if telling else 0.0,
        )


def _takes(story: Story, placements: Sequence[Placement]) -> Iterator[tuple[str, str, str]]:
    for placement in placements:
        if placement.story == story.id or (placement.outcome in ("held", "apart") and story.id in placement.candidates):
            words = placement.outcome + (f", {placement.reason}" if placement.outcome == "held" else "")
            yield placement.take.path, placement.take.author, words


def _near(
    name: str, near: Sequence[NearMiss], headlines: Mapping[str, str]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for pair in near:
        if name in (pair.one, pair.other):
            other = pair.other if pair.one == name else pair.one
            yield other, headlines.get(other, other), pair.shared


def _carried_line(one: Carried) -> str:
    when = f", {utc(one.published):%d %b}" if one.published else ""
    counts = f"{one.publisher} counts {one.weight:g}" if one.publisher else "points only, counts as no publisher"
    return f'{one.feed}{when}: "{clip(one.headline, _CLIP)}" ({counts})'


def _told(heading: str, lines: Iterable[str]) -> Iterator[str]:
    said = [f"  {line}" for line in lines]
    if said:
        yield from ("", heading, *said[:_MOST])
        if len(said) > _MOST:
            yield f"  and {len(said) - _MOST} more"


# Addresses that no story has -------------------------------------------------------------------------


def _about_address(room: Newsroom, ref: str, inputs: Inputs, store: Store) -> Iterator[str]:
    before = Memory(tuple(inputs.desk.memory)).address_before(ref)
    if before is not None:
        yield f"It was printed in {before.reference.title} ({before.reference.week})."
        yield "A take that names it stands apart, with a word on that issue, unless it says  again: yes"
        return
    kept = store.news.of_address(ref)
    for entry in kept[:3]:
        when = f"of {utc(entry.published):%d %b %Y}" if entry.published else "without a date"
        seen = f"first seen {utc(entry.first_seen):%d %b %Y}"
        yield f'{entry.feed} brought it, "{clip(entry.title, _CLIP)}", {when}, {seen}.'
    if not kept:
        yield from _about_site(room, ref, store)
    if read_state(room.root, inputs.desk.week).frozen is not None:
        yield _FROZEN.format(week=inputs.desk.week)
        yield "A take that names this address brings it into the next issue:  newsletter take ADDRESS."
        return
    if kept:
        yield f"That is further back than {inputs.desk.week} reaches by itself."
    yield "A take that names this address brings it in: the address on the first line, or  newsletter take ADDRESS."


def _about_site(room: Newsroom, ref: str, store: Store) -> Iterator[str]:
    site = registrable(host_of(ref))
    feeds = sound_feeds(room)[0]
    theirs = [feed for feed in feeds if site in {registrable(host_of(url)) for url in (feed.url, feed.site) if url}]
    if not theirs:
        yield f"None of the {len(feeds)} feeds in feeds.toml is of {site}.  To collect it:  newsletter feeds add https://{site}/"
        return
    health = {one.feed: one for one in feed_health(room, store).feeds}
    for feed in theirs:
        rules = [
            key
            for key, set_ in (("include", feed.include), ("exclude", feed.exclude), ("max_items", feed.max_items))
            if set_
        ]
        filtered = f" Its {' and '.join(rules)} in feeds.toml may have left it out." if rules else ""
        one = health.get(feed.id)
        words = f" {one.words}" if one is not None and one.needs_a_look else ""
        yield f"{feed.name} is of that site and has not brought it so far.{words}{filtered}"
