"""Everybody in the snapshot is served once, and nobody who left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.errors import Busy
from newsletter.model.audience import DeliveryState, address
from newsletter.model.ports import Ledger
from newsletter.store.engine import Store, open_store, sqlite_url
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.conftest import BOTH
from tests.store.deliveries.claims import asked, claimed, names, opened


def test_the_ledger_is_the_one_that_dispatch_asks_for(sqlite_store: Store) -> None:
    ledger: Ledger = sqlite_store.ledger

    assert ledger.mailing("2024-W23", "full") is None


# Mailing and snapshot ------------------------------------------------------------------------------


def test_a_mailing_comes_back_byte_for_byte(store: Store) -> None:
    number = store.ledger.open_mailing(make_mailing(), NOW)

    assert store.ledger.mailing("2024-W23", "full") == (number, make_mailing())


def test_a_second_opening_keeps_the_first_bytes_and_the_first_snapshot(store: Store) -> None:
    join(store, "ann")
    first = store.ledger.open_mailing(make_mailing(), NOW)
    join(store, "bob")

    second = store.ledger.open_mailing(make_mailing(segments=(b"other",), marks=(), date=later(days=1)), later(days=1))

    assert first == second
    assert store.ledger.mailing("2024-W23", "full") == (first, make_mailing())
    assert store.ledger.tally(first).audience == 1


def test_the_snapshot_holds_who_may_be_written_to_whatever_variant_they_chose(store: Store) -> None:
    join(store, "ann", "left", "suppressed")
    store.subscribers.leave("key-left", NOW)
    store.subscribers.suppress(address("SUPPRESSED@example.com"), "bounced", NOW)
    store.subscribers.add(address("short@example.com"), now=NOW, variant="short")

    ledger, mailing = opened(store)

    claim = claimed(ledger, mailing)
    assert ([reader.address for reader in claim.readers], claim.left) == (["ann@example.com", "short@example.com"], ())
    assert ledger.tally(mailing).audience == 2


def test_a_list_without_readers_is_done_at_once(store: Store) -> None:
    ledger, mailing = opened(store)

    assert asked(ledger, mailing, NOW) is None
    assert ledger.tally(mailing).waiting == 0


def test_the_audience_is_cut_into_batches_that_are_claimed_in_order(store: Store) -> None:
    join(store, "ann", "bob", "cem", "dan", "eve")
    ledger, mailing = opened(store, 2)

    claims = [claimed(ledger, mailing) for _ in range(3)]

    assert [names(claim) for claim in claims] == [["ann", "bob"], ["cem", "dan"], ["eve"]]
    assert asked(ledger, mailing, NOW) is None


def test_who_joins_after_the_snapshot_waits_for_the_next_issue_whatever_the_clocks_say(store: Store) -> None:
    join(store, "ann", "bob")
    store.subscribers.leave("key-ann", NOW)
    ledger, mailing = opened(store)
    store.subscribers.add(address("cem@example.com"), now=later(days=-1000))
    store.subscribers.add(address("ann@example.com"), now=later(days=-1000), rejoin=True)

    assert names(claimed(ledger, mailing)) == ["bob"]


# Leaving -------------------------------------------------------------------------------------------


def test_who_leaves_between_snapshot_and_claim_is_named_and_gets_nothing(store: Store) -> None:
    ann, bob, cem, *_ = join(store, "ann", "bob", "cem", "dan", "eve")
    ledger, mailing = opened(store)
    store.subscribers.leave("key-ann", NOW)
    store.subscribers.suppress(address("Bob@example.com"), "complained", NOW)
    store.subscribers.remove(address("cem@example.com"))
    store.subscribers.leave("key-dan", NOW)
    store.subscribers.add(address("dan@example.com"), now=NOW, rejoin=True)

    claim = claimed(ledger, mailing)

    assert names(claim) == ["dan", "eve"]
    assert claim.left == (ann, bob, cem)


def test_who_left_is_settled_and_not_named_again(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    store.subscribers.leave("key-ann", NOW)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann, "left"), result(bob))
    ledger.finish(claim)

    tally = ledger.tally(mailing)
    assert (tally.audience, tally.accepted, tally.left, tally.waiting) == (2, 1, 1, 0)
    assert asked(ledger, mailing, later(days=30)) is None


def test_a_deferred_reader_who_leaves_meanwhile_gets_nothing(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "deferred", code=451))
    ledger.finish(claim)

    store.subscribers.leave("key-ann", NOW)

    again = claimed(ledger, mailing, timedelta(minutes=5))
    assert (again.readers, again.left) == ((), (ann,))
    record(ledger, again, result(ann, "left"))
    ledger.finish(again)
    assert ledger.tally(mailing).left == 1
    assert ledger.tally(mailing).deferred == 0


# Results -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["accepted", "deferred", "refused", "unknown", "left"])
def test_accepted_stays_accepted_whatever_comes_after(store: Store, after: DeliveryState) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann))

    record(ledger, claim, result(ann, after))
    ledger.finish(claim)
    ledger.take_over()

    assert ledger.tally(mailing).accepted == 1
    assert ledger.tally(mailing).waiting == 0
    assert asked(ledger, mailing, later(days=30)) is None


@pytest.mark.parametrize("before", ["deferred", "refused", "unknown", "left"])
def test_a_letter_that_crossed_counts_as_accepted_whatever_was_noted_before(
    store: Store, before: DeliveryState
) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann, before))
    record(ledger, claim, result(ann))

    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.deferred, tally.refused, tally.unknown, tally.left) == (1, 0, 0, 0, 0)


def test_a_deferred_reader_comes_back_when_the_time_has_come_and_later_each_time(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim, at = claimed(ledger, mailing), timedelta()

    for minutes in (5, 15, 60, 240, 240):
        record(ledger, claim, result(ann, "deferred", NOW + at, 451))
        ledger.finish(claim)
        at += timedelta(minutes=minutes)
        assert asked(ledger, mailing, NOW + at - timedelta(seconds=1)) is None
        claim = claimed(ledger, mailing, at)

    assert names(claim) == ["ann"]


def test_when_one_deferred_reader_is_due_the_others_of_the_batch_are_left_alone(store: Store) -> None:
    ann, bob, cem, dan = join(store, "ann", "bob", "cem", "dan")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    deferred = [result(ann, "deferred"), result(bob, "deferred", later(minutes=10))]
    record(ledger, claim, *deferred, result(cem, "refused"), result(dan))
    ledger.finish(claim)

    again = claimed(ledger, mailing, timedelta(minutes=5))

    assert (again.batch, names(again)) == (claim.batch, ["ann"])


def test_a_refused_reader_is_not_tried_again(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann, "refused", code=550))
    record(ledger, claim, result(ann, "deferred", code=451))
    ledger.finish(claim)
    ledger.take_over()

    assert asked(ledger, mailing, later(days=30)) is None
    assert ledger.tally(mailing).refused == 1
    assert ledger.tally(mailing).waiting == 0


def test_a_letter_of_unknown_fate_is_sent_again_by_the_next_run_and_not_by_this_one(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    ledger.take_over()
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "unknown", code=0))
    ledger.finish(claim)

    in_this_run = asked(ledger, mailing, NOW)
    ledger.take_over()
    in_the_next = claimed(ledger, mailing)

    assert in_this_run is None
    assert names(in_the_next) == ["ann"]
    assert ledger.tally(mailing).unknown == 1


def test_in_a_run_that_goes_on_it_is_sent_again_after_a_while(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "unknown", code=0))
    ledger.finish(claim)

    assert names(claimed(ledger, mailing, timedelta(minutes=5))) == ["ann"]


def test_the_ledger_says_where_the_mailing_stands(store: Store) -> None:
    ids = join(store, "ann", "bob", "cem", "dan", "eve", "fay")
    ledger, mailing = opened(store, 4)
    claim = claimed(ledger, mailing)
    states: tuple[DeliveryState, ...] = ("accepted", "deferred", "refused", "unknown")

    record(ledger, claim, *[result(reader, state) for reader, state in zip(ids, states, strict=False)])

    tally = ledger.tally(mailing)
    assert (tally.audience, tally.accepted, tally.deferred, tally.refused, tally.unknown) == (6, 1, 1, 1, 1)
    assert tally.waiting == 4


# Runs that die -------------------------------------------------------------------------------------


def test_a_finished_batch_with_readers_who_have_no_result_is_open_again(store: Store) -> None:
    ann, _ = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann))
    ledger.finish(claim)

    assert names(claimed(ledger, mailing)) == ["bob"]


def test_the_next_run_takes_over_what_a_dead_one_had_claimed(store: Store) -> None:
    ann, _ = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    ledger.take_over()
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann))

    before = asked(ledger, mailing, NOW)
    ledger.take_over()

    assert before is None
    assert names(claimed(ledger, mailing)) == ["bob"]


def test_a_run_that_was_taken_for_dead_may_still_record_but_not_finish(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    ledger.take_over()
    frozen = claimed(ledger, mailing)
    ledger.take_over()
    mine = claimed(ledger, mailing)

    record(ledger, frozen, result(ann))
    ledger.finish(frozen)

    assert asked(ledger, mailing, NOW) is None
    record(ledger, mine, result(ann, "deferred"), result(bob))
    ledger.finish(mine)
    assert asked(ledger, mailing, later(days=1)) is None
    assert ledger.tally(mailing).accepted == 2


DYING = """
import sys
from pathlib import Path
from newsletter.store.engine import open_store
from tests.store.builders import NOW, make_mailing, record, result

