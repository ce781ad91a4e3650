"""How every feed is, and what our asking costs the publishers. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from newsletter.model.remarks import Remark
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.health import Health, health, worst_first
from newsletter.wire.manners import Totals, totals

#: How far back the habits of a feed are looked at: its fetches, and what it brought.
_LOG, _ARRIVALS = timedelta(days=60), timedelta(days=400)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """Every sound feed of feeds.toml, the worst first, what was asked of them all, and the faults of the others."""

    feeds: tuple[Health, ...]
    totals: Totals
    #: By id: where feeds.toml names it.
    lines: Mapping[str, int]
    faults: tuple[Remark, ...]


def feed_health(room: Newsroom, store: Store) -> FeedHealth:
    """How the feeds are now. Raises FaultyFiles if feeds.toml cannot be read."""
    now, (feeds, faults) = room.clock.now(), sound_feeds(room)
    states = {state.feed: state for state in store.news.feed_states()}
    rows, arrivals = store.news.fetch_rows(now - _LOG), store.news.arrivals(now - _ARRIVALS)
    found = [health(f, states.get(f.id), rows.get(f.id, ()), arrivals.get(f.id, ()), now) for f in feeds]
    asked = [row for feed in feeds for row in rows.get(feed.id, ())]
    return FeedHealth(worst_first(found), totals(asked, feeds), {feed.id: feed.line for feed in feeds}, faults)
