"""Take to story: attached, a story of its own, apart, or held with the line that mends it. Pure.

A take is never guessed onto a story: what is not certain is held, and named in the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.clock import utc
from newsletter.desk.choice.wish import Wanted
from newsletter.desk.members import closest, member_named, sharing
from newsletter.desk.past.memory import TELLING, Memory
from newsletter.desk.takes.likely import Likely
from newsletter.desk.takes.match import Match, StoryFinder, meant
from newsletter.desk.takes.signed import signed
from newsletter.desk.takes.voices import other_voices, parted
from newsletter.links import Link, host_of, printed, same, with_scheme
from newsletter.model.issue import Placement, Reference, Take
from newsletter.model.members import Member
from newsletter.model.news import Story
from newsletter.model.remarks import Level, Remark
from newsletter.text import clip, content_words, fold, same_text, slug, words


@dataclass(frozen=True, slots=True)
class Attached:
    """Where every take stands; `own` are the stories that takes brought, in the order of their first take."""

    placements: tuple[Placement, ...]
    own: tuple[Story, ...]
    remarks: tuple[Remark, ...]


def attach(
    takes: Sequence[Take],
    finder: StoryFinder,
    *,
    members: Sequence[Member],
    memory: Memory,
    wanted: Wanted,
    sources: Mapping[str, str],
    frozen: bool = False,
) -> Attached:
    """Place every take; the placements are in the same order, one for each person whose words a take holds.

    A take on a story that the chief editor dropped is held, not lost.
    `sources` are the feeds' names by id; `frozen` says that only the stories of the freeze can be found.
    """
    placements: dict[int, Placement] = {}
    remarks: list[Remark] = []
    own: dict[str, Story] = {}
    likely = Likely(finder.stories, own)
    # Of two copies the one that names a story is printed.
    parts = [part for take in takes for part in parted(take, members)]
    for place, take in sorted(enumerate(parts), key=lambda filed: not _names_a_story(filed[1])):
        meant_so = signed(take, members, finder)
        alone = sum(other.path == take.path for other in parts) == 1
        placing = _Placing(meant_so.take, alone, finder, likely, members, memory, wanted, sources, own, frozen)
        placement, story, said = placing.place(tuple(placements.values()))
        remarks.extend((*meant_so.remarks, *other_voices(meant_so.take, members)))
        if story is not None:
            own.setdefault(story.id, story)
        placements[place] = placement
        remarks.extend(said)
    return Attached(tuple(placements[place] for place in range(len(parts))), tuple(own.values()), tuple(remarks))


@dataclass(frozen=True, slots=True)
class _Placing:
    """One take on its way; every method returns the placement, the story it brings, and what is to be said."""

    take: Take
    #: Whether it is the only one of its file: then what is put on the first line is about it.
    alone: bool
    finder: StoryFinder
    about: Likely
    members: Sequence[Member]
    memory: Memory
    wanted: Wanted
    sources: Mapping[str, str]
    own: dict[str, Story]
    frozen: bool

    def place(self, before: Sequence[Placement]) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        member = member_named(take.author, self.members)
        if member is None:
            return self._unknown_author()
        exact = self.memory.take_before(take.text)
        if not take.again and (found := exact or self.memory.take_nearly_before(take.text)) is not None:
            issue, headline = found
            under = f' under "{clip(headline, 60)}"' if headline else ""
            text = "This text" if exact else "Nearly this text"
            what = f"{text} went out in {_issue(issue.reference.title, issue.reference.week)}{under}. Held."
            return self._held("this text went out before", "printed-before", what, _AGAIN)
        twin = next((p for p in before if p.outcome != "held" and self._is_copy(p.take)), None)
        if twin is not None:
            here = twin.take.path == take.path
            where, mend = (f"on line {twin.take.line}", "") if here else (f"in {twin.take.path}", " files")
            what = f"The same text stands {where}. Printed once; this copy is held."
            return self._held("the same text was filed twice", "same-take", what, (f"Delete one of the two{mend}.",))
        if not _names_a_story(take):
            return self._apart(member)
        return self._referred(member)

    def _is_copy(self, other: Take) -> bool:
        """The same words; short ones ("Agreed.") count only from the same author on the same story."""
        mine = fold(self.take.text)
        if len(mine) >= TELLING:
            return mine == fold(other.text)
        return (self.take.text, self.take.author, self.take.ref) == (other.text, other.author, other.ref)

    def _referred(self, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        found = meant(self.finder, ref=take.ref, link=take.link, headline=take.headline)
        match, typed = found.match, found.typed
        if match.how != "headline" and _BARE_ID.fullmatch(take.ref):
            by_id = self.finder.find(f"#{take.ref}")
            match = by_id if by_id.story is not None else match
        if match.story is not None:
            return self._on_story(match, typed, member)
        if _several(match) and match.how != "beginning":
            return self._unsure(match, typed)
        if match.unresolved and not take.headline:
            return self._short_link(match.address or typed)
        if match.address or take.link:
            return self._own_story(match.address or take.link, member)
        if (earlier := self.memory.headline_before(take.ref)) is not None:
            return self._earlier(earlier.reference, take.ref, member)
        if take.headline and match.how != "near":
            return self._own_story("", member)
        return self._unsure(match, typed)

    def _on_story(self, match: Match, typed: str, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take, story = self.take, match.story
        assert story is not None
        if story.id in self.wanted.drop:
            return self._dropped(story, member)
        if not take.again and (earlier := self.memory.story_before(story)) is not None:
            return self._earlier(earlier.reference, story.headline, member, about=story)
        remarks = []
        if match.how == "near":
            what = f'"{typed}" read as "{story.headline}" ({self._source(story)}).'
            mend = (f"Not that? Put the address on line {self._line}.",)
            if typed == take.headline != take.ref:
                mend = ("Not that? Take out the headline: then the take stands under its own address.",)
            remarks.append(self._remark("notice", "near-match", what, mend))
        if not story.proposed and story.published is not None:
            day = f"{_day(story.published)} {utc(story.published).year}"
            what = f"\"{story.headline}\" is of {day}, outside this week's window; {member.name}'s take brings it in."
            remarks.append(self._remark("notice", "late-story", what))
        return Placement(take=take, outcome="attached", story=story.id), None, tuple(remarks)

    def _short_link(self, link: str) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = f"Nobody knows so far where {link} leads. The take is held: a short link is not guessed."
        again = "" if self.frozen else " Each  newsletter collect  asks for it again."
        mend = f"Put the page's own address on line {self._line}.{again}"
        return self._held("nobody knows where its link leads", "short-link", what, (mend,))

    def _own_story(self, typed: str, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        link = printed(with_scheme(self.finder.resolved.get(typed, typed))) if typed else Link("")
        if link is None:
            what = f'"{typed}" is not an address that can be printed (http or https). {member.name}\'s take is held.'
            mend = (f"Put a whole address on line {self._line}.",)
            return self._held("its address cannot be printed", "address", what, mend)
        if link and not take.again and (earlier := self.memory.address_before(link)) is not None:
            return self._earlier(earlier.reference, link, member)
        for story in self.own.values():
            if same(link, story.link) if link and story.link else same_text(take.headline, story.headline):
                return Placement(take=take, outcome="own", story=story.id), None, ()
        headline = take.headline or host_of(link)
        story = Story(
            id=self._free_id(slug(headline)),
            headline=headline,
            link=link,
            entries=(),
            language=take.language,
            proposed=False,
        )
        if self.wanted.drops(story):
            return self._dropped(story, member)
        to_name = () if take.headline else (f'Add a line  headline: …  (now shown as "{headline}").',)
        shown = link or f'"{headline}"'
        nobody = "The frozen week has no story of a feed at" if self.frozen else "No feed carries"
        what = f"{nobody} {shown}. It becomes a story of its own."
        return (
            Placement(take=take, outcome="own", story=story.id),
            story,
            (self._remark("notice", "own-story", what, to_name),),
        )

    def _free_id(self, wanted: str) -> str:
        taken = {s.id for s in self.finder.stories} | set(self.own)
        return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 1000))) if name not in taken)

    def _apart(self, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        of_file = self._of_file()
        text = self.take.text
        likely = (of_file,) if of_file else self.finder.likely(text, most=3) or self.about.of(text, most=3)
        mend: tuple[str, ...] = ("To attach it, name a story on the first line: its #id, its address or its headline.",)
        if likely:
            shared = _shared_words(self.take.text, likely[0])
            named = f" ({shared} in both)" if shared else " (the file's name)" if of_file else ""
            story = f'#{likely[0].id} "{likely[0].headline}"{named}'
            where = "" if self.alone else "a file of its own, "
            mend = (f"Likely: {story}. To attach it: {where}first line  story: #{likely[0].id}",)
        what = f'{member.name}\'s take names no story. It stands apart, under "Also from the team".'
        remark = self._remark("warning", "no-story", what, mend)
        candidates = tuple(s.id for s in likely)
        return Placement(take=self.take, outcome="apart", candidates=candidates), None, (remark,)

    def _dropped(self, story: Story, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = f'"{story.headline}" was dropped in issue.toml. {member.name}\'s take on it is held.'
        mend = ("Take the story out of `drop`.",)
        return self._held("its story was dropped", "dropped-story", what, mend, about=story)

    def _earlier(
        self, earlier: Reference, name: str, member: Member, *, about: Story | None = None
    ) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = (
            f'"{clip(name, 90)}" was printed in {earlier.title} ({earlier.week}). It is not printed again as new: '
            f"{member.name}'s take stands apart, with a word on that issue."
        )
        remark = self._remark("warning", "story-before", what, ("Print the story again on purpose? Add  again: yes",))
        candidates = (about.id,) if about else ()
        return Placement(take=self.take, outcome="apart", reason=earlier.place, candidates=candidates), None, (remark,)

    def _unsure(self, match: Match, ref: str) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        here = f"Put the id, that line or its address on line {self._line}."
        asked = tuple(self._candidate(s) for s in match.candidates)
        if _several(match):
            code = "ambiguous-story"
            reason = f'"{clip(ref, _SHOWN)}" fits {len(asked)} stories'
            what = f'"{ref}" fits {len(asked)} stories. The take is held. Say which:'
            mend: tuple[str, ...] = asked[:_ASKED]
        elif match.how == "near":
            code = "unsure-story"
            reason = f'"{clip(ref, _SHOWN)}" is not quite a story of this week'
            what = f'"{ref}" is not quite a story of this week. The take is held.'
            mend = _did_you_mean(asked, here)
        else:
            code = "unknown-story"
            reason = f'no story is called "{clip(ref, _SHOWN)}"'
            what = f'No story is called "{ref}". The take is held.'
            mend = (*_did_you_mean(asked[:3], here), "A story of its own? Add a line  headline: …")
        remark = self._remark("warning", code, what, mend)
        candidates = tuple(s.id for s in match.candidates)
        return Placement(take=take, outcome="held", reason=reason, candidates=candidates), None, (remark,)

    def _unknown_author(self) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        """A name that is no member's; a file's name may have been taken for one."""
        take, typed = self.take, self.take.author
        near = closest(typed, self.members)
        several = sharing(typed, self.members)
        hint = f" Closest: {near.name} ({near.id})." if near else ""
        if several:
            hint = f" It may be {' or '.join(f'{member.name} ({member.id})' for member in several)}."
        what = f'"{typed}" is not in newsletter.toml. The take is held.{hint}'
        mend = ("Add a line  author: NAME  or add the member to newsletter.toml.",)
        of_file = fold(typed) in fold(take.path)
        story = self._of_file() if of_file and near is None else None
        if story is not None:
            what = f"The file is named after #{story.id} and does not say who wrote it. The take is held."
            names = ", ".join(member.id for member in self.members if member.role != "former")
            also = "" if _names_a_story(take) else f"  and  story: #{story.id}"
            mend = (f"Put at the top  author: NAME{also}  ({names}).",)
        remark = Remark(take.path, 0 if of_file else take.line, "warning", "unknown-author", what, mend)
        return Placement(take=take, outcome="held", reason=f'"{typed}" is no member'), None, (remark,)

    def _of_file(self) -> Story | None:
        """The story that the file's name says, with or without its author's name before it; None if it says none."""
        stem = self.take.path.rpartition("/")[2].rpartition(".")[0]
        names = (stem, stem.partition("-")[2])
        return next((s for name in names if name and (s := self.finder.find(f"#{name}".casefold()).story)), None)

    def _source(self, story: Story) -> str:
        return self.sources.get(story.entries[0].feed, story.entries[0].feed) if story.entries else "a take"

    def _candidate(self, story: Story) -> str:
        when = f", {_day(story.published)}" if story.published else ""
        return f'#{story.id} "{story.headline}" ({self._source(story)}{when})'

    def _held(
        self, reason: str, code: str, what: str, mend: tuple[str, ...], *, about: Story | None = None
    ) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        remark = self._remark("warning", code, what, mend)
        candidates = (about.id,) if about else ()
        return Placement(take=self.take, outcome="held", reason=reason, candidates=candidates), None, (remark,)

    @property
    def _line(self) -> int:
        """Where the story is named, or may be."""
        return self.take.ref_line or 1

    def _remark(self, level: Level, code: str, what: str, mend: tuple[str, ...] = ()) -> Remark:
        return Remark(self.take.path, self.take.ref_line or self.take.line, level, code, what, mend)


_AGAIN = ("A leftover? Delete the file. On purpose? Add  again: yes",)


#: An id without its mark, which shells take for the beginning of a comment.
_BARE_ID = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
#: Letters of what was typed that a reason repeats, and candidates that an ambiguous name lists.
_SHOWN = 60
_ASKED = 5


def _did_you_mean(candidates: Sequence[str], here: str) -> tuple[str, ...]:
    """The question for one candidate or several, and where the answer goes; without any, only the latter."""
    if not candidates:
        return ("Put an id, an address or a headline there:  newsletter stories  lists them.",)
    if len(candidates) == 1:
        return (f"Did you mean  {candidates[0]}?  {here}",)
    first, *others, last = candidates
    return (f"Did you mean  {first}", *(f"or  {one}" for one in others), f"or  {last}?", here)


def _day(instant: datetime) -> str:
    """ "4 Jun", in UTC."""
    return f"{utc(instant).day} {utc(instant):%b}"


def _names_a_story(take: Take) -> bool:
    return bool(take.ref or take.link or take.headline)


def _issue(title: str, week: object) -> str:
    return f'"{title}" ({week})'


def _several(match: Match) -> bool:
    return match.how is not None and match.how != "near" and len(match.candidates) > 1


def _shared_words(text: str, story: Story) -> str:
    said = set(content_words(text))
    shared = [word for word in dict.fromkeys(words(story.headline)) if said & set(content_words(word))]
    return ", ".join(f'"{word}"' for word in shared[:3])


def with_headline(story: Story, headline: str) -> Story:
    """The story under the headline that the chief editor wished; its other names still find it."""
    return replace(story, headline=headline, aliases=tuple(sorted({*story.aliases, slug(story.headline)})))
