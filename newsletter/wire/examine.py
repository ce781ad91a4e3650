"""One document looked at closely, as `newsletter feeds test` shows it: every entry, nothing stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.model.feeds import Feed
from newsletter.model.news import RawEntry
from newsletter.wire.clean import safe_html
from newsletter.wire.job import Job
from newsletter.wire.normalise import as_published, normalise
from newsletter.wire.parsed import Parsed
from newsletter.wire.reading import parsed_document


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """One entry as its publisher wrote it. `title` is plain text and may be empty, `html` is sanitised."""

    id: str
    title: str
    link: str
    #: Where the story itself stands, if the link leads to talk about it; "" if it is the link, or if there is none.
    external: str
    #: Whether it would be kept: it says something, and something new.
    is_news: bool
    published: datetime | None
    html: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a document came to, as parsed without its entries, and these in document order."""

    parsed: Parsed
    entries: tuple[ShownEntry, ...] = ()


def examine(job: Job) -> Examined:
    """Read one document without the feed's own rules. Whatever is wrong with it is said in the result."""
    parsed = parsed_document(job.document, url=job.url, content_type=job.content_type)
    plain = replace(job.feed, include=(), exclude=(), max_items=0)
    shown = tuple(_shown(job, plain, raw) for raw in parsed.entries)
    return Examined(parsed=replace(parsed, entries=()), entries=shown)


def not_examined(problem: str) -> Examined:
    return Examined(parsed=Parsed(kind="refused", problem=problem))


def _shown(job: Job, feed: Feed, raw: RawEntry) -> ShownEntry:
    one = as_published(feed, raw, base_url=job.url, now=job.now)
    story = next(iter(normalise(feed, [raw], base_url=job.url, now=job.now, previous_fetch=None)), None)
    return ShownEntry(
        id=one.id,
        title=one.title,
        link=one.link,
        external=story.link if story and story.link != one.link else "",
        is_news=story is not None,
        published=one.published,
        html=safe_html(raw.content or raw.summary, base_url=one.link or job.url),
        summary=one.summary,
    )
