"""Mailings that were kept and never began to leave, and batches that only look as if somebody were due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model.ports import Heard
from newsletter.store.engine import Store
from newsletter.store.schema import deliveries, delivery_exceptions
from tests.store.builders import NOW, join, make_mailing, record, result
from tests.store.deliveries.claims import claimed, opened


def test_what_nobody_was_claimed_for_can_be_opened_anew_in_other_words(store: Store) -> None:
    join(store, "ann")
    store.ledger.open_mailings((make_mailing(), replace(make_mailing(), variant="news")), NOW)
    join(store, "bob")

    withdrawn = store.ledger.withdraw("2024-W23")
    number = store.ledger.open_mailing(replace(make_mailing(), sha256="other"), NOW)

    assert withdrawn
    kept = store.ledger.mailing("2024-W23", "full")
    assert kept is not None
    assert kept[1].sha256 == "other"
    assert store.ledger.tally(number).audience == 2
    assert store.ledger.mailing("2024-W23", "news") is None


@pytest.mark.parametrize("why", ["claimed", "paused", "cancelled"])
def test_what_may_have_left_or_was_stopped_by_a_person_stays(store: Store, why: str) -> None:
    join(store, "ann")
    ledger, mailing = opened(store)
    if why == "claimed":
        ledger.finish(claimed(ledger, mailing))
    elif why == "paused":
        ledger.pause(mailing, "a person's wish", NOW)
    else:
        ledger.cancel(mailing, "a person's wish", NOW)

    assert not ledger.withdraw("2024-W23")

    assert ledger.mailing("2024-W23", "full") is not None
    assert ledger.tally(mailing).audience == 1


def test_a_batch_that_wrongly_looks_due_is_passed_over(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "unknown"))
    ledger.finish(claim)
    settled = {"mailing": mailing, "subscriber": ann, "state": "accepted", "at": NOW, "code": 250, "reply": ""}
    with store.database.write() as connection:
        connection.execute(deliveries.insert().values(**settled, attempt=1))
        connection.execute(delivery_exceptions.update().values(next_try_at=NOW))

    assert ledger.claim(mailing, NOW, due=True) is None


def test_a_letter_that_did_not_go_is_forgotten_by_the_run_that_noted_it_only(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    ledger.take_over(hold=True)
    claim = claimed(ledger, mailing)
    ledger.intend([(claim, ann), (claim, bob)])

    ledger.take_back([(claim, ann)])
    ledger.take_back([(replace(claim, epoch=claim.epoch + 1), bob)])
    ledger.take_over(hold=True)

    assert ledger.tally(mailing).held == 1
    assert [one.state for one in ledger.proofs("2024-W23", bob)] == ["held"]


def test_whoever_records_hears_that_another_run_has_taken_over(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    ledger.take_over()
    claim = claimed(ledger, mailing)
    ledger.take_over()

    assert record(ledger, claim, result(ann)) == Heard(epoch=claim.epoch + 1)
    assert ledger.heard(mailing).epoch == claim.epoch + 1
