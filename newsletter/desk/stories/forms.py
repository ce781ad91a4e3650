"""Headlines that are one form filled in twice: the same said of two subjects, versions, parts or ends. Pure.

"Anthropic prepares IPO" and "OpenAI prepares IPO" share most of their words and are two stories all the same. What
fills the place tells: another beginning, another name, another number, the contrary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from newsletter.desk.vectors import POINT, clean_title, tokens

#: Two headlines are of one form if they share so much of the longer, in order, and one word at most is added
#: elsewhere. Of a hundred made pairs of two stories 14 are joined; with .6 it is 21, with .4 13; 16 if
#: none is added. The labelled weeks are the same with all of them.
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
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".replace(" ", "|")
_SHARE = r"\s*(?:%|(?i:percent|per cent|pct)\b)"
#: A number that names one of several: "Qwen 4", "iPhone 17", "part 2", "#340", "0.131.2"; not one that counts: "up 5%".
_NUMBERED = re.compile(
    r"(?:\b[a-z]{0,8}[A-Z]\w*|#|\b(?:part|day|week|episode|beta|rc|v|round|season|chapter|vol|no)\.?)[ -]?"
    rf"(\d+(?:\.\d+)*)(?![\d.,]*\d|[.,]?{_SHARE})|(?<![\w.])(\d+(?:\.\d+){{2,}})(?![\w.]*\w)"
)
#: "Opus 4": where all words have a capital, the number still tells which is a name.
_CALLED = re.compile(r"\b([A-Z]\w{2,}) \d+(?:\.\d+)*(?=\s*$|[:;,.!?)]| (?i:is|now|has|can|gets)\b)")
#: So does one letter with a capital: "Series B" and "Series C", C and C++; no article, nobody's initial.
_LETTER = re.compile(r"(?<![\w'’.])([B-HJ-Z](?:#|\+\+)?)(?![\w'’.])")
#: A number that is part of a name, as a stem: "o3", "v4", "4o", "3nm".
_CODE = re.compile(rf"[a-z]+(\d+(?:{POINT}\d+)*)[a-z]*|(\d+(?:{POINT}\d+)*)(?!(?:[bmts]|am|pm|st|nd|rd|th)$)[a-z]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: A number that counts or sums up, as a stem; no year.
_COUNT = re.compile(rf"(?!{_YEAR.pattern}$)(\d{{1,15}})(?:{POINT}(\d{{1,15}}))?([bmt]?)")
_UNITS = {"": 1, "m": 10**6, "b": 10**9, "t": 10**12}
#: Shares, dates and hours change from one telling to the next.
_CHANGING = re.compile(rf"(\d[\d.,]*)(?:{_SHARE}|(?:st|nd|rd|th)? (?:{_MONTHS})[a-z]*\b|\s?[ap]\.?m\b)", re.I)
#: So do the counts of those that a disaster struck.
_TOLLS = frozenset(
    "casualti dead death die earthquak evacu hurt injur kill magnitud miss quak toll victim wound".split()
)
#: Counts that differ by no more than an eighth are one count, rounded: $1.2B and $1.25B; 600 and 700 million are two.
#: Of the pairs that people judged alike in other sets none becomes a form by its numbers, of the others six do.
_ROUNDED = 7 / 8
_CURRENCIES = frozenset("$€£¥₹")


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
    # "GPT5" and "GPT-5" are one name.
    filled = [(its, others) for its, others in _filled(stems, other_stems) if "".join(its) != "".join(others)]
    if not filled or len(stems) - sum(len(its) for its, _ in filled) < least:
        return False
    if _without_variants(stems) == _without_variants(other_stems):
        return True
    if _other_counts(title, other_title, filled) and _TOLLS.isdisjoint((*stems, *other_stems)):
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
            its_numbers, others_numbers = _numbers(title, mine), _numbers(other_title, theirs)
            if its_numbers and others_numbers and its_numbers.isdisjoint(others_numbers):
                return True
            if any(
                not these.isdisjoint(mine) and not those.isdisjoint(theirs)
                for these, those in (
                    (_VARIANTS, _VARIANTS),
                    (names(title), names(other_title)),
                    (_called(title), _called(other_title)),
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
    return frozenset(
        stem for word in later if any(map(str.isupper, word)) for stem in tokens(word) if not stem[0].isdigit()
    )


@lru_cache(maxsize=4096)
def _called(title: str) -> frozenset[str]:
    told = clean_title(title[:_READ])
    return frozenset(stem for kind in (_CALLED, _LETTER) for found in kind.finditer(told) for stem in tokens(found[1]))


def _numbers(title: str, stems: Sequence[str]) -> frozenset[str]:
    """The numbers of the names among these stems, without the name: "4" of "Qwen 4" and of "qwen4"."""
    coded = [found[1] or found[2] for stem in stems if (found := _CODE.fullmatch(stem))]
    return frozenset([*coded, *_numbered(title).intersection(stems)])


@lru_cache(maxsize=4096)
def _numbered(title: str) -> frozenset[str]:
    told = tokens(clean_title(title[:_READ]))
    struck = {a for pair in pairwise(told) for a, b in (pair, pair[::-1]) if b in _TOLLS}
    found = _NUMBERED.finditer(clean_title(title[:_READ]))
    return frozenset(
        s for number in found for s in tokens(number[1] or number[2]) if s not in struck and not _YEAR.fullmatch(s)
    )


def _other_counts(title: str, other_title: str, filled: Sequence[tuple[list[str], list[str]]]) -> bool:
    """Whether all that differs is a count, and by more than rounding explains; not where money is told in another."""
    if sum(_count(stem) is None for its, others in filled for stem in (*its, *others)) > _ADDED:
        return False
    its_money, others_money = _CURRENCIES.intersection(title), _CURRENCIES.intersection(other_title)
    if its_money and others_money and its_money != others_money:
        return False
    changing = _changing(title) | _changing(other_title)
    for its, others in filled:
        one, other = ([n for s in side if s not in changing and (n := _count(s))] for side in (its, others))
        if one and other and all(min(a, b) < _ROUNDED * max(a, b) for a in one for b in other):
            return True
    return False


@lru_cache(maxsize=4096)
def _changing(title: str) -> frozenset[str]:
    return frozenset(stem for found in _CHANGING.finditer(title[:_READ]) for stem in tokens(found[1]))


def _count(stem: str) -> float | None:
    if not (found := _COUNT.fullmatch(stem)):
        return None
    return float(f"{found[1]}.{found[2] or 0}") * _UNITS[found[3]]


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
