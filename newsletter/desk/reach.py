"""Which entries of the last weeks an issue needs: the window's, and older ones that somebody names. Pure.

Sixty days of a busy wire are 40,000 entries, of which a week proposes 5,000 and its takes name a few. The others are
passed over by a glimpse: nobody would ask for them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from newsletter.links import identity, looks_like_address
from newsletter.model.issue import Take, Wishes
from newsletter.model.news import Glimpse
from newsletter.model.week import Window
from newsletter.text import content_words, words

#: What was typed can only mean a headline that has this part of its words, by their rarity: one with less is neither
#: accepted nor asked about.
_PART = 0.25
#: Words are told by so many letters, which forgives an ending or a slip; cutting stems of every headline of two months
#: would take longer than all the rest.
_LETTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Entries by (feed, id): those that the window admits, and all that are to be read."""

    proposed: frozenset[tuple[str, str]]
    needed: frozenset[tuple[str, str]]
    #: Entries dated from here on are compared by their words.
    since: datetime


def references(takes: Iterable[Take], wishes: Wishes) -> tuple[str, ...]:
    """Everything by which a take or a wish may name a story, each once."""
    typed = [text for take in takes for text in (take.ref, take.link, take.headline)]
    groups = (wishes.pin, wishes.drop, wishes.order, wishes.split, tuple(wishes.retitle), *wishes.merge)
    return tuple(dict.fromkeys(text for text in (*typed, *(ref for group in groups for ref in group)) if text))


def reach(
    glimpses: Sequence[Glimpse],
    window: Window,
    *,
    late_grace: timedelta,
    named: Sequence[str],
    resolved: Mapping[str, str],
) -> Reach:
    """What of the last weeks belongs to the window, shares a page with what does, or may be meant by `named`.

    `resolved` are short links and where they lead.
    """
    proposed = {(one.feed, one.id): one for one in glimpses if _admits(window, one, late_grace)}
    since = window.start - late_grace
    pages = _pages(proposed.values(), named, resolved)
    wanted = _Wanted(named, glimpses)
    needed = {
        (one.feed, one.id)
        for one in glimpses
        if (one.published or one.first_seen) >= since
        or (one.feed, one.id) in proposed
        or one.identity in pages
        or (one.discussion and identity(one.discussion) in pages)
        or any(map(wanted.may_mean, (one.title, *one.former_titles)))
    }
    return Reach(proposed=frozenset(proposed), needed=frozenset(needed), since=since)


def _admits(window: Window, one: Glimpse, late_grace: timedelta) -> bool:
    return window.admits(
        published=one.published, first_seen=one.first_seen, previous_fetch=one.previous_fetch, late_grace=late_grace
    )


def _pages(proposed: Iterable[Glimpse], named: Iterable[str], resolved: Mapping[str, str]) -> frozenset[str]:
    pages = {one.identity for one in proposed if one.identity}
    for ref in named:
        for word in ref.split() if "://" in ref else (ref,):
            link = resolved.get(word, word)
            if looks_like_address(link) and (page := identity(link)) is not None:
                pages.add(page)
    # Entries are stored under the short link that they came with.
    return frozenset((*pages, *_short(pages, resolved)))


def _short(pages: set[str], resolved: Mapping[str, str]) -> Iterator[str]:
    for link, target in resolved.items():
        if identity(target) in pages and (page := identity(link)) is not None:
            yield page


class _Wanted:
    """The words of what was typed, weighed by how rare they are in two months, ready to be compared with headlines."""

    def __init__(self, named: Iterable[str], glimpses: Sequence[Glimpse]) -> None:
        typed = [_heads(ref, telling=True) for ref in named if not looks_like_address(ref)]
        wanted = frozenset(head for heads in typed for head in heads)
        found = Counter(head for one in glimpses for head in _heads(one.title) & wanted) if wanted else Counter()
        self._worth = {head: math.log(1 + len(glimpses) / (1 + found[head])) for head in wanted}
        self._with: dict[str, list[int]] = defaultdict(list)
        self._enough = [_PART * sum(self._worth[head] for head in heads) for heads in typed]
        for place, heads in enumerate(typed):
            for head in heads:
                self._with[head].append(place)

    def may_mean(self, headline: str) -> bool:
        """Whether the headline has enough of something typed to be able to be meant by it."""
        shared: dict[int, float] = defaultdict(float)
        for head in sorted(_heads(headline) & self._with.keys()):
            for place in self._with[head]:
                shared[place] += self._worth[head]
        return any(worth >= self._enough[place] for place, worth in shared.items())


@lru_cache(maxsize=16384)
def _heads(text: str, *, telling: bool = False) -> frozenset[str]:
    """The beginnings of the words; `telling` leaves out those that carry no meaning."""
    return frozenset(word[:_LETTERS] for word in words(text) if not telling or content_words(word))
