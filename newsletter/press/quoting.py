"""Put a take between quotation marks without touching what its author typed. Pure.

The marks of the template differ from those inside: “ ” around straight ones and where there are none, straight
ones around “ ”. So a quotation within a take stays as typed and still reads right.
"""

from __future__ import annotations

import re

from newsletter.press import fences

_FIRST_WORDS = re.compile(r"(?:<(?:p|ul|ol|li|blockquote)(?: [^>]*)?>\s*)+(?!<)|<p>(?=<(?!img))")
_LAST_WORDS = re.compile(r"(?:\s*</(?:p|ul|ol|li|blockquote)>)+\s*\Z")
_NO_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>] ?|\d{1,9}[.)] |#{1,6} |\|)")
_BARE_ADDRESS = re.compile(r"(?<![<(\w/])https?://[^\s<>]+\Z")


def marks(text: str, *, typographic: bool) -> tuple[str, str]:
    """The marks to put around a text; `typographic` says which are meant where both would do."""
    if "“" in text or "”" in text:
        return '"', '"'
    if typographic or '"' in text:
        return "“", "”"
    return '"', '"'


def quoted_html(fragment: str, opening: str, closing: str, *, name: str) -> str:
    """Set `name`, which is HTML, and a colon before a fragment of `to_html`, and marks around its words.

    A fragment that begins or ends with a table or with code gets no marks: they would become part of it.
    """
    first, last = _FIRST_WORDS.match(fragment), _LAST_WORDS.search(fragment)
    if first is not None and last is not None:
        inside = fragment[first.end() : last.start()]
        fragment = f"{first[0]}{opening}{inside}{closing}{last[0]}"
    if fragment.startswith("<p>"):
        return f"<p>{name}: {fragment[3:]}"
    return f"<p>{name}:</p>\n{fragment}"


def quoted_markdown(text: str, opening: str, closing: str, *, name: str) -> str:
    """The same for normalised Markdown; `name` is Markdown."""
    words = text.strip("\n").rstrip()
    lines = list(fences.with_code(words.split("\n")))
    if lines[0][1] or _NO_PARAGRAPH.match(lines[0][0]):
        return f"{name}:\n\n{words}"
    if lines[-1][1] or lines[-1][0].startswith(("    ", "|")):
        return f"{name}: {words}"
    linked = _BARE_ADDRESS.sub(r"<\g<0>>", words)
    return f"{name}: {opening}{linked}{closing}"
