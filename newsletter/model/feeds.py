"""A feed: how it is named, what fetching it gave, how it stands. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

#: "new" is a 200 with other bytes than last time, "same" a 304 or the same bytes. "challenge" and "login" are pages
#: that stand before the feed, "gone" a 410 or a month of 404s, "waiting" and "off" were not asked.
FetchState = Literal["new", "same", "failed", "not-feed", "refused", "challenge", "login", "gone", "waiting", "off"]
GOOD: frozenset[FetchState] = frozenset(("new", "same"))
NOT_ASKED: frozenset[FetchState] = frozenset(("waiting", "off"))
#: Why a feed gave nothing, finer than its state; each has a policy of its own in `wire.standing`.
Fault = Literal[
    "",
    "dns",
    "connect",
    "tls",
    "timeout",
    "broken-off",
    "forbidden",
    "challenge",
    "login",
    "not-found",
    "gone",
    "rate-limited",
    "server-error",
    "http",
    "redirects",
    "address",
    "too-big",
    "not-feed",
    "unreadable",
    #: Its table in feeds.toml is no feed.
    "feeds-toml",
]
#: Faults that our own network may be to blame for.
NETWORK_FAULTS: frozenset[Fault] = frozenset(("dns", "connect", "tls", "timeout", "broken-off"))


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
    #: Trust in its choice of stories, 0 to 1; counts in the ranking. None leaves it to the table of sources.
    weight: float | None = None
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
    #: Whether its addresses may lead into a private network; off, the wire refuses to connect there.
    intranet: bool = False
    #: Said instead of our own name; "" is our own.
    user_agent: str = ""
    #: Attributes of its OPML outline that we have no key for, as (name, value); given back on export.
    opml: tuple[tuple[str, str], ...] = ()
    #: Where feeds.toml names it; 0 if built elsewhere.
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "anything new?" with: its own strings, never reformatted (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""
    #: SHA-256 of the last body that parsed, hexadecimal; "" before the first.
    body_hash: str = ""
    #: The address that gave the first two; they are sent to no other.
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The bytes that a server sent, without its content coding, made small (zlib) while they wait and when kept."""

    packed: bytes
    #: Of the plain bytes: their number, and their SHA-256, hexadecimal.
    size: int
    sha256: str

    @staticmethod
    def of(plain: bytes) -> Document:
        return Document(packed=zlib.compress(plain, 1), size=len(plain), sha256=sha256(plain).hexdigest())

    def plain(self) -> bytes:
        """The bytes as they were sent. Raises zlib.error if the packed ones are damaged."""
        return zlib.decompress(self.packed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One exchange with one feed's server."""

    feed: str
    state: FetchState
    fault: Fault = ""
    #: HTTP status of the last hop; 0 if there was no answer.
    status: int = 0
    #: None unless `state` is "new".
    document: Document | None = None
    #: The web page that came with a failure, which may say more than its status; None if none did.
    page: Document | None = None
    #: The Content-Type header of the last hop; "" if there was none.
    content_type: str = ""
    #: The address that answered, after redirects, without a password.
    url: str = ""
    #: Whether there were redirects and each said that it is permanent (301, 308).
    moved: bool = False
    validators: Validators = Validators()
    #: Why there is no document, in words for an editor; "" if there is one.
    problem: str = ""
    #: Not before this instant, by the server's wish (Retry-After); None if it did not say.
    retry_at: datetime | None = None
    #: Until when the answer stays good, by its Cache-Control or Expires; None if it did not say.
    fresh_until: datetime | None = None
    #: Bytes as they came over the wire.
    wire_bytes: int = 0
    #: For the whole exchange, without waiting for a turn.
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How often a publisher wishes to be asked, from inside the document."""

    #: The longest of ttl and sy:updatePeriod / sy:updateFrequency; None if it says neither.
    every: timedelta | None = None
    #: Hours, 0 to 23 in UTC, and days, 0 is Monday, in which it publishes nothing (RSS 2.0).
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect under observation. It is followed on trust only once its content has proved it."""

    #: The address in feeds.toml that redirects, and where to.
    of: str
    to: str
    #: The first run and the last that saw it with content that we know.
    since: datetime
    last: datetime
    runs: int
    #: "kept": asked at `to` from now on; "undone": a person said no, never kept again.
    state: Literal["seen", "kept", "undone"] = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How a feed stands after its last fetch."""

    feed: str
    #: As feeds.toml names it.
    title: str = ""
    #: Its own name by its document, and the one before if that changed; may be empty.
    own_title: str = ""
    former_title: str = ""
    #: The address in feeds.toml at the last fetch: what was learnt of another one delays no question.
    asked: str = ""
    #: The address that answered last; "" if none did.
    url: str = ""
    first_good: datetime | None = None
    last_good: datetime | None = None
    last_checked: datetime | None = None
    #: Not before this instant, by the server's wish (Retry-After).
    retry_at: datetime | None = None
    #: Not worth asking before this instant: by the publisher's hints, or by our back-off after failures.
    next_check: datetime | None = None
    #: In a row, and since when; 0 and None after a good fetch.
    failures: int = 0
    failing_since: datetime | None = None
    fault: Fault = ""
    last_problem: str = ""
    validators: Validators = Validators()
    #: When a 200 last confirmed them; a server that answers 304 for ever does not move it.
    validators_at: datetime | None = None
    hints: Hints = Hints()
    move: Move | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRow:
    """One line of the fetch log."""

    feed: str
    at: datetime
    state: FetchState
    fault: Fault = ""
    status: int = 0
    wire_bytes: int = 0
    seconds: float = 0.0
    #: In the document; 0 where none was read.
    entries: int = 0
    new_entries: int = 0
    #: Whether the document shared no entry with what we knew: items were lost between two fetches.
    gap: bool = False
    #: How long the document reaches back, from its newest entry to its oldest; None if it cannot be told.
    reach: timedelta | None = None
    #: What was mended, as one line; "" if nothing was.
    repairs: str = ""
    problem: str = ""
    #: Digest of the document kept from this fetch, the address and the type it came with; "" if none was kept.
    body_hash: str = ""
    url: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What collecting one feed came to; one row of the report."""

    feed: str
    name: str
    state: FetchState
    fault: Fault = ""
    status: int = 0
    entries: int = 0
    new_entries: int = 0
    #: What was mended while parsing, in words; may be empty.
    repairs: tuple[str, ...] = ()
    problem: str = ""
    #: What a person may do about it; "" if nothing.
    mend: str = ""
    #: Whether entries may have been lost since the fetch before.
    gap: bool = False
    #: The last good copy we have; None if there was never one.
    last_good: datetime | None = None


def gave_nothing(outcome: FeedOutcome) -> bool:
    """Whether the feed was asked in vain."""
    return outcome.state not in GOOD and outcome.state not in NOT_ASKED
