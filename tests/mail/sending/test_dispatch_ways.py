"""Several relays, rates, letters announced ahead, people who leave or stop it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Event
from typing import Any

import pytest

from newsletter.errors import CannotSend
from newsletter.mail.sending.dispatch import Timing, dispatch
from newsletter.model.audience import Address, Delivery, Letter, Reader, Tally
from newsletter.model.ports import Relay, Reply, Transport
from newsletter.model.settings import Delivering
from tests.mail.builders import (
    Answer,
    HandClock,
    MemoryLedger,
    RecordingTransport,
    Way,
    make_mailing,
    make_readers,
    writer,
)

MAILING = make_mailing()
OK = Reply(250, "2.0.0 Ok", "letter")
AHEAD = Delivering(envelope_ahead=True)


class Ticks:
    """A clock that goes on by itself whenever somebody looks: waiting costs no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 0.05
        return self.at


def send(ledger: MemoryLedger, *relays: Relay, delivering: Delivering | None = None, **options: Any) -> Tally:
    timing = Timing(ticks=Ticks(), pauses=(0.0, 0.0), rest=0.1, look=0.001)
    usual: dict[str, Any] = {"write": writer(MAILING), "clock": HandClock(), "timing": timing}
    transport = Transport("test", relays)
    return dispatch(1, MAILING, ledger=ledger, transport=transport, delivering=delivering, **(usual | options))


def had(*transports: RecordingTransport) -> list[int]:
    return sorted(letter.subscriber for transport in transports for letter in transport.taken)


# Relays -------------------------------------------------------------------------------------------


def test_several_relays_share_the_letters_and_each_result_names_its_own() -> None:
    together = Barrier(2)

    def wait_for_the_other(number: int, _letter: Letter) -> Answer:
        if number == 1:
            together.wait(10)
        return OK

    one, two = RecordingTransport(wait_for_the_other), RecordingTransport(wait_for_the_other)
    ledger = MemoryLedger(make_readers(40), batch_size=10)

    tally = send(ledger, Way(one, name="smtp"), Way(two, name="second"))

    assert tally == Tally(audience=40, accepted=40)
    assert had(one, two) == list(range(1, 41))
    assert one.taken
    assert two.taken
    by_relay = {name: [r.subscriber for r in ledger.records if r.relay == name] for name in ("smtp", "second")}
    assert sorted(by_relay["second"]) == had(two)
    assert sorted(by_relay["smtp"]) == had(one)


def test_the_only_relay_is_not_named_in_each_result() -> None:
    ledger = MemoryLedger(make_readers(2))

    send(ledger, Way(RecordingTransport()))

    assert [record.relay for record in ledger.records] == ["", ""]


def test_a_relay_that_is_down_leaves_its_letters_to_the_other_and_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    tried = Event()

    def refuse(_open: int) -> CannotSend:
        tried.set()
        return CannotSend("mail.example.com:587 takes no letters")

    def wait_for_the_other(_number: int, _letter: Letter) -> Answer:
        tried.wait(10)
        return OK

    down, well = RecordingTransport(refuse_connection=refuse), RecordingTransport(wait_for_the_other)
    ledger = MemoryLedger(make_readers(30), batch_size=10)

    tally = send(ledger, Way(down, 2, name="smtp"), Way(well, name="second"))

    assert tally == Tally(audience=30, accepted=30)
    assert had(well) == list(range(1, 31))
    assert any("smtp rests" in message and "takes no letters" in message for message in caplog.messages)


def test_a_relay_that_hangs_up_on_all_but_one_connection_gets_one() -> None:
    """421 on every other open connection: concurrency goes down, and nobody is missed or served twice."""
    transport = RecordingTransport()

    def hang_up(_number: int, _letter: Letter) -> Answer:
        return Reply(421, "4.3.2 too many connections") if transport.connections - transport.closed > 1 else OK

    transport.answer = hang_up
    ledger = MemoryLedger(make_readers(60), batch_size=10)

    tally = send(ledger, Way(transport, 5))

    assert tally == Tally(audience=60, accepted=60)
    assert had(transport) == list(range(1, 61))


def test_a_relay_that_takes_many_letters_at_once_gets_many() -> None:
    calls: list[int] = []

    class Service(RecordingTransport):
        def hand_over(self, letters: Any, *, ahead: Letter | None = None) -> tuple[Reply, ...]:
            calls.append(len(letters))
            return super().hand_over(letters, ahead=ahead)

    service = Service(lambda n, _letter: Reply(550, "5.1.1 gone", "recipient") if n == 3 else OK, at_once=7)
    ledger = MemoryLedger(make_readers(20))

    tally = send(ledger, Way(service), delivering=Delivering(max_refused=50))

    assert tally == Tally(audience=20, accepted=19, refused=1)
    assert calls == [7, 7, 6]
    assert ledger.states()[3] == "refused"


