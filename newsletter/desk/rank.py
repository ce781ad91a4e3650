"""Score stories by who carries them; every term of the sum is kept and shown. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from newsletter.links import host_of
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Ranked, Story, Term

_WEEK = timedelta(days=7)


def rank(stories: Sequence[Story], feeds: Mapping[str, Feed], *, until: datetime) -> tuple[Ranked, ...]:
    """Stories by falling score, 0 to 80; ties by date, then id. `until` is the end of the window.

    Recency alone is worth little inside one week; distinct publishers and trust in them are worth most.
    """
    ranked = [score(story, feeds, until=until) for story in stories]
    return tuple(sorted(ranked, key=lambda r: (-r.score, r.story.published or until, r.story.id)))


def score(story: Story, feeds: Mapping[str, Feed], *, until: datetime) -> Ranked:
    publishers: dict[str, tuple[float, str]] = {}
    for entry in story.entries:
        feed = feeds.get(entry.feed)
        if feed is None or feed.aggregator:
            continue
        publisher = host_of(entry.link) or feed.id
        if publisher not in publishers or publishers[publisher][0] < feed.weight:
            publishers[publisher] = (feed.weight, feed.name)
    weights = [weight for weight, _ in publishers.values()]
    carried = 60 * min(1.0, math.log2(1 + sum(weights)) / 3)
    best = 10 * max(weights, default=0.0)
    age = max(timedelta(0), until - story.published) if story.published else _WEEK
    fresh = 5 * max(0.0, 1 - age / _WEEK)
    named = ", ".join(f"{name} {weight:g}" for weight, name in publishers.values()) or "only aggregators"
    terms = (
        Term("carried by", round(carried, 2), named),
        Term("best source", round(best, 2), f"weight {max(weights, default=0.0):g}"),
        Term("fresh", round(fresh, 2), f"{age.days} days old"),
    )
    return Ranked(story, round(sum(t.value for t in terms), 2), terms, sources(story.entries, feeds))


def sources(entries: Sequence[Entry], feeds: Mapping[str, Feed]) -> tuple[tuple[str, str], ...]:
    """The feeds that carried a story as (id, name), the lead's first, each once."""
    return tuple(dict.fromkeys((e.feed, feeds[e.feed].name if e.feed in feeds else e.feed) for e in entries))
