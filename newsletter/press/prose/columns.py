"""Text in columns of a fixed width, as a plain letter shows it. Pure.

A sign of East Asia and an emoji take two columns, a combining mark none (Unicode, UAX 11); an address is never broken.
"""

from __future__ import annotations

import re

from wcwidth import wcswidth, wcwidth

#: Columns of the plain text part; quoted replies still fit into 80.
WIDTH = 72
#: What may be broken between: runs of narrow signs hang together, wide signs part anywhere.
_PIECE = re.compile(r"\s+|[^\s\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]+|\S")
#: Never at the start of a line (JIS X 4051).
_CLOSING = frozenset("、。，．）」』】〉》・：；？！ー々”’…")


def columns(text: str) -> int:
    """How many columns the text takes; a control sign none."""
    if text.isascii():
        return len(text)
    wide = wcswidth(text)
    return wide if wide >= 0 else sum(max(0, wcwidth(sign)) for sign in text)


def wrap(text: str, width: int = WIDTH, *, first: str = "", rest: str | None = None) -> list[str]:
    """Break running text into lines of at most `width` columns, unless one word is longer.

    `first` stands before the first line, `rest` before the others (as `first` if None); line breaks in the
    text stay. Empty for an empty text.
    """
    later = first if rest is None else rest
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _wrapped(part, width, first if not lines else later, later)
    return lines if text.strip() else []


def _wrapped(text: str, width: int, first: str, later: str) -> list[str]:
    lines, line, used, gap = [], first, columns(first), False
    empty = True
    for piece in _PIECE.findall(text.strip()):
        if piece.isspace():
            gap = True
            continue
        size = columns(piece)
        if not empty and used + gap + size > width and piece not in _CLOSING:
            lines.append(line)
            line, used, gap, empty = later, columns(later), False, True
        line += (" " if gap and not empty else "") + piece
        used += size + (gap and not empty)
        gap = empty = False
    return [*lines, line.rstrip()]


def pad(text: str, width: int, *, align: str = "left") -> str:
    """Fill with spaces up to `width` columns; `align` is "left", "right" or "center"."""
    room = max(0, width - columns(text))
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room