# Rates --------------------------------------------------------------------------------------------


def test_letters_go_no_faster_than_the_relay_wants_them() -> None:
    ticks, went = Ticks(), []

    def note(_number: int, _letter: Letter) -> Answer:
        went.append(ticks.at)
        return OK

    way = Way(RecordingTransport(note), 3, per_minute=30)
    send(MemoryLedger(make_readers(6)), way, timing=Timing(ticks=ticks, pauses=(), look=0.001))

    assert len(went) == 6
    assert went[-1] - went[0] >= 5 * 2.0


def test_a_domain_that_puts_off_one_letter_after_the_other_is_left_alone_and_the_others_are_served() -> None:
    readers = [
        replace(reader, address=Address(f"r{reader.id}@{'busy' if reader.id % 2 else 'well'}.example"))
        for reader in make_readers(60)
    ]
    busy = RecordingTransport(
        lambda _n, letter: Reply(451, "4.7.1 slow down") if letter.recipient.endswith("busy.example") else OK
    )
    ledger = MemoryLedger(readers)

    tally = send(ledger, Way(busy))

    assert tally.accepted == 30
    assert 5 <= tally.deferred <= 7
    assert tally.waiting == 30


def test_a_relay_that_puts_off_everything_ends_the_run_and_pauses_nothing() -> None:
    readers = [replace(reader, address=Address(f"r@d{reader.id}.example")) for reader in make_readers(200)]
    full = RecordingTransport(lambda _n, _letter: Reply(452, "4.3.1 r@d1.example: no room"))
    ledger = MemoryLedger(readers)

    with pytest.raises(CannotSend, match="puts off every letter") as fault:
        send(ledger, Way(full))

    assert full.tried == 50
    assert not ledger.paused
    assert "@d1" not in str(fault.value)


# Refusals -----------------------------------------------------------------------------------------


def test_too_many_refusals_pause_the_mailing() -> None:
    ledger = MemoryLedger(make_readers(500))
    gone = RecordingTransport(lambda n, _l: Reply(550, "5.1.1 a@b.example unknown", "recipient") if n % 4 == 0 else OK)

    with pytest.raises(CannotSend, match=r"paused\. 5 of 20 letters were refused"):
        send(ledger, Way(gone), delivering=Delivering(max_refused=20))

    assert gone.tried == 20
    assert "a@b" not in ledger.paused


def test_a_few_refusals_are_normal() -> None:
    ledger = MemoryLedger(make_readers(100))
    some = RecordingTransport(lambda n, _letter: Reply(550, "5.1.1 unknown", "recipient") if n % 20 == 0 else OK)

    tally = send(ledger, Way(some))

    assert tally == Tally(audience=100, accepted=95, refused=5)
    assert all(record.suppress for record in ledger.records if record.state == "refused")


def test_a_reader_whose_letter_cannot_be_written_is_refused_and_the_week_goes_on() -> None:
    def write(reader: Reader) -> Letter:
        if reader.id == 2:
            raise ValueError("The address of reader 2 cannot stand in a letter")
        return writer(MAILING)(reader)

    ledger = MemoryLedger(make_readers(3))

    tally = send(ledger, Way(RecordingTransport()), write=write)

    assert tally == Tally(audience=3, accepted=2, refused=1)
    assert [record.reply for record in ledger.records if record.subscriber == 2] == [
        "The address of reader 2 cannot stand in a letter"
    ]


# Ahead --------------------------------------------------------------------------------------------


def test_each_next_letter_is_announced_and_then_comes() -> None:
    transport = RecordingTransport()
    ledger = MemoryLedger(make_readers(5))

    tally = send(ledger, Way(transport), delivering=AHEAD)

    assert tally == Tally(audience=5, accepted=5)
    assert transport.announced == transport.taken[1:]


def test_an_announced_reader_who_leaves_gets_nothing_and_the_connection_is_closed() -> None:
    transport = RecordingTransport()
    ledger = MemoryLedger(make_readers(4))

    def leave(number: int, _letter: Letter) -> Answer:
        if number == 2:
            ledger.left = {3}
        return OK

    transport.answer = leave

    tally = send(ledger, Way(transport), delivering=AHEAD)

    assert tally == Tally(audience=4, accepted=3, left=1)
    assert had(transport) == [1, 2, 4]
    assert transport.connections == 2


@pytest.mark.parametrize("answer", [ConnectionError, Reply(421, "4.3.2 closing"), Reply(0, "no answer")])
def test_an_announced_letter_is_not_lost_with_its_connection(answer: Answer) -> None:
    transport = RecordingTransport(lambda n, _letter: answer if n == 3 else OK)
    ledger = MemoryLedger(make_readers(9))

    send(ledger, Way(transport), delivering=AHEAD)
    ledger.take_over()
    tally = send(ledger, Way(transport), delivering=AHEAD)

    assert tally == Tally(audience=9, accepted=9)
    twice = [3] if answer == Reply(0, "no answer") else []
    assert had(transport) == sorted([*range(1, 10), *twice])


