"""Of a letter that may have arrived or not, a person decides, if that is what they chose."""

from __future__ import annotations

from newsletter.model.audience import address
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.deliveries.claims import asked, claimed, names, opened


def test_a_letter_that_was_being_handed_over_when_the_run_died_is_held(store: Store) -> None:
    ann, bob, _ = join(store, "ann", "bob", "cem")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    ledger.intend([(claim, ann), (claim, bob)])
    record(ledger, claim, result(ann))

    ledger.take_over(hold=True)

    assert names(claimed(ledger, mailing)) == ["cem"]
    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.held, tally.waiting) == (1, 1, 1)
    (held,) = ledger.troubles(mailing, ("held",))
    assert (held.key, held.attempts, held.next_try, held.at) == ("key-bob", 1, None, NOW)


def test_who_had_this_weeks_letter_is_not_held_and_who_had_another_weeks_is(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    earlier = ledger.open_mailing(make_mailing(week="2024-W22"), NOW)
    record(ledger, claimed(ledger, earlier), result(bob))
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann))
    ledger.intend([(claim, ann), (claim, bob)])

    ledger.take_over(hold=True)

    assert [held.key for held in ledger.troubles(mailing, ("held",))] == ["key-bob"]
    assert ledger.tally(mailing).accepted == 1


def test_with_the_other_choice_it_goes_again(store: Store) -> None:
    ann, _ = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    ledger.intend([(claimed(ledger, mailing), ann)])

    ledger.take_over()

    assert names(claimed(ledger, mailing)) == ["ann", "bob"]
    ledger.take_over(hold=True)
    assert ledger.tally(mailing).held == 0


def test_every_result_takes_its_intent_back(store: Store) -> None:
    readers = join(store, "ann", "bob", "cem", "dan", "eve", "fay")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    ledger.intend([(claim, reader) for reader in readers])
    ledger.intend([(claim, reader) for reader in readers])

    states = ("accepted", "deferred", "refused", "left", "unknown", "dropped")
    record(ledger, claim, *[result(reader, state) for reader, state in zip(readers, states, strict=True)])  # type: ignore[arg-type]
    with store.database.read() as connection:
        rest = connection.exec_driver_sql("SELECT * FROM intents").all()

    assert rest == []


def test_a_deferred_reader_whose_next_letter_was_in_the_air_is_held(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "deferred", code=451))
    ledger.finish(claim)
    ledger.intend([(claimed(ledger, mailing, later(minutes=5) - NOW), ann)])

    ledger.take_over(hold=True)

    (held,) = ledger.troubles(mailing, ("held",))
    assert (held.attempts, held.code, held.at) == (2, 0, later(minutes=5))
    assert asked(ledger, mailing, later(days=30)) is None


def test_what_was_unknown_before_the_choice_is_held_as_well(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "unknown", code=0))
    ledger.finish(claim)

    ledger.take_over(hold=True)

    assert asked(ledger, mailing, later(days=30)) is None
    assert ledger.tally(mailing).held == 1


def test_who_is_held_waits_for_a_person_whatever_happens(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "held", code=0))
    ledger.finish(claim)

    ledger.pause(mailing, "by hand", NOW)
    ledger.resume(mailing, NOW)
    ledger.take_over()
    store.subscribers.leave("key-ann", NOW)

    assert asked(ledger, mailing, later(days=30)) is None
    tally = ledger.tally(mailing)
    assert (tally.held, tally.waiting) == (1, 0)


def test_who_is_held_and_leaves_is_still_held(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    record(ledger, claimed(ledger, mailing), result(ann, "held", code=0))
    store.subscribers.leave("key-ann", NOW)
    ledger.take_over()

    claim = claimed(ledger, mailing)

    assert ([reader.id for reader in claim.readers], claim.left) == ([bob], ())


def test_released_the_letter_goes_at_once_and_is_not_held_again_by_the_next_run(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "held", code=0), result(bob, "held", code=0))
    ledger.finish(claim)
    store.subscribers.leave("key-bob", NOW)

    released = ledger.release_held(mailing, later(hours=1))
    ledger.take_over(hold=True)

    again = claimed(ledger, mailing, later(hours=1) - NOW)
    assert (released, names(again), again.left, again.fresh) == (2, ["ann"], (bob,), False)
    assert ledger.release_held(mailing, later(hours=1)) == 0


def test_of_a_cancelled_mailing_nothing_is_released(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    record(ledger, claimed(ledger, mailing), result(ann, "held", code=0))
    ledger.cancel(mailing, "the wrong issue", NOW)

    assert ledger.release_held(mailing, NOW) == 0
    assert ledger.tally(mailing).held == 1


def test_dropped_the_letter_never_goes(store: Store) -> None:
    ann, bob, _ = join(store, "ann", "bob", "cem")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "held", code=0, relay="east"), result(bob))
    ledger.finish(claim)

    dropped = ledger.drop_held(mailing, later(hours=1))
    ledger.take_over()

    assert (dropped, ledger.drop_held(mailing, later(hours=1))) == (1, 0)
    again = claimed(ledger, mailing)
    assert names(again) == ["cem"]
    record(ledger, again, result(ann, "deferred"), result(again.readers[0].id))
    ledger.finish(again)
    assert asked(ledger, mailing, later(days=30)) is None
    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.dropped, tally.held, tally.deferred, tally.waiting) == (2, 1, 0, 0, 0)
    (proof,) = ledger.proofs("2024-W23", ann)
    assert (proof.state, proof.at, proof.relay) == ("dropped", later(hours=1), "east")


def test_dropping_after_the_batch_was_counted_changes_the_count(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "held", code=0), result(bob))
    ledger.finish(claim)

    ledger.drop_held(mailing, NOW)

    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.dropped, tally.waiting) == (1, 1, 0)


def test_who_is_erased_while_their_letter_is_in_the_air_is_held_by_number(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    ledger.intend([(claimed(ledger, mailing), ann)])
    store.subscribers.remove(address("ann@example.com"))

    ledger.take_over(hold=True)

    (held,) = ledger.troubles(mailing, ("held",))
    assert (held.address, held.key) == (None, "")
