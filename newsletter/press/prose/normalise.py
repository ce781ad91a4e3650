"""Rewrite Markdown as editors type it into Markdown that every reader of it takes the same way. Pure.

Python-Markdown misreads lists nested by two spaces, lists straight after a paragraph and fences inside items;
every dialect reads a lone "-" below a line as a heading. What comes out means to Python-Markdown what CommonMark
sees in what went in, but for that lone "-", which becomes the bullet that its author meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from newsletter.press.prose import fences
from newsletter.press.prose.footnotes import with_notes
from newsletter.press.prose.printable import printable

_ITEM = re.compile(r"(?P<mark>[-*+]|\d{1,9}[.)])(?P<gap> +)(?P<rest>\S.*)")
_LONE = re.compile(r" *(?:[-*+•]|\d{1,9}[.)]) *")
_BREAK = re.compile(r"([-*_])(?: *\1){2,} *")
_BLOCK = re.compile(r"#{1,6}(?: |$)|>")
_HASH_WORD = re.compile(r"#+(?=[^#\s])|#{7,}")
#: What looks like the definition of a link, with a word where the address would stand: every reader would swallow it.
_NO_ADDRESS = re.compile(r"\[[^\]]+\]: *<?[^\s/:#?<>.]+\.?>? *(?:[\"'(].*)?")
_BRACKETS = re.compile(r"\\.|[\[\]]")
_OPENING = re.compile(r"(?<!\\)\[")
#: More brackets than this, one in another, are nobody's link.
_MOST_OPEN = 100
#: Lists nested deeper are nobody's either; readers of Markdown take the square of the time for each level.
_DEEPEST = 40
_LANGUAGE = re.compile(r"[\w#.+-]+")


@dataclass(frozen=True, slots=True)
class _Item:
    """An open list item: the column its text starts in, and whether it is numbered."""

    column: int
    numbered: bool


def normalise(text: str) -> str:
    """Re-emit the text with lists nested by four spaces, blank lines where Python-Markdown needs them, no tabs.

    Text between fences keeps every character. Ends with a line break unless empty.
    """
    plain = printable(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
    lines = _with_joined_markers(
        _without_tabs(_without_thickets(with_notes(fences.with_whole_spans(plain))).split("\n"))
    )
    out = "\n".join(_Emitter().emit(lines)).strip("\n")
    return f"{out}\n" if out else ""


def _without_thickets(text: str) -> str:
    """Make words of the brackets of a paragraph that opens hundreds and closes none: readers would try each pair."""
    if text.count("[") <= _MOST_OPEN:
        return text
    out: list[str] = []
    for blank, lines in groupby(text.split("\n"), key=lambda line: not line.strip()):
        block = "\n".join(lines)
        most = max(_deepest(block), block.count("](") - block.count(")"), block.count("]:\n"))
        thick = not blank and most > _MOST_OPEN
        out.append(fences.outside_code(block, lambda words: _OPENING.sub(r"\\[", words)) if thick else block)
    return "\n".join(out)


def _deepest(text: str) -> int:
    """How many brackets are open at once."""
    most = depth = 0
    for sign in _BRACKETS.findall(text):
        depth = max(0, depth + {"[": 1, "]": -1}.get(sign, 0))
        most = max(most, depth)
    return most


def _without_tabs(lines: list[str]) -> list[str]:
    return [line if code else line.expandtabs(4).rstrip(" ") + _hard_break(line) for line, code in _marked(lines)]


def _marked(lines: list[str]) -> list[tuple[str, bool]]:
    return list(fences.with_code(lines))


def _hard_break(line: str) -> str:
    return "  " if line.endswith("  ") and line.strip() else ""


def _with_joined_markers(lines: list[str]) -> list[str]:
    """Join a marker that stands alone on its line with the words below it; drop one that has none."""
    out: list[str] = []
    waiting = ""
    for line, code in _marked(lines):
        if not code and _LONE.fullmatch(line):
            waiting = line.rstrip().replace("•", "-")
        elif waiting and (code or _ITEM.match(line.lstrip()) or _BLOCK.match(line.lstrip())):
            waiting = ""
            out.append(line)
        elif waiting and line.strip():
            out.append(f"{waiting} {line.lstrip()}")
            waiting = ""
        elif not waiting:
            out.append(line)
    return out


class _Emitter:
    """One walk over the lines, with the stack of list items that are open."""

    __slots__ = ("_after", "_depth", "_items", "_out")

    def __init__(self) -> None:
        self._items: list[_Item] = []
        self._out: list[str] = []
        #: How deep the first line after the last blank one stands.
        self._depth = 0
        #: What the line above was: "blank", "text" (a paragraph), "item" (its first paragraph), "quote",
        #: "code" (indented) or "block" (heading, rule, fence).
        self._after = "blank"

    def emit(self, lines: list[str]) -> list[str]:
        fence: str | None = None
        cut = 0
        for line in lines:
            indent = len(line) - len(line.lstrip(" "))
            if fence is not None:
                closing = fences.closes(line, fence)
                self._put(line.strip() if closing else line[min(indent, cut) :])
                fence = None if closing else fence
                self._after = "block"
            elif not line.strip():
                self._out.append("")
                self._after = "blank"
            elif (fence := self._fence(line, indent)) is not None:
                cut = indent
            else:
                self._line(line.strip(" ") + _hard_break(line), indent)
        if fence is not None:
            self._put(fence)
        return self._out

    def _fence(self, line: str, indent: int) -> str | None:
        opened = fences.opens(line)
        if opened is None or (not self._items and indent > 3):
            return None
        self._leave(indent)
        self._gap()
        language = _LANGUAGE.match(line.strip().lstrip(opened[0]).strip())
        self._put(opened + (language[0] if language else ""))
        self._after = "block"
        return opened

    def _line(self, text: str, indent: int) -> None:
        if self._is_code(indent):
            self._code(text, indent)
            return
        match = None if _BREAK.fullmatch(text) else _ITEM.fullmatch(text.rstrip(" "))
        if match is not None and self._starts_item(match, indent):
            self._item(match, indent)
        elif _BREAK.fullmatch(text) or _BLOCK.match(text):
            self._block(text, indent)
        else:
            self._text(text, indent)

    def _code(self, text: str, indent: int) -> None:
        if self._after == "blank":
            self._leave(indent)
        self._put(" " * (indent - (self._items[-1].column if self._items else 0)) + text)
        self._after = "code"

    def _starts_item(self, match: re.Match[str], indent: int) -> bool:
        """Whether a marker begins an item; "2026. it" in running text does not (CommonMark 0.31, 5.3)."""
        number = match["mark"][:-1]
        continues = self._after in ("text", "item") and not (self._items and indent < self._items[-1].column)
        return not (continues and number and int(number) != 1)

    def _item(self, match: re.Match[str], indent: int) -> None:
        numbered = match["mark"][:-1] != ""
        left = self._leave(indent)
        if self._after in ("text", "block", "code", "quote") or (left is not None and left.numbered != numbered):
            self._gap()
        mark = f"{match['mark'][:-1]}." if numbered else "-"
        self._put(f"{mark} {match['rest']}")
        del self._items[_DEEPEST - 1 :]
        gap = len(match["gap"]) if len(match["gap"]) <= 4 else 1
        self._items.append(_Item(indent + len(match["mark"]) + gap, numbered))
        self._after = "item"

    def _block(self, text: str, indent: int) -> None:
        if text.startswith(">") and self._after == "quote":
            self._put(text)
            return
        if not (self._after == "text" and set(text.strip()) == {"-"}):
            self._leave(indent)
            self._gap()
        self._put(text)
        self._after = "quote" if text.startswith(">") else "block"

    def _text(self, text: str, indent: int) -> None:
        if self._after == "blank":
            self._leave(indent)
        elif self._after in ("block", "code"):
            self._leave(indent)
            self._gap()
        if _NO_ADDRESS.fullmatch(text):
            text = f"\\{text}"
        self._put(_HASH_WORD.sub(lambda m: "\\" + m[0], text, count=1) if text.startswith("#") else text)
        if self._after == "text" and set(text) == {"="}:
            # The line of a heading: a gap below it spares the reader of Markdown from looking at the rest again.
            self._after = "block"
        elif self._after not in ("item", "quote"):
            self._after = "text"

    def _is_code(self, indent: int) -> bool:
        """Whether the line, after a blank one or more code, stands four columns in from where text would."""
        open_items = [item for item in self._items if item.column <= indent]
        return self._after in ("blank", "code") and indent - (open_items[-1].column if open_items else 0) >= 4

    def _leave(self, indent: int) -> _Item | None:
        """Close the items that the column no longer belongs to; the last one closed, None if all stay open."""
        left = None
        while self._items and indent < self._items[-1].column:
            left = self._items.pop()
        return left

    def _gap(self) -> None:
        if self._out and self._out[-1]:
            self._out.append("")

    def _put(self, text: str) -> None:
        depth = len(self._items)
        starts = not self._out or not self._out[-1]
        # Python-Markdown takes what follows an indented line without a blank one for a part of the same item.
        if not starts and depth < self._depth:
            self._out.append("")
            starts = True
        self._depth = depth if starts else self._depth
        self._out.append(f"{' ' * 4 * depth}{text}" if text else "")
