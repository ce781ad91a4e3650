"""The line that mail programs show beside the subject, where the chief editor wrote none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsletter.text import clip, one_line

#: Signs; mail programs show 80 to 110 (what they leave over, they fill with the first words of the letter).
LENGTH = 110
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])?")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~~|`+)(?=\S)([^\n]{0,500}?\S)\1(?!\w)")
_ITEM = re.compile(r" *(?:[-*+•]|\d{1,9}[.)])(?: +|$)")
_MARK = re.compile(r" {0,3}(?:#{1,6}(?= |$)|>)+ *")
_NOTE = re.compile(r"\[\^[^\[\]\s]{1,80}\]:?")


def preheader_of(tldr: str, headlines: Iterable[str]) -> str:
    """The beginning of the TL;DR, which is Markdown, as bare words, or else of the headlines; "" without both.

    Items of a list, and headlines, are parted by a dot.
    """
    return clip(_words(tldr) or one_line(" · ".join(headlines)), LENGTH)


def _words(markdown: str) -> str:
    """What a reader reads of it: no marks, no addresses, no tags."""
    parts: list[str] = []
    for line in markdown.split("\n"):
        item = _ITEM.match(line)
        mark = item or _MARK.match(line)
        words = one_line(_unmarked(line[mark.end() :] if mark else line))
        if not any(map(str.isalnum, words)):
            continue
        if item or not parts:
            parts.append(words)
        else:
            parts[-1] += f" {words}"
    return " · ".join(parts)


def _unmarked(line: str) -> str:
    line = _TAG.sub("", _IMAGE_OR_LINK.sub(r"\1", _NOTE.sub("", line)))
    before = ""
    while line != before:
        before, line = line, _EMPHASIS.sub(r"\2", line)
    return line
