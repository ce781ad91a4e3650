"""The letter that tells the chief editor that a stage has failed."""

from __future__ import annotations

from datetime import datetime

from newsletter.mail.notices.notice import plain_letter
from newsletter.model.audience import Letter
from newsletter.model.settings import Mail


def alarm_letter(*, mail: Mail, subject: str, body: str, date: datetime) -> Letter:
    """Write a plain letter to mail.alarm_to; the same words at the same instant are the same letter.

    Raises CannotSend if sender or alarm_to is no mailbox.
    """
    return plain_letter(
        kind="alarm", mail=mail, to=mail.alarm_to, setting="mail.alarm_to", subject=subject, body=body, date=date
    )
