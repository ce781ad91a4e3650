"""The stories that a week proposes, best first, with what an editor chooses by. I/O: disk, SQLite"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.desk.compose import compose
from newsletter.desk.past.memory import Memory
from newsletter.model.fates import PRINTED, Rule
from newsletter.model.news import NearMiss, Ranked
from newsletter.model.week import Week
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import clip

_CLIP = 96
#: Pairs and sub-stories that are listed for reading; programs get all.
_PAIRS = 20
_SIBLINGS = 6
#: What is said of a story that is not simply further down.
_MARKS: Mapping[Rule, str] = {
    "told": "printed",
    "pinned": "printed, pinned",
    "headline": "printed",
    "thread": "printed below its thread",
    "dropped": "dropped",
    "repeat": "printed before",
    "publisher": "its publisher has enough",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStory:
    """One story on the list. `sources` are feeds by name, the lead's first; `takes` how many stand under it."""

    place: int
    story: str
    headline: str
    link: str
    score: float
    sources: tuple[str, ...]
    published: date | None
    takes: int
    rule: Rule
    because: str
    thread: str
    #: "headline (title of its issue)" of what it may continue; "" if nothing.
    continues: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryList:
    """The list of a week: stories by falling score, and pairs that may be one story, likeliest first."""

    week: Week
    stories: tuple[ListedStory, ...]
    near: tuple[NearMiss, ...]

    def as_json(self) -> dict[str, object]:
        """All of it, for programs."""
        return {
            "week": str(self.week),
            "stories": [
                {
                    "place": one.place,
                    "story": one.story,
                    "headline": one.headline,
                    "link": one.link,
                    "score": one.score,
                    "sources": list(one.sources),
                    "published": one.published.isoformat() if one.published else None,
                    "takes": one.takes,
                    "printed": one.rule in PRINTED,
                    "rule": one.rule,
                    "because": one.because,
                    "thread": one.thread,
                    "continues": one.continues,
                }
                for one in self.stories
            ],
            "near": [
                {"stories": [pair.one, pair.other], "likeness": pair.likeness, "shared": list(pair.shared)}
                for pair in self.near
            ],
        }

    def lines(self, *, most: int) -> Iterator[str]:
        """For reading: so many stories at most, each thread once with its sub-stories below; 0 lists all."""
        if not self.stories:
            yield f"{self.week} has no story yet: collect feeds, or file a take."
        shown = 0
        threads: dict[str, list[ListedStory]] = {}
        for one in self.stories:
            if one.thread:
                threads.setdefault(one.thread, []).append(one)
        for one in self.stories:
            siblings = threads.get(one.thread, [])
            if siblings and siblings[0] is not one:
                continue
            if most and shown == most:
                yield f"… and {len(self.stories) - one.place + 1} further down (--all)"
                break
            shown += 1
            yield _line(one)
            yield from (f"        · {_line(other).strip()}" for other in siblings[1 : 1 + _SIBLINGS])
            if len(siblings) > 1 + _SIBLINGS:
                yield f"        · and {len(siblings) - 1 - _SIBLINGS} more of this thread"
        yield from self._pairs()

    def _pairs(self) -> Iterator[str]:
        headlines = {one.story: one.headline for one in self.stories}
        pairs = [pair for pair in self.near if {pair.one, pair.other} <= headlines.keys()]
        if pairs:
            yield ""
            yield "Possibly the same, and not joined (merge in issue.toml joins them):"
        for pair in pairs[:_PAIRS]:
            yield f"  #{pair.one} + #{pair.other}: both say {', '.join(pair.shared)}"
            yield from (f'      "{clip(headlines[name], _CLIP)}"' for name in (pair.one, pair.other))
        if len(pairs) > _PAIRS:
            yield f"  and {len(pairs) - _PAIRS} pairs less alike"


def story_list(room: Newsroom, week: Week, store: Store) -> StoryList:
    """The week's stories as wishes and takes leave them now. Nothing is written."""
    inputs = week_inputs(room, week, store)
    draft = compose(inputs.desk)
    memory = Memory(tuple(inputs.desk.memory), inputs.desk.news.terms)
    takes = Counter(placement.story for placement in draft.placements if placement.story)
    proposed = [r for r in draft.ranked if r.story.proposed or r.story.id in takes]
    zone = room.settings.week.zone
    found = []
    for place, ranked in enumerate(proposed, start=1):
        story, fate = ranked.story, draft.fates[ranked.story.id]
        before = memory.may_continue(story)
        found.append(
            ListedStory(
                place=place,
                story=story.id,
                headline=story.headline,
                link=story.link,
                score=ranked.score,
                sources=_sources(ranked),
                published=story.published.astimezone(zone).date() if story.published else None,
                takes=takes[story.id],
                rule=fate.rule,
                because=fate.because,
                thread=story.thread,
                continues=f'"{before.headline}" ({before.reference.title})' if before else "",
            )
        )
    return StoryList(week=week, stories=tuple(found), near=draft.near)


def _sources(ranked: Ranked) -> tuple[str, ...]:
    names: Sequence[tuple[str, str]] = ranked.sources
    return tuple(name for _, name in names)


def _line(one: ListedStory) -> str:
    more = f" and {len(one.sources) - 2} more" if len(one.sources) > 2 else ""
    told = ", ".join(one.sources[:2]) + more
    when = f", {one.published:%d %b}" if one.published else ""
    marks = [
        f"{one.takes} take{'s' if one.takes > 1 else ''}" if one.takes else "",
        _MARKS.get(one.rule, ""),
        f"may continue {one.continues}" if one.continues else "",
    ]
    said = "; ".join(mark for mark in marks if mark)
    return f"{one.score:5.1f}  #{one.story}  {clip(one.headline, _CLIP)} ({told}{when})" + (
        f"  [{said}]" if said else ""
    )
