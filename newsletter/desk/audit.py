"""The faults of pairing that slip through: wrong story, wrong address, words of an earlier issue. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from newsletter.desk.choose import remarks_on
from newsletter.desk.pairing import address_words, contradicts, fits_better, story_words, strays
from newsletter.desk.past.memory import CONTINUES, Memory
from newsletter.desk.past.printed_words import is_front
from newsletter.links import glued, host_of, same
from newsletter.model.issue import Issue, Placement, Printed, PrintedStory, Take, Wishes
from newsletter.model.remarks import Remark, in_order
from newsletter.text import clip, content_words, count_words, fold, same_text, words

#: Words of a text below which likeness to an earlier one proves nothing, and the part that makes the two nearly one.
_ENOUGH_WORDS = 12
_NEARLY = 0.8
_SHINGLE = 5
#: A text that so many issues had is the house's own, not a leftover.
_HOUSE = 2
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.I)
#: What names an issue by its number: "Week #22 2024", "#51".
_NUMBERED = re.compile(r"\b(?:week|issue|no\.?)\s*(?:#\s*)?\d+|#\d+", re.I)
#: Words of meaning that two headlines share by chance so seldom that they tell of one thing.
_ENOUGH_IN_RETITLE = 3
#: Letters of an address that are shown, from its end.
_SHOWN = 70
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_HEADING = re.compile(r"#{1,6}\s(.+)")


def audit(issue: Issue, *, placements: Sequence[Placement], wishes: Wishes, memory: Memory) -> tuple[Remark, ...]:
    """What an editor should look at before this goes out, by file and line; empty if nothing is amiss.

    Every finding is a warning: the words say that something is unlikely, not that it is wrong. Nothing is said
    where they prove nothing: of short texts, other scripts, addresses made of ids.
    """
    desk = _Audit(issue, tuple(placements), wishes, memory)
    found = (
        *desk.pairings(),
        *desk.addresses(),
        *desk.glued_addresses(),
        *desk.texts(),
        *desk.leftovers(),
    )
    return in_order((*found, *(remarks_on(issue.explainer, memory) if issue.explainer else ())))


@dataclass(frozen=True, slots=True)
class _Audit:
    issue: Issue
    placements: tuple[Placement, ...]
    wishes: Wishes
    memory: Memory

    # A take and its story --------------------------------------------------------------------------

    def pairings(self) -> Iterator[Remark]:
        said = {story.id: _story_words(story) for story in (*self.issue.stories, *self.issue.headlines)}
        called = {story.id: story.headline for story in (*self.issue.stories, *self.issue.headlines)}
        for story in self.issue.stories:
            others = {name: words for name, words in said.items() if name != story.id}
            for take in self._takes_on(story):
                if not self._one_language(take, story) or host_of(story.link) == story.headline:
                    # Where the host's name stands for a headline, no word tells what the page is about.
                    continue
                if (better := fits_better(take.text, said[story.id], others, self.memory.terms)) is not None:
                    name, shared = better
                    what = (
                        f'The take under "{clip(story.headline, 70)}" reads like one on "{clip(called[name], 70)}" '
                        f"({', '.join(shared[:4])} in both). Wrong story?"
                    )
                    yield _take_remark(take, "pairing", what, (f"That one? First line  story: #{name}",))
                elif strays(take.text, said[story.id]):
                    what = f'The take and "{clip(story.headline, 70)}" share no word. Wrong story?'
                    yield _take_remark(take, "pairing", what, ("Look whether line 1 names the story that was meant.",))

    def _takes_on(self, story: PrintedStory) -> tuple[Take, ...]:
        return tuple(p.take for p in self.placements if p.story == story.id and p.outcome in ("attached", "own"))

    def _one_language(self, take: Take, story: PrintedStory) -> bool:
        house = self.issue.wording.language
        return all(_base(language or house) == "en" for language in (take.language, story.language))

    # A headline and its address --------------------------------------------------------------------

    def addresses(self) -> Iterator[Remark]:
        printed = (*self.issue.stories, *self.issue.headlines)
        for place, story in enumerate(printed):
            if not story.link:
                continue
            if not is_front(story.link) and (other := self._at_one_page(story, printed[:place])) is not None:
                what = f'"{clip(story.headline, 70)}" and "{clip(other, 70)}" point at one page: {_shown(story.link)}.'
                yield self._link_remark(story, what)
            elif (before := self._printed_before(story)) is not None:
                yield self._link_remark(story, before)
            elif (other := self._retitled_as_another(story, printed)) is not None:
                what = f'"{clip(story.headline, 70)}" shares no word with its story and reads like "{clip(other, 70)}".'
                yield self._link_remark(story, what)
            elif self._is_told(story) and self._contradicts(story):
                what = f'"{clip(story.headline, 70)}" points at {_shown(story.link)}: no word in common.'
                near = next((o for o in printed if o is not story and _reads_like(story.link, o)), None)
                also = f' It reads like the page of "{clip(near.headline, 70)}".' if near else ""
                yield self._link_remark(story, what + also)

    def _is_told(self, story: PrintedStory) -> bool:
        """Whether a person chose headline, address or story; a headline straight out of a feed is its publisher's."""
        return bool(story.takes) or self._is_retitled(story)

    def _is_retitled(self, story: PrintedStory) -> bool:
        return any(same_text(story.headline, title) for title in self.wishes.retitle.values())

    def _retitled_as_another(self, story: PrintedStory, printed: Sequence[PrintedStory]) -> str | None:
        """Another story's headline that these words fit, where they fit nothing of their own; None if none does."""
        said = frozenset(content_words(story.headline))
        if not self._is_retitled(story) or len(said) < _ENOUGH_IN_RETITLE:
            return None
        own = frozenset(word for text in (story.summary, *story.titles) for word in content_words(text))
        if not own or said & (own | address_words(story.link)):
            return None
        others = (one for one in printed if one is not story)
        return next((one.headline for one in others if len(said & _story_words(one)) >= _ENOUGH_IN_RETITLE), None)

    def _contradicts(self, story: PrintedStory) -> bool:
        if host_of(story.link) == story.headline:
            return False
        return contradicts(story.link, story.headline, *story.titles, story.summary)

    def _at_one_page(self, story: PrintedStory, others: Sequence[PrintedStory]) -> str | None:
        """The headline of another story, or of a line of its thread, that leads to the same page; None if none does."""
        if self.wishes.split:
            # What stood together was parted on purpose.
            return None
        pages = [(other.headline, other.link) for other in others]
        pages += [(sibling.headline, sibling.link) for other in others for sibling in other.thread]
        return next((headline for headline, link in pages if link and same(link, story.link)), None)

    def _printed_before(self, story: PrintedStory) -> str | None:
        """What an earlier issue printed at this address, where it was other news."""
        names = (story.headline, *story.titles)
        for headline, issue in reversed(self.memory.headlines_at(story.link)):
            if any(same_text(name, headline) or self.memory.likeness(name, headline) >= CONTINUES for name in names):
                return None
            if not is_front(story.link):
                page = f'{_shown(story.link)}, which {_named(issue)} printed as "{clip(headline, 70)}"'
                return f'"{clip(story.headline, 70)}" points at {page}.'
        return None

    def _link_remark(self, story: PrintedStory, what: str) -> Remark:
        mend = (f"Open it:  {story.link}   Another page? Put its address in place of this one.",)
        if self._is_retitled(story):
            return Remark(self.wishes.path, self.wishes.lines.get("retitle", 0), "warning", "link", what, mend)
        take = next(iter(self._takes_on(story)), None)
        if take is not None:
            return _take_remark(take, "link", what, mend)
        return Remark(f"issues/{self.issue.week}", 0, "warning", "link", what, mend)

    # Two addresses in one --------------------------------------------------------------------------

    def glued_addresses(self) -> Iterator[Remark]:
        for placement in self.placements:
            take = placement.take
            for text in dict.fromkeys(
                (take.ref, take.link, take.headline, *_ADDRESS.findall(f"{take.ref} {take.text}"))
            ):
                if (two := glued(text)) is not None:
                    yield _take_remark(take, "glued", *_two(two))
        explainer = self.issue.explainer
        for number, line in enumerate(explainer.body.splitlines() if explainer else ()):
            for two in filter(None, map(glued, _ADDRESS.findall(line))):
                assert explainer is not None
                yield Remark(explainer.path, explainer.body_line + number, "warning", "glued", *_two(two))
        for text in dict.fromkeys((explainer.tldr, *explainer.sources) if explainer else ()):
            for two in filter(None, map(glued, _ADDRESS.findall(text))):
                assert explainer is not None
                yield Remark(explainer.path, 0, "warning", "glued", *_two(two))
        for two in filter(None, map(glued, _ADDRESS.findall(self.issue.intro))):
            yield self._wish_remark("glued", *_two(two), key="intro")

    # Words that went out before --------------------------------------------------------------------

    def texts(self) -> Iterator[Remark]:
        """Takes that are nearly an earlier one (attaching holds those that are the same), intro and TL;DR."""
        for placement in self.placements:
            take = placement.take
            if placement.outcome == "held" or take.again or self.memory.take_before(take.text) is not None:
                continue
            for issue in reversed(self.memory.issues):
                near = next((headline for _, text, headline in issue.takes if _nearly(take.text, text)), None)
                if near is not None:
                    under = f' under "{clip(near, 60)}"' if near else ""
                    what = f"Nearly this text went out in {_named(issue)}{under}."
                    mend = ("A leftover? Delete the file. On purpose? Add  again: yes",)
                    yield _take_remark(take, "printed-before", what, mend)
                    break
        if where := self._went_out(self.issue.intro, [(issue, issue.intro) for issue in self.memory.issues]):
            what = f"This intro went out in {where}."
            yield self._wish_remark("printed-before", what, ("Left over? Write it anew or take it out.",), key="intro")
        explainer = self.issue.explainer
        tldr = explainer.tldr if explainer else ""
        if explainer and (where := self._went_out(tldr, [(issue, issue.tldr) for issue in self.memory.issues])):
            what = f"This TL;DR went out in {where}."
            yield Remark(explainer.path, 0, "warning", "printed-before", what, ("Left over? Write it anew.",))

    def _went_out(self, text: str, earlier: Sequence[tuple[Printed, str]]) -> str:
        """The issue that printed this text or nearly; "" if none did, or so many that it is the house's own."""
        found = [issue for issue, printed in earlier if _nearly(text, printed)]
        return _named(found[0]) if 0 < len(found) < _HOUSE else ""

    # Titles that stayed ----------------------------------------------------------------------------

    def leftovers(self) -> Iterator[Remark]:
        for key, typed in (("subject", self.wishes.subject), ("preheader", self.wishes.preheader)):
            if where := self._titled(typed) or self._numbered(typed):
                what = f'The {key} "{clip(typed.strip(), 80)}" is {where}.'
                mend = (f"Left over? Write it anew, or take out  {key}.",)
                yield self._wish_remark("stale-title", what, mend, key=key)
        explainer = self.issue.explainer
        lines = explainer.body.splitlines() if explainer else []
        for number, (line, below) in enumerate(zip_longest(lines, lines[1:], fillvalue="")):
            heading = _heading(line, below)
            if explainer and heading and (where := self._titled(heading)):
                what = f'The heading "{clip(heading, 80)}" is {where}.'
                mend = ("Left over from an earlier file? Change it.",)
                yield Remark(explainer.path, explainer.body_line + number, "warning", "stale-title", what, mend)

    def _titled(self, typed: str) -> str:
        """Whose title, topic or subject these words are; "" if this issue's own, nobody's, or the house's."""
        if len(content_words(typed)) < 2 or fold(typed) in (fold(self.issue.title), fold(self.issue.topic)):
            return ""
        found = [
            issue
            for issue in self.memory.issues
            if fold(typed) in map(fold, (issue.reference.title, issue.subject, issue.topic))
        ]
        return f"the title of {_named(found[0])}" if 0 < len(found) < _HOUSE else ""

    def _numbered(self, typed: str) -> str:
        """The issue whose number the words still have: "Week #22" in week 23; "" if none."""
        old = _numbers(typed) - _numbers(self.issue.title)
        issue = next((i for i in reversed(self.memory.issues) if old & _numbers(i.reference.title)), None)
        return f"numbered as {_named(issue)}" if issue else ""

    def _wish_remark(self, code: str, what: str, mend: tuple[str, ...], *, key: str) -> Remark:
        return Remark(self.wishes.path, self.wishes.lines.get(key, 0), "warning", code, what, mend)


