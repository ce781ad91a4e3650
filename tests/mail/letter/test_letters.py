"""One reader's letter."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes

import pytest

from newsletter.mail.letter.letters import write_letter
from newsletter.model.audience import Address, Reader
from tests.mail.builders import SECRET, make_letter, make_mailing, make_reader, make_readers, parse, writer


def test_a_letter_written_again_is_the_same_to_the_byte() -> None:
    assert make_letter() == make_letter()


def test_one_writer_writes_what_a_new_one_for_each_reader_would() -> None:
    write = writer(make_mailing())

    assert [write(reader) for reader in make_readers(5)] == [make_letter(number) for number in range(1, 6)]


def test_a_letter_asks_no_more_of_a_reader_than_number_key_and_address() -> None:
    known = make_reader()
    reader = Reader(id=known.id, key=known.key, address=known.address)

    assert writer(make_mailing())(reader) == make_letter()


def test_the_message_id_is_the_readers_own_and_stays() -> None:
    ids = {make_letter(number).message_id for number in range(1, 50)}

    assert len(ids) == 49
    assert all(re.fullmatch(r"<[a-z2-7]{32}@example\.com>", found) for found in ids)
    assert parse(make_letter())["Message-ID"] == make_letter().message_id


def test_another_text_of_the_same_issue_keeps_the_message_id() -> None:
    corrected = make_letter(mailing=make_mailing(subject="Corrected"))

    assert corrected.message_id == make_letter().message_id


def test_another_issue_variant_or_secret_has_other_message_ids() -> None:
    later = make_letter(mailing=replace(make_mailing(), week="2024-W24"))
    short = make_letter(mailing=make_mailing(variant="news"))
    foreign = write_letter(make_mailing(), make_reader(), secret="another")

    assert len({one.message_id for one in (later, short, foreign, make_letter())}) == 4


def test_the_envelope_and_the_header_name_the_same_reader() -> None:
    letter = make_letter(7)

    assert letter.subscriber == 7
    assert letter.recipient == "reader7@example.org"
    assert parse(letter)["To"] == "reader7@example.org"


def test_a_domain_of_another_script_goes_by_its_ascii_name() -> None:
    letter = make_letter(mailbox="bo@bücher.example")

    assert letter.recipient == "bo@xn--bcher-kva.example"
    assert parse(letter)["To"] == "bo@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("domain", "name"),
    [("faß.example", "xn--fa-hia.example"), ("bücher.βόλος.example", "xn--bcher-kva.xn--nxasmm1c.example")],
)
def test_a_domain_that_only_looks_like_another_is_not_taken_for_it(domain: str, name: str) -> None:
    letter = make_letter(mailbox=f"bo@{domain}")

    assert letter.recipient == f"bo@{name}"


def test_a_mailbox_of_another_script_still_makes_a_letter_of_ascii() -> None:
    letter = write_letter(make_mailing(), make_reader(mailbox="用户@example.org"), secret=SECRET)

    assert letter.recipient == "用户@example.org"
    assert letter.data.isascii()
    assert message_from_bytes(letter.data)["To"].endswith(":;")


@pytest.mark.parametrize(
    "address",
    [
        "reader@example.org\r\nBcc: x@example.net",
        "reader@example.org\n",
        "rea\rder@example.org",
        "rea\0der@example.org",
        "reader@example.org, x@example.net",
        "Reader <reader@example.org>",
        "rea der@example.org",
        "rea\u2028der@example.org",
        "rea\ud83dder@example.org",
        "r" * 321,
        "@example.org",
        "reader@",
        "reader.example.org",
        "a@b@example.org",
        "r" * 310 + "@example.org",
        "",
    ],
    ids=ascii,
)
def test_an_address_that_would_break_its_field_is_refused_and_not_repeated(address: str) -> None:
    reader = Reader(id=7, key="Key_of-0007", address=Address(address))

    with pytest.raises(ValueError, match="reader 7") as caught:
        writer(make_mailing())(reader)

    assert "example" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "a\r\nb", "a\0b", "reader@example.org", "x" * 49, "ü"], ids=ascii)
def test_a_key_that_would_break_a_link_is_refused_and_not_repeated(key: str) -> None:
    reader = Reader(id=7, key=key, address=Address("reader@example.org"))

    with pytest.raises(ValueError, match="key of a subscriber") as caught:
        writer(make_mailing())(reader)

    assert "example" not in str(caught.value)


def test_a_line_with_an_encoded_word_stays_as_short_as_readers_of_headers_want_it() -> None:
    for signs in range(1, 21):
        letter = make_letter(mailbox=f"{'読' * signs}@bücher.example.org")

        field = b"To:" + letter.data.partition(b"\r\nTo:")[2].partition(b"\r\nSubject:")[0]
        assert max(map(len, field.split(b"\r\n"))) <= 76
        assert parse(letter)["To"].groups[0].addresses == ()
