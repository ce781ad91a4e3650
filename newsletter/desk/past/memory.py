"""What was printed before: the same page, the same story under other words, the same take, the same topic. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from newsletter.desk.past.printed_words import (
    StoryWords,
    degree,
    is_column,
    is_front,
    other_number,
    proves,
    shared,
    words_of,
)
from newsletter.desk.past.topic_names import topic_names
from newsletter.desk.same import Same
from newsletter.desk.vectors import clean_title, count_titles, tokens
from newsletter.links import identity, same
from newsletter.model.issue import Printed, Reference
from newsletter.model.news import Story, TermCounts
from newsletter.text import content_words, fold, headline_key

#: Letters of a take below which equal words prove nothing ("Agreed.").
TELLING = 20
#: Likeness of two stories from which the later repeats the earlier, and from which it may continue it.
REPEATS = 0.55
CONTINUES = 0.36
#: So many issues back stories are compared by their words; by address and headline there is no bound.
RECENT = 8
#: Words that a headline needs to be known again by it.
_ENOUGH_WORDS = 4
#: Distinct words that two stories share at least before likeness means anything.
_ENOUGH_SHARED = 2
#: Two takes of so many words are one, mended, if so much of both is the same.
_ENOUGH_OF_A_TAKE, _SAME_TAKE = 15, 0.9


@dataclass(frozen=True, slots=True)
class Repeat:
    """The earlier issue that told a story, how that is known, and the headline it stood under.

    `likeness` is the cosine of the headlines' words, 0 to 1, also where an address or an equal headline told.
    """

    issue: Printed
    how: Literal["address", "headline", "likeness"]
    headline: str
    likeness: float

    @property
    def reference(self) -> Reference:
        return self.issue.reference


@dataclass(frozen=True, slots=True)
class Continues:
    """The earlier story that a story may go on with; `shared` are the words in both, rarest first, as stems."""

    issue: Printed
    headline: str
    likeness: float
    shared: tuple[str, ...]

    @property
    def reference(self) -> Reference:
        return self.issue.reference


def _words_of_take(text: str) -> Counter[str]:
    return Counter(filter(None, map(fold, text.split())))


def remembered(issues: tuple[Printed, ...], terms: TermCounts) -> Memory:
    """The memory of these issues; for the same terms the one that was made before, with the answers it gave."""
    return _remembered(issues, Same(terms))


@dataclass(frozen=True)
class Memory:
    """Every issue printed before this one, oldest first, no two of one place; may be empty.

    `terms` say what a word is worth this week; where they are empty, the memory's own headlines do.
    """

    issues: tuple[Printed, ...] = ()
    terms: TermCounts = field(default_factory=TermCounts)

    # Stories ---------------------------------------------------------------------------------------

    def repeat_of(self, story: Story) -> Repeat | None:
        """The latest issue that told this story, by address, else by the same headline, else by likeness.

        Pages that change from week to week (a home page, a status page) repeat only under a like headline; the
        headline of a column ("This week in …") proves nothing. None if no issue told it.
        """
        if (told := self._told_at(story)) is not None:
            return _repeat("address", told, self._weighed(story))
        if (told := self._called(story)) is not None:
            return _repeat("headline", told, self._weighed(story))
        near = self._nearest(story)
        if near is None or degree(near[0], near[1].words) < REPEATS or not proves(near[0], near[1].words):
            return None
        return _repeat("likeness", near[1], near[0])

    def may_continue(self, story: Story) -> Continues | None:
        """The printed story of the last eight issues most like this one, if it is like enough and no repeat.

        Too little to suppress anything by: of two such findings one is right.
        """
        if (near := self._nearest(story)) is None or self.repeat_of(story) is not None:
            return None
        mine, told = near
        likeness = round(degree(mine, told.words), 2)
        return Continues(told.issue, told.headline, likeness, shared(mine, told.words))

    def likeness(self, title: str, headline: str) -> float:
        """How alike two headlines are, 0 to 1."""
        return degree(words_of((title,), self._terms), words_of((headline,), self._terms))

    def story_before(self, story: Story) -> Printed | None:
        """The latest issue that printed this story, by any of its addresses; None if none did.

        What was printed without an address is known by its headline, unless that is too short to prove anything.
        """
        links = (link for link in (story.link, *(e.link for e in story.entries)) if link)
        titles = (headline_key(title) for title in (story.headline, *(e.title for e in story.entries)))
        bare = (issue for title in titles if (issue := self._headlines_alone.get(title)) is not None)
        found = (self.address_before(*links), max(bare, key=self._when, default=None))
        return max((issue for issue in found if issue is not None), key=self._when, default=None)

    def address_before(self, *links: str) -> Printed | None:
        """The latest issue that printed one of these addresses."""
        return max((told.issue for _, told in self._printed_at(links)), key=self._when, default=None)

    def headlines_at(self, link: str) -> tuple[tuple[str, Printed], ...]:
        """The headlines that this page was printed under, each with its issue, oldest first."""
        return tuple(dict.fromkeys((told.headline, told.issue) for _, told in self._printed_at((link,))))

    def headline_before(self, headline: str) -> Printed | None:
        """The latest issue that printed exactly this headline."""
        return self._headlines.get(key) if (key := headline_key(headline)) else None

    # Takes and topics ------------------------------------------------------------------------------

    def take_before(self, text: str) -> tuple[Printed, str] | None:
        """The issue that printed this take, and the headline it stood under ("" if apart)."""
        folded = fold(text)
        return self._takes.get(folded) if len(folded) >= TELLING else None

    def take_nearly_before(self, text: str) -> tuple[Printed, str] | None:
        """The same of a take in which a word or two were mended since, as far back as stories are compared."""
        words = _words_of_take(text)
        if words.total() < _ENOUGH_OF_A_TAKE:
            return None
        for printed, issue, headline in self._recent_takes:
            common = (words & printed).total()
            if 2 * common >= _SAME_TAKE * (words.total() + printed.total()):
                return issue, headline
        return None

    def topic_before(self, topic: str) -> Printed | None:
        """The latest issue that explained this topic, also under slightly other words ("Introduction to …")."""
        return max(
            (self._topics[name] for name in topic_names(topic) if name in self._topics), key=self._when, default=None
        )

    def explainer_before(self, path: str) -> Printed | None:
        """The latest issue that took its explainer from this file, whatever the file says now."""
        return next((issue for issue in reversed(self.issues) if path and issue.explainer_path == path), None)

    @property
    def latest(self) -> Reference | None:
        return self.issues[-1].reference if self.issues else None

    # Likeness --------------------------------------------------------------------------------------

    def _weighed(self, story: Story) -> StoryWords:
        return words_of(_titles(story), self._terms)

    def _nearest(self, story: Story) -> tuple[StoryWords, _Told] | None:
        """The story's words and the recent story most like it, the latest of equals; None if none is like enough."""
        titles = _titles(story)
        if titles not in self._asked:
            self._asked[titles] = self._looked_up(titles)
        return self._asked[titles]

    def _looked_up(self, titles: tuple[str, ...]) -> tuple[StoryWords, _Told] | None:
        # Two vectors of length 1 are no more alike than the part of either that stands in both.
        part: dict[int, float] = {}
        for stem in dict.fromkeys(stem for title in titles for stem in tokens(clean_title(title))):
            for place, square in self._recent_with.get(stem, ()):
                part[place] = part.get(place, 0.0) + square
        # Places grow with the weeks.
        places = sorted(place for place, square in part.items() if square >= CONTINUES**2)
        if not places or (mine := words_of(titles, self._terms)).is_column:
            return None
        best: tuple[float, _Told] | None = None
        for told in (self._recent[place] for place in places):
            likeness = degree(mine, told.words)
            if likeness >= (best[0] if best else CONTINUES) and len(shared(mine, told.words)) >= _ENOUGH_SHARED:
                best = (likeness, told)
        return (mine, best[1]) if best else None

    def _told_at(self, story: Story) -> _Told | None:
        """The latest printed story at one of the addresses; at a page that changes, only under a like headline."""
        found = [
            told
            for link, told in self._printed_at(dict.fromkeys((story.link, *(e.link for e in story.entries))))
            if not is_front(link) or _alike(self._weighed(story), told.words)
        ]
        return max(found, key=lambda told: self._when(told.issue), default=None)

    def _called(self, story: Story) -> _Told | None:
        """Who stood under this headline; or under one of its titles, if it was printed without an address."""
        found: list[_Told] = []
        if (same_title := self._by_title.get(headline_key(story.headline))) and _tells(story.headline):
            found.extend(told for told in same_title if not is_column(story.headline))
        if self._headlines_alone and (bare := self.story_before(story)) is not None:
            titles = {headline_key(title) for title in _titles(story)}
            found.extend(
                told for told in self._told if told.issue is bare and titles & told.words.titles and not told.links
            )
        return max(found, key=lambda told: self._when(told.issue), default=None)

    @cached_property
    def _asked(self) -> dict[tuple[str, ...], tuple[StoryWords, _Told] | None]:
        """Answers given: repeat and continuation ask the same."""
        return {}

    def _when(self, issue: Printed) -> int:
        """How late an issue came: two may lie in one week."""
        return self._order[issue.reference.place]

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {issue.reference.place: at for at, issue in enumerate(self.issues)}

    # The indexes -----------------------------------------------------------------------------------

    @cached_property
    def _terms(self) -> TermCounts:
        if self.terms.entries:
            return self.terms
        return count_titles(headline for issue in self.issues for headline, _ in (*issue.stories, *issue.also_called))

    @cached_property
    def _told(self) -> tuple[_Told, ...]:
        """Every printed story, oldest first."""
        found = []
        for issue in self.issues:
            others: dict[str, list[str]] = {}
            for title, headline in issue.also_called:
                others.setdefault(headline, []).append(title)
            for headline, links in issue.stories:
                found.append(_Told(issue, headline, links, (headline, *others.get(headline, ())), self._terms))
        return tuple(found)

    @cached_property
    def _recent(self) -> tuple[_Told, ...]:
        places = {issue.reference.place for issue in self.issues[-RECENT:]}
        return tuple(told for told in self._told if told.issue.reference.place in places and not told.words.is_column)

    @cached_property
    def _recent_with(self) -> Mapping[str, tuple[tuple[int, float], ...]]:
        """Stem → the places of the recent stories that have it, each with the square of its weight."""
        places: dict[str, list[tuple[int, float]]] = {}
        for place, told in enumerate(self._recent):
            for stem, weight in told.words.vector.items():
                places.setdefault(stem, []).append((place, weight * weight))
        return {stem: tuple(found) for stem, found in places.items()}

    def _printed_at(self, links: Iterable[str]) -> list[tuple[str, _Told]]:
        """The printed stories at these addresses, each with the address it was asked by; oldest first for each."""
        return [
            (link, told)
            for link in links
            if (page := identity(link)) is not None
            for printed_link, told in self._addresses.get(page, ())
            if same(link, printed_link)
        ]

    @cached_property
    def _addresses(self) -> Mapping[str, tuple[tuple[str, _Told], ...]]:
        found: dict[str, list[tuple[str, _Told]]] = {}
        for told in self._told:
            for link in told.links:
                if (page := identity(link)) is not None:
                    found.setdefault(page, []).append((link, told))
        return {page: tuple(printed) for page, printed in found.items()}

    @cached_property
    def _by_title(self) -> Mapping[str, tuple[_Told, ...]]:
        found: dict[str, list[_Told]] = {}
        for told in self._told:
            for title in filter(None, map(headline_key, told.titles)):
                found.setdefault(title, []).append(told)
        return {title: tuple(printed) for title, printed in found.items()}

    @cached_property
    def _headlines(self) -> dict[str, Printed]:
        return {headline_key(headline): issue for issue in self.issues for headline, _ in issue.stories}

    @cached_property
    def _headlines_alone(self) -> dict[str, Printed]:
        alone = ((headline, issue) for issue in self.issues for headline, links in issue.stories if not links)
        return {headline_key(headline): issue for headline, issue in alone if _tells(headline)}

    @cached_property
    def _takes(self) -> dict[str, tuple[Printed, str]]:
        return {fold(text): (issue, headline) for issue in self.issues for _, text, headline in issue.takes}

    @cached_property
    def _recent_takes(self) -> tuple[tuple[Counter[str], Printed, str], ...]:
        """The words of each, the latest issue first."""
        return tuple(
            (_words_of_take(text), issue, headline)
            for issue in reversed(self.issues[-RECENT:])
            for _, text, headline in issue.takes
        )

    @cached_property
    def _topics(self) -> dict[str, Printed]:
        return {
            name: issue
            for issue in self.issues
            for topic in (*issue.aliases, issue.topic)
            for name in topic_names(topic)
        }


