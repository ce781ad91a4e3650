"""A story and a take as they are printed and recorded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from newsletter.links import identity
from newsletter.model.issue import Credit, PrintedStory, PrintedTake, Sibling, Take
from newsletter.model.members import Member
from newsletter.model.news import Ranked, Story


def printed_story(
    ranked: Ranked, *, zone: ZoneInfo, takes: tuple[PrintedTake, ...] = (), thread: Sequence[Ranked] = ()
) -> PrintedStory:
    """The story under its lead's name, with a credit for every other source that told it, and its thread below it."""
    story = ranked.story
    names = dict(ranked.sources)
    source = names.get(story.entries[0].feed, story.entries[0].feed) if story.entries else ""
    page = identity(story.link) if story.link else None
    told_by: dict[str, Credit] = {}
    for entry in story.entries[1:]:
        name = names.get(entry.feed, entry.feed)
        if name != source and name not in told_by:
            own_page = entry.link if entry.link and identity(entry.link) != page else ""
            told_by[name] = Credit(source=name, link=own_page)
    return PrintedStory(
        id=story.id,
        headline=story.headline,
        link=story.link,
        source=source,
        published=story.published.astimezone(zone).date() if story.published else None,
        summary=story.summary,
        language=story.language,
        also_covered=tuple(told_by.values()),
        takes=takes,
        addresses=_addresses(story),
        titles=tuple(dict.fromkeys(e.title for e in story.entries if e.title != story.headline)),
        thread=tuple(map(_sibling, thread)),
        entries=tuple((e.feed, e.id) for e in story.entries),
    )


def _sibling(ranked: Ranked) -> Sibling:
    story, names = ranked.story, dict(ranked.sources)
    return Sibling(
        id=story.id,
        headline=story.headline,
        link=story.link,
        source=names.get(story.entries[0].feed, story.entries[0].feed) if story.entries else "",
        language=story.language,
        addresses=_addresses(story),
    )


def _addresses(story: Story) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for a in (story.link, *(e.link for e in story.entries)) if a))


def printed_take(take: Take, member: Member) -> PrintedTake:
    """The take under the name that newsletter.toml gives its author."""
    return PrintedTake(
        author=member.name,
        author_link=member.link,
        member=member.id,
        text=take.text,
        language=take.language,
        tags=take.tags,
        path=take.path,
    )
