"""How alike two entries are, and all pairs of them that are alike enough to be looked at. Pure.

Likeness is the cosine of their words, more the nearer they are in time and the more rare words they share, less
where one site says both. The figures named below are multi-B³ F, or precision P, on a labelled week of headlines
and a labelled digest with summaries.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.desk.stories.forms import opposed
from newsletter.desk.stories.words import Words
from newsletter.desk.vectors import Vector

#: Likeness falls with the hours between two entries as (1 + hours / 6) ** -.3, and is counted from half a day:
#: news is told by everybody at once. By it pairs rank far better (average precision .77 for .66, .73 for .55). Between
#: .2 and .4 for .3 all figures stay within .003, within noise.
_HOURS = 6.0
_FADING = 0.3
_USUAL_HOURS = 12.0
#: Nearer in time is no nearer: many feeds give the day alone, and all of a conference's news come at once. Without it
#: the week loses .001, within noise.
_LEAST_HOURS = 2.0
#: Two entries further apart tell a series, or what came of it. Four days or seven are within noise.
_MOST_HOURS = 120.0
#: Two headlines of eight words that share four say more than two of two that share one: likeness grows with the
#: rarity shared, counted in words that nobody else uses. Without it the week loses .011, the digest .003, and
#: events of another labelled set .006.
_WORTH = 0.4
_USUAL_WORTH = 1.8
#: Two words name a thing and do not tell what of it: a day later it is something else. No figure depends on it.
_SENTENCE = 3
_NAME_HOURS = 24.0
#: What speaks against one story halves the likeness: another version, another sum (unless much else agrees it is
#: another thing), a beginning and an end (a launch and its recall are two stories), nothing shared but a name. Without
#: it P falls from .965 to .952 on the week, and three more of a hundred made pairs join wrongly; the digest gains .012.
AGAINST = 0.5
#: "Ada Ostler" in two headlines that share nothing else is a person, no story: without it P falls from .965 to .952
#: on the week, F by .003. Words of less than three tenths of the greatest rarity ("AI") do not tell: within noise.
_NAME = 2
_SAYS_MORE = 2
_TELLING = 0.3
#: A site tells a story once, and half the wrong pairs were two of its pages; two pages in one feed are never joined by
#: their words. With .5, P falls from .934 to .919 on the digest.
ONE_SITE = 0.3
#: Cosines below it never become a story, whatever else speaks for it. With .25 the labelled events lose .009.
_FLOOR = 0.2
#: Words in more entries than this find no pairs: each entry is compared with few, however many there are, and two
#: headlines that share nothing rarer are not one story. From 30 to 200 neither figure changes; more only lets the words
#: of a very large story count: a set of very large ones loses .04 with 30.
_OFTEN = 200
#: Words that two entries share at least: one alone tells nothing.
_SHARED = 2
#: More than sums of a few products are off by.
_ROUNDING = 1e-9

#: Headlines that share these say that something is new, not what.
_RUBRICS = frozenset(
    """brief daili digest download here know latest live morn news newslett recap roundup thing thread today
    tonight updat week weekend yesterday""".split()
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The words of many entries as vectors of length 1, by one measure of how rare each is."""

    vectors: Sequence[Vector]
    rarities: Mapping[str, float]
    #: The rarity of a word that one story alone uses.
    rarest: float


def weigh(said: Sequence[Words], groups: Iterable[Sequence[int]], history: Mapping[str, int], older: int) -> Weighed:
    """Weigh words by how few stories use them: twelve entries that tell one story are one.

    `history` counts the stems of `older` headlines of the weeks before.
    """
    counts: Counter[str] = Counter()
    stories = 0
    for group in groups:
        stories += 1
        if len(group) == 1:
            counts.update(list(said[group[0]].counts))
        else:
            counts.update(list(dict.fromkeys(stem for i in group for stem in said[i].counts)))
    total = 1 + stories + older
    rarities = {stem: math.log(total / (n + history.get(stem, 0))) for stem, n in counts.items()}
    return Weighed([_vector(one.counts, rarities) for one in said], rarities, math.log(total))


def _vector(counts: Mapping[str, float], rarities: Mapping[str, float]) -> Vector:
    weights = {stem: (1 + math.log(n)) * rarities[stem] for stem, n in counts.items()}
    length = math.sqrt(sum(w * w for w in weights.values()))
    return {stem: w / length for stem, w in weights.items()} if length else {}


