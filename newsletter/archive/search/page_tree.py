"""A page of ours as a tree of elements and texts, as much of it as reading needs. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

#: A piece of HTML (HTML Living Standard, 13.2.5): a comment, a tag, or text. Never looks twice at the same sign.
_PIECE = re.compile(
    r"<!--.*?-->"
    r"|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*+)(?P<attributes>(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|(?P<text>[^<]++|<)",
    re.S,
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
#: 13.1.2: elements without content, and those in which a "<" is text.
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_RAW = re.compile(r"<(script|style)\b[^>]*+>.*?</\1\s*>", re.S | re.I)
#: Deeper elements count as their elder's own text.
_DEEPEST = 100


@dataclass(slots=True, kw_only=True)
class Node:
    """An element: its name in lower case, the attributes that reading asks for, and what it holds."""

    tag: str
    id: str = ""
    classes: tuple[str, ...] = ()
    #: The id of the element that names it.
    labelled: str = ""
    #: Where a link leads; "" for all else.
    href: str = ""
    #: Kept from all readers, or from those who listen.
    hidden: bool = False
    #: Texts have their references resolved and their white space as it was.
    children: list[Node | str] = field(default_factory=list)


def tree(page: str, tag: str) -> Node | None:
    """The first element of that name with all that it holds; None if the page has none.

    Scripts and style sheets are left out. Tags that do not match close what stands open in them, as far as that goes.
    """
    start = re.search(rf"<{tag}\b", page, re.I)
    ends = [found.start() for found in re.finditer(rf"</{tag}\b", page, re.I)]
    if start is None or not ends or ends[-1] < start.end():
        return None
    above = [Node(tag="")]
    for piece in _PIECE.finditer(_RAW.sub("", page[start.start() : ends[-1]])):
        if (text := piece["text"]) is not None:
            above[-1].children.append(unescape(text) if "&" in text else text)
        elif (name := (piece["tag"] or "").lower()) and piece["end"]:
            _close(above, name)
        elif name:
            node = _node(name, piece["attributes"])
            above[-1].children.append(node)
            if name not in _VOID and len(above) < _DEEPEST:
                above.append(node)
    return next(child for child in above[0].children if isinstance(child, Node))


def _close(above: list[Node], name: str) -> None:
    for place in range(len(above) - 1, 1, -1):
        if above[place].tag == name:
            del above[place:]
            return


def _node(tag: str, attributes: str) -> Node:
    if not attributes:
        return Node(tag=tag)
    given = {found[0].lower(): unescape(found[1] or found[2] or found[3]) for found in _ATTRIBUTE.findall(attributes)}
    return Node(
        tag=tag,
        id=given.get("id", ""),
        classes=tuple(given.get("class", "").split()),
        labelled=given.get("aria-labelledby", ""),
        href=given.get("href", ""),
        hidden="hidden" in given or given.get("aria-hidden") == "true",
    )
