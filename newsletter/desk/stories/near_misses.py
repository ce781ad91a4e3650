"""Pairs of stories that may be one: what an editor is asked to look at. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsletter.desk.vectors import clean_title, tokens
from newsletter.model.news import Entry, NearMiss, Story

#: More than an editor reads in one go.
_MOST = 40


def near_misses(
    pairs: Sequence[tuple[Entry, Entry, Story, Story, float]], rarities: Mapping[str, float]
) -> tuple[NearMiss, ...]:
    """The pairs of proposed stories among these pairs of entries with their stories, each once; 40 at most.

    The pairs come likeliest first, and so do the near misses; the words shown are those of the likeliest pair.
    """
    found: dict[tuple[str, str], NearMiss] = {}
    for one, other, its_story, others_story, likeness in pairs:
        first, second = sorted((its_story, others_story), key=lambda story: story.id)
        if first.id == second.id or not (first.proposed and second.proposed) or (first.id, second.id) in found:
            continue
        shared = _shared(one.title, other.title, rarities)
        found[first.id, second.id] = NearMiss(
            one=first.id, other=second.id, likeness=round(min(1.0, likeness), 2), shared=shared
        )
        if len(found) == _MOST:
            break
    return tuple(found.values())


def _shared(one: str, other: str, rarities: Mapping[str, float]) -> tuple[str, ...]:
    """Words of the first headline as printed that the other has in any form, rarest first."""
    told = set(tokens(clean_title(other)))
    printed: dict[str, str] = {}
    for word in clean_title(one).split():
        for stem in tokens(word):
            if stem in told:
                printed.setdefault(stem, word.strip(".,;:!?…()[]{}'\"‘’“”«»"))
    by_rarity = sorted(printed, key=lambda stem: (-rarities.get(stem, 0.0), stem))
    return tuple(dict.fromkeys(printed[stem] for stem in by_rarity))
