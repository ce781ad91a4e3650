"""The variants of a week share its readers out, and go, pause, go on or end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model.audience import Signature, address
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, later, make_mailing, record, result
from tests.store.deliveries.claims import asked, claimed, names, opened

VARIANTS = (make_mailing(), make_mailing(variant="news"), make_mailing(variant="explainer"))


def choose(store: Store, **variants: str) -> None:
    for name, variant in variants.items():
        store.subscribers.add(address(f"{name}@example.com"), now=NOW, key=f"key-{name}", variant=variant)


def test_signatures_and_the_mark_of_the_secret_are_kept_with_the_bytes(store: Store) -> None:
    rsa = Signature(domain="example.com", selector="s1", algorithm="rsa-sha256", at=1717747200, key_mark="ab")
    mailing = make_mailing(
        signatures=(rsa, Signature(domain="example.com", selector="s2", algorithm="ed25519-sha256", at=2, key_mark="")),
        secret_mark="1f2e",
    )

    number = store.ledger.open_mailing(mailing, NOW)

    assert store.ledger.mailing("2024-W23", "full") == (number, mailing)


# Variants ------------------------------------------------------------------------------------------


def test_each_reader_is_in_the_mailing_of_their_variant_and_in_no_other(store: Store) -> None:
    choose(store, ann="full", bob="news", cem="explainer", dan="news")

    numbers = store.ledger.open_mailings(VARIANTS, NOW)

    assert [names(claimed(store.ledger, number)) for number in numbers] == [["ann"], ["bob", "dan"], ["cem"]]
    assert [asked(store.ledger, number, NOW) for number in numbers] == [None, None, None]


def test_who_chose_a_variant_that_is_not_offered_gets_the_first_one(store: Store) -> None:
    choose(store, ann="poems", bob="explainer", cem="news")

    first, second = store.ledger.open_mailings(VARIANTS[:2], NOW)

    assert names(claimed(store.ledger, first)) == ["ann", "bob"]
    assert names(claimed(store.ledger, second)) == ["cem"]


def test_numbers_come_in_the_order_in_which_the_mailings_were_given(store: Store) -> None:
    full, news, explainer = store.ledger.open_mailings(VARIANTS, NOW)

    again = store.ledger.open_mailings(tuple(reversed(VARIANTS)), later(days=1))

    assert again == (explainer, news, full)


def test_a_variant_that_is_offered_after_the_snapshot_has_nobody(store: Store) -> None:
    choose(store, ann="full", bob="news")
    store.ledger.open_mailing(VARIANTS[0], NOW)
    choose(store, cem="news")

    first, second = store.ledger.open_mailings(VARIANTS[:2], later(hours=1))

    assert names(claimed(store.ledger, first)) == ["ann", "bob"]
    assert store.ledger.tally(second).audience == 0
    assert asked(store.ledger, second, later(hours=1)) is None


def test_another_week_takes_its_own_snapshot(store: Store) -> None:
    join(store, "ann")
    store.ledger.open_mailing(make_mailing(), NOW)
    join(store, "bob")

    second = store.ledger.open_mailing(make_mailing(week="2024-W24"), later(days=7))

    assert names(claimed(store.ledger, second)) == ["ann", "bob"]


def test_many_readers_are_shared_out_without_loss(sqlite_store: Store) -> None:
    with sqlite_store.database.write() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21003)"
            " INSERT INTO subscribers (key, address, folded, name, standing, joined, variant)"
            " SELECT i, i || '@example.com', i || '@example.com', '', 'active', 0,"
            " CASE i % 3 WHEN 0 THEN 'news' ELSE 'full' END FROM n"
        )

    ledger = replace(sqlite_store.ledger, batch_size=50)

    numbers = ledger.open_mailings(VARIANTS[:2], NOW)

    assert [ledger.tally(number).audience for number in numbers] == [14002, 7001]
    claims = [claimed(ledger, number) for number in numbers]
    assert [len(claim.readers) for claim in claims] == [50, 50]
    assert not {r.id for r in claims[0].readers} & {r.id for r in claims[1].readers}


# States --------------------------------------------------------------------------------------------


def test_of_a_paused_mailing_nothing_is_claimed_until_it_is_resumed(store: Store) -> None:
    ann, _ = join(store, "ann", "bob")
    ledger, mailing = opened(store, 1)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "deferred", code=451))
    ledger.finish(claim)

    ledger.pause(mailing, "550 5.7.1 not wanted", NOW)
    while_paused = asked(ledger, mailing, later(hours=1))
    ledger.resume(mailing, later(hours=1))

    assert while_paused is None
    assert names(claimed(ledger, mailing)) == ["bob"]


def test_a_result_says_that_the_mailing_was_paused_meanwhile(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)

    before = record(ledger, claim, result(ann))
    ledger.pause(mailing, "by hand", NOW)
    after = record(ledger, claim, result(bob))

    assert (before.state, after.state) == ("open", "paused")
    assert ledger.heard(mailing) == after
    assert ledger.tally(mailing).accepted == 2


def test_why_and_when_it_was_paused_is_told_until_it_goes_on(store: Store) -> None:
    ledger, mailing = opened(store)

    ledger.pause(mailing, "first", NOW)
    ledger.pause(mailing, "second", later(hours=1))
    (paused,) = ledger.progress("2024-W23", NOW)
    ledger.resume(mailing, later(hours=2))
    (going,) = ledger.progress("2024-W23", NOW)

    assert (paused.state, paused.why, paused.changed) == ("paused", "first", NOW)
    assert (going.state, going.why, going.changed) == ("open", "", None)


def test_who_was_put_off_because_the_relay_refused_us_is_due_when_the_mailing_is_resumed(store: Store) -> None:
    ann, bob = join(store, "ann", "bob")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann, "deferred", code=550), result(bob, "deferred", code=451))
    ledger.finish(claim)
    ledger.pause(mailing, "550 5.7.1 not wanted", NOW)

    ledger.resume(mailing, later(minutes=1))

    due = ledger.claim(mailing, later(minutes=1), due=True)
    assert due
    assert names(due) == ["ann"]


def test_a_cancelled_mailing_never_goes_on(store: Store) -> None:
    join(store, "ann")
    ledger, mailing = opened(store)

    ledger.cancel(mailing, "the wrong issue", NOW)
    ledger.resume(mailing, NOW)
    ledger.pause(mailing, "again", later(hours=1))
    ledger.cancel(mailing, "twice", later(hours=1))

    assert asked(ledger, mailing, later(days=30)) is None
    (progress,) = ledger.progress("2024-W23", NOW)
    assert (progress.state, progress.why, progress.changed) == ("cancelled", "the wrong issue", NOW)
    assert ledger.heard(mailing).state == "cancelled"


def test_of_a_cancelled_mailing_nobody_waits(store: Store) -> None:
    ann, bob, cem, dan, eve, *_ = join(store, "ann", "bob", "cem", "dan", "eve", "fay", "gil")
    ledger, mailing = opened(store)
    claim = claimed(ledger, mailing)
    record(ledger, claim, result(ann), result(bob, "refused"), result(cem, "deferred"), result(dan, "left"))
    record(ledger, claim, result(eve, "held"))

    ledger.cancel(mailing, "the wrong issue", NOW)

    tally = ledger.tally(mailing)
    assert (tally.accepted, tally.refused, tally.left, tally.held, tally.cancelled) == (1, 1, 1, 1, 3)
    assert (tally.deferred, tally.unknown, tally.waiting) == (0, 0, 0)
    assert ledger.progress("2024-W23", NOW)[0].next_try is None


@pytest.mark.parametrize("variants", [1, 2])
def test_a_pause_stops_one_variant_and_not_the_others(store: Store, variants: int) -> None:
    choose(store, ann="full", bob="news")
    first, second = store.ledger.open_mailings(VARIANTS[:2], NOW)

    for number in (first, second)[:variants]:
        store.ledger.pause(number, "by hand", NOW)

    found = [asked(store.ledger, number, NOW) for number in (first, second)]
    assert [claim is None for claim in found] == [True, variants == 2]
