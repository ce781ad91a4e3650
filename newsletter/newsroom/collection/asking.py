"""Which feeds may be asked now, at which address, and with what. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import FaultyFiles
from newsletter.model.feeds import Feed, FeedOutcome, FeedState
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.fetch import Request
from newsletter.wire.moves import address_to_ask
from newsletter.wire.standing import GAP_IS_NEWS, hurry, may_ask, usable


@dataclass(frozen=True, slots=True)
class Hasty:
    """Feeds that turn over faster than the slots come, by id, and since when they are due."""

    feeds: frozenset[str]
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A collection before it begins."""

    #: In the order of feeds.toml, those that are not asked included.
    feeds: tuple[Feed, ...]
    #: How each feed stood before, by id; a feed at another address begins afresh.
    states: dict[str, FeedState]
    #: Feeds that have entries in the store.
    known: frozenset[str]
    #: To be asked now.
    requests: tuple[Request, ...]
    #: A row for each of the others, by its feed's id.
    waiting: dict[str, FeedOutcome]


def asking(room: Newsroom, store: Store, feeds: Sequence[Feed], *, every: bool = False) -> Asking:
    """Which of these may be asked now: all but those that are switched off, or whose server or publisher says "later".

    With `every` the publishers' hints and our own back-off are passed over; a server's Retry-After never is.
    """
    now = room.clock.now()
    states = {state.feed: state for state in store.news.feed_states()}
    known = frozenset(feed for feed, state in states.items() if state.first_good is not None)
    states |= {feed.id: _afresh(feed) for feed in feeds if _is_another(feed, states.get(feed.id))}
    requests: list[Request] = []
    waiting: dict[str, FeedOutcome] = {}
    for feed in feeds:
        state = states.get(feed.id)
        answer = may_ask(feed, state, now, every=every)
        if feed.enabled and answer.now:
            url = address_to_ask(feed, state.move if state else None)
            requests.append(Request(feed=feed, url=url, validators=usable(state, now)))
        else:
            until = f"{answer.why} until {room.local(answer.at)}" if feed.enabled and answer.at else ""
            waiting[feed.id] = FeedOutcome(
                feed=feed.id,
                name=feed.name,
                state="waiting" if feed.enabled else "off",
                problem=until,
                last_good=state.last_good if state else None,
            )
    return Asking(feeds=tuple(feeds), states=states, known=known, requests=tuple(requests), waiting=waiting)


def _is_another(feed: Feed, state: FeedState | None) -> bool:
    """Whether feeds.toml names another address than the one that all we know was learnt of."""
    return state is not None and bool(state.asked) and state.asked != feed.url


def _afresh(feed: Feed) -> FeedState:
    """Another address is another feed, with a backlog of its own; only its entries are recognised."""
    return FeedState(feed=feed.id, asked=feed.url)


def hasty(room: Newsroom, store: Store) -> Hasty | None:
    """The feeds to ask now, between the slots, because they lost entries between two fetches; None if none is due.

    None as well while feeds.toml cannot be read: the collect slots say so, and the rest of the week goes on.
    """
    now = room.clock.now()
    gaps = store.news.latest_gaps(now - GAP_IS_NEWS, now)
    if not gaps:
        return None
    try:
        asked = {feed.id: feed.url for feed in sound_feeds(room)[0] if feed.enabled}
    except FaultyFiles:
        return None
    due = {
        state.feed: at
        for state in store.news.feed_states()
        if state.feed in gaps
        and asked.get(state.feed) == state.asked
        and (at := hurry(state, gaps[state.feed], now)) is not None
        and at <= now
    }
    return Hasty(frozenset(due), max(due.values())) if due else None