def _take_remark(take: Take, code: str, what: str, mend: tuple[str, ...]) -> Remark:
    return Remark(take.path, take.ref_line or take.line, "warning", code, what, mend)


def _two(two: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    first, second = (clip(one, 80) for one in two)
    return f"Two addresses stand glued together: {first} and {second}.", ("Keep the one that was meant.",)


def _named(issue: Printed) -> str:
    return f"{issue.reference.title} ({issue.reference.week})"


def _shown(link: str) -> str:
    """The end of an address, where its words are."""
    if len(link) <= _SHOWN:
        return link
    bare = link.partition("://")[2] or link
    return bare if len(bare) <= _SHOWN else f"…{bare[-_SHOWN:]}"


def _story_words(story: PrintedStory) -> frozenset[str]:
    return story_words(story.link, story.headline, story.summary, *story.titles)


def _reads_like(link: str, other: PrintedStory) -> bool:
    """Whether two words of another headline stand in the address."""
    return len(frozenset(content_words(other.headline)) & address_words(link)) > 1


def _heading(line: str, below: str) -> str:
    """The words of a Markdown heading, marked before it or by the line below; "" if the line is none."""
    heading = _HEADING.match(line)
    if heading is None:
        return line.strip() if len(below) > 1 and set(below.rstrip()) in ({"="}, {"-"}) else ""
    return heading[1].strip().rstrip("#").rstrip()


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _numbers(text: str) -> frozenset[str]:
    return frozenset(fold(found) for found in _NUMBERED.findall(text))


def _nearly(text: str, earlier: str) -> bool:
    """Whether most runs of five words of a text stand in an earlier one; equal texts do, short ones never."""
    mine = _shingles(text)
    common = len(mine & _shingles(earlier))
    return 0 < _NEARLY * len(mine) <= common and count_words(text) >= _ENOUGH_WORDS


@lru_cache(maxsize=4096)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    found = tuple(sign for word in words(text) for sign in (word if _UNSPACED.search(word) else (word,)))
    return frozenset(found[i : i + _SHINGLE] for i in range(len(found) - _SHINGLE + 1))
