"""Two runs at once, although the lock forbids it: a lock that was lost, a process taken for dead."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from newsletter.errors import Busy
from newsletter.mail.sending.dispatch import Timing, dispatch
from newsletter.model.audience import Letter, Tally
from newsletter.model.ports import Reply, Transport
from newsletter.store.deliveries.ledger import SqlLedger
from newsletter.store.engine import Store
from tests.mail.builders import Answer, HandClock, RecordingTransport, Way, make_mailing, writer
from tests.store.builders import NOW, join

READERS = tuple(f"r{number}" for number in range(40))
MAILING = make_mailing()


def run(ledger: SqlLedger, number: int, way: Way) -> Tally:
    return dispatch(
        number,
        MAILING,
        ledger=ledger,
        transport=Transport("test", (way,)),
        write=writer(MAILING),
        clock=HandClock(NOW),
        timing=Timing(pauses=(0.0,), look=0.005, rest=0.05),
    )


def served(*transports: RecordingTransport) -> Counter[int]:
    return Counter(letter.subscriber for transport in transports for letter in transport.taken)


def opened(store: Store) -> tuple[SqlLedger, int]:
    join(store, *READERS)
    ledger = replace(store.ledger, batch_size=4)
    ledger.take_over()
    return ledger, ledger.open_mailing(MAILING, NOW)


def test_two_runs_of_one_epoch_share_the_batches_and_nobody_gets_two_letters(store: Store) -> None:
    ledger, number = opened(store)
    one, two = RecordingTransport(), RecordingTransport()

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(run, ledger, number, Way(to, 3)) for to in (one, two)]:
            done.result(timeout=30)

    assert set(served(one, two).values()) == {1}
    assert ledger.tally(number) == Tally(audience=40, accepted=40)


def test_a_run_that_is_overtaken_repeats_no_more_than_it_had_in_the_air(store: Store) -> None:
    ledger, number = opened(store)
    begun, overtaken = Event(), Event()

    def wait(count: int, _letter: Letter) -> Answer:
        if count == 6:
            begun.set()
            assert overtaken.wait(30)
        return Reply(250, "2.0.0 Ok", "letter")

    frozen, other = RecordingTransport(wait), RecordingTransport()
    with ThreadPoolExecutor(1) as beside:
        first = beside.submit(run, ledger, number, Way(frozen, 1))
        assert begun.wait(30)
        ledger.take_over()
        run(ledger, number, Way(other, 2))
        overtaken.set()
        fault = first.exception(timeout=30)

    assert isinstance(fault, Busy)
    letters = served(frozen, other)
    assert len(letters) == 40
    assert letters.total() - 40 <= 1
    assert ledger.tally(number) == Tally(audience=40, accepted=40)


@pytest.mark.parametrize("size", [1, 39, 40, 41])
def test_everybody_is_served_once_whatever_the_size_of_the_batches(sqlite_store: Store, size: int) -> None:
    join(sqlite_store, *READERS)
    ledger = replace(sqlite_store.ledger, batch_size=size)
    ledger.take_over()
    numbers = ledger.open_mailings((MAILING, make_mailing(variant="news")), NOW)
    transport = RecordingTransport()

    tallies = [run(ledger, number, Way(transport, 2)) for number in numbers]

    assert tallies == [Tally(audience=40, accepted=40), Tally(audience=0)]
    assert set(served(transport).values()) == {1}
