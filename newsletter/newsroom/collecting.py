"""One feed's answer, read and kept: the row that it becomes in the report. I/O: SQLite"""

from __future__ import annotations

from dataclasses import replace

from newsletter.model.news import Feed, FeedOutcome, Fetched
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.normalise import normalise
from newsletter.wire.parse import parse


def keep_answer(room: Newsroom, store: Store, feed: Feed, fetched: Fetched) -> FeedOutcome:
    """Read what a feed's server answered and keep what is new. Whatever is wrong with it is a word in the row."""
    now, previous = room.clock.now(), store.news.previous_fetch(feed.id)
    row = FeedOutcome(
        feed=feed.id,
        name=feed.name,
        state=fetched.state,
        status=fetched.status,
        problem=fetched.problem,
        last_good=previous,
    )
    if fetched.state != "new":
        return replace(row, new_entries=store.news.keep(row, fetched, (), now))
    parsed = parse(fetched.body, url=fetched.url)
    entries = normalise(feed, parsed.entries, base_url=fetched.url, now=now, previous_fetch=previous)
    row = replace(row, problem=parsed.problem, repairs=parsed.repairs, entries=len(entries))
    if parsed.kind != "feed":
        row = replace(row, state=parsed.kind)
    return replace(row, new_entries=store.news.keep(row, fetched, entries, now))
