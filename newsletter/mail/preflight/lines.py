"""Lines as they cross the wire: nothing for a relay to break, to double or to take for an end (RFC 5321, 2045)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.mail.preflight.findings import Finding, error, warning
from newsletter.mail.preflight.reading import Opened

#: Octets of a line without its end (RFC 5322, 2.1.1).
_LONGEST, _PREFERRED = 998, 78
#: Of quoted-printable (RFC 2045, 6.7).
_WIDTH = 76
#: Neither a break at the end of a line nor two hexadecimal digits.
_NO_ESCAPE = re.compile(rb"=(?!\r\n|$|[0-9A-F]{2})")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_OURS = "It is a fault of this program: report it, and send nothing until it is mended."


def about_lines(letter: Opened) -> Iterator[Finding]:
    """P10: every relay takes the lines as they are, and none sees an end of the letter where there is none."""
    data = letter.letter.data
    if _BARE.search(data):
        yield error("P10-lines", "There is a CR without LF, an LF without CR, or a NUL in the letters.", _OURS)
    if not data.endswith(b"\r\n"):
        yield error("P10-lines", "The letters do not end with a line break.", _OURS)
    if any(len(line) > _LONGEST for line in data.split(b"\r\n")):
        yield error(
            "P10-lines", f"A line has more than {_LONGEST} octets.", "Shorten publication.base_url or mail.list_id."
        )
    for field in letter.fields:
        lines = field.raw.split(b"\r\n")
        # A line that is one word cannot be folded; the first begins with the field's name.
        if any(len(line) > _PREFERRED and len(line.split()) > (2 if at == 0 else 1) for at, line in enumerate(lines)):
            yield warning("P10-lines", f"{field.name} has a line of more than {_PREFERRED} octets.", _OURS)


def about_encoding(letter: Opened) -> Iterator[Finding]:
    """P11: relays of seven bits change nothing, SMTP doubles no full stop, and signatures hold."""
    encodings = {part.encoding for part in letter.parts}
    if encodings - {"quoted-printable"}:
        yield error("P11-encoding", f"A part is not quoted-printable but {min(encodings)}.", _OURS)
    if not letter.body.isascii():
        yield error("P11-encoding", "The bodies have octets outside ASCII.", _OURS)
    lines = letter.body.split(b"\r\n")
    if any(line.startswith(b".") for line in lines):
        yield error("P11-encoding", "A line of the bodies begins with a full stop.", _OURS)
    if any(len(line) > _WIDTH for line in lines):
        yield error("P11-encoding", f"A line of the bodies has more than {_WIDTH} octets.", _OURS)
    if any(_NO_ESCAPE.search(part.raw) for part in letter.parts if part.encoding == "quoted-printable"):
        yield error("P11-encoding", "A part holds an equals sign that quoted-printable does not know.", _OURS)
    if any(line.endswith((b" ", b"\t")) for part in letter.parts for line in part.raw.split(b"\r\n")):
        yield error("P11-encoding", "A line of the bodies ends in white space, which relays cut off.", _OURS)
