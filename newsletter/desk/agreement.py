"""What must agree before words alone put a take under a story: its subject, enough words, every number. Pure.

Two headlines may be alike in all but the one word that makes them two stories: another company, another version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from newsletter.desk.title_index import stems_of, titles_of
from newsletter.model.news import Story

_ENOUGH_SHARED = 3
#: Two words that stand in one title only must make up so much of it: a fifth, for this is a cosine.
_FIFTH = 0.45
#: Of so few words none may be unknown to the story, unless the others make up so much of a headline, as a cosine.
_FEW = 4
_GOOD_PART = 0.4
#: A name that makes up so much of a reference says which story is meant.
_TELLING_NAME = 0.2
#: A number with the letters that belong to it: "5.1.2", "4o", "v2", "1,200".
_NUMBER = re.compile(r"[a-z]*\d[a-z\d]*(?:[.,]\d[a-z\d]*)*")
_SUM = re.compile(r"(?<=\d) ?(billion|bn|million|mn|trillion|tn|thousand)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIRST_SIGN = re.compile(r"[^\W_]")
_ENDS = (".", ":", "!", "?", "…")
#: Who said it: "(The Wire)", " - The Daily".
_CREDIT = re.compile(r"\s\([^()]{1,60}\)$|\s[-–—|]\s[^-–—|]{1,40}$")


def same_subject(text: str, stems: Sequence[str], held: Sequence[frozenset[str]]) -> bool:
    """Whether the story knows the first word typed: "Intel cuts jobs" is not "Cisco cuts jobs", however it goes on."""
    known = {stem for title in held for stem in title}
    first_word = next(filter(None, map(stems_of, text.split())), ())
    return not known.isdisjoint((stems[0], *first_word)) or stems[0][0].isdigit()


def shares_enough(typed: frozenset[str], held: Sequence[frozenset[str]], cosine: float) -> bool:
    """Whether one title holds three of the typed words, or all if they are fewer; small numbers prove nothing.

    "Gemini 1.5 on stage" is not the one story of the week that has Gemini 1.5 in its headline. One word must stand in
    half of the titles, and in two: what a story is about does, what somebody happened to mention does not. Two words
    must, or make up a fifth of a headline.
    """
    words = frozenset(stem for stem in typed if not _proves_nothing(stem))
    most = max(len(words & title) for title in held)
    if not words or most < min(_ENOUGH_SHARED, len(words)):
        return False
    if len(words) > 2:
        # Of a few words the one that the story has not is the news: "Codex gets an image model".
        return len(typed) > _FEW or cosine >= _GOOD_PART or typed <= frozenset().union(*held)
    everywhere = sum(1 for title in held if typed <= title)
    return everywhere >= max(2, len(held) / 2) or (everywhere > 0 and len(typed) > 1 and cosine >= _FIFTH)


def other_name(text: str, told: AbstractSet[str], worth: Callable[[str], float]) -> bool:
    """Whether a name in the reference is none of the story's: "Meta plans an Android app" is not its app for the Mac.

    `told` are the typed stems that the story has. Only in a sentence do capitals tell a name, not in a headline that
    is written in them throughout; and somebody's first name says no more than the story's second. A credit
    at the end is no part of it.
    """
    words = list(_sentence(_CREDIT.sub("", text)))
    if not any(stems and not is_name and not starts for stems, is_name, starts in words):
        return False
    whole = sum(worth(stem) for stem in sorted({stem for stems, *_ in words for stem in stems}))
    named: set[str] = set()
    for stems, is_name, starts in (*words, (frozenset[str](), False, False)):
        if is_name and (named or not starts):
            named |= stems
        elif named:
            if told.isdisjoint(named) and sum(map(worth, sorted(named))) >= _TELLING_NAME * whole:
                return True
            named = set()
    return False


def _sentence(text: str) -> Iterator[tuple[frozenset[str], bool, bool]]:
    """Of each word its stems, whether it is written as a name, and whether it begins a sentence."""
    starts = True
    for word in text.split():
        first = _FIRST_SIGN.search(word)
        yield frozenset(stems_of(word)), first is not None and first[0].isupper(), starts
        starts = word.endswith(_ENDS)


def _proves_nothing(stem: str) -> bool:
    return stem[0].isdigit() and (sum(map(str.isdigit, stem)) < 3 or _YEAR.fullmatch(stem) is not None)


def cuts_number(text: str, story: Story) -> bool:
    """Whether a beginning ends inside a number: "model 4" begins no story of a "model 4o"."""
    typed = _numbers(text)
    return all(_numbers(title)[: len(typed)] != typed for title in titles_of(story))


def other_number(text: str, story: Story) -> bool:
    """Whether the reference has a number where the story has others: version 5.1 is not 5.2, nor 4,000 jobs 6,000."""
    told = {number for title in titles_of(story) for number in _numbers(title)}
    return bool(told) and not told.issuperset(_numbers(text))


def _numbers(text: str) -> list[str]:
    """The numbers in order: "1,200" as 1200, "v2" as 2, "3 billion" and "3bn" as 3b."""
    plain = _SUM.sub(lambda found: found[1][0], text.casefold())
    return [number.replace(",", "").removeprefix("v") for number in _NUMBER.findall(plain)]
