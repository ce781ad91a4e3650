"""Find the story that somebody means: by id, address, headline, beginning of a headline, or likeness. Pure.

Precision first: a take under another headline is worse than a question. The thresholds were measured on
eighty typed references (research on curation, section 5): no wrong accept.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal

from newsletter.links import identity, looks_like_address, same
from newsletter.model.news import Story
from newsletter.text import content_words, fold

ACCEPT = 0.40
MARGIN = 0.18
ASK = 0.24
#: Letters of a headline's beginning that are enough to name it, if only one begins so.
_BEGINNING = 12
_FUZZY_LENGTH = 5
_FUZZY_RATIO = 0.80
_FUZZY_WEIGHT = 0.8
_ENOUGH_SHARED = 3
#: An address among words: "see https://example.com/a", also in brackets.
_ADDRESS_INSIDE = re.compile(r"https?://[^\s<>()\[\]\"“”]+", re.I)
#: A number with the letters that belong to it: "5.1.2", "4o", "v2", "1,200".
_NUMBER = re.compile(r"[a-z]*\d[a-z\d]*(?:[.,]\d[a-z\d]*)*")

How = Literal["id", "address", "headline", "beginning", "near"]


@dataclass(frozen=True, slots=True)
class Match:
    """What a reference names. `story` is None unless exactly one is meant; `candidates` are likeliest first."""

    story: Story | None
    how: How | None
    candidates: tuple[Story, ...] = ()
    #: Whether the reference is an address, whatever it names.
    is_address: bool = False


@dataclass(frozen=True)
class StoryFinder:
    """All stories of a week, ready to be asked. Built once a draft; holds no state but its indexes."""

    stories: tuple[Story, ...]

    def find(self, ref: str) -> Match:
        """Whose story `ref` means: the first of id, address, headline, beginning and likeness that tells."""
        text = ref.strip()
        if text.startswith("#") and " " not in text:
            return self._named(text[1:].casefold())
        if looks_like_address(text):
            return self._addressed(text)
        inside = [found.rstrip(".,;:!?") for found in _ADDRESS_INSIDE.findall(text)]
        if len(inside) == 1 and (match := self._addressed(inside[0])).story is not None:
            return match
        if fold(text) not in self._by_headline:
            # Copied from a page's source or from a feed.
            text = html.unescape(text)
        folded = fold(text)
        if not folded:
            return Match(None, None)
        if found := self._by_headline.get(folded):
            return _one_of(found, "headline")
        if len(folded) >= _BEGINNING:
            begun = {
                s.id: s
                for headline, told in self._by_headline.items()
                if headline.startswith(folded)
                for s in told
                if not _cuts_number(text, s)
            }
            if begun:
                return _one_of(tuple(begun.values()), "beginning")
        return self._alike(text)

    def likely(self, text: str, *, most: int = 5) -> tuple[Story, ...]:
        """Stories that share words with a text, likeliest first; for suggestions only. May be empty."""
        scored = self._scores(content_words(text), coverage=False)
        return tuple(story for value, story in scored[:most] if value >= 0.12)

    def _named(self, name: str) -> Match:
        exact = tuple(s for s in self.stories if s.id == name)
        if exact:
            return _one_of(exact, "id")
        also = tuple(s for s in self.stories if name in s.aliases)
        if also:
            return _one_of(also, "id")
        near = [s for s in self.stories if SequenceMatcher(None, s.id, name).ratio() >= 0.6]
        near.sort(key=lambda s: (-SequenceMatcher(None, s.id, name).ratio(), s.id))
        return Match(None, None, tuple(near[:5]))

    def _addressed(self, text: str) -> Match:
        page = identity(text)
        told = self._by_address.get(page, ()) if page else ()
        found = tuple({s.id: s for s, link in told if same(link, text)}.values())
        if not found:
            return Match(None, None, is_address=True)
        match = _one_of(found, "address")
        return Match(match.story, match.how, match.candidates, is_address=True)

    def _alike(self, text: str) -> Match:
        scored = self._scores(content_words(text), coverage=True)
        if not scored or scored[0][0] < ASK:
            return Match(None, None, self.likely(text))
        first, second = scored[0][0], scored[1][0] if len(scored) > 1 else 0.0
        candidates = tuple(story for value, story in scored[:5] if value >= ASK / 2)
        sure = first >= ACCEPT and first - second >= MARGIN
        if sure and self._shares_enough(text, scored[0][1]) and not _other_number(text, scored[0][1]):
            return Match(scored[0][1], "near", candidates)
        return Match(None, "near", candidates)

    def _shares_enough(self, text: str, story: Story) -> bool:
        """Whether one title holds three of the typed words, or all if they are fewer; numbers prove nothing.

        "Gemini 1.5 on stage" is not the one story of the week that has Gemini 1.5 in its headline.
        """
        typed = {word for word in content_words(text) if not word.isdigit()}
        found = 0
        for title in _titles(story):
            told = set(content_words(title))
            found = max(found, sum(1 for word in typed if word in told or told & set(self._spelt_like(word))))
        return found >= min(_ENOUGH_SHARED, len(typed))

    # The indexes -----------------------------------------------------------------------------------

    @cached_property
    def _by_headline(self) -> Mapping[str, tuple[Story, ...]]:
        found: dict[str, dict[str, Story]] = defaultdict(dict)
        for story in self.stories:
            for title in _titles(story):
                found[fold(title)][story.id] = story
        return {headline: tuple(told.values()) for headline, told in found.items() if headline}

    @cached_property
    def _by_address(self) -> Mapping[str, tuple[tuple[Story, str], ...]]:
        found: dict[str, list[tuple[Story, str]]] = defaultdict(list)
        for story in self.stories:
            for link in dict.fromkeys((story.link, *(e.link for e in story.entries))):
                if link and (page := identity(link)):
                    found[page].append((story, link))
        return {page: tuple(told) for page, told in found.items()}

    @cached_property
    def _titles(self) -> tuple[tuple[Story, Mapping[str, float], float], ...]:
        """Each title of each story as a weighted vector with its length."""
        out = []
        for story in self.stories:
            for title in _titles(story):
                vector = self._vector(content_words(title))
                out.append((story, vector, math.sqrt(sum(w * w for w in vector.values()))))
        return tuple(out)

    @cached_property
    def _frequency(self) -> Counter[str]:
        seen: Counter[str] = Counter()
        for story in self.stories:
            for title in _titles(story):
                seen.update(set(content_words(title)))
        return seen

    @cached_property
    def _titles_with(self) -> Mapping[str, tuple[int, ...]]:
        places: dict[str, list[int]] = defaultdict(list)
        for i, (_, vector, _) in enumerate(self._titles):
            for word in vector:
                places[word].append(i)
        return {word: tuple(found) for word, found in places.items()}

    @cached_property
    def _by_initial(self) -> Mapping[str, tuple[str, ...]]:
        words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._frequency):
            words[word[0]].append(word)
        return {initial: tuple(found) for initial, found in words.items()}

    @cached_property
    def _documents(self) -> int:
        return sum(len(_titles(story)) for story in self.stories)

    def _rarity(self, word: str) -> float:
        return math.log(1 + self._documents / (1 + self._frequency.get(word, 0)))

    def _vector(self, found: Iterable[str]) -> dict[str, float]:
        return {word: (1 + math.log(count)) * self._rarity(word) for word, count in Counter(found).items()}

    def _scores(self, typed: Sequence[str], *, coverage: bool) -> list[tuple[float, Story]]:
        """The best score of each story that shares a word, highest first; ties by id."""
        vector = self._vector(typed)
        length = math.sqrt(sum(w * w for w in vector.values()))
        if not length:
            return []
        like = {word: self._spelt_like(word) for word in vector} if coverage else {}
        weight = sum(self._rarity(word) for word in vector)
        places = {i for word in vector for near in (word, *like.get(word, ())) for i in self._titles_with.get(near, ())}
        best: dict[str, tuple[float, Story]] = {}
        for i in places:
            story, title, title_length = self._titles[i]
            cosine = sum(w * title.get(word, 0.0) for word, w in vector.items()) / (length * title_length)
            value = cosine
            if coverage:
                covered = sum(self._rarity(w) * _found(w, title, like[w]) for w in vector) / weight
                value = (cosine + covered) / 2
            if story.id not in best or best[story.id][0] < value:
                best[story.id] = (value, story)
        return sorted(best.values(), key=lambda pair: (-pair[0], pair[1].id))

    def _spelt_like(self, word: str) -> tuple[str, ...]:
        if len(word) < _FUZZY_LENGTH:
            return ()
        matcher = SequenceMatcher(None, "", word)
        out = []
        for other in self._by_initial.get(word[0], ()):
            if other != word and len(other) >= _FUZZY_LENGTH and abs(len(other) - len(word)) <= 2:
                matcher.set_seq1(other)
                if matcher.quick_ratio() >= _FUZZY_RATIO and matcher.ratio() >= _FUZZY_RATIO:
                    out.append(other)
        return tuple(out)


def _titles(story: Story) -> tuple[str, ...]:
    """Every headline that the story has, and those that it had: a take may have been filed under one of them."""
    told = (title for entry in story.entries for title in (entry.title, *entry.former_titles))
    return tuple(dict.fromkeys((story.headline, *told)))


def _cuts_number(text: str, story: Story) -> bool:
    """Whether a beginning ends inside a number: "model 4" begins no story of a "model 4o"."""
    typed = _numbers(text)
    return all(_numbers(title)[: len(typed)] != typed for title in _titles(story))


def _other_number(text: str, story: Story) -> bool:
    """Whether every title has another number where the reference has one: version 5.1 is not version 5.2."""
    typed = set(_numbers(text))
    told = [set(_numbers(title)) for title in _titles(story)]
    return all(typed - numbers and numbers - typed for numbers in told)


def _numbers(text: str) -> list[str]:
    return [number.replace(",", "") for number in _NUMBER.findall(text.casefold())]


def _found(word: str, title: Mapping[str, float], like: Sequence[str]) -> float:
    if word in title:
        return 1.0
    return _FUZZY_WEIGHT if any(other in title for other in like) else 0.0


def _one_of(found: Sequence[Story], how: How) -> Match:
    return Match(found[0], how, tuple(found)) if len(found) == 1 else Match(None, how, tuple(found))
