"""Which words of a Markdown text may become a link: not code, links, headings, addresses, tags. Pure."""

from __future__ import annotations

import re

from newsletter.press.prose import fences
from newsletter.press.prose.raw_html import SILENT

#: What stands where a sign was blanked.
BLANK = "\0"
#: What stands for the end of a line that no mention may run across.
EDGE = "\f"
#: Elements whose words are never linked, however deep they stand.
CLOSED = SILENT | frozenset("a abbr code pre kbd button h1 h2 h3 h4 h5 h6".split())

_TAG = re.compile(r"<(?:(?P<end>/)?(?P<name>[a-z][a-z0-9]*)(?:\s[^<>]*|/)?>|(?P<comment>!--)|[a-z][^\s<>]*>)", re.I)
#: A tag alone on its line makes raw HTML of the paragraph for readers of CommonMark (0.31, 4.6, 7).
_RAW = re.compile(r"^[ \t>]*</?[a-z][^<>\n]*>[ \t]*\n(?:[ \t]*[^\s].*(?:\n|\Z))*", re.M | re.I)
_ATX = re.compile(r"^(?:[ \t>]|[-*+] |\d{1,9}[.)] )*#{1,6}[ \t].*$", re.M)
_UNDERLINED = re.compile(r"^.+\n[ \t]*(?:=+|-{2,})[ \t]*$", re.M)
_DEFINITION = re.compile(r"^[ \t]*\[[^\]\n]+\]:.*$", re.M)
#: Whatever stands in square brackets within a paragraph, one pair inside another, with the address behind it.
_BRACKETS = re.compile(
    r"""\[(?:[^\[\]\n]|\n(?![ \t]*\n)|\[[^\[\]\n]*\])*+\]
        (?:\((?:[^()\n]|\([^()\n]*\))*+\)|[ ]?\[[^\[\]\n]*\])?""",
    re.X,
)
#: A fence that no line began with: readers differ on whether it opens a block of code, and where that ends.
_STRAY_FENCE = re.compile(r"(?:`{3}|~{3}).*", re.S)
#: From the line above a table's head to the next blank line: readers differ on which lines become rows.
_TABLE = re.compile(r"^(?:.*\n){0,2}?[ \t>]*\|?[ \t]*:?-+:?[ \t]*\|[-|: \t]*\n(?:[ \t]*[^\s].*(?:\n|\Z))*", re.M)
_ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>]*", re.I)


def open_prose(markdown: str) -> str:
    """The text with every sign blanked that must not become a link's; all others keep their places.

    The ends of lines in a table are `EDGE`.
    """
    # A code span may stand inside a link, so code goes first, and all else is looked for across it.
    text = fences.outside_code(markdown, str, code=_blank)
    text = _STRAY_FENCE.sub(lambda match: _blank(match[0]), text)
    if "<" in text:
        text = _without_elements(_RAW.sub(lambda match: _blank(match[0]), text))
    for sign, pattern in (("#", _ATX), ("\n", _UNDERLINED), ("[", _DEFINITION), ("[", _BRACKETS), ("", _ADDRESS)):
        if sign in text:
            text = pattern.sub(lambda match: _blank(match[0]), text)
    return _TABLE.sub(lambda match: match[0].replace("\n", EDGE), text) if "|" in text else text


def _blank(text: str) -> str:
    return BLANK * len(text)


def _without_elements(text: str) -> str:
    """Blank tags, comments, addresses in angle brackets, and the words of closed elements."""
    out, at = [], 0
    missing: set[str] = set()
    while (tag := _TAG.search(text, at)) is not None:
        end, name = tag.end(), (tag["name"] or "").lower()
        closing = "-->" if tag["comment"] else f"</{name}>" if name in CLOSED and not tag["end"] else ""
        if closing and closing not in missing:
            # Not in lower case: that may be longer.
            match = re.compile(re.escape(closing), re.I).search(text, end)
            found = match.start() if match else -1
            if found < 0 and not tag["comment"] and name not in SILENT:
                # An element that nobody closes holds all that follows.
                found = len(text)
            # What nobody closes is looked for once: a text of nothing but opened tags stays cheap.
            missing.update([closing] if found < 0 else [])
            end = max(end, found)
        out += [text[at : tag.start()], BLANK * (end - tag.start())]
        at = end
    return "".join([*out, text[at:]])
