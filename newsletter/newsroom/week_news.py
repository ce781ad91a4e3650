"""The news of an open week: read off the store, grouped, ranked. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsletter.desk.cluster import stories
from newsletter.desk.rank import rank
from newsletter.desk.reach import reach
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
    ranked = rank(grouped.stories, feeds, sources, until=window.end)
    return News(
        ranked=(*(r for r in ranked if r.story.proposed), *(r for r in ranked if not r.story.proposed)),
        terms=grouped.terms,
        resolved=resolved,
        near=grouped.near,
    )
