"""Tokens in readers' links: whose link it is, proved by a key that only we hold.

A token says a subscriber's public key and an HMAC of it; no address is in it, and it never expires.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

#: The page of the reader's door that a token opens, below `base_url`.
UNSUBSCRIBE_PATH = "/unsubscribe/"
#: What the tokens of that page are made for.
UNSUBSCRIBE = "unsubscribe"

#: Octets of the HMAC that are kept: 144 bits, 24 signs.
_MAC_OCTETS = 18
_MAC_SIGNS = 24
_KEY = re.compile(r"[A-Za-z0-9_-]{1,48}")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
#: Octets that SHA-256 takes in at a time; the pads of HMAC fill one such block (RFC 2104, 2).
_BLOCK = 64
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))


class KeyedDigest:
    """HMAC-SHA256 (RFC 2104) of texts that share a beginning: secret and beginning are taken in once. For any thread.

    Less than half of what `hmac.digest` takes for each of many.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: str, beginning: str) -> None:
        key = secret.encode()
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER) + beginning.encode())
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def __call__(self, rest: bytes) -> bytes:
        """The 32 octets for the beginning followed by `rest`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(rest)
        outer.update(inner.digest())
        return outer.digest()


class TokenMaker:
    """Makes tokens of one secret for one purpose, as `make_token` does. For any thread."""

    __slots__ = ("_digest",)

    def __init__(self, secret: str, purpose: str) -> None:
        self._digest = KeyedDigest(secret, f"{purpose}|")

    def __call__(self, key: str) -> bytes:
        """Letters, digits, "-" and "_" in ASCII, at most 72; the proof is the last 24.

        Raises ValueError for a key with other signs or of more than 48: it would break a line of the letters.
        """
        if not _KEY.fullmatch(key):
            raise ValueError("This cannot be the key of a subscriber: letters, digits, - and _, at most 48 of them")
        begins = key.encode()
        proof = binascii.b2a_base64(self._digest(begins)[:_MAC_OCTETS], newline=False)
        return begins + proof.translate(_URL_SAFE)


def make_token(secret: str, purpose: str, key: str) -> str:
    """The token of one subscriber for one purpose. Raises ValueError for what is no key, and does not repeat it."""
    return TokenMaker(secret, purpose)(key).decode()


def read_token(secret: str, purpose: str, token: str) -> str | None:
    """The subscriber's key; None unless the token was made with this secret for this purpose.

    Without a secret no token opens anything, not even one made without a secret.
    """
    key, mac = token[:-_MAC_SIGNS], token[-_MAC_SIGNS:]
    if not secret or not _KEY.fullmatch(key):
        return None
    found = make_token(secret, purpose, key)[-_MAC_SIGNS:]
    return key if hmac.compare_digest(found.encode(), mac.encode("utf-8", "replace")) else None


def unsubscribe_address(base_url: str, secret: str, key: str) -> str:
    """The address, in every letter to this subscriber, that ends the subscription."""
    return f"{base_url}{UNSUBSCRIBE_PATH}{make_token(secret, UNSUBSCRIBE, key)}"


def secret_mark(secret: str) -> str:
    """A name for the secret, 16 signs, that does not give it away: another one would make other letters."""
    digest = hmac.digest(secret.encode(), b"mark of the secret", hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()
