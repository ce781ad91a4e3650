"""Keys for the tests of signatures, made once in a run, and an independent judge of what they signed."""

from __future__ import annotations

import base64
import functools
import re
from types import SimpleNamespace

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.mail.letter.dkim import Keys, load_keys, public_record, signatures
from newsletter.mail.letter.tokens import secret_mark
from newsletter.model.audience import Letter, Mailing
from newsletter.model.settings import Dkim, Secret
from tests.mail.builders import SECRET, SENT, make_letter, make_mailing


class _VerifyKey:
    def __init__(self, key: bytes, encoder: None) -> None:
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, hashed: bytes, signature: bytes) -> None:
        self._key.verify(signature, hashed)


# dkimpy asks PyNaCl for the one step that the bare algorithm is (RFC 8032); the rest of RFC 8463 is its own work.
dkim.nacl = SimpleNamespace(
    signing=SimpleNamespace(VerifyKey=_VerifyKey),
    encoding=SimpleNamespace(Base64Encoder=None),
    exceptions=SimpleNamespace(BadSignatureError=InvalidSignature, ValueError=ValueError),
)

SENDER = "Tech Pulse <pulse@example.com>"


@functools.cache
def rsa_pem(bits: int = 2048, *, number: int = 1, form: PrivateFormat = PrivateFormat.PKCS8) -> Secret:
    """Another `number` is another key."""
    return Secret(_private(bits, number).private_bytes(Encoding.PEM, form, NoEncryption()).decode())


@functools.cache
def _private(bits: int, number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@functools.cache
def ed25519_pem(number: int = 1) -> Secret:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return Secret(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def both(*, domain: str = "", ed25519: int = 1) -> Dkim:
    return Dkim(
        domain=domain,
        rsa_selector="pulse2026",
        rsa_key=rsa_pem(),
        ed25519_selector="pulse2026e",
        ed25519_key=ed25519_pem(ed25519),
    )


@functools.cache
def make_keys() -> Keys:
    return load_keys(both(), sender=SENDER)


def signed_mailing(**changes: str) -> Mailing:
    return make_mailing(signatures=signatures(make_keys(), SENT), secret_mark=secret_mark(SECRET), **changes)  # type: ignore[arg-type]


def signed_letter(number: int = 1, *, mailing: Mailing | None = None, mailbox: str = "") -> Letter:
    return make_letter(number, mailing=mailing or signed_mailing(), mailbox=mailbox, keys=make_keys())


def verdicts(data: bytes, keys: Keys | None = None) -> tuple[bool, ...]:
    """Whether each signature holds, in the order in which they stand in the letter, by dkimpy."""
    records = {f"{name}.".encode(): value.encode() for name, value in public_record(keys or make_keys())}
    found = dkim.DKIM(data)

    def holds(place: int) -> bool:
        try:
            return bool(found.verify(idx=place, dnsfunc=lambda name, timeout=5: records.get(name)))
        except dkim.ValidationError:
            return False

    return tuple(map(holds, range(len(re.findall(rb"^DKIM-Signature:", data, re.M)))))
