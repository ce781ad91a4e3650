"""What is recorded is on the disk, whole, whoever else records at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

import pytest

from newsletter.errors import CannotWrite, StoreFault
from newsletter.model.audience import Delivery
from newsletter.model.ports import Claim, Heard
from newsletter.store.engine import Store, open_store
from newsletter.store.schema import subscribers
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.conftest import BOTH
from tests.store.deliveries.claims import asked, claimed, names, opened


def test_results_of_several_claims_go_in_together(store: Store) -> None:
    join(store, "ann", "bob", "cem", "dan")
    ledger, mailing = opened(store, 1)
    claims = [claimed(ledger, mailing) for _ in range(4)]
    states = ("accepted", "deferred", "refused", "left")

    ledger.record(
        [(claim, result(claim.readers[0].id, state)) for claim, state in zip(claims, states, strict=True)]  # type: ignore[arg-type]
    )

    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.deferred, tally.refused, tally.left) == (1, 1, 1, 1)
    for claim in claims:
        ledger.finish(claim)
    assert names(claimed(ledger, mailing, later(minutes=5) - NOW)) == ["bob"]


def test_more_results_than_a_statement_takes_values_are_one_transaction(store: Store) -> None:
    count = 5000
    rows = [
        {"key": n, "address": n, "folded": n, "name": "", "standing": "active", "joined": NOW, "variant": "full"}
        for n in map(str, range(count))
    ]
    with store.database.write() as connection:
        connection.execute(subscribers.insert(), rows)
    ledger, mailing = opened(store, count)
    claim = claimed(ledger, mailing)

    record(ledger, claim, *[result(reader.id) for reader in claim.readers])
    ledger.finish(claim)

    assert ledger.tally(mailing).accepted == count
    assert asked(ledger, mailing, NOW) is None


def test_what_is_settled_stays_so_unless_the_letter_crossed(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "left"), result(bob, "dropped"))

    record(ledger, claim, result(ann, "dropped", later(hours=1)), result(bob, "left", later(hours=1)))
    settled = [ledger.proofs("2024-W23", reader)[0] for reader in (ann, bob)]
    record(ledger, claim, result(ann), result(bob))

    assert [(one.state, one.at) for one in settled] == [("left", NOW), ("dropped", NOW)]
    assert ledger.tally(mailing).accepted == 2


def test_a_reader_with_two_rows_is_passed_over(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store, 1)
    for reader in (ann, bob):
        claim = claimed(ledger, mailing)
        record(ledger, claim, result(reader, "deferred", code=451))
        ledger.finish(claim)
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO deliveries (mailing, subscriber, state, at, code, reply, attempt)"
            f" VALUES ({mailing}, {ann}, 'accepted', 0, 250, '', 1)"
        )

    claim = ledger.claim(mailing, later(hours=1), due=True)

    assert claim
    assert names(claim) == ["bob"]


def test_nothing_to_record_is_no_fault(store: Store) -> None:
    assert store.ledger.record([]) == Heard()


def test_the_number_of_tries_the_relay_and_its_words_are_kept(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann, "deferred", code=451, reply="4.7.1 späte\x00r " + "x" * 900, relay="east"))
    (deferred,) = ledger.proofs("2024-W23", ann)
    record(ledger, claim, result(ann, at=later(minutes=5), relay="west"))
    (accepted,) = ledger.proofs("2024-W23", ann)

    assert (deferred.attempts, deferred.code, deferred.relay) == (1, 451, "east")
    assert deferred.reply.startswith("4.7.1 später xxx")
    assert len(deferred.reply) < 501
    assert (accepted.attempts, accepted.code, accepted.relay, accepted.at) == (2, 250, "west", later(minutes=5))


def test_two_results_of_one_reader_in_one_transaction_are_two_tries(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    record(ledger, claim, result(ann, "deferred"), result(bob, "deferred"), result(bob), result(ann, "deferred"))

    ((of_ann,), (of_bob,)) = (ledger.proofs("2024-W23", reader) for reader in (ann, bob))
    assert (of_ann.state, of_ann.attempts) == ("deferred", 2)
    assert (of_bob.state, of_bob.attempts) == ("accepted", 2)


def test_an_instant_without_a_zone_is_refused_and_nothing_is_written(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    with pytest.raises(ValueError, match="no time zone"):
        record(ledger, claim, result(ann, "deferred"), result(bob, at=datetime(2024, 6, 7)))  # noqa: DTZ001 - what is tested

    assert ledger.tally(mailing).waiting == 2
    assert ledger.tally(mailing).deferred == 0


def test_a_reader_who_is_put_off_for_five_days_has_failed(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    for number in range(33):
        record(ledger, claim, result(ann, "deferred", later(hours=number), 451))

    tally = ledger.tally(mailing)
    assert (tally.deferred, tally.refused) == (0, 1)


def test_a_claim_is_fresh_only_if_nobody_had_the_batch_before(store: Store) -> None:
    join(store, "ann", "bob")
    ledger, mailing = opened(store, 1)

    first = claimed(ledger, mailing)
    ledger.take_over()
    again, second = claimed(ledger, mailing), claimed(ledger, mailing)

    assert (first.batch, again.batch, second.batch) == (1, 1, 2)
    assert (first.fresh, again.fresh, second.fresh) == (True, False, True)


def test_batches_are_claimed_past_a_number(store: Store) -> None:
    join(store, "ann", "bob", "cem")
    ledger, mailing = opened(store, 1)
    claims = [claimed(ledger, mailing) for _ in range(2)]
    ledger.record([(claim, result(claim.readers[0].id, "deferred")) for claim in claims])
    for claim in claims:
        ledger.finish(claim)

    past_the_first = ledger.claim(mailing, later(hours=1), after=1, due=True)
    past_all = ledger.claim(mailing, NOW, after=3)

    assert past_the_first
    assert names(past_the_first) == ["bob"]
    assert past_all is None


def test_a_result_that_comes_after_its_batch_was_counted_is_counted(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    ledger.take_over()
    frozen = claimed(ledger, mailing)
    ledger.take_over()
    mine = claimed(ledger, mailing)
    record(ledger, mine, result(ann), result(bob, "left"))
    ledger.finish(mine)

    record(ledger, frozen, result(bob, at=later(hours=1)))

    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.left, tally.waiting) == (2, 0, 0)
    assert ledger.progress("2024-W23", NOW)[0].last == later(hours=1)


# Several at once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("states", [("accepted", "deferred"), ("deferred", "accepted"), ("unknown", "left")])
def test_two_workers_with_results_for_one_reader_leave_one_row(store: Store, states: tuple[Any, Any]) -> None:
    readers = join(store, *(f"reader{n}" for n in range(12)))
    ledger, mailing = opened(store, 4)
    claims = [claimed(ledger, mailing) for _ in range(3)]
    together = threading.Barrier(2)
    faults: list[BaseException] = []

    def work(state: Any) -> None:
        try:
            together.wait()
            for claim in claims:
                record(ledger, claim, *[result(reader.id, state) for reader in claim.readers])
        except BaseException as fault:  # noqa: BLE001 - carried over to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(state,)) for state in states]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    tally = ledger.tally(mailing)
    assert tally.accepted + tally.left == len(readers)
    assert (tally.deferred, tally.unknown) == (0, 0)


@pytest.mark.postgres
def test_a_result_waits_for_another_one_of_its_batch(postgres_store: Store) -> None:
    ann, _ = join(postgres_store, "ann", "bob")
    ledger, mailing = opened(postgres_store)
    claim = claimed(ledger, mailing)

    with ExitStack() as other:
        connection = other.enter_context(postgres_store.database.write())
        connection.exec_driver_sql("SELECT * FROM batches FOR UPDATE")
        recording = threading.Thread(target=record, args=(ledger, claim, result(ann)))
        recording.start()
        recording.join(0.1)
        waited = recording.is_alive()
    recording.join()

    assert waited
    assert ledger.tally(mailing).accepted == 1


@pytest.mark.parametrize("kind", BOTH)
def test_two_processes_share_the_audience(kind: str, url_of: Callable[[str], str]) -> None:
    with open_store(url_of(kind)) as one, open_store(str_url(one)) as other:
        join(one, "ann", "bob", "cem", "dan")
        _, mailing = opened(one, 1)

        claims = [ask.claim(mailing, NOW) for ask in (one.ledger, other.ledger, one.ledger, other.ledger)]
        heard = [other.ledger.record([(claim, result(claim.readers[0].id))]) for claim in claims if claim]

        assert [names(claim) for claim in claims if claim] == [["ann"], ["bob"], ["cem"], ["dan"]]
        assert heard == [Heard()] * 4
        assert one.ledger.tally(mailing).accepted == 4


def str_url(store: Store) -> str:
    url = store.database.engine.url
    return f"sqlite:///{store.database.path}" if store.database.path else url.set(
        drivername="postgresql").render_as_string(hide_password=False)  # fmt: skip


# The disk ------------------------------------------------------------------------------------------


def _fill(store: Store) -> None:
    with store.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def _make_room(store: Store) -> None:
    with store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


def many_results(claim: Claim) -> list[tuple[Claim, Delivery]]:
    """Results that need room: some of each table."""
    states: tuple[Any, ...] = ("accepted", "deferred")
    return [(claim, result(r.id, states[r.id % 2], reply="as long as it may be " * 30)) for r in claim.readers]


def test_on_a_full_disk_no_result_is_half_written_and_all_are_kept_when_there_is_room(sqlite_store: Store) -> None:
    sqlite_store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(200)), now=NOW)
    ledger, mailing = opened(sqlite_store)
    claim = claimed(ledger, mailing)
    _fill(sqlite_store)

    with pytest.raises(CannotWrite, match="disk is full") as full:
        ledger.record(many_results(claim))

    assert "Make room" in full.value.mend
    assert ledger.tally(mailing).waiting == 200
    assert ledger.tally(mailing).deferred == 0
    _make_room(sqlite_store)
    ledger.record(many_results(claim))
    assert (ledger.tally(mailing).accepted, ledger.tally(mailing).deferred) == (100, 100)


def test_on_a_full_disk_a_mailing_is_opened_whole_or_not_at_all(sqlite_store: Store) -> None:
    join(sqlite_store, "ann")
    _fill(sqlite_store)

    with pytest.raises(CannotWrite):
        sqlite_store.ledger.open_mailings(
            (make_mailing(), make_mailing(variant="news", segments=(b"x" * 99999,), marks=())), NOW
        )

    assert sqlite_store.ledger.progress("2024-W23", NOW) == ()


def test_a_fault_of_the_database_shows_nobodys_words(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    with pytest.raises(StoreFault) as fault:
        record(ledger, claim, result(ann, "arrived"))  # type: ignore[arg-type] - what the table refuses

    assert "as the relay said" not in str(fault.value)
    assert record(ledger, claim, result(ann)) == Heard()


def test_no_question_of_a_run_reads_more_than_its_batch(sqlite_store: Store) -> None:
    sqlite_store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(40)), now=NOW)
    ledger, mailing = opened(sqlite_store, 4)
    asked_for: list[str] = []
    with closing(sqlite_store.database.engine.raw_connection()) as raw:
        driver = raw.driver_connection
        assert driver
        driver.set_trace_callback(asked_for.append)

    for due in (False, True):
        for _ in range(2):
            claim = ledger.claim(mailing, later(hours=1), due=due)
            assert claim
            record(ledger, claim, *[result(reader.id, "deferred") for reader in claim.readers])
            ledger.finish(claim)
    driver.set_trace_callback(None)

    questions = {text for text in asked_for if text.startswith(("SELECT", "UPDATE", "\nSELECT", "\nUPDATE"))}
    with sqlite_store.database.read() as connection:
        steps = [
            row[3]
            for question in questions
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + question.replace("%", "%%")).all()
        ]
    of_exceptions = [step for step in steps if "delivery_exceptions" in step or " e " in step]
    assert of_exceptions
    assert [
        step for step in of_exceptions if not ("batch=?" in step or "state=?" in step or "subscriber" in step)
    ] == []
    assert [step for step in steps if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"] == []
