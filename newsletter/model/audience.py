"""Readers and what we send them: subscriber, letter, delivery, suppression. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal, NewType

#: A mailbox that passed `address`: no white space, no control characters, one "@", a domain in lower case.
Address = NewType("Address", str)

Standing = Literal["pending", "active", "left"]
#: Why an address must not be written to.
Suppressed = Literal["unsubscribed", "bounced", "complained", "by-hand"]
#: "accepted" has crossed to the relay; "deferred" is 4yz and tried again; "refused" is 5yz; "unknown" means
#: that the connection broke after the final dot, and the letter goes again; "held" is the same where a person wants to
#: decide (on_unknown = "hold"), "dropped" that they decided against; "left" means that the reader had left when the
#: turn came.
DeliveryState = Literal["accepted", "deferred", "refused", "unknown", "held", "dropped", "left"]
Variant = Literal["full", "news", "explainer"]

_MAILBOX = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}@([^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,253})")


def address(typed: str) -> Address:
    """Check a mailbox as typed. Raises ValueError with the reason in words.

    RFC 5321, 4.1.2, without quoted local parts and address literals, which no subscriber has.
    """
    text = typed.strip()
    match = _MAILBOX.fullmatch(text)
    if match is None:
        raise ValueError(f"{typed!r} is not an e-mail address")
    local, domain = text.rsplit("@", 1)
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError(f"{typed!r} has a stray full stop before the @")
    labels = domain.rstrip(".").split(".")
    malformed = any(not label or label.startswith("-") or label.endswith("-") for label in labels)
    if malformed or (len(labels) < 2 and domain != "localhost"):
        raise ValueError(f"{typed!r} has no valid domain after the @")
    return Address(f"{local}@{domain.rstrip('.').lower()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """As much of a person as a letter needs. `key` is public and random: it stands in tokens instead of the address."""

    id: int
    key: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber(Reader):
    """A person on the list."""

    name: str = ""
    standing: Standing = "active"
    joined: datetime
    variant: str = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One subscriber's copy, ready for the wire: CRLF line ends, dot-safe, 7-bit."""

    subscriber: int
    recipient: Address
    message_id: str
    data: bytes
    #: Whether an earlier try may have arrived without our knowing: a transport that can ask should ask first.
    again: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How handing over one letter went. `reply` is the relay's words, clipped; `relay` its name, "" of the only one."""

    subscriber: int
    state: DeliveryState
    at: datetime
    code: int = 0
    reply: str = ""
    relay: str = ""
    #: Whether the reply says that there is no such mailbox: nothing may be sent to this address any more.
    suppress: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How every letter of a mailing is signed by DKIM (RFC 6376, RFC 8463); the private key is not part of it."""

    domain: str
    selector: str
    algorithm: Literal["rsa-sha256", "ed25519-sha256"]
    #: The tag t=, in seconds since 1970: a letter that is repeated bears the first one's.
    at: int
    #: Names the key without giving it away: another key would make other bytes.
    key_mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """The frozen bytes of one variant of one issue, cut at the marks that each letter fills in.

    `segments` alternate with `marks`: segment 0, value of mark 0, segment 1, …; one segment more than marks.
    """

    week: str
    variant: str
    #: The Date header of every letter, whenever it leaves.
    date: datetime
    segments: tuple[bytes, ...]
    marks: tuple[str, ...]
    #: Of all that makes the letters what they are.
    sha256: str
    #: In the order in which they stand in the letters; none where the relay signs.
    signatures: tuple[Signature, ...] = ()
    #: Names the key of Message-IDs and readers' links without giving it away; "" if it was not noted.
    secret_mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where a mailing stands: readers in the snapshot, and how many of them are in each state."""

    audience: int
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    unknown: int = 0
    held: int = 0
    dropped: int = 0
    left: int = 0
    #: Readers without a result when the mailing was cancelled.
    cancelled: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Two mailings together."""
        return Tally(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def waiting(self) -> int:
        """Readers who have not had their letter and still can, without a person's word."""
        settled = self.accepted + self.refused + self.held + self.dropped + self.left + self.cancelled
        return self.audience - settled
