"""A reader joins once, leaves for good, and is erased on request."""

from __future__ import annotations

import pytest

from newsletter.model.audience import Suppressed, address
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, later, make_mailing

ANN = address("Ann@example.com")


def test_a_reader_is_added_once_however_the_address_is_typed(store: Store) -> None:
    first = store.subscribers.add(ANN, name="Ann", now=NOW)

    second = store.subscribers.add(address("aNN@EXAMPLE.com"), name="Somebody", now=later(days=1))

    assert (first.outcome, second.outcome) == ("added", "known")
    assert first.subscriber == second.subscriber == store.subscribers.by_address(address("ANN@example.com"))
    assert store.subscribers.count() == 1


def test_the_address_is_kept_as_typed(store: Store) -> None:
    added = store.subscribers.add(ANN, now=NOW)

    assert added.subscriber
    assert added.subscriber.address == "Ann@example.com"


def test_every_reader_gets_a_key_of_their_own_that_nobody_guesses(store: Store) -> None:
    keys = {added.subscriber.key for name in "abc" if (added := store.subscribers.add(
        address(f"{name}@example.com"), now=NOW)).subscriber}  # fmt: skip

    assert len(keys) == 3
    assert min(len(key) for key in keys) >= 22


def test_a_reader_is_found_by_key_whatever_their_standing(store: Store) -> None:
    join(store, "ann")
    store.subscribers.leave("key-ann", NOW)

    found = store.subscribers.by_key("key-ann")

    assert found
    assert found.standing == "left"
    assert store.subscribers.by_key("nobody") is None


# Leaving -------------------------------------------------------------------------------------------


def test_leaving_may_be_repeated(store: Store) -> None:
    join(store, "ann")

    left = [store.subscribers.leave("key-ann", later(hours=hour)) for hour in range(2)]

    assert left == [True, True]
    assert store.subscribers.count("left") == 1
    assert store.subscribers.leave("nobody", NOW) is False


@pytest.mark.parametrize("capitals", [False, True])
def test_who_left_is_not_revived_by_being_added_again(store: Store, capitals: bool) -> None:
    join(store, "ann")
    store.subscribers.leave("key-ann", NOW)

    typed = address("ANN@example.com" if capitals else "ann@example.com")
    again = store.subscribers.add(typed, now=later(days=1))
    imported = store.subscribers.import_many([(typed, "Ann")], now=later(days=1))

    assert again.outcome == "suppressed"
    assert (imported.added, len(imported.refused)) == (0, 1)
    assert store.subscribers.count("active") == 0


def test_who_asks_for_it_comes_back(store: Store) -> None:
    (ann,) = join(store, "ann")
    store.subscribers.leave("key-ann", NOW)

    back = store.subscribers.add(address("ann@example.com"), now=later(days=1), rejoin=True)

    assert back.outcome == "rejoined"
    assert back.subscriber
    assert (back.subscriber.id, back.subscriber.standing) == (ann, "active")
    assert store.subscribers.add(address("ann@example.com"), now=later(days=2)).outcome == "known"


@pytest.mark.parametrize("reason", ["bounced", "complained", "by-hand"])
def test_only_an_own_wish_to_leave_can_be_taken_back(store: Store, reason: Suppressed) -> None:
    join(store, "ann")
    store.subscribers.leave("key-ann", NOW, reason)
    store.subscribers.leave("key-ann", NOW, "unsubscribed")

    back = store.subscribers.add(address("ann@example.com"), now=later(days=1), rejoin=True)

    assert back.outcome == "suppressed"
    assert store.subscribers.count("active") == 0


def test_a_complaint_outlives_an_earlier_unsubscription(store: Store) -> None:
    join(store, "ann")
    store.subscribers.leave("key-ann", NOW)
    store.subscribers.suppress(address("ann@example.com"), "complained", NOW)

    back = store.subscribers.add(address("ann@example.com"), now=later(days=1), rejoin=True)

    assert back.outcome == "suppressed"


def test_a_suppressed_address_that_nobody_has_is_refused(store: Store) -> None:
    store.subscribers.suppress(ANN, "by-hand", NOW, "asked by letter")

    added = store.subscribers.add(ANN, now=NOW)

    assert (added.subscriber, added.outcome) == (None, "suppressed")


def test_an_erased_reader_who_had_left_is_still_not_written_to(store: Store) -> None:
    join(store, "ann")
    store.subscribers.leave("key-ann", NOW)

    erased = store.subscribers.remove(address("Ann@example.com"))

    assert erased
    assert store.subscribers.by_key("key-ann") is None
    assert store.subscribers.add(address("ann@example.com"), now=NOW).outcome == "suppressed"
    assert not store.subscribers.remove(address("ann@example.com"))


def test_the_number_of_an_erased_reader_is_never_given_away(store: Store) -> None:
    (ann,) = join(store, "ann")
    store.subscribers.remove(address("ann@example.com"))

    (bob,) = join(store, "bob")

    assert bob > ann


# Importing -----------------------------------------------------------------------------------------


def test_an_import_tells_of_every_row_that_it_did_not_take(store: Store) -> None:
    join(store, "known", "left")
    store.subscribers.leave("key-left", NOW)
    rows = [
        ("new@example.com", "New"),
        ("no address", ""),
        ("Known@example.com", ""),
        ("left@example.com", ""),
        ("NEW@example.com", "twice in the file"),
        ("", ""),
    ]

    done = store.subscribers.import_many(rows, now=NOW)

    assert (done.added, done.known) == (1, 2)
    assert [(refusal.row, refusal.typed) for refusal in done.refused] == [
        (2, "no address"),
        (4, "left@example.com"),
        (6, ""),
    ]
    assert all(refusal.why for refusal in done.refused)


def test_a_second_import_of_the_same_rows_adds_nobody(store: Store) -> None:
    rows = [(f"reader{n}@example.com", f"Reader {n}") for n in range(1100)]

    first, second = (store.subscribers.import_many(rows, now=NOW) for _ in range(2))

    assert (first.added, first.known) == (1100, 0)
    assert (second.added, second.known) == (0, 1100)


def test_everybody_is_listed_by_id_over_all_pages(store: Store) -> None:
    store.subscribers.import_many(((f"reader{n}@example.com", "") for n in range(1100)), now=NOW)
    left = store.subscribers.by_address(address("reader7@example.com"))
    assert left
    store.subscribers.leave(left.key, NOW)

    ids = [reader.id for reader in store.subscribers.all()]
    active = [reader.id for reader in store.subscribers.all("active")]

    assert ids == sorted(ids)
    assert len(set(ids)) == 1100
    assert active == [id_ for id_ in ids if id_ != left.id]
    assert (store.subscribers.count(), store.subscribers.count("active")) == (1100, 1099)


def test_a_reader_may_leave_while_a_mailing_goes_out(store: Store) -> None:
    join(store, "ann", "bob")
    mailing = store.ledger.open_mailing(make_mailing(), NOW)
    claim = store.ledger.claim(mailing, NOW)

    assert claim
    assert store.subscribers.leave("key-ann", NOW)
