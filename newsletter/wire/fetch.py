"""Fetches feeds over HTTP: many at once, within limits, and nothing a server does escapes as an exception. I/O: network

The only module that knows the HTTP library and asyncio. Redirects are followed by hand, so that each hop is
checked and counted; a deadline stands over the whole exchange, because the library's own ones are per phase.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx2 as httpx

from newsletter import __version__
from newsletter.model.news import Feed, Fetched, FetchState, Validators
from newsletter.model.settings import Collecting
from newsletter.wire.answers import Answer, outcome, without_body

_MB = 1024 * 1024
#: Bytes as they come over the wire, and the same inflated.
MOST_WIRE_BYTES = 5 * _MB
MOST_BYTES = 20 * _MB
MOST_REDIRECTS = 5
_PER_HOST = 2
_CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_UNREACHABLE = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL))
_NO_SUCH_NAME = frozenset(
    number for name in ("EAI_NONAME", "EAI_NODATA") if (number := getattr(socket, name, None)) is not None
)
_NO_HOSTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One feed to ask, and what its server gave us to ask with."""

    feed: Feed
    validators: Validators = field(default_factory=Validators)


def fetch_all(
    requests: Sequence[Request],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    on_fetched: Callable[[Fetched], None] | None = None,
) -> tuple[Fetched, ...]:
    """Fetch every feed once; the results in the order of the requests.

    `hosts` sends what is meant for a host to another server, a base address such as "http://127.0.0.1:8123";
    results name the host as configured. `on_fetched` hears of each result as it comes, from this thread.
    Must not be called from a running event loop.
    """
    return asyncio.run(_fetch_all(requests, collecting, now=now, hosts=hosts, on_fetched=on_fetched))


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that a server's certificate is checked against; reading them takes longer than a small feed."""
    return httpx.create_ssl_context(trust_env=False)


async def _fetch_all(
    requests: Sequence[Request],
    collecting: Collecting,
    *,
    now: datetime,
    hosts: Mapping[str, str],
    on_fetched: Callable[[Fetched], None] | None,
) -> tuple[Fetched, ...]:
    # Names are looked up in threads; with the few that Python starts, a handful of dead names holds up everybody.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max(1, collecting.concurrency)))
    seconds = collecting.timeout.total_seconds()
    client = httpx.AsyncClient(
        headers={"User-Agent": _user_agent(collecting.contact), "Accept": _ACCEPT},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=httpx.Timeout(None, connect=min(_CONNECT_SECONDS, seconds)),
        # A connection kept open may be closed by the server just as we use it; feeds are asked once.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        verify=_trusted(),
        trust_env=False,
    )

    async with client:
        wire = _Wire(
            client=client,
            seconds=seconds,
            now=now,
            hosts={name.lower(): base for name, base in hosts.items()},
            everywhere=asyncio.Semaphore(max(1, collecting.concurrency)),
        )

        async def one(request: Request) -> Fetched:
            fetched = await _exchange(wire, request)
            if on_fetched is not None:
                on_fetched(fetched)
            return fetched

        return tuple(await asyncio.gather(*(one(request) for request in requests)))


def _user_agent(contact: str) -> str:
    # Header values are ASCII without control characters (RFC 9110, 5.5).
    said = "".join(c for c in contact if c.isascii() and c.isprintable()).strip()
    return f"TechPulseNewsletter/{__version__} (+{said})" if said else f"TechPulseNewsletter/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wire:
    """What every exchange of one run shares."""

    client: httpx.AsyncClient
    #: For a whole exchange, waiting for a turn not counted.
    seconds: float
    now: datetime
    hosts: Mapping[str, str]
    everywhere: asyncio.Semaphore
    at_host: defaultdict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(_PER_HOST))
    )

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait for a free place; the host's first, so that a busy host holds none of the common ones."""
        async with self.at_host[(urlsplit(url).hostname or "").lower()], self.everywhere:
            yield

    def route(self, url: str) -> tuple[str, dict[str, str]]:
        """The address to connect to, and the Host header that it needs if it is not the feed's own."""
        parts = urlsplit(url)
        base = self.hosts.get((parts.hostname or "").lower())
        if base is None:
            return url, {}
        name = httpx.URL(url).netloc.decode("ascii")
        return f"{base.rstrip('/')}{urlunsplit(('', '', parts.path or '/', parts.query, ''))}", {"Host": name}


