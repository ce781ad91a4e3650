"""A story put together from the entries that tell it: its lead, its headline, its other names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from newsletter.links import Link
from newsletter.model.news import Entry, Story


def lead_first(entries: Iterable[Entry], only_points: Callable[[Entry], bool]) -> tuple[Entry, ...]:
    """Publishers before those who only point, then the first to tell it."""

    def rank(entry: Entry) -> tuple[bool, bool, datetime, str, str]:
        return (only_points(entry), not entry.link, entry.dated, entry.feed, entry.id)

    return tuple(sorted(entries, key=rank))


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
