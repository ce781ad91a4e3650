"""How fast letters may go, by a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.sending.pace import Lanes, Pace, Turn
from newsletter.model.audience import Address
from newsletter.model.ports import Claim
from tests.mail.builders import make_reader


def make_turn(number: int, domain: str = "example.org") -> Turn:
    reader = replace(make_reader(number), address=Address(f"reader{number}@{domain}"))
    return Turn(Claim(mailing=1, batch=1, epoch=1, readers=(reader,)), reader)


def make_pace(*, relay: int = 0, per_domain: int = 0, ramp: float = 0.0, begun: float = 100.0) -> Pace:
    return Pace({"smtp": relay}, per_domain=per_domain, ramp=ramp, begun=begun)


def instants(pace: Pace, turns: list[Turn], *, until: float = 10_000.0) -> list[tuple[float, int]]:
    """When each turn goes if somebody asks a hundred times a second from the beginning on, and whose it is."""
    lanes = Lanes(pace)
    for turn in turns:
        lanes.add(turn)
    found: list[tuple[float, int]] = []
    tick = 0
    while len(lanes) and (at := 100.0 + tick / 100) < until:
        while (turn := lanes.take("smtp", at)) is not None:
            found.append((at, turn.reader.id))
        tick += 1
    return found


def test_without_rates_all_go_at_once_and_in_order() -> None:
    found = instants(make_pace(), [make_turn(number) for number in (3, 1, 2)])

    assert found == [(100.0, 3), (100.0, 1), (100.0, 2)]


def test_a_relay_gets_so_many_a_minute_and_no_burst() -> None:
    found = instants(make_pace(relay=60), [make_turn(number) for number in range(5)])

    assert [at for at, _ in found] == pytest.approx([100, 101, 102, 103, 104])


def test_each_relay_has_a_rate_of_its_own() -> None:
    pace = Pace({"smtp": 60, "second": 0}, per_domain=0, ramp=0, begun=0)
    lanes = Lanes(pace)
    for number in range(4):
        lanes.add(make_turn(number))

    taken = [lanes.take(relay, 0.0) for relay in ("smtp", "smtp", "second", "second")]

    assert [turn.reader.id if turn else None for turn in taken] == [0, None, 1, 2]


def test_a_slow_domain_keeps_no_other_waiting() -> None:
    turns = [make_turn(number, "slow.example" if number < 3 else f"d{number}.example") for number in range(6)]

    found = instants(make_pace(per_domain=30), turns)

    assert {number: at for at, number in found} == pytest.approx({0: 100, 1: 102, 2: 104, 3: 100, 4: 100, 5: 100})


def test_a_ramp_begins_at_a_tenth_and_ends_at_the_whole_rate() -> None:
    found = instants(make_pace(relay=60, ramp=60.0), [make_turn(number) for number in range(50)])

    gaps = [later[0] - earlier[0] for earlier, later in pairwise(found)]
    assert gaps[0] == pytest.approx(10, abs=0.02)
    assert all(later <= earlier + 0.02 for earlier, later in pairwise(gaps))
    assert gaps[-1] == pytest.approx(1, abs=0.02)


@given(
    rate=st.integers(1, 6000),
    per_domain=st.integers(0, 600),
    domains=st.lists(st.sampled_from("abc"), max_size=40),
)
def test_no_minute_holds_more_than_the_rate_and_nobody_is_lost(rate: int, per_domain: int, domains: list[str]) -> None:
    turns = [make_turn(number, f"{domain}.example") for number, domain in enumerate(domains)]

    pace = make_pace(relay=rate, per_domain=per_domain)
    lanes, at, found = Lanes(pace), 100.0, []
    for turn in turns:
        lanes.add(turn)
    while len(lanes):
        at = max(at, pace.relay_from("smtp"), lanes.ready_from() or 0.0)
        turn = lanes.take("smtp", at)
        assert turn is not None
        found.append((at, turn))

    assert sorted(turn.reader.id for _, turn in found) == list(range(len(turns)))
    for start, _ in found:
        within = [turn for when, turn in found if start <= when < start + 59.999]
        assert len(within) <= rate
        for domain in {turn.domain for turn in within} if per_domain else ():
            assert sum(turn.domain == domain for turn in within) <= per_domain


def test_turns_put_first_go_first_and_removed_ones_not_at_all() -> None:
    lanes = Lanes(make_pace(per_domain=6000))
    for number in range(4):
        lanes.add(make_turn(number))
    lanes.add(make_turn(9), first=True)

    out = lanes.remove({1, 2})

    at, order = 100.0, []
    while len(lanes):
        at = max(at, lanes.ready_from() or 0.0)
        turn = lanes.take("smtp", at)
        assert turn is not None
        order.append(turn.reader.id)
    assert [turn.reader.id for turn in out] == [1, 2]
    assert order == [9, 0, 3]
    assert lanes.ready_from() is None
