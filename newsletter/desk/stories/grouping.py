"""Join entries that are alike into stories: the likest first, guarded against chains. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from newsletter.desk.stories.forms import one_form
from newsletter.desk.stories.likeness import ONE_SITE, Weighed, alike, likeness, nearness, weigh
from newsletter.desk.stories.words import Words
from newsletter.desk.vectors import cosine

#: Pairs this much alike are one story. From .28 to .34 multi-B³ F moves by .02 on the labelled week (.873 here, at
#: P .965) and on the digest (.869), by .007 on events of another labelled set: less finds more and errs more.
ENOUGH = 0.31
#: Pairs below are not worth an editor's look.
NEARLY = 0.25
#: Two groups join if their mean likeness is so much of what a pair needs; less lets chains grow, from .5 to .7 F moves
#: by .01; .5 makes P fall from .79 to .74 on the labelled events.
_GUARD = 0.65
#: A feed tells one thing on so many pages of its site at most; else a short name ("The Heron App") would draw in all
#: that its maker's log says of it. Without it the digest loses .006, the week nothing; with 2 they lose .010 and .001.
_TELLINGS = 3
#: A headline that so many groups bear is a rubric ("Weekly digest"), which says nothing of likeness.
_RUBRIC = 20


@dataclass(frozen=True, slots=True)
class Joined:
    """Places in groups, and pairs of them that are nearly alike in two groups."""

    groups: list[list[int]]
    #: (place, place, likeness), the likest first.
    nearly: list[tuple[int, int, float]]
    weighed: Weighed


def join_alike(
    said: Sequence[Words], groups: Sequence[Sequence[int]], history: Mapping[str, int], older: int
) -> Joined:
    """Join groups of places by the likeness of their words.

    Twice: what is one story is known only after the first time, and a word that twelve entries of one story use is
    rarer than a word of twelve stories. Places must be in the order of the entries.
    """
    start = [list(group) for group in groups]
    weighed = weigh(said, start, history, older)
    found = list(alike(weighed, _representatives(said, start)))
    rivals = _Rivals(said)
    first, _ = _joined(said, weighed, start, _likenesses(said, weighed, found, rivals), rivals)
    weighed = weigh(said, first, history, older)
    pairs = _likenesses(said, weighed, found, rivals)
    joined, place = _joined(said, weighed, start, pairs, rivals)
    return Joined(joined, [(i, j, value) for value, i, j in pairs if place[i] != place[j]], weighed)


def _representatives(said: Sequence[Words], groups: Sequence[Sequence[int]]) -> list[int]:
    """The first of each group with each headline; none for headlines that are rubrics."""
    bearing: dict[tuple[str, ...], int] = defaultdict(int)
    chosen: list[int] = []
    for group in groups:
        seen: dict[tuple[str, ...], int] = {}
        for i in group:
            seen.setdefault(said[i].headline, i)
        for headline in seen:
            bearing[headline] += 1
        chosen.extend(seen.values())
    return sorted(i for i in chosen if len(said[i].headline) and bearing[said[i].headline] <= _RUBRIC)


class _Rivals:
    """Places whose headlines are of one form, found out as they are met."""

    def __init__(self, said: Sequence[Words]) -> None:
        self._said = said
        self._known: dict[tuple[int, int], bool] = {}
        self._of: dict[int, set[int]] = defaultdict(set)

    def are(self, i: int, j: int) -> bool:
        if (known := self._known.get((i, j))) is None:
            one, other = self._said[i], self._said[j]
            known = self._known[i, j] = one_form(one.title, one.headline, other.title, other.headline)
            if known:
                self._of[i].add(j)
                self._of[j].add(i)
        return known

    def between(self, some: Set[int], others: Set[int]) -> int:
        """How many pairs of places of two groups are rivals."""
        few, many = (some, others) if len(some) <= len(others) else (others, some)
        return sum(len(self._of[i] & many) for i in few if i in self._of)


def _likenesses(
    said: Sequence[Words], weighed: Weighed, pairs: Sequence[tuple[int, int]], rivals: _Rivals
) -> list[tuple[float, int, int]]:
    """What is nearly enough alike and no rival, the likest first; ties in the order of places."""
    found = []
    for i, j in pairs:
        words = cosine(weighed.vectors[i], weighed.vectors[j])
        if (value := likeness(said[i], said[j], words, weighed)) >= NEARLY and not rivals.are(i, j):
            found.append((value, i, j))
    found.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return found


class _Group:
    """Places that tell one story so far, with the sums that its likeness to others is reckoned from."""

    __slots__ = ("hours", "places", "sites", "tellings", "total")

    def __init__(self, said: Sequence[Words], weighed: Weighed, places: Sequence[int]) -> None:
        self.places = set(places)
        self.hours = sum(said[i].hours for i in places)
        self.sites = Counter(said[i].site for i in places if said[i].site)
        #: In how many groups that were certain each feed told it, by feed and site.
        self.tellings = Counter({(said[i].feed, said[i].site) for i in places if said[i].site})
        self.total: dict[str, float] = {}
        for i in places:
            self._add(weighed.vectors[i])

    def _add(self, vector: Mapping[str, float]) -> None:
        for stem, weight in vector.items():
            self.total[stem] = self.total.get(stem, 0.0) + weight

    def mean_likeness(self, other: _Group, rivals: _Rivals) -> float:
        """The mean of all cosines between the two, with the factors of time and site; rivals count as nothing."""
        pairs = len(self.places) * len(other.places)
        words = cosine(self.total, other.total) / pairs
        of_one_site = sum(n * other.sites[site] for site, n in self.sites.items()) / pairs
        apart = abs(self.hours / len(self.places) - other.hours / len(other.places))
        left = 1 - rivals.between(self.places, other.places) / pairs
        return words * nearness(apart) * (1 - (1 - ONE_SITE) * of_one_site) * left

    def told_too_often(self, other: _Group) -> bool:
        """Whether one feed would tell this story on more pages of its site than feeds do."""
        few, many = sorted((self.tellings, other.tellings), key=len)
        return any(n + many[key] > _TELLINGS for key, n in few.items() if key in many)

    def take_in(self, other: _Group) -> None:
        self.places |= other.places
        self.hours += other.hours
        self.sites += other.sites
        self.tellings += other.tellings
        self._add(other.total)


def _joined(
    said: Sequence[Words],
    weighed: Weighed,
    start: Sequence[Sequence[int]],
    pairs: Sequence[tuple[float, int, int]],
    rivals: _Rivals,
) -> tuple[list[list[int]], dict[int, int]]:
    """Groups after joining, places in order, and the number of each place's group."""
    needed = {i for _, i, j in pairs for i in (i, j)}
    of: dict[int, _Group] = {}
    groups = []
    for places in start:
        if needed.isdisjoint(places):
            continue
        group = _Group(said, weighed, places)
        groups.append(group)
        of.update(dict.fromkeys(places, group))
    for value, i, j in pairs:
        if value < ENOUGH:
            break
        one, other = of[i], of[j]
        if one is other or one.told_too_often(other) or one.mean_likeness(other, rivals) < _GUARD * ENOUGH:
            continue
        if len(one.places) < len(other.places):
            one, other = other, one
        one.take_in(other)
        of.update(dict.fromkeys(other.places, one))
        other.places = set()
    left = [sorted(group.places) for group in groups if group.places]
    left += [list(places) for places in start if places[0] not in of]
    left.sort()
    return left, {i: number for number, places in enumerate(left) for i in places}