async def _exchange(wire: _Wire, request: Request) -> Fetched:
    """Ask, follow, read; whatever goes wrong is said in the result."""
    url, visited, left = request.feed.url, set[str](), wire.seconds
    answer: Answer | None = None

    def ended(state: FetchState, problem: str) -> Fetched:
        return without_body(
            request.feed.id, state, url=url, validators=request.validators, answer=answer, problem=problem
        )

    while True:
        if not _is_web(url):
            return ended("refused", f"{'sent on to ' if visited else ''}{url[:200]!r}: no http or https address")
        if url in visited:
            return ended("failed", "redirects in a circle")
        if len(visited) > MOST_REDIRECTS:
            return ended("failed", f"more than {MOST_REDIRECTS} redirects")
        visited.add(url)
        try:
            async with wire.turn(url):
                started = asyncio.get_running_loop().time()
                async with asyncio.timeout(left):
                    answer = await _hop(wire, request, url)
                left -= asyncio.get_running_loop().time() - started
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as fault:
            answer = None
            return ended("failed", _sentence(fault, wire.seconds))
        if answer.status not in _REDIRECTS:
            return outcome(answer, feed=request.feed.id, url=url, validators=request.validators, now=wire.now)
        if not (location := answer.headers.get("location", "").strip()):
            return ended("failed", f"HTTP {answer.status} without saying where to")
        try:
            url = urljoin(url, location)
        except ValueError:
            return ended("failed", f"sent on to {location[:200]!r}, which is no address")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


async def _hop(wire: _Wire, request: Request, url: str) -> Answer:
    """One request and its answer; the body only of a 200, counted while it comes."""
    address, headers = wire.route(url)
    if request.validators.etag:
        headers["If-None-Match"] = request.validators.etag
    if request.validators.last_modified:
        headers["If-Modified-Since"] = request.validators.last_modified
    async with wire.client.stream("GET", address, headers=headers) as response:
        told = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code != 200:
            return Answer(status=response.status_code, headers=told)
        body, problem = await _body(response)
        return Answer(status=200, headers=told, body=body, wire_bytes=response.num_bytes_downloaded, problem=problem)


async def _body(response: httpx.Response) -> tuple[bytes, str]:
    """The inflated body and "", or nothing and why it was refused. The library inflates in steps of at most 1 MB."""
    too_much = f"larger than {MOST_WIRE_BYTES // _MB} MB"
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:15]) > MOST_WIRE_BYTES:
        return b"", too_much
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if response.num_bytes_downloaded > MOST_WIRE_BYTES:
            return b"", too_much
        if size > MOST_BYTES:
            return b"", f"larger than {MOST_BYTES // _MB} MB when inflated"
        pieces.append(piece)
    return b"".join(pieces), ""


def _sentence(fault: Exception, seconds: float) -> str:
    """Why there is no answer, in words for an editor."""
    if isinstance(fault, httpx.ConnectTimeout):
        return f"no connection within {min(_CONNECT_SECONDS, seconds):g} s"
    if isinstance(fault, TimeoutError | httpx.TimeoutException):
        return f"no answer within {seconds:g} s"
    if isinstance(fault, httpx.DecodingError):
        return "the body is not compressed as its header says"
    if known := _silence(fault):
        return known
    if isinstance(fault, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return f"not an address that can be fetched: {str(fault)[:120]}"
    if isinstance(fault, httpx.RemoteProtocolError):
        said = str(fault).lower()
        broke_off = "disconnected" in said or "closed connection" in said
        return "the connection broke" if broke_off else "the server does not speak HTTP"
    if isinstance(fault, httpx.NetworkError):
        return "the connection broke"
    return f"no answer ({type(fault).__name__}: {str(fault)[:120]})"


def _silence(fault: BaseException) -> str:
    """Why no answer came, read off the exception or what caused it; "" if it is nothing that we know."""
    for cause in _causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: certificate not valid ({cause.verify_message or cause.reason or 'no reason given'})"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: no secure connection ({(cause.reason or 'no reason given').replace('_', ' ').lower()})"
        if isinstance(cause, socket.gaierror):
            known = cause.errno not in _NO_SUCH_NAME
            return "the name server did not answer (DNS)" if known else "the server's name is not known (DNS)"
        if isinstance(cause, UnicodeError):
            return "the server's name is not a valid one"
        if isinstance(cause, ConnectionRefusedError):
            return "the server refused the connection"
        if isinstance(cause, ConnectionError):
            return "the connection broke"
        if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
            return "the server cannot be reached"
    return ""


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The exception, then what it was raised from, groups opened; each once."""
    waiting, seen = [fault], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting.extend(cause for cause in (one.__cause__, one.__context__) if cause is not None)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
