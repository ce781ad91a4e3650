"""What an operator does to the feeds: find and add one, undo a move, read kept documents again. I/O: network, disk"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from newsletter.errors import NotReady, UsageFault
from newsletter.files.feeds_toml import add_feeds, new_id
from newsletter.model.feeds import Feed
from newsletter.newsroom.collection.feed_list import feeds_in
from newsletter.newsroom.collection.probing import Probed, Source, probe
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import nearest
from newsletter.wire.examine import Examined
from newsletter.wire.moves import undone

#: Where sites that name no feed often have one.
_USUAL_PLACES = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
#: Feeds that a page names; more are archives and comments.
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feed that was found: its address, after redirects if they are permanent, and what is in it."""

    url: str
    title: str
    examined: Examined


def find(room: Newsroom, url: str, *, intranet: bool = False) -> tuple[Candidate, ...]:
    """The feeds at an address: itself, else those that its page names, else those at the usual places of its site.

    Never empty. Raises UsageFault with the reason if there is none.
    """
    addresses = (url,) if "://" in url else (f"https://{url}", f"http://{url}")
    for address in addresses:
        (first,) = _probed(room, (address,), intranet=intranet)
        if first.status:
            break
    if first.examined.parsed.kind == "feed":
        return (_candidate(first),)
    named = first.examined.parsed.discovers[:_MOST_NAMED]
    page = first.url or address
    others = named or tuple(urljoin(page, place) for place in _USUAL_PLACES) if first.status == 200 else ()
    found = [_candidate(one) for one in _probed(room, others, intranet=intranet) if one.examined.parsed.kind == "feed"]
    if found:
        return tuple({one.url: one for one in found}.values())
    raise UsageFault(
        f"{address}: {first.examined.parsed.problem}; no feed was found there.",
        mend="Look on the site for a link called RSS, Atom or Feed, and name its address.",
    )


def proposed(room: Newsroom, candidate: Candidate, *, section: str = "", intranet: bool = False) -> Feed:
    """The feed as it would stand in feeds.toml. Raises UsageFault if its address stands there already."""
    feeds = feeds_in(room)
    twin = next((feed for feed in feeds if _same_address(feed.url, candidate.url)), None)
    if twin is not None:
        raise UsageFault(f'feeds.toml has this feed already: "{twin.id}" on line {twin.line}.')
    name = candidate.title or (urlsplit(candidate.url).hostname or candidate.url).removeprefix("www.")
    return Feed(
        id=new_id(name, candidate.url, {feed.id for feed in feeds}),
        name=name,
        url=candidate.url,
        site=candidate.examined.parsed.site,
        section=section,
        intranet=intranet,
    )


def add(room: Newsroom, feed: Feed) -> None:
    """Write the feed to the end of feeds.toml; every byte before it stays."""
    add_feeds(room.root, (feed,))


def undo_move(room: Newsroom, store: Store, feed_id: str) -> Feed:
    """Ask the feed at its address in feeds.toml again, and never again follow this move by ourselves.

    Raises UsageFault for a feed that is not there, NotReady for one that has not moved.
    """
    feeds = {feed.id: feed for feed in feeds_in(room)}
    if feed_id not in feeds:
        near = nearest(feed_id, feeds)
        raise UsageFault(f'There is no feed "{feed_id}" in feeds.toml.', mend=f'Did you mean "{near}"?' if near else "")
    state = next((state for state in store.news.feed_states() if state.feed == feed_id), None)
    if state is None or state.move is None or state.move.state == "undone":
        raise NotReady(f'The feed "{feed_id}" has not moved.')
    store.news.set_move(feed_id, undone(state.move))
    return feeds[feed_id]


def _probed(room: Newsroom, urls: tuple[str, ...], *, intranet: bool) -> tuple[Probed, ...]:
    sources = [Source(name=url, intranet=intranet) for url in urls]
    return probe(sources, collecting=room.settings.collecting, now=room.clock.now(), hosts=room.hosts)


def _candidate(one: Probed) -> Candidate:
    # Where a redirect leads for today is not the feed's address.
    url = one.url if one.moved else one.source
    return Candidate(url=url, title=one.examined.parsed.title, examined=one.examined)


def _same_address(one: str, other: str) -> bool:
    return one.partition("://")[2].rstrip("/").lower() == other.partition("://")[2].rstrip("/").lower()