store = open_store(sys.argv[1])
with store.runner_lock(Path(sys.argv[2]), NOW):
    store.ledger.take_over()
    mailing = store.ledger.open_mailing(make_mailing(), NOW)
    claim = store.ledger.claim(mailing, NOW)
    record(store.ledger, claim, result(claim.readers[0].id))
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM deliveries")
        print("half-way", flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("kind", BOTH)
def test_a_killed_run_loses_nobody_and_is_in_nobodys_way(
    kind: str, url_of: Callable[[str], str], tmp_path: Path
) -> None:
    url, lock = url_of(kind), tmp_path / "run.lock"
    with open_store(url) as store:
        join(store, "ann", "bob", "cem")
        command = [sys.executable, "-c", DYING, url, str(lock)]
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout
            assert run.stdout.readline() == "half-way\n"
            with pytest.raises(Busy), store.runner_lock(lock, NOW):
                pytest.fail("two runners at once")
            os.kill(run.pid, signal.SIGKILL)

        with _lock_when_free(store, lock):
            store.ledger.take_over()
            found = store.ledger.mailing("2024-W23", "full")
            assert found
            claim = claimed(store.ledger, found[0])

        assert names(claim) == ["bob", "cem"]
        assert store.ledger.tally(found[0]).accepted == 1


@contextmanager
def _lock_when_free(store: Store, path: Path) -> Iterator[None]:
    """The kernel frees a file at once; a server takes a moment to see that its client is gone."""
    with ExitStack() as held:
        for tries_left in reversed(range(2000)):
            try:
                held.enter_context(store.runner_lock(path, NOW))
                break
            except Busy:
                assert tries_left, "the lock of a dead run is still held"
        yield


# Several at once -----------------------------------------------------------------------------------


def test_connections_share_the_audience_and_nobody_is_served_twice(store: Store) -> None:
    count = 60
    store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(count)), now=NOW)
    ledger, mailing = opened(store, 4)
    served: list[int] = []
    faults: list[BaseException] = []

    def connection() -> None:
        try:
            while claim := ledger.claim(mailing, NOW):
                for reader in claim.readers:
                    served.append(reader.id)
                    record(ledger, claim, result(reader.id))
                ledger.finish(claim)
        except BaseException as fault:  # noqa: BLE001 - carried over to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=connection) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert len(served) == len(set(served)) == count
    assert ledger.tally(mailing).accepted == count


