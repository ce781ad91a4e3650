"""What can be found on the page of an issue, as its readers see it: one document for each thing one may look for. Pure.

It leans on what templates/pages/issue.html.j2 names: <main>; <article> with an id for the explainer and each story; the
classes "take", "news", "apart", "headlines", "corrections". A page that has none of these is one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from newsletter.archive.search.page_tree import Node, tree

#: The part of a document that a text stands in: what a word counts depends on it.
Part = Literal["body", "take", "heading"]

#: What is not the issue's own text.
_UNREAD = frozenset("nav script style noscript template footer form button svg select audio video iframe".split())
#: Elements that part what stands in them from what stands before and after.
_BLOCKS = frozenset(
    """main p li div section article h1 h2 h3 h4 h5 h6 ul ol dl dt dd table caption tr pre blockquote figure figcaption
    details summary""".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """What a search leads to: an issue's opening, its explainer, a story with its takes, a take apart, a headline."""

    #: The id on the issue's page; "" for its top.
    anchor: str
    heading: str
    #: The rest, one line for each block; no heading, no empty line; may be empty.
    lines: tuple[str, ...] = ()
    #: The places in `lines` of what members of the team say, ascending.
    takes: tuple[int, ...] = ()

    def parts(self) -> Iterator[tuple[Part, str]]:
        """Every text of the document with the part that it belongs to."""
        yield "heading", self.heading
        for place, line in enumerate(self.lines):
            yield "take" if place in self.takes else "body", line


def documents(page: str) -> tuple[Findable, ...]:
    """The documents of a page in their order, the issue's opening first; () if there is no <main>.

    Left out are navigation, what is hidden from readers or from screen readers, the signs of links within the page,
    labels of boxes, and what says the same in every issue.
    """
    main = tree(page, "main")
    if main is None:
        return ()
    reader = _Reader()
    reader.read(main, reader.begin(""), "body")
    return tuple(
        Findable(anchor=one.anchor, heading=one.heading, lines=tuple(one.lines), takes=tuple(one.takes))
        for one in reader.begun
        if one.heading or one.lines
    )


@dataclass(slots=True)
class _Begun:
    """A document while it is read."""

    anchor: str
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    takes: list[int] = field(default_factory=list)
    #: Of the line that is being read.
    pieces: list[str] = field(default_factory=list)

    def end_line(self, part: Part) -> None:
        line = " ".join("".join(self.pieces).split())
        self.pieces.clear()
        if not line:
            return
        if part == "heading":
            self.heading = f"{self.heading} {line}".lstrip()
            return
        if part == "take":
            self.takes.append(len(self.lines))
        self.lines.append(line)


class _Reader:
    def __init__(self) -> None:
        self.begun: list[_Begun] = []
        #: What stands around takes that belong to no story: the heading they share, the words before the next one.
        self._apart: _Begun | None = None

    def begin(self, anchor: str) -> _Begun:
        self.begun.append(_Begun(anchor))
        return self.begun[-1]

    def read(self, node: Node, into: _Begun, part: Part) -> None:
        """Read what an element holds into one document, and into those that begin in it."""
        for child in node.children:
            if isinstance(child, str):
                into.pieces.append(child)
            elif child.tag in _UNREAD or child.hidden or _is_sign(child):
                continue
            elif child.tag in _BLOCKS:
                into.end_line(part)
                self._read_block(child, into, part)
            else:
                if child.tag in ("td", "th", "br"):
                    into.pieces.append(" ")
                self.read(child, into, part)
        if node.tag in _BLOCKS:
            into.end_line(part)

    def _read_block(self, block: Node, into: _Begun, part: Part) -> None:
        classes, anchor = block.classes, block.id or block.labelled
        if (block.tag == "article" and block.id) or "corrections" in classes:
            self.read(block, self.begin(anchor), "body")
        elif "news" in classes:
            # Between the stories stands only what every issue says.
            self.read(block, _Begun(""), "body")
        elif "apart" in classes:
            self._apart = _Begun(anchor)
            self.read(block, self._apart, "body")
        elif "headlines" in classes:
            self._read_headlines(block, anchor)
        elif "take" in classes:
            self.read(block, into if into is not self._apart else self._begin_apart(into, block.id), "take")
        elif block.tag in _HEADINGS and not into.heading:
            self.read(block, into, "heading")
        elif block.tag not in _HEADINGS or "label" not in classes:
            self.read(block, into, part)

    def _begin_apart(self, around: _Begun, anchor: str) -> _Begun:
        one = self.begin(anchor or around.anchor)
        one.heading, one.lines, around.lines = around.heading, around.lines, []
        return one

    def _read_headlines(self, node: Node, anchor: str) -> None:
        """Each line is a document; its heading ends where the source or the thread begins."""
        for child in node.children:
            if isinstance(child, str):
                continue
            if child.tag != "li":
                self._read_headlines(child, anchor)
                continue
            one, part = self.begin(child.id or anchor), "heading"
            for piece in child.children:
                if isinstance(piece, Node) and ("meta" in piece.classes or piece.tag in ("ul", "ol")):
                    one.end_line("heading")
                    part = "body"
                self.read(Node(tag="p", children=[piece]), one, "body" if part == "body" else "heading")


def _is_sign(node: Node) -> bool:
    """Whether it is a link within the page that shows no word: the sign of a permalink, the way back from a note."""
    return node.tag == "a" and node.href.startswith("#") and not any(map(str.isalpha, _text(node)))


def _text(node: Node) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in node.children)
