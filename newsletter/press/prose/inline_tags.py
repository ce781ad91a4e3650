"""What holds words alone ends where a block begins: no list stands in a "<i>" or "<h3>" that nobody closed. Pure."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(?P<end>/)?(?P<name>[a-z][a-z0-9]*)\b[^<>]*>")
_INLINE = frozenset("a abbr b code del em i s strong sub sup u".split())
#: Besides those, what holds words and inline elements alone.
_ENDED = _INLINE | frozenset("p h1 h2 h3 h4 h5 h6".split())
_HOLLOW = re.compile(r"<(b|del|em|i|s|strong|sub|sup|u)>(\s*)</\1>")
_EMPTY = frozenset("br hr img".split())


def ended_before_blocks(html: str) -> str:
    """The sanitiser's output with inline elements, paragraphs and headings closed before a block; no word moves.

    HTML forbids blocks inside them (WHATWG HTML, 3.2.5.2.5); a browser opens inline elements anew behind each.
    """
    out: list[str] = []
    open_tags: list[str] = []
    at = 0
    for tag in _TAG.finditer(html):
        out.append(html[at : tag.start()])
        at = tag.end()
        name = tag["name"]
        if tag["end"]:
            if open_tags and open_tags[-1] == name:
                open_tags.pop()
                out.append(tag[0])
            # An end without its beginning belongs to an element that was closed before a block.
            continue
        if name not in _INLINE and name not in _EMPTY - {"hr"}:
            while open_tags and open_tags[-1] in _ENDED:
                out.append(f"</{open_tags.pop()}>")
        if name not in _EMPTY:
            open_tags.append(name)
        out.append(tag[0])
    # What holds nothing but a gap would stand between the items of a list.
    return _HOLLOW.sub(r"\2", "".join([*out, html[at:]]))