def nearness(hours: float) -> float:
    """The factor of time: 1.28 up to two hours, 1 for half a day, 0.56 for five days, 0 beyond."""
    if hours > _MOST_HOURS:
        return 0.0
    return math.pow((1 + _USUAL_HOURS / _HOURS) / (1 + max(hours, _LEAST_HOURS) / _HOURS), _FADING)


def likeness(one: Words, other: Words, likeness_of_words: float, weighed: Weighed) -> float:
    """How alike two entries are, 0 to about 2; 0 for two pages that one feed has of one site,
    and for two bare names a day apart.

    `likeness_of_words` is the cosine of their vectors.
    """
    if one.site and one.site == other.site and one.feed == other.feed:
        return 0.0
    hours = abs(one.hours - other.hours)
    if hours > _NAME_HOURS and max(len(one.headline), len(other.headline)) < _SENTENCE:
        return 0.0
    rarities = weighed.rarities
    shared = sum(rarities[stem] for stem in one.headline if stem in other.headline and stem not in _RUBRICS)
    worth = math.pow(shared / weighed.rarest / _USUAL_WORTH, _WORTH)
    value = likeness_of_words * worth * nearness(hours)
    if one.site and one.site == other.site:
        value *= ONE_SITE
    for its, others in ((one.versions, other.versions), (one.amounts, other.amounts)):
        if its and others and its.isdisjoint(others):
            value *= AGAINST
    if opposed(one.headline, other.headline) or _name_alone(one, other, weighed):
        value *= AGAINST
    return value


def _name_alone(one: Words, other: Words, weighed: Weighed) -> bool:
    """Whether all that two headlines share is one word, or two that stand together in both, and each says more.

    A summary tells more than the headline: where there is one, never.
    """
    its, others = one.headline, other.headline
    if len(one.counts) > len(its) or len(other.counts) > len(others):
        return False
    least = _TELLING * weighed.rarest
    shared = [stem for stem in its if stem in others and weighed.rarities[stem] >= least]
    if not 1 <= len(shared) <= _NAME or min(len(its), len(others)) - len(shared) < _SAYS_MORE:
        return False
    start, others_start = its.index(shared[0]), others.index(shared[0])
    name = tuple(shared)
    return its[start : start + len(name)] == name == others[others_start : others_start + len(name)]


def alike(weighed: Weighed, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of these places with a cosine of 0.2 and more that share two words, one of them not too frequent.

    All of them and no other, found by the rarest words of each: two vectors whose rarest words are all different
    are not alike enough (prefix filtering). Each pair once, in the order of `places`.
    """
    vectors = weighed.vectors
    counts = Counter([stem for i in places for stem in vectors[i]])
    found: dict[str, list[int]] = defaultdict(list)
    stems = {i: frozenset(vectors[i]) for i in places}
    often = frozenset(stem for stem, n in counts.items() if n > _OFTEN)
    rare = {i: stems[i] - often for i in places}
    # Two vectors are no more alike by frequent words alone than these parts of them are long.
    rest = {i: math.sqrt(sum([vectors[i][stem] ** 2 for stem in sorted(stems[i] & often)])) for i in places}
    for j in places:
        vector, own, own_rare, own_rest = vectors[j], stems[j], rare[j], rest[j]
        telling = _telling(vector, counts)
        like = []
        for i in set().union(*[found[stem] for stem in telling]):
            other = vectors[i]
            # Most share one rare word, alone or beside frequent ones, which is told fastest so.
            both = own_rare & rare[i]
            if len(both) == 1:
                if not (by_often := own_rest * rest[i]):
                    continue
                (stem,) = both
                if vector[stem] * other[stem] + by_often < _FLOOR - _ROUNDING:
                    continue
            shared = own & stems[i]
            # A sum that is exact knows no order of a set.
            if len(shared) >= _SHARED and math.fsum([vector[stem] * other[stem] for stem in shared]) >= _FLOOR:
                like.append(i)
        for i in sorted(like):
            yield i, j
        for stem in telling:
            found[stem].append(j)


def _telling(vector: Mapping[str, float], counts: Mapping[str, int]) -> list[str]:
    """The rarest words, as many as are needed: what is left out cannot reach the least cosine by itself."""
    by_count = sorted(vector, key=lambda stem: (-counts[stem], stem))
    squares = 0.0
    for place, stem in enumerate(by_count):
        squares += vector[stem] ** 2
        if squares >= _FLOOR**2:
            return [stem for stem in by_count[place:] if counts[stem] <= _OFTEN]
    return []
