"""The line that names a story: an id, an address, a Markdown link, or words of its headline. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.files.markup import quote_is_open, unquoted
from newsletter.links import looks_like_address

_HEADING = re.compile(r" {0,3}(#{1,3})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_ID = re.compile(r"#[^\W_][\w-]*")
#: A link that is the whole line, but for an icon before it and emphasis around it.
_LINK_LINE = re.compile(r"[\W_]*?\[(?P<words>[^\]]+)\]\(\s*<?(?P<to>[^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)[*_]*\s*")
_BLOCK_START = re.compile(r"\s*(?:[-*+>|•]\s|\d+[.)]\s|```|~~~|!\[|\||<[a-zA-Z]|\*\*[^*]+:\*\*\s+\S)")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|vs|etc|No|Dr|Mr|Ms|Mrs))\.$")
_SENTENCE_BREAK = re.compile(r"[^\W\d_]{4,}\. +[^\W\d_a-z]")
#: What stands behind a sentence's end: marks that close a quotation, a note's number, a reference.
_BEHIND = re.compile(r"(?:\s*[\"”“»]|\[\^?\w{1,9}\])+$")
#: Signs; no headline that was ever printed comes near.
_LONGEST_HEADLINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRef:
    """What names a story, and where that stands (from 1; 0 if nothing does)."""

    typed: str = ""
    line: int = 0
    #: The words beside an address; "" if none.
    headline: str = ""


def named_by(typed: str, line: int) -> StoryRef:
    """Read a line that names a story, heading marks off; a link's words serve as the headline."""
    heading = _HEADING.fullmatch(typed)
    words = heading[2] if heading and heading[2] else typed.strip()
    inside = unquoted(words)
    if inside != words and (_ID.fullmatch(inside) or looks_like_address(inside)):
        words = inside
    if address := address_on(words):
        return StoryRef(typed=address, line=line)
    link = _LINK_LINE.fullmatch(words)
    if link is not None and looks_like_address(link["to"]):
        return StoryRef(typed=_as_followed(link["to"]), line=line, headline=_bare(link["words"]))
    return StoryRef(typed=_bare(words), line=line)


def first_line_ref(lines: Sequence[str], first: int) -> StoryRef:
    """What the first line of a minimal take names; nothing if it is the take's own first words."""
    line = lines[first].strip()
    bare = unquoted(line)
    if _ID.fullmatch(bare) or address_on(bare) or is_link_line(line):
        return named_by(line, first + 1)
    below = first_filled(lines, first + 1)
    if below < len(lines) and below > first + 1 and _is_headline(line):
        return named_by(line, first + 1)
    return StoryRef()


def heading_level(line: str) -> int:
    """1 to 3 for a heading with words; 0 for any other line."""
    match = _HEADING.fullmatch(line)
    return len(match[1]) if match and match[2] else 0


def is_link_line(line: str) -> bool:
    """Whether the line is one Markdown link to an address, and nothing else that can be read."""
    link = _LINK_LINE.fullmatch(line.strip())
    return link is not None and "!" not in line[: link.start("words")] and looks_like_address(link["to"])


def address_on(line: str) -> str:
    """The address that a line consists of, without angle brackets; "" if it does not."""
    bare = line.strip()
    bare = bare[1:-1].strip() if bare.startswith("<") and bare.endswith(">") else bare
    return _as_followed(bare) if looks_like_address(bare) else ""


def first_filled(lines: Sequence[str], start: int, end: int | None = None) -> int:
    """The index of the first line with words on it; `end` (or the number of lines) if there is none."""
    stop = len(lines) if end is None else end
    return next((i for i in range(start, stop) if lines[i].strip()), stop)


def _is_headline(line: str) -> bool:
    if len(line) > _LONGEST_HEADLINE or line.endswith((":", ",", ";")) or _BLOCK_START.match(line):
        return False
    ended = _BEHIND.sub("", line)
    if ended.endswith((".", "。")) and not _ABBREVIATED.search(ended):
        return False
    if not any(map(str.isalnum, line)):
        return False
    return not _leaves_quote_open(line) and not _SENTENCE_BREAK.search(line)


def _leaves_quote_open(line: str) -> bool:
    """Whether the line begins with a quotation mark and no second one follows in it."""
    return quote_is_open(line) and not any(mark in line[1:] for mark in '"”“»」』')


def _as_followed(address: str) -> str:
    """The address as a browser would follow it, where it was copied from a page's source."""
    return address.replace("&amp;", "&")


def _bare(typed: str) -> str:
    """A headline without the emphasis around the whole of it."""
    text = typed.strip()
    for mark in ("**", "__", "*", "_"):
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark) and text.count(mark) == 2:
            text = text[len(mark) : -len(mark)].strip()
    return text
