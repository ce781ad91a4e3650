"""A collection: the network brings answers, workers read them, they are kept in groups meanwhile. I/O: disk, threads

The network has the calling thread, so that Ctrl-C ends it. One other thread, the keeper, hands documents to the
readers and writes what they found, many feeds in one transaction. A document is kept before the row that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from newsletter.model.feeds import NETWORK_FAULTS, Feed, FeedOutcome, Fetched
from newsletter.model.remarks import Remark
from newsletter.newsroom.collection.asking import Asking, asking
from newsletter.newsroom.collection.documents import forget_old_fetches
from newsletter.newsroom.collection.judging import begins_anew, judge
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.wire.fetch import fetch_all
from newsletter.wire.job import Job, Reading
from newsletter.wire.readers import Readers
from newsletter.wire.standing import own_network_down

#: Feeds in one transaction, and seconds in which they gather: what a crash makes us fetch again.
_GROUP, _GATHERING = 50, 0.25
#: Seconds between two looks whether the readers still read.
_LOOK_EACH = 5.0


@dataclass(frozen=True, slots=True)
class _Come:
    """An answer, with what its document came to; None if it brought none."""

    fetched: Fetched
    reading: Reading | None = None


def collect_feeds(
    room: Newsroom,
    store: Store,
    feeds: Sequence[Feed],
    faults: Sequence[Remark] = (),
    *,
    every: bool = False,
    on_feed: Callable[[FeedOutcome], None] | None = None,
) -> tuple[FeedOutcome, ...]:
    """Ask those that may be asked, read and keep what comes, forget what is too old; an outcome a feed, in their order.

    Behind them a row for each of the `faults` of feeds.toml. `every` is that of `asking`; `on_feed` hears of each
    row as it is known.
    """
    began = room.clock.now()
    asked = asking(room, store, feeds, every=every)
    faulty = tuple(_faulty(fault) for fault in faults)
    if on_feed is not None:
        for outcome in (*asked.waiting.values(), *faulty):
            on_feed(outcome)
    with room.open_readers(len(asked.requests)) as readers:
        keeper = _Keeper(room, store, asked, readers, on_feed)
        keeper.start()
        try:
            fetch_all(
                asked.requests,
                collecting=room.settings.collecting,
                now=room.clock.now(),
                hosts=room.hosts,
                on_fetched=keeper.take,
            )
        finally:
            keeper.close()
    forget_old_fetches(room, store, began=began)
    outcomes = asked.waiting | keeper.outcomes
    return (*(outcomes[feed.id] for feed in asked.feeds), *faulty)


def _faulty(fault: Remark) -> FeedOutcome:
    """The row of a table in feeds.toml that is no feed."""
    place = f"{fault.path}:{fault.line}"
    return FeedOutcome(
        feed=place, name=place, state="refused", fault="feeds-toml", problem=fault.what, mend=" ".join(fault.mend)
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """An answer whose document was read, or cannot be."""

    fetched: Fetched
    reading: Future[Reading]


class _Nothing:
    """Nothing came in time."""


_NOTHING = _Nothing()


class _Keeper(Thread):
    """Reads and keeps what it is given, until it is closed and all of it is kept."""

    def __init__(
        self,
        room: Newsroom,
        store: Store,
        asked: Asking,
        readers: Readers,
        on_feed: Callable[[FeedOutcome], None] | None,
    ) -> None:
        super().__init__(name="keeper", daemon=True)
        self.outcomes: dict[str, FeedOutcome] = {}
        self._room, self._store, self._readers = room, store, readers
        self._feeds = {feed.id: feed for feed in asked.feeds}
        self._states, self._known = asked.states, asked.known
        self._on_feed = on_feed
        self._queue: SimpleQueue[Fetched | _Read | None] = SimpleQueue()
        self._reading = 0
        #: Network failures wait for the end: if most feeds have them, they are ours.
        self._held: list[_Come] = []
        self._answers: list[Fetched] = []
        self._fault: BaseException | None = None

    def take(self, fetched: Fetched) -> None:
        """Take one answer from the network. Raises what stopped the keeper."""
        if self._fault is not None:
            raise self._fault
        self._queue.put(fetched)

    def close(self) -> None:
        """Wait until everything taken is kept. Raises what stopped the keeper."""
        self._queue.put(None)
        self.join()
        if self._fault is not None:
            raise self._fault

    def run(self) -> None:
        try:
            self._work()
        except BaseException as fault:  # noqa: BLE001 - raised again in the thread that closes
            self._fault = fault

    def _work(self) -> None:
        closed = False
        group: list[_Come] = []
        due = 0.0
        while not closed or self._reading:
            one = self._next(until=due if group else None)
            if isinstance(one, _Nothing):
                pass
            elif one is None:
                closed = True
            elif isinstance(one, Fetched):
                # Without its document: hundreds of them would fill the memory.
                self._answers.append(replace(one, document=None, page=None))
                if one.document is not None or one.page is not None:
                    self._read(one)
                elif one.fault in NETWORK_FAULTS:
                    self._held.append(_Come(one))
                else:
                    group.append(_Come(one))
            else:
                self._reading -= 1
                group.append(_Come(one.fetched, one.reading.result()))
            if len(group) == 1:
                due = monotonic() + _GATHERING
            if len(group) >= _GROUP or (group and monotonic() >= due):
                self._keep(group)
                group = []
        self._keep(group)
        down = own_network_down(self._answers, self._states)
        for start in range(0, len(self._held), _GROUP):
            self._keep(self._held[start : start + _GROUP], network_down=down)

    def _next(self, *, until: float | None) -> Fetched | _Read | _Nothing | None:
        """What comes next; nothing if none came until that moment of the monotonic clock. Raises CannotRead."""
        look = monotonic() + _LOOK_EACH
        try:
            return self._queue.get(timeout=max(0.0, min(look, until or look) - monotonic()))
        except Empty:
            self._readers.check()
            return _NOTHING

    def _read(self, fetched: Fetched) -> None:
        if fetched.document is not None:
            self._room.bodies.put(fetched.document)
        document = fetched.document or fetched.page
        assert document is not None
        state, now = self._states.get(fetched.feed), self._room.clock.now()
        job = Job(
            feed=self._feeds[fetched.feed],
            document=document,
            url=fetched.url,
            content_type=fetched.content_type,
            now=now,
            previous_fetch=state.last_good if state and not begins_anew(state, now) else None,
        )
        self._reading += 1

        def hand_back(done: Future[Reading]) -> None:
            self._queue.put(_Read(replace(fetched, page=None), done))

        self._readers.submit(job).add_done_callback(hand_back)

    def _keep(self, group: Sequence[_Come], *, network_down: bool = False) -> None:
        if not group:
            return
        now = self._room.clock.now()
        # A feed that was never read has nothing to recognise.
        seen = [c.fetched.feed for c in group if c.reading and c.fetched.feed in self._known]
        known = self._store.news.known(seen) if seen else {}
        judged = [
            judge(
                self._feeds[come.fetched.feed],
                self._states.get(come.fetched.feed),
                come.fetched,
                come.reading,
                known=known.get(come.fetched.feed, ()),
                now=now,
                network_down=network_down,
            )
            for come in group
        ]
        counts = self._store.news.keep([one.kept for one in judged], now)
        for one, new in zip(judged, counts, strict=True):
            outcome = replace(one.outcome, new_entries=new)
            self.outcomes[outcome.feed] = outcome
            if self._on_feed is not None:
                self._on_feed(outcome)
