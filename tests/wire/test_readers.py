"""Documents read in worker processes: what one does to its reader is its own affair."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pebble import ProcessPool

from newsletter.errors import CannotRead
from newsletter.model.feeds import Document, Feed
from newsletter.wire import readers as fences
from newsletter.wire.job import Job
from newsletter.wire.readers import InlineReaders, WorkerReaders

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
FEED = Feed(id="a", name="A", url="https://news.example.org/feed.xml")
RSS = b"""<rss version="2.0"><channel><title>A</title>
<item><title>One thing happened</title><link>/1</link></item></channel></rss>"""


@pytest.fixture(scope="module")
def readers() -> Iterator[WorkerReaders]:
    with WorkerReaders(1) as one:
        yield one


def job(body: bytes = RSS) -> Job:
    return Job(feed=FEED, document=Document.of(body), url=FEED.url, now=NOW)


def burn(_: Job) -> str:
    while True:
        pass


def devour(_: Job) -> str:
    return str(len(bytearray(2 * 1024**3)))


def crash(_: Job) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return "alive"


def stumble(_: Job) -> str:
    raise ZeroDivisionError("by nothing")


def burn_quickly(one: Job) -> str:
    signal.setitimer(signal.ITIMER_PROF, 0.05)
    return burn(one)


def test_a_document_is_read_in_a_worker_as_it_is_read_here(readers: WorkerReaders) -> None:
    there = readers.submit(job()).result(timeout=20)

    assert there == InlineReaders().submit(job()).result()
    assert [entry.title for entry in there.entries] == ["One thing happened"]
    assert there.entries[0].link == "https://news.example.org/1"


def test_a_document_that_burns_the_processor_costs_its_worker_and_is_refused(readers: WorkerReaders) -> None:
    told = readers.call(burn_quickly, job(), otherwise=str).result(timeout=20)

    assert told == "reading it took more than 10 s of processor time"


def test_a_document_that_eats_memory_is_refused(readers: WorkerReaders) -> None:
    told = readers.call(devour, job(), otherwise=str).result(timeout=20)

    assert told == "reading it took more than 512 MB"


def test_a_document_that_breaks_the_interpreter_is_refused_and_the_next_is_read(readers: WorkerReaders) -> None:
    told = readers.call(crash, job(), otherwise=str).result(timeout=20)

    assert told == "reading it broke the program that reads"
    assert readers.submit(job()).result(timeout=20).count == 1


def test_a_fault_of_our_own_is_a_sentence_too(readers: WorkerReaders) -> None:
    told = readers.call(stumble, job(), otherwise=str).result(timeout=20)

    assert told == "it cannot be read (ZeroDivisionError: by nothing)"


def test_a_kept_document_that_is_damaged_is_refused() -> None:
    broken = Job(feed=FEED, document=Document(packed=b"not zlib", size=8, sha256=""), url=FEED.url, now=NOW)

    reading = InlineReaders().submit(broken).result()

    assert reading.parsed.kind == "refused"
    assert reading.parsed.problem == "the kept bytes are damaged"


def test_no_worker_is_started_where_there_is_nothing_to_read() -> None:
    with WorkerReaders() as idle:
        assert idle._pool is None


def test_the_limits_are_those_that_the_sentences_name() -> None:
    assert (fences.MOST_CPU_SECONDS, fences.MOST_MEMORY) == (10, 512 * 1024 * 1024)


def vanish() -> None:
    os._exit(1)


class DyingReaders(WorkerReaders):
    """Whose processes end before they have read anything."""

    def _opened(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(max_workers=1, initializer=vanish, context=multiprocessing.get_context("spawn"))
        return self._pool


def test_readers_that_die_at_once_are_the_machines_fault_and_nobody_waits_for_ever() -> None:
    began = time.monotonic()

    with pytest.raises(CannotRead, match="end as soon as they start"), DyingReaders() as readers:
        readers.wait(readers.submit(job()))

    assert time.monotonic() - began < 20


def test_a_pool_that_breaks_once_is_replaced_and_every_document_is_read() -> None:
    others = set(multiprocessing.active_children())
    with WorkerReaders() as readers:
        first = readers.submit(job())
        assert readers.wait(first).count == 1
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        told = [readers.submit(job()) for _ in range(40)]

        counts = [readers.wait(one).count for one in told]

    # The worker that was killed may have had a document in its hands.
    assert counts.count(1) >= 39
