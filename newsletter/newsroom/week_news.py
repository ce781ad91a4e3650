"""The news of an open week: read off the store, grouped, ranked. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsletter.desk.choice.rank import rank, unscored
from newsletter.desk.reach import reach
from newsletter.desk.stories.cluster import stories
from newsletter.model.news import News
from newsletter.model.sources import Sources
from newsletter.model.week import Window
from newsletter.newsroom.feed_list import sound_feeds
from newsletter.newsroom.resolving import with_resolved
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: A take may name a story that was first seen so long before the window.
_REACH = timedelta(days=60)


def week_news(room: Newsroom, store: Store, window: Window, sources: Sources, *, named: Sequence[str]) -> News:
    """Stories that may be told, best first: those of the window, then older ones that `named` may mean."""
    feeds = {feed.id: feed for feed in sound_feeds(room)[0]}
    resolved = store.resolved.all()
    found = reach(
        store.news.glimpses(since=window.start - _REACH),
        window,
        late_grace=room.settings.week.late_grace,
        named=named,
        resolved=resolved,
    )
    entries = with_resolved(store.news.named(found.needed), resolved)
    grouped = stories(entries, feeds, proposed=found.proposed, since=found.since)
    proposed = rank([s for s in grouped.stories if s.proposed], feeds, sources, until=window.end)
    older = unscored([s for s in grouped.stories if not s.proposed], feeds, sources)
    return News(
        ranked=(*proposed, *older),
        terms=grouped.terms,
        resolved=resolved,
        topics=sources.topics,
        near=grouped.near,
    )
