"""Keys of DKIM: loaded, refused, published."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
    load_pem_private_key,
)

from newsletter.errors import CannotSend
from newsletter.mail.letter.dkim import Keys, load_keys, public_record, signatures
from newsletter.model.settings import NO_SECRET, Dkim, Secret
from tests.mail.letter.signed import SENDER, both, ed25519_pem, make_keys, rsa_pem

_ENCRYPTED = (
    load_pem_private_key(ed25519_pem().encode(), None)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
    .decode()
)
_CURVE = (
    ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)


def fault(dkim: Dkim, sender: str = SENDER) -> str:
    with pytest.raises(CannotSend) as caught:
        load_keys(dkim, sender=sender)
    assert caught.value.mend
    return str(caught.value)


def test_without_settings_nothing_is_signed() -> None:
    keys = load_keys(Dkim(), sender=SENDER)

    assert keys == Keys()
    assert signatures(keys, datetime(2024, 6, 7, tzinfo=UTC)) == ()
    assert public_record(keys) == ()


def test_a_domain_alone_is_no_wish_to_sign() -> None:
    assert load_keys(Dkim(domain="example.net"), sender=SENDER) == Keys()


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(rsa_pem(), id="PKCS 8"),
        pytest.param(rsa_pem(form=PrivateFormat.TraditionalOpenSSL), id="PKCS 1"),
        pytest.param(Secret(rsa_pem().replace("\n", "\r\n")), id="line ends of Windows"),
        pytest.param(Secret(rsa_pem().strip().replace("\n", "\\n")), id="one line of an environment file"),
        pytest.param(Secret(f"\n  {rsa_pem()}\n\n"), id="blanks around it"),
    ],
)
def test_a_key_is_read_as_people_keep_it(pem: Secret) -> None:
    keys = load_keys(Dkim(rsa_selector="pulse2026", rsa_key=pem), sender=SENDER)

    assert [key.mark for key in keys.keys] == [make_keys().keys[0].mark]


def test_the_records_to_publish_hold_the_public_halves() -> None:
    (rsa_name, rsa), (ed_name, ed25519) = public_record(make_keys())

    private = load_pem_private_key(rsa_pem().encode(), None)
    assert (rsa_name, ed_name) == ("pulse2026._domainkey.example.com", "pulse2026e._domainkey.example.com")
    assert rsa.startswith("v=DKIM1; k=rsa; p=")
    assert load_der_public_key(base64.b64decode(rsa.partition("p=")[2])) == private.public_key()
    assert ed25519.startswith("v=DKIM1; k=ed25519; p=")
    assert len(base64.b64decode(ed25519.partition("p=")[2])) == 32


def test_a_signature_bears_the_instant_of_the_freeze_in_whole_seconds() -> None:
    at = datetime(2024, 6, 7, 15, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))

    found = signatures(make_keys(), at)

    assert [(s.at, s.domain, s.selector, s.algorithm) for s in found] == [
        (1717765200, "example.com", "pulse2026", "rsa-sha256"),
        (1717765200, "example.com", "pulse2026e", "ed25519-sha256"),
    ]
    assert [s.key_mark for s in found] == [key.mark for key in make_keys().keys]


def test_another_key_has_another_mark() -> None:
    other = load_keys(both(ed25519=2), sender=SENDER)

    assert other.keys[1].mark != make_keys().keys[1].mark


@pytest.mark.parametrize(
    ("dkim", "what", "mend"),
    [
        pytest.param(
            replace(both(), rsa_key=NO_SECRET), 'rsa_selector = "pulse2026"', "NEWSLETTER_DKIM_RSA_KEY_FILE",
            id="a selector without its RSA key",
        ),
        pytest.param(
            replace(both(), ed25519_key=NO_SECRET), "ed25519_selector", "NEWSLETTER_DKIM_ED25519_KEY_FILE",
            id="a selector without its Ed25519 key",
        ),
        pytest.param(
            replace(both(), rsa_selector=""), "NEWSLETTER_DKIM_RSA_KEY holds a key", "selector",
            id="an RSA key without a selector",
        ),
        pytest.param(
            replace(both(), ed25519_selector=""), "NEWSLETTER_DKIM_ED25519_KEY holds a key", "selector",
            id="an Ed25519 key without a selector",
        ),
        pytest.param(
            replace(both(), rsa_selector="", rsa_key=NO_SECRET), "Ed25519 would sign alone", "let the relay sign",
            id="Ed25519 alone",
        ),
        pytest.param(replace(both(), rsa_key=rsa_pem(1024)), "1024 bits", "rsa_keygen_bits:2048", id="a short key"),
        pytest.param(
            replace(both(), rsa_key=ed25519_pem()), "NEWSLETTER_DKIM_RSA_KEY is not a key of RSA", "-algorithm RSA",
            id="the keys swapped: RSA",
        ),
        pytest.param(
            replace(both(), ed25519_key=rsa_pem()), "is not a key of Ed25519", "-algorithm Ed25519",
            id="the keys swapped: Ed25519",
        ),
        pytest.param(replace(both(), rsa_key=Secret(_CURVE)), "is not a key of RSA", "openssl", id="another kind"),
        pytest.param(replace(both(), rsa_key=Secret("hunter2")), "no private key in PEM", "BEGIN", id="no PEM"),
        pytest.param(
            replace(both(), ed25519_key=Secret(_ENCRYPTED)), "encrypted with a passphrase", "openssl pkey",
            id="encrypted",
        ),
        pytest.param(
            replace(both(), ed25519_selector="pulse2026"), "both keys have the selector", "its own",
            id="one selector for both",
        ),
        pytest.param(replace(both(), rsa_selector="a b"), '"a b" is no selector', "hyphens", id="no selector"),
    ],
)  # fmt: skip
def test_settings_that_would_not_make_a_good_signature_are_refused(dkim: Dkim, what: str, mend: str) -> None:
    said = fault(dkim)

    assert what in said
    assert mend in said


@pytest.mark.parametrize("domain", ["example.net", "news.example.com", "ample.com", "com", "example.com; x=y"])
def test_a_domain_that_says_nothing_about_the_sender_is_refused(domain: str) -> None:
    assert f'domain = "{domain}"' in fault(both(domain=domain))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    said = fault(replace(both(domain="example.net"), rsa_key=rsa_pem(1024), ed25519_key=NO_SECRET))

    assert "1024 bits" in said
    assert "ed25519_selector" in said
    assert "example.net" in said


@pytest.mark.parametrize("dkim", [both(domain="x.example"), replace(both(), rsa_key=Secret("hunter2"))])
def test_no_error_shows_a_key(dkim: Dkim) -> None:
    said = fault(dkim)

    assert "hunter2" not in said
    assert "BEGIN PRIVATE" not in said.replace("-----BEGIN PRIVATE KEY----- and", "")
    assert not any(line in said for line in rsa_pem().splitlines()[1:-1])


def test_keys_do_not_show_their_private_halves() -> None:
    shown = repr(make_keys())

    assert "pulse2026" in shown
    assert not any(line in shown for line in ed25519_pem().splitlines()[1:-1])
