"""A finished letter in the form in which Postmark takes letters: a JSON object of its fields. Pure.

The service composes every letter anew. What it makes itself is left out: it refuses a Date ("Header 'Date' not
allowed", error 300), writes MIME's own fields, and signs with its key, so that a signature over our bytes would
break. Of ours stay the words, the sender, List-*, Feedback-ID and the Message-ID, which `X-PM-KeepID` keeps.
Documented at postmarkapp.com/developer: email API, batch emails, custom metadata FAQ.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import Message
from functools import lru_cache

from newsletter.model.audience import Letter

#: Letters and bytes that the service takes in one call: /email/batch, "up to 500 messages and 50 MB".
MOST_LETTERS = 500
#: Bytes that we give it in one call; a call that breaks leaves the fewer letters in doubt.
MOST_BYTES = 10_000_000
#: The key under which a letter's mark is kept with it, and found again: at most 20 signs.
MARK_KEY = "letter"

#: The longest value of metadata.
_LONGEST_VALUE = 80
_NOT_PASSED_ON = frozenset(
    """from to cc bcc subject reply-to date sender return-path received message-id mime-version content-type
    content-transfer-encoding dkim-signature""".split()
)
_BLANK_LINE = b"\r\n\r\n"
_FOLD = re.compile(r"\r?\n(?=[ \t])")


def mark_of(letter: Letter) -> str:
    """What a letter is found by: the local part of its Message-ID, or, of one too long, its SHA-256."""
    local = letter.message_id.strip("<>").rpartition("@")[0] or letter.message_id
    return local if len(local) <= _LONGEST_VALUE else hashlib.sha256(local.encode()).hexdigest()


def in_parts(
    letters: Sequence[Letter], *, stream: str, most_bytes: int = MOST_BYTES
) -> Iterator[tuple[tuple[Letter, bytes], ...]]:
    """The letters with their JSON, in order, as many at a time as fit one call; never an empty part.

    A letter larger than `most_bytes` is a part of its own. A part is made when it is asked for.
    """
    part: list[tuple[Letter, bytes]] = []
    size = 0
    for letter in letters:
        written = written_message(letter, stream=stream)
        if part and (len(part) == MOST_LETTERS or size + len(written) + len(part) + 2 > most_bytes):
            yield tuple(part)
            part, size = [], 0
        part.append((letter, written))
        size += len(written)
    if part:
        yield tuple(part)


def written_message(letter: Letter, *, stream: str) -> bytes:
    """One message of /email/batch as JSON in UTF-8, made from the letter's bytes."""
    head, _, body = letter.data.partition(_BLANK_LINE)
    fields = _fields(head)
    by_name = {name.lower(): value for name, value in fields}
    headers = [(name, value) for name, value in fields if name.lower() not in _NOT_PASSED_ON]
    headers += [("Message-ID", letter.message_id), ("X-PM-KeepID", "true")]
    message: dict[str, object] = {
        "From": _mailbox(by_name.get("from", "")),
        "To": letter.recipient,
        "Subject": _words(by_name.get("subject", "")),
        "Headers": [{"Name": name, "Value": value} for name, value in headers],
        "MessageStream": stream,
        "Metadata": {MARK_KEY: mark_of(letter)},
        "TrackOpens": False,
        "TrackLinks": "None",
    }
    if reply_to := by_name.get("reply-to", ""):
        message["ReplyTo"] = _mailbox(reply_to)
    for kind, text in _texts(by_name, body):
        message["HtmlBody" if kind == "text/html" else "TextBody"] = text
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _texts(by_name: Mapping[str, str], body: bytes) -> Iterator[tuple[str, str]]:
    """Type and text of each part. The parts are cut out: the library's parser goes through them line by line."""
    kind, charset, boundary = _content_type(by_name.get("content-type", "text/plain"))
    if boundary:
        for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
            head, _, inside = part.removeprefix(b"\r\n").partition(_BLANK_LINE)
            yield from _texts({name.lower(): value for name, value in _fields(head)}, inside)
        return
    match by_name.get("content-transfer-encoding", "").strip().lower():
        case "quoted-printable":
            body = binascii.a2b_qp(body)
        case "base64":
            body = base64.b64decode(body)
    yield kind, body.decode(charset, "replace").replace("\r\n", "\n")


# What follows is the same for all letters of a mailing, or for one part of each.


@lru_cache(maxsize=16)
def _fields(head: bytes) -> tuple[tuple[str, str], ...]:
    """Header fields, unfolded, in order."""
    return tuple((name, _FOLD.sub("", value)) for name, value in message_from_bytes(head).items())


@lru_cache(maxsize=16)
def _content_type(field: str) -> tuple[str, str, bytes]:
    """Type, charset, and the boundary if there are parts, else b""."""
    message = Message()
    message["Content-Type"] = field
    boundary = message.get_boundary("") if message.get_content_maintype() == "multipart" else ""
    return message.get_content_type(), message.get_content_charset("utf-8"), boundary.encode()


@lru_cache(maxsize=16)
def _mailbox(field: str) -> str:
    """A mailbox with its name in letters and in quotes: of a comma outside them the service makes two."""
    found = policy.SMTP.header_factory("From", field).addresses
    if not found:
        return field
    name = str(found[0].display_name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{found[0].addr_spec}>' if name else str(found[0].addr_spec)


@lru_cache(maxsize=16)
def _words(field: str) -> str:
    """A field of free text with its encoded words read (RFC 2047)."""
    return str(policy.SMTP.header_factory("Subject", field))
