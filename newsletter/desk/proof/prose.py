"""What of a Markdown text is words: code, addresses and tags blanked, every sign at its place. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from newsletter.text import count_words

_FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,})(?P<word>.*)")
_SPAN = re.compile(r"(?<!`)(`{1,8})(?!`)(?:(?!\n[ \t]*\n).){0,2000}?(?<!`)\1(?!`)", re.S)
_ITEM = re.compile(r" *(?:[-*+]|\d{1,9}[.)]) ")
#: What stands behind the words of a link or an image.
_TARGET = re.compile(r"(?<=\])\((?:[^()\n]|\([^()\n]*\))*\)|^ {0,3}\[[^\]\n]+\]:[ \t]*\S+[^\n]*$", re.M)
_BARE = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>]+", re.I)
_MAILBOX = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
_TAG = re.compile(r"<[a-zA-Z/!][^<>\n]*>")
_LINK = re.compile(r"!?\[[^\[\]\n]{0,400}\]\((?:[^()\n]|\([^()\n]*\))*\)")
_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")
_WORD = re.compile(r"[^\W_]+")
_NEW_ITEM = re.compile(r"^(?=[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])", re.M)


@lru_cache(maxsize=512)
def without_code(text: str) -> str:
    """The text with fenced, indented and inline code blanked; line ends stay, so that every sign keeps its place.

    A fence that nobody closes holds all that follows.
    """
    if "`" not in text and "~~~" not in text and "    " not in text:
        return text
    out: list[str] = []
    fence = ""
    in_list, after_blank = False, True
    for line in text.split("\n"):
        opening = None if fence else _FENCE.fullmatch(line)
        if fence:
            out.append(" " * len(line))
            closing = line.strip()
            fence = "" if len(closing) >= len(fence) and not closing.strip(fence[0]) else fence
        elif opening is not None and not (opening["mark"][0] == "`" and "`" in opening["word"]):
            fence = opening["mark"]
            out.append(" " * len(line))
        elif line.startswith("    ") and after_blank and not in_list:
            out.append(" " * len(line))
            continue
        else:
            out.append(line)
            in_list = bool(_ITEM.match(line)) or (in_list and (line.startswith(" ") or not line.strip()))
        after_blank = not line.strip()
    plain = "\n".join(out)
    return _SPAN.sub(_blank, plain) if "`" in plain else plain


@lru_cache(maxsize=512)
def without_addresses(text: str) -> str:
    """The same without addresses too: the words of links stay, and so do tags."""
    plain = without_code(text)
    # Looking for one sign is a hundred times cheaper than looking for all these forms.
    if "]" in plain:
        plain = _TARGET.sub(_between, plain)
    if ":" in plain or "www." in plain.lower():
        plain = _BARE.sub(_blank, plain)
    return _MAILBOX.sub(_blank, plain) if "@" in plain else plain


@lru_cache(maxsize=512)
def words_alone(text: str) -> str:
    """What a reader reads: no code, no address, no tag."""
    plain = without_addresses(text)
    return _TAG.sub(_blank, plain) if "<" in plain else plain


@lru_cache(maxsize=512)
def reading_words(text: str) -> int:
    """How many words a reader reads of a Markdown text."""
    plain = words_alone(text)
    # Most texts are in English, and most checks count: without other scripts there is less to look at.
    return len(_WORD.findall(plain.replace("'", ""))) if plain.isascii() else count_words(plain)


def outside_links(text: str) -> str:
    """What a reader reads and the author worded: the words of links, often other people's titles, blanked as well."""
    return words_alone(_LINK.sub(_blank, without_code(text))) if "](" in text else words_alone(text)


def paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    """Where each paragraph and each item of a list begins and ends."""
    found: list[tuple[int, int]] = []
    for match in _PARAGRAPH.finditer(text):
        cuts = [match.start(), *(m.start() for m in _NEW_ITEM.finditer(text, match.start() + 1, match.end()))]
        found.extend(zip(cuts, [*cuts[1:], match.end()], strict=True))
    return tuple(found)


def _between(match: re.Match[str]) -> str:
    """The brackets of an address stay: they tell a link's words from words in brackets."""
    return f"({_blank(match)[1:-1]})" if match[0][0] == "(" else _blank(match)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