def test_an_announced_letter_waits_until_the_result_of_the_one_before_is_recorded() -> None:
    ledger = MemoryLedger(make_readers(10))
    behind: list[int] = []

    def answer(number: int, _letter: Letter) -> Answer:
        behind.append(number - 1 - len(ledger.records))
        return OK

    send(ledger, Way(RecordingTransport(answer)), delivering=AHEAD)

    assert behind == [0] * 10


# Groups and holding -------------------------------------------------------------------------------


def test_a_group_is_recorded_together_and_whole_at_the_end() -> None:
    ledger = MemoryLedger(make_readers(90))

    tally = send(ledger, Way(RecordingTransport(), 3), delivering=Delivering(record="group", group=40))

    assert tally == Tally(audience=90, accepted=90)
    assert len(ledger.transactions) < 45


def test_no_more_letters_are_in_the_air_than_a_group_and_the_connections() -> None:
    ledger = MemoryLedger(make_readers(300))
    behind: list[int] = []

    def answer(number: int, _letter: Letter) -> Answer:
        behind.append(number - len(ledger.records))
        return OK

    send(ledger, Way(RecordingTransport(answer), 4), delivering=Delivering(record="group", group=20))

    assert max(behind) <= 24


def test_who_would_rather_hold_has_each_letter_noted_before_it_leaves() -> None:
    ledger = MemoryLedger(make_readers(6))
    unnoted: list[int] = []

    def answer(number: int, letter: Letter) -> Answer:
        if letter.subscriber not in ledger.intended:
            unnoted.append(letter.subscriber)
        return Reply(0, "no answer", "letter") if number == 4 else OK

    tally = send(ledger, Way(RecordingTransport(answer), 2), delivering=Delivering(on_unknown="hold"))

    assert unnoted == []
    assert (tally.accepted, tally.held, tally.waiting) == (5, 1, 0)


# People -------------------------------------------------------------------------------------------


def test_a_reader_who_leaves_after_being_claimed_gets_nothing() -> None:
    ledger = MemoryLedger(make_readers(50))

    def leave(number: int, _letter: Letter) -> Answer:
        if number == 10:
            ledger.left = {20, 30}
        return OK

    tally = send(ledger, Way(transport := RecordingTransport(leave)))

    assert tally == Tally(audience=50, accepted=48, left=2)
    assert not {20, 30} & set(had(transport))


def test_a_reader_who_leaves_while_the_rate_makes_wait_gets_nothing() -> None:
    ledger, ticks = MemoryLedger(make_readers(3)), Ticks()

    def leave_later(deliveries: Any) -> None:
        # Nothing is recorded between this moment and the next letter, two seconds later.
        when["leaves"] = ticks.at + 1.0

    when = {"leaves": 1e9}
    ledger.before_record = leave_later
    plain = ledger.heard

    def heard(mailing: int) -> Any:
        if ticks.at > when["leaves"]:
            ledger.left = {2, 3}
        return plain(mailing)

    ledger.heard = heard  # type: ignore[method-assign]

    tally = send(ledger, Way(RecordingTransport(), per_minute=30), timing=Timing(ticks=ticks, pauses=(), look=0.001))

    assert tally == Tally(audience=3, accepted=1, left=2)


def test_a_mailing_that_somebody_pauses_stops_after_what_is_in_the_air() -> None:
    ledger = MemoryLedger(make_readers(50))

    def pause(number: int, _letter: Letter) -> Answer:
        if number == 5:
            ledger.paused = "a source called"
        return OK

    stopped = send(ledger, Way(transport := RecordingTransport(pause)))
    ledger.paused = ""
    ledger.take_over()
    tally = send(ledger, Way(transport))

    assert stopped == Tally(audience=50, accepted=5)
    assert tally == Tally(audience=50, accepted=50)
    assert had(transport) == list(range(1, 51))


def test_results_that_cannot_be_kept_end_the_run_for_every_connection() -> None:
    ledger = MemoryLedger(make_readers(200))

    def full(deliveries: Any) -> None:
        if len(ledger.records) > 20:
            raise OSError("the disk is full")

    ledger.before_record = full
    transport = RecordingTransport()

    with pytest.raises(OSError, match="full"):
        send(ledger, Way(transport, 4))

    assert transport.tried - len(ledger.records) <= 4
    assert transport.closed == transport.connections


def test_every_result_is_told_once() -> None:
    told: list[Delivery] = []

    send(MemoryLedger(make_readers(30)), Way(RecordingTransport(), 3), on_delivery=told.append)

    assert sorted(delivery.subscriber for delivery in told) == list(range(1, 31))
