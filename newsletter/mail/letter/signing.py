"""DKIM-Signature fields: what of a letter they cover, and how they are written (RFC 6376, RFC 8463).

Header fields are signed relaxed, so that a relay may fold them anew; the body simple, since nobody has to touch it.
Everything that does not depend on the reader is laid out and hashed once per mailing.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter.errors import CannotSend
from newsletter.mail.letter.dkim import VARIABLES, Keys
from newsletter.model.audience import Mailing, Signature

#: The fields that are signed, each once more than it stands in the letter, so that none can be added (RFC 6376, 8.15).
#: Letters that are repeated are signed anew: a change of this list, or of the layout below, makes other bytes.
SIGNED = tuple(
    """From Reply-To Subject Date To Cc Message-ID MIME-Version Content-Type
    List-Id List-Archive List-Unsubscribe List-Unsubscribe-Post Feedback-ID""".split()
)

_WIDTH = 76
_BASE64_LINE = 72
_HOLE = re.compile(rb"\0([a-z-]+)\0")
_BLANKS = re.compile(rb"[ \t]+")


class Signer:
    """Signs the letters of one mailing as it was frozen. For any thread."""

    def __init__(self, mailing: Mailing, keys: Keys) -> None:
        """Raises CannotSend if a key of the mailing's signatures is not among the keys."""
        whole = mailing.segments[0]
        for mark, segment in zip(mailing.marks, mailing.segments[1:], strict=True):
            whole += b"\0" + mark.encode() + b"\0" + segment
        head, _, body = whole.partition(b"\r\n\r\n")
        fields = _fields(head)
        # What is the same in all letters comes first: it is hashed once.
        found = sorted((name for name in SIGNED if name.lower() in fields), key=lambda n: b"\0" in fields[n.lower()])
        self._head = _Pieces(b"".join(fields[name.lower()] for name in found))
        # A body ends with one line break, which is all that "simple" asks of it (RFC 6376, 3.4.3).
        self._body = _Pieces(body)
        self._stamps = tuple(_stamp(one, mailing, keys, (*found, *SIGNED)) for one in mailing.signatures)

    def __call__(self, values: Mapping[str, bytes]) -> bytes:
        """The fields for the letter that these values make, each with its line break, to stand before all others."""
        head = self._head.hashed({mark: _relaxed(value) for mark, value in values.items()})
        body_hash = _base64(self._body.hashed(values).digest())
        written = []
        for stamp in self._stamps:
            digest = head.copy()
            digest.update(stamp.signed + body_hash + b"; b=")
            signature = _base64(stamp.sign(digest.digest()))
            lines = [signature[at : at + _BASE64_LINE] for at in range(0, len(signature), _BASE64_LINE)]
            written.append(stamp.written + body_hash + b";\r\n b=" + b"\r\n ".join(lines) + b"\r\n")
        return b"".join(written)


class _Pieces:
    """Bytes with holes for values, hashed up to the first hole."""

    def __init__(self, whole: bytes) -> None:
        first, *rest = _HOLE.split(whole)
        self._begun = hashlib.sha256(first)
        self._rest = tuple((mark.decode(), piece) for mark, piece in zip(rest[::2], rest[1::2], strict=True))

    def hashed(self, values: Mapping[str, bytes]) -> hashlib._Hash:
        state = self._begun.copy()
        for mark, piece in self._rest:
            state.update(values[mark])
            state.update(piece)
        return state


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A DKIM-Signature field up to the body's hash: as it stands in the letter, and as it is signed."""

    written: bytes
    signed: bytes
    sign: Callable[[bytes], bytes]


def _stamp(signature: Signature, mailing: Mailing, keys: Keys, names: tuple[str, ...]) -> _Stamp:
    key = keys.of(signature)
    if key is None:
        variable, kind = VARIABLES[signature.algorithm]
        raise CannotSend(
            f"The letters of {mailing.week} ({mailing.variant}) were begun with the {kind} key of "
            f"{signature.selector}._domainkey.{signature.domain}, and it is not set now",
            mend=f"Set {variable}_FILE to that key's file, until all have left; a new key is for the next issue.",
        )
    tags = ["v=1;", f"a={signature.algorithm};", "c=relaxed/simple;", f"d={signature.domain};"]
    tags += [f"s={signature.selector};", f"t={signature.at};", "q=dns/txt;"]
    covered = _filled([f"{name}:" for name in names[:-1]] + [f"{names[-1]};"], between="", begin="h=")
    value = f"{_filled(tags, between=' ', begin='DKIM-Signature: ')}\r\n {covered}\r\n bh=".encode()
    name, _, rest = value.partition(b":")
    return _Stamp(written=value, signed=name.lower() + b":" + _relaxed(rest).lstrip(), sign=key.sign)


def _filled(words: list[str], *, between: str, begin: str) -> str:
    lines = [begin]
    for word in words:
        if len(lines[-1]) + len(between) + len(word) > _WIDTH and lines[-1] != begin:
            lines.append("")
        lines[-1] += word if lines[-1] in ("", begin) else between + word
    return "\r\n ".join(lines)


def _fields(head: bytes) -> dict[str, bytes]:
    """The fields by their names in small letters, as they are signed: relaxed, with their line breaks."""
    found = {}
    for field in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field.partition(b":")
        found[name.decode().lower()] = name.lower() + b":" + _relaxed(value).strip(b" ") + b"\r\n"
    return found


def _relaxed(value: bytes) -> bytes:
    """Unfolded, with every run of blanks as one space (RFC 6376, 3.4.2)."""
    return _BLANKS.sub(b" ", value.replace(b"\r\n", b"")) if b" " in value else value


def _base64(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False)
