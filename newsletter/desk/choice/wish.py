"""The chief editor's wishes as story ids; a wish that names nothing is a remark, never silence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.desk.takes.match import StoryFinder
from newsletter.links import host_of, looks_like_address, same
from newsletter.model.issue import Take, Wishes
from newsletter.model.news import Story
from newsletter.model.remarks import Remark
from newsletter.text import same_text, slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Wishes by story id. `order` holds pins, then the order wished; names that no feed carries stay as typed."""

    pin: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    retitle: Mapping[str, str] = field(default_factory=dict)

    def drops(self, story: Story) -> bool:
        """Whether the chief editor dropped it, by whatever name."""
        return any(_names(name, story) for name in self.drop)

    def headline_of(self, story: Story) -> str:
        """The headline wished for it; else its own."""
        return next((title for name, title in self.retitle.items() if _names(name, story)), story.headline)

    def places(self, *, own: Iterable[Story]) -> dict[str, int]:
        """The place of each story that has one; `own` are stories that takes brought."""
        places: dict[str, int] = {}
        for place, name in enumerate(self.order):
            places.setdefault(name, place)
            for story in own:
                if _names(name, story):
                    places.setdefault(story.id, place)
        return places


def read_wanted(wishes: Wishes, finder: StoryFinder, takes: Sequence[Take]) -> tuple[Wanted, tuple[Remark, ...]]:
    """Find the story of each wish; only certain finds count. An address or headline that a take brings is no fault."""
    remarks: list[Remark] = []

    def story_id(key: str, ref: str) -> str:
        match = finder.find(ref)
        if match.story is not None and match.how != "near":
            return match.story.id
        if _brought_by_take(ref, takes):
            return ref
        candidates = [match.story] if match.story else list(match.candidates)
        mend = tuple(f'Did you mean  #{s.id} "{s.headline}"?' for s in candidates[:3])
        what = f'{key} names "{ref}", which is no story of this week.'
        remarks.append(Remark(wishes.path, wishes.lines.get(key, 0), "warning", "unknown-story", what, mend))
        return ""

    pin = tuple(name for ref in wishes.pin if (name := story_id("pin", ref)))
    drop = frozenset(name for ref in wishes.drop if (name := story_id("drop", ref)))
    order = tuple(name for ref in wishes.order if (name := story_id("order", ref)))
    retitle = {name: title for ref, title in wishes.retitle.items() if (name := story_id("retitle", ref))}
    both = frozenset(pin) & drop
    for name in sorted(both):
        what = f"#{name} is both pinned and dropped; it is dropped."
        remarks.append(Remark(wishes.path, wishes.lines.get("drop", 0), "warning", "pin-and-drop", what))
    wanted = Wanted(pin=frozenset(pin) - drop, drop=drop, order=(*pin, *order), retitle=retitle)
    return wanted, tuple(remarks)


def _brought_by_take(ref: str, takes: Sequence[Take]) -> bool:
    if looks_like_address(ref):
        return any(same(ref, typed) for t in takes for typed in (t.ref, t.link) if looks_like_address(typed))
    if ref.startswith("#"):
        # The id that attaching will give it; one that is taken gets a number.
        wanted = re.sub(r"-\d+$", "", ref[1:].casefold())
        return any(slug(t.headline or host_of(t.link or t.ref)) in (wanted, ref[1:].casefold()) for t in takes)
    return any(same_text(ref, t.headline) for t in takes)


def _names(ref: str, story: Story) -> bool:
    if looks_like_address(ref):
        return bool(story.link) and same(ref, story.link)
    return ref.removeprefix("#").casefold() == story.id or same_text(ref, story.headline)
