"""A good mailing, its letters, and faults put into them; what the checks find."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import dkim as dkimpy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.mail.letter.dkim import Keys, load_keys, public_record, signatures, verifies
from newsletter.mail.letter.tokens import read_token
from newsletter.mail.preflight.checks import FOREIGN, LONGEST, ORDINARY, preflight
from newsletter.mail.preflight.findings import Finding, errors_in
from newsletter.mail.preflight.sameness import Write
from newsletter.model.audience import Letter, Mailing, Reader
from newsletter.model.issue import Wording
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.settings import Dkim, Mail, Secret
from tests.mail.builders import SECRET, SENT, make_mailing, writer
from tests.mail.letter import signed as keys_of_letters

SITE = "https://pulse.example.com"
POSTAL = "Tech Pulse, 1 Harbour Lane, Exampleton"
STORY = "https://byteline.example.com/2024/06/03/deepfakes?a=1&b=2"
HTML = f"""<!DOCTYPE html><html><head><title>Week 23</title><style>a{{color:#123}}</style></head><body>
<p><a href="{STORY.replace("&", "&amp;")}">Deepfakes attend meetings</a>, says Müller.</p>
<p style="color:#333333;background:#fff"><a href="{UNSUBSCRIBE_MARK}">Unsubscribe</a></p><p>{POSTAL}</p>
</body></html>
"""
TEXT = f"""Deepfakes attend meetings, says Müller.
{STORY}

Unsubscribe:
{UNSUBSCRIBE_MARK}

{POSTAL}
"""
MAIL = Mail(sender="Tech Pulse <pulse@example.com>", reply_to="desk@example.com", feedback_id="techpulse")
WORDING = Wording(name="Tech Pulse", base_url=SITE, postal_address=POSTAL)


def good_mailing(**changes: Any) -> Mailing:
    given: dict[str, Any] = {"html": HTML, "text": TEXT, "reply_to": MAIL.reply_to, "feedback_id": MAIL.feedback_id}
    return make_mailing(**given | changes)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the checks look at: all of it good until a test puts a fault in."""

    mailing: Mailing = field(default_factory=good_mailing)
    #: What the letters are written of, if it is another.
    written_as: Mailing | None = None
    #: Changes what the writer made.
    change: Callable[[Letter], Letter] = lambda letter: letter
    keys: Keys | None = None
    mail: Mail = MAIL
    wording: Wording = WORDING
    published: Mapping[str, str] = field(default_factory=dict)
    opens: Callable[[str], str | None] = lambda token: read_token(SECRET, "unsubscribe", token)
    other_variants: Sequence[Write] = ()
    behind_names: Collection[str] = ()
    readers: Sequence[Reader] = (LONGEST, ORDINARY, FOREIGN)

    def write(self) -> Write:
        """Writes each reader's letter once: a signature of somebody else bears the time of its making."""
        written = writer(self.written_as or self.mailing, keys=self.keys)
        return cache(lambda reader: self.change(written(reader)))

    def findings(self, *, write: Write | None = None) -> tuple[Finding, ...]:
        return preflight(
            self.mailing,
            write=write or self.write(),
            mail=self.mail,
            wording=self.wording,
            behind_names=self.behind_names,
            opens=self.opens,
            published=self.published,
            verify=verifies,
            other_variants=self.other_variants,
            readers=self.readers,
        )

    def errors(self, *, write: Write | None = None) -> set[str]:
        """The checks that refuse the mailing."""
        return {one.check for one in errors_in(self.findings(write=write))}

    def warnings(self) -> set[str]:
        return {one.check for one in self.findings() if one.level == "warning"}


CUT = b"\0cut\0"


def seeded(*changes: tuple[bytes, bytes], html: str = HTML) -> Case:
    """A mailing whose frozen bytes have the second of each pair in place of the first, which stands there.

    CUT stands for a place where letters differ.
    """
    mailing = good_mailing(html=html)
    whole = CUT.join(mailing.segments)
    for old, new in changes:
        assert old in whole, f"{old!r} does not stand in the mailing"
        whole = whole.replace(old, new)
    return Case(mailing=replace(mailing, segments=tuple(whole.split(CUT))))


def changed(old: bytes, new: bytes) -> Callable[[Letter], Letter]:
    """Change bytes of finished letters."""

    def change(letter: Letter) -> Letter:
        assert old in letter.data, f"{old!r} does not stand in the letter"
        return replace(letter, data=letter.data.replace(old, new))

    return change


# Signatures


def rsa_pem(bits: int = 2048) -> bytes:
    return keys_of_letters.rsa_pem(bits).encode()


@cache
def ed25519_pem() -> bytes:
    return _pem(Ed25519PrivateKey.generate())


def _pem(key: Any) -> bytes:
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


@cache
def good_keys() -> Keys:
    """An RSA key and an Ed25519 key."""
    rsa, ed25519 = Secret(rsa_pem().decode()), Secret(ed25519_pem().decode())
    dkim = Dkim(rsa_selector="r", ed25519_selector="e", rsa_key=rsa, ed25519_key=ed25519)
    return load_keys(dkim, sender=MAIL.sender)


def signed(**changes: Any) -> Case:
    """A mailing that the house signs by both algorithms."""
    keys = good_keys()
    given: dict[str, Any] = {
        "mailing": good_mailing(signatures=signatures(keys, SENT)),
        "keys": keys,
        "published": dict(public_record(keys)),
    }
    return Case(**given | changes)


def signed_by_another(
    *,
    bits: int = 2048,
    without: str = "",
    sender_once: bool = False,
    canonical: tuple[bytes, bytes] = (b"relaxed", b"simple"),
    length: bool = False,
    domain: bytes = b"example.com",
) -> Case:
    """A mailing of ours whose letters somebody else's signer signs with RSA, leaving one field out perhaps."""
    names = b"""from from to subject date message-id mime-version content-type reply-to
        list-id list-unsubscribe list-unsubscribe-post feedback-id""".split()
    covered = [name for name in names if name != without.encode()]
    if sender_once:
        covered.remove(b"from")

    def sign(letter: Letter) -> Letter:
        signature = dkimpy.sign(
            letter.data, b"r", domain, rsa_pem(bits), canonicalize=canonical, include_headers=covered, length=length
        )
        return replace(letter, data=signature + letter.data)

    # That signer takes its time: one reader will do.
    return Case(
        change=sign, readers=(ORDINARY,), published={f"r._domainkey.{domain.decode()}": record_of(rsa_pem(bits))}
    )


def record_of(pem: bytes) -> str:
    """The record of an RSA key."""
    shown = load_pem_private_key(pem, None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(shown).decode()}"
