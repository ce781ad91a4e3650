"""Files and addresses looked at without keeping anything: what feed is it, with what entries? I/O: network, disk"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsletter.model.feeds import Document, Feed, Fetched
from newsletter.model.settings import Collecting
from newsletter.wire.examine import Examined, examine, not_examined
from newsletter.wire.fetch import Request, fetch_all
from newsletter.wire.job import Job
from newsletter.wire.parse import MOST_BYTES
from newsletter.wire.readers import WorkerReaders

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
    examined: Examined


def probe(
    sources: Sequence[Source],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    readers: WorkerReaders | None = None,
    on_probed: Callable[[str], None] | None = None,
) -> tuple[Probed, ...]:
    """Look at each source, in their order; each document is read within limits of its own, and nothing is kept.

    `on_probed` hears of each source, by its name, as it is done.
    """
    with readers or WorkerReaders(len(sources)) as reading:
        fetched = _fetched(sources, collecting=collecting, now=now, hosts=hosts)
        # All are handed over before any is waited for.
        waiting = [_begun(reading, source, fetched.get(number), now) for number, source in enumerate(sources)]
        found = []
        for source, (url, status, examined) in zip(sources, waiting, strict=True):
            found.append(Probed(source=source.name, url=url, status=status, examined=examined.result()))
            if on_probed is not None:
                on_probed(source.name)
        return tuple(found)


def _fetched(
    sources: Sequence[Source], *, collecting: Collecting, now: datetime, hosts: Mapping[str, str]
) -> dict[int, Fetched]:
    asked = [
        Request(feed=Feed(id=str(number), name=source.name, url=source.name, intranet=source.intranet))
        for number, source in enumerate(sources)
        if source.path is None
    ]
    if not asked:
        return {}
    return {int(one.feed): one for one in fetch_all(asked, collecting=collecting, now=now, hosts=hosts)}


def _begun(
    readers: WorkerReaders, source: Source, fetched: Fetched | None, now: datetime
) -> tuple[str, int, Future[Examined]]:
    """The address, the status, and what will be found."""
    if fetched is not None:
        url, status, content_type = fetched.url, fetched.status, fetched.content_type
        document: Document | str = fetched.document or fetched.problem
    else:
        url, status, content_type = source.url, 0, source.headers.get("content-type", "")
        document = _read(source.path)
    if isinstance(document, str):
        told: Future[Examined] = Future()
        told.set_result(not_examined(document))
        return url, status, told
    job = Job(
        feed=Feed(id="", name=source.name, url=url), document=document, url=url, content_type=content_type, now=now
    )
    return url, status, readers.call(examine, job, otherwise=not_examined)


def _read(path: Path | None) -> Document | str:
    """The file, or why it cannot be looked at."""
    assert path is not None
    try:
        with path.open("rb") as file:
            plain = file.read(MOST_BYTES + 1)
    except OSError as fault:
        return f"the file cannot be read: {(fault.strerror or 'no reason given').lower()}"
    return Document.of(plain)
