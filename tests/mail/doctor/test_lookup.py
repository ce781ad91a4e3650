"""The name service asked for real, over UDP on loopback."""

from __future__ import annotations

import socket

import pytest

from newsletter.errors import UsageFault
from newsletter.mail.doctor.answers import Answer
from newsletter.mail.doctor.lookup import DnsResolver
from tests.mail.doctor.names import NameServer

LONG = "v=DKIM1; p=" + "A" * 400


def test_every_kind_of_record_is_told_as_text() -> None:
    records = {
        "example.com": {"TXT": [LONG, 'a "quoted" word'], "MX": ["10 MX.example.com", "0 ."], "A": ["192.0.2.1"]},
        "25.2.0.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
        "bounces.example.com": {"CNAME": ["relay.example.org"]},
    }

    with NameServer(records) as server:
        ask = DnsResolver(server.address).ask

        assert set(ask("example.com", "TXT").values) == {LONG, 'a "quoted" word'}
        assert set(ask("example.com", "MX").values) == {"10 mx.example.com", "0 ."}
        assert ask("example.com", "A").values == ("192.0.2.1",)
        assert ask("25.2.0.192.in-addr.arpa", "PTR").values == ("mx.example.com",)
        assert ask("bounces.example.com", "CNAME").values == ("relay.example.org",)


def test_what_is_not_there_is_an_answer_and_no_fault() -> None:
    with NameServer({"example.com": {"A": ["192.0.2.1"]}}) as server:
        resolver = DnsResolver(server.address)

        assert resolver.ask("example.com", "AAAA") == Answer()
        assert resolver.ask("absent.example.com", "A") == Answer(exists=False)


def test_a_question_is_asked_once() -> None:
    with NameServer({"example.com": {"A": ["192.0.2.1"]}}) as server:
        resolver = DnsResolver(server.address)

        answers = {resolver.ask(name, "A") for name in ("example.com", "EXAMPLE.com.", "example.com")}

    assert len(answers) == server.asked == 1


def test_a_server_that_fails_is_a_fault_in_words() -> None:
    with NameServer({"example.com": {"TXT": ["!"]}}) as server:
        answer = DnsResolver(server.address, patience=0.5).ask("example.com", "TXT")

    assert answer.values == ()
    assert "SERVFAIL" in answer.fault


def test_a_server_that_does_not_answer_is_not_asked_for_ever() -> None:
    with NameServer({}, deaf=True) as server:
        resolver = DnsResolver(server.address, patience=0.05)

        answers = {resolver.ask(f"n{number}.example.com", "A") for number in range(50)}

    assert answers == {Answer(fault="the name server does not answer")}
    assert server.asked < 10


def test_a_port_where_nobody_listens_is_a_fault_and_no_exception() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    answer = DnsResolver(f"127.0.0.1:{port}", patience=0.05).ask("example.com", "A")

    assert answer.fault


@pytest.mark.parametrize(
    "typed", ["dns.example.com", "192.0.2.53:dns", "192.0.2.53:0", "192.0.2.53:70000", "[::1", ":53"]
)
def test_a_name_server_is_named_by_its_address(typed: str) -> None:
    with pytest.raises(UsageFault, match="is no name server") as fault:
        DnsResolver(typed)

    assert "192.0.2.53:53" in fault.value.mend


@pytest.mark.parametrize(
    "typed", ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"]
)
def test_addresses_of_both_kinds_are_understood(typed: str) -> None:
    assert DnsResolver(typed).nameserver == typed


@pytest.mark.parametrize("name", ["", ".", "a..b", "ü.example", "a b.example", "\\\\999.example", "x" * 64, "a." * 130])
def test_any_name_is_asked_for_or_does_not_exist(name: str) -> None:
    with NameServer({}) as server:
        answer = DnsResolver(server.address, patience=0.5).ask(name, "A")

    assert not answer.values
    assert answer.fault or not answer.exists
