"""Fetches feeds over HTTP: many at once, within limits, and nothing a server does escapes as an exception. I/O: network

Redirects are followed by hand, so that each hop is checked and counted; a deadline stands over the whole exchange,
because a server that sends a byte now and then keeps every single wait short.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from newsletter.links import without_controls
from newsletter.model.feeds import Feed, Fetched, Validators
from newsletter.model.settings import Collecting
from newsletter.wire.answers import Answer, Asked, failed, is_asked_with, outcome, rests
from newsletter.wire.exchange import ascii_host, system_trust
from newsletter.wire.names import Resolver, system_resolver
from newsletter.wire.network import Network, open_network, sayable
from newsletter.wire.silence import why

MOST_REDIRECTS = 5
_CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_LIMITING = frozenset((429, 503))
_NO_HOSTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One feed to ask, and what its server gave us to ask with."""

    feed: Feed
    validators: Validators = field(default_factory=Validators)
    #: Asked in place of the feed's own address, because it is known to have moved; "" if it is not.
    url: str = ""


def fetch_all(
    requests: Sequence[Request],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    on_fetched: Callable[[Fetched], None] | None = None,
    resolve: Resolver = system_resolver,
    trust: Callable[[], ssl.SSLContext] = system_trust,
) -> tuple[Fetched, ...]:
    """Fetch every feed once; the results in the order of the requests.

    `hosts` sends what is meant for a host to another server, a base address such as "http://127.0.0.1:8123", which
    may lie in a private network; results name the host as configured. `on_fetched` hears of each result as it comes,
    from this thread, and has its document then: those returned are without. `resolve` finds the addresses of a host
    and runs in threads; `trust` gives the authorities of certificates. Must not be called from a running event loop.
    """
    return asyncio.run(_fetch_all(requests, collecting, now, hosts, on_fetched, resolve, trust))


async def _fetch_all(
    requests: Sequence[Request],
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str],
    on_fetched: Callable[[Fetched], None] | None,
    resolve: Resolver,
    trust: Callable[[], ssl.SSLContext],
) -> tuple[Fetched, ...]:
    seconds = collecting.timeout.total_seconds()
    opened = open_network(
        collecting,
        now=now,
        hosts=hosts,
        resolve=resolve,
        trust=trust,
        seconds=seconds,
        connect=min(_CONNECT_SECONDS, seconds / 2),
        at_once=collecting.concurrency,
    )
    async with opened as network:

        async def one(request: Request) -> Fetched:
            fetched = await _Exchange(network, request).done()
            if on_fetched is None:
                return fetched
            on_fetched(fetched)
            # Whoever heard of it has its document; hundreds of them would fill the memory.
            return replace(fetched, document=None, page=None)

        return tuple(await asyncio.gather(*(one(request) for request in requests)))


class _Exchange:
    """One feed asked: redirects followed, the answer read; whatever goes wrong is said in the result."""

    def __init__(self, wire: Network, request: Request) -> None:
        self._wire = wire
        self._request = request
        self._url = request.url or request.feed.url
        self._visited: list[str] = []
        self._permanent = True
        self._left = wire.seconds

    async def done(self) -> Fetched:
        while (fetched := self._unfit()) is None:
            self._visited.append(self._url)
            host = (urlsplit(self._url).hostname or "").lower()
            async with self._wire.turns.turn(host):
                if until := self._wire.turns.rests(host):
                    fetched = rests(self._asked(), host, until=until)
                    break
                answer = await self._hop(host)
            if isinstance(answer, Fetched):
                fetched = answer
                break
            if answer.status not in _REDIRECTS:
                fetched = self._outcome(answer, host)
                break
            if problem := self._sent_on(answer):
                fetched = failed(self._asked(), "redirects", problem, answer=answer)
                break
        return replace(fetched, seconds=round(self._wire.seconds - self._left, 6))

    def _unfit(self) -> Fetched | None:
        """The result if the address is one that must not be asked, or not once more."""
        hops = len(self._visited)
        if not is_web(self._url):
            said = f"{'sent on to ' if hops else ''}{self._url[:200]!r}: no http or https address"
            return replace(failed(self._asked(), "redirects" if hops else "http", said), state="refused")
        if self._url in self._visited:
            return failed(self._asked(), "redirects", "redirects in a circle")
        if hops > MOST_REDIRECTS:
            return failed(self._asked(), "redirects", f"more than {MOST_REDIRECTS} redirects")
        return None

    async def _hop(self, host: str) -> Answer | Fetched:
        """One request and its answer, or the result if there is none."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            address, headers = self._route(host)
            trusted = self._request.feed.intranet or host in self._wire.hosts
            async with asyncio.timeout(self._left):
                return await self._wire.client.get(address, headers, trusted=trusted)
        except Exception as fault:  # noqa: BLE001 - what a server provokes in the libraries ends its own feed only
            return failed(self._asked(), *why(fault, seconds=self._wire.seconds))
        finally:
            self._left -= loop.time() - began

    def _route(self, host: str) -> tuple[str, dict[str, str]]:
        """The address to connect to, and the headers."""
        headers = {"User-Agent": sayable(self._request.feed.user_agent) or self._wire.user_agent}
        if self._is_conditional():
            if etag := self._request.validators.etag:
                headers["If-None-Match"] = etag
            if last_modified := self._request.validators.last_modified:
                headers["If-Modified-Since"] = last_modified
        return routed(self._url, headers, self._wire.hosts.get(host))

    def _is_conditional(self) -> bool:
        return is_asked_with(self._request.validators, self._url, feed_url=self._request.feed.url)

    def _sent_on(self, answer: Answer) -> str:
        """Go where the answer says; "" if it says where to."""
        if not (location := answer.headers.get("location", "").strip()):
            return f"HTTP {answer.status} without saying where to"
        self._permanent = self._permanent and answer.status in _PERMANENT
        try:
            self._url = urldefrag(urljoin(self._url, without_controls(location))).url
        except ValueError:
            return f"sent on to {location[:200]!r}, which is no address"
        return ""

    def _outcome(self, answer: Answer, host: str) -> Fetched:
        fetched = outcome(answer, self._asked(), now=self._wire.now)
        if fetched.status in _LIMITING and fetched.retry_at is not None:
            self._wire.turns.limited(host, self._url, fetched.retry_at)
        return fetched

    def _asked(self) -> Asked:
        return Asked(
            feed=self._request.feed.id,
            first=self._visited[0] if self._visited else self._url,
            url=self._url,
            validators=self._request.validators,
            conditional=self._is_conditional(),
            moved=len(self._visited) > 1 and self._permanent,
        )


def routed(url: str, headers: dict[str, str], base: str | None) -> tuple[str, dict[str, str]]:
    """Address and headers with which the server at `base` is asked in place of the address's own; None is no other."""
    if base is None:
        return url, headers
    parts = urlsplit(url)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return f"{base.rstrip('/')}{path}", headers | {"Host": ascii_host(url)}


def is_web(url: str) -> bool:
    """Whether the address is one of the web, with a host, so that it can be asked at all."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    return False
