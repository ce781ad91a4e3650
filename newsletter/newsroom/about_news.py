"""What the editors should know of the news itself: headlines that changed, feeds that need a look. I/O: SQLite"""

from __future__ import annotations

from dataclasses import replace

from newsletter.errors import FaultyFiles
from newsletter.model.issue import Draft
from newsletter.model.remarks import Remark
from newsletter.newsroom.feed_health import FeedHealth, feed_health
from newsletter.newsroom.headlines import changed_headlines
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store


def about_news(room: Newsroom, store: Store, draft: Draft) -> tuple[Remark, ...]:
    """A warning for each take whose headline changed, each feed that needs a look, and each fault of feeds.toml."""
    changed, found = changed_headlines(draft, store, room.clock.now()), _health(room, store)
    if found is None:
        return changed
    feeds = [
        Remark(
            "feeds.toml",
            found.lines[one.feed],
            "warning" if one.needs_a_look else "notice",
            "feed-health",
            f"{one.name}: {one.words}",
            (one.mend,) if one.mend else (),
        )
        for one in found.feeds
        # What was done by itself, such as a move, is a notice.
        if one.needs_a_look or one.mend
    ]
    # The other feeds are read all the same; none of this keeps the week from leaving.
    return (*changed, *feeds, *(replace(fault, level="warning") for fault in found.faults))


def of_feeds(room: Newsroom, store: Store) -> tuple[str, ...]:
    """The same of the feeds alone, a line each, for a letter; may be empty."""
    found = _health(room, store)
    if found is None:
        return ()
    said = (f"{one.name}: {one.words}" for one in found.feeds if one.needs_a_look)
    return (*said, *(f"feeds.toml, line {fault.line}: {fault.what}" for fault in found.faults))


def _health(room: Newsroom, store: Store) -> FeedHealth | None:
    """How the feeds are; None while feeds.toml cannot be read: whoever needs it says that."""
    try:
        return feed_health(room, store)
    except FaultyFiles:
        return None
