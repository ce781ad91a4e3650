"""Letters to everybody, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import CannotSend, StoreFault
from newsletter.mail.sending.dispatch import Timing, dispatch
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.audience import Delivery, Letter, Tally
from newsletter.model.ports import Relay, Reply, Transport
from newsletter.model.settings import Smtp
from tests.mail.builders import (
    Answer,
    HandClock,
    MemoryLedger,
    PowerCut,
    RecordingTransport,
    Way,
    ctrl_c,
    make_mailing,
    make_readers,
    writer,
)
from tests.mail.relays import ScriptedRelay

MAILING = make_mailing()
OK = Reply(250, "2.0.0 Ok", "letter")


def send(ledger: MemoryLedger, to: RecordingTransport | Relay, *, connections: int = 1, **options: Any) -> Tally:
    relay = Way(to, connections) if isinstance(to, RecordingTransport) else to
    usual: dict[str, Any] = {"write": writer(MAILING), "clock": HandClock(), "timing": Timing(pauses=(0.0, 0.0))}
    return dispatch(1, MAILING, ledger=ledger, transport=Transport("test", (relay,)), **(usual | options))


def recipients(transport: RecordingTransport) -> list[int]:
    return sorted(letter.subscriber for letter in transport.taken)


@pytest.mark.parametrize("connections", [1, 4])
def test_everybody_gets_one_letter(connections: int) -> None:
    ledger, transport = MemoryLedger(make_readers(100), batch_size=7), RecordingTransport()

    tally = send(ledger, transport, connections=connections)

    assert tally == Tally(audience=100, accepted=100)
    assert recipients(transport) == list(range(1, 101))
    assert transport.connections == transport.closed <= connections


def test_a_second_run_sends_nothing_and_calls_nobody() -> None:
    ledger = MemoryLedger(make_readers(5))
    send(ledger, RecordingTransport())
    ledger.take_over()
    again = RecordingTransport()

    tally = send(ledger, again)

    assert tally.accepted == 5
    assert (again.tried, again.connections) == (0, 0)


def test_the_outbox_and_the_relay_get_the_same_bytes(tmp_path: Path) -> None:
    readers = make_readers(3)
    with ScriptedRelay() as relay:
        smtp = Smtp(host=relay.host, port=relay.port, security="none")
        send(MemoryLedger(readers), SmtpRelay(smtp, sender="pulse@example.com"))
    send(MemoryLedger(readers), OutboxRelay(tmp_path))

    assert sorted(relay.letters) == sorted(file.read_bytes() for file in tmp_path.iterdir())


# Those who left -----------------------------------------------------------------------------------


def test_a_reader_who_left_gets_nothing_and_is_counted() -> None:
    ledger, transport = MemoryLedger(make_readers(3)), RecordingTransport()
    ledger.left = {2}

    tally = send(ledger, transport)

    assert recipients(transport) == [1, 3]
    assert tally == Tally(audience=3, accepted=2, left=1)


def test_a_reader_who_leaves_during_the_run_gets_nothing_from_the_next_claim_on() -> None:
    ledger = MemoryLedger(make_readers(6), batch_size=2)

    def leave(number: int, _letter: Letter) -> Answer:
        ledger.left = {5} if number == 1 else ledger.left
        return OK

    tally = send(ledger, transport := RecordingTransport(leave))

    assert 5 not in recipients(transport)
    assert tally == Tally(audience=6, accepted=5, left=1)


# What relays answer -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param(Reply(250, "2.0.0 Ok", "letter"), "accepted", id="taken"),
        pytest.param(Reply(251, "will forward", "letter"), "accepted", id="forwarded"),
        pytest.param(Reply(451, "4.3.0 later", "letter"), "deferred", id="later"),
        pytest.param(Reply(450, "greylisted", "recipient"), "deferred", id="greylisted"),
        pytest.param(Reply(550, "5.1.1 unknown", "recipient"), "refused", id="unknown mailbox"),
        pytest.param(Reply(550, "unknown", "recipient"), "refused", id="unknown mailbox in words"),
        pytest.param(Reply(552, "5.2.2 full", "letter"), "refused", id="mailbox full, said late"),
        pytest.param(Reply(550, "5.7.1 blocked", "recipient"), "deferred", id="policy at the recipient"),
        pytest.param(Reply(550, "5.1.8 bad sender", "recipient"), "deferred", id="our own address"),
        pytest.param(Reply(550, "no", "sender"), "deferred", id="our sender"),
        pytest.param(Reply(554, "spam", "letter"), "deferred", id="our content"),
        pytest.param(Reply(0, "no answer", "letter"), "unknown", id="no answer"),
    ],
)
def test_a_reply_says_what_became_of_the_letter(reply: Reply, state: str) -> None:
    ledger = MemoryLedger(make_readers(1))

    send(ledger, RecordingTransport(lambda _n, _letter: reply))

    [record] = ledger.records
    assert (record.state, record.code, record.reply) == (state, reply.code, reply.text)


def test_a_deferred_letter_goes_again_when_its_time_has_come() -> None:
    ledger, clock = MemoryLedger(make_readers(2)), HandClock()
    send(ledger, RecordingTransport(lambda n, _letter: OK if n > 1 else Reply(451, "later")), clock=clock)
    too_early = send(ledger, RecordingTransport(), clock=clock)
    clock.instant = clock.instant.replace(minute=30)

    tally = send(ledger, transport := RecordingTransport(), clock=clock)

    assert too_early.deferred == 1
    assert tally == Tally(audience=2, accepted=2)
    assert recipients(transport) == [1]


def test_a_letter_without_an_answer_goes_again_at_the_next_run_only_and_is_the_same() -> None:
    ledger = MemoryLedger(make_readers(3))
    first = RecordingTransport(lambda n, _letter: Reply(0, "no answer") if n == 2 else OK)

    unsure = send(ledger, first)
    ledger.take_over()
    sure = send(ledger, second := RecordingTransport())

    assert unsure == Tally(audience=3, accepted=2, unknown=1)
    assert sure == Tally(audience=3, accepted=3)
    assert [letter.data for letter in second.taken] == [first.taken[1].data]
    assert [letter.again for letter in (*first.taken, *second.taken)] == [False, False, False, True]


def test_refusals_that_are_not_about_readers_stop_the_mailing_and_blame_nobody() -> None:
    ledger = MemoryLedger(make_readers(50))
    refusing = RecordingTransport(lambda _n, _letter: Reply(550, "5.7.1 reader@example.org: blocked", "letter"))

    with pytest.raises(CannotSend, match=r"2024-W23 are paused.* 550 5\.7\.1") as fault:
        send(ledger, refusing)

    assert refusing.tried == 3
    assert set(ledger.states().values()) == {"deferred"}
    assert "refuses us: 550 5.7.1" in ledger.paused
    assert "reader@" not in str(fault.value)


def test_single_refusals_among_accepted_letters_do_not_stop_the_mailing() -> None:
    ledger = MemoryLedger(make_readers(50))

    tally = send(ledger, RecordingTransport(lambda n, _letter: OK if n % 3 == 0 else Reply(550, "5.7.1 no")))

    assert tally.audience == tally.accepted + tally.deferred == 50


# Connections that break ---------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Reply(421, "4.3.2 closing"), ConnectionError], ids=["421", "broken"])
def test_the_rest_goes_over_a_new_connection(answer: Answer) -> None:
    ledger = MemoryLedger(make_readers(9))

    tally = send(ledger, transport := RecordingTransport(lambda n, _letter: answer if n % 4 == 0 else OK))

    assert tally == Tally(audience=9, accepted=9)
    assert recipients(transport) == list(range(1, 10))
    assert transport.connections == 3


def test_a_real_relay_that_closes_in_the_middle_gets_every_letter_once() -> None:
    ledger = MemoryLedger(make_readers(5))
    script = {".": ["250 Ok", "421 4.3.2 Closing", "250 Ok", None, "250 Ok"]}

    with ScriptedRelay(script) as relay:
        transport = SmtpRelay(Smtp(host=relay.host, port=relay.port, security="none"), sender="pulse@example.com")
        first = send(ledger, transport)
        ledger.take_over()
        second = send(ledger, transport)

    assert first == Tally(audience=5, accepted=4, unknown=1)
    assert second == Tally(audience=5, accepted=5)
    assert sorted(relay.accepted) == [f"reader{n}@example.org" for n in range(1, 6)]


def test_a_connection_that_keeps_breaking_stops_and_keeps_what_is_done() -> None:
    ledger = MemoryLedger(make_readers(5))

    with pytest.raises(CannotSend, match="keeps breaking"):
        send(ledger, transport := RecordingTransport(lambda n, _letter: OK if n == 1 else ConnectionError))

    assert ledger.states() == {1: "accepted"}
    assert transport.connections == transport.closed == 3


@pytest.mark.parametrize("connections", [1, 3])
def test_a_relay_that_is_not_there_stops_at_once(connections: int) -> None:
    ledger = MemoryLedger(make_readers(5), batch_size=1)
    absent = RecordingTransport(refuse_connection=lambda _n: CannotSend("mail.example.com:587 takes no letters"))

    with pytest.raises(CannotSend, match="takes no letters"):
        send(ledger, absent, connections=connections)

    assert 1 <= absent.connections <= connections
    assert ledger.records == []


def test_a_relay_that_allows_fewer_connections_gets_fewer() -> None:
    ledger = MemoryLedger(make_readers(40), batch_size=4)

    def only_one(at_once: int) -> Exception | None:
        return CannotSend("421 too many connections") if at_once > 1 else None

    tally = send(ledger, transport := RecordingTransport(refuse_connection=only_one), connections=2)

    assert tally == Tally(audience=40, accepted=40)
    assert recipients(transport) == list(range(1, 41))


# The record ---------------------------------------------------------------------------------------


def test_a_connection_starts_its_next_letter_only_when_the_last_result_is_recorded() -> None:
    ledger = MemoryLedger(make_readers(10))
    behind: list[int] = []

    def answer(number: int, _letter: Letter) -> Answer:
        behind.append(number - 1 - len(ledger.records))
        return OK

    send(ledger, RecordingTransport(answer))

    assert behind == [0] * 10


def test_a_crash_before_the_record_repeats_one_letter_with_the_same_bytes() -> None:
    ledger, transport = MemoryLedger(make_readers(6)), RecordingTransport()
    ledger.fail_records_after = 3
    with pytest.raises(PowerCut):
        send(ledger, transport)
    ledger.fail_records_after = -1
    ledger.take_over()

    tally = send(ledger, transport)

    assert tally == Tally(audience=6, accepted=6)
    assert recipients(transport) == [1, 2, 3, 4, 4, 5, 6]
    assert len({letter.data for letter in transport.taken}) == 6
    assert len({letter.message_id for letter in transport.taken}) == 6


def test_a_fault_of_the_store_reaches_the_caller() -> None:
    ledger = MemoryLedger(make_readers(3))

    def broken(_delivery: Delivery) -> None:
        raise StoreFault("the database is gone")

    with pytest.raises(StoreFault):
        send(ledger, RecordingTransport(), on_delivery=broken)


def test_every_result_is_told_after_it_is_durable() -> None:
    ledger = MemoryLedger(make_readers(20), batch_size=3)
    ledger.left = {4}
    told: list[Delivery] = []

    def tell(delivery: Delivery) -> None:
        assert delivery in ledger.records
        told.append(delivery)

    send(ledger, RecordingTransport(), on_delivery=tell, connections=3)

    assert sorted(d.subscriber for d in told) == list(range(1, 21))


def test_stopping_finishes_the_letter_under_way_and_the_next_run_the_rest() -> None:
    ledger, transport = MemoryLedger(make_readers(10)), RecordingTransport()

    stopped = send(ledger, transport, stop=lambda: transport.tried >= 4)
    ledger.take_over()
    tally = send(ledger, transport)

    assert stopped == Tally(audience=10, accepted=4)
    assert tally == Tally(audience=10, accepted=10)
    assert recipients(transport) == list(range(1, 11))


def test_ctrl_c_leaves_every_letter_that_went_recorded() -> None:
    ledger = MemoryLedger(make_readers(2000), batch_size=50)

    def interrupted(number: int, _letter: Letter) -> Answer:
        if number == 4:
            press()
        return OK

    transport = RecordingTransport(interrupted)
    with ctrl_c() as press, pytest.raises(KeyboardInterrupt):
        send(ledger, transport, connections=2)

    assert sorted(d.subscriber for d in ledger.records) == recipients(transport)
    ledger.take_over()
    assert send(ledger, transport).accepted == 2000
    assert recipients(transport) == list(range(1, 2001))
