"""Letters signed by DKIM, judged by a verifier that is not ours."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import CannotSend
from newsletter.mail.letter.dkim import Keys, load_keys, signatures
from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.letter.segments import mailing_digest
from newsletter.mail.letter.tokens import secret_mark
from newsletter.model.marks import UNSUBSCRIBE_MARK
from tests.mail.builders import SECRET, SENT, make_letter, make_mailing, make_reader, make_readers, parse, writer
from tests.mail.letter.signed import SENDER, both, make_keys, signed_letter, signed_mailing, verdicts

_FIELDS = b"""Subject To Date Message-ID MIME-Version Content-Type List-Id List-Archive List-Unsubscribe
    List-Unsubscribe-Post Feedback-ID""".split()
_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1, max_size=90)
_bodies = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(".=\n\r \tFü漢")), max_size=200)


def tags(data: bytes) -> list[dict[str, str]]:
    """Of each signature, in their order; values without blanks."""
    fields = [re.sub(r"\s", "", value) for name, value in parse_fields(data) if name == "DKIM-Signature"]
    return [dict(tag.split("=", 1) for tag in field.split(";")) for field in fields]


def parse_fields(data: bytes) -> list[tuple[str, str]]:
    head = data.partition(b"\r\n\r\n")[0].decode()
    return [(field.partition(":")[0], field.partition(":")[2]) for field in re.split(r"\r\n(?![ \t])", head)]


def test_both_signatures_of_a_letter_hold() -> None:
    letter = signed_letter()

    assert [tag["a"] for tag in tags(letter.data)] == ["rsa-sha256", "ed25519-sha256"]
    assert verdicts(letter.data) == (True, True)


@given(subject=_words.filter(str.strip), name=_words.filter(str.strip), text=_bodies, html=_bodies)
@settings(deadline=None, max_examples=15)
def test_whatever_is_in_a_letter_its_signatures_hold(subject: str, name: str, text: str, html: str) -> None:
    letter = signed_letter(
        mailing=signed_mailing(
            subject=subject, name=name, text=f"{text}{UNSUBSCRIBE_MARK}{text}", html=f"{html}{UNSUBSCRIBE_MARK}{html}"
        )
    )

    assert verdicts(letter.data) == (True, True)


@pytest.mark.parametrize("mailbox", ["用户@example.org", "ü" * 40 + "@bücher.example", f"{'a' * 64}@example.org"])
def test_any_mailbox_can_be_signed(mailbox: str) -> None:
    assert verdicts(signed_letter(mailbox=mailbox).data) == (True, True)


def test_a_letter_without_a_site_is_signed_as_well() -> None:
    letter = signed_letter(mailing=signed_mailing(base_url="", reply_to="desk@example.com"))

    assert verdicts(letter.data) == (True, True)
    assert "List-Unsubscribe" in tags(letter.data)[0]["h"].split(":")


def test_a_relay_may_fold_a_field_anew() -> None:
    data = signed_letter().data.replace(b"Subject: Week #23 2024", b"Subject:  Week\r\n\t#23 2024")

    assert b"Week\r\n\t#23" in data
    assert verdicts(data) == (True, True)


# Row 3: what is covered


@pytest.mark.parametrize("field", [*_FIELDS, b"From", b"Reply-To", b"Cc"])
def test_a_field_added_above_the_letter_breaks_its_signatures(field: bytes) -> None:
    data = field + b": Somebody else <evil@example.net>\r\n" + signed_letter().data

    assert verdicts(data) == (False, False)


@pytest.mark.parametrize("field", _FIELDS)
def test_a_field_taken_away_breaks_the_signatures(field: bytes) -> None:
    letter = signed_letter()
    data, count = re.subn(rb"(?m)^" + field + rb":.*\r\n(?:[ \t].*\r\n)*", b"", letter.data, count=1)

    assert count == 1
    assert verdicts(data) == (False, False)


def test_signatures_hold_with_no_other_key() -> None:
    other = load_keys(both(ed25519=2), sender=SENDER)

    assert verdicts(signed_letter().data, other) == (True, False)


def test_one_letter_of_the_body_changed_breaks_the_signatures() -> None:
    data = signed_letter().data.replace(b"Hello", b"Jello", 1)

    assert verdicts(data) == (False, False)


def test_a_line_added_below_breaks_the_signatures() -> None:
    assert verdicts(signed_letter().data + b"Buy this\r\n") == (False, False)


def test_every_field_that_matters_is_named_once_more_than_it_is_there() -> None:
    letter = signed_letter(mailing=signed_mailing(reply_to="desk@example.com"))

    there = [name for name, _ in parse_fields(letter.data) if name != "DKIM-Signature"]
    named = tags(letter.data)[0]["h"].split(":")
    assert set(there) <= set(named)
    assert all(named.count(name) == there.count(name) + 1 for name in named)


def test_signatures_say_no_more_than_they_should() -> None:
    rsa, ed25519 = tags(signed_letter().data)

    for found, selector in ((rsa, "pulse2026"), (ed25519, "pulse2026e")):
        assert list(found) == ["v", "a", "c", "d", "s", "t", "q", "h", "bh", "b"]
        assert (found["v"], found["c"], found["q"]) == ("1", "relaxed/simple", "dns/txt")
        assert (found["d"], found["s"], found["t"]) == ("example.com", selector, str(int(SENT.timestamp())))


def test_a_signed_letter_keeps_its_lines_short_and_is_read_like_any_other() -> None:
    letter = signed_letter()

    lines = letter.data.partition(b"\r\nDate: ")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert letter.data.endswith(make_letter().data)
    assert len(parse(letter).get_all("DKIM-Signature", [])) == 2


# Row 16: the same again


def test_a_signed_letter_written_again_is_the_same_to_the_byte() -> None:
    assert signed_letter() == signed_letter()


def test_another_run_with_other_selectors_writes_the_same_letter() -> None:
    renamed = replace(both(), rsa_selector="other", ed25519_selector="others")
    keys = load_keys(renamed, sender=SENDER)

    assert make_letter(mailing=signed_mailing(), keys=keys) == signed_letter()


def test_a_writer_serves_several_threads_at_once() -> None:
    write, readers = writer(signed_mailing(), keys=make_keys()), make_readers(24)

    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(write, readers))

    assert at_once == [signed_letter(reader.id) for reader in readers]


def test_signatures_and_the_secret_belong_to_the_digest_of_the_mailing() -> None:
    signed = signed_mailing()
    variants = {
        make_mailing().sha256,
        signed.sha256,
        mailing_digest(replace(signed, secret_mark="other")),
        *(
            mailing_digest(replace(signed, signatures=(replace(signed.signatures[0], **change), signed.signatures[1])))
            for change in ({"at": 1}, {"selector": "x"}, {"domain": "x.example"}, {"key_mark": "x"})
        ),
    }

    assert len(variants) == 7
    assert signed.sha256 == mailing_digest(signed)


def test_a_mailing_frozen_unsigned_stays_unsigned() -> None:
    assert make_letter(keys=make_keys()) == make_letter()


def test_without_the_key_that_a_mailing_was_begun_with_no_letter_is_written() -> None:
    with pytest.raises(CannotSend, match=r"RSA key of pulse2026\._domainkey\.example\.com") as caught:
        LetterWriter(signed_mailing(), secret=SECRET, keys=Keys())

    assert "NEWSLETTER_DKIM_RSA_KEY_FILE" in caught.value.mend


def test_with_another_key_under_the_same_name_no_letter_is_written() -> None:
    other = load_keys(both(ed25519=2), sender=SENDER)

    with pytest.raises(CannotSend, match=r"Ed25519 key of pulse2026e\._domainkey\.example\.com") as caught:
        LetterWriter(signed_mailing(), secret=SECRET, keys=other)

    assert "NEWSLETTER_DKIM_ED25519_KEY_FILE" in caught.value.mend


def test_with_another_secret_than_the_first_letters_no_letter_is_written() -> None:
    mailing = make_mailing(secret_mark=secret_mark(SECRET))

    with pytest.raises(CannotSend, match="another secret") as caught:
        LetterWriter(mailing, secret="a newer secret")

    assert "NEWSLETTER_SECRET" in caught.value.mend
    assert make_letter(mailing=mailing).data == make_letter().data


def test_a_parent_domain_signs_for_its_senders() -> None:
    sender = "pulse@news.example.com"
    keys = load_keys(both(domain="example.com"), sender=sender)
    mailing = make_mailing(sender=sender, signatures=signatures(keys, SENT))
    letter = LetterWriter(mailing, secret=SECRET, keys=keys)(make_reader())

    assert {tag["d"] for tag in tags(letter.data)} == {"example.com"}
    assert verdicts(letter.data, keys) == (True, True)
