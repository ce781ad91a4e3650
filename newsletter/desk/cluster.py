"""Group entries that tell one story: the same address, or the same headline in another feed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from itertools import pairwise

from newsletter.links import Identity, Link, anchor, identity
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Story
from newsletter.text import content_words, fold, slug

#: Headlines of fewer words ("Here's the latest") are shared by chance.
_ENOUGH_WORDS = 4
#: The same words further apart are a series, not a story.
_NEAR_IN_TIME = timedelta(days=5)


def stories(
    entries: Sequence[Entry],
    feeds: Mapping[str, Feed],
    *,
    proposed: frozenset[tuple[str, str]],
) -> tuple[Story, ...]:
    """Group entries into stories, oldest first; the order of the entries makes no difference.

    `proposed` holds (feed, id) of the entries that the window admits: a story is proposed if one of its
    entries is. Ids are unique among the stories returned.
    """
    ordered = sorted(entries, key=lambda e: (e.dated, e.feed, e.id))
    groups = [_lead_first(group, feeds) for group in _groups(ordered)]
    groups.sort(key=lambda g: (min(e.dated for e in g), g[0].feed, g[0].id))
    names = _ids([g[0] for g in groups])
    return tuple(
        _story(name, group, any((e.feed, e.id) in proposed for e in group))
        for name, group in zip(names, groups, strict=True)
    )


def _groups(ordered: Sequence[Entry]) -> list[list[Entry]]:
    parent = list(range(len(ordered)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(i: int, j: int) -> None:
        low, high = sorted((root(i), root(j)))
        parent[high] = low

    for group in _by_address(ordered):
        for i in group[1:]:
            join(group[0], i)
    by_headline: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(ordered):
        if len(content_words(entry.title)) >= _ENOUGH_WORDS:
            by_headline[fold(entry.title)].append(i)
    for same_words in by_headline.values():
        for i, j in pairwise(same_words):
            one, other = ordered[i], ordered[j]
            if one.feed != other.feed and other.dated - one.dated <= _NEAR_IN_TIME:
                join(i, j)
    found: dict[int, list[Entry]] = defaultdict(list)
    for i, entry in enumerate(ordered):
        found[root(i)].append(entry)
    return list(found.values())


def _by_address(ordered: Sequence[Entry]) -> list[list[int]]:
    """Indexes that share an address; two different fragments on one page are two pieces of news."""
    pages: dict[Identity, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, entry in enumerate(ordered):
        page = identity(entry.link) if entry.link else None
        if page is not None:
            pages[page][anchor(entry.link)].append(i)
    joined = []
    for anchors in pages.values():
        if len([a for a in anchors if a]) <= 1:
            joined.append(sorted(i for places in anchors.values() for i in places))
        else:
            joined.extend(anchors.values())
    return joined


def _lead_first(group: Sequence[Entry], feeds: Mapping[str, Feed]) -> tuple[Entry, ...]:
    """Publishers before aggregators, who only point; then the first to tell it."""

    def rank(entry: Entry) -> tuple[bool, bool, object, str, str]:
        feed = feeds.get(entry.feed)
        return (feed is not None and feed.aggregator, not entry.link, entry.dated, entry.feed, entry.id)

    return tuple(sorted(group, key=rank))


def _ids(leads: Sequence[Entry]) -> list[str]:
    """A short id for each; those that would share one get more words, at last a mark of their own."""
    ids = [""] * len(leads)
    open_places = list(range(len(leads)))
    taken: set[str] = set()
    for most in (3, 4, 6, 9):
        wanted: dict[str, list[int]] = defaultdict(list)
        for i in open_places:
            wanted[slug(leads[i].title, most=most)].append(i)
        for name, places in wanted.items():
            if len(places) == 1 and name not in taken:
                ids[places[0]] = name
                taken.add(name)
        open_places = [i for i in open_places if not ids[i]]
    for i in open_places:
        mark = blake2b(f"{leads[i].feed}\n{leads[i].id}".encode(), digest_size=4).hexdigest()
        ids[i] = f"{slug(leads[i].title)}-{mark}"
    return ids


def _story(name: str, group: tuple[Entry, ...], proposed: bool) -> Story:
    lead = group[0]
    # A story is found under the names of its former headlines as well.
    aliases = sorted({slug(title) for e in group for title in (e.title, *e.former_titles)} - {name})
    dates = [e.published for e in group if e.published is not None]
    return Story(
        id=name,
        headline=lead.title,
        link=lead.link or next((e.link for e in group if e.link), Link("")),
        entries=group,
        aliases=tuple(aliases),
        summary=lead.summary or next((e.summary for e in group if e.summary), ""),
        language=lead.language,
        published=lead.published or (min(dates) if dates else None),
        proposed=proposed,
    )
