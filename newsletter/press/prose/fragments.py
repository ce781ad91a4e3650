"""Take apart the sanitiser's HTML: its tags, its uppermost blocks, its words. Pure."""

from __future__ import annotations

import re
from html import unescape

#: A tag as the sanitiser writes it: quoted values may hold "<" and ">", text holds neither.
TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-z][a-z-]*(?:=\"[^\"]*\")?)*)\s*/?>")
_SIGN_IN_VALUE = re.compile(r'="[^"<>]*[<>]')
_TAG_WITH_VALUES = re.compile(r'<([a-z][a-z0-9]*(?:\s+[a-z][a-z:-]*="[^"]*")+\s*/?)>')
_VOID = frozenset({"br", "hr", "img", "wbr"})


def with_escaped_values(html: str) -> str:
    """HTML with no bare "<" or ">" inside the quotes of an attribute.

    HTML needs no escape there, and the inliner writes none; but a program that looks for comments of Outlook's kind
    would find one in the words of an image.
    """
    if not _SIGN_IN_VALUE.search(html):
        return html
    return _TAG_WITH_VALUES.sub(lambda tag: f"<{tag[1].replace('<', '&lt;').replace('>', '&gt;')}>", html)


def blocks(fragment: str) -> tuple[str, ...]:
    """The uppermost elements of a fragment in order, loose text between them as blocks of its own; none is empty."""
    cuts, depth = [0], 0
    for tag in TAG.finditer(fragment):
        if not tag["end"] and depth == 0:
            cuts.append(tag.start())
        if tag["name"] not in _VOID:
            depth += -1 if tag["end"] else 1
        if depth == 0:
            cuts.append(tag.end())
    parts = (fragment[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(fragment)], strict=True))
    return tuple(part for part in parts if part)


def depth(fragment: str) -> int:
    """How many elements stand inside each other at most."""
    most = now = 0
    for tag in TAG.finditer(fragment):
        if tag["name"] not in _VOID:
            now += -1 if tag["end"] else 1
            most = max(most, now)
    return most


def first_tag(block: str) -> str:
    """The name of the tag that a block begins with; "" for loose text."""
    found = TAG.match(block)
    return found["name"] if found else ""


def words_of(fragment: str) -> str:
    """What a fragment says, without tags, on one line; pictures by their alternative text."""

    def said(tag: re.Match[str]) -> str:
        alternative = re.search(r'\salt="([^"]*)"', tag["attributes"]) if tag["name"] == "img" else None
        return f" {alternative[1]} " if alternative else " "

    return " ".join(unescape(TAG.sub(said, fragment)).split())
