"""Valid things for the tests of the store; a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.links import Link
from newsletter.model.audience import Delivery, DeliveryState, Mailing, address
from newsletter.model.feeds import FeedState, FetchRow
from newsletter.model.news import Entry
from newsletter.model.ports import Claim, Heard, Ledger
from newsletter.store.engine import Store
from newsletter.store.news import Kept

NOW = datetime(2024, 6, 7, 8, 0, tzinfo=UTC)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def make_entry(id_: str = "1", **changes: Any) -> Entry:
    given: dict[str, Any] = {
        "feed": "gazette",
        "id": id_,
        "title": f"Story {id_}",
        "link": Link(f"https://gazette.example/{id_}"),
        "published": NOW - timedelta(hours=1),
        "first_seen": NOW,
    }
    return Entry(**given | changes)


def make_row(feed: str = "gazette", **changes: Any) -> FetchRow:
    given: dict[str, Any] = {"feed": feed, "at": NOW, "state": "new", "status": 200}
    return FetchRow(**given | changes)


def make_kept(*entries: Entry, feed: str = "gazette", **changes: Any) -> Kept:
    """One fetch of one feed, which leaves it standing as after any good fetch."""
    given: dict[str, Any] = {
        "row": make_row(feed),
        "state": FeedState(feed=feed, title=feed.title()),
        "entries": entries,
    }
    return Kept(**given | changes)


def keep(store: Store, *entries: Entry, now: datetime = NOW, **changes: Any) -> int:
    """One fetch of the feed "gazette"; how many entries were new."""
    (new,) = store.news.keep([make_kept(*entries, **changes)], now)
    return new


def make_mailing(**changes: Any) -> Mailing:
    given: dict[str, Any] = {
        "week": "2024-W23",
        "variant": "full",
        "date": NOW,
        "segments": (b"To: ", b"\r\n\r\nHello \x00\xff", b""),
        "marks": ("address", "name"),
        "sha256": "0" * 64,
    }
    return Mailing(**given | changes)


def join(store: Store, *names: str) -> tuple[int, ...]:
    """Add a reader for each name, with the name as key; their ids."""
    ids = []
    for name in names:
        added = store.subscribers.add(address(f"{name}@example.com"), name=name, now=NOW, key=f"key-{name}")
        assert added.subscriber
        ids.append(added.subscriber.id)
    return tuple(ids)


def result(
    reader: int, state: DeliveryState = "accepted", at: datetime = NOW, code: int = 250, **changes: Any
) -> Delivery:
    given: dict[str, Any] = {"subscriber": reader, "state": state, "at": at, "code": code, "reply": "as the relay said"}
    return Delivery(**given | changes)


def record(ledger: Ledger, claim: Claim, *results: Delivery) -> Heard:
    """Results of one claim in one transaction."""
    return ledger.record([(claim, one) for one in results])
