"""Who published an entry's page and how far they are trusted: originals told from pointers and copies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from newsletter.links import host_of, identity, registrable
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Story, Telling
from newsletter.model.sources import Sources
from newsletter.text import fold

#: What parts the names in a line of authors: "By Ann Lee, Reuters", "Ann Lee (The Verge)", "Ann Lee for Wired".
_BETWEEN = re.compile(r"\s*[,;/|·•()\[\]]\s*|\s+[-–—]\s+|\s*\b(?:by|via|for|of|from|at|with|and)\b\s*", re.I)
#: What stands behind a headline: "… - Reuters", "… | Wired", "… (Ann Lee/Reuters)".
_SUFFIX = re.compile(r"\s(?:[-–—|·]\s([^|()]{2,40})|\(([^()]{2,60})\))\s*$")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class Publishers:
    """Tells of entries how they count for their stories, by the feeds and sources of one ranking.

    The publisher is who owns the page, whichever feed led to it: what a paper printed was published by the paper, also
    where we know it through an aggregator, which adds no second voice. A stranger's page, neither listed nor
    subscribed to, that only an aggregator led to has nobody's word but that of the aggregator's readers, and they
    count as points. A page on an aggregator's own host is no publisher's. A copy counts as its original where it
    names it, else as nobody's.
    """

    def __init__(self, feeds: Mapping[str, Feed], sources: Sources) -> None:
        self._feeds, self._sources = feeds, sources
        self._domains: dict[str, str] = {}
        self._homes: dict[str, tuple[str, ...]] = {}
        self._subscribed: frozenset[str] | None = None

    def tellings(self, story: Story) -> tuple[Telling, ...]:
        """One for each entry of the story, in their order."""
        return tuple(map(self.telling, story.entries))

    def telling(self, entry: Entry) -> Telling:
        """How the entry counts for its story."""
        feed = self._feeds.get(entry.feed)
        publisher, weight = self._counted(entry, feed)
        return Telling(feed=entry.feed, name=feed.name if feed else entry.feed, publisher=publisher, weight=weight)

    def _counted(self, entry: Entry, feed: Feed | None) -> tuple[str, float]:
        host = self._page_host(entry.link) or (host_of(feed.site or feed.url) if feed else "")
        if _lies_below(host, self._sources.aggregators):
            return "", 0.0
        if _lies_below(host, self._sources.syndicators):
            original = self._original(entry)
            return original, self._weight(original, None) if original else 0.0
        domain = self._domain(host) if host else entry.feed
        if feed is not None and feed.aggregator and (not host or not self._is_known(domain, feed)):
            return "", 0.0
        return domain, self._weight(domain, feed)

    def _page_host(self, link: str) -> str:
        """The host behind redirectors, mobile and mirrored pages; "" if there is no address."""
        if not link:
            return ""
        typed, canonical = host_of(link), identity(link)
        host = re.split(r"[/?#:]", canonical, maxsplit=1)[0] if canonical else ""
        # Platforms that number their pages are one host to an identity, and as many publishers as they have names.
        return typed if not host or (host in self._sources.shared and typed.endswith("." + host)) else host

    def _original(self, copy: Entry) -> str:
        """The publisher that a copy names, in its line of authors or behind its headline; "" if it names none."""
        for credit in _credits(copy):
            named = self._sources.names.get(fold(credit), "")
            if not named and _DOMAIN.fullmatch(credit.lower()):
                domain = self._domain(credit.lower().removeprefix("www."))
                named = domain if domain in self._sources.weights else ""
            if named and not _lies_below(named, self._sources.aggregators | self._sources.syndicators):
                return named
        return ""

    def _is_known(self, domain: str, aggregator: Feed) -> bool:
        """Whether somebody but the aggregator vouches for the domain."""
        if self._subscribed is None:
            feeds = (feed for feed in self._feeds.values() if not feed.aggregator)
            self._subscribed = frozenset(domain for feed in feeds for domain in self._home(feed))
        listed = self._listed(domain) is not None and domain not in self._home(aggregator)
        return listed or domain in self._subscribed

    def _weight(self, publisher: str, feed: Feed | None) -> float:
        """A weight given to the feed counts for its own pages; the table's line, or the default, for all others."""
        weight = self._listed(publisher)
        if feed is not None and feed.weight is not None and not feed.aggregator:
            # A feed that names no site may live with a host of feeds: then every page that nobody lists is its own.
            own = publisher in (*self._home(feed), feed.id) or (weight is None and not feed.site)
            weight = feed.weight if own else weight
        return self._sources.default if weight is None else weight

    def _listed(self, publisher: str) -> float | None:
        """The weight of the domain, or of the host that it shares with others; None if neither is listed."""
        name = publisher
        while name:
            if name in self._sources.weights:
                return self._sources.weights[name]
            name = name.partition(".")[2]
        return None

    def _home(self, feed: Feed) -> tuple[str, ...]:
        """The domains that a feed calls its own; empty if it has no address."""
        if feed.id not in self._homes:
            hosts = [self._page_host(address) for address in (feed.site, feed.url) if address]
            self._homes[feed.id] = tuple(dict.fromkeys(self._domain(host) for host in hosts if host))
        return self._homes[feed.id]

    def _domain(self, host: str) -> str:
        if host not in self._domains:
            self._domains[host] = registrable(host, self._sources.shared) or host
        return self._domains[host]


@lru_cache(maxsize=4096)
def _lies_below(host: str, hosts: frozenset[str]) -> bool:
    """Whether the host is one of these, or a host below one."""
    while host and host not in hosts:
        host = host.partition(".")[2]
    return bool(host)


def _credits(copy: Entry) -> Iterator[str]:
    """Names that the copy may give its original, likeliest first."""
    behind = _SUFFIX.search(copy.title)
    for line in (copy.author, (behind[1] or behind[2]) if behind else ""):
        if line.strip():
            yield line.strip()
            # The publication comes last: "Ann Lee/Reuters".
            yield from reversed([part for part in _BETWEEN.split(line) if part.strip()])
