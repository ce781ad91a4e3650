"""A finished letter as the message that Postmark takes."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from newsletter.mail.notices.alarm import alarm_letter
from newsletter.mail.transports.postmark_messages import MOST_LETTERS, in_parts, mark_of, written_message
from newsletter.model.audience import Address, Letter
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.settings import Mail
from tests.mail.builders import SENT, content, make_letter, make_mailing, parse


def message_of(letter: Letter) -> dict[str, Any]:
    return dict(json.loads(written_message(letter, stream="broadcast")))


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    return {header["Name"]: header["Value"] for header in message["Headers"]}


def test_both_bodies_are_word_for_word_those_of_the_letter() -> None:
    words = "Zürich – 東京 🚀, a line longer than any line of a letter is, with = signs  \n.and stops.\n\n" * 3
    html = f'<p>{words}</p>\n<a href="{UNSUBSCRIBE_MARK}">Leave</a>\n'
    letter = make_letter(mailing=make_mailing(html=html, text=f"{words}{UNSUBSCRIBE_MARK}\n"))

    message = message_of(letter)

    token = message["TextBody"].rpartition("/")[2].strip()
    address = f"https://pulse.example.com/unsubscribe/{token}"
    assert len(token) > 20
    assert message["HtmlBody"] == html.replace(UNSUBSCRIBE_MARK, address)
    assert message["TextBody"] == f"{words}{address}\n"
    assert message["HtmlBody"] == content(parse(letter).get_body(("html",)))


def test_the_message_goes_to_the_letters_recipient_in_the_stream_without_tracking() -> None:
    letter = make_letter(7)

    message = message_of(letter)

    assert message["To"] == "reader7@example.org"
    assert message["MessageStream"] == "broadcast"
    assert (message["TrackOpens"], message["TrackLinks"]) == (False, "None")
    assert "ReplyTo" not in message


def test_names_and_subject_are_read_and_names_quoted() -> None:
    mailing = make_mailing(
        subject="Woche 23 – Öffnung",
        sender='"Pülse, the \\"weekly\\"" <pulse@example.com>',
        reply_to="Chief, The <chief@example.com>",
    )

    message = message_of(make_letter(mailing=mailing))

    assert message["Subject"] == "Woche 23 – Öffnung"
    assert message["From"] == '"Pülse, the \\"weekly\\"" <pulse@example.com>'
    assert message["ReplyTo"] == '"Chief, The" <chief@example.com>'


def test_headers_for_mail_programs_go_along_and_the_message_id_is_kept() -> None:
    letter = make_letter(mailing=make_mailing(name="Zürich Pulse", feedback_id="techpulse"))

    headers = headers_of(message_of(letter))

    written = parse(letter)
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"):
        assert headers[name] == written[name]
    assert headers["List-Id"].endswith("<pulse.example.com>")
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    assert headers["Message-ID"] == letter.message_id
    assert headers["X-PM-KeepID"] == "true"


def test_what_the_service_makes_itself_or_refuses_is_left_out() -> None:
    letter = make_letter()
    signed = replace(letter, data=b"DKIM-Signature: v=1; a=rsa-sha256;\r\n b=c2lnbmF0dXJl\r\n" + letter.data)

    headers = {name.lower() for name in headers_of(message_of(signed))}

    assert not headers & {"date", "from", "to", "subject", "mime-version", "content-type", "dkim-signature"}
    assert message_of(signed) == message_of(letter)


def test_a_letter_to_the_team_in_plain_text_has_no_html() -> None:
    mail = Mail(sender="Tech Pulse <pulse@example.com>", alarm_to="Chief <chief@example.com>")
    letter = alarm_letter(mail=mail, subject="Fehler ü", body="It failed – twice.", date=SENT)

    message = message_of(letter)

    assert message["TextBody"] == "It failed – twice.\n"
    assert "HtmlBody" not in message
    assert (message["To"], message["Subject"]) == ("chief@example.com", "Fehler ü")
    assert headers_of(message)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("encoding", "body"), [("base64", base64.encodebytes("Grüße".encode())), ("8bit", "Grüße".encode())]
)
def test_bodies_in_other_encodings_are_read_too(encoding: str, body: bytes) -> None:
    head = f"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
    data = head.encode() + b"\r\n\r\n" + body
    letter = Letter(subscriber=1, recipient=Address("b@example.org"), message_id="<m@example.com>", data=data)

    assert message_of(letter)["TextBody"] == "Grüße"


def test_a_letter_is_found_by_its_message_id() -> None:
    letter = make_letter()

    mark = message_of(letter)["Metadata"]["letter"]

    assert letter.message_id == f"<{mark}@example.com>"
    assert mark == mark_of(letter)


def test_the_mark_of_a_long_message_id_still_fits_the_metadata() -> None:
    marks = {mark_of(replace(make_letter(), message_id=f"<{'x' * 90}{end}@example.com>")) for end in "ab"}

    assert {len(mark) for mark in marks} == {64}
    assert len(marks) == 2


def test_no_call_has_more_letters_than_the_service_takes() -> None:
    letter = make_letter()

    parts = [len(part) for part in in_parts([letter] * 501, stream="broadcast")]

    assert parts == [MOST_LETTERS, 1]


def test_no_call_is_larger_than_it_may_be_and_no_letter_is_lost() -> None:
    letters = [make_letter(number) for number in range(1, 11)]
    one = len(written_message(letters[-1], stream="broadcast"))

    parts = list(in_parts(letters, stream="broadcast", most_bytes=3 * one + 4))

    assert [letter for part in parts for letter, _ in part] == letters
    assert [len(part) for part in parts] == [3, 3, 3, 1]
    assert all(len(b"[" + b",".join(written for _, written in part) + b"]") <= 3 * one + 4 for part in parts)


def test_a_letter_larger_than_a_call_goes_alone() -> None:
    letters = [make_letter(number) for number in range(1, 4)]

    assert [len(part) for part in in_parts(letters, stream="broadcast", most_bytes=10)] == [1, 1, 1]


def test_there_is_no_call_without_letters() -> None:
    assert list(in_parts([], stream="broadcast")) == []
