"""Entries that are certainly one story: the same page, or the same headline elsewhere. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from newsletter.desk.vectors import clean_title
from newsletter.links import Identity, anchor, host_of, identity
from newsletter.model.news import Entry
from newsletter.text import fold

#: Headlines of fewer words ("Here's the latest") are shared by chance.
_ENOUGH_WORDS = 4
#: The same words further apart are a series, not a story.
_NEAR_IN_TIME = timedelta(days=5)
#: A page that tells something else so much later is a front page or a log: then the headlines must agree as well.
_ONE_PAGE = timedelta(days=7)


def certain_groups(ordered: Sequence[Entry], stems: Sequence[Sequence[str]]) -> list[list[int]]:
    """Places of entries that are one story, each group in order, groups by their first; singles included.

    The entries must be ordered by time; `stems` are those of their headlines.
    """
    parent = list(range(len(ordered)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in (*_by_address(ordered, stems), *_by_headline(ordered, stems)):
        low, high = sorted((root(i), root(j)))
        parent[high] = low
    found: dict[int, list[int]] = defaultdict(list)
    for i in range(len(ordered)):
        found[root(i)].append(i)
    return list(found.values())


def _by_address(ordered: Sequence[Entry], stems: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    """Two fragments on one page are two pieces of news, and the page itself is neither."""
    pages: dict[Identity, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, entry in enumerate(ordered):
        page = identity(entry.link) if entry.link else None
        if page is not None:
            pages[page][anchor(entry.link)].append(i)
    for anchors in pages.values():
        one_place = sum(1 for a in anchors if a) <= 1
        together = [sorted(i for places in anchors.values() for i in places)] if one_place else anchors.values()
        for places in together:
            for i, j in pairwise(places):
                if ordered[j].dated - ordered[i].dated <= _ONE_PAGE or not set(stems[i]).isdisjoint(stems[j]):
                    yield i, j


def _by_headline(ordered: Sequence[Entry], stems: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    # Equal headlines have equal stems; few need to be compared letter by letter.
    alike: dict[Sequence[str], list[int]] = defaultdict(list)
    for i, told in enumerate(stems):
        if len(told) >= _ENOUGH_WORDS:
            alike[tuple(told)].append(i)
    for some in alike.values():
        same: dict[str, list[int]] = defaultdict(list)
        for i in some if len(some) > 1 else ():
            same[fold(clean_title(ordered[i].title))].append(i)
        for places in same.values():
            for i, j in pairwise(places):
                one, other = ordered[i], ordered[j]
                if other.dated - one.dated <= _NEAR_IN_TIME and not _a_series(one, other):
                    yield i, j


def _a_series(one: Entry, other: Entry) -> bool:
    """Whether a feed says the same of two pages of one site; an aggregator that points to two sites means one thing."""
    if one.feed != other.feed:
        return False
    return not one.link or not other.link or host_of(one.link) == host_of(other.link)
