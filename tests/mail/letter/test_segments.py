"""The mailing: every check on the frozen bytes that RFCs and the large providers make."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import CannotSend
from newsletter.mail.letter.tokens import unsubscribe_address
from newsletter.model.audience import Letter
from newsletter.model.marks import UNSUBSCRIBE_MARK
from tests.mail.builders import HTML, SECRET, SENT, TEXT, content, make_letter, make_mailing, make_reader, parse

_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1, max_size=200)
_bodies = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(".=\n\r \tFü漢")), max_size=300)


def part(message: EmailMessage, kind: str) -> str:
    return content(message.get_body((kind,)))  # type: ignore[arg-type]


def header_lines(letter: Letter) -> list[bytes]:
    return letter.data.partition(b"\r\n\r\n")[0].split(b"\r\n")


# Row 1: RFC 5322, 3.6


def test_each_field_that_a_letter_needs_is_there_once() -> None:
    message = parse(make_letter())

    for name in ("From", "Date", "Message-ID", "MIME-Version", "Subject", "To", "List-Id", "Content-Type"):
        assert len(message.get_all(name, [])) == 1, name
    assert [a.addr_spec for a in message["From"].addresses] == ["pulse@example.com"]
    assert message["From"].addresses[0].display_name == "Tech Pulse"
    assert message["To"].addresses[0].addr_spec == "reader1@example.org"
    assert message["Date"].datetime == SENT


def test_replies_go_where_the_settings_say() -> None:
    letter = make_letter(mailing=make_mailing(reply_to="The editors <desk@example.com>"))

    assert parse(letter)["Reply-To"].addresses[0].addr_spec == "desk@example.com"
    assert parse(make_letter())["Reply-To"] is None


# Row 2: RFC 8058


def test_mail_programs_can_unsubscribe_with_one_click() -> None:
    message = parse(make_letter())

    leave = unsubscribe_address("https://pulse.example.com", SECRET, make_reader().key)
    assert message.get_all("List-Unsubscribe") == [f"<{leave}>"]
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]


def test_nobody_is_asked_to_leave_by_a_letter_that_no_program_reads() -> None:
    letter = make_letter(mailing=make_mailing(reply_to="desk@example.com"))

    assert "mailto:" not in parse(letter)["List-Unsubscribe"]


# Row 6: tokens


def test_no_address_of_a_reader_stands_anywhere_but_in_to() -> None:
    letter = make_letter()

    assert letter.data.count(b"reader1@example.org") == 1
    assert b"reader1" not in letter.message_id.encode()


# Row 7: visible link


def test_both_parts_show_the_readers_own_link_to_leave() -> None:
    message = parse(make_letter())

    leave = unsubscribe_address("https://pulse.example.com", SECRET, make_reader().key)
    assert part(message, "plain") == TEXT.replace(UNSUBSCRIBE_MARK, leave)
    assert part(message, "html") == HTML.replace(UNSUBSCRIBE_MARK, leave)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_part_without_the_link_is_refused(kind: str) -> None:
    without: dict[str, Any] = {kind: "Hello\n"}

    with pytest.raises(CannotSend, match="no link to unsubscribe"):
        make_mailing(**without)


def test_without_a_site_readers_leave_by_writing() -> None:
    mailing = make_mailing(base_url="", reply_to="desk+a&b@example.com")
    message = parse(make_letter(mailing=mailing))

    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None
    assert "mailto:desk%2Ba%26b@example.com?subject=unsubscribe" in part(message, "plain")
    assert 'href="mailto:desk%2Ba%26b@example.com?subject=unsubscribe"' in part(message, "html")


# Row 8: RFC 2919


@pytest.mark.parametrize(
    ("list_id", "expected"),
    [
        pytest.param("", "Tech Pulse <pulse.example.com>", id="made from the sender"),
        pytest.param("news.example.net", "Tech Pulse <news.example.net>", id="as set"),
        pytest.param("<news.example.net>", "Tech Pulse <news.example.net>", id="typed with brackets"),
    ],
)
def test_the_list_has_a_name_that_filters_can_rely_on(list_id: str, expected: str) -> None:
    assert parse(make_letter(mailing=make_mailing(list_id=list_id)))["List-Id"] == expected


@pytest.mark.parametrize("list_id", ["a b", "x" * 256, "ümlaut.example.com", "a<b>.example.com"])
def test_a_list_name_that_no_filter_could_read_is_refused(list_id: str) -> None:
    with pytest.raises(CannotSend, match="list_id"):
        make_mailing(list_id=list_id)


def test_the_list_says_where_its_past_issues_are() -> None:
    assert parse(make_letter())["List-Archive"] == "<https://pulse.example.com/>"
    assert parse(make_letter(mailing=make_mailing(base_url="")))["List-Archive"] is None


# Row 9: Feedback-ID


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, "2024-W23:full:pulse-example-com:pulseexamplecom", id="made from the list's name"),
        pytest.param({"feedback_id": "techpulse"}, "2024-W23:full:pulse-example-com:techpulse", id="as set"),
        pytest.param({"variant": "news"}, "2024-W23:news:pulse-example-com:pulseexamplecom", id="another variant"),
        pytest.param({"list_id": "a.b"}, "2024-W23:full:a-b:abxxx", id="a short name"),
        pytest.param(
            {"list_id": "news_2." + "x" * 40}, "2024-W23:full:news-2-" + "x" * 23 + ":news2xxxxxxxxxx", id="long"
        ),
    ],
)
def test_complaints_can_be_counted_by_issue_variant_list_and_sender(given: dict[str, Any], expected: str) -> None:
    assert parse(make_letter(mailing=make_mailing(**given))).get_all("Feedback-ID") == [expected]


@pytest.mark.parametrize("feedback_id", ["abcd", "a" * 16, "tech:pulse", "tech pulse", "techpülse", "tech\r\nX: y"])
def test_a_senders_name_that_gmail_would_not_count_by_is_refused(feedback_id: str) -> None:
    with pytest.raises(CannotSend, match="feedback_id"):
        make_mailing(feedback_id=feedback_id)


# Rows 10 and 11: lines


@given(html=_bodies, text=_bodies, before=_bodies)
@settings(deadline=None, max_examples=40)
def test_any_bodies_come_back_with_the_link_in_place_and_every_line_is_safe(html: str, text: str, before: str) -> None:
    bodies = {"html": f"{before}{UNSUBSCRIBE_MARK}{html}", "plain": f"{text}{UNSUBSCRIBE_MARK}{before}"}
    letter = make_letter(mailing=make_mailing(html=bodies["html"], text=bodies["plain"]))

    message = parse(letter)
    leave = unsubscribe_address("https://pulse.example.com", SECRET, make_reader().key)
    for kind, body in bodies.items():
        lines = body.replace("\r\n", "\n").replace("\r", "\n").replace(UNSUBSCRIBE_MARK, leave)
        found = message.get_body((kind,))
        assert found is not None
        decoded = found.get_payload(decode=True)
        assert isinstance(decoded, bytes)
        assert decoded.decode().replace("\r\n", "\n") == (lines if lines.endswith("\n") else lines + "\n")
    wire = letter.data.split(b"\r\n")
    assert letter.data.isascii()
    assert not {0, 10, 13} & set(letter.data.replace(b"\r\n", b""))
    assert not any(line.startswith(b".") for line in wire)
    assert all(len(line) <= 76 for line in letter.data.partition(b"\r\n\r\n")[2].split(b"\r\n"))


def test_a_link_of_any_length_keeps_every_line_within_76() -> None:
    base_url = "https://pulse.example.com/" + "=a.b/" * 40
    letter = make_letter(mailing=make_mailing(base_url=base_url))

    body = letter.data.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert f"{base_url}/unsubscribe/" in part(parse(letter), "html")


def test_a_site_whose_address_fits_on_no_line_of_a_header_is_refused() -> None:
    with pytest.raises(CannotSend, match="base_url"):
        make_mailing(base_url="https://pulse.example.com/" + "x" * 900)


def test_the_link_may_stand_several_times() -> None:
    letter = make_letter(mailing=make_mailing(text=f"{UNSUBSCRIBE_MARK}{UNSUBSCRIBE_MARK}\n{UNSUBSCRIBE_MARK}"))

    leave = unsubscribe_address("https://pulse.example.com", SECRET, make_reader().key)
    assert part(parse(letter), "plain") == f"{leave}{leave}\n{leave}\n"


# Row 12: RFC 2047, header injection


@given(subject=_words.filter(str.strip), name=_words.filter(str.strip))
@settings(deadline=None, max_examples=40)
def test_any_subject_and_any_name_come_back_from_lines_of_at_most_78(subject: str, name: str) -> None:
    letter = make_letter(mailing=make_mailing(subject=subject, name=name))

    message = parse(letter)
    assert message["Subject"] == subject
    assert message["List-Id"].endswith("<pulse.example.com>")
    mine = [line for line in header_lines(letter) if not line.startswith(b"List-Unsubscribe:")]
    assert max(map(len, mine)) <= 78
    assert max(len(word) for line in header_lines(letter) for word in re.findall(rb"=\?\S+\?=", line) or [b""]) <= 75


@pytest.mark.parametrize(
    "name",
    [
        "Tech Pulse",
        "Täglich",
        'Say "when"',
        "Pulse, weekly",
        "back\\slash",
        "dots. and @",
        "漢字" * 20,
        "=?utf-8?q?x?=",
    ],
)
def test_the_senders_name_arrives_as_written(name: str) -> None:
    letter = make_letter(mailing=make_mailing(sender=f"{name} <pulse@example.com>"))

    # Read by the older of the library's two readers: the newer puts spaces between encoded words in names.
    written = str(make_header(decode_header(message_from_bytes(letter.data)["From"])))
    assert parse(letter)["From"].addresses[0].addr_spec == "pulse@example.com"
    assert parseaddr(written)[0] == name


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\0", "\ud83d"], ids=repr)
@pytest.mark.parametrize("place", ["subject", "name", "sender", "reply_to", "list_id", "base_url"])
def test_no_value_can_begin_another_header(place: str, sign: str) -> None:
    value: dict[str, Any] = {place: f"Pulse{sign}Bcc: x@example.net <pulse@example.com>"}

    with pytest.raises(CannotSend):
        make_mailing(**value)


def test_a_letter_without_a_subject_is_refused() -> None:
    with pytest.raises(CannotSend, match="Subject"):
        make_mailing(subject=" ")


@pytest.mark.parametrize(
    "sender", ["", "Pulse", "a@example.com, b@example.com", "jürgen@example.com", "<a@b@c.example>"]
)
def test_a_sender_that_is_not_one_mailbox_is_refused(sender: str) -> None:
    with pytest.raises(CannotSend, match=r"mail\.from"):
        make_mailing(sender=sender)


def test_a_sender_at_a_domain_of_another_script_goes_by_its_ascii_name() -> None:
    letter = make_letter(mailing=make_mailing(sender="pulse@bücher.example"))

    assert parse(letter)["From"].addresses[0].addr_spec == "pulse@xn--bcher-kva.example"
    assert letter.message_id.endswith("@xn--bcher-kva.example>")


# Row 14: multipart/alternative


def test_text_comes_first_and_html_last() -> None:
    message = parse(make_letter())

    kinds = [
        (p.get_content_type(), p.get_content_charset(), p["Content-Transfer-Encoding"]) for p in message.iter_parts()
    ]
    assert message.get_content_type() == "multipart/alternative"
    assert kinds == [("text/plain", "utf-8", "quoted-printable"), ("text/html", "utf-8", "quoted-printable")]


# Row 16: the same again


def test_the_same_issue_is_the_same_mailing() -> None:
    assert make_mailing() == make_mailing()


@pytest.mark.parametrize("change", [{"subject": "Another"}, {"html": HTML + "x"}, {"text": TEXT + "x"}], ids=str)
def test_another_issue_has_another_digest(change: dict[str, Any]) -> None:
    assert make_mailing(**change).sha256 != make_mailing().sha256


def test_segments_alternate_with_marks() -> None:
    mailing = make_mailing()

    assert mailing.marks == ("address", "message-id", "token", "token", "token")
    assert len(mailing.segments) == len(mailing.marks) + 1


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_mailing(date=datetime(2024, 6, 7, 13, 0))  # noqa: DTZ001 - the fault under test


def test_a_body_with_half_a_character_is_refused() -> None:
    with pytest.raises(CannotSend, match="half a character"):
        make_mailing(html=HTML + "\ud83d")
