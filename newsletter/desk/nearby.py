"""Which of the week's stories are nearest to what somebody wrote before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.desk.members import member_named
from newsletter.desk.vectors import Vector, clean_title, cosine, tokens, vector
from newsletter.model.issue import Draft, Printed
from newsletter.model.members import Member
from newsletter.model.news import Ranked, TermCounts

#: A story with so many takes has enough of them.
_ENOUGH_TAKES = 2
#: Only the best of the week are proposed, however near others are.
_BEST = 150
#: Issues after which half of what newness adds to a take is gone, and how many are looked back on: people move on.
_HALF_LIFE, _LOOKED_BACK = 6, 80
#: A headline counts so many times a take's own words: those say what it was about.
_HEADLINE = 2
#: Likeness below which two texts share a word and nothing else.
_LEAST = 0.1
#: Words that are shown as the reason.
_SHOWN = 3
_SPLIT = re.compile(r"[^\s,;:!?()\[\]\"“”‘’«»…]+")
#: What became of a story that nobody need write on.
_CLOSED = frozenset(("dropped", "repeat", "outside", "thread"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A story to write on. `shared` are its words that stand in earlier takes too, weightiest first.

    Empty where the story is proposed for its place alone.
    """

    story: str
    headline: str
    #: "" if it has none.
    link: str
    takes: int
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """The stories that a take can still be written on, best first, and how many each has."""

    ranked: tuple[Ranked, ...]
    takes: Mapping[str, int]
    terms: TermCounts


def open_stories(draft: Draft, terms: TermCounts) -> Open:
    """Those of the week that are neither dropped nor printed before, one of each thread, with fewer than two takes."""
    takes: dict[str, int] = {}
    for placement in draft.placements:
        if placement.story:
            takes[placement.story] = takes.get(placement.story, 0) + 1
    threads: set[str] = set()
    kept = []
    for ranked in draft.ranked:
        story = ranked.story
        fate = draft.fates.get(story.id)
        if not story.proposed or (fate is not None and fate.rule in _CLOSED) or (story.thread or story.id) in threads:
            continue
        threads.add(story.thread or story.id)
        if takes.get(story.id, 0) < _ENOUGH_TAKES:
            kept.append(ranked)
    return Open(tuple(kept[:_BEST]), takes, terms)


def nearby(
    member: Member, found: Open, *, memory: Sequence[Printed], members: Sequence[Member], most: int = 3
) -> tuple[Near, ...]:
    """At most so many open stories, nearest first, to what the member wrote in the issues of `memory` (oldest first).

    Newer issues weigh more. Where fewer are near, or nothing was written, the best without a take follow.
    """
    written = tuple(_written(member, memory, members, found.terms))
    scored = []
    for place, ranked in enumerate(found.ranked) if written else ():
        words = vector(tokens(_text(ranked)), found.terms)
        weights = [newness * cosine(words, one) for newness, one in written]
        weight = max(weights)
        if weight >= _LEAST and (shared := tuple(_shared(ranked, words, written[weights.index(weight)][1]))):
            scored.append((-weight, place, _near(ranked, found, shared)))
    near = [one for _, _, one in sorted(scored, key=lambda item: item[:2])][:most]
    named = {one.story for one in near}
    for ranked in found.ranked:
        if len(near) < most and ranked.story.id not in named and not found.takes.get(ranked.story.id):
            near.append(_near(ranked, found, ()))
    return tuple(near)


def _written(
    member: Member, memory: Sequence[Printed], members: Sequence[Member], terms: TermCounts
) -> Iterator[tuple[float, Vector]]:
    """Each take of the member with the headline it stood under, newest first: its weight, 1 to ½, and its words."""
    for age, issue in enumerate(reversed(memory[-_LOOKED_BACK:])):
        newness = 0.5 + 0.5 ** (1 + age / _HALF_LIFE)
        for author, text, headline in issue.takes:
            writer = member_named(author, members)
            if writer is not None and writer.id == member.id:
                yield newness, vector(tokens(clean_title(headline)) * _HEADLINE + tokens(text), terms)


def _text(ranked: Ranked) -> str:
    """The headline twice, for it counts more, and the summary."""
    title = clean_title(ranked.story.headline)
    return f"{title} {title} {ranked.story.summary}"


def _shared(ranked: Ranked, words: Vector, written: Vector) -> Iterator[str]:
    """The words of the headline, else of the summary, that bring the two together, weightiest first."""
    for text in (clean_title(ranked.story.headline), ranked.story.summary):
        typed: dict[str, str] = {}
        for word in _SPLIT.findall(text):
            for stem in tokens(word):
                typed.setdefault(stem, word.strip(".'’"))
        common = [stem for stem in typed if stem in written and stem in words]
        common.sort(key=lambda stem: (-words[stem] * written[stem], stem))
        if common:
            yield from dict.fromkeys(typed[stem] for stem in common[:_SHOWN])
            return


def _near(ranked: Ranked, found: Open, shared: tuple[str, ...]) -> Near:
    story = ranked.story
    return Near(
        story=story.id,
        headline=story.headline,
        link=story.link,
        takes=found.takes.get(story.id, 0),
        shared=shared,
    )
