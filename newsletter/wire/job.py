"""One document to read, and what reading it came to: what crosses between a worker process and us. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.model.feeds import Document, Feed
from newsletter.model.news import Entry
from newsletter.wire.parsed import Page, Parsed

#: What reading one may cost: seconds of processor time, and bytes above what its process has already.
MOST_CPU_SECONDS = 10
MOST_MEMORY = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One document to read, and for which feed."""

    feed: Feed
    document: Document
    #: The address that answered, and what its server called the document.
    url: str
    content_type: str = ""
    now: datetime
    previous_fetch: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one document came to: read clean, read with repairs, or refused with a reason."""

    #: As parsed, without its entries.
    parsed: Parsed
    #: Normalised and wanted by the feed's rules, in document order; may be empty.
    entries: tuple[Entry, ...] = ()
    #: Entries in the document, wanted or not.
    count: int = 0

    @property
    def page(self) -> Page:
        return self.parsed.page


def refused(problem: str) -> Reading:
    """What is said of a document that its reader did not survive."""
    return Reading(parsed=Parsed(kind="refused", problem=problem))
