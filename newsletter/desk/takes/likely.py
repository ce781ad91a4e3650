"""Stories that a take without one may be about, by the rare words that headline and take share. Pure.

For suggestions only: what is found here attaches nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import log

from newsletter.model.news import Story
from newsletter.text import content_words

#: The part of a headline, by the rarity of its words, that a take has to say.
_PART = 0.2
#: A word that stands in more headlines than this tells none of them.
_COMMON = 5


class Likely:
    """The headlines of a week by their words, read when they are first asked for: takes without a story come last.

    `own` are the stories that takes bring in, by id; it may grow until then.
    """

    def __init__(self, stories: Sequence[Story], own: Mapping[str, Story]) -> None:
        self._told, self._own = stories, own

    @cached_property
    def _stories(self) -> tuple[Story, ...]:
        return (*self._told, *self._own.values())

    def of(self, text: str, *, most: int) -> tuple[Story, ...]:
        """At most so many stories, likeliest first; may be empty."""
        said = {stem for stem in content_words(text) if len(stem) > 2 and not stem.isdigit()}
        shared: defaultdict[int, float] = defaultdict(float)
        for stem in sorted(said & self._places.keys()):
            places = self._places[stem]
            if len(places) <= _COMMON:
                for place in places:
                    shared[place] += self._worth(stem)
        parts = sorted((-worth / self._whole(place), place) for place, worth in shared.items())
        return tuple(self._stories[place] for part, place in parts[:most] if -part >= _PART)

    def _worth(self, stem: str) -> float:
        return log(1 + len(self._stories) / len(self._places[stem]))

    def _whole(self, place: int) -> float:
        return sum(self._worth(stem) for stem in sorted(self._stems[place]))

    @cached_property
    def _stems(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(content_words(story.headline)) for story in self._stories)

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, ...]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, stems in enumerate(self._stems):
            for stem in stems:
                found[stem].append(place)
        return {stem: tuple(places) for stem, places in found.items()}
