"""The letter that tells the chief editor that a stage has failed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime

from newsletter.clock import utc
from newsletter.mail.headers import domain_of, mailbox, named_field, text_field
from newsletter.mail.quoted import quoted_printable
from newsletter.model.audience import Letter
from newsletter.model.settings import Mail
from newsletter.text import clip, one_line


def alarm_letter(*, mail: Mail, subject: str, body: str, date: datetime) -> Letter:
    """Write a plain letter to mail.alarm_to; the same words at the same instant are the same letter.

    It says of itself that no person wrote it, so that no holiday notice answers it (RFC 3834, 5).
    Raises CannotSend if sender or alarm_to is no mailbox. The letter's subscriber is 0: it is in no ledger.
    """
    name, sender = mailbox("mail.from", mail.sender)
    alarmed_name, alarmed = mailbox("mail.alarm_to", mail.alarm_to)
    headline = clip(one_line(subject), 200)
    day = format_datetime(utc(date))
    digest = hashlib.sha256(f"{day}\0{alarmed}\0{headline}\0{body}".encode("utf-8", "replace")).hexdigest()
    message_id = f"<alarm-{digest[:32]}@{domain_of(sender)}>"
    written = body.encode("utf-8", "replace").decode()
    fields = (
        f"Date: {day}\r\n".encode(),
        named_field("From", name, sender),
        named_field("To", alarmed_name, alarmed),
        text_field("Subject", headline),
        f"Message-ID: {message_id}\r\n".encode(),
        b"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        quoted_printable(written if written.endswith(("\n", "\r")) else written + "\n"),
    )
    return Letter(subscriber=0, recipient=alarmed, message_id=message_id, data=b"".join(fields))
