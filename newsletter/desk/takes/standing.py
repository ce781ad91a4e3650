"""Where a take stands, in the words that its author reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.desk.members import member_named
from newsletter.model.issue import Draft, Outcome, Placement
from newsletter.model.members import Member
from newsletter.text import clip

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CLIP = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One take's place: `words` say it, as after "filed:"; the rest is for programs."""

    author: str
    line: int
    outcome: Outcome
    words: str
    #: "" unless attached or own.
    story: str = ""
    headline: str = ""
    #: Which of how many takes on its story it is, from 1; 0 where it has none.
    place: int = 0
    of: int = 0

    def as_json(self) -> dict[str, object]:
        return {
            "author": self.author,
            "line": self.line,
            "outcome": self.outcome,
            "stands": self.words,
            "story": self.story,
            "headline": self.headline,
            "place": self.place,
            "of": self.of,
        }


def stands(path: str, draft: Draft, members: Sequence[Member]) -> tuple[Stand, ...]:
    """Where each take of a file stands in the draft, in the order of the file; empty if none of it could be read."""
    mine = sorted((p for p in draft.placements if p.take.path == path), key=lambda p: p.take.line)
    return tuple(_stand(placement, draft, members) for placement in mine)


def ordinal(place: int) -> str:
    """ "first" to "tenth", then "11th"; from 1."""
    if place <= len(_ORDINALS):
        return _ORDINALS[place - 1]
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _stand(placement: Placement, draft: Draft, members: Sequence[Member]) -> Stand:
    take = placement.take
    member = member_named(take.author, members)
    author = member.name if member else take.author
    if not placement.story:
        return Stand(author=author, line=take.line, outcome=placement.outcome, words=_unplaced(placement, draft))
    beside = [p.take for p in draft.placements if p.story == placement.story]
    place = next(n for n, other in enumerate(beside, start=1) if other is take)
    headline = next(s.headline for s in draft.issue.stories if s.id == placement.story)
    where = f'#{placement.story} "{clip(headline, _CLIP)}", {ordinal(place)} of {len(beside)}'
    return Stand(
        author=author,
        line=take.line,
        outcome=placement.outcome,
        words=f"under {where}" if placement.outcome == "attached" else f"as a story of its own, {where}",
        story=placement.story,
        headline=headline,
        place=place,
        of=len(beside),
    )


def _unplaced(placement: Placement, draft: Draft) -> str:
    if placement.outcome == "held":
        return f"held: {placement.reason}"
    under = f'apart, under "{draft.issue.wording.apart_heading}"'
    return f"{under}, with a word on {placement.reason}" if placement.reason else under
