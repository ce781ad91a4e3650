"""Take to story: attached, a story of its own, apart, or held with the line that mends it. Pure.

A take is never guessed onto a story: what is not certain is held, and named in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.clock import utc
from newsletter.desk.choice.wish import Wanted
from newsletter.desk.members import closest, member_named
from newsletter.desk.past.memory import TELLING, Memory
from newsletter.desk.takes.match import Match, StoryFinder, meant
from newsletter.links import Link, host_of, printed, same, with_scheme
from newsletter.model.issue import Member, Placement, Take
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
    """Place every take; the placements are as many and in the same order.

    A take on a story that the chief editor dropped is held, not lost.
    `sources` are the feeds' names by id; `frozen` says that only the stories of the freeze can be found.
    """
    placements: dict[int, Placement] = {}
    remarks: list[Remark] = []
    own: dict[str, Story] = {}
    # Of two copies the one that names a story is printed.
    for place, take in sorted(enumerate(takes), key=lambda filed: not _names_a_story(filed[1])):
        placing = _Placing(take, finder, members, memory, wanted, sources, own, frozen)
        placement, story, said = placing.place(tuple(placements.values()))
        if story is not None:
            own.setdefault(story.id, story)
        placements[place] = placement
        remarks.extend(said)
    return Attached(tuple(placements[place] for place in range(len(takes))), tuple(own.values()), tuple(remarks))


@dataclass(frozen=True, slots=True)
class _Placing:
    """One take on its way; every method returns the placement, the story it brings, and what is to be said."""

    take: Take
    finder: StoryFinder
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
        if not take.again and (found := self.memory.take_before(take.text)) is not None:
            issue, headline = found
            under = f' under "{clip(headline, 60)}"' if headline else ""
            what = (
                f"This text by {member.name} went out in {_issue(issue.reference.title, issue.reference.week)}{under}."
            )
            return self._held("printed before", "printed-before", f"{what} Held.", _AGAIN)
        twin = next((p for p in before if p.outcome != "held" and self._is_copy(p.take)), None)
        if twin is not None:
            what = f"The same text stands in {twin.take.path}. Printed once; this copy is held."
            return self._held("the same text twice", "same-take", what, ("Delete one of the two files.",))
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
        if match.story is not None:
            return self._on_story(match, typed, member)
        if _several(match) and match.how != "beginning":
            return self._unsure(match, typed)
        if match.unresolved and not take.headline:
            return self._short_link(match.address or typed)
        if match.address or take.link:
            return self._own_story(match.address or take.link, member)
        if (earlier := self.memory.headline_before(take.ref)) is not None:
            return self._earlier(earlier.reference.title, str(earlier.reference.week), take.ref, member)
        if take.headline and match.how != "near":
            return self._own_story("", member)
        return self._unsure(match, typed)

    def _on_story(self, match: Match, typed: str, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take, story = self.take, match.story
        assert story is not None
        if story.id in self.wanted.drop:
            return self._dropped(story, member)
        if not take.again and (earlier := self.memory.story_before(story)) is not None:
            reference = earlier.reference
            return self._earlier(reference.title, str(reference.week), story.headline, member, about=story)
        remarks = []
        if match.how == "near":
            what = f'"{typed}" read as "{story.headline}" ({self._source(story)}).'
            remarks.append(self._remark("notice", "near-match", what, ("Not that? Put the address on line 1.",)))
        if not story.proposed and story.published is not None:
            day = f"{utc(story.published):%Y-%m-%d}"
            what = f"\"{story.headline}\" is of {day}, outside this week's window; {member.name}'s take brings it in."
            remarks.append(self._remark("notice", "late-story", what))
        return Placement(take=take, outcome="attached", story=story.id), None, tuple(remarks)

    def _short_link(self, link: str) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = f"Nobody knows so far where {link} leads. The take is held: a short link is not guessed."
        again = "" if self.frozen else " Each  newsletter collect  asks for it again."
        return self._held(
            "nobody knows where its link leads", "short-link", what, (f"Put the page's own address.{again}",)
        )

    def _own_story(self, typed: str, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        link = printed(with_scheme(self.finder.resolved.get(typed, typed))) if typed else Link("")
        if link is None:
            what = f'"{typed}" is not an address that can be printed (http or https). {member.name}\'s take is held.'
            return self._held("its address cannot be printed", "address", what, ("Put a whole address on line 1.",))
        if link and not take.again and (earlier := self.memory.address_before(link)) is not None:
            return self._earlier(earlier.reference.title, str(earlier.reference.week), link, member)
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
        mend = () if take.headline else (f'Add a line  headline: …  (now shown as "{headline}").',)
        shown = link or f'"{headline}"'
        nobody = "The frozen week has no story of a feed at" if self.frozen else "No feed carries"
        what = f"{nobody} {shown}. It becomes a story of its own, with {member.name}'s take."
        return (
            Placement(take=take, outcome="own", story=story.id),
            story,
            (self._remark("notice", "own-story", what, mend),),
        )

    def _free_id(self, wanted: str) -> str:
        taken = {s.id for s in self.finder.stories} | set(self.own)
        return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 1000))) if name not in taken)

    def _apart(self, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        likely = self.finder.likely(self.take.text, most=3)
        mend: tuple[str, ...] = ("To attach it, name a story on the first line: its #id, its address or its headline.",)
        if likely:
            shared = _shared_words(self.take.text, likely[0])
            named = f" ({shared} in both)" if shared else ""
            story = f'#{likely[0].id} "{likely[0].headline}"{named}'
            mend = (f"Likely: {story}. To attach it: first line  story: #{likely[0].id}",)
        what = f'{member.name}\'s take names no story. It stands apart, under "Also from the team".'
        remark = self._remark("warning", "no-story", what, mend)
        candidates = tuple(s.id for s in likely)
        return Placement(take=self.take, outcome="apart", candidates=candidates), None, (remark,)

    def _dropped(self, story: Story, member: Member) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = f'"{story.headline}" was dropped in issue.toml. {member.name}\'s take on it is held.'
        mend = ("Take the story out of `drop`.",)
        return self._held("its story was dropped", "dropped-story", what, mend, about=story)

    def _earlier(
        self, title: str, week: str, name: str, member: Member, *, about: Story | None = None
    ) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        what = (
            f'"{clip(name, 90)}" was printed in {title} ({week}). It is not printed again as new: '
            f"{member.name}'s take stands apart, with a word on that issue."
        )
        remark = self._remark("warning", "story-before", what, ("Print the story again on purpose? Add  again: yes",))
        candidates = (about.id,) if about else ()
        return Placement(take=self.take, outcome="apart", reason=week, candidates=candidates), None, (remark,)

    def _unsure(self, match: Match, ref: str) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        take = self.take
        if _several(match):
            code = "ambiguous-story"
            what = f'"{ref}" fits {len(match.candidates)} stories. The take is held. Say which:'
            mend = tuple(self._candidate(s) for s in match.candidates[:5])
        elif match.how == "near":
            code, what = "unsure-story", f'"{ref}" is not quite a story of this week. The take is held. Did you mean'
            mend = (*(self._candidate(s) for s in match.candidates), "Put the id, the line or its address on line 1.")
        else:
            code, what = "unknown-story", f'No story is called "{ref}". The take is held.'
            mend = (
                *(f"Did you mean  {self._candidate(s)}?" for s in match.candidates[:3]),
                "Put an id, a headline or an address on line 1; or add  headline: …  to make it a story of its own.",
            )
        remark = self._remark("warning", code, f"{what} ({take.author})", mend)
        candidates = tuple(s.id for s in match.candidates)
        return Placement(take=take, outcome="held", reason=what, candidates=candidates), None, (remark,)

    def _unknown_author(self) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        typed = self.take.author
        near = closest(typed, self.members)
        hint = f" Closest: {near.name} ({near.id})." if near else ""
        what = f'"{typed}" is not in newsletter.toml. The take is held.{hint}'
        mend = ("Add a line  author: NAME  or add the member to newsletter.toml.",)
        return self._held(f'"{typed}" is no member', "unknown-author", what, mend)

    def _source(self, story: Story) -> str:
        return self.sources.get(story.entries[0].feed, story.entries[0].feed) if story.entries else "a take"

    def _candidate(self, story: Story) -> str:
        when = f", {utc(story.published):%d %b}" if story.published else ""
        return f'#{story.id} "{story.headline}" ({self._source(story)}{when})'

    def _held(
        self, reason: str, code: str, what: str, mend: tuple[str, ...], *, about: Story | None = None
    ) -> tuple[Placement, Story | None, tuple[Remark, ...]]:
        remark = self._remark("warning", code, what, mend)
        candidates = (about.id,) if about else ()
        return Placement(take=self.take, outcome="held", reason=reason, candidates=candidates), None, (remark,)

    def _remark(self, level: Level, code: str, what: str, mend: tuple[str, ...] = ()) -> Remark:
        return Remark(self.take.path, self.take.ref_line or self.take.line, level, code, what, mend)


_AGAIN = ("A leftover? Delete the file. On purpose? Add  again: yes",)


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
