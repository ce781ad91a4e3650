"""Letters over SMTP, in real conversations on loopback."""

from __future__ import annotations

import socket
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import CannotSend
from newsletter.mail.transports.smtp import SmtpRelay, check_ready
from newsletter.model.issue import Wording
from newsletter.model.ports import Transport
from newsletter.model.settings import (
    Collecting,
    Empty,
    Limits,
    Mail,
    Publication,
    Schedule,
    Secret,
    Settings,
    Smtp,
    WeekSettings,
)
from newsletter.model.week import SlotTime
from tests.mail.builders import make_letter
from tests.mail.relays import Relay, ScriptedRelay, hand, smtp_to

# A real server ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelining", "plain"])
def test_what_is_handed_over_arrives_byte_for_byte(pipelining: bool) -> None:
    letters = [make_letter(number) for number in range(1, 6)]

    with Relay(pipelining=pipelining) as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, letter) for letter in letters]

    assert [reply.code for reply in replies] == [250] * 5
    assert relay.messages == [("pulse@example.com", (letter.recipient,), letter.data) for letter in letters]
    assert relay.greeted_as == ["example.com"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_letters_and_passwords_go_encrypted(security: str) -> None:
    relay = Relay(tls=security, user="pulse", password="open sesame")

    with relay, smtp_to(relay, security=security, user="pulse", password=Secret("open sesame")).connect() as c:
        reply = hand(c, make_letter())

    assert reply.code == 250
    assert relay.users == ["pulse"]
    assert len(relay.messages) == 1


def test_a_wrong_password_stops_before_the_first_letter() -> None:
    wrong: dict[str, Any] = {"security": "starttls", "user": "pulse", "password": Secret("wrong")}

    with (
        Relay(tls="starttls", user="pulse", password="open sesame") as relay,
        pytest.raises(CannotSend, match="535") as fault,
        smtp_to(relay, **wrong).connect(),
    ):
        pass

    assert "wrong" not in str(fault.value)
    assert fault.value.mend == "Check the user and the password."


def test_a_certificate_that_nobody_vouches_for_is_not_believed() -> None:
    with (
        Relay(tls="starttls") as relay,
        pytest.raises(CannotSend, match="certificate is not valid"),
        SmtpRelay(Smtp(host=relay.host, port=relay.port), sender="pulse@example.com").connect(),
    ):
        pass

    assert relay.messages == []


def test_a_certificate_of_another_name_is_refused_with_what_to_do() -> None:
    # The guard lets loopback alone be called; the certificate names 127.0.0.1 and not 127.0.0.2.
    with (
        Relay(tls="tls", host="127.0.0.2") as relay,
        pytest.raises(CannotSend, match="certificate is not valid") as fault,
        smtp_to(relay, security="tls").connect(),
    ):
        pass

    assert "as its certificate names it" in fault.value.mend


def test_a_relay_without_starttls_gets_nothing_unencrypted() -> None:
    with (
        Relay() as relay,
        pytest.raises(CannotSend, match="no STARTTLS"),
        smtp_to(relay, security="starttls").connect(),
    ):
        pass


def test_a_relay_that_is_not_there_is_named_with_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = SmtpRelay(Smtp(host="127.0.0.1", port=port, security="none"), sender="pulse@example.com")

    with pytest.raises(CannotSend, match=rf"127\.0\.0\.1:{port} takes no letters") as fault, transport.connect():
        pass

    assert fault.value.mend


def test_what_is_slipped_in_before_encryption_ends_the_conversation() -> None:
    injecting = {"EHLO": "250-relay\r\n250 STARTTLS", "STARTTLS": "220 Go on\r\n250-relay\r\n250 AUTH PLAIN"}

    with (
        ScriptedRelay(injecting) as relay,
        pytest.raises(CannotSend, match="before encryption began") as fault,
        smtp_to(relay, security="starttls", user="pulse", password=Secret("open sesame")).connect(),
    ):
        pass

    assert fault.value.mend
    assert relay.verbs == ["EHLO", "STARTTLS"]


def test_what_was_offered_in_the_clear_is_forgotten() -> None:
    offers = ["250-relay\r\n250-STARTTLS\r\n250-SIZE 10\r\n250 PIPELINING", "250 relay"]

    with ScriptedRelay({"EHLO": offers}) as relay, smtp_to(relay, security="starttls").connect() as connection:
        reply = hand(connection, make_letter())

    assert reply.code == 250
    assert relay.lines == [
        "ehlo example.com",
        "STARTTLS",
        "ehlo example.com",
        "MAIL FROM:<pulse@example.com>",
        "RCPT TO:<reader1@example.org>",
        "DATA",
        "quit",
    ]


@pytest.mark.parametrize("words", ["535 5.7.8 open sesame is wrong", "535 5.7.8 AHB1bHNlAG9wZW4gc2VzYW1l?"])
def test_a_server_that_repeats_the_password_is_not_quoted(words: str) -> None:
    script = {"EHLO": "250-relay\r\n250 AUTH PLAIN", "AUTH": words}

    with (
        ScriptedRelay(script) as relay,
        pytest.raises(CannotSend, match="535") as fault,
        smtp_to(relay, user="pulse", password=Secret("open sesame")).connect(),
    ):
        pass

    assert "sesame" not in str(fault.value)
    assert "c2VzYW1l" not in str(fault.value)
    assert fault.value.__cause__ is None


@pytest.mark.parametrize(
    ("script", "password", "words"),
    [
        pytest.param({"AUTH": "454 4.7.0 Later"}, "x", "try again later", id="cannot check now"),
        pytest.param({"AUTH": None}, "x", "hung up", id="hangs up"),
        pytest.param({"AUTH": "334 A"}, "x", "no way of signing in", id="a challenge that is none"),
        pytest.param({"EHLO": "250 relay"}, "x", "no way of signing in", id="no passwords here"),
        pytest.param({"EHLO": "250-relay\r\n250 AUTH OTHER"}, "x", "no way of signing in", id="other ways"),
        pytest.param({}, "pässword", "outside ASCII", id="a password that cannot be sent"),
    ],
)
def test_signing_in_that_fails_says_why(script: dict[str, Any], password: str, words: str) -> None:
    script = {"EHLO": "250-relay\r\n250 AUTH PLAIN", "AUTH": "235 Ok"} | script

    with (
        ScriptedRelay(script) as relay,
        pytest.raises(CannotSend) as fault,
        smtp_to(relay, user="pulse", password=Secret(password)).connect(),
    ):
        pass

    assert words in str(fault.value)


def test_with_several_relays_letters_go_over_the_first_that_takes_them() -> None:
    with ScriptedRelay({"greeting": "421 4.3.2 Closing"}) as down, ScriptedRelay() as up:
        relays = Transport("smtp", (smtp_to(down), smtp_to(up)))
        with relays.connect() as connection:
            reply = hand(connection, make_letter())

    assert reply.code == 250
    assert (down.connections, down.accepted) == (1, [])
    assert up.accepted == ["reader1@example.org"]


def test_with_several_relays_all_down_the_last_says_why() -> None:
    with ScriptedRelay({"greeting": "421 first"}) as one, ScriptedRelay({"greeting": "554 second"}) as other:
        relays = Transport("smtp", (smtp_to(one), smtp_to(other)))
        with pytest.raises(CannotSend, match="554 second"), relays.connect():
            pass


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param({"greeting": "554 5.3.2 No"}, "554", id="greeting refused"),
        pytest.param({"greeting": None}, "closed", id="hangs up at once"),
        pytest.param({"EHLO": "502 No", "HELO": "550 5.7.1 Go away"}, "550", id="hello refused"),
    ],
)
def test_a_relay_that_does_not_open_says_why(script: dict[str, Any], words: str) -> None:
    with ScriptedRelay(script) as relay, pytest.raises(CannotSend, match=words), smtp_to(relay).connect():
        pass


