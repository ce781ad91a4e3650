"""Relays asked in real conversations on loopback, up to the sender and no further."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from newsletter.mail.doctor.relay import Probed, probe
from newsletter.mail.doctor.relay_lines import relay_lines
from newsletter.mail.doctor.report import Line
from newsletter.model.settings import Secret, Smtp
from tests.mail.relays import Relay, ScriptedRelay, trusting

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SENDER = "pulse@example.com"
SIGNED_IN = {"user": "pulse", "password": Secret("open sesame")}
OFFERS = "250-relay.example\r\n250-PIPELINING\r\n250-SIZE 50000\r\n250-DSN\r\n250 8BITMIME"


def ask(relay: Relay | ScriptedRelay, *, size: int = 0, trusted: bool = True, **changes: Any) -> Probed:
    smtp = Smtp(host=relay.host, port=relay.port, security="none", timeout=timedelta(seconds=5))
    tls = trusting() if trusted else None
    return probe(replace(smtp, **changes), sender=SENDER, own_name="example.com", size=size, tls=tls)


def lines_of(found: Probed, *, size: int = 0, now: datetime = NOW) -> dict[str, Line]:
    return {line.check: line for line in relay_lines(found, sender=SENDER, size=size, now=now)}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_relay_that_is_well_is_told_step_by_step(security: str) -> None:
    with Relay(tls=security, user="pulse", password="open sesame") as relay:
        found = ask(relay, security=security, **SIGNED_IN)

    lines = lines_of(found)
    assert {check: line.level for check, line in lines.items()} == dict.fromkeys(
        ("relay", "tls", "extensions", "auth", "envelope"), "ok"
    )
    assert '"relay.example' in lines["relay"].what
    assert "TLSv1.3; its certificate (localhost, 127.0.0.1) ends in" in lines["tls"].what
    assert "offers PIPELINING, SIZE" in lines["extensions"].what
    assert relay.users == ["pulse"]
    assert relay.greeted_as[-1] == "example.com"
    assert relay.messages == []


def test_no_recipient_is_named_and_no_letter_begun() -> None:
    with ScriptedRelay() as relay:
        found = ask(relay)

    assert found.trouble is None
    assert relay.verbs == ["EHLO", "MAIL", "RSET", "QUIT"]


def test_a_certificate_that_is_about_to_end_is_a_warning() -> None:
    with Relay(tls="tls") as relay:
        found = ask(relay, security="tls")

    assert found.certificate is not None
    near, far = (lines_of(found, now=found.certificate.ends - timedelta(days=days))["tls"] for days in (20, 21))
    assert (near.level, far.level) == ("warn", "ok")
    assert "ends in 20 days" in near.what
    assert near.mend == "Have it renewed: once it has ended no letter leaves."


def test_a_certificate_that_nobody_vouches_for_ends_the_look() -> None:
    with Relay(tls="starttls") as relay:
        lines = lines_of(ask(relay, security="starttls", trusted=False, **SIGNED_IN))

    assert (lines["relay"].level, lines["tls"].level) == ("ok", "fail")
    assert "certificate that is not valid: self" in lines["tls"].what
    assert relay.users == []


def test_a_password_that_is_refused_is_never_repeated() -> None:
    with Relay(tls="starttls", user="pulse", password="another") as relay:
        lines = lines_of(ask(relay, security="starttls", **SIGNED_IN))

    assert lines["auth"].level == "fail"
    assert lines["auth"].what.endswith("refuses the password (535).")
    assert "envelope" not in lines
    assert not any("sesame" in str(line) for line in lines.values())


@pytest.mark.parametrize(("name", "variable"), [("smtp", "SMTP"), ("far-away", "RELAY_FAR_AWAY")])
def test_a_user_without_a_password_is_told_where_it_is_read_from(name: str, variable: str) -> None:
    with Relay(tls="starttls", user="pulse", password="another") as relay:
        lines = lines_of(ask(relay, security="starttls", name=name, user="pulse"))

    assert lines["auth"].what.endswith("gets no password for pulse: none is set.")
    assert f"NEWSLETTER_{variable}_PASSWORD" in lines["auth"].mend
    assert relay.users == []


def test_a_relay_that_offers_no_sign_in_is_told() -> None:
    with ScriptedRelay() as relay:
        lines = lines_of(ask(relay, **SIGNED_IN))

    assert "offers no way of signing in" in lines["auth"].what
    assert "AUTH" not in relay.verbs


@pytest.mark.parametrize(
    ("script", "check", "words"),
    [
        ({"greeting": "554 5.3.2 No"}, "relay", "answers 554 5.3.2 No"),
        ({"greeting": None}, "relay", "hangs up"),
        ({"EHLO": "502 No", "HELO": "550 5.7.1 Go away"}, "relay", "answers 550 5.7.1 Go away"),
        ({"MAIL": "530 5.7.0 Sign in"}, "envelope", "wants us to sign in first"),
        ({"MAIL": "552 5.3.4 Too big"}, "envelope", "takes no letter of that size"),
        ({"MAIL": "550 5.7.1 Not you"}, "envelope", "refuses the sender pulse@example.com: 550 5.7.1 Not you"),
        ({"MAIL": None}, "envelope", "hangs up"),
    ],
)
def test_what_a_relay_refuses_is_told_with_its_words(script: dict[str, str | None], check: str, words: str) -> None:
    with ScriptedRelay(script) as relay:
        lines = lines_of(ask(relay))

    assert lines[check].level == "fail"
    assert words in lines[check].what
    assert lines[check].mend


def test_an_old_relay_without_extensions_still_takes_mail() -> None:
    with ScriptedRelay({"EHLO": "502 No", "HELO": "250 relay.example"}) as relay:
        lines = lines_of(ask(relay))

    assert lines["envelope"].level == "ok"
    assert lines["extensions"].level == "warn"
    assert "offers no extension; not PIPELINING" in lines["extensions"].what


@pytest.mark.parametrize(("size", "level"), [(60_000, "fail"), (50_000, "ok")])
def test_a_letter_is_measured_against_what_the_relay_takes(size: int, level: str) -> None:
    with ScriptedRelay({"EHLO": OFFERS}) as relay:
        lines = lines_of(ask(relay, size=size), size=size)

    assert lines["size"].level == level
    assert f"{size:,} octets" in lines["size"].what


def test_a_relay_that_is_promised_encryption_and_has_none_gets_no_sender() -> None:
    with ScriptedRelay() as relay:
        lines = lines_of(ask(relay, security="starttls", **SIGNED_IN))

    assert (lines["tls"].level, lines["tls"].mend) == (
        "fail",
        'Use security = "tls", or "none" for a relay on this machine.',
    )
    assert set(relay.verbs) == {"EHLO", "QUIT"}


def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    found = probe(Smtp(host="127.0.0.1", port=port, security="none"), sender=SENDER, own_name="example.com")

    (line,) = relay_lines(found, sender=SENDER, size=0, now=NOW)
    assert (line.level, line.check) == ("fail", "relay")
    assert line.what == f"127.0.0.1:{port} cannot be reached: Connection refused."


@pytest.mark.parametrize("host", ["relay..example", "x" * 70 + ".example", "relay.example"])
def test_a_host_that_does_not_exist_is_told(host: str) -> None:
    found = probe(Smtp(host=host, security="none"), sender=SENDER, own_name="example.com")

    assert found.trouble is not None
    assert found.trouble.stage == "connect"
    assert found.trouble.mend


def test_letters_in_the_clear_to_another_machine_are_a_warning() -> None:
    found = Probed(
        smtp=Smtp(host="relay.example", security="none"),
        address=ip_address("192.0.2.25"),
        extensions={"starttls": "", "pipelining": ""},
        sender_reply="250 Ok",
    )

    line = lines_of(found)["tls"]

    assert line.level == "warn"
    assert line.what == "Letters go to relay.example unencrypted though it offers STARTTLS."


@pytest.mark.parametrize(
    ("address", "tls", "private"),
    [("127.0.0.1", "", True), ("::1", "", True), ("192.0.2.25", "", False), ("10.0.0.25", "TLSv1.3", True)],
)
def test_a_password_is_said_only_where_nobody_listens(address: str, tls: str, private: bool) -> None:
    assert Probed(smtp=Smtp(), address=ip_address(address), tls=tls).is_private is private
    assert not Probed(smtp=Smtp()).is_private
