# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A web server for benchmarks: hundreds of hosts on loopback, each with one feed and its own latency. I/O: network

Runs as a process of its own (`python feed_server.py --feeds 500`), says on its first line of output where its feeds
are (JSON), and ends when its input does. Every feed has an address of its own out of 127.0.0.0/8, so that a client
needs a fresh connection for each, as it does in the world. Latency is that of the answer, from 50 to 150 ms, drawn
once from a seed: the same for every client and every run. Needs Linux, where all of 127.0.0.0/8 is there unasked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

SEED = 3
LATENCY = (0.050, 0.150)
#: Asked for at any of the addresses: what was answered since the last time, as JSON.
COUNTS = "/counts"
BOMB_BYTES = 400_000_000
_MODIFIED = "Mon, 06 Jan 2025 10:00:00 GMT"
_PATH = "/feed.xml"
_STEP = 1_000_000
_BOMB_HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One feed as the server holds it: complete answers, made before anybody asks."""

    name: str
    latency: float
    etag: str
    #: To those who accept gzip, to those who do not, and to those who have it.
    packed: bytes
    plain: bytes
    unchanged: bytes


@dataclass(slots=True)
class Counts:
    requests: int = 0
    sent: int = 0
    bytes: int = 0
    unchanged: int = 0
    #: Connections open at the same time, at most.
    most_open: int = 0
    open_now: int = 0
    hosts: set[str] = field(default_factory=set)

    def told(self) -> dict[str, int]:
        """What was counted; begins again from nothing."""
        said = {
            "requests": self.requests,
            "hosts": len(self.hosts),
            "sent": self.sent,
            "unchanged": self.unchanged,
            "bytes": self.bytes,
            "most_open": self.most_open,
        }
        self.requests = self.sent = self.bytes = self.unchanged = 0
        self.most_open = self.open_now
        self.hosts = set()
        return said


class Host(asyncio.Protocol):
    """One connection: reads requests without a body, answers after the feed's latency, in order."""

    def __init__(self, pages: dict[str, Page], counts: Counts) -> None:
        self._pages = pages
        self._counts = counts
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._counts.open_now += 1
        self._counts.most_open = max(self._counts.most_open, self._counts.open_now)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the library's signature
        self._counts.open_now -= 1
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head, self._read = self._read[:end].lower(), self._read[end + 4 :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        host = self._transport.get_extra_info("sockname")[0]
        if head.split(b" ", 2)[1] == COUNTS.encode():
            body = json.dumps(self._counts.told()).encode()
            self._transport.write(_answer("200 OK", ["Connection: close"], body))
            return
        page, counts = self._pages[host], self._counts
        counts.requests += 1
        counts.hosts.add(host)
        if _has(head, page):
            answer = page.unchanged
            counts.unchanged += 1
        else:
            accepts = b"\r\naccept-encoding:" in head and b"gzip" in _value(head, b"accept-encoding")
            answer = page.packed if accepts else page.plain
            counts.sent += 1
        counts.bytes += len(answer)
        asyncio.get_running_loop().call_later(page.latency, self._write, answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None:
            self._transport.write(answer)


def _has(head: bytes, page: Page) -> bool:
    """Whether the client has the page already (RFC 9110, 13.2.2: If-None-Match goes before the date)."""
    if b"\r\nif-none-match:" in head:
        return page.etag.encode() in _value(head, b"if-none-match")
    return _value(head, b"if-modified-since") == _MODIFIED.lower().encode()


def _value(head: bytes, name: bytes) -> bytes:
    _, _, rest = head.partition(b"\r\n" + name + b":")
    return rest.partition(b"\r\n")[0].strip()


def _answer(status: str, headers: Sequence[str], body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def host_of(number: int) -> str:
    """The address of the feed of that number, counted from 0."""
    return f"127.{20 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def corpus_pages(corpus: Path, feeds: int) -> Iterator[Page]:
    """The corpus over and over, in an order that is shuffled but always the same.

    What does not fill a whole turn is picked evenly by size, so that a hundred feeds are like five hundred. Documents
    of later turns end in empty lines, which no format minds: two feeds have never the same bytes.
    """
    files = sorted((corpus / "feeds" / "real").iterdir(), key=lambda file: (file.stat().st_size, file.name))
    turns, rest = divmod(feeds, len(files))
    chosen = [(file, turn) for turn in range(turns) for file in files]
    chosen += [(files[(2 * number + 1) * len(files) // (2 * rest)], turns) for number in range(rest)]
    dice = random.Random(SEED)
    dice.shuffle(chosen)
    for file, turn in chosen:
        body = file.read_bytes()
        lines = b"" if b"\0" in body else b"\n" * turn
        yield _page(f"{file.stem}-{turn}", body + lines, dice.uniform(*LATENCY), json=file.suffix == ".json")


def _page(name: str, body: bytes, latency: float, *, json: bool) -> Page:
    etag = f'"{sha256(body).hexdigest()[:16]}"'
    headers = [
        f"Content-Type: application/{'feed+json' if json else 'xml'}",
        f"ETag: {etag}",
        f"Last-Modified: {_MODIFIED}",
        "Vary: Accept-Encoding",
    ]
    return Page(
        name=name,
        latency=latency,
        etag=etag,
        packed=_answer("200 OK", [*headers, "Content-Encoding: gzip"], zlib.compress(body, 6, 31)),
        plain=_answer("200 OK", headers, body),
        unchanged=_answer("304 Not Modified", headers[1:]).replace(b"Content-Length: 0\r\n", b""),
    )


def bomb_pages() -> Iterator[Page]:
    """Three feeds that are small on the wire and inflate to 400 MB: gzip, Brotli, Zstandard."""
    for coding, packed in (("gzip", _gzip_bomb()), ("br", _brotli_bomb()), ("zstd", _zstd_bomb())):
        answer = _answer("200 OK", ["Content-Type: application/xml", f"Content-Encoding: {coding}"], packed)
        yield Page(name=coding, latency=LATENCY[0], etag='"bomb"', packed=answer, plain=answer, unchanged=answer)


def _inflated() -> Iterator[bytes]:
    yield _BOMB_HEAD
    step = b"a" * _STEP
    for _ in range(BOMB_BYTES // _STEP):
        yield step


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(map(packer.compress, _inflated())) + packer.flush()


def _brotli_bomb() -> bytes:
    import brotli

    packer = brotli.Compressor(quality=5, lgwin=22)
    return bytes(b"".join(map(packer.process, _inflated())) + packer.finish())


def _zstd_bomb() -> bytes:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdCompressor
    else:
        from backports.zstd import ZstdCompressor
    packer = ZstdCompressor(level=3)
    return b"".join(map(packer.compress, _inflated())) + packer.flush()


async def _serve(pages: dict[str, Page], say: Callable[[int], None]) -> None:
    counts, loop = Counts(), asyncio.get_running_loop()
    hosts = list(pages)
    first = await loop.create_server(lambda: Host(pages, counts), hosts[0], 0, backlog=200)
    port = first.sockets[0].getsockname()[1]
    rest = await loop.create_server(lambda: Host(pages, counts), hosts[1:], port, backlog=200) if hosts[1:] else None
    say(port)
    # Whoever started us closes our input, or is dead and cannot keep it open.
    await loop.run_in_executor(None, sys.stdin.read)
    first.close()
    if rest is not None:
        rest.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve feeds on loopback until the input ends.")
    parser.add_argument("--corpus", type=Path, help="folder that holds feeds/real")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--bombs", action="store_true", help="instead of the corpus")
    asked = parser.parse_args()
    made = bomb_pages() if asked.bombs else corpus_pages(asked.corpus, asked.feeds)
    pages = {host_of(number): page for number, page in enumerate(made)}
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def say(port: int) -> None:
        feeds = [
            {
                "name": page.name,
                "url": f"http://{host}:{port}{_PATH}",
                "etag": page.etag,
                "latency": page.latency,
                "bytes": len(page.plain),
                "packed": len(page.packed),
            }
            for host, page in pages.items()
        ]
        print(json.dumps({"counts": f"http://{host_of(0)}:{port}{COUNTS}", "feeds": feeds}), flush=True)

    asyncio.run(_serve(pages, say))


if __name__ == "__main__":
    main()
