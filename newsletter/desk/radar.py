"""Which explainers the week's news calls for: terms in common, weighed by how rare they are. Pure.

A story says something of a topic if it has one of its names whole ("context window"), or a word of one beside another
of its words, both such that few stories have. Names are aliases, tags and the title, the less worth the more explainers
bear them; words are those of the names, and those that headings and body use again and again.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from newsletter.desk.past.topic_names import topic_names
from newsletter.desk.vectors import clean_title, rarity, tokens
from newsletter.model.issue import Explainer, Placement
from newsletter.model.news import Ranked, Story, TermCounts
from newsletter.text import one_line, words

#: Of the stories that the week proposes so many are looked at, best first; those with takes always are.
_BEST = 60
#: What a take makes of its story, against one that nobody took up.
_TAKEN_UP = 2.0
#: What a name is worth where it stands whole, and what one of its words is worth alone.
_TITLE, _ALIAS, _TAG, _LONE = 3.0, 3.0, 2.0, 0.5
#: Words of the body: how often they stand there at least, how many of them count, what they are worth at most.
_OFTEN, _BODY_WORDS, _BODY = 3, 10, 0.7
#: Terms that are named as the reason.
_NAMED = 3
#: Of headlines, and of the stories looked at, so many may have a word that is to prove something without its name.
_RARE_HEADLINES, _RARE_STORIES, _RARE_ALWAYS = 0.02, 0.1, 2
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+)$", re.M)
_UNREAD = re.compile(r"^ *(```|~~~).*?^ *\1[^\n]*$|\]\([^()\s]*\)|https?://\S+|<[^<>\n]*>", re.M | re.S)

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What the week says of an explainer's topic."""

    explainer: Explainer
    #: 0 where nothing is shared; else only for putting explainers in order.
    nearness: float = 0.0
    #: Terms in common as the explainer writes them, the most telling first, three at most.
    terms: tuple[str, ...] = ()
    #: Stories that say something of it.
    stories: int = 0

    @property
    def because(self) -> str:
        """The reason in words: "4 stories say context window, tokens"; "" where nothing is shared."""
        if not self.stories:
            return ""
        says = "1 story says" if self.stories == 1 else f"{self.stories} stories say"
        return f"{says} {', '.join(self.terms)}"


@dataclass(frozen=True, kw_only=True)
class WeekNews:
    """The stories of a week as wishes left them, best first, with the takes on them; all may be empty."""

    ranked: Sequence[Ranked] = ()
    placements: Sequence[Placement] = ()
    #: Stories that only a take tells.
    own: Sequence[Story] = ()
    terms: TermCounts = field(default_factory=TermCounts)

    @cached_property
    def told(self) -> tuple[_Told, ...]:
        """What is looked at: each story's words, and what it counts for."""
        takes: dict[str, list[str]] = {}
        for placement in self.placements:
            if placement.story:
                takes.setdefault(placement.story, []).append(placement.take.text)
        proposed = [ranked.story for ranked in self.ranked if ranked.story.proposed and ranked.story.id not in takes]
        taken_up = [story for story in (*(r.story for r in self.ranked), *self.own) if story.id in takes]
        return (
            *(_Told(_runs(story, takes[story.id]), _TAKEN_UP) for story in taken_up),
            *(_Told(_runs(story, ()), 1.0) for story in proposed[:_BEST]),
        )

    @cached_property
    def counts(self) -> TermCounts:
        """In how many of the stories that are looked at each stem stands."""
        counts = Counter(stem for told in self.told for stem in told.stems)
        return TermCounts(entries=len(self.told), counts=dict(sorted(counts.items())))

    @cached_property
    def worth(self) -> Mapping[str, float]:
        """What each stem of the stories is worth: how rare it is among headlines, and among what is looked at."""
        here = self.counts
        most = math.log(1 + here.entries) or 1.0
        # A word that is rare in headlines may be common in sentences.
        return {
            stem: rarity(stem, self.terms if self.terms.entries else here) * (rarity(stem, here) / most)
            for stem in here.counts
        }

    def is_rare(self, stem: str) -> bool:
        """Whether the stem proves something by itself: few headlines have it, and few stories."""
        bounds = ((self.terms, _RARE_HEADLINES), (self.counts, _RARE_STORIES))
        return all(n.counts.get(stem, 0) <= max(_RARE_ALWAYS, share * n.entries) for n, share in bounds)


def echoes(explainers: Sequence[Explainer], news: WeekNews) -> tuple[Echo, ...]:
    """What the week says of each explainer, the closest first; of equals the first by path."""
    terms = {explainer.path: tuple(_terms(explainer)) for explainer in explainers}
    bear = Counter(term.phrase for known in terms.values() for term in known if term.is_name)
    found = [_echo(explainer, terms[explainer.path], bear, news) for explainer in explainers]
    return tuple(sorted(found, key=lambda echo: (-echo.nearness, echo.explainer.path)))


# Stories -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """One story: the stems of each of its texts in order, and what it counts for."""

    runs: tuple[Phrase, ...]
    weight: float

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for run in self.runs for stem in run)

    def says(self, phrase: Phrase) -> bool:
        """Whether the stems stand there, one behind the other."""
        if not self.stems.issuperset(phrase):
            return False
        size = len(phrase)
        return any(run[at : at + size] == phrase for run in self.runs for at in range(len(run) - size + 1))


