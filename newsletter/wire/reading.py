"""A fetched document into entries: unpacked, parsed, normalised, in one call that a worker process can make. Pure."""

from __future__ import annotations

import zlib
from dataclasses import replace

from newsletter.model.feeds import Document
from newsletter.wire.job import Job, Reading
from newsletter.wire.normalise import normalise
from newsletter.wire.parse import MOST_BYTES, parse
from newsletter.wire.parsed import Parsed


def read(job: Job) -> Reading:
    """Read one document. Whatever is wrong with it is said in the result."""
    parsed = parsed_document(job.document, url=job.url, content_type=job.content_type)
    if parsed.kind != "feed":
        return Reading(parsed=parsed)
    entries = normalise(job.feed, parsed.entries, base_url=job.url, now=job.now, previous_fetch=job.previous_fetch)
    # Raw entries hold whole articles; they stay here.
    return Reading(parsed=replace(parsed, entries=()), entries=entries, count=len(parsed.entries))


def parsed_document(document: Document, *, url: str, content_type: str) -> Parsed:
    """Unpack and parse; a document whose kept bytes are damaged is refused."""
    if document.size > MOST_BYTES:
        return Parsed(kind="refused", problem=f"larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        plain = document.plain()
    except zlib.error:
        return Parsed(kind="refused", problem="the kept bytes are damaged")
    return parse(plain, url=url, content_type=content_type)
