"""Telling people of the team: one letter by the transport of the issue's letters, or one message. I/O: SMTP, network"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from newsletter.errors import NewsletterError
from newsletter.mail.notices.notice import notice_letter
from newsletter.model.audience import Letter
from newsletter.model.members import Member
from newsletter.newsroom.room import Newsroom

#: Seconds that the webhook's server has.
_PATIENCE = 15.0
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class Reached:
    """How telling somebody went. "unknown": no answer came at the end; a second message might be one too many."""

    state: Literal["told", "unknown", "failed"]
    #: Why not; "" if told.
    why: str = ""


def hand_over(room: Newsroom, letter: Letter) -> Reached:
    """Hand one letter to the transport; whatever is wrong with it comes back as words."""
    try:
        with room.open_transport().connect() as connection:
            (reply,) = connection.hand_over((letter,))
    except (NewsletterError, ConnectionError) as fault:
        return Reached("failed", str(fault))
    if 200 <= reply.code < 300:
        return Reached("told")
    return Reached("failed" if reply.code else "unknown", f"{reply.code} {reply.text}" if reply.code else reply.text)


def can_be_told(room: Newsroom, member: Member) -> bool:
    """Whether there is a way to this member: an address of theirs, or the webhook."""
    if room.settings.reminding.by == "webhook":
        return bool(room.settings.webhook)
    return member.id in room.settings.addresses


def write_to(room: Newsroom, member: Member, *, subject: str, body: str) -> Reached:
    """Write a letter to a member who has an address."""
    try:
        letter = notice_letter(
            mail=room.settings.mail,
            to=room.settings.addresses[member.id],
            whose=f"the address of {member.id}",
            subject=subject,
            body=body,
            date=room.clock.now(),
        )
    except NewsletterError as fault:
        return Reached("failed", str(fault))
    return hand_over(room, letter)


def post(room: Newsroom, text: str) -> Reached:
    """Post a message to the team by the webhook. What others wrote in it can call nobody and format nothing."""
    # Most runs tell nobody anything.
    from newsletter.wire.webhook import post_text

    if not room.settings.webhook:
        return Reached("failed", "no webhook is set: NEWSLETTER_WEBHOOK, or NEWSLETTER_WEBHOOK_FILE")
    posted = post_text(str(room.settings.webhook), text.translate(_MARKUP), seconds=_PATIENCE)
    if not posted.why:
        return Reached("told")
    return Reached("unknown" if posted.perhaps else "failed", posted.why)
