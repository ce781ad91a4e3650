"""Files and addresses looked at without keeping anything: what feed is it, with what entries? I/O: network, disk"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsletter.model.feeds import Document, Fault, Feed, Fetched
from newsletter.model.settings import Collecting
from newsletter.wire.body import Body
from newsletter.wire.examine import Examined, examine, not_examined
from newsletter.wire.fetch import Request, fetch_all
from newsletter.wire.job import Job
from newsletter.wire.parse import MOST_BYTES
from newsletter.wire.readers import WorkerReaders
from newsletter.wire.silence import Silence

_NO_HOSTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something to look at. `url` and `headers` (in lower case) are those that a file once came with."""

    name: str
    #: None for an address.
    path: Path | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    intranet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One source looked at. `url` is the address that answered."""

    source: str
    url: str
    status: int
    #: Whether there were redirects and each said that it is permanent.
    moved: bool
    #: Why it could not be fetched; "" if it was, and for a file.
    fault: Fault
    examined: Examined


def probe(
    sources: Sequence[Source],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    on_probed: Callable[[str], None] | None = None,
) -> tuple[Probed, ...]:
    """Look at each source, in their order; each document is read within limits of its own, and nothing is kept.

    `on_probed` hears of each source, by its name, as it is done.
    """
    with WorkerReaders(len(sources)) as readers:
        fetched = _fetched(sources, collecting=collecting, now=now, hosts=hosts)
        # All are handed over before any is waited for.
        waiting = [_begun(readers, source, one, now) for source, one in zip(sources, fetched, strict=True)]
        found = []
        for source, one, examined in zip(sources, fetched, waiting, strict=True):
            found.append(
                Probed(
                    source=source.name,
                    url=one.url if one else source.url,
                    status=one.status if one else 0,
                    moved=one.moved if one else False,
                    fault=one.fault if one else "",
                    examined=readers.wait(examined),
                )
            )
            if on_probed is not None:
                on_probed(source.name)
        return tuple(found)


def _fetched(
    sources: Sequence[Source], *, collecting: Collecting, now: datetime, hosts: Mapping[str, str]
) -> tuple[Fetched | None, ...]:
    """What the servers of addresses answered, in the order of the sources; None for a file."""
    asked = [
        Request(feed=Feed(id=str(number), name=source.name, url=source.name, intranet=source.intranet))
        for number, source in enumerate(sources)
        if source.path is None
    ]
    answers = fetch_all(asked, collecting=collecting, now=now, hosts=hosts) if asked else ()
    by_number = {int(one.feed): one for one in answers}
    return tuple(by_number.get(number) for number in range(len(sources)))


def _begun(readers: WorkerReaders, source: Source, fetched: Fetched | None, now: datetime) -> Future[Examined]:
    """What will be found."""
    if fetched is not None:
        url, content_type = fetched.url, fetched.content_type
        document: Document | str = fetched.document or fetched.problem
    else:
        url, content_type = source.url, source.headers.get("content-type", "")
        document = _read(source.path, codings=source.headers.get("content-encoding", ""))
    if isinstance(document, str):
        told: Future[Examined] = Future()
        told.set_result(not_examined(document))
        return told
    job = Job(
        feed=Feed(id="", name=source.name, url=url), document=document, url=url, content_type=content_type, now=now
    )
    return readers.call(examine, job, otherwise=not_examined)


def _read(path: Path | None, *, codings: str) -> Document | str:
    """The file, or why it cannot be looked at. It may be saved as it came, still coded, or as programs saw it."""
    assert path is not None
    if not path.is_file():
        return f"the file cannot be read: {'it is a folder' if path.is_dir() else 'there is no such file'}"
    try:
        with path.open("rb") as file:
            plain = file.read(MOST_BYTES + 1)
    except OSError as fault:
        return f"the file cannot be read: {(fault.strerror or 'no reason given').lower()}"
    if codings:
        with suppress(OSError, Silence):
            body = Body(codings, most_wire_bytes=MOST_BYTES, most_bytes=MOST_BYTES)
            body.add(plain)
            return body.document()
    return Document.of(plain)