@pytest.mark.postgres
def test_a_worker_passes_over_a_batch_that_another_is_just_claiming(postgres_store: Store) -> None:
    join(postgres_store, "ann", "bob")
    ledger, mailing = opened(postgres_store, 1)

    with ExitStack() as other:
        connection = other.enter_context(postgres_store.database.write())
        connection.exec_driver_sql("SELECT * FROM batches WHERE no = 1 FOR UPDATE")
        claim = claimed(ledger, mailing)

    assert names(claim) == ["bob"]


@pytest.mark.postgres
def test_the_snapshot_waits_for_a_reader_who_is_just_joining(postgres_store: Store) -> None:
    with ExitStack() as joining:
        connection = joining.enter_context(postgres_store.database.write())
        connection.exec_driver_sql(
            "INSERT INTO subscribers (key, address, folded, name, standing, joined, variant)"
            " VALUES ('key-ann', 'ann@example.com', 'ann@example.com', '', 'active', 0, 'full')"
        )
        tallies: list[int] = []
        snapshot = threading.Thread(
            target=lambda: tallies.append(postgres_store.ledger.tally(opened(postgres_store)[1]).audience)
        )
        snapshot.start()
        snapshot.join(0.2)
        waited = snapshot.is_alive()
    snapshot.join()

    assert waited
    assert tallies == [1]


def test_two_programs_on_one_file_wait_for_each_other(sqlite_store: Store, tmp_path: Path) -> None:
    with open_store(sqlite_url(tmp_path / "newsletter.db")) as other:
        writing = threading.Event()

        def write() -> None:
            with other.database.write() as connection:
                connection.exec_driver_sql("DELETE FROM meta")
                writing.set()
                threading.Event().wait(0.05)

        thread = threading.Thread(target=write)
        thread.start()
        writing.wait()
        sqlite_store.ledger.take_over()
        thread.join()

    assert sqlite_store.ledger.take_over() == 2
