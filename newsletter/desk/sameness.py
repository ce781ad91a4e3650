"""Entries that are certainly one story: the same page, or the same headline elsewhere. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from newsletter.desk.forms import one_form
from newsletter.desk.vectors import clean_title
from newsletter.links import Identity, anchor, host_of, identity
from newsletter.model.news import Entry
from newsletter.text import headline_key

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
            if _tells_several(ordered, stems, places):
                yield from _agreeing(ordered, stems, places)
                continue
            for i, j in pairwise(places):
                if ordered[j].dated - ordered[i].dated <= _ONE_PAGE or not set(stems[i]).isdisjoint(stems[j]):
                    yield i, j


def _tells_several(ordered: Sequence[Entry], stems: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """Whether one feed says unlike things of a page: a status page, a log of changes, a front page."""
    last: dict[str, int] = {}
    for j in places if len(places) > 1 else ():
        i = last.get(ordered[j].feed, j)
        if ordered[i].id != ordered[j].id and not _agree(ordered, stems, i, j):
            return True
        last[ordered[j].feed] = j
    return False


def _agreeing(
    ordered: Sequence[Entry], stems: Sequence[Sequence[str]], places: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """Of the entries of such a page those whose headlines agree, each with the last before it that has a word of it."""
    last: dict[object, int] = {}
    for j in places:
        # An entry that its feed gives twice is one entry, whatever it is called by now.
        itself = (ordered[j].feed, ordered[j].id)
        if itself in last:
            yield last[itself], j
        for i in sorted({last[key] for key in (ordered[j].title, *stems[j]) if key in last}):
            if _agree(ordered, stems, i, j):
                yield i, j
        last.update(dict.fromkeys((itself, ordered[j].title, *stems[j]), j))


def _agree(ordered: Sequence[Entry], stems: Sequence[Sequence[str]], i: int, j: int) -> bool:
    """Whether two headlines share a word and are not one form: "Kestrel 4.1" and "Kestrel 4.2" are two changes."""
    one, other = ordered[i].title, ordered[j].title
    its, others = tuple(dict.fromkeys(stems[i])), tuple(dict.fromkeys(stems[j]))
    return one == other or (not set(its).isdisjoint(others) and not one_form(one, its, other, others))


def _by_headline(ordered: Sequence[Entry], stems: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    # Equal headlines have equal stems; few need to be compared letter by letter.
    alike: dict[Sequence[str], list[int]] = defaultdict(list)
    for i, told in enumerate(stems):
        if len(told) >= _ENOUGH_WORDS:
            alike[tuple(told)].append(i)
    for some in alike.values():
        same: dict[str, list[int]] = defaultdict(list)
        for i in some if len(some) > 1 else ():
            same[headline_key(clean_title(ordered[i].title))].append(i)
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
