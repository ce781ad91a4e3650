"""Quoted-printable that no relay has to touch (RFC 2045, 6.7).

The standard library's encoder leaves a full stop at the start of a line, which SMTP would double; and it
cannot be told that a value will stand between two pieces.
"""

from __future__ import annotations

import re

#: Ends a line that is not the end of the reader's line.
SOFT_BREAK = b"=\r\n"

#: 76 with the "=" of a soft break.
_WIDTH = 75
_PLAIN = re.compile(rb"(?!\.|From )[!-<>-~\t ]{0,75}(?<![\t ])")
_TOKENS = tuple(bytes((n,)) if n == 9 or (32 <= n <= 126 and n != 61) else b"=%02X" % n for n in range(256))


def quoted_printable(text: str) -> bytes:
    """Encode text as 7-bit lines of at most 75 octets, without a line break at the end unless the text has one.

    Line breaks of all three kinds become CRLF. No line starts with a full stop, so that SMTP has nothing to double
    (RFC 5321, 4.5.2), nor with "From ", which mailbox files change.
    Raises UnicodeEncodeError for half a surrogate pair.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return b"\r\n".join(_encoded(line.encode()) for line in lines)


def _encoded(line: bytes) -> bytes:
    if _PLAIN.fullmatch(line):
        return line
    out: list[bytes] = []
    width = 0
    last = len(line) - 1
    for at, octet in enumerate(line):
        token = _TOKENS[octet]
        if at == last and octet in b"\t ":
            token = b"=%02X" % octet
        if width + len(token) > _WIDTH:
            out.append(SOFT_BREAK)
            width = 0
        if width == 0 and (octet == ord(".") or line.startswith(b"From ", at)):
            token = b"=%02X" % octet
        out.append(token)
        width += len(token)
    return b"".join(out)
