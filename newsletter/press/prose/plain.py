"""Turn a fragment of Markdown, or of our own HTML, into plain text for the text part. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from newsletter.press.prose.columns import WIDTH, columns, pad, wrap
from newsletter.press.prose.markdown import to_html

_VOID = frozenset({"br", "hr", "img"})
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol li pre blockquote table hr dl dt dd".split())
_EMPHASIS = {"em": "_", "i": "_", "strong": "*", "b": "*", "del": "~", "s": "~"}


def to_text(markdown: str, *, width: int = WIDTH, base_url: str = "") -> str:
    """Render Markdown as lines of at most `width` columns, without a final line break; "" for an empty text.

    Links are numbered and listed at the end; code stays as typed; tables are aligned, or written as
    "heading: value" where they do not fit.
    """
    return fragment_to_text(to_html(markdown, base_url=base_url), width=width)


def fragment_to_text(html: str, *, width: int = WIDTH) -> str:
    """The same for a fragment that `to_html` made."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    notes: list[str] = []
    lines = _blocks(reader.root.children, width, notes)
    if notes:
        lines += ["", *(line for n, address in enumerate(notes, 1) for line in (f"[{n}] {address}",))]
    return "\n".join(line.rstrip() for line in lines).strip("\n")


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Build a small tree; the sanitiser's output is well formed, so that every end tag has its start."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def _blocks(children: list[_Element | str], width: int, notes: list[str]) -> list[str]:
    """Lines of the blocks, a blank one between any two; loose words between blocks make a paragraph."""
    out: list[str] = []
    loose: list[_Element | str] = []
    for child in [*children, _Element("end")]:
        if isinstance(child, str) or child.tag not in (*_BLOCKS, "end"):
            loose.append(child)
            continue
        lines = wrap(_inline(loose, notes).strip(), width)
        loose = []
        for block in (lines, _block(child, width, notes)):
            if block:
                out += ["", *block] if out else block
    return out


def _block(element: _Element, width: int, notes: list[str]) -> list[str]:
    tag = element.tag
    if tag in ("ul", "ol"):
        return _list(element, width, notes)
    if tag == "pre":
        return ["    " + line for line in _letters(element).rstrip("\n").split("\n")]
    if tag == "blockquote":
        return [f"> {line}".rstrip() for line in _blocks(element.children, width - 2, notes)]
    if tag == "table":
        return _table(element, width, notes)
    if tag == "hr":
        return ["* * *"]
    if tag == "dl":
        return _blocks(element.children, width, notes)
    if tag == "dd":
        return ["    " + line for line in _blocks(element.children, width - 4, notes)]
    lines = wrap(_inline(element.children, notes).strip(), width)
    if tag[0] == "h" and lines:
        return [*lines, "-" * max(3, min(width, max(columns(line) for line in lines)))]
    return lines


def _list(element: _Element, width: int, notes: list[str]) -> list[str]:
    items = [child for child in element.children if isinstance(child, _Element) and child.tag == "li"]
    start = int(element.attributes.get("start", "1")) if element.attributes.get("start", "1").isdigit() else 1
    loose = any(isinstance(c, _Element) and c.tag == "p" for item in items for c in item.children)
    out: list[str] = []
    for number, item in enumerate(items, start):
        mark = f"{number}. " if element.tag == "ol" else "- "
        lines = _item(item.children, width - len(mark), notes) or [""]
        if out and loose:
            out.append("")
        out += [mark + lines[0], *(" " * len(mark) + line for line in lines[1:])]
    return out


def _item(children: list[_Element | str], width: int, notes: list[str]) -> list[str]:
    """The blocks of an item; a list straight below its words stays close to them."""
    lines = _blocks(children, width, notes)
    has_paragraph = any(isinstance(c, _Element) and c.tag in ("p", "pre") for c in children)
    return lines if has_paragraph else [line for line in lines if line]


def _table(element: _Element, width: int, notes: list[str]) -> list[str]:
    rows = [
        [(_inline(cell.children, notes).replace("\n", " ").strip(), cell.attributes.get("style", "")) for cell in cells]
        for row in _find(element, "tr")
        if (cells := [c for c in row.children if isinstance(c, _Element) and c.tag in ("td", "th")])
    ]
    if not rows:
        return []
    count = max(len(row) for row in rows)
    grid = [row + [("", "")] * (count - len(row)) for row in rows]
    sizes = [max(3, *(columns(row[n][0]) for row in grid)) for n in range(count)]
    if sum(sizes) + 2 * (count - 1) > width:
        return _as_pairs([[cell for cell, _ in row] for row in grid], width)
    lines = ["  ".join(pad(cell, sizes[n], align=_align(style)) for n, (cell, style) in enumerate(row)) for row in grid]
    return [lines[0], "  ".join("-" * size for size in sizes), *lines[1:]]


def _as_pairs(grid: list[list[str]], width: int) -> list[str]:
    """Each row as lines "heading: value"."""
    out: list[str] = []
    for row in grid[1:]:
        out += [""] if out else []
        for heading, value in zip(grid[0], row, strict=True):
            if value:
                out += wrap(f"{heading}: {value}" if heading else value, width, rest="  ", first="")
    return out


def _align(style: str) -> str:
    match = re.search(r"text-align:\s*(right|center)", style)
    return match[1] if match else "left"


def _find(element: _Element, tag: str) -> list[_Element]:
    out = []
    for child in element.children:
        if isinstance(child, _Element):
            out += [child] if child.tag == tag else _find(child, tag)
    return out


def _inline(children: list[_Element | str], notes: list[str]) -> str:
    return re.sub(r" *\n *", "\n", "".join(_piece(child, notes) for child in children))


def _piece(child: _Element | str, notes: list[str]) -> str:
    if isinstance(child, str):
        return re.sub(r"\s+", " ", child)
    if child.tag == "br":
        return "\n"
    if child.tag == "img":
        return f"[{child.attributes['alt']}]" if child.attributes.get("alt") else ""
    if child.tag == "code":
        return _letters(child)
    inner = "".join(_piece(c, notes) for c in child.children)
    if child.tag == "a" and (address := child.attributes.get("href", "").removeprefix("mailto:")):
        return _linked(inner, address, notes)
    mark = _EMPHASIS.get(child.tag, "") if inner.strip() else ""
    return f"{mark}{inner}{mark}"


def _linked(words: str, address: str, notes: list[str]) -> str:
    if not words.strip() or words.strip() in (address, re.sub(r"https?://", "", address)):
        return address
    if address not in notes:
        notes.append(address)
    return f"{words} [{notes.index(address) + 1}]"


def _letters(element: _Element) -> str:
    return "".join(c if isinstance(c, str) else _letters(c) for c in element.children)
