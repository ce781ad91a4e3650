"""One reader's letter: the segments of the mailing joined with what is this reader's alone."""

from __future__ import annotations

import base64
import hashlib
import hmac

from newsletter.mail.letter.headers import in_ascii, text_field
from newsletter.mail.letter.tokens import make_token
from newsletter.model.audience import Letter, Mailing, Subscriber


def write_letter(mailing: Mailing, subscriber: Subscriber, *, secret: str) -> Letter:
    """Write the letter of one subscriber; the same bytes at every call, on every machine.

    The Message-ID is a function of issue, variant and subscriber: it finds a repeat in any relay's log, leads a
    bounce back to its reader, and tells nobody an address.
    """
    name = f"message-id|{mailing.week}|{mailing.variant}|{subscriber.key}"
    digest = hmac.digest(secret.encode(), name.encode(), hashlib.sha256)
    local = base64.b32encode(digest)[:32].lower()
    recipient = in_ascii(subscriber.address)
    values = {
        "address": _to(recipient),
        "message-id": local,
        "token": make_token(secret, "unsubscribe", subscriber.key).encode(),
    }
    parts = [mailing.segments[0]]
    domain = b""
    for mark, segment in zip(mailing.marks, mailing.segments[1:], strict=True):
        parts += (values[mark], segment)
        if mark == "message-id":
            domain = segment.partition(b">")[0]
    message_id = (b"<" + local + domain + b">").decode()
    return Letter(subscriber=subscriber.id, recipient=recipient, message_id=message_id, data=b"".join(parts))


def _to(recipient: str) -> bytes:
    if recipient.isascii():
        return recipient.encode()
    # A mailbox of another script in a header of ASCII is a group without members (RFC 6857, 3.1.8).
    return text_field("To", recipient).removeprefix(b"To: ").rstrip() + b" :;"
