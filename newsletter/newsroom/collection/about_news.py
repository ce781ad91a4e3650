"""What the editors should know of the news itself: headlines that changed, feeds that need a look. I/O: SQLite"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from newsletter.clock import shown_in
from newsletter.errors import FaultyFiles
from newsletter.model.feeds import FeedState
from newsletter.model.issue import Draft
from newsletter.model.remarks import Remark
from newsletter.newsroom.collection.feed_health import FeedHealth, feed_health
from newsletter.newsroom.collection.feed_list import sound_feeds
from newsletter.newsroom.collection.headlines import changed_headlines
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.health import Health, words_of_failure


def about_news(room: Newsroom, store: Store, draft: Draft) -> tuple[Remark, ...]:
    """A warning for each take whose headline changed, each feed that needs a look, and each fault of feeds.toml.

    While no feed at all answers, every one of them: the issue is then made of their last good copies. Nothing is
    written.
    """
    changed, found = changed_headlines(draft, store, room.clock.now()), _health(room, store)
    if found is None:
        return changed
    # The other feeds are read all the same; none of this keeps the week from leaving.
    faults = (replace(fault, level="warning") for fault in found.faults)
    return (*changed, *_of_all(room, store), *_of_each(room, store, found), *faults)


def of_feeds(room: Newsroom, store: Store) -> tuple[str, ...]:
    """The same of the feeds alone, a line each, for a letter; may be empty."""
    found = _health(room, store)
    if found is None:
        return ()
    states = _tried(store, found)
    said = (f"{one.name}: {_what(room, one, states)}" for one in found.feeds if _is_alarming(one, states))
    return (*said, *(f"feeds.toml, line {fault.line}: {fault.what}" for fault in found.faults))


def nothing_for_long(room: Newsroom, store: Store, at: datetime) -> tuple[str, ...]:
    """Why the news is too old at that instant to print an issue, as one sentence without its stop; empty if it is not.

    That is if every feed that is switched on and was asked gave its last answer longer ago than [empty] max_stale, or
    never one. A newsletter without feeds lives on takes alone.
    """
    states = {state.feed: state for state in store.news.feed_states()}
    asked = [states[feed.id] for feed in sound_feeds(room)[0] if feed.enabled and feed.id in states]
    asked = [state for state in asked if state.last_checked is not None]
    if not asked:
        return ()
    last = max((state.last_good for state in asked if state.last_good is not None), default=None)
    if last is None:
        return ("no feed has given anything yet",)
    return (
        (f"no feed has given anything since {room.local(last)}",) if at - last > room.settings.empty.max_stale else ()
    )


def _of_all(room: Newsroom, store: Store) -> Iterator[Remark]:
    for why in nothing_for_long(room, store, room.clock.now()):
        what = f"{why[0].upper()}{why[1:]}. A week that is open now is held at its freeze."
        mend = ("Look at them:  newsletter feeds health   or write a longer  max_stale  under [empty].",)
        yield Remark("feeds.toml", 0, "warning", "feed", what, mend)


def _of_each(room: Newsroom, store: Store, found: FeedHealth) -> Iterator[Remark]:
    states = _tried(store, found)
    for one in found.feeds:
        alarming = _is_alarming(one, states)
        # What was done by itself, such as a move, is a notice.
        if alarming or one.mend:
            what, mend = f"{one.name}: {_what(room, one, states)}", (one.mend,) if one.mend else ()
            yield Remark("feeds.toml", found.lines[one.feed], "warning" if alarming else "notice", "feed", what, mend)


def _is_alarming(one: Health, states: Mapping[str, FeedState]) -> bool:
    """Whether the feed needs a look, or fails together with all the others."""
    all_down = one.feed in states and all(state.failures for state in states.values())
    return one.needs_a_look or all_down


def _what(room: Newsroom, one: Health, states: Mapping[str, FeedState]) -> str:
    """How the feed is; of one that fails also what stands in for it."""
    state = states.get(one.feed)
    if state is None or not state.failures:
        return one.words
    said = words_of_failure(state, room.clock.now())
    if state.last_good is None:
        return f"{said}. It never gave anything."
    _, day, month, *_ = shown_in(state.last_good, room.settings.week.zone).split(" ")
    return f"{said}. Last good copy of {day} {month} used."


def _tried(store: Store, found: FeedHealth) -> Mapping[str, FeedState]:
    """How those that are switched on stood after they were last asked, by id."""
    on = {one.feed for one in found.feeds if one.condition != "off"}
    return {state.feed: state for state in store.news.feed_states() if state.feed in on and state.last_checked}


def _health(room: Newsroom, store: Store) -> FeedHealth | None:
    """How the feeds are; None while feeds.toml cannot be read: whoever needs it says that."""
    try:
        return feed_health(room, store)
    except FaultyFiles:
        return None
