"""Words that are spelt almost like a typed one, found through the pairs of letters they share; slips. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher

#: Only so many words are compared letter by letter: those that share most pairs.
_COMPARED = 24
#: In a shorter word another letter makes another word: Iran is not Iraq.
_REPLACED = 5
#: So is one more letter behind a shorter word than this, unless it doubles the last: "ap" for "app".
_SHORTEST = 3


class Spellings:
    """Known words, ready to be asked which of them somebody may have meant."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))
        self._with_pair: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._known):
            for pair in _pairs(word):
                self._with_pair[pair].append(place)

    def near(self, word: str, ratio: float) -> tuple[str, ...]:
        """Other known words whose letters agree by `ratio` (0 to 1) or more, best first, ties by name; may be empty."""
        pairs = _pairs(word)
        shared: Counter[int] = Counter()
        for pair in pairs:
            shared.update(self._with_pair.get(pair, ()))
        # One exchange of neighbours costs three pairs: of a short word, half of those it has.
        least = max(1, round(len(pairs) * (ratio - 0.3)))
        promising = [(-count, place) for place, count in shared.items() if count >= least]
        if len(promising) > _COMPARED:
            promising = sorted(promising)[:_COMPARED]
        matcher = SequenceMatcher(None, "", word, autojunk=False)
        found = []
        for _, place in promising:
            other = self._known[place]
            matcher.set_seq1(other)
            if other != word and matcher.real_quick_ratio() >= ratio and (value := matcher.ratio()) >= ratio:
                found.append((-value, other))
        return tuple(other for _, other in sorted(found))


def is_slip(typed: str, meant: str) -> bool:
    """Whether a hand that meant the one word may have typed the other: by one letter, or the same in another order.

    Never where a digit stands, nor where the words begin with different letters, unless these are exchanged.
    """
    short, long = sorted((typed, meant), key=len)
    if typed == meant or not short or any(map(str.isdigit, short + long)):
        return False
    if len(short) < _SHORTEST:
        return long == short + short[-1]
    if typed[0] != meant[0] and typed[:2] != meant[1::-1]:
        return False
    if sorted(typed) == sorted(meant):
        return True
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return short[at:] == long[at + 1 :]
    return len(short) >= _REPLACED and typed[at + 1 :] == meant[at + 1 :]


def _pairs(word: str) -> frozenset[str]:
    edged = f"^{word}$"
    return frozenset(edged[at : at + 2] for at in range(len(edged) - 1))
