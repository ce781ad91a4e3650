"""Find the story that somebody means: by id, address, headline, beginning of a headline, or likeness. Pure.

Precision first: a take under another headline is worse than a question. The rule was measured on typed references
(research on curation, section 5) and on headlines held back from labelled weeks: no wrong accept on the former.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, takewhile
from typing import Literal

from newsletter.desk.past.printed_words import other_mark
from newsletter.desk.takes.guards import (
    adds_another,
    another,
    cuts_number,
    other_name,
    other_news,
    other_number,
    same_subject,
    shares_enough,
)
from newsletter.desk.takes.spelling import Spellings
from newsletter.desk.takes.title_index import Fit, TitleIndex, stems_of, titles_of
from newsletter.desk.vectors import clean_title
from newsletter.links import identity, is_redirector, looks_like_address, same, with_scheme
from newsletter.model.news import Story, TermCounts
from newsletter.text import headline_key

#: Likeness from which a story may be taken, if it leads the second by so much, and the second has at most this share.
ACCEPT = 0.42
MARGIN = 0.18
RIVAL = 0.55
#: Below it the story must tell more than half of what was typed.
_SURE = 0.5
#: Likeness from which the stories are asked about.
ASK = 0.24
#: What the first story leaves untold, if it weighs as much of the reference and another story tells it, is that story.
_OTHER_HALF = 0.20
#: Letters of what was typed that are read as words: no headline is as long.
_READ = 2000
#: Letters of a headline's beginning that are enough to name it, if only one begins so.
_BEGINNING = 12
_NEAR_ID = 0.6
_MOST = 5
_RESEMBLES = 0.12
#: An address among words: "see https://example.com/a", also in brackets.
_ADDRESS_INSIDE = re.compile(r"https?://[^\s<>()\[\]\"“”«»、。）」』】]+", re.I)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
#: What a browser adds to a page's title: " - The Daily".
_SITE_BEHIND = re.compile(r"\s+[-–—|·]\s+[^-–—|·]{1,40}$")

How = Literal["id", "address", "headline", "beginning", "near"]
Outcome = Literal["accept", "ask", "reject"]


@dataclass(frozen=True, slots=True)
class Match:
    """What a reference names. `story` is None unless exactly one is meant; `candidates` are likeliest first.

    `how` is None where nothing of this week is meant; the candidates are suggestions then.
    """

    story: Story | None
    how: How | None
    candidates: tuple[Story, ...] = ()
    #: The address that the reference is, or holds among words, as typed and whatever it names; "" if none.
    address: str = ""
    #: Whether it is the address of a redirector that nobody could ask where it leads: never to be guessed.
    unresolved: bool = False

    @property
    def is_address(self) -> bool:
        """Whether an address was typed; words beside it named nothing then, or did not have to."""
        return self.address != ""

    @property
    def outcome(self) -> Outcome:
        """Accept if one story is meant, ask if some may be, reject if none is."""
        return "accept" if self.story is not None else "ask" if self.how is not None else "reject"


@dataclass(frozen=True, slots=True)
class Meant:
    """Which story a take means, and by which of its lines: `typed` is that line."""

    match: Match
    typed: str


@dataclass(frozen=True)
class StoryFinder:
    """All stories of a week, ready to be asked. Built once a draft; holds no state but its indexes."""

    stories: tuple[Story, ...]
    #: What a word is worth in the whole window, so that the few stories a freeze keeps are found as before it; where
    #: empty, the stories' own titles are counted.
    terms: TermCounts = field(default_factory=TermCounts)
    #: Short links and redirectors, as typed or published → where they lead.
    resolved: Mapping[str, str] = field(default_factory=dict)

    def find(self, ref: str) -> Match:
        """Whose story `ref` means: the first of id, address, headline, beginning and likeness that tells."""
        text = " ".join(ref.split())
        if text.startswith("#") and " " not in text:
            return self._named(text[1:].casefold())
        if looks_like_address(text):
            return self._addressed(text)
        typed = [found.rstrip(".,;:!?'’") for found in _ADDRESS_INSIDE.findall(text)]
        bare = [] if typed else [word.strip(".,;:!?()[]<>") for word in text.split()]
        pages = [self._addressed(one) for one in dict.fromkeys((*typed, *filter(looks_like_address, bare)))]
        if told := {story.id: story for page in pages for story in page.candidates}:
            return replace(_one_of(tuple(told.values()), "address"), address=pages[0].address)
        match = self._worded(_ADDRESS_INSIDE.sub(" ", text).strip()[:_READ])
        if not typed or match.story is not None:
            return match
        return replace(match, address=typed[0], unresolved=pages[0].unresolved)

    def likely(self, text: str, *, most: int = _MOST) -> tuple[Story, ...]:
        """Stories that share words with a text, likeliest first; for suggestions only. May be empty."""
        scored = self._index.resembling(stems_of(" ".join(text.split())[:_READ]))
        return tuple(story for value, story in scored[:most] if value >= _RESEMBLES)

    # The ways of naming a story --------------------------------------------------------------------

    def _named(self, name: str) -> Match:
        for known in (self._by_id, self._by_alias):
            if found := known.get(name):
                return _one_of(found, "id")
        near = (story for other in self._ids.near(name, _NEAR_ID) for story in self._by_id[other])
        return Match(None, None, tuple(islice(near, _MOST)))

    def _addressed(self, typed: str) -> Match:
        text = self.resolved.get(typed) or self.resolved.get(with_scheme(typed)) or typed
        for pages in (self._by_address, self._by_discussion):
            for link in dict.fromkeys((text, typed, text.replace("&amp;", "&"))):
                told = pages.get(identity(link) or "", ())
                if found := tuple({s.id: s for s, known in told if same(known, link)}.values()):
                    match = _one_of(found, "address")
                    return replace(match, address=typed)
        return Match(None, None, address=typed, unresolved=is_redirector(with_scheme(text)))

    def _worded(self, text: str) -> Match:
        if headline_key(text) not in self._by_headline:
            # Copied from a page's source or from a feed.
            text = _TAG.sub(" ", html.unescape(text))
        key = headline_key(text)
        if not key:
            return Match(None, None)
        if found := self._headed(text):
            plainly = found if key in self._by_headline else self._plainly(text, found)
            if not plainly:
                return Match(None, "headline", found)
            # A column bears its headline every week: this week's is meant.
            current = tuple(story for story in plainly if story.proposed)
            return _one_of(current if len(current) == 1 else plainly, "headline")
        stems = stems_of(text)
        fits = self._index.fits(stems)
        if begun := self._begun(key, text):
            # "Musk v. Altman" begins one headline, and is what three others are about.
            rivals = self._rivals(begun[0], frozenset(stems), fits) if len(begun) == 1 else ()
            return _one_of((*begun, *rivals), "beginning")
        return self._alike(text, stems, fits)

    def _headed(self, text: str) -> tuple[Story, ...]:
        """The stories that bear this headline: as it stands, without credits, or without a browser's addition."""
        if found := self._by_headline.get(headline_key(text)):
            return found
        plain = headline_key(clean_title(text))
        bare = (*self._by_headline.get(plain, ()), *self._by_plain_headline.get(plain, ()))
        if found := tuple({story.id: story for story in bare}.values()):
            return found
        page = headline_key(_SITE_BEHIND.sub("", text))
        return self._by_headline.get(page, ()) if len(page) >= _BEGINNING else ()

    def _plainly(self, text: str, found: Sequence[Story]) -> tuple[Story, ...]:
        """Those of the stories found without credits of which the rest of the text makes no other thing."""
        keys = {headline_key(clean_title(text)), headline_key(_SITE_BEHIND.sub("", text))}
        alike = {
            story.id: [title for title in titles_of(story) if headline_key(clean_title(title)) in keys]
            for story in found
        }
        return tuple(story for story in found if not adds_another(text, alike[story.id] or titles_of(story)))

    def _begun(self, key: str, text: str) -> tuple[Story, ...]:
        if len(key) < _BEGINNING:
            return ()
        first = bisect_left(self._headlines, key)
        headlines = takewhile(lambda one: one.startswith(key), self._headlines[first:])
        stories = {story.id: story for headline in headlines for story in self._by_headline[headline]}
        return tuple(
            story
            for story in stories.values()
            if not cuts_number(text, story) and not other_mark([text], titles_of(story))
        )

    def _rivals(self, story: Story, typed: frozenset[str], fits: Sequence[Fit]) -> tuple[Story, ...]:
        """Other stories with a title that has every typed word, the likeliest first; at most four."""
        # Whoever has all that was typed is at least so like it.
        others = (fit.story for fit in fits if fit.value >= ACCEPT and fit.story.id != story.id)
        # The "v" of a lawsuit may be "against" elsewhere.
        told = frozenset(stem for stem in typed if len(stem) > 1) or typed
        rivals = (other for other in others if told in self._index.found_in(other, told))
        return tuple(islice(rivals, _MOST - 1))

    def _alike(self, text: str, stems: Sequence[str], fits: Sequence[Fit]) -> Match:
        if not fits or fits[0].value < ASK:
            return Match(None, None, tuple(fit.story for fit in fits[:_MOST] if fit.value >= ASK / 2))
        first = fits[0]
        second = fits[1].value if len(fits) > 1 else 0.0
        typed = frozenset(stems)
        held = self._index.found_in(first.story, typed)
        other_half = self._other_half(typed - frozenset().union(*held), typed, fits[1:])
        likeliest = (first.story, *other_half, *(fit.story for fit in fits[1:] if fit.value >= ASK / 2))
        candidates = tuple(dict.fromkeys(story.id for story in likeliest))[:_MOST]
        by_id = {story.id: story for story in likeliest}
        sure = (
            first.value >= ACCEPT
            and first.value - second >= MARGIN
            and second <= first.value * RIVAL
            and not other_half
            and same_subject(text, stems, held)
            and shares_enough(typed, held, first.cosine)
            and not other_number(text, first.story)
            and (first.value >= _SURE or not other_news(text, first.story, self._index.as_spelt, self._index.worth))
            and not another(text, first.story, self._index.as_spelt)
            and not other_name(text, frozenset().union(*held), self._index.worth)
        )
        return Match(first.story if sure else None, "near", tuple(by_id[name] for name in candidates))

    def _other_half(self, untold: frozenset[str], typed: frozenset[str], others: Sequence[Fit]) -> tuple[Story, ...]:
        """The story that tells what the first one leaves untold, if the reference may name two; else empty."""
        whole = sum(self._index.worth(stem) for stem in sorted(typed))
        if len(untold) < 2 or sum(self._index.worth(stem) for stem in sorted(untold)) < _OTHER_HALF * whole:
            return ()
        for fit in others[:_MOST]:
            for held in self._index.found_in(fit.story, untold):
                if len(held) >= 2 and sum(self._index.worth(stem) for stem in sorted(held)) >= _OTHER_HALF * whole:
                    return (fit.story,)
        return ()

    # The indexes -----------------------------------------------------------------------------------

    @cached_property
    def _index(self) -> TitleIndex:
        return TitleIndex(self.stories, self.terms)

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[Story, ...]]:
        return _gathered((story.id, story) for story in self.stories)

    @cached_property
    def _by_alias(self) -> Mapping[str, tuple[Story, ...]]:
        return _gathered((alias, story) for story in self.stories for alias in story.aliases)

    @cached_property
    def _ids(self) -> Spellings:
        return Spellings(self._by_id)

    @cached_property
    def _by_headline(self) -> Mapping[str, tuple[Story, ...]]:
        return _gathered((headline_key(title), self.stories[place]) for place, title, _ in self._index.titles)

    @cached_property
    def _by_plain_headline(self) -> Mapping[str, tuple[Story, ...]]:
        """Only where something was added to the title."""
        added = ((place, plain) for place, title, plain in self._index.titles if plain != title)
        return _gathered((headline_key(plain), self.stories[place]) for place, plain in added)

    @cached_property
    def _headlines(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_headline))

    @cached_property
    def _by_address(self) -> Mapping[str, tuple[tuple[Story, str], ...]]:
        return self._pages((story, (story.link, *(entry.link for entry in story.entries))) for story in self.stories)

    @cached_property
    def _by_discussion(self) -> Mapping[str, tuple[tuple[Story, str], ...]]:
        return self._pages((story, (entry.discussion for entry in story.entries)) for story in self.stories)

    def _pages(self, told: Iterable[tuple[Story, Iterable[str]]]) -> Mapping[str, tuple[tuple[Story, str], ...]]:
        found: defaultdict[str, list[tuple[Story, str]]] = defaultdict(list)
        for story, links in told:
            known = [link for link in links if link]
            for link in dict.fromkeys((*known, *(self.resolved[link] for link in known if link in self.resolved))):
                if page := identity(link):
                    found[page].append((story, link))
        return {page: tuple(pairs) for page, pairs in found.items()}


