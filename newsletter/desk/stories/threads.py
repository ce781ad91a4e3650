"""Affairs that many stories are about: a large story, and those that are told around it. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from newsletter.desk.stories.forms import names
from newsletter.desk.stories.words import Words
from newsletter.desk.vectors import Vector, centroid, cosine

#: A story leads a thread if so many entries on so many sites tell it: a model's name on one forum is no affair. By the
#: threads of the labelled week and digest four entries to six move F by .01 and .03, three sites to five by nothing.
_ENTRIES = 5
_SITES = 4
#: A story belongs to a thread if it is this near the leading one (cosine of all their headlines): .2 finds more and
#: errs more (P .957 for .965), .28 the other way; without threads the week loses .026, the digest .016 …
_NEAR = 0.24
#: … and shares two of the words that two in five of the leading story's entries have, no numbers, one of them a name
#: that not every fourth story has, and a full name counting once (.3 to .5 is the same, as is every second story), …
_CORE = 0.4
_SHARED = 2
_OF_STORIES = 0.25
#: … in the days around it. Three days or five lose up to .016 on the digest.
_HOURS = 96.0


def threads(said: Sequence[Words], groups: Sequence[Sequence[int]]) -> dict[int, int]:
    """Number of a group → number of the group that leads its thread, its own if it leads; without those of no thread.

    The largest group leads, of equal ones the earlier. Every story of a thread is near a story that could lead
    one: nothing is chained by way of small stories.
    """
    affairs = _Affairs(said, groups)
    follows: dict[int, int] = {}
    for number in range(len(groups)):
        near = [(affairs.nearness(number, lead), -lead) for lead in affairs.leaders_of(number)]
        value, lead = max(near, default=(0.0, 0))
        if value >= _NEAR:
            follows[number] = -lead
    found = {number: _head(number, follows) for number in follows}
    return found | {lead: lead for lead in found.values()}


def _head(number: int, follows: dict[int, int]) -> int:
    while number in follows:
        number = follows[number]
    return number


class _Affairs:
    """The stories as their headlines tell them, and those large enough to lead."""

    def __init__(self, said: Sequence[Words], groups: Sequence[Sequence[int]]) -> None:
        self._said, self._groups = said, groups
        self._counts = [Counter([stem for i in group for stem in said[i].headline]) for group in groups]
        self._stories = Counter([stem for counts in self._counts for stem in counts])
        self._hours = [sum(said[i].hours for i in group) / len(group) for group in groups]
        self._vectors: dict[int, Vector] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._pairs: dict[int, frozenset[tuple[str, str]]] = {}
        self._leading: dict[str, list[int]] = {}
        for number, (group, counts) in enumerate(zip(groups, self._counts, strict=True)):
            if len(group) >= _ENTRIES and len({said[i].site for i in group}) >= _SITES:
                for stem in (stem for stem, n in counts.items() if n >= _CORE * len(group)):
                    self._leading.setdefault(stem, []).append(number)

    def leaders_of(self, number: int) -> list[int]:
        """Larger stories of the same days that share enough of their main words."""
        own = (len(self._groups[number]), -number)
        shared: dict[int, list[str]] = {}
        for stem in self._counts[number]:
            for lead in self._leading.get(stem, ()):
                shared.setdefault(lead, []).append(stem)
        return [
            lead
            for lead, stems in shared.items()
            if len(stems) >= _SHARED
            and (len(self._groups[lead]), -lead) > own
            and self._apart(number, lead) <= _HOURS
            and self._share_enough(number, lead, stems)
        ]

    def _share_enough(self, number: int, lead: int, stems: Sequence[str]) -> bool:
        """Whether these words, which both stories have, tell one affair: "cuts jobs" is many, "Sam Altman" a person."""
        words = [stem for stem in stems if not stem[0].isdigit()]
        named = self._names_of(lead).intersection(words)
        if len(words) < _SHARED or not any(self._stories[stem] <= _OF_STORIES * len(self._groups) for stem in named):
            return False
        full_names = {frozenset(pair) for pair in self._neighbours(number) & self._neighbours(lead) if named >= {*pair}}
        return len(words) - len(full_names) >= _SHARED

    def _names_of(self, number: int) -> frozenset[str]:
        """The words of a story that the headlines which show it write with a capital; of some it is not known."""
        if number not in self._names:
            named, shown = Counter[str](), Counter[str]()
            for i in self._groups[number]:
                if found := names(self._said[i].title):
                    later = self._said[i].headline[1:]
                    shown.update(later)
                    named.update(stem for stem in later if stem in found)
            self._names[number] = frozenset(s for s in self._counts[number] if 2 * named[s] >= shown[s])
        return self._names[number]

    def _neighbours(self, number: int) -> frozenset[tuple[str, str]]:
        if number not in self._pairs:
            self._pairs[number] = frozenset(
                pair for i in self._groups[number] for pair in pairwise(self._said[i].headline)
            )
        return self._pairs[number]

    def nearness(self, one: int, other: int) -> float:
        return cosine(self._vector(one), self._vector(other))

    def _apart(self, one: int, other: int) -> float:
        return abs(self._hours[one] - self._hours[other])

    def _vector(self, number: int) -> Vector:
        if number not in self._vectors:
            total = 1 + len(self._groups)
            counts, size = self._counts[number], len(self._groups[number])
            weights = {stem: n / size * math.log(total / self._stories[stem]) for stem, n in counts.items()}
            self._vectors[number] = centroid([weights])
        return self._vectors[number]
