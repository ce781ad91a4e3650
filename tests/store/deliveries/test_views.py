"""Where a mailing stands, who waits and why, and what one reader got: as it is, at every moment."""

from __future__ import annotations

from datetime import timedelta

from newsletter.model.audience import DeliveryState
from newsletter.model.deliveries import Proof
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.deliveries.claims import claimed, opened


def test_before_the_first_claim_a_week_has_no_progress(store: Store) -> None:
    assert store.ledger.progress("2024-W23", NOW) == ()
    assert store.ledger.proofs("2024-W23", 1) == ()


def test_progress_is_told_for_each_variant_in_the_order_in_which_they_were_opened(store: Store) -> None:
    join(store, "ann")
    store.ledger.open_mailing(make_mailing(week="2024-W22"), NOW)

    numbers = store.ledger.open_mailings((make_mailing(variant="news"), make_mailing()), later(hours=1))

    found = store.ledger.progress("2024-W23", NOW)
    assert [(one.number, one.variant, one.created) for one in found] == [
        (numbers[0], "news", later(hours=1)),
        (numbers[1], "full", later(hours=1)),
    ]
    assert [(one.first, one.last, one.last_minute, one.next_try) for one in found] == [(None, None, 0, None)] * 2


def test_two_hundred_readers_are_counted_while_they_are_served_and_afterwards(store: Store) -> None:
    store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(200)), now=NOW)
    ledger, mailing = opened(store, 60)
    states: tuple[DeliveryState, ...] = ("accepted",) * 7 + ("deferred", "refused", "left")
    at = NOW
    halfway = None

    while claim := ledger.claim(mailing, at):
        for number, reader in enumerate(claim.readers):
            at += timedelta(seconds=1)
            record(ledger, claim, result(reader.id, states[number % 10], at))
        if claim.batch == 2:
            (halfway,) = ledger.progress("2024-W23", at)
        ledger.finish(claim)
    (end,) = ledger.progress("2024-W23", at)

    assert halfway
    assert (halfway.tally.accepted, halfway.tally.deferred, halfway.tally.left) == (84, 12, 12)
    assert (halfway.first, halfway.last) == (later(seconds=1), later(seconds=117))
    # Of the seconds 58 to 117 those whose letter was accepted.
    assert halfway.last_minute == 42
    assert (end.tally.audience, end.tally.accepted, end.tally.deferred, end.tally.refused) == (200, 140, 20, 20)
    assert (end.tally.left, end.tally.waiting) == (20, 20)
    assert (end.first, end.last, end.last_minute) == (later(seconds=1), later(seconds=197), 42)
    assert end.next_try == later(seconds=8, minutes=5)
    assert ledger.tally(mailing) == end.tally


def test_troubles_are_told_latest_first_and_no_more_than_asked_for(store: Store) -> None:
    ann, bob, cem, dan, eve = join(store, "ann", "bob", "cem", "dan", "eve")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(
        ledger,
        claim,
        result(ann, "deferred", later(minutes=1), 451, reply="4.2.2 full", relay="east"),
        result(bob, "refused", later(minutes=3), 550),
        result(cem, "held", later(minutes=2), 0),
        result(dan, "left", later(minutes=4)),
        result(eve),
    )

    found = ledger.troubles(mailing)
    some = ledger.troubles(mailing, ("deferred", "left"), 1)

    assert [one.key for one in found] == ["key-bob", "key-cem", "key-ann"]
    assert [one.key for one in some] == ["key-dan"]
    last = found[-1]
    assert (last.address, last.state, last.attempts, last.next_try) == (
        "ann@example.com", "deferred", 1, later(minutes=6),
    )  # fmt: skip
    assert (last.code, last.reply, last.relay, last.at) == (451, "4.2.2 full", "east", later(minutes=1))
    assert [one.next_try for one in found[:2]] == [None, None]


def test_the_proof_is_in_the_mailing_that_the_readers_letter_belongs_to(store: Store) -> None:
    ann, bob, cem = join(store, "ann", "bob", "cem")
    store.subscribers.leave("key-bob", NOW)
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, at=later(hours=1), reply="2.0.0 queued as 1A", relay="east"))

    assert ledger.proofs("2024-W23", ann) == (
        Proof(
            number=mailing, variant="full", state="accepted", at=later(hours=1), attempts=1, code=250,
            reply="2.0.0 queued as 1A", relay="east",
        ),
    )  # fmt: skip
    assert ledger.proofs("2024-W23", cem) == (Proof(number=mailing, variant="full", state=None),)
    assert ledger.proofs("2024-W23", bob) == (), "between the two, and not in the snapshot"
    assert ledger.proofs("2024-W22", ann) == ()


def test_the_proof_of_somebody_deferred_says_when_they_are_tried_again(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)

    record(ledger, claimed(ledger, mailing), result(ann, "deferred", code=451))

    (proof,) = ledger.proofs("2024-W23", ann)
    assert (proof.state, proof.attempts, proof.next_try) == ("deferred", 1, later(minutes=5))
