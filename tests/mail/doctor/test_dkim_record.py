"""Records of DKIM keys, as receivers find them."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.doctor.answers import Answer
from newsletter.mail.doctor.dkim_record import OwnKey, PublicKey, dkim_line, read_key
from newsletter.mail.doctor.tags import read_tags
from newsletter.mail.letter.dkim import public_record
from tests.mail.letter.signed import make_keys, rsa_pem

NAME = "s1._domainkey.example.com"
EDWARDS = base64.b64encode(bytes(range(32))).decode()
RSA, OURS_EDWARDS = (value for _, value in public_record(make_keys()))


def short_key() -> str:
    """An RSA key of 1024 bits as a record."""
    key = load_pem_private_key(rsa_pem(1024).encode(), None).public_key()
    return f"k=rsa; p={base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()}"


def test_keys_are_read_with_their_kind_and_length() -> None:
    rsa, edwards = read_key(RSA), read_key(f"v=DKIM1; k=ed25519; t=y:s; p={EDWARDS}")

    assert (rsa.algorithm, rsa.bits, rsa.testing) == ("rsa", 2048, False)
    assert edwards == PublicKey(algorithm="ed25519", key=bytes(range(32)), bits=256, testing=True)


def test_a_bare_rsa_key_is_the_same_as_one_that_names_its_kind() -> None:
    public = load_pem_private_key(rsa_pem().encode(), None).public_key()
    bare = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.PKCS1)).decode()

    assert read_key(f"p={bare}") == read_key(RSA)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no tags"),
        ("hello", "no tag of the form"),
        (f"k=rsa; v=DKIM1; p={EDWARDS}", "at its beginning"),
        (f"v=DKIM2; p={EDWARDS}", "v= is not DKIM1"),
        ("v=DKIM1; k=rsa", "holds no key"),
        (f"v=DKIM1; p={EDWARDS}; p={EDWARDS}", '"p" stands in it twice'),
        (f"v=DKIM1; h=sha1; p={EDWARDS}", "does not allow sha256"),
        (f"v=DKIM1; s=tlsrpt; p={EDWARDS}", "does not allow mail"),
        ("v=DKIM1; p=not*base64", "no Base64"),
        (f"v=DKIM1; k=rsa; p={EDWARDS}", "no key of RSA"),
        (f"v=DKIM1; k=ed25519; p={EDWARDS[:20]}", "has 15 octets"),
        (f"{RSA[:200]}", "Base64|no key of RSA"),
    ],
)
def test_a_record_of_no_use_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_key(text)


@given(st.binary(max_size=80))
def test_any_bytes_in_place_of_a_key_are_read_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert read_key(f"k=rsa; p={base64.b64encode(data).decode()}").algorithm == "rsa"


@given(st.text(st.sampled_from("vkp=; DKIM1a\t."), max_size=30))
def test_any_list_of_tags_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_tags(text)


@pytest.mark.parametrize(
    ("values", "level", "words"),
    [
        ((RSA,), "ok", "has one key: RSA of 2048 bits."),
        ((f"v=DKIM1;k=ed25519;p={EDWARDS};",), "ok", "has one key: Ed25519."),
        ((), "fail", "does not exist"),
        ((RSA, RSA + ";"), "fail", "has 2 records; receivers may take any. Keep one."),
        (("v=DKIM1; p=",), "fail", "is revoked"),
        (("v=DKIM1; k=dsa; p=AAAA",), "fail", 'of the kind "dsa"'),
        ((short_key(),), "warn", "has 1024 bits; 2048 are asked for"),
        ((f"v=DKIM1; k=ed25519; t=y; p={EDWARDS}",), "warn", "marked as a test"),
        (("nonsense",), "fail", "is of no use"),
    ],
)
def test_the_record_of_a_selector_is_judged_in_a_sentence(values: tuple[str, ...], level: str, words: str) -> None:
    line = dkim_line(OwnKey(name=NAME), Answer(values=values))

    assert (line.level, line.check, line.about) == (level, "dkim", NAME)
    assert words in str(line)


def test_the_record_of_our_own_key_has_to_be_ours() -> None:
    own = OwnKey(name=NAME, text=RSA)

    ours = dkim_line(own, Answer(values=(RSA.replace("v=DKIM1; ", "").replace("; p=", " ;  p= "),)))
    another = dkim_line(own, Answer(values=(short_key(),)))
    other_kind = dkim_line(own, Answer(values=(OURS_EDWARDS,)))

    assert (ours.level, ours.what) == ("ok", f"{NAME} has one key: RSA of 2048 bits, ours.")
    assert {another.level, other_kind.level} == {"fail"}
    assert "is not the one that letters are signed with" in another.what
    assert (another.mend, another.record) == ("Publish ours there as TXT.", RSA)


def test_a_record_that_could_not_be_looked_up_is_not_called_missing() -> None:
    line = dkim_line(OwnKey(name=NAME), Answer(fault="the name server does not answer"))

    assert line.level == "fail"
    assert "could not be looked up" in line.what
