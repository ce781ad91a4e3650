"""News on its way: a feed, what fetching it gave, an entry of it, a story told by entries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from newsletter.links import Link

FetchState = Literal["new", "same", "failed", "not-feed", "refused", "waiting", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An address that publishes, as feeds.toml names it."""

    id: str
    name: str
    url: str
    #: The site's own page; "" if not given.
    site: str = ""
    #: The group it is listed under; "" if none.
    section: str = ""
    #: Trust in its choice of stories, 0 to 1; counts in the ranking.
    weight: float = 0.5
    #: BCP 47; "" if the publication's.
    language: str = ""
    #: Whether it points at other people's stories: never a story's lead, no weight of its own.
    aggregator: bool = False
    #: Regular expressions; an entry enters if its title or summary matches one of `include` (or there are
    #: none) and none of `exclude`.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: At most so many entries of one fetch, newest first as published; 0 is no bound.
    max_items: int = 0
    enabled: bool = True
    #: Where feeds.toml names it; 0 if built elsewhere.
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "anything new?" with: its own strings, never reformatted (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""
    #: SHA-256 of the last body that parsed, hexadecimal; "" before the first.
    body_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One exchange with one feed's server. `body` is undecoded and inflated; empty unless `state` is "new"."""

    feed: str
    #: "new" is a 200 with other bytes than last time, "same" a 304 or the same bytes.
    state: FetchState
    #: HTTP status of the last hop; 0 if there was no answer.
    status: int = 0
    body: bytes = b""
    #: The address that answered, after redirects.
    url: str = ""
    validators: Validators = Validators()
    #: Why there is no body, in words for an editor; "" if there is one.
    problem: str = ""
    #: Not before this instant, by the server's wish (Retry-After); None if it did not say.
    retry_at: datetime | None = None
    #: Bytes as they came over the wire.
    wire_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item of a feed as its parser read it: strings as published, not yet believed."""

    id: str = ""
    title: str = ""
    #: True where the title is markup by its own declaration.
    title_is_html: bool = True
    link: str = ""
    published: datetime | None = None
    summary: str = ""
    author: str = ""
    language: str = ""


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

    @property
    def dated(self) -> datetime:
        """When it counts as published: undated entries when first seen."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What collecting one feed came to; one row of the report."""

    feed: str
    name: str
    state: FetchState
    status: int = 0
    entries: int = 0
    new_entries: int = 0
    #: What was mended while parsing, in words; may be empty.
    repairs: tuple[str, ...] = ()
    problem: str = ""
    #: The last good copy we have; None if there was never one.
    last_good: datetime | None = None


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
