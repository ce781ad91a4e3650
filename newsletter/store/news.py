"""Feeds as they stood at the last fetch, every fetch, and every entry they brought. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from newsletter.links import identity, same
from newsletter.model.feeds import NOT_ASKED, FeedState, FetchRow, Move
from newsletter.model.news import Entry, Known
from newsletter.store import feed_rows, fetch_log
from newsletter.store.database import Database
from newsletter.store.entry_rows import Brought, read_aliases, write_entries
from newsletter.store.news_view import NewsView, in_order, read_entries
from newsletter.store.schema import entries

#: Entries of one feed that may be recognised, the newest: more than a document holds.
_RECOGNISED = 5_000
#: Built once: for hundreds of feeds, building it takes longer than asking.
_KNOWN = (
    select(entries.c.id, entries.c.title, entries.c.identity, entries.c.published, entries.c.first_seen)
    .where(entries.c.feed == bindparam("of"))
    .order_by(entries.c.first_seen.desc(), entries.c.id)
    .limit(_RECOGNISED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is to be remembered of one fetch of one feed."""

    #: `new_entries` is filled in by the store.
    row: FetchRow
    #: None leaves the feed as it stands.
    state: FeedState | None = None
    #: All of the feed `row.feed`; may be empty.
    entries: Sequence[Entry] = ()
    #: Entries that the store has under another id: the id here → the id there.
    aliases: Mapping[str, str] = field(default_factory=dict)
    #: Whether a former title or link is remembered; not when the document was read before, by other rules.
    revise: bool = True
    #: Whether the row enters the log; not when no server was asked.
    logged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsStore:
    """What the wire brought. Every method is one transaction."""

    database: Database

    def keep(self, kept: Sequence[Kept], now: datetime) -> tuple[int, ...]:
        """Remember fetches of several feeds, each feed once; how many entries of each are new.

        A known entry keeps when it was first seen and published (it receives a date that it lacked), and takes over
        what its publisher changed, points and a discussion only where this fetch tells them; an unchanged one is
        not written. Of two entries with one id the first counts. An alias is remembered for as
        long as the entry keeps its title or its link; none is believed while the stored entry stands beside it,
        or where the store has an entry under the alias itself. A feed that was not asked ("waiting", "off")
        leaves no row in the log, but its state may be new: that its host wishes to be left alone.
        """
        if not kept:
            return ()
        asked = [one for one in kept if one.row.state not in NOT_ASKED]
        brought = [Brought(one.row.feed, one.entries, one.aliases, one.revise) for one in asked]
        with self.database.write() as connection:
            counts = iter(write_entries(connection, brought, now))
            new = [next(counts) if one.row.state not in NOT_ASKED else 0 for one in kept]
            feed_rows.write_states(connection, [one.state for one in kept if one.state is not None])
            rows = [(one, n) for one, n in zip(kept, new, strict=True) if one.logged and one.row.state not in NOT_ASKED]
            fetch_log.write_rows(connection, [replace(one.row, new_entries=n) for one, n in rows])
        return tuple(new)

    # Entries -------------------------------------------------------------------------------------------

    def known(self, feed_ids: Iterable[str]) -> Mapping[str, tuple[Known, ...]]:
        """The newest 5,000 entries of each of these feeds by first sight, newest first; empty for a feed without any.

        Ask for as many feeds at a time as fit into memory.
        """
        with self.database.read() as connection:
            return {feed: tuple(_known(connection, feed)) for feed in feed_ids}

    def aliases(self, feed_ids: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Ids that stored entries go by now, by feed and alias, to the stored ids; feeds without any are absent."""
        with self.database.read() as connection:
            return read_aliases(connection, tuple(feed_ids))

    def entries(self, *, since: datetime | None = None, until: datetime | None = None) -> tuple[Entry, ...]:
        """Entries first seen after `since` and not after `until`, by first sight, feed and id; None is no bound."""
        bounds = []
        if since is not None:
            bounds.append(entries.c.first_seen > since)
        if until is not None:
            bounds.append(entries.c.first_seen <= until)
        with self.database.read() as connection:
            return in_order(read_entries(connection, bounds))

    @contextmanager
    def view(self, *, since: datetime) -> Iterator[NewsView]:
        """The entries first seen after `since`, in one state from the first question to the last; keep it short."""
        with self.database.read() as connection:
            yield NewsView(connection, since)

    def of_address(self, url: str) -> tuple[Entry, ...]:
        """Every entry on this page, the newest by first sight first; former headlines are left out. May be empty."""
        page = identity(url)
        if page is None:
            return ()
        with self.database.read() as connection:
            told = read_entries(connection, [entries.c.identity == page], former=False)
        by_id = sorted((entry for entry in told if same(entry.link, url)), key=lambda e: e.id)
        return tuple(sorted(by_id, key=lambda e: e.first_seen, reverse=True))

    def arrivals(self, since: datetime) -> Mapping[str, tuple[datetime, ...]]:
        """When each entry of `since` and later was first seen, by feed, oldest first; feeds without any are absent.

        Those of a feed's first fetch are among them, all with one instant.
        """
        query = select(entries.c.feed, entries.c.first_seen).where(entries.c.first_seen >= since)
        found: dict[str, list[datetime]] = {}
        with self.database.read() as connection:
            for feed, seen in connection.execute(query.order_by(entries.c.first_seen)):
                found.setdefault(feed, []).append(seen)
        return {feed: tuple(seen) for feed, seen in found.items()}

    # Feeds ---------------------------------------------------------------------------------------------

    def feed_states(self) -> tuple[FeedState, ...]:
        """Every feed that was ever asked, by id, as its last fetch left it."""
        with self.database.read() as connection:
            return feed_rows.read_states(connection)

    def set_move(self, feed_id: str, move: Move | None) -> None:
        """Change a feed's move; a feed that was never asked has none.

        A collect that has read the feed before overwrites it: hold the runner's lock.
        """
        with self.database.write() as connection:
            feed_rows.write_move(connection, feed_id, move)

    # The fetch log -------------------------------------------------------------------------------------

    def fetch_rows(self, since: datetime) -> Mapping[str, tuple[FetchRow, ...]]:
        """The log of `since` and later by feed, oldest first; feeds without any are absent."""
        with self.database.read() as connection:
            found = fetch_log.read_rows(connection, since)
        return {feed: tuple(rows) for feed, rows in found.items()}

    def latest_gaps(self, since: datetime, until: datetime) -> Mapping[str, FetchRow]:
        """Each feed's last fetch from `since` to `until` that found a gap; feeds without one are absent."""
        with self.database.read() as connection:
            return fetch_log.latest_gaps(connection, since, until)

    def named_bodies(self) -> frozenset[str]:
        """The digests of the documents that the log names: those to be kept."""
        with self.database.read() as connection:
            return fetch_log.named_bodies(connection)

    def has_log(self, since: datetime, until: datetime) -> bool:
        """Whether any feed was asked from `since` on and before `until`."""
        with self.database.read() as connection:
            return fetch_log.has_rows(connection, since, until)

    def forget_log(self, before: datetime) -> int:
        """Delete the log's rows older than `before`; their number. The documents they named can be swept then.

        Kept are those that name what a feed's server says is still the same.
        """
        with self.database.write() as connection:
            return fetch_log.forget_rows(connection, before)


def _known(connection: Connection, feed: str) -> Iterator[Known]:
    for id_, title, page, published, seen in connection.execute(_KNOWN, {"of": feed}):
        yield Known(id=id_, title=title, identity=page, published=published, first_seen=seen)
