"""The news of an open week: read off the store, grouped, ranked; kept until something changes. I/O: SQLite, disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.desk.choice.rank import rank, unscored
from newsletter.desk.reach import Reach, reach
from newsletter.desk.stories.cluster import stories
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, News
from newsletter.model.sources import Sources
from newsletter.model.week import Window
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.collection.news_memo import WORTH, digest_of, keep, read_kept
from newsletter.newsroom.collection.resolving import with_resolved
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: A take may name a story that was first seen so long before the window.
_REACH = timedelta(days=60)


def week_news(
    room: Newsroom, store: Store, window: Window, sources: Sources, *, named: Sequence[str], worth: int = WORTH
) -> News:
    """Stories that may be told, best first: those of the window, then older ones that `named` may mean.

    Made once for the same news: a memo of the newsroom's and a file below var hold it. A file is worth it from `worth`
    entries on.
    """
    feeds = {feed.id: feed for feed in sound_feeds(room)[0]}
    resolved = store.resolved.all()
    since = window.start - _REACH
    grace = room.settings.week.late_grace
    with store.news.view(since=since) as view:
        glimpses = room.memo.glimpses.get(view.digest) or view.glimpses()
        room.memo.glimpses.keep(view.digest, glimpses)
        found = reach(glimpses, window, late_grace=grace, named=named, resolved=resolved)
        key = digest_of(view.digest, window, grace, repr(sorted(found.needed)), resolved, feeds, sources)
        if (known := room.memo.news.get(key)) is not None:
            return known
        entries = with_resolved(view.named(found.needed), resolved)
    folder = room.var / "cache"
    kept = read_kept(folder, key, entries) if len(entries) >= worth else None
    news = kept or _made(entries, feeds, sources, found, until=window.end)
    if kept is None and room.memo.writes and len(entries) >= worth:
        keep(folder, key, news, entries)
    whole = replace(news, resolved=resolved, topics=sources.topics)
    room.memo.news.keep(key, whole)
    return whole


def _made(
    entries: Sequence[Entry], feeds: Mapping[str, Feed], sources: Sources, found: Reach, *, until: datetime
) -> News:
    grouped = stories(entries, feeds, proposed=found.proposed, since=found.since)
    proposed = rank([s for s in grouped.stories if s.proposed], feeds, sources, until=until)
    older = unscored([s for s in grouped.stories if not s.proposed], feeds, sources)
    return News(ranked=(*proposed, *older), terms=grouped.terms, near=grouped.near)
