"""One reader's letter."""

from __future__ import annotations

import re
from email import message_from_bytes

from newsletter.mail.letter.letters import write_letter
from tests.mail.builders import SECRET, make_letter, make_mailing, make_reader, parse


def test_a_letter_written_again_is_the_same_to_the_byte() -> None:
    assert make_letter() == make_letter()


def test_the_message_id_is_the_readers_own_and_stays() -> None:
    ids = {make_letter(number).message_id for number in range(1, 50)}

    assert len(ids) == 49
    assert all(re.fullmatch(r"<[a-z2-7]{32}@example\.com>", found) for found in ids)
    assert parse(make_letter())["Message-ID"] == make_letter().message_id


def test_another_text_of_the_same_issue_keeps_the_message_id() -> None:
    corrected = make_letter(mailing=make_mailing(subject="Corrected"))

    assert corrected.message_id == make_letter().message_id


def test_another_variant_or_secret_has_other_message_ids() -> None:
    short = make_letter(mailing=make_mailing(variant="news"))
    foreign = write_letter(make_mailing(), make_reader(), secret="another")

    assert len({short.message_id, foreign.message_id, make_letter().message_id}) == 3


def test_the_envelope_and_the_header_name_the_same_reader() -> None:
    letter = make_letter(7)

    assert letter.subscriber == 7
    assert letter.recipient == "reader7@example.org"
    assert parse(letter)["To"] == "reader7@example.org"


def test_a_domain_of_another_script_goes_by_its_ascii_name() -> None:
    letter = make_letter(mailbox="bo@bücher.example")

    assert letter.recipient == "bo@xn--bcher-kva.example"
    assert parse(letter)["To"] == "bo@xn--bcher-kva.example"


def test_a_mailbox_of_another_script_still_makes_a_letter_of_ascii() -> None:
    letter = write_letter(make_mailing(), make_reader(mailbox="用户@example.org"), secret=SECRET)

    assert letter.recipient == "用户@example.org"
    assert letter.data.isascii()
    assert message_from_bytes(letter.data)["To"].endswith(":;")
