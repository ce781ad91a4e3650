"""One variant of an issue as MIME bytes, encoded once and cut where the readers' letters differ.

A letter is these segments joined: some microseconds, where building and encoding a message takes milliseconds.
Everything that could change between two runs (Date, addresses of the site and of the sender) is inside, so that
a letter that has to be repeated is the same to the byte.
"""

from __future__ import annotations

import hashlib
import html as markup
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from newsletter.clock import utc
from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import domain_of, mailbox, named_field, text_field
from newsletter.mail.letter.quoted import SOFT_BREAK, quoted_printable
from newsletter.mail.letter.tokens import UNSUBSCRIBE_PATH
from newsletter.model.audience import Mailing, Signature
from newsletter.model.issue import Wording
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.settings import Mail
from newsletter.model.week import Week

_HEADER_SAFE = re.compile(r"[!-;=?-~]+")
#: With a token behind it, it stands on one line of at most 998 octets (RFC 5322, 2.1.1).
_LONGEST_LINK = 800
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")
_FEEDBACK_SENDER = re.compile(r"[A-Za-z0-9-]{5,15}")
#: Signs of a name in Feedback-ID that are kept: the field has one line.
_FEEDBACK_NAME = 30


def build_mailing(
    *,
    week: Week,
    variant: str,
    subject: str,
    mail: Mail,
    wording: Wording,
    html: str,
    text: str,
    date: datetime,
    signatures: tuple[Signature, ...] = (),
    secret_mark: str = "",
) -> Mailing:
    """Encode the issue and cut it at the marks "address", "message-id" and "token".

    Both bodies must hold UNSUBSCRIBE_MARK; the reader's address for leaving comes in its place, or, for a
    publication without `base_url`, a mailto to the editors, and then the letters carry no List-Unsubscribe.
    `signatures` and `secret_mark` (of `dkim.signatures`, `tokens.secret_mark`) say what the letters will be made with;
    "" leaves the secret unnoted.
    Raises CannotSend for a header value with a line break, a sender that is no mailbox, a body without the mark.
    """
    name, sender = mailbox("mail.from", mail.sender)
    reply_name, reply_to = mailbox("mail.reply_to", mail.reply_to) if mail.reply_to else (name, sender)
    link = f"{wording.base_url}{UNSUBSCRIBE_PATH}" if wording.base_url else ""
    if link and (not _HEADER_SAFE.fullmatch(link) or len(link) > _LONGEST_LINK):
        raise CannotSend(
            f"base_url = {wording.base_url!r} cannot stand in a header",
            mend="Write it short and in ASCII, a domain of another script as xn--, other signs percent-encoded.",
        )
    list_id = _list_id(mail, sender)
    written = f"mailto:{quote(reply_to, safe='@')}?subject=unsubscribe"
    parts: list[bytes | _Mark] = [
        b"Date: " + format_datetime(utc(date)).encode() + b"\r\n",
        named_field("From", name, sender),
        named_field("Reply-To", reply_name, reply_to) if mail.reply_to else b"",
        *(b"To: ", _Mark("address"), b"\r\n"),
        text_field("Subject", subject),
        *(b"Message-ID: <", _Mark("message-id"), b"@" + domain_of(sender).encode() + b">\r\n"),
        b"MIME-Version: 1.0\r\n",
        named_field("List-Id", wording.name, list_id),
        _feedback_id(mail, week, variant, list_id),
    ]
    if link:
        parts += [f"List-Archive: <{wording.base_url}/>\r\n".encode()]
        # One address, by https (RFC 8058, 3.1). No mailto beside it: some programs would take that way, and whoever
        # leaves by a letter that nobody has read yet would still be written to.
        parts += [b"List-Unsubscribe: <" + link.encode(), _Mark("token"), b">\r\n"]
        parts += [b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"]
    plain = _body("text/plain", text, link=link, instead=written)
    rich = _body("text/html", html, link=markup.escape(link), instead=markup.escape(written))
    # Quoted-printable never writes "=_", so that no line of a body can be taken for the boundary.
    boundary = b"=_" + hashlib.sha256(_flat(plain) + b"\0" + _flat(rich)).hexdigest()[:32].encode()
    parts += [b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n']
    parts += [b"--" + boundary + b"\r\n", *plain, b"\r\n--" + boundary + b"\r\n", *rich]
    parts += [b"\r\n--" + boundary + b"--\r\n"]
    return _cut(parts, week=week, variant=variant, date=date, signatures=signatures, secret_mark=secret_mark)


class _Mark(str):
    """The name of a place where readers' letters differ."""

    __slots__ = ()


def _list_id(mail: Mail, sender: str) -> str:
    # RFC 2919, 3: constant over all issues, at most 255 octets.
    found = mail.list_id.strip().removeprefix("<").removesuffix(">") or sender.replace("@", ".")
    if not _HEADER_SAFE.fullmatch(found) or len(found) > 255:
        raise CannotSend(
            f"mail.list_id = {mail.list_id!r} is not a list's name",
            mend="Write it like a domain, in ASCII, at most 255 signs: pulse.example.com",
        )
    return found


def _feedback_id(mail: Mail, week: Week, variant: str, list_id: str) -> bytes:
    # Three names that figures are kept by, and one for the sender that never changes, as Gmail asks for them.
    sender = mail.feedback_id or f"{_NOT_IN_NAMES.sub('', list_id).lower()[:15]:x<5}"
    if not _FEEDBACK_SENDER.fullmatch(sender):
        raise CannotSend(
            f"mail.feedback_id = {mail.feedback_id!r} is not a sender's name",
            mend="Write 5 to 15 letters and digits, and never change them.",
        )
    names = (str(week), variant, list_id)
    others = (_NOT_IN_NAMES.sub("-", name)[:_FEEDBACK_NAME].strip("-") for name in names)
    return f"Feedback-ID: {':'.join((*others, sender))}\r\n".encode()


def _body(kind: str, content: str, *, link: str, instead: str) -> list[bytes | _Mark]:
    if UNSUBSCRIBE_MARK not in content:
        raise CannotSend(
            f"The {kind} part has no link to unsubscribe",
            mend=f"Put {UNSUBSCRIBE_MARK} into the footer of the e-mail's templates.",
        )
    ended = content if content.endswith(("\n", "\r")) else content + "\n"
    parts: list[bytes | _Mark] = [
        f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
    ]
    try:
        if not link:
            return [*parts, quoted_printable(ended.replace(UNSUBSCRIBE_MARK, instead))]
        # The token has a line of its own between two soft breaks: no line grows beyond 76 octets by it.
        before, *rest = ended.split(UNSUBSCRIBE_MARK)
        parts.append(quoted_printable(before + link) + SOFT_BREAK)
        for at, piece in enumerate(rest, 1):
            following = link if at < len(rest) else ""
            parts += [_Mark("token"), SOFT_BREAK + quoted_printable(piece + following)]
            if following:
                parts.append(SOFT_BREAK)
        return parts
    except UnicodeEncodeError as fault:
        raise CannotSend(
            f"The {kind} part holds half a character", mend="Look for a broken emoji in the takes."
        ) from fault


def _flat(parts: Iterable[bytes | _Mark]) -> bytes:
    return b"".join(part.encode() if isinstance(part, _Mark) else part for part in parts)


def _cut(
    parts: list[bytes | _Mark],
    *,
    week: Week,
    variant: str,
    date: datetime,
    signatures: tuple[Signature, ...],
    secret_mark: str,
) -> Mailing:
    segments = [b""]
    marks: list[str] = []
    for part in parts:
        if isinstance(part, _Mark):
            marks.append(str(part))
            segments.append(b"")
        else:
            segments[-1] += part
    mailing = Mailing(
        week=str(week),
        variant=variant,
        date=utc(date),
        segments=tuple(segments),
        marks=tuple(marks),
        sha256="",
        signatures=signatures,
        secret_mark=secret_mark,
    )
    return replace(mailing, sha256=mailing_digest(mailing))


def mailing_digest(mailing: Mailing) -> str:
    """SHA-256, in hex, of all that makes the mailing's letters what they are: what `Mailing.sha256` has to be."""
    ways = (f"{s.domain} {s.selector} {s.algorithm} {s.at} {s.key_mark}" for s in mailing.signatures)
    words = (mailing.week, mailing.variant, *mailing.marks, *ways, mailing.secret_mark)
    return hashlib.sha256(b"\0".join((*mailing.segments, *(word.encode() for word in words)))).hexdigest()
