"""Nobody twice and nobody who left, while connections break, people come and go, and the store fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from newsletter.errors import Busy, CannotSend, StoreFault
from newsletter.mail.sending.dispatch import Timing, dispatch
from newsletter.mail.sending.pace import Lanes, Pace, Turn
from newsletter.mail.sending.pool import Pool
from newsletter.model.audience import Address, Delivery, Letter, Subscriber, Tally
from newsletter.model.ports import Claim, Heard, Reply, Transport
from newsletter.model.settings import Delivering
from tests.mail.builders import (
    Answer,
    HandClock,
    MemoryLedger,
    RecordingTransport,
    Way,
    ctrl_c,
    make_mailing,
    make_readers,
    writer,
)

MAILING = make_mailing()
OK = Reply(250, "2.0.0 Ok", "letter")
AHEAD = Delivering(envelope_ahead=True)
HOLD = Delivering(on_unknown="hold")


def send(ledger: MemoryLedger, *ways: Way, **options: Any) -> Tally:
    timing = Timing(pauses=(0.0, 0.0), rest=0.1, look=0.001)
    usual: dict[str, Any] = {"write": writer(MAILING), "clock": HandClock(), "timing": timing}
    return dispatch(1, MAILING, ledger=ledger, transport=Transport("test", ways), **(usual | options))


def had(transport: RecordingTransport) -> list[int]:
    return sorted(letter.subscriber for letter in transport.taken)


class KeenLedger(MemoryLedger):
    """Notes which batches were given up or finished, and fails as it is told."""

    def __init__(self, readers: Sequence[Subscriber], *, batch_size: int = 500) -> None:
        super().__init__(readers, batch_size=batch_size)
        self.finished: list[int] = []
        #: So many records fail before one works again.
        self.faults = 0

    def finish(self, claim: Claim) -> None:
        self.finished.append(claim.batch)
        super().finish(claim)

    def record(self, results: Sequence[tuple[Claim, Delivery]]) -> Heard:
        if self.faults:
            self.faults -= 1
            raise StoreFault("Another program has been writing to the database for too long.")
        return super().record(results)


# Connections that break ---------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["sender", "letter"])
def test_an_announced_letter_goes_once_when_the_relay_closes_the_connection_with_421(stage: Any) -> None:
    closing = Reply(421, "4.3.2 closing", stage)
    transport = RecordingTransport(lambda n, _letter: closing if n in (3, 7) else OK)

    tally = send(MemoryLedger(make_readers(9)), Way(transport), delivering=AHEAD)

    assert tally == Tally(audience=9, accepted=9)
    assert had(transport) == list(range(1, 10))


def test_a_reader_who_leaves_while_a_new_connection_is_waited_for_gets_nothing() -> None:
    ledger, transport = MemoryLedger(make_readers(3)), RecordingTransport()

    def break_off(number: int, _letter: Letter) -> Answer:
        if number == 2:
            ledger.left = {2}
            return ConnectionError
        return OK

    transport.answer = break_off

    tally = send(ledger, Way(transport))

    assert had(transport) == [1, 3]
    assert tally == Tally(audience=3, accepted=2, left=1)


def test_a_reader_who_leaves_while_the_first_connection_opens_gets_nothing() -> None:
    ledger, transport = MemoryLedger(make_readers(2)), RecordingTransport()

    def leave(_open: int) -> None:
        ledger.left = {1}

    transport.refuse_connection = leave

    tally = send(ledger, Way(transport))

    assert had(transport) == [2]
    assert tally == Tally(audience=2, accepted=1, left=1)


def test_a_letter_that_is_given_back_after_its_reader_left_goes_to_nobody() -> None:
    ledger, left = MemoryLedger(make_readers(3)), list[int]()
    pool = make_pool(ledger, left)
    (first,) = pool.take("worker", "smtp")
    ledger.left = {1}
    there = pool.still_readers([first])
    (second,) = pool.take("worker", "smtp")

    pool.give_back([first])

    assert there == frozenset()
    assert second.reader.id == 2
    assert left == [1]
    assert [turn.reader.id for turn in pool.take("worker", "smtp", 5)] == [3]


def test_a_relay_that_never_answers_does_not_get_the_whole_list() -> None:
    silent = RecordingTransport(lambda _n, _letter: Reply(0, "no answer after the final dot", "letter"))
    ledger = MemoryLedger(make_readers(200))

    with pytest.raises(CannotSend, match="puts off every letter"):
        send(ledger, Way(silent))

    assert silent.tried == 50


# The record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delivering", [Delivering(), Delivering(record="group", group=8)], ids=["strict", "group"])
def test_what_the_ledger_could_not_take_at_first_is_recorded_before_the_run_ends(delivering: Delivering) -> None:
    ledger, transport = KeenLedger(make_readers(40)), RecordingTransport()
    ledger.faults = 1

    with pytest.raises(StoreFault):
        send(ledger, Way(transport, 2), delivering=delivering)
    recorded = sorted(d.subscriber for d in ledger.records)
    ledger.take_over()
    send(ledger, Way(transport, 2), delivering=delivering)

    assert recorded
    assert had(transport) == list(range(1, 41))


def test_ctrl_c_leaves_every_letter_of_a_group_recorded() -> None:
    ledger = MemoryLedger(make_readers(500))

    def interrupted(number: int, _letter: Letter) -> Answer:
        if number == 30:
            press()
        return OK

    transport = RecordingTransport(interrupted)
    with ctrl_c() as press, pytest.raises(KeyboardInterrupt):
        send(ledger, Way(transport, 3), delivering=Delivering(record="group", group=2000))

    assert sorted(d.subscriber for d in ledger.records) == had(transport)


def test_a_run_that_was_taken_for_dead_stops_at_once_when_another_has_taken_over() -> None:
    ledger, transport = MemoryLedger(make_readers(50), batch_size=10), RecordingTransport()

    def take_over(number: int, _letter: Letter) -> Answer:
        if number == 5:
            ledger.take_over()
        return OK

    transport.answer = take_over

    with pytest.raises(Busy, match="Another run has taken over the letters of 2024-W23"):
        send(ledger, Way(transport))

    assert had(transport) == [1, 2, 3, 4, 5]
    assert send(ledger, Way(transport)).accepted == 50
    assert had(transport) == list(range(1, 51))


def test_a_batch_that_is_claimed_in_the_name_of_another_run_is_left_to_it() -> None:
    ledger, left = KeenLedger(make_readers(4), batch_size=2), list[int]()
    pool = make_pool(ledger, left)
    ledger.take_over()

    turns = pool.take("worker", "smtp")

    assert turns == ()
    assert pool.is_superseded
    assert ledger.finished == [1]


# Held ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [False, True], ids=["breaks before the end", "takes no connection"])
def test_a_letter_that_certainly_did_not_go_is_not_held(refused: bool) -> None:
    ledger = MemoryLedger(make_readers(5))
    absent = RecordingTransport(lambda _n, _letter: ConnectionError)
    if refused:
        absent.refuse_connection = lambda _n: CannotSend("mail.example.com:587 takes no letters")

    with pytest.raises(CannotSend):
        send(ledger, Way(absent, 2), delivering=HOLD)

    assert ledger.intended == []


def test_a_letter_is_noted_again_before_it_goes_over_another_connection() -> None:
    ledger, unnoted = MemoryLedger(make_readers(4)), list[int]()

    def answer(number: int, letter: Letter) -> Answer:
        if letter.subscriber not in ledger.intended:
            unnoted.append(letter.subscriber)
        return ConnectionError if number == 2 else OK

    tally = send(ledger, Way(RecordingTransport(answer)), delivering=HOLD)

    assert tally.accepted == 4
    assert unnoted == []


# Crowds -------------------------------------------------------------------------------------------


def test_batches_that_wait_only_for_a_domain_that_was_put_off_are_not_kept_in_mind() -> None:
    readers = make_readers(801)
    busy = [replace(reader, address=Address(f"r{reader.id}@busy.example")) for reader in readers[:-1]]
    ledger = KeenLedger([*busy, readers[-1]], batch_size=100)
    given_up: list[int] = []

    def answer(_number: int, letter: Letter) -> Answer:
        if letter.recipient.endswith("busy.example"):
            return Reply(451, "4.7.1 slow down")
        given_up.extend(ledger.finished)
        return OK

    tally = send(ledger, Way(RecordingTransport(answer)))

    assert (tally.accepted, tally.deferred) == (1, 5)
    assert given_up == list(range(1, 9))


def test_domains_that_may_be_written_to_again_are_forgotten() -> None:
    pace = Pace({}, per_domain=60, ramp=0, begun=0.0)

    for number in range(30_000):
        pace.went("smtp", f"d{number}.example", float(number))

    assert pace.domain_from("d0.example") == 0.0
    assert pace.domain_from("d29999.example") == 30_000.0


def test_a_domain_keeps_its_pace_when_others_are_forgotten() -> None:
    pace = Pace({}, per_domain=1, ramp=0, begun=0.0)
    lanes = Lanes(pace)
    claim = Claim(mailing=1, batch=1, epoch=1, readers=())
    pace.went("smtp", "busy.example", 0.0)

    for number in range(30_000):
        pace.went("smtp", f"d{number}.example", 0.0)
    lanes.add(Turn(claim, replace(make_readers(1)[0], address=Address("r@busy.example"))))

    assert lanes.take("smtp", 59.0) is None
    assert lanes.take("smtp", 60.0) is not None


def make_pool(ledger: MemoryLedger, left: list[int]) -> Pool:
    def note(results: Collection[tuple[Claim, Delivery]]) -> None:
        left.extend(delivery.subscriber for _, delivery in results)

    pool = Pool(
        1,
        ledger=ledger,
        clock=HandClock(),
        pace=Pace({}, per_domain=0, ramp=0, begun=0.0),
        ticks=lambda: 1.0,
        look=0.001,
        stop=lambda: False,
        halting=Event(),
        on_left=note,
    )
    pool.enter("worker")
    return pool
