"""Whether a story's headline changed after somebody wrote about it. I/O: SQLite"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from newsletter.model.issue import Draft, Take
from newsletter.model.news import Entry, Story
from newsletter.model.remarks import Remark
from newsletter.store.anchors import Anchor
from newsletter.store.engine import Store
from newsletter.text import clip, fold, same_text

_SHOWN = 80


def remember_headlines(draft: Draft, store: Store, now: datetime) -> None:
    """Keep the headline under which each take stands that is new; what is known of a take stays as it is."""
    known = store.anchors.all()
    store.anchors.add(anchor for anchor in _anchors(draft, known, now) if (anchor.path, anchor.sha256) not in known)


def changed_headlines(draft: Draft, store: Store, now: datetime) -> tuple[Remark, ...]:
    """A warning for each take whose story has another headline than when the take first stood under it.

    A take that names its story by a former headline saw that one. Nothing is written.
    """
    seen = {(anchor.path, anchor.sha256): anchor for anchor in _anchors(draft, store.anchors.all(), now)}
    stories = {ranked.story.id: ranked.story for ranked in (*draft.ranked, *draft.kept.ranked)}
    remarks = []
    for placement in draft.placements:
        anchor, story = seen.get(_key(placement.take)), stories.get(placement.story)
        entry = _entry(story, anchor) if story and anchor else None
        if anchor is None or entry is None or same_text(entry.title, anchor.title):
            continue
        was, is_now = clip(anchor.title, _SHOWN), clip(entry.title, _SHOWN)
        what = f'The headline changed since the take first stood under it: it was "{was}" and is now "{is_now}".'
        mend = "Look whether the take still fits; if it does, nothing is to be done."
        take = placement.take
        remarks.append(Remark(take.path, take.line, "warning", "headline-changed", what, (mend,)))
    return tuple(remarks)


def _anchors(draft: Draft, known: Mapping[tuple[str, str], Anchor], now: datetime) -> Iterator[Anchor]:
    stories = {ranked.story.id: ranked.story for ranked in (*draft.ranked, *draft.kept.ranked)}
    for placement in draft.placements:
        take, story = placement.take, stories.get(placement.story)
        if (anchor := known.get(_key(take))) is not None:
            yield anchor
        elif story is not None and story.entries:
            path, digest = _key(take)
            entry, title = _named(story, take)
            yield Anchor(path=path, sha256=digest, feed=entry.feed, entry=entry.id, title=title, at=now)


def _key(take: Take) -> tuple[str, str]:
    """A take's name here: of a file with several each its own, and new words are a new take."""
    return take.path, sha256(take.text.encode("utf-8", "replace")).hexdigest()


def _named(story: Story, take: Take) -> tuple[Entry, str]:
    """The entry that the take means and the headline that its author saw: the lead's, unless it typed another."""
    typed = fold(take.ref)
    for entry in story.entries:
        for title in (entry.title, *entry.former_titles):
            if typed and fold(title) == typed:
                return entry, title
    return story.entries[0], story.entries[0].title


def _entry(story: Story, anchor: Anchor) -> Entry | None:
    return next((entry for entry in story.entries if (entry.feed, entry.id) == (anchor.feed, anchor.entry)), None)
