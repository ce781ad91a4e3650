"""News on its way: an entry of a feed, a story told by entries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from newsletter.links import Identity, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item of a feed as its parser read it: strings as published, not yet believed."""

    id: str = ""
    title: str = ""
    #: True where the title is markup by its own declaration.
    title_is_html: bool = True
    link: str = ""
    published: datetime | None = None
    #: The description or summary, markup; may be empty.
    summary: str = ""
    #: The full text, markup; "" where the feed carries only a summary.
    content: str = ""
    author: str = ""
    language: str = ""
    #: What the publisher says of the kind of item: arXiv's announce_type; "" mostly.
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, normalised; the pair (feed, id) is its name in the store."""

    feed: str
    id: str
    #: Plain text on one line, entities decoded once; never empty.
    title: str
    #: Absolute; "" where the publisher gave none that can be printed.
    link: Link
    #: UTC, as published; None where it was missing, impossible or ahead of our clock.
    published: datetime | None
    first_seen: datetime
    #: The feed's good fetch before the one that brought this entry; None at its first fetch.
    previous_fetch: datetime | None = None
    #: Plain text, one or two sentences; may be empty.
    summary: str = ""
    author: str = ""
    #: BCP 47; "" if the publication's.
    language: str = ""
    #: Headlines that its publisher gave it before this one, oldest first; may be empty.
    former_titles: tuple[str, ...] = ()

    @property
    def dated(self) -> datetime:
        """When it counts as published: undated entries when first seen."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of an entry, enough to recognise it under another id."""

    id: str
    title: str
    identity: Identity | Literal[""]
    published: datetime | None
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One piece of news, whatever number of entries told it."""

    #: Short, stable within its week; shown as "#zoom-ceo".
    id: str
    headline: str
    #: As printed; "" if no entry has one.
    link: Link
    #: The lead first, then by date; never empty, but for a story that a take brought.
    entries: tuple[Entry, ...]
    #: Names an editor may also use for it: ids made from its other headlines.
    aliases: tuple[str, ...] = ()
    summary: str = ""
    language: str = ""
    published: datetime | None = None
    #: Whether the window admits it; else only a take brings it in.
    proposed: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score, with what it was reckoned from in words."""

    name: str
    value: float
    basis: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its score and what the score is made of.

    `sources` are the feeds that carried it as (id, name), the lead's first: names as they were then, so that an
    issue can be made again after a feed was renamed or taken out.
    """

    story: Story
    score: float
    terms: tuple[Term, ...]
    sources: tuple[tuple[str, str], ...]
