"""Score stories by who published them; every term of the sum is kept and shown. Pure."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from newsletter.desk.choice.publishers import Publishers
from newsletter.model.feeds import Feed
from newsletter.model.news import Ranked, Story, Telling, Term
from newsletter.model.sources import Sources
from newsletter.text import content_words, words

_WEEK = timedelta(days=7)
#: The basis of a term names so many publishers; more are counted.
_NAMED = 8
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")


def rank(
    stories: Sequence[Story], feeds: Mapping[str, Feed], sources: Sources, *, until: datetime
) -> tuple[Ranked, ...]:
    """Stories by falling score, 0 to 100; ties by date, then id. `until` is the end of the window."""
    publishers = Publishers(feeds, sources)
    ranked = [score(story, publishers.tellings(story), topics=sources.topics, until=until) for story in stories]
    return tuple(sorted(ranked, key=lambda r: (-r.score, r.story.published or until, r.story.id)))


def unscored(stories: Sequence[Story], feeds: Mapping[str, Feed], sources: Sources) -> tuple[Ranked, ...]:
    """Stories that only a take may bring in, in their order: without a score until one does."""
    publishers = Publishers(feeds, sources)
    found = ((story, publishers.tellings(story)) for story in stories)
    return tuple(Ranked(story, 0.0, (), sources_of(tellings), tellings) for story, tellings in found)


def with_score(ranked: Ranked, *, topics: Sequence[str], until: datetime) -> Ranked:
    """The story with its score, if it has none and its tellings are known; else as it is."""
    if ranked.terms or not ranked.tellings:
        return ranked
    return score(ranked.story, ranked.tellings, topics=topics, until=until)


def score(story: Story, tellings: Sequence[Telling], *, topics: Sequence[str], until: datetime) -> Ranked:
    """The story with its score, 0 to 100, and the five terms that add up to it, each rounded to 0.01.

    Needs no feeds, so that a story made of others can be scored by their tellings. `topics` are as written.
    """
    trust = _trust(tellings)
    best = max(trust.values(), default=0.0)
    summands = (
        Term("carried by", 60 * min(1.0, math.log2(1 + sum(trust.values())) / 3), _in_words(trust)),
        _topic(story, tuple(topics)),
        Term("best source", 10 * best, next((f"{name} {best:g}" for name, w in trust.items() if w == best), "none")),
        _points(story, tellings),
        _fresh(story, until),
    )
    terms = tuple(Term(term.name, round(term.value, 2), term.basis) for term in summands)
    return Ranked(story, round(sum(term.value for term in terms), 2), terms, sources_of(tellings), tuple(tellings))


def sources_of(tellings: Sequence[Telling]) -> tuple[tuple[str, str], ...]:
    """The feeds that carried a story as (id, name), the lead's first, each once."""
    return tuple(dict.fromkeys((telling.feed, telling.name) for telling in tellings))


# The terms -----------------------------------------------------------------------------------------


def _trust(tellings: Sequence[Telling]) -> dict[str, float]:
    """The weight of each publisher under the name to be shown, the most trusted first."""
    found: dict[str, tuple[float, str]] = {}
    for telling in tellings:
        if telling.publisher and telling.weight >= found.get(telling.publisher, (0.0, ""))[0]:
            # Where there is no address, the feed's id stands for the publisher.
            name = telling.name if telling.publisher == telling.feed else telling.publisher
            found[telling.publisher] = (telling.weight, name)
    ordered = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    return {name: weight for _, (weight, name) in ordered}


def _in_words(trust: Mapping[str, float]) -> str:
    if not trust:
        return "no publisher that counts: only pointed at, or copied without a word of whose it is"
    shown = [f"{name} {weight:g}" for name, weight in list(trust.items())[:_NAMED]]
    more = f" and {len(trust) - _NAMED} more" if len(trust) > _NAMED else ""
    return f"{len(trust)} publisher{'s' if len(trust) > 1 else ''}: {', '.join(shown)}{more}"


def _topic(story: Story, topics: tuple[str, ...]) -> Term:
    if not topics:
        return Term("topic", 0.0, "no topics are listed")
    named = _topics(topics).named_in((story.headline, *(entry.title for entry in story.entries)))
    return Term("topic", 15 * min(1.0, len(named) / 2), ", ".join(named) or "no listed topic in its headlines")


def _points(story: Story, tellings: Sequence[Telling]) -> Term:
    known = [(entry.points, i) for i, entry in enumerate(story.entries) if entry.points is not None]
    if not known:
        return Term("points", 0.0, "points unknown")
    points, i = max(known, key=lambda one: (one[0], -one[1]))
    where = tellings[i].name if i < len(tellings) else story.entries[i].feed
    basis = f"{points:,} point{'' if points == 1 else 's'} at {where}"
    return Term("points", 10 * min(1.0, math.log1p(max(0, points)) / 7), basis)


def _fresh(story: Story, until: datetime) -> Term:
    if story.published is None:
        return Term("fresh", 0.0, "no date")
    age = max(timedelta(0), until - story.published)
    basis = {0: "less than a day old", 1: "1 day old"}.get(age.days, f"{age.days} days old")
    return Term("fresh", 5 * max(0.0, 1 - age / _WEEK), basis)


# Topics --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Topics:
    """Topics by the stem that they begin with: the stems that follow, the place in the list, the topic as written."""

    by_stem: Mapping[str, Sequence[tuple[tuple[str, ...], int, str]]]

    def named_in(self, headlines: Iterable[str]) -> tuple[str, ...]:
        """Topics that stand in one of the headlines, each once, in the order of the list."""
        found: set[tuple[int, str]] = set()
        for headline in dict.fromkeys(headlines):
            stems = _stems(headline)
            for i, stem in enumerate(stems):
                for rest, place, topic in self.by_stem.get(stem, ()):
                    if stems[i + 1 : i + 1 + len(rest)] == rest:
                        found.add((place, topic))
        return tuple(topic for _, topic in sorted(found))


@lru_cache(maxsize=4)
def _topics(written: tuple[str, ...]) -> _Topics:
    """The topics ready to be looked up; of several with the same stems the first counts."""
    phrases: dict[tuple[str, ...], tuple[int, str]] = {}
    for place, topic in enumerate(written):
        if stems := _stems(topic):
            phrases.setdefault(stems, (place, topic))
    by_stem = defaultdict(list)
    for stems, (place, topic) in phrases.items():
        by_stem[stems[0]].append((stems[1:], place, topic))
    return _Topics(by_stem)


def _stems(text: str) -> tuple[str, ...]:
    """The stems of all words, common ones included ("open source"), with initials as one word ("A.I.")."""
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), text)
    return tuple(stem for word in words(joined) for stem in _stems_of(word))


@lru_cache(maxsize=32768)
def _stems_of(word: str) -> tuple[str, ...]:
    return content_words(word) or (word,)
