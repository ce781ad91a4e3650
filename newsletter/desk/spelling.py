"""Words that are spelt almost like a typed one, found through the pairs of letters they share. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher

#: Only so many words are compared letter by letter: those that share most pairs.
_COMPARED = 24


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


def _pairs(word: str) -> frozenset[str]:
    edged = f"^{word}$"
    return frozenset(edged[at : at + 2] for at in range(len(edged) - 1))
