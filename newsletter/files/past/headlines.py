"""The lines of an old issue that name a story: a link, a heading, bold or plain words, an address alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from newsletter.files.past.sheet import (
    Line,
    TextLink,
    bold_line,
    first_link,
    heading_of,
    shape_of,
    with_markdown_links,
    without_emphasis,
    without_pictures,
    words_alone,
)
from newsletter.files.past.titles import read_day
from newsletter.files.past.voices import CLOSING
from newsletter.text import fold, one_line

#: Signs of a headline without its link; the longest that was ever printed had half of them.
_LONGEST = 320
#: Words before an address that are no headline: "For more".
_FEW = 3
_INLINE = re.compile(r"</?(?:em|i|b|strong|u|span|small|font)\b[^<>]*>", re.I)
_NUMBER = re.compile(r"^\(?\d{1,2}[.)]\s+")
_URL = re.compile(r"<?(https?://[^\s<>]+)>?[.,;]?", re.I)
_WORDS_URL = re.compile(r"(?P<words>\S.{2,300}?)\s*[-–—:|(,→>]*\s*<?(?P<url>https?://[^\s<>]+?)>?\)?\.?", re.I)
_SENTENCE_BREAK = re.compile(r"[^\W\d_]{4,}[.!?][\"”]? +[^\W\d_a-z]")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|vs|etc|No|Dr|Mr|Ms|Mrs))\.$")
#: Words of a link that name no story.
_POINTERS = frozenset(
    fold(words)
    for words in (
        "link", "source", "read more", "here", "read", "article", "more", "full story", "read the article", "url",
        "original", "via", "read full article", "details", "read on", "full article", "see more", "news",
    )
)  # fmt: skip
_OPENED_BY = {'"': '"', "”": "“„", "“": "„", "»": "«", "」": "「", "』": "『", "›": "‹"}
_META = re.compile(r"(?:source|via|from|published by|by)\s*[:：]\s*(?P<source>[^:]{1,80})", re.I)
_COVERED = re.compile(r"also covered (?:by|in|at)\s*[:：]?\s*(?P<who>.+)", re.I)


@dataclass(frozen=True, slots=True)
class Headline:
    """What names a story: its words, its address ("" if none), and the source and day printed behind it."""

    words: str
    link: str = ""
    source: str = ""
    published: date | None = None
    #: Whether the line can be nothing else, whatever stands around it.
    sure: bool = True


def headline_on(line: Line, defined: Mapping[str, tuple[Line, str]]) -> Headline | None:
    """The headline that a line is by its own look: one link, a heading, bold words. None for every other line."""
    if line.code:
        return None
    shape = shape_of(line.text)
    heading = heading_of(shape)[1]
    marked = heading or (bold_line(shape) if "](" not in shape else "")
    typed = with_markdown_links(without_pictures(_NUMBER.sub("", marked or shape, count=1)))
    link = first_link(typed, defined)
    if link is not None and (found := _linked(link, marked=bool(marked))) is not None:
        return found
    words = words_alone(typed) if marked and link is None else ""
    return Headline(words) if any(map(str.isalnum, words)) and len(words) <= _LONGEST else None


def _linked(link: TextLink, *, marked: bool) -> Headline | None:
    before, after = (_around(part) for part in (link.before, link.after))
    words = one_line(without_emphasis(_INLINE.sub("", link.words)))
    if not before and (not after or (len(after) <= 70 and _is_credit(link.after))):
        if fold(words) in _POINTERS or not any(map(str.isalnum, words)):
            return None
        source, day = _credit(after)
        return Headline(words, link.to, source, day)
    named = one_line(words_alone(link.before.rstrip(" (-–—:|[→>*_"))) if before else ""
    if not named or len(named) > _LONGEST or after:
        return None
    if fold(words) in _POINTERS:
        return Headline(named, link.to, sure=marked)
    in_brackets = link.before.rstrip(" *_").endswith(("(", "["))
    behind_dash = link.before.rstrip(" *_").endswith(("-", "–", "—", "|"))
    if (in_brackets or behind_dash) and len(words) <= 60:
        return Headline(named, link.to, source=words, sure=marked)
    return Headline(one_line(f"{named} {words}"), link.to) if marked else None


def _around(text: str) -> str:
    """What can be read of the text around a link; "" for icons, emphasis and brackets."""
    kept = words_alone(text.strip(" *_"))
    return kept if any(map(str.isalnum, kept)) else ""


def _is_credit(after: str) -> bool:
    text = after.strip(" *_")
    return text[:1] in "(-–—|[·,•" or text.lower().startswith(("by ", "via ", "from "))


def _credit(typed: str) -> tuple[str, date | None]:
    """The source and the day in what stands behind a headline."""
    if not typed:
        return "", None
    day = read_day(typed)
    text = re.sub(r"^(?:by|via|from)\s+", "", typed.strip(" ()[]-–—|·,•*_"), flags=re.I)
    if day is not None:
        parts = [part.strip() for part in re.split(r"[,·|•]|\s[-–—]\s", text)]
        kept = [part for part in parts if part and read_day(part) is None and not _is_part_of_day(part)]
        text = kept[0] if kept else ""
    return text, day


def _is_part_of_day(part: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?|\d{1,2} [^\W\d_]{3,9}", part))


def address_on(line: Line) -> str:
    """The address that a line consists of, or that its only words point at ("Read more"); "" for every other line."""
    if line.code:
        return ""
    shape = with_markdown_links(shape_of(line.text))
    if (match := _URL.fullmatch(without_emphasis(shape))) is not None:
        return match[1].replace("&amp;", "&")
    link = first_link(shape)
    if link is None or _around(link.after) or fold(_around(link.before)) not in ("", *_POINTERS):
        return ""
    words = link.words.strip()
    return link.to if fold(words) in _POINTERS or _URL.fullmatch(words) else ""


def plain_headline(line: Line) -> Headline | None:
    """The headline that a line may be if a take follows: plain words, or words and their address."""
    shape = "" if line.code else shape_of(line.text)
    if not shape or len(shape) > 2000:
        return None
    shape = without_pictures(_NUMBER.sub("", shape, count=1))
    if (match := _WORDS_URL.fullmatch(shape[:1800])) is not None and "](" not in shape:
        words = words_alone(match["words"].rstrip(" -–—:|(,→>"))
        return Headline(words, match["url"].replace("&amp;", "&"), sure=False) if looks_named(words) else None
    words = words_alone(shape)
    return Headline(words, sure=False) if looks_named(words) else None


def address_style(line: Line) -> str:
    """How a line joins words and their address, "1 (" for `1. Words (https://…)`; "" if it does not."""
    shape = "" if line.code else shape_of(line.text[:2000])
    match = _WORDS_URL.fullmatch(without_pictures(shape))
    if match is None or "](" in shape or len(match["words"].split()) < _FEW:
        return ""
    number = re.match(r"\s*\(?\d{1,2}[.)]\s", line.text) is not None
    joint = shape[match.end("words") : match.start("url")].strip(" <") or " "
    return f"{'1' if number else '-'} {joint}"


def looks_named(words: str) -> bool:
    """Whether plain words look like a headline: one line, no full stop at its end, no quotation left open."""
    if not any(map(str.isalnum, words)) or len(words) > _LONGEST or words.endswith((":", ",", ";", "：")):
        return False
    if words.endswith((".", "。")) and not words.endswith("...") and not _ABBREVIATED.search(words):
        return False
    if words[-1] in "*_" and words[0] not in "*_":
        return False
    if words.endswith((".”", '."', ".“", ".»", "。」")) and not words[:-1].endswith("..."):
        return False
    if words[-1] in _OPENED_BY and _is_unopened(words, words[-1]):
        return False
    if words[0] in CLOSING and words[0] not in "'’" and not any(sign in CLOSING[words[0]] for sign in words[1:]):
        return False
    return not _SENTENCE_BREAK.search(words)


def _is_unopened(words: str, mark: str) -> bool:
    """Whether the mark closes a quotation that began above."""
    if mark == '"':
        return bool(words.count(mark) % 2)
    return words.count(mark) > sum(words.count(sign) for sign in _OPENED_BY[mark])


def credit_on(line: Line) -> tuple[str, date | None] | None:
    """Source and day on a line of their own below a headline: "Cloud Ledger · 31 May 2024", "Source: Byteline"."""
    text = words_alone(shape_of(line.text)) if len(line.text) <= 400 and not line.code else ""
    if not text or len(text) > 110:
        return None
    if (match := _META.fullmatch(text)) is not None:
        return _credit(match["source"])
    day = read_day(text)
    if day is not None and len(text.split()) <= 10 and not text.endswith((".", "!", "?")):
        return _credit(text)
    return None


def covered_on(line: Line) -> tuple[tuple[str, str], ...]:
    """Who else covered a story: name and address ("" if none) of each; empty if the line does not say that."""
    if line.code or len(line.text) > 4000 or _COVERED.match(words_alone(shape_of(line.text[:60]))) is None:
        return ()
    rest = re.split(r"also covered (?:by|in|at)\s*[:：]?", shape_of(line.text), maxsplit=1, flags=re.I)[-1]
    found = []
    for part in re.split(r",\s+(?![^\[]*\])|\s+and\s+(?![^\[]*\])", rest.strip(" *_."))[:40]:
        link = first_link(part)
        name = words_alone(link.words if link else part)
        if name:
            found.append((name, link.to if link else ""))
    return tuple(found)
