"""Whatever happens in whatever order: no reader is served twice, none after leaving, none is missed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from newsletter.model.audience import Delivery, DeliveryState, Reader, address
from newsletter.model.ports import Claim
from newsletter.store.deliveries.ledger import SqlLedger
from newsletter.store.engine import Store
from tests.store.builders import NOW, join, make_mailing, record, result

TROUBLES = ("deferred", "refused", "unknown", "held")
NAMES = ("ann", "bob", "cem", "dan", "eve")


class Sending(RuleBasedStateMachine):
    """One mailing in batches of two; letters leave one by one while people come and go and runs die."""

    #: Set by the test.
    make: Callable[[], AbstractContextManager[Store]]

    @initialize()
    def open_mailing(self) -> None:
        self.open = ExitStack()
        self.store = self.open.enter_context(type(self).make())
        self.audience = set(join(self.store, *NAMES))
        self.ledger: SqlLedger = replace(self.store.ledger, batch_size=2)
        self.mailing = self.ledger.open_mailing(make_mailing(), NOW)
        self.now = NOW
        self.claims: list[tuple[Claim, list[Reader]]] = []
        self.frozen: list[Claim] = []
        self.accepted: set[int] = set()
        self.gone: set[str] = set()
        #: Whose letter was about to be handed over, and has no result.
        self.in_the_air: set[int] = set()
        self.cancelled = False

    def teardown(self) -> None:
        if hasattr(self, "open"):
            with self.open:
                self.send_all_the_rest()

    def send_all_the_rest(self) -> None:
        """In the end a run that nothing disturbs, when every wait is over."""
        self.now += timedelta(days=1)
        self.resume()
        self.decide("release")
        self.die_and_take_over(hold=False)
        while (claim := self.next_claim()) is not None:
            assert not self.cancelled
            self.take(claim)
            self.hand_over_all("accepted", True, len(self.claims) - 1)
        self.the_sum_is_right()
        tally = self.ledger.tally(self.mailing)
        assert tally.waiting == 0
        assert tally.held == 0 or self.cancelled

    def next_claim(self) -> Claim | None:
        return self.ledger.claim(self.mailing, self.now) or self.ledger.claim(self.mailing, self.now, due=True)

    @rule()
    def claim(self) -> None:
        claim = self.next_claim()
        if claim is not None:
            self.take(claim)

    def take(self, claim: Claim) -> None:
        served = {reader.id for reader in claim.readers}
        held = {reader.id for _, rest in self.claims for reader in rest}
        assert served <= self.audience
        assert not served & self.accepted
        assert not served & held
        assert not {reader.key for reader in claim.readers} & self.gone
        assert not served & set(claim.left)
        self.keep(claim, *[result(reader, "left", self.now) for reader in claim.left])
        self.claims.append((claim, list(claim.readers)))

    def keep(self, claim: Claim, *results: Delivery) -> None:
        heard = record(self.ledger, claim, *results)
        assert not results or heard == self.ledger.heard(self.mailing)
        self.in_the_air -= {one.subscriber for one in results}

    @precondition(lambda self: self.claims)
    @rule(state=st.sampled_from(["accepted", "accepted", *TROUBLES]), which=st.integers(0, 9))
    def hand_over(self, state: DeliveryState, which: int) -> None:
        claim, rest = self.claims[which % len(self.claims)]
        if rest:
            reader = rest.pop(0)
            self.keep(claim, result(reader.id, state, self.now))
            if state == "accepted":
                self.accepted.add(reader.id)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9))
    def finish(self, which: int) -> None:
        claim, _ = self.claims.pop(which % len(self.claims))
        self.ledger.finish(claim)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9))
    def intend(self, which: int) -> None:
        claim, rest = self.claims[which % len(self.claims)]
        if rest:
            self.ledger.intend([(claim, rest[0].id)])
            self.in_the_air.add(rest[0].id)

    @rule(hold=st.booleans())
    def die_and_take_over(self, hold: bool) -> None:
        self.frozen.extend(claim for claim, _ in self.claims)
        self.claims.clear()
        self.ledger.take_over(hold=hold)
        for reader in self.in_the_air:
            (proof,) = self.ledger.proofs("2024-W23", reader)
            assert (proof.state == "held") == hold
        assert not hold or self.ledger.tally(self.mailing).unknown == 0
        self.in_the_air.clear()

    @rule(way=st.sampled_from(["release", "drop"]))
    def decide(self, way: str) -> None:
        held = 0 if self.cancelled and way == "release" else self.ledger.tally(self.mailing).held
        decided = self.ledger.release_held if way == "release" else self.ledger.drop_held
        assert decided(self.mailing, self.now) == held

    @rule()
    def pause(self) -> None:
        self.ledger.pause(self.mailing, "a person's wish", self.now)
        assert self.next_claim() is None

    @rule(sure=st.integers(0, 9))
    def cancel(self, sure: int) -> None:
        if sure == 9:
            self.ledger.cancel(self.mailing, "a person's wish", self.now)
            self.cancelled = True

    @rule()
    def resume(self) -> None:
        self.ledger.resume(self.mailing, self.now)

    @precondition(lambda self: self.frozen)
    @rule()
    def wake_a_run_that_was_taken_for_dead(self) -> None:
        self.ledger.finish(self.frozen.pop())

    @precondition(lambda self: self.claims)
    @rule(state=st.sampled_from(["accepted", "deferred", "unknown"]), finish=st.booleans(), which=st.integers(0, 9))
    def hand_over_all(self, state: DeliveryState, finish: bool, which: int) -> None:
        while self.claims[which % len(self.claims)][1]:
            self.hand_over(state, which)
        if finish:
            self.finish(which)

    @rule(name=st.sampled_from(NAMES), way=st.sampled_from(["leave", "erase", "come back"]))
    def come_and_go(self, name: str, way: str) -> None:
        mailbox, key = address(f"{name}@example.com"), f"key-{name}"
        if way == "leave":
            self.store.subscribers.leave(key, self.now)
            self.gone.add(key)
        elif way == "erase":
            self.store.subscribers.remove(mailbox)
            self.gone.add(key)
        elif self.store.subscribers.add(mailbox, now=self.now, key=key, rejoin=True).outcome != "suppressed":
            self.gone.discard(key)

    @rule(minutes=st.sampled_from([1, 10, 300]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_sum_is_right(self) -> None:
        if hasattr(self, "open"):
            tally = self.ledger.tally(self.mailing)
            assert tally.audience == len(NAMES)
            assert tally.accepted == len(self.accepted)
            assert tally.waiting >= 0
            assert (tally.accepted, tally.left, tally.dropped) == self.counted_one_by_one()

    def counted_one_by_one(self) -> tuple[int, ...]:
        with self.store.database.read() as connection:
            states = connection.exec_driver_sql("SELECT state FROM deliveries").scalars().all()
        return tuple(states.count(state) for state in ("accepted", "left", "dropped"))


def test_any_order_of_claims_results_departures_and_deaths_serves_everybody_once(
    copies: Callable[[], AbstractContextManager[Store]],
) -> None:
    machine = type("SendingOnFiles", (Sending,), {"make": staticmethod(copies)})

    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=20, deadline=None))
