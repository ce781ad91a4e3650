"""What is said before a letter, by what the relay offers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.mail.transports.envelope import Offers, envelope
from newsletter.model.audience import Address, Letter
from newsletter.model.ports import Reply
from tests.mail.builders import make_letter

SENDER = Address("pulse@example.com")
EVERYTHING = Offers(pipelining=True, eight_bit=True, utf8=True, size=True)


def letter_of(data: bytes = b"Subject: Hello\r\n\r\nHello\r\n", *, recipient: str = "reader@example.org") -> Letter:
    return replace(make_letter(), data=data, recipient=Address(recipient))


def said(letter: Letter, offers: Offers) -> list[str]:
    commands = envelope(letter, sender=SENDER, offers=offers)
    assert not isinstance(commands, Reply)
    return [command.decode() for command in commands]


def refused(letter: Letter, offers: Offers) -> tuple[int, str, str]:
    reply = envelope(letter, sender=SENDER, offers=offers)
    assert isinstance(reply, Reply)
    return reply.code, reply.text.split()[0], reply.stage


def test_a_relay_that_offers_nothing_hears_no_parameters() -> None:
    assert said(letter_of(), Offers()) == ["MAIL FROM:<pulse@example.com>\r\n", "RCPT TO:<reader@example.org>\r\n"]


def test_what_an_ordinary_letter_does_not_need_is_not_asked_for() -> None:
    letter = letter_of()

    mail, _ = said(letter, EVERYTHING)

    assert mail == f"MAIL FROM:<pulse@example.com> SIZE={len(letter.data)}\r\n"


def test_eight_bits_are_declared_where_they_are_offered_and_refused_where_not() -> None:
    letter = letter_of("Grüße\r\n".encode())

    assert said(letter, Offers(eight_bit=True))[0] == "MAIL FROM:<pulse@example.com> BODY=8BITMIME\r\n"
    assert refused(letter, replace(EVERYTHING, eight_bit=False)) == (554, "5.6.3", "letter")


def test_an_address_of_another_script_needs_smtputf8() -> None:
    letter = letter_of(recipient="用户@example.org")

    assert said(letter, Offers(utf8=True)) == [
        "MAIL FROM:<pulse@example.com> SMTPUTF8\r\n",
        "RCPT TO:<用户@example.org>\r\n",
    ]
    assert refused(letter, replace(EVERYTHING, utf8=False)) == (553, "5.6.7", "recipient")


def test_a_domain_of_another_script_goes_as_its_a_label() -> None:
    letter = letter_of(recipient="leser@bücher.example")

    assert said(letter, Offers()) == [
        "MAIL FROM:<pulse@example.com>\r\n",
        "RCPT TO:<leser@xn--bcher-kva.example>\r\n",
    ]


@pytest.mark.parametrize(("largest", "fits"), [(0, True), (27, True), (26, True), (25, False)])
def test_a_letter_fits_up_to_the_announced_size(largest: int, fits: bool) -> None:
    letter = letter_of(b"x" * 24 + b"\r\n")
    offers = Offers(size=True, largest=largest)

    if fits:
        assert said(letter, offers)[0] == "MAIL FROM:<pulse@example.com> SIZE=26\r\n"
    else:
        assert refused(letter, offers) == (552, "5.3.4", "letter")


@pytest.mark.parametrize(
    "recipient",
    ["a@example.org>\r\nRCPT TO:<b@example.org", "a b@example.org", "a>@example.org", "a\ud800@example.org"],
)
def test_an_address_that_would_end_its_command_is_refused(recipient: str) -> None:
    assert refused(letter_of(recipient=recipient), EVERYTHING) == (553, "5.1.3", "recipient")


@pytest.mark.parametrize(
    ("features", "offers"),
    [
        ({}, Offers()),
        ({"pipelining": "", "8bitmime": "", "smtputf8": "", "size": ""}, EVERYTHING),
        ({"size": "35882577"}, Offers(size=True, largest=35882577)),
        ({"size": "0"}, Offers(size=True)),
        ({"size": "about 10"}, Offers(size=True)),
    ],
)
def test_offers_are_read_from_what_the_relay_said(features: dict[str, str], offers: Offers) -> None:
    assert Offers.of(features) == offers
