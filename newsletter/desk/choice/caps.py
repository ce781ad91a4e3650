"""Which stories stand as headlines: a bound for each publisher, one of each thread. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from newsletter.model.news import Ranked

#: Siblings printed below the story that stands for their thread.
SIBLINGS = 4

#: "publisher": its publisher leads enough stories that stand before it. "thread": another story stands for its thread.
#: "places": those ranked before it took them all.
Cap = Literal["publisher", "thread", "places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A story that stands as a headline."""

    ranked: Ranked
    #: Stories of its thread that were not chosen, best first, at most `SIBLINGS`; printed below it.
    siblings: tuple[Ranked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Why a story does not stand as a headline, and what stands in its way."""

    cap: Cap
    #: "publisher": the stories that its publisher leads; "thread": the one that stands for the thread; "places": the
    #: last one chosen, empty if there was no place at all or only for pinned ones.
    instead: tuple[Ranked, ...] = ()
    #: Who leads the story, as counted for the bound: a domain, or the id of a feed.
    publisher: str = ""
    #: Whether places were left when its turn came: without the cap it would have been chosen.
    in_reach: bool = False
    #: The chosen story under which it stands as a sibling; None if it is not printed at all.
    below: Ranked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The headlines in printed order, and the reason for every other story by its id."""

    chosen: tuple[Chosen, ...] = ()
    left_out: Mapping[str, LeftOut]
    #: The stories of its thread below each story with takes, by its id; only where there are some.
    below_told: Mapping[str, tuple[Ranked, ...]] = field(default_factory=dict)


def choose(
    ranked: Sequence[Ranked],
    *,
    most: int,
    per_publisher: int,
    pinned: Sequence[Ranked] = (),
    told: Sequence[Ranked] = (),
) -> Choice:
    """The pinned stories, then the best of the others until `most` stand.

    Those `told` have takes and stand above the headlines: the first of each thread stands for it.

    Of the others at most `per_publisher` are led by one publisher (0 sets no bound) and one belongs to a thread;
    pinned ones count for both, and are chosen whatever the bounds say. `ranked` is in the order in which stories are
    to stand, best first; a pinned story may be among them.
    """
    work = _Work(most=most, per_publisher=per_publisher)
    for one in told:
        work.stand(one)
    for one in pinned:
        work.take(one)
    named = {one.story.id for one in (*pinned, *told)}
    others = [one for one in ranked if one.story.id not in named]
    for one in others:
        work.weigh(one)
    return work.choice(others, told)


def leading_publisher(ranked: Ranked) -> str:
    """Who leads the story: the domain of its lead's page, or the lead's feed by its id where nobody published it.

    "" where an older record does not tell: such stories know no bound, as none did when they were frozen.
    """
    if not ranked.tellings:
        return ""
    lead = ranked.tellings[0]
    return lead.publisher or lead.feed


class _Work:
    """The choice while it is made."""

    def __init__(self, *, most: int, per_publisher: int) -> None:
        self._most, self._bound = most, per_publisher
        self._chosen: list[Ranked] = []
        self._led: dict[str, list[Ranked]] = {}
        self._threads: dict[str, Ranked] = {}
        self._last: tuple[Ranked, ...] = ()
        self._left: dict[str, LeftOut] = {}

    def take(self, one: Ranked) -> None:
        self._chosen.append(one)
        self._led.setdefault(leading_publisher(one), []).append(one)
        self.stand(one)

    def stand(self, one: Ranked) -> None:
        if one.story.thread:
            self._threads.setdefault(one.story.thread, one)

    def weigh(self, one: Ranked) -> None:
        full = len(self._chosen) >= self._most
        publisher = leading_publisher(one)
        led = self._led.get(publisher, []) if publisher and self._bound else []
        stands = self._threads.get(one.story.thread) if one.story.thread else None
        if stands is not None:
            self._leave(one, "thread", (stands,), in_reach=not full)
        elif full:
            self._leave(one, "places", self._last, in_reach=False)
        elif led and len(led) >= self._bound:
            self._leave(one, "publisher", tuple(led), in_reach=True)
        else:
            self.take(one)
            self._last = (one,)

    def _leave(self, one: Ranked, cap: Cap, instead: tuple[Ranked, ...], *, in_reach: bool) -> None:
        self._left[one.story.id] = LeftOut(
            cap=cap, instead=instead, publisher=leading_publisher(one), in_reach=in_reach
        )

    def choice(self, others: Sequence[Ranked], told: Sequence[Ranked]) -> Choice:
        siblings: dict[str, list[Ranked]] = {}
        for one in others:
            stands = self._threads.get(one.story.thread) if one.story.thread else None
            if stands is None or one.story.id not in self._left:
                continue
            below = siblings.setdefault(stands.story.id, [])
            if len(below) < SIBLINGS:
                below.append(one)
                self._left[one.story.id] = replace(self._left[one.story.id], below=stands)
        chosen = tuple(Chosen(ranked=one, siblings=tuple(siblings.get(one.story.id, ()))) for one in self._chosen)
        below_told = {one.story.id: tuple(siblings[one.story.id]) for one in told if one.story.id in siblings}
        return Choice(chosen=chosen, left_out=self._left, below_told=below_told)