@lru_cache(maxsize=2)
def _remembered(issues: tuple[Printed, ...], terms: Same[TermCounts]) -> Memory:
    return Memory(issues, terms.it)


@dataclass(frozen=True, eq=False)
class _Told:
    """A story as an earlier issue printed it."""

    issue: Printed
    headline: str
    links: tuple[str, ...]
    titles: tuple[str, ...]
    terms: TermCounts

    @cached_property
    def words(self) -> StoryWords:
        # Of years of stories few are ever compared.
        return words_of(self.titles, self.terms)


def _titles(story: Story) -> tuple[str, ...]:
    return tuple(dict.fromkeys((story.headline, *(entry.title for entry in story.entries))))


def _repeat(how: Literal["address", "headline", "likeness"], told: _Told, mine: StoryWords) -> Repeat:
    return Repeat(told.issue, how, told.headline, round(degree(mine, told.words), 2))


def _alike(mine: StoryWords, told: StoryWords) -> bool:
    """Whether two headlines of one changing page tell the same."""
    return bool(mine.titles & told.titles) or (degree(mine, told) >= CONTINUES and not other_number(mine, told))


def _tells(headline: str) -> bool:
    """Whether the headline has words enough to be no chance ("Here's the latest")."""
    return len(content_words(headline)) >= _ENOUGH_WORDS
