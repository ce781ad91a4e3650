"""Headlines that are one form filled in twice: the same said of two subjects, versions, parts or ends. Pure.

"Anthropic prepares IPO" and "OpenAI prepares IPO" share most of their words and are two stories all the same. What
fills the place tells: another beginning, another name, another number, the contrary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from newsletter.desk.vectors import clean_title, tokens

#: Two headlines are of one form if they share so much of the longer, in order, and one word at most is added
#: elsewhere. With .6 half as many forms again go unnoticed, with .4 no more are found.
_SHARED = 0.5
_ADDED = 1
#: A longer headline than this is no form, and would cost the square of its length.
_LONGEST = 40
_READ = 300
#: Variants of a product bear its name and number.
_VARIANTS = frozenset("mini nano lite flash pro max ultra plus turbo coder beta rc preview".split())
_CONTRARIES = tuple(
    tuple(pair.split("/"))
    for pair in """rais/cut add/remov join/leav rise/fall gain/lose win/lose jump/drop buy/sell pass/veto hire/fire
    start/stop profit/loss""".split()
)
_BEGINS = frozenset("launch unveil debut introduc releas ship start approv sign reveal open".split())
_ENDS = frozenset("recal withdraw suspend halt paus cancel discontinu scrap revok shut kill ban reject pull".split())
#: A number that names one of several: "Qwen 4", "part 2", "#340", "May 12"; not one that counts, as "up 5%".
_NUMBERED = re.compile(
    r"(?:\b[A-Z]\w*|#|\b(?:part|day|week|episode|beta|rc|v|round|season|chapter|vol|no)\.?)[ -]?"
    r"(\d+(?:\.\d+)*)(?![\d.,]*[%\d])"
)


def opposed(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one headline tells of a beginning and the other of an end, in stems."""

    def only(headline: Sequence[str], these: frozenset[str], those: frozenset[str]) -> bool:
        return not these.isdisjoint(headline) and those.isdisjoint(headline)

    return (only(one, _BEGINS, _ENDS) and only(other, _ENDS, _BEGINS)) or (
        only(one, _ENDS, _BEGINS) and only(other, _BEGINS, _ENDS)
    )


def one_form(title: str, stems: Sequence[str], other_title: str, other_stems: Sequence[str]) -> bool:
    """Whether two headlines say the same of two things; never for equal ones. `stems` are distinct, in order."""
    least = _SHARED * max(len(stems), len(other_stems))
    if max(len(stems), len(other_stems)) > _LONGEST or len(set(stems).intersection(other_stems)) < least:
        return False
    filled = _filled(stems, other_stems)
    if not filled or len(stems) - sum(len(its) for its, _ in filled) < least:
        return False
    if _without_variants(stems) == _without_variants(other_stems):
        return True
    if sum(len(its) + len(others) for its, others in filled if not (its and others)) > _ADDED:
        return False
    for its, others in filled:
        mine = [stem for stem in its if not _among(stem, other_stems)]
        theirs = [stem for stem in others if not _among(stem, stems)]
        if mine and theirs:
            if mine[0] == stems[0] and theirs[0] == other_stems[0]:
                return True
            if opposed(mine, theirs) or _contrary(mine, theirs):
                return True
            if any(
                not these.isdisjoint(mine) and not those.isdisjoint(theirs)
                for these, those in (
                    (_VARIANTS, _VARIANTS),
                    (_numbers(title), _numbers(other_title)),
                    (names(title), names(other_title)),
                )
            ):
                return True
    return False


@lru_cache(maxsize=4096)
def names(title: str) -> frozenset[str]:
    """Stems of the words that a headline writes with a capital, but for its first; none if it does so to all words."""
    later = [word.lstrip("'\"‘“(") for word in clean_title(title[:_READ]).split()[1:]]
    long = [word for word in later if len(word) > 4 and word[0].isalpha()]
    if sum(word[0].isupper() for word in long) > 0.8 * len(long):
        return frozenset()
    return frozenset(stem for word in later if any(map(str.isupper, word)) for stem in tokens(word))


@lru_cache(maxsize=4096)
def _numbers(title: str) -> frozenset[str]:
    return frozenset(stem for found in _NUMBERED.finditer(clean_title(title[:_READ])) for stem in tokens(found[1]))


def _without_variants(stems: Sequence[str]) -> list[str]:
    return [stem for stem in stems if stem not in _VARIANTS]


def _contrary(one: Sequence[str], other: Sequence[str]) -> bool:
    return any((x in one and y in other) or (y in one and x in other) for x, y in _CONTRARIES)


def _among(stem: str, headline: Sequence[str]) -> bool:
    """Whether a headline has the word, or one that it is part of, or that is part of it: "Postgres", "PostgreSQL"."""
    return any(
        stem == other or (len(stem) > 3 and stem in other) or (len(other) > 3 and other in stem) for other in headline
    )


def _filled(one: Sequence[str], other: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """Where two headlines differ, in order: what the one has there and what the other; either may be empty."""
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    most = min(len(one), len(other)) - start
    end = next((n for n in range(most) if one[-1 - n] != other[-1 - n]), most)
    return _between(one[start : len(one) - end], other[start : len(other) - end])


def _between(one: Sequence[str], other: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        row, below = longest[i], longest[i + 1]
        for j in range(len(other) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if one[i] == other[j] else max(below[j], row[j + 1])
    found: list[tuple[list[str], list[str]]] = []
    i = j = 0
    shared = True
    while i < len(one) or j < len(other):
        if i < len(one) and j < len(other) and one[i] == other[j]:
            i, j, shared = i + 1, j + 1, True
            continue
        if shared:
            found.append(([], []))
            shared = False
        if j == len(other) or (i < len(one) and longest[i + 1][j] >= longest[i][j + 1]):
            found[-1][0].append(one[i])
            i += 1
        else:
            found[-1][1].append(other[j])
            j += 1
    return found