# Before the first letter --------------------------------------------------------------------------


def make_settings(
    *further: Smtp, base_url: str = "https://pulse.example.com", secret: str = "s", **smtp: Any
) -> Settings:
    slot = SlotTime(4, time(15))
    return Settings(
        publication=Publication(wording=Wording(name="Tech Pulse", base_url=base_url)),
        week=WeekSettings(zone=ZoneInfo("UTC")),
        schedule=Schedule(collect=(slot,), freeze=slot, send=slot),
        limits=Limits(),
        empty=Empty(),
        collecting=Collecting(),
        mail=Mail(sender="pulse@example.com", transport="smtp"),
        smtp=Smtp(**({"host": "mail.example.com"} | smtp)),
        further_relays=further,
        secret=Secret(secret),
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"base_url": ""}, "base_url is not set", id="no site"),
        pytest.param({"base_url": "http://pulse.example.com"}, "is not https", id="a site without TLS"),
        pytest.param({"secret": ""}, "no secret", id="no secret"),
        pytest.param({"host": ""}, "no mail server", id="no server"),
        pytest.param({"user": "pulse", "security": "none"}, "unencrypted", id="a password in the open"),
    ],
)
def test_delivery_does_not_start_without_what_its_letters_promise(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CannotSend, match=words) as fault:
        check_ready(make_settings(**changes))

    assert fault.value.mend


def test_everything_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(CannotSend) as fault:
        check_ready(make_settings(base_url="", secret="", host=""))

    assert fault.value.what.count(";") == 2
    assert fault.value.mend.count("\n") == 2


def test_every_relay_is_looked_at() -> None:
    further = [
        Smtp(name=name, host=f"{name}.example.com", user="pulse", security="none") for name in ("second", "third")
    ]

    with pytest.raises(CannotSend) as fault:
        check_ready(make_settings(*further))

    assert fault.value.what == (
        "the password would go to second.example.com unencrypted; "
        "the password would go to third.example.com unencrypted"
    )
    assert "relay second" in fault.value.mend
    assert "relay third" in fault.value.mend


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.53", "::1"])
def test_a_password_may_stay_on_this_machine_in_the_clear(host: str) -> None:
    check_ready(make_settings(host=host, user="pulse", security="none"))


@pytest.mark.parametrize("base_url", ["https://pulse.example.com", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_a_site_with_tls_or_on_this_machine_will_do(base_url: str) -> None:
    check_ready(make_settings(base_url=base_url))
