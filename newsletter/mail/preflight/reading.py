"""A finished letter taken apart as a receiver would: by its bytes, knowing nothing of how it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from newsletter.mail.preflight.shown import Shown, shown
from newsletter.model.audience import Letter, Reader

#: Fields that say how the bodies are to be read.
_OF_BODIES = ("mime-version", "content-type", "content-transfer-encoding")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One header field. `raw` is as it stands on the wire, line breaks included."""

    name: str
    raw: bytes

    @property
    def value(self) -> str:
        """Unfolded (RFC 5322, 2.2.3), octets as Latin-1, without white space around it."""
        return self.raw.partition(b":")[2].replace(b"\r\n", b"").decode("latin-1").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One body. `text` is None where its octets are not of its charset; `raw` is as on the wire."""

    kind: str
    charset: str
    encoding: str
    raw: bytes
    decoded: bytes
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One reader's letter, read."""

    reader: Reader
    letter: Letter
    fields: tuple[Field, ...]
    #: Lines of the header that belong to no field.
    stray: tuple[bytes, ...]
    #: Octets after the empty line.
    body: bytes
    kind: str
    parts: tuple[Part, ...]
    #: Words of the first text part and what is shown of the first HTML part; None where it is missing or broken.
    text: str | None
    page: Shown | None

    def all(self, name: str) -> tuple[str, ...]:
        """Values of the fields of that name, in any case, from the top."""
        return tuple(field.value for field in self.fields if field.name.lower() == name.lower())

    def only(self, name: str) -> str:
        """The value of the first field of that name; "" if there is none."""
        return next(iter(self.all(name)), "")

    def part(self, kind: str) -> Part | None:
        """The first part of a kind such as "text/html"."""
        return next((part for part in self.parts if part.kind == kind), None)

    @property
    def sender_domain(self) -> str:
        """Of the address in From, in lower case; "" if there is none."""
        found = getaddresses([self.only("From")])
        return found[0][1].partition("@")[2].lower() if found else ""


def opened(letter: Letter, reader: Reader) -> Opened:
    """Read one letter; nothing in it makes this fail."""
    head, _, body = letter.data.partition(b"\r\n\r\n")
    fields, stray = _fields(head)
    about_bodies = [field.raw for field in fields if field.name.lower() in _OF_BODIES]
    message = message_from_bytes(b"".join(about_bodies) + b"\r\n" + body)
    payload = message.get_payload() if message.is_multipart() else [message]
    inside = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    parts = tuple(map(_part, inside))
    text, html = (next((one.text for one in parts if one.kind == kind), None) for kind in ("text/plain", "text/html"))
    return Opened(
        reader=reader,
        letter=letter,
        fields=fields,
        stray=stray,
        body=body,
        kind=message.get_content_type(),
        parts=parts,
        text=text,
        page=None if html is None else shown(html),
    )


def _fields(head: bytes) -> tuple[tuple[Field, ...], tuple[bytes, ...]]:
    fields: list[Field] = []
    stray: list[bytes] = []
    for line in head.split(b"\r\n"):
        if fields and line[:1] in (b" ", b"\t") and line.strip():
            fields[-1] = Field(name=fields[-1].name, raw=fields[-1].raw + line + b"\r\n")
        elif match := _FIELD.match(line):
            fields.append(Field(name=match[1].decode("ascii"), raw=line + b"\r\n"))
        else:
            stray.append(line)
    return tuple(fields), tuple(stray)


def _part(message: Message) -> Part:
    decoded = _octets(message)
    encoding = str(message.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    # Without its name for the encoding the library gives the part as it stands.
    del message["Content-Transfer-Encoding"]
    charset = message.get_content_charset("")
    try:
        text: str | None = decoded.decode(charset or "ascii")
    except (LookupError, UnicodeDecodeError):
        text = None
    return Part(
        kind=message.get_content_type(),
        charset=charset,
        encoding=encoding,
        raw=_octets(message),
        decoded=decoded,
        text=text,
    )


def _octets(message: Message) -> bytes:
    found = message.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
