"""Keys that letters are signed with by DKIM: loaded, checked, named, and published (RFC 6376, RFC 8301, RFC 8463).

The library is imported where a key is loaded: it takes as long as all the rest of a command, and few sign themselves.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from newsletter.clock import utc
from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import domain_of, mailbox
from newsletter.model.audience import Signature
from newsletter.model.settings import Dkim

Algorithm = Literal["rsa-sha256", "ed25519-sha256"]
#: By algorithm: the variable that holds the key, and the word for it.
VARIABLES: dict[Algorithm, tuple[str, str]] = {
    "rsa-sha256": ("NEWSLETTER_DKIM_RSA_KEY", "RSA"),
    "ed25519-sha256": ("NEWSLETTER_DKIM_ED25519_KEY", "Ed25519"),
}

#: RFC 8301, 3.2: signers should use 2048 bits, verifiers need not take more than 4096.
_RSA_BITS = range(2048, 4097)
_LABELS = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")
_TABLE = {"rsa-sha256": "rsa_selector", "ed25519-sha256": "ed25519_selector"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A private key, where its public half is found, and what it does. For any thread."""

    selector: str
    algorithm: Algorithm
    #: Names the key without giving it away: the beginning of its public half's SHA-256, 16 signs.
    mark: str
    #: The tag p= of its record.
    public: str
    #: The signature of a SHA-256 digest, 32 octets.
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of one domain, RSA before Ed25519; none where letters leave unsigned."""

    domain: str = ""
    keys: tuple[Key, ...] = ()

    def of(self, signature: Signature) -> Key | None:
        """The key that this signature was begun with; None if it is not among these."""
        wanted = (signature.algorithm, signature.key_mark)
        return next((key for key in self.keys if (key.algorithm, key.mark) == wanted), None)


def load_keys(dkim: Dkim, *, sender: str) -> Keys:
    """Load and check what [dkim] and the environment name; without selectors and keys an empty `Keys`.

    `sender` is the mailbox as mail.from has it: d= is its domain or one above it, for else the signature says nothing
    about the sender (RFC 7489, 3.1.1).
    Raises CannotSend with everything that is wrong, and what to do about it; no key is shown.
    """
    pems: dict[Algorithm, tuple[str, str]] = {
        "rsa-sha256": (dkim.rsa_selector, dkim.rsa_key),
        "ed25519-sha256": (dkim.ed25519_selector, dkim.ed25519_key),
    }
    if not any(selector or pem for selector, pem in pems.values()):
        return Keys()
    of_sender = domain_of(mailbox("mail.from", sender)[1])
    domain = (dkim.domain or of_sender).lower()
    faults = list(_faults(pems, domain, of_sender))
    keys: list[Key] = []
    for algorithm, (selector, pem) in pems.items():
        try:
            keys += [_loaded(algorithm, selector, pem)] if selector and pem else []
        except CannotSend as fault:
            faults.append((fault.what, fault.mend))
    if faults:
        raise CannotSend("; ".join(what for what, _ in faults), mend="\n    ".join(mend for _, mend in faults))
    return Keys(domain=domain, keys=tuple(keys))


def signatures(keys: Keys, at: datetime) -> tuple[Signature, ...]:
    """How letters frozen at that instant are signed, in the order in which it stands in them; () without keys."""
    return tuple(
        Signature(
            domain=keys.domain,
            selector=key.selector,
            algorithm=key.algorithm,
            at=int(utc(at).timestamp()),
            key_mark=key.mark,
        )
        for key in keys.keys
    )


def public_record(keys: Keys) -> tuple[tuple[str, str], ...]:
    """The TXT records by which letters are verified, as (name, value), in the order of the keys.

    An RSA key's value is longer than the 255 octets of one string of DNS: there it stands as several, side by side
    (RFC 6376, 3.6.2.2).
    """
    return tuple(
        (
            f"{key.selector}._domainkey.{keys.domain}",
            f"v=DKIM1; k={key.algorithm.removesuffix('-sha256')}; p={key.public}",
        )
        for key in keys.keys
    )


def verifies(algorithm: str, public: bytes, signed: bytes, signature: bytes) -> bool:
    """Whether a signature is that of these octets; `public` is what the tag p= of the key's record holds, decoded.

    False as well for a key that cannot be read and for another algorithm.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        if algorithm == "ed25519-sha256":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, hashlib.sha256(signed).digest())
            return True
        rsa = load_der_public_key(public)
        if algorithm != "rsa-sha256" or not isinstance(rsa, RSAPublicKey):
            return False
        rsa.verify(signature, signed, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _faults(pems: dict[Algorithm, tuple[str, str]], domain: str, sender: str) -> Iterator[tuple[str, str]]:
    for algorithm, (selector, pem) in pems.items():
        variable, kind = VARIABLES[algorithm]
        if selector and not pem:
            what = f'[dkim] {_TABLE[algorithm]} = "{selector}" has no key'
            yield what, f"Set {variable}_FILE to the file of the {kind} key, or remove the selector."
        elif pem and not selector:
            what = f"{variable} holds a key, and [dkim] {_TABLE[algorithm]} is not set"
            yield what, f"Write the selector under which {kind}'s public key is in the DNS, or remove the key."
        elif selector and not _SELECTOR.fullmatch(selector):
            yield f'[dkim] {_TABLE[algorithm]} = "{selector}" is no selector', "Write letters, digits and hyphens."
    rsa, ed25519 = (selector for selector, _ in pems.values())
    if not any(pems["rsa-sha256"]):
        yield (
            "Ed25519 would sign alone, and many receivers check RSA only",
            "Set rsa_selector and NEWSLETTER_DKIM_RSA_KEY_FILE as well, or leave both and let the relay sign.",
        )
    if rsa and rsa == ed25519:
        yield f'[dkim] both keys have the selector "{rsa}"', "Give each its own: one name in the DNS holds one key."
    if not _LABELS.fullmatch(domain) or (sender != domain and not sender.endswith(f".{domain}")):
        yield (
            f'[dkim] domain = "{domain}" is not a domain of the sender\'s, {sender}: receivers would not count it',
            f'Write domain = "{sender}" or one above it, or leave it out.',
        )


def _loaded(algorithm: Algorithm, selector: str, pem: str) -> Key:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    variable, kind = VARIABLES[algorithm]
    # Files of environment variables have one line for each: line breaks are written as \n there.
    written = pem if "\n" in pem.strip() else pem.replace("\\n", "\n")
    try:
        private = load_pem_private_key(written.strip().encode(), password=None)
    except TypeError:
        raise CannotSend(
            f"{variable} is encrypted with a passphrase",
            mend="Store it without:  openssl pkey -in KEY -out dkim.pem, readable by this program alone.",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CannotSend(
            f"{variable} is no private key in PEM",
            mend="It begins with -----BEGIN PRIVATE KEY----- and holds the whole file, line by line.",
        ) from None
    if isinstance(private, RSAPrivateKey) and algorithm == "rsa-sha256":
        if private.key_size not in _RSA_BITS:
            raise CannotSend(
                f"{variable} has {private.key_size} bits; receivers want 2048 to 4096",
                mend="Make one:  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim-rsa.pem",
            )
        rsa, padding, digest = private, PKCS1v15(), Prehashed(hashes.SHA256())
        shown = rsa.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return _key(selector, algorithm, shown, lambda hashed: rsa.sign(hashed, padding, digest))
    if isinstance(private, Ed25519PrivateKey) and algorithm == "ed25519-sha256":
        # RFC 8463, 3: what is signed is the digest, and the record holds the 32 octets alone.
        shown = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return _key(selector, algorithm, shown, private.sign)
    raise CannotSend(
        f"{variable} is not a key of {kind}",
        mend=f"Make one:  openssl genpkey -algorithm {kind} -out dkim-{kind.lower()}.pem",
    )


def _key(selector: str, algorithm: Algorithm, public: bytes, sign: Callable[[bytes], bytes]) -> Key:
    mark = hashlib.sha256(public).hexdigest()[:16]
    return Key(selector=selector, algorithm=algorithm, mark=mark, public=base64.b64encode(public).decode(), sign=sign)
