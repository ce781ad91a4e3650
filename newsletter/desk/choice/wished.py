"""The stories as the chief editor wishes them: parted, joined, under other headlines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from newsletter.desk.choice.rank import score
from newsletter.desk.choice.regroup import regroup
from newsletter.desk.choice.wish import Wanted, read_wanted
from newsletter.desk.same import Same
from newsletter.desk.takes.attach import with_headline
from newsletter.desk.takes.match import StoryFinder
from newsletter.model.issue import Take, Wishes
from newsletter.model.news import News, Ranked, Story, Telling
from newsletter.model.remarks import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What the issue is chosen from. `finder` knows every story under the headline that it has now."""

    ranked: tuple[Ranked, ...]
    wanted: Wanted
    finder: StoryFinder
    #: Id of a story that wishes made → the ids of those that it was made of.
    origins: Mapping[str, frozenset[str]]
    remarks: tuple[Remark, ...]


def as_wished(news: News, wishes: Wishes, takes: Sequence[Take], *, until: datetime) -> Wished:
    """Part, join and retitle; read the other wishes as ids of what comes of it. `until` is the end of the window."""

    def find(ranked: Sequence[Ranked]) -> StoryFinder:
        return StoryFinder(tuple(r.story for r in ranked), news.terms, news.resolved)

    def scored(story: Story, tellings: Sequence[Telling]) -> Ranked:
        return score(story, tellings, topics=news.topics, until=until)

    grouped = regroup(news.ranked, wishes, find=find, score=scored)
    finder = find(grouped.ranked) if grouped.origins else _finder(Same(news))
    wanted, remarks = read_wanted(wishes, finder, takes)
    ranked = tuple(
        replace(r, story=with_headline(r.story, wanted.retitle[r.story.id])) if r.story.id in wanted.retitle else r
        for r in grouped.ranked
    )
    return Wished(
        ranked=ranked,
        wanted=wanted,
        finder=find(ranked) if wanted.retitle else finder,
        origins=grouped.origins,
        remarks=(*grouped.remarks, *remarks),
    )


@lru_cache(maxsize=2)
def _finder(news: Same[News]) -> StoryFinder:
    """The stories as the wire brought them, with the indexes that were made by asking."""
    return StoryFinder(tuple(r.story for r in news.it.ranked), news.it.terms, news.it.resolved)
