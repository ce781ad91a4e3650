"""News on its way: an entry of a feed, a story told by entries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    #: Where readers talk about it (RSS `comments`, Atom `replies`), as published; "" if nowhere.
    discussion: str = ""
    #: Votes of an aggregator's readers; None if the feed does not tell.
    points: int | None = None


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
    #: The page where readers talk about it; "" if none, or if it is `link` itself.
    discussion: Link | Literal[""] = ""
    #: Votes of an aggregator's readers when last fetched; None if unknown.
    points: int | None = None

    @property
    def dated(self) -> datetime:
        """When it counts as published: undated entries when first seen."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What of an entry tells whether a week needs it; the rest is read only then."""

    feed: str
    id: str
    title: str
    former_titles: tuple[str, ...]
    #: As stored; "" where there is no link.
    identity: str
    discussion: str
    published: datetime | None
    first_seen: datetime
    previous_fetch: datetime | None


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
    #: The id of the story that leads the thread it belongs to, its own if it leads; "" if it belongs to none.
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score, with what it was reckoned from in words."""

    name: str
    value: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How one entry counts for its story: as a publisher's word, or only as a pointer."""

    #: The feed's id, and its name as it was then.
    feed: str
    name: str
    #: Who is independent of whom: the registrable domain of the page; "" where the entry only points, or is a copy
    #: that does not name its original.
    publisher: str
    #: 0 to 1; 0 where there is no publisher.
    weight: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its score and what the score is made of.

    `sources` are the feeds that carried it as (id, name), the lead's first: names as they were then, so that an
    issue can be made again after a feed was renamed or taken out. `tellings` are one for each entry of the story,
    in their order, so that stories can be merged and split without the feeds; empty in older records.
    """

    story: Story
    score: float
    terms: tuple[Term, ...]
    sources: tuple[tuple[str, str], ...]
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCounts:
    """In how many of a week's entries each stem stands: what a word is worth when headlines are compared."""

    entries: int = 0
    #: Stem → entries. After the freeze, rare stems that no headline kept and no take has are left out.
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """Two stories that may be one, and were not joined."""

    one: str
    other: str
    #: 0 to 1: the cosine of their words, weighed by time and by how rare the shared ones are.
    likeness: float
    #: Words in both, rarest first.
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one issue may tell: of an open week all that window and takes reach, of a frozen one what it kept."""

    #: Best first: the stories that the window proposes, then those that only a take brings in.
    ranked: tuple[Ranked, ...] = ()
    #: Of the whole week, also after the freeze.
    terms: TermCounts = TermCounts()
    #: Short links and redirectors as typed or published → the address they lead to.
    resolved: Mapping[str, str] = field(default_factory=dict)
    #: What the newsletter was about then: stories that wishes make are scored by it.
    topics: tuple[str, ...] = ()
    #: Likeliest first; empty after the freeze.
    near: tuple[NearMiss, ...] = ()
