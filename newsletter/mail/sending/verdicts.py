"""What a relay's answer means for a letter: whose fault it is, and what becomes of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.model.audience import DeliveryState
from newsletter.model.ports import Reply

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")
#: There is no such mailbox, domain or address, nor will there be one (RFC 3463, 3.2; RFC 7505, 4.2).
_NO_MAILBOX = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)})
#: About the sender's address, although the subject is addresses (RFC 3463, 3.2).
_ABOUT_SENDER = frozenset({(1, 7), (1, 8)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply comes to."""

    state: DeliveryState
    #: Whether the relay refuses us or what we send, whoever it is for.
    against_us: bool = False
    #: Whether the address must not be written to any more.
    suppress: bool = False
    #: Whether the receiving domain asks for patience (RFC 3463, 3.8: policy; 3.5: congestion).
    too_fast: bool = False


def verdict(reply: Reply, *, hold: bool = False) -> Verdict:
    """Read a reply. With `hold` a letter of unknown fate waits for a person.

    A 5yz is the reader's only if it speaks of the mailbox; policy, the sender and the content are ours, and then the
    letter is put off: nobody is blamed for what we did.
    """
    if 200 <= reply.code < 300:
        return Verdict("accepted")
    if reply.code < 400:
        return Verdict("held" if hold else "unknown")
    found = _ENHANCED.match(reply.text)
    subject, detail = (int(found[2]), int(found[3])) if found else (0, 0)
    if reply.code < 500:
        return Verdict("deferred", too_fast=subject == 7 or (subject, detail) in ((4, 5), (3, 2)))
    about_us = subject == 7 or (subject, detail) in _ABOUT_SENDER or reply.stage == "sender"
    if about_us or not (subject in (1, 2) or reply.stage == "recipient"):
        return Verdict("deferred", against_us=True)
    return Verdict("refused", suppress=(subject, detail) in _NO_MAILBOX)
