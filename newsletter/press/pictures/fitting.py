"""Break a title into lines of about one width, in the largest letters that leave room for them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: What a line is not cut behind.
_LOOSE = " -–—,;:/"

#: How wide words are, in letters of size 1.
Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines as they are set, and the size of their letters. No line is empty, or there is none."""

    lines: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The place for some words; lengths in the unit of the sizes."""

    width: int
    height: int
    most_lines: int
    #: From one line to the next, in sizes of the letters.
    line_height: float
    #: Largest first, never empty.
    sizes: Sequence[int]

    def lines_at(self, size: int) -> int:
        """How many lines of that size have room; at least one."""
        return max(1, min(self.most_lines, int(self.height / (size * self.line_height))))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What no line is broken within: a word, or a part of one at "-" or "/"."""

    text: str
    width: float
    #: Before it, where it does not begin a line.
    space: str


def fitted(words: str, room: Room, measure: Measure) -> Fitted:
    """Set the words, one line of them with single spaces; no lines for none.

    At the smallest size a word longer than a line is broken, and what has no room is left out with "…" in its place.
    """
    if not words:
        return Fitted((), room.sizes[-1])
    pieces = [
        _Piece(part, measure(part), "" if n else " ")
        for word in words.split(" ")
        for n, part in enumerate(_parts(word))
    ]
    space, longest = measure(" "), max(piece.width for piece in pieces)
    for size in room.sizes:
        width = room.width / size
        if longest <= width and len(_lines(pieces, space, width)) <= room.lines_at(size):
            return Fitted(_balanced(pieces, space, longest, width), size)
    size = room.sizes[-1]
    return Fitted(_as_many_as_fit(pieces, space, measure, room.width / size, room.lines_at(size)), size)


def _parts(word: str) -> Iterator[str]:
    marks = (at + 1 for at, sign in enumerate(word) if sign in "-–—/" and 0 < at < len(word) - 1)
    yield from (word[start:end] for start, end in pairwise((0, *marks, len(word))))


def _lines(pieces: Sequence[_Piece], space: float, width: float) -> tuple[str, ...]:
    """Each line as full as it gets."""
    lines: list[str] = []
    used = 0.0
    for piece in pieces:
        more = piece.width + (space if piece.space else 0.0)
        if lines and used + more <= width:
            lines[-1] += piece.space + piece.text
            used += more
        else:
            lines.append(piece.text)
            used = piece.width
    return tuple(lines)


def _balanced(pieces: Sequence[_Piece], space: float, longest: float, width: float) -> tuple[str, ...]:
    """As many lines as there must be, the widest of them as narrow as it can be."""
    lines = _lines(pieces, space, width)
    low, high = longest, width
    # A hundredth of a letter is seen by nobody.
    while high - low > 0.01:
        middle = (low + high) / 2
        narrower = _lines(pieces, space, middle)
        low, high, lines = (low, middle, narrower) if len(narrower) <= len(lines) else (middle, high, lines)
    return lines


def _as_many_as_fit(
    pieces: Sequence[_Piece], space: float, measure: Measure, width: float, most: int
) -> tuple[str, ...]:
    broken = [part for piece in pieces for part in _broken(piece, measure, width)]
    lines = _lines(broken, space, width)
    if len(lines) <= most:
        return lines
    return (*lines[: most - 1], cut(" ".join(lines[most - 1 : most + 1]), measure, width))


def _broken(piece: _Piece, measure: Measure, width: float) -> Iterator[_Piece]:
    """A word longer than a line, in parts that are not."""
    text, before = piece.text, piece.space
    while piece.width > width and (fits := _fitting(text, measure, width)) < len(text):
        yield _Piece(text[:fits], measure(text[:fits]), before)
        text, before = text[fits:], ""
    yield _Piece(text, measure(text), before)


def cut(words: str, measure: Measure, width: float) -> str:
    """The words, or so many of their signs as fit with "…" behind them."""
    if measure(words) <= width:
        return words
    return f"{words[: _fitting(words, measure, width - measure('…'))].rstrip(_LOOSE)}…"


def _fitting(words: str, measure: Measure, width: float) -> int:
    """How many of the signs fit; at least one."""
    low, high = 1, len(words) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if measure(words[:middle]) <= width else (low, middle)
    return low
