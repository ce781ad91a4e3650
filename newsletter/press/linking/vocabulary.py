"""Find the mentions of known terms in prose: whole words, the longest term first. Pure.

A word with two capitals or with a digit must stand as the term writes it (RAG is no rag); others may stand in any
case. The last word may be singular, plural or have an 's; blanks and hyphens between words are alike. Scripts
without blanks between words have no word's edge to look for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from newsletter.model.issue import TermLink

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_UNSPACED_SIGN = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(f"[^\\W_{_UNSPACED}]+|[{_UNSPACED}]")
#: Within a paragraph: one line break at most.
_GAP = re.compile(r"[-\u2010\u2011]|[ \t\u00a0]*(?:\n[ \t]*)?")
_OWNED = re.compile(r"['’]s(?!\w)")
#: What joins the word to something longer: an address, a mailbox, a compound, a piece of code, a link.
_NOT_BEFORE = frozenset("-\u2010\u2011/@#.&!]<~\\:=$%+\0")
_NOT_AFTER = frozenset("-\u2010\u2011/@#~\\=+&([\0")
#: Joins only where a word follows: "Node.js", but not the stop at the end of a sentence.
_NOT_AFTER_IF_WORD = frozenset(".:'’")


class Mention(NamedTuple):
    """Where a term stands in a text: from `start` up to, not including, `end`."""

    start: int
    end: int
    term: TermLink


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A term as it is looked for."""

    term: TermLink
    #: As the term writes them, and in lower case unless they must stand so.
    words: tuple[str, ...]
    exact: tuple[bool, ...]
    #: What must stand between the words, one less than those; "" for blanks and hyphens.
    gaps: tuple[str, ...]
    #: What must stand before the first word and after the last: ".NET", "C++".
    lead: str
    tail: str
    #: How the last word may stand.
    last: frozenset[str]

    def end(self, prose: str, first: re.Match[str]) -> int:
        """Where the mention ends whose first word this is; -1 if it is none."""
        start, at = first.start() - len(self.lead), first.end()
        if start < 0 or (self.lead and not prose.startswith(self.lead, start)) or not self._fits(0, first[0]):
            return -1
        for place, gap in enumerate(self.gaps, 1):
            at = at + len(gap) if gap and prose.startswith(gap, at) else -1 if gap else _past_gap(prose, at)
            word = _WORD.match(prose, at) if at >= 0 else None
            if word is None or not self._fits(place, word[0]):
                return -1
            at = word.end()
        if self.tail and not prose.startswith(self.tail, at):
            return -1
        at += len(self.tail)
        if (owned := _OWNED.match(prose, at)) is not None:
            at = owned.end()
        return at if _stands_alone(prose, start, at) else -1

    def _fits(self, place: int, word: str) -> bool:
        typed = word if self.exact[place] else word.lower()
        return typed in self.last if place == len(self.words) - 1 else typed == self.words[place]


class Vocabulary:
    """Terms, found by their first word; may be empty."""

    def __init__(self, terms: Iterable[TermLink]) -> None:
        self._by_word: dict[str, list[_Pattern]] = {}
        for term in sorted(terms, key=lambda term: (-len(term.term), term.term, term.link)):
            pattern = _pattern(term)
            if pattern is None:
                continue
            first = pattern.last if len(pattern.words) == 1 else (pattern.words[0],)
            for word in sorted({form.lower() for form in first}):
                self._by_word.setdefault(word, []).append(pattern)

    def __bool__(self) -> bool:
        return bool(self._by_word)

    def mentions(self, prose: str, *, blocked: Collection[int] = ()) -> Iterator[Mention]:
        """Every mention in order, none within another; none that starts at a place that is blocked."""
        if self._by_word.keys().isdisjoint(map(str.lower, _WORD.findall(prose))):
            return
        at = 0
        for word in _WORD.finditer(prose):
            if word.start() < at or (patterns := self._by_word.get(word[0].lower())) is None:
                continue
            for pattern in patterns:
                start = word.start() - len(pattern.lead)
                if start >= at and (end := pattern.end(prose, word)) >= 0:
                    at = end
                    if start not in blocked:
                        yield Mention(start=start, end=end, term=pattern.term)
                    break


def _pattern(term: TermLink) -> _Pattern | None:
    found = list(_WORD.finditer(term.term))
    if not found:
        return None
    exact = tuple(_stands_as_written(word[0]) for word in found)
    words = tuple(word[0] if so else word[0].lower() for word, so in zip(found, exact, strict=True))
    between = [term.term[a.end() : b.start()] for a, b in pairwise(found)]
    tail = term.term[found[-1].end() :].strip()
    return _Pattern(
        term=term,
        words=words,
        exact=exact,
        gaps=tuple("" if _GAP.fullmatch(gap) else gap for gap in between),
        lead=term.term[: found[0].start()].strip(),
        tail=tail,
        last=frozenset([words[-1]]) if tail else _numbers(words[-1]),
    )


def _stands_as_written(word: str) -> bool:
    return sum(map(str.isupper, word)) >= 2 or (any(map(str.isdigit, word)) and not word.isdigit())


def _numbers(word: str) -> frozenset[str]:
    """The word with its singular and its plurals, as far as spelling tells (English)."""
    if word.isdigit() or not word.isascii() or len(word) < 2:
        return frozenset([word])
    one = word
    if word.endswith("ies") and len(word) > 5:
        one = f"{word[:-3]}y"
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "ics")):
        one = word[:-1]
    forms = {word, one, f"{one}s", f"{one}es"}
    return frozenset(forms | ({f"{one[:-1]}ies"} if one.endswith("y") else set()))


def _past_gap(prose: str, at: int) -> int:
    gap = _GAP.match(prose, at)
    if gap is None:
        return -1
    if gap.end() > at or _is_unspaced(prose[at - 1 : at]) or _is_unspaced(prose[at : at + 1]):
        return gap.end()
    return -1


def _stands_alone(prose: str, start: int, end: int) -> bool:
    """Whether the words are not part of something longer; marks of emphasis are, where a word goes on behind them."""
    if prose[start - 1 : start].isspace() and prose[end : end + 1].isspace():
        return True
    before, after = prose[max(0, start - 8) : start].rstrip("_*"), prose[end : end + 8].lstrip("_*")
    left, right = before[-1:], after[:1]
    if left in _NOT_BEFORE or right in _NOT_AFTER:
        return False
    if right in _NOT_AFTER_IF_WORD and _is_word(after[1:2]):
        return False
    joined_left = _is_word(left) and not _is_unspaced(prose[start])
    return not joined_left and not (_is_word(right) and not _is_unspaced(prose[end - 1]))


def _is_word(sign: str) -> bool:
    """Whether the sign continues a word of a script that puts blanks between words."""
    return bool(sign) and not _is_unspaced(sign) and (sign.isalnum() or unicodedata.category(sign)[0] == "M")


def _is_unspaced(sign: str) -> bool:
    return bool(_UNSPACED_SIGN.match(sign))
