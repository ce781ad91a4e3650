"""All titles of all stories as weighted words: how well a typed headline fits each story. Pure.

A story is as like a text as its best title is: half cosine, half coverage, the share of what was typed that is found
in the title and in the story's titles together (research on curation, section 5).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from newsletter.desk.takes.spelling import Spellings, is_slip
from newsletter.desk.vectors import clean_title, rarity, tokens
from newsletter.model.news import Story, TermCounts
from newsletter.text import stem as stem_of
from newsletter.text import words

#: Shorter words are too like each other to be taken for misspellings.
_FUZZY_LENGTH = 5
_FUZZY_RATIO = 0.80
_FUZZY_WEIGHT = 0.8
#: "v1.0" and "1.0" are one version.
_VERSION_MARK = re.compile(r"\bv(?=\d)", re.I)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a story fits what was typed, 0 to 1."""

    value: float
    #: Cosine of its best title alone.
    cosine: float
    story: Story


@dataclass(frozen=True)
class TitleIndex:
    """The titles of these stories; holds no state but its indexes, each made when first needed."""

    stories: tuple[Story, ...]
    #: What a word is worth in the whole window; where empty, the stories' own titles are counted.
    terms: TermCounts = field(default_factory=TermCounts)

    def fits(self, stems: Sequence[str]) -> list[Fit]:
        """Every story that shares a word, also a misspelt one, the best first; ties by id. May be empty."""
        counts = Counter(stems)
        weights = {stem: (1 + math.log(n)) * self.worth(stem) for stem, n in counts.items()}
        length = math.sqrt(sum(w * w for w in weights.values()))
        whole = sum(self.worth(stem) for stem in counts)
        dot: defaultdict[int, float] = defaultdict(float)
        in_title: defaultdict[int, float] = defaultdict(float)
        in_story: defaultdict[int, float] = defaultdict(float)
        for stem, weight in weights.items():
            worth = self.worth(stem)
            exact = self._titles_with.get(stem, {})
            for title, n in exact.items():
                dot[title] += weight * (worth if n == 1 else (1 + math.log(n)) * worth)
                in_title[title] += worth
            misspelt = {t for like in self._misspelt(stem) for t in self._titles_with[like]} - exact.keys()
            for title in misspelt:
                in_title[title] += worth * _FUZZY_WEIGHT
            telling = {self._story_of[title] for title in exact}
            for story in telling:
                in_story[story] += worth
            for story in {self._story_of[title] for title in misspelt} - telling:
                in_story[story] += worth * _FUZZY_WEIGHT
        best: dict[int, tuple[float, float]] = {}
        for title, found in in_title.items():
            story = self._story_of[title]
            cosine = dot[title] / (length * self._lengths[title]) if title in dot else 0.0
            coverage = (found + in_story[story]) / 2 / whole
            value = ((cosine + coverage) / 2, cosine)
            if story not in best or best[story] < value:
                best[story] = value
        told = [Fit(value, cosine, self.stories[story]) for story, (value, cosine) in best.items()]
        return sorted(told, key=lambda one: (-one.value, one.story.id))

    def resembling(self, stems: Sequence[str]) -> list[tuple[float, Story]]:
        """Every story that shares a word with a whole text, by the cosine of its best title, best first; ties by id."""
        weights = {stem: (1 + math.log(n)) * self.worth(stem) for stem, n in Counter(stems).items()}
        length = math.sqrt(sum(w * w for w in weights.values()))
        dot: defaultdict[int, float] = defaultdict(float)
        for stem, weight in weights.items():
            worth = self.worth(stem)
            for title, n in self._titles_with.get(stem, {}).items():
                dot[title] += weight * (worth if n == 1 else (1 + math.log(n)) * worth)
        best: defaultdict[int, float] = defaultdict(float)
        for title, value in dot.items():
            story = self._story_of[title]
            best[story] = max(best[story], value / (length * self._lengths[title]))
        told = [(value, self.stories[story]) for story, value in best.items()]
        return sorted(told, key=lambda pair: (-pair[0], pair[1].id))

    def found_in(self, story: Story, stems: AbstractSet[str]) -> tuple[frozenset[str], ...]:
        """Of each title of the story the typed words that it holds, misspelt ones included."""
        like = {stem: {stem, *self._misspelt(stem)} for stem in stems}
        titles = [set(stems_of(title)) for title in titles_of(story)]
        return tuple(frozenset(stem for stem in stems if like[stem] & held) for held in titles)

    def as_spelt(self, text: str, title: str) -> tuple[str, ...]:
        """The distinct stems of a text in order, each as a title spells it where it is a slip of the title's word.

        What other headlines have is no slip but another word, unless its letters are the same ("centre", "center").
        """
        typed = tuple(dict.fromkeys(stems_of(text)))
        held = frozenset(stems_of(title))
        if held.issuperset(typed):
            return typed
        mine, its = _spelt(text), {stem: word for stem, word in _spelt(title).items() if stem in held}
        meant = (stem if stem in held else self._meant(stem, mine, its, title) for stem in typed)
        return tuple(dict.fromkeys(meant))

    def worth(self, stem: str) -> float:
        """What the stem is worth; more the fewer headlines have it, never 0."""
        if stem not in self._worth:
            self._worth[stem] = rarity(stem, self._terms)
        return self._worth[stem]

    def _meant(self, stem: str, mine: Mapping[str, str], its: Mapping[str, str], title: str) -> str:
        """The stem of the title that a typed one is a slip of, or itself; both are given with their words."""
        like = self._misspelt(stem)
        known = stem in self._titles_with or stem in self.terms.counts
        typed = mine.get(stem, stem)
        for other, word in its.items():
            # Two slips in one word are believed where it is no name: Austria is not Australia.
            slips = is_slip(typed, word) or is_slip(stem, other) or (other in like and word in title)
            if slips and (not known or sorted(typed) == sorted(word)):
                return other
        return stem

    @cached_property
    def _worth(self) -> dict[str, float]:
        return {}

    @cached_property
    def _terms(self) -> TermCounts:
        """Counted once a story where the window's are not known: its many titles do not make its own name common."""
        if self.terms.entries:
            return self.terms
        counts = {stem: len({self._story_of[title] for title in titles}) for stem, titles in self._titles_with.items()}
        return TermCounts(entries=len(self.stories), counts=counts)

    @cached_property
    def titles(self) -> tuple[tuple[int, str, str], ...]:
        """Each title of each story: the story's place, the title, and the title without what others added."""
        return tuple(
            (place, title, clean_title(title)) for place, story in enumerate(self.stories) for title in titles_of(story)
        )

    @cached_property
    def _counted(self) -> tuple[tuple[int, Mapping[str, int]], ...]:
        """Of each title the story's place, and how often each stem stands in it."""
        return tuple((place, Counter(_stems(plain))) for place, _, plain in self.titles)

    @cached_property
    def _story_of(self) -> tuple[int, ...]:
        return tuple(story for story, _ in self._counted)

    @cached_property
    def _titles_with(self) -> Mapping[str, Mapping[int, int]]:
        """Stem → title → how often."""
        found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for title, (_, counts) in enumerate(self._counted):
            for stem, n in counts.items():
                found[stem][title] = n
        return dict(found)

    @cached_property
    def _lengths(self) -> tuple[float, ...]:
        return tuple(
            math.sqrt(sum(((1 + math.log(n)) * self.worth(stem)) ** 2 for stem, n in counts.items()))
            for _, counts in self._counted
        )

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(stem for stem in self._titles_with if _can_be_misspelt(stem))

    @cached_property
    def _known_misspellings(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _misspelt(self, stem: str) -> tuple[str, ...]:
        """Words of the titles that are spelt almost so."""
        if not _can_be_misspelt(stem):
            return ()
        if stem not in self._known_misspellings:
            near = self._spellings.near(stem, _FUZZY_RATIO)
            self._known_misspellings[stem] = tuple(other for other in near if _same_start(stem, other))
        return self._known_misspellings[stem]


def titles_of(story: Story) -> tuple[str, ...]:
    """Every headline that the story has, and those that it had: a take may have been filed under one of them."""
    told = (title for entry in story.entries for title in (entry.title, *entry.former_titles))
    return tuple(dict.fromkeys((story.headline, *told)))


def stems_of(title: str) -> tuple[str, ...]:
    """The words of a headline, or of what somebody typed for one; see `tokens`."""
    return _stems(clean_title(title))


def _stems(plain: str) -> tuple[str, ...]:
    return tokens(_VERSION_MARK.sub("", plain))


def _spelt(text: str) -> dict[str, str]:
    """Stem → the word as it is written, the last of several."""
    return {stem_of(word): word for word in words(clean_title(text))}


def _can_be_misspelt(stem: str) -> bool:
    """A number is another number, not a misspelt one."""
    return len(stem) >= _FUZZY_LENGTH and not any(sign.isdigit() for sign in stem)


def _same_start(one: str, other: str) -> bool:
    return one[0] == other[0] or one[:2] == other[1::-1]
