"""Whoever leaves is noticed by whoever is about to write to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsletter.model.audience import address
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.deliveries.claims import asked, claimed, opened

ANN = address("Ann@example.com")


@pytest.mark.parametrize(
    "depart",
    [
        pytest.param(lambda store: store.subscribers.leave("key-ann", NOW), id="leaves"),
        pytest.param(lambda store: store.subscribers.suppress(ANN, "complained", NOW), id="is suppressed"),
        pytest.param(lambda store: store.subscribers.remove(ANN), id="is erased"),
    ],
)
def test_the_next_result_tells_that_somebody_departed(store: Store, depart: Callable[[Store], object]) -> None:
    ann, bob, cem = join(store, "ann", "bob", "cem")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    before = record(ledger, claim, result(bob))

    depart(store)
    after = record(ledger, claim, result(cem))

    assert after.departures > before.departures
    assert ledger.heard(mailing).departures == after.departures
    assert ledger.still_readers([ann, bob, cem]) == {bob, cem}


def test_while_nobody_departs_the_number_stays(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    store.subscribers.leave("nobody", NOW)
    store.subscribers.remove(address("nobody@example.com"))
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    told = [record(ledger, claim, result(reader)).departures for reader in (ann, bob)]

    assert told == [0, 0]


def test_many_are_asked_about_at_once(store: Store) -> None:
    store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(1200)), now=NOW)
    everybody = {reader.id for reader in store.subscribers.all()}
    left = store.subscribers.by_address(address("reader700@example.com"))
    assert left
    store.subscribers.leave(left.key, NOW)

    assert store.ledger.still_readers(everybody | {0}) == everybody - {left.id}
    assert store.ledger.still_readers([]) == frozenset()


# What the relay says of an address -------------------------------------------------------------------


def test_somebody_without_a_mailbox_is_never_written_to_again(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    before = record(ledger, claim, result(bob))

    told = record(
        ledger, claim, result(ann, "refused", later(hours=1), 550, reply="5.1.1 no such\x00 user", suppress=True)
    )

    found = store.subscribers.suppression(address("ann@example.com"))
    assert found
    assert (found.reason, found.at, found.note) == ("bounced", later(hours=1), "550 5.1.1 no such user")
    assert told.departures > before.departures
    assert ledger.still_readers([ann, bob]) == {bob}
    next_week = ledger.open_mailing(make_mailing(week="2024-W24"), later(days=7))
    assert [reader.id for reader in claimed(ledger, next_week).readers] == [bob]


def test_the_address_that_the_person_has_now_is_the_one_suppressed(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE subscribers SET address = 'New@example.com', folded = 'new@example.com'")

    record(ledger, claim, result(ann, "refused", code=550, suppress=True))

    assert store.subscribers.suppression(address("new@example.com"))
    assert store.subscribers.suppression(address("ann@example.com")) is None


def test_of_somebody_erased_meanwhile_nothing_is_suppressed_and_the_result_is_kept(store: Store) -> None:
    (ann,) = join(store, "ann")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    store.subscribers.remove(ANN)

    record(ledger, claim, result(ann, "refused", code=550, suppress=True))

    assert store.subscribers.suppression(ANN) is None
    assert ledger.tally(mailing).refused == 1


def test_a_wish_to_leave_gives_way_to_a_bounce_and_a_complaint_does_not(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    store.subscribers.leave("key-ann", NOW)
    store.subscribers.suppress(address("bob@example.com"), "complained", NOW)

    gone = [result(reader, "refused", code=550, suppress=True) for reader in (ann, bob)]
    record(ledger, claim, *gone)

    found = [store.subscribers.suppression(address(f"{name}@example.com")) for name in ("ann", "bob")]
    assert [one.reason for one in found if one] == ["bounced", "complained"]


def test_erasing_readers_leaves_the_numbers_as_they_were(store: Store) -> None:
    ann, bob, cem, dan = join(store, "ann", "bob", "cem", "dan")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann), result(bob, "refused"), result(cem, "deferred"))
    ledger.finish(claim)

    for name in ("ann", "bob", "dan"):
        store.subscribers.remove(address(f"{name}@example.com"))

    tally = ledger.tally(mailing)
    assert (tally.audience, tally.accepted, tally.refused, tally.deferred) == (4, 1, 1, 1)
    again = asked(ledger, mailing, NOW)
    assert again
    assert (again.readers, again.left) == ((), (dan,))
    assert ledger.troubles(mailing, ("refused",))[0].address is None
