"""The letter about a failed stage."""

from __future__ import annotations

import pytest

from newsletter.errors import CannotSend
from newsletter.mail.notices.alarm import alarm_letter
from newsletter.model.audience import Letter
from newsletter.model.settings import Mail
from tests.mail.builders import SENT, content, parse


def make_alarm(
    *, subject: str = "collect failed", body: str = "No feed answered.", to: str = "rani@example.com"
) -> Letter:
    return alarm_letter(mail=Mail(sender="pulse@example.com", alarm_to=to), subject=subject, body=body, date=SENT)


def test_an_alarm_says_what_failed_to_the_chief_editor() -> None:
    letter = make_alarm(body="No feed answered: größer als je.\n.\nSee `newsletter status`.")

    message = parse(letter)
    assert letter.recipient == "rani@example.com"
    assert message["To"] == "rani@example.com"
    assert message["Subject"] == "collect failed"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == letter.message_id
    assert content(message) == "No feed answered: größer als je.\n.\nSee `newsletter status`.\n"
    assert b"\r\n." not in letter.data


def test_the_same_alarm_is_the_same_letter_and_another_is_not() -> None:
    assert make_alarm() == make_alarm()
    assert make_alarm().message_id != make_alarm(body="Another.").message_id


def test_a_fault_of_several_lines_still_makes_one_subject() -> None:
    assert (
        parse(make_alarm(subject="collect failed:\r\nBcc: x@example.net"))["Subject"]
        == "collect failed: Bcc: x@example.net"
    )


def test_without_an_address_for_alarms_there_is_no_alarm() -> None:
    with pytest.raises(CannotSend, match="alarm_to"):
        make_alarm(to="")
