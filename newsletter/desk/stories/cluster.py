"""Group entries that tell one story: by address, by headline, by likeness; and stories of one affair. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.desk.stories.certain import certain_groups
from newsletter.desk.stories.grouping import join_alike
from newsletter.desk.stories.ids import story_ids
from newsletter.desk.stories.near_misses import near_misses
from newsletter.desk.stories.telling import lead_first, story_told_by
from newsletter.desk.stories.threads import threads
from newsletter.desk.stories.words import words_of
from newsletter.desk.vectors import clean_title, tokens
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, NearMiss, Story, TermCounts
from newsletter.text import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """The stories of a week, and what came out by the way."""

    #: Oldest first.
    stories: tuple[Story, ...]
    #: Of the headlines of all entries.
    terms: TermCounts
    #: Pairs of proposed stories that may be one, likeliest first, each once; may be empty.
    near: tuple[NearMiss, ...] = ()


def stories(
    entries: Sequence[Entry],
    feeds: Mapping[str, Feed],
    *,
    proposed: frozenset[tuple[str, str]],
    since: datetime | None = None,
) -> Grouped:
    """Group entries into stories; neither the order of the entries nor that of the feeds makes a difference.

    `proposed` holds (feed, id) of the entries that the window admits: a story is proposed if one of its entries
    is. Entries dated before `since` are joined by address and headline only, and tell how rare words are.
    Ids are unique among the stories returned, and those of proposed ones do not depend on the others.
    """
    ordered = sorted(entries, key=lambda e: (e.dated, e.feed, e.id, e.title, e.link))
    old = sum(1 for e in ordered if since is not None and e.dated < since)
    stems = [tokens(clean_title(entry.title)) for entry in ordered]
    said = [words_of(entry, stems[i]) for i, entry in enumerate(ordered[old:], start=old)]
    certain = certain_groups(ordered, stems)
    recent = [[i - old for i in group if i >= old] for group in certain]
    seen_before = Counter(stem for told in stems[:old] for stem in set(told))
    joined = join_alike(said, [group for group in recent if group], seen_before, old)

    older = {new[0]: group[: len(group) - len(new)] for new, group in zip(recent, certain, strict=True) if new}
    groups = [[*(i for j in new for i in older.get(j, ())), *(j + old for j in new)] for new in joined.groups]
    groups += [group for new, group in zip(recent, certain, strict=True) if not new]
    found = _stories([[ordered[i] for i in group] for group in groups], feeds, proposed)

    told = [number for number in range(len(joined.groups)) if found[number].proposed]
    for follower, leader in threads(said, [joined.groups[number] for number in told]).items():
        number = told[follower]
        found[number] = replace(found[number], thread=found[told[leader]].id)
    story_of = {i: found[number] for number, group in enumerate(joined.groups) for i in group}
    near = near_misses(
        [(ordered[i + old], ordered[j + old], story_of[i], story_of[j], value) for i, j, value in joined.nearly],
        joined.weighed.rarities,
    )
    in_order = sorted(found, key=lambda s: (min(e.dated for e in s.entries), s.entries[0].feed, s.entries[0].id))
    return Grouped(stories=tuple(in_order), terms=_terms(stems), near=near)


def _terms(stems: Sequence[Sequence[str]]) -> TermCounts:
    counts = Counter(stem for told in stems for stem in set(told))
    return TermCounts(entries=len(stems), counts=dict(sorted(counts.items())))


def _stories(
    groups: Sequence[Sequence[Entry]], feeds: Mapping[str, Feed], proposed: frozenset[tuple[str, str]]
) -> list[Story]:
    """One story for each group, in their order."""

    def only_points(entry: Entry) -> bool:
        return (feed := feeds.get(entry.feed)) is not None and feed.aggregator

    told = [lead_first(group, only_points) for group in groups]
    admitted = [any((e.feed, e.id) in proposed for e in group) for group in told]
    names = {title: slug(title) for group in told for e in group for title in (e.title, *e.former_titles)}
    # The week's own stories choose their ids first, in the order in which we saw them.
    order = sorted(range(len(told)), key=lambda n: (not admitted[n], *_seen(told[n])))
    ids = dict(zip(order, story_ids([told[n][0] for n in order], names), strict=True))
    return [
        story_told_by(group, name=ids[n], names=names.__getitem__, proposed=admitted[n]) for n, group in enumerate(told)
    ]


def _seen(group: Sequence[Entry]) -> tuple[datetime, str, str]:
    return min((e.first_seen, e.feed, e.id) for e in group)
