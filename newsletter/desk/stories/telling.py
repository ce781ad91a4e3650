"""A story put together from the entries that tell it: its lead, its headline, its other names. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from statistics import median

from newsletter.desk.vectors import clean_title, tokens
from newsletter.links import Link
from newsletter.model.news import Entry, Story

#: Among fewer nobody can tell who is the odd one.
_MANY = 4
#: A headline leads if it is so near to all of them, as a part of what the median is. With 1, 18 of a month's 40 largest
#: stories have another lead, mostly no better; with .75 five, the odd ones: a tool's name among the news.
_TYPICAL = 0.75


def lead_first(entries: Iterable[Entry], only_points: Callable[[Entry], bool]) -> tuple[Entry, ...]:
    """Publishers before those who only point, then the first; of four and more never the odd headline."""

    def rank(entry: Entry) -> tuple[bool, bool, datetime, str, str]:
        return (only_points(entry), not entry.link, entry.dated, entry.feed, entry.id)

    ordered = sorted(entries, key=rank)
    if len(ordered) >= _MANY:
        near = _nearness([entry.title for entry in ordered])
        least = _TYPICAL * median(near)
        as_good = (n for n, entry in enumerate(ordered) if rank(entry)[:2] == rank(ordered[0])[:2])
        ordered.insert(0, ordered.pop(next((n for n in as_good if near[n] >= least), 0)))
    return tuple(ordered)


def _nearness(titles: Sequence[str]) -> list[float]:
    """How much each has of the words of all; 0 without words."""
    told = [frozenset(tokens(clean_title(title))) for title in titles]
    counts = Counter(stem for stems in told for stem in stems)
    return [sum(counts[stem] for stem in stems) / math.sqrt(len(stems) or 1) for stems in told]


def story_told_by(
    entries: Sequence[Entry], *, name: str, names: Callable[[str], str], proposed: bool, thread: str = ""
) -> Story:
    """The story that these tell, the lead first; never empty. `names` gives a headline's slug.

    What the lead does not say, the others do. It goes by the names of all its headlines, former ones included.
    """
    lead = entries[0]
    aliases = {names(title) for entry in entries for title in (entry.title, *entry.former_titles)}
    dates = [entry.published for entry in entries if entry.published is not None]
    return Story(
        id=name,
        headline=lead.title,
        link=lead.link or next((e.link for e in entries if e.link), Link("")),
        entries=tuple(entries),
        aliases=tuple(sorted(aliases - {name})),
        summary=lead.summary or next((e.summary for e in entries if e.summary), ""),
        language=lead.language,
        published=lead.published or (min(dates) if dates else None),
        proposed=proposed,
        thread=thread,
    )
