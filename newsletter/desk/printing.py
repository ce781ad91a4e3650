"""A story and a take as they are printed and recorded. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter.links import identity
from newsletter.model.issue import Credit, Member, PrintedStory, PrintedTake, Take
from newsletter.model.news import Ranked


def printed_story(ranked: Ranked, *, zone: ZoneInfo, takes: tuple[PrintedTake, ...] = ()) -> PrintedStory:
    """The story under its lead's name, with a credit for every other source that told it."""
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
        addresses=tuple(dict.fromkeys(a for a in (story.link, *(e.link for e in story.entries)) if a)),
        entries=tuple((e.feed, e.id) for e in story.entries),
    )


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
