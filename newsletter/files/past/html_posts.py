"""Posts written in HTML, as the lines of Markdown that say the same. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS = frozenset(
    "p div section article header footer main aside nav figure figcaption table thead tbody dl dt dd form "
    "address details summary center".split()
)
_UNREAD = frozenset(("script", "style", "template", "noscript", "head", "svg", "iframe", "object"))
_UNENDED = re.compile(r"<(?![^<>]*>)(?!!--)")
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "del": "~~", "s": "~~"}


def markdown_lines(html: str) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    """The text's lines, each with the number of the line that it began on; and what no reader saw, in the same form."""
    # The parser looks for the end of a tag or a comment that has none again and again: such a one is words.
    end = html.rfind("-->") + 1
    whole = html[:end] + html[end:].replace("<!", "&lt;!").replace("<?", "&lt;?")
    reader = _Reader()
    reader.feed(_UNENDED.sub("&lt;", whole))
    reader.close()
    reader.end_line()
    return tuple(reader.lines), tuple(reader.unread)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self.unread: list[tuple[int, str]] = []
        self.parts: list[str] = []
        self.number = 1
        self.lists: list[int] = []
        self.quotes = 0
        self.skipped = 0
        self.pre = False
        self.links: list[str] = []
        #: Levels of lists above the item that is open.
        self.depth = 0
        #: Whether the line that is open has a word.
        self.begun = False

    # Lines -----------------------------------------------------------------------------------------

    def end_line(self, *, gap: bool = False) -> None:
        text = "".join(self.parts)
        text = text if self.pre else " ".join(text.split())
        if text.strip() and text.strip() not in ("-", ">"):
            before = "" if self.pre else "> " * self.quotes + "    " * self.depth
            self.lines.append((self.number, before + text))
        if gap and self.lines and self.lines[-1][1]:
            self.lines.append((self.number, ""))
        self.parts, self.depth, self.begun = [], 0, False

    def put(self, text: str) -> None:
        if not self.begun:
            self.number = self.getpos()[0]
            self.begun = bool(text.strip())
        self.parts.append(text)

    # What the parser calls -------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _UNREAD:
            self.skipped += 1
        elif tag in _HEADINGS:
            self.end_line(gap=True)
            self.put(f"{_HEADINGS[tag]} ")
        elif tag in ("ul", "ol"):
            self.end_line(gap=not self.lists)
            self.lists.append(0 if tag == "ul" else 1)
        elif tag == "li":
            self.end_line()
            depth, number = max(0, len(self.lists) - 1), self.lists[-1] if self.lists else 0
            self.depth = depth
            self.put(f"{number}. " if number else "- ")
            if number:
                self.lists[-1] += 1
        elif tag == "blockquote":
            self.end_line(gap=True)
            self.quotes += 1
        elif tag == "pre":
            self.end_line(gap=True)
            self.lines.append((self.getpos()[0], "```"))
            self.pre = True
        elif tag == "br":
            self.end_line()
        elif tag == "hr":
            self.end_line(gap=True)
            self.lines.append((self.getpos()[0], "---"))
            self.lines.append((self.getpos()[0], ""))
        elif tag == "tr":
            self.end_line()
        elif tag in ("td", "th"):
            self.put("| ")
        elif tag in _BLOCKS:
            self.end_line(gap=True)
        elif tag == "a":
            self.links.append(given.get("href", ""))
            self.put("[" if given.get("href") else "")
        elif tag == "img":
            self.put(f"![{given.get('alt', '')}]({given.get('src', '')})")
        elif tag in _MARKS and not self.pre:
            self.put(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self.skipped = max(0, self.skipped - 1)
        elif tag in ("ul", "ol"):
            self.end_line(gap=len(self.lists) <= 1)
            self.lists = self.lists[:-1]
        elif tag == "blockquote":
            self.end_line(gap=True)
            self.quotes = max(0, self.quotes - 1)
        elif tag == "pre" and self.pre:
            self.end_line()
            self.lines.append((self.getpos()[0], "```"))
            self.pre = False
            self.lines.append((self.getpos()[0], ""))
        elif tag in _HEADINGS or tag in _BLOCKS:
            self.end_line(gap=True)
        elif tag in ("li", "tr"):
            self.end_line()
        elif tag == "a" and self.links:
            to = self.links.pop()
            self.parts.append(f"]({to})" if to else "")
        elif tag in _MARKS and not self.pre:
            self._close(_MARKS[tag])

    def _close(self, mark: str) -> None:
        """End emphasis right behind its last word."""
        blank = ""
        while self.parts and not self.parts[-1].strip():
            blank = self.parts.pop() + blank
        last = self.parts.pop() if self.parts else ""
        bare = last.rstrip()
        self.parts += [bare, mark, last[len(bare) :] + blank]

    def handle_data(self, data: str) -> None:
        if self.skipped:
            if data.strip():
                self.unread.append((self.getpos()[0], " ".join(data.split())))
        elif self.pre:
            for at, line in enumerate(data.split("\n")):
                if at:
                    self.lines.append((self.number, "".join(self.parts)))
                    self.parts = []
                self.put(line)
        else:
            self.put(data)

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self.unread.append((self.getpos()[0], " ".join(data.split())))
