"""Entries that are certainly one story: the same page, or the same headline elsewhere. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from newsletter.desk.stories.forms import one_form
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
#: A feed is of the page or of the site that more than half of its entries stand on.
_MOSTLY = 0.5


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
    sizes = Counter(entry.feed for entry in ordered)
    sites = Counter((entry.feed, host_of(entry.link)) for entry in ordered if entry.link)
    for anchors in pages.values():
        one_place = sum(1 for a in anchors if a) <= 1
        together = [sorted(i for places in anchors.values() for i in places)] if one_place else anchors.values()
        for places in together:
            if len(places) > 1 and _tells_several(ordered, stems, places, sizes, sites):
                yield from _agreeing(ordered, stems, places)
                continue
            for i, j in pairwise(places):
                if _one_telling(ordered, stems, i, j):
                    yield i, j


def _one_telling(ordered: Sequence[Entry], stems: Sequence[Sequence[str]], i: int, j: int) -> bool:
    return ordered[j].dated - ordered[i].dated <= _ONE_PAGE or not set(stems[i]).isdisjoint(stems[j])


def _tells_several(
    ordered: Sequence[Entry],
    stems: Sequence[Sequence[str]],
    places: Sequence[int],
    sizes: Mapping[str, int],
    sites: Mapping[tuple[str, str], int],
) -> bool:
    """Whether a feed of this page, or of the site that it is the front of, says unlike things of it.

    A status page and a log of changes have a feed to themselves; a forum gives one page twice under two titles.
    `sizes` and `sites` count the entries of each feed, in all and by host.
    """
    here = Counter(ordered[i].feed for i in places)
    host, front = host_of(ordered[places[0]].link), _is_front(ordered[places[0]].link)
    own = {feed for feed, n in here.items() if (sites[feed, host] if front else n) > _MOSTLY * sizes[feed]}
    last: dict[str, int] = {}
    for j in places:
        i = last.get(ordered[j].feed)
        last[ordered[j].feed] = j
        if i is None or ordered[j].feed not in own or ordered[i].id == ordered[j].id:
            continue
        if _one_telling(ordered, stems, i, j) and not _agree(ordered, stems, i, j):
            return True
    return False


def _is_front(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.path.strip("/") and not parts.query


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
    """Whether two headlines are equal, or share half the words of one and are not one form, as two versions are."""
    one, other = ordered[i].title, ordered[j].title
    its, others = tuple(dict.fromkeys(stems[i])), tuple(dict.fromkeys(stems[j]))
    shared = len(set(its).intersection(others))
    return one == other or (
        shared > 0 and 2 * shared >= min(len(its), len(others)) and not one_form(one, its, other, others)
    )


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