def meant(finder: StoryFinder, *, ref: str, link: str = "", headline: str = "") -> Meant:
    """Which story a take means, from its three lines, of which any may be empty but not all.

    The story line leads; an address of its own mends one that names nothing; a headline mends an address that no feed
    carries, and chooses between the stories of one page. A headline that only may fit is no more than a suggestion
    then: the take has an address, and can stand on its own.
    """
    typed = ref or link or headline
    match = finder.find(typed)
    if match.story is None and link and typed != link:
        by_link = finder.find(link)
        if by_link.candidates:
            match, typed = by_link, link
        elif by_link.unresolved:
            match = replace(match, unresolved=True)
    if match.story is None and match.is_address and headline:
        by_headline = finder.find(headline)
        chosen = by_headline.story
        if chosen is not None and (not match.candidates or chosen.id in {one.id for one in match.candidates}):
            return Meant(by_headline, headline)
        if not match.candidates:
            match = replace(match, candidates=by_headline.candidates)
    return Meant(match, typed)


def _gathered(pairs: Iterable[tuple[str, Story]]) -> Mapping[str, tuple[Story, ...]]:
    found: defaultdict[str, dict[str, Story]] = defaultdict(dict)
    for name, story in pairs:
        found[name][story.id] = story
    return {name: tuple(told.values()) for name, told in found.items() if name}


def _one_of(found: Sequence[Story], how: How) -> Match:
    return Match(found[0], how, tuple(found)) if len(found) == 1 else Match(None, how, tuple(found))
