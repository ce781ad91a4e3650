"""What the editors should know of the news itself: headlines that changed, feeds that need a look. I/O: SQLite"""

from __future__ import annotations

from newsletter.errors import FaultyFiles
from newsletter.model.issue import Draft
from newsletter.model.remarks import Remark
from newsletter.newsroom.feed_health import feed_health
from newsletter.newsroom.feed_list import feeds_in
from newsletter.newsroom.headlines import changed_headlines
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.health import Health


def about_news(room: Newsroom, store: Store, draft: Draft) -> tuple[Remark, ...]:
    """A warning for each take whose headline changed, and one for each feed that needs a look."""
    found = feeds_to_look_at(room, store)
    lines = {feed.id: feed.line for feed in feeds_in(room)} if found else {}
    feeds = [
        Remark(
            "feeds.toml",
            lines[one.feed],
            "warning",
            "feed-health",
            f"{one.name}: {one.words}",
            (one.mend,) if one.mend else (),
        )
        for one in found
    ]
    return (*changed_headlines(draft, store, room.clock.now()), *feeds)


def feeds_to_look_at(room: Newsroom, store: Store) -> tuple[Health, ...]:
    """The feeds that need a look, the worst first; none while feeds.toml holds faults: whoever needs it says those."""
    try:
        return tuple(one for one in feed_health(room, store).feeds if one.needs_a_look)
    except FaultyFiles:
        return ()
