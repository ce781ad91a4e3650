"""Tokens in readers' links: whose link it is, proved by a key that only we hold.

A token says a subscriber's public key and an HMAC of it; no address is in it, and it never expires.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

#: The page of the reader's door that a token opens, below `base_url`.
UNSUBSCRIBE_PATH = "/unsubscribe/"

#: Octets of the HMAC that are kept: 144 bits, 24 signs.
_MAC_OCTETS = 18
_MAC_SIGNS = 24
_KEY = re.compile(r"[A-Za-z0-9_-]{1,48}")


def make_token(secret: str, purpose: str, key: str) -> str:
    """The token of one subscriber for one purpose: letters, digits, "-" and "_", at most 72 signs.

    Raises ValueError for a key with other signs or of more than 48: it would break a line of the letters.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} cannot be the key of a subscriber")
    return key + _mac(secret, purpose, key)


def read_token(secret: str, purpose: str, token: str) -> str | None:
    """The subscriber's key; None unless the token was made with this secret for this purpose.

    Without a secret no token opens anything, not even one made without a secret.
    """
    key, mac = token[:-_MAC_SIGNS], token[-_MAC_SIGNS:]
    if not secret or not _KEY.fullmatch(key):
        return None
    return key if hmac.compare_digest(_mac(secret, purpose, key).encode(), mac.encode("utf-8", "replace")) else None


def unsubscribe_address(base_url: str, secret: str, key: str) -> str:
    """The address, in every letter to this subscriber, that ends the subscription."""
    return f"{base_url}{UNSUBSCRIBE_PATH}{make_token(secret, 'unsubscribe', key)}"


def _mac(secret: str, purpose: str, key: str) -> str:
    digest = hmac.digest(secret.encode(), f"{purpose}|{key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MAC_OCTETS]).decode()
