"""A plain letter to one person of the team, that no reader gets: a reminder, a word on a late take, an alarm."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime

from newsletter.clock import utc
from newsletter.mail.letter.headers import domain_of, mailbox, named_field, text_field
from newsletter.mail.letter.quoted import quoted_printable
from newsletter.model.audience import Letter
from newsletter.model.settings import Mail
from newsletter.text import clip, one_line


def notice_letter(*, mail: Mail, to: str, whose: str, subject: str, body: str, date: datetime) -> Letter:
    """Write a plain letter to a member's mailbox; answers go to mail.reply_to.

    `whose` names the mailbox in errors. Raises CannotSend if it or the sender is no mailbox.
    """
    reply_to = mailbox("mail.reply_to", mail.reply_to) if mail.reply_to else None
    return plain_letter(
        kind="notice", mail=mail, to=to, setting=whose, reply_to=reply_to, subject=subject, body=body, date=date
    )


def plain_letter(
    *,
    kind: str,
    mail: Mail,
    to: str,
    setting: str,
    subject: str,
    body: str,
    date: datetime,
    reply_to: tuple[str, str] | None = None,
) -> Letter:
    """A letter in plain text; the same words at the same instant are the same letter.

    It says of itself that no person wrote it, so that no holiday notice answers it (RFC 3834, 5). `kind` begins its
    Message-ID, `setting` names the recipient's mailbox in errors.
    Raises CannotSend if sender or recipient is no mailbox. The letter's subscriber is 0: it is in no ledger.
    """
    name, sender = mailbox("mail.from", mail.sender)
    recipient_name, recipient = mailbox(setting, to)
    headline = clip(one_line(subject), 200)
    day = format_datetime(utc(date))
    digest = hashlib.sha256(f"{day}\0{recipient}\0{headline}\0{body}".encode("utf-8", "replace")).hexdigest()
    message_id = f"<{kind}-{digest[:32]}@{domain_of(sender)}>"
    written = body.encode("utf-8", "replace").decode()
    fields = (
        f"Date: {day}\r\n".encode(),
        named_field("From", name, sender),
        named_field("To", recipient_name, recipient),
        named_field("Reply-To", *reply_to) if reply_to else b"",
        text_field("Subject", headline),
        f"Message-ID: {message_id}\r\n".encode(),
        b"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        quoted_printable(written if written.endswith(("\n", "\r")) else written + "\n"),
    )
    return Letter(subscriber=0, recipient=recipient, message_id=message_id, data=b"".join(fields))
