"""Letters over SMTP, in real conversations on loopback."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import CannotSend
from newsletter.mail.transports.smtp import SmtpRelay, check_ready
from newsletter.model.issue import Wording
from newsletter.model.ports import Reply
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
from tests.mail.relays import Relay, ScriptedRelay, trusting

both_ways = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelining", "plain"])


def transport_to(relay: Relay | ScriptedRelay, **changes: Any) -> SmtpRelay:
    smtp = Smtp(host=relay.host, port=relay.port, security="none", timeout=timedelta(seconds=5))
    return SmtpRelay(replace(smtp, **changes), sender="Tech Pulse <pulse@example.com>", tls=trusting())


# A real server ------------------------------------------------------------------------------------


@both_ways
def test_what_is_handed_over_arrives_byte_for_byte(pipelining: bool) -> None:
    letters = [make_letter(number) for number in range(1, 6)]

    with Relay(pipelining=pipelining) as relay, transport_to(relay).connect() as connection:
        replies = [connection.hand_over(letter) for letter in letters]

    assert [reply.code for reply in replies] == [250] * 5
    assert relay.messages == [("pulse@example.com", (letter.recipient,), letter.data) for letter in letters]
    assert relay.greeted_as == ["example.com"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_letters_and_passwords_go_encrypted(security: str) -> None:
    relay = Relay(tls=security, user="pulse", password="open sesame")

    with relay, transport_to(relay, security=security, user="pulse", password=Secret("open sesame")).connect() as c:
        reply = c.hand_over(make_letter())

    assert reply.code == 250
    assert relay.users == ["pulse"]
    assert len(relay.messages) == 1


def test_a_wrong_password_stops_before_the_first_letter() -> None:
    wrong = {"security": "starttls", "user": "pulse", "password": Secret("wrong")}

    with (
        Relay(tls="starttls", user="pulse", password="open sesame") as relay,
        pytest.raises(CannotSend, match="535") as fault,
        transport_to(relay, **wrong).connect(),
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


def test_a_relay_without_starttls_gets_nothing_unencrypted() -> None:
    with (
        Relay() as relay,
        pytest.raises(CannotSend, match="no STARTTLS"),
        transport_to(relay, security="starttls").connect(),
    ):
        pass


def test_a_relay_that_is_not_there_is_named_with_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = SmtpRelay(Smtp(host="127.0.0.1", port=port, security="none"), sender="pulse@example.com")

    with pytest.raises(CannotSend, match=rf"127\.0\.0\.1:{port} takes no letters") as fault, transport.connect():
        pass

    assert fault.value.mend


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param({"greeting": "554 5.3.2 No"}, "554", id="greeting refused"),
        pytest.param({"greeting": None}, "closed", id="hangs up at once"),
        pytest.param({"EHLO": "502 No", "HELO": "550 5.7.1 Go away"}, "550", id="hello refused"),
    ],
)
def test_a_relay_that_does_not_open_says_why(script: dict[str, Any], words: str) -> None:
    with ScriptedRelay(script) as relay, pytest.raises(CannotSend, match=words), transport_to(relay).connect():
        pass


# What relays answer -------------------------------------------------------------------------------


def test_with_pipelining_the_envelope_goes_in_one_group() -> None:
    with ScriptedRelay(groups=True) as relay, transport_to(relay).connect() as connection:
        replies = [connection.hand_over(make_letter(number)) for number in (1, 2)]

    assert [reply.code for reply in replies] == [250, 250]
    assert relay.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA", "QUIT"]


@both_ways
@pytest.mark.parametrize(
    ("script", "reply"),
    [
        pytest.param(
            {"RCPT": ["550 5.1.1 Unknown", "250 Ok"], "DATA": ["503 No recipient", "354 Go on"]},
            Reply(550, "5.1.1 Unknown", "recipient"),
            id="recipient",
        ),
        pytest.param(
            {"RCPT": ["450 4.2.0 Later", "250 Ok"], "DATA": ["503 No recipient", "354 Go on"]},
            Reply(450, "4.2.0 Later", "recipient"),
            id="recipient later",
        ),
        pytest.param(
            {
                "MAIL": ["550 5.7.1 Not you", "250 Ok"],
                "RCPT": ["503 No", "250 Ok"],
                "DATA": ["503 No", "354 Go on"],
            },
            Reply(550, "5.7.1 Not you", "sender"),
            id="sender",
        ),
        pytest.param({"DATA": ["554 5.6.0 No", "354 Go on"]}, Reply(554, "5.6.0 No", "letter"), id="data"),
        pytest.param({".": ["451 4.3.0 Later", "250 Ok"]}, Reply(451, "4.3.0 Later", "letter"), id="after the dot"),
        pytest.param(
            {".": ["554-5.7.1 Spam\r\n554 5.7.1 Go", "250 Ok"]}, Reply(554, "5.7.1 Spam 5.7.1 Go", "letter"), id="lines"
        ),
    ],
)
def test_a_refusal_is_told_and_the_next_letter_goes(pipelining: bool, script: dict[str, Any], reply: Reply) -> None:
    if not pipelining and script.get("DATA") != ["554 5.6.0 No", "354 Go on"]:
        script = {verb: said for verb, said in script.items() if verb != "DATA"}
    if not pipelining and reply.stage == "sender":
        script = {"MAIL": script["MAIL"]}

    with ScriptedRelay(script, pipelining=pipelining) as relay, transport_to(relay).connect() as connection:
        replies = [connection.hand_over(make_letter(number)) for number in (1, 2)]

    assert replies[0] == reply
    assert replies[1].code == 250
    assert relay.accepted == ["reader2@example.org"]
    assert relay.connections == 1


def test_a_relay_that_waits_for_a_letter_to_nobody_gets_an_empty_one_and_nothing_counts() -> None:
    script = {"RCPT": ["550 5.1.1 Unknown", "250 Ok"]}

    with ScriptedRelay(script) as relay, transport_to(relay).connect() as connection:
        replies = [connection.hand_over(make_letter(number)) for number in (1, 2)]

    assert [(reply.code, reply.stage) for reply in replies] == [(550, "recipient"), (250, "letter")]
    assert relay.letters == [b"", make_letter(2).data]


@both_ways
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_a_relay_that_closes_down_is_heard_at_every_command(pipelining: bool, verb: str) -> None:
    closing = ScriptedRelay({verb: "421 4.3.2 Closing"}, pipelining=pipelining)

    with closing as relay, transport_to(relay).connect() as connection:
        reply = connection.hand_over(make_letter())
        with pytest.raises(ConnectionError):
            connection.hand_over(make_letter(2))

    assert reply.code == 421
    assert relay.accepted == []


@both_ways
@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"MAIL": None}, id="hangs up at MAIL"),
        pytest.param({"DATA": None}, id="hangs up at DATA"),
        pytest.param({"MAIL": "what?"}, id="answers with rubbish"),
        pytest.param({"DATA": "250 Ok"}, id="takes DATA for done"),
        pytest.param({"RCPT": "354 Go on"}, id="out of step"),
    ],
)
def test_a_connection_that_breaks_before_the_final_dot_has_delivered_nothing(
    pipelining: bool, script: dict[str, Any]
) -> None:
    with (
        ScriptedRelay(script, pipelining=pipelining) as relay,
        transport_to(relay).connect() as connection,
        pytest.raises(ConnectionError),
    ):
        connection.hand_over(make_letter())

    assert relay.accepted == []


@pytest.mark.parametrize("said", [None, "what?"], ids=["hangs up", "rubbish"])
def test_no_answer_after_the_final_dot_is_not_taken_for_either(said: str | None) -> None:
    with ScriptedRelay({".": said}) as relay, transport_to(relay).connect() as connection:
        reply = connection.hand_over(make_letter())

    assert reply.code == 0
    assert relay.letters == [make_letter().data]


def test_an_address_of_another_script_is_refused_before_the_relay_is_asked() -> None:
    with ScriptedRelay() as relay, transport_to(relay).connect() as connection:
        reply = connection.hand_over(make_letter(mailbox="用户@example.org"))

    assert reply.code == 553
    assert "MAIL" not in relay.verbs


# Before the first letter --------------------------------------------------------------------------


def make_settings(*, base_url: str = "https://pulse.example.com", secret: str = "s", **smtp: Any) -> Settings:
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


@pytest.mark.parametrize("base_url", ["https://pulse.example.com", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_a_site_with_tls_or_on_this_machine_will_do(base_url: str) -> None:
    check_ready(make_settings(base_url=base_url))