def _runs(story: Story, takes: Iterable[str]) -> tuple[Phrase, ...]:
    titles = dict.fromkeys((story.headline, *(entry.title for entry in story.entries)))
    return tuple(map(tokens, (*map(clean_title, titles), story.summary, *map(_read, takes))))


# Explainers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Term:
    """A name of a topic, a word of one, or a word of its text: its stems, what it is worth, how it is written."""

    phrase: Phrase
    weight: float
    written: str
    kind: Literal["name", "of a name", "of the text"]

    @property
    def is_name(self) -> bool:
        return self.kind == "name"


def _echo(explainer: Explainer, terms: Sequence[_Term], bear: Mapping[Phrase, int], news: WeekNews) -> Echo:
    """`bear` is how many explainers bear each name."""
    parts: dict[_Term, float] = {}
    heard: dict[_Term, set[int]] = {}
    nearness, stories = 0.0, 0
    known = [term for term in terms if term.is_name or news.is_rare(term.phrase[0])]
    for told in news.told:
        said = [term for term in known if told.says(term.phrase)]
        kinds = {term.kind for term in said}
        if "name" not in kinds and ("of a name" not in kinds or len(said) < 2):
            continue
        # A word adds nothing to the name that it stands in.
        whole = {stem for term in said if term.is_name for stem in term.phrase}
        values = {
            term: term.weight * _worth(term.phrase, news.worth) / max(1, bear[term.phrase])
            for term in said
            if term.is_name or term.phrase[0] not in whole
        }
        # Several stories weigh more than one that says everything.
        nearness += told.weight * math.sqrt(sum(values.values()))
        stories += 1
        for term, value in values.items():
            parts[term] = parts.get(term, 0.0) + told.weight * value
            heard.setdefault(term, set()).add(stories)
    return Echo(explainer=explainer, nearness=round(nearness, 6), terms=_telling(parts, heard), stories=stories)


def _worth(phrase: Phrase, worth: Mapping[str, float]) -> float:
    return sum(worth[stem] ** 2 for stem in phrase)


def _telling(parts: Mapping[_Term, float], heard: Mapping[_Term, set[int]]) -> tuple[str, ...]:
    """The terms that weigh most, as written; no part of one before it that no other story says."""
    named: list[_Term] = []
    for term in sorted(parts, key=lambda term: (-parts[term], term.written)):
        if not any(set(term.phrase) <= set(other.phrase) and heard[term] <= heard[other] for other in named):
            named.append(term)
    return tuple(term.written for term in named[:_NAMED])


def _terms(explainer: Explainer) -> Iterator[_Term]:
    """Every name, then every word that is no name by itself, each once and at its best."""
    body = _read(explainer.body)
    often = Counter(tokens(body))
    names = [(title, _TITLE) for title in _titles(explainer.title)]
    names += [(alias, _ALIAS) for alias in explainer.aliases] + [(tag, _TAG) for tag in explainer.tags]
    found: dict[Phrase, _Term] = {}
    lone: dict[str, float] = {}
    named = {stem for name, _ in names for stem in tokens(name)}
    for name, weight in names:
        phrase = tokens(name)
        if phrase and phrase not in found:
            found[phrase] = _Term(phrase, weight, one_line(name).strip(" .,:;!?()[]"), "name")
        for stem in phrase if len(phrase) > 1 else ():
            # A word of the title that the text comes back to is what it is about.
            told = 1.0 if weight == _TITLE and often[stem] >= _OFTEN else _LONE
            lone[stem] = max(lone.get(stem, 0.0), told)
    for stem in {stem for heading in _HEADING.findall(body) for stem in tokens(heading)}:
        if often[stem] >= _OFTEN:
            lone[stem] = max(lone.get(stem, 0.0), _LONE)
    for stem, count in sorted(often.items(), key=lambda one: (-one[1], one[0]))[:_BODY_WORDS]:
        if count >= _OFTEN:
            lone[stem] = max(lone.get(stem, 0.0), _BODY * min(1.0, count / (2 * _OFTEN)))
    written = _written(" ".join((explainer.title, *explainer.aliases, *explainer.tags, explainer.tldr, body)))
    yield from found.values()
    for stem in sorted(lone):
        # A figure or a letter proves nothing outside of its name.
        if (stem,) not in found and len(stem) > 1 and not stem.isdecimal():
            kind: Literal["of a name", "of the text"] = "of a name" if stem in named else "of the text"
            yield _Term((stem,), lone[stem], written.get(stem, stem), kind)


def _titles(title: str) -> Iterator[str]:
    """What a title calls its topic: without "Introduction to" and the like, and both sides of "X (Y)"."""
    typed = title.split()
    for key in sorted(topic_names(title)):
        stems = set(tokens(key))
        places = [at for at, word in enumerate(typed) if stems & set(tokens(word))]
        if places:
            yield " ".join(typed[places[0] : places[-1] + 1])


def _written(text: str) -> Mapping[str, str]:
    """How each stem is written most often; of equals the shortest, then by the alphabet."""
    forms: dict[str, Counter[str]] = {}
    for word in words(text):
        for stem in tokens(word):
            forms.setdefault(stem, Counter())[word] += 1
    return {stem: min(count, key=lambda word: (-count[word], len(word), word)) for stem, count in forms.items()}


def _read(markdown: str) -> str:
    """The words of a text, without code, addresses and markup in angle brackets."""
    return _UNREAD.sub(" ", markdown)
