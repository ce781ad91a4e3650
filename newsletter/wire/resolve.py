"""Where short links lead: followed from redirector to redirector, up to the page that is none. I/O: network

The page itself is not asked: its publisher has nothing to tell here. What cannot be told is no fault of anybody's
week; the link stays as it was typed.
"""

from __future__ import annotations

import asyncio
import html
import re
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from urllib.parse import urljoin, urlsplit

from newsletter.link_rules import redirect_target
from newsletter.links import is_redirector, printed, with_scheme, without_controls
from newsletter.model.settings import Collecting
from newsletter.text import one_line, visible
from newsletter.wire.addresses import is_public, is_this_machine
from newsletter.wire.answers import Answer, retry_at
from newsletter.wire.exchange import system_trust
from newsletter.wire.fetch import is_web, routed
from newsletter.wire.names import Resolver, literal, system_resolver
from newsletter.wire.network import Network, open_network
from newsletter.wire.platforms import encoded_address, unwrapped
from newsletter.wire.silence import BrokenOff, NotAnAddress, NotHttp, PrivateAddress, why

MOST_HOPS = 10
#: Seconds for one link at most, waiting for a turn not counted, and links on their way at once.
_SECONDS, _AT_ONCE = 10.0, 50
#: Requests in a row that a host leaves without an answer before its other links are given up for this run.
_SILENT = 3
#: Addresses inside one another.
_LAYERS = 4
_LONGEST = 2000
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_LIMITING = frozenset((429, 503))
#: For a host that asks for rest without saying how long; no run takes so long.
_REST = timedelta(hours=1)
_NO_HOSTS: Mapping[str, str] = MappingProxyType({})
#: Names of networks at home and in offices (RFC 6762, 8375 and habit); no name server of the internet knows them.
_INSIDE = ("local", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa")
#: Where redirectors send those whom they do not know, instead of on.
_GATE_HOST = re.compile(r"(?:consent|accounts?|log-?in|sign-?in|auth|sso)\.[^.]+\.")
_GATE_PATH = re.compile(r"/(?:authwall|checkpoint|log-?in|sign-?in|uas/login)(?:[/.]|\Z)", re.I)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_META = re.compile(r"<meta\s[^<>]{0,4000}>", re.I)
_IS_REFRESH = re.compile(r"""\shttp-equiv\s{0,9}=\s{0,9}["']?refresh\b""", re.I)
_CONTENT = re.compile(r"""\scontent\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""", re.I)
#: Seconds, then the address (HTML, 4.2.5.3).
_REFRESH = re.compile(r"[\d.]{0,20} ?[;,]? ?url ?= ?(?:\"([^\"]+)\"?|'([^']+)'?|(\S+))", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One link asked."""

    #: As it was given.
    link: str
    #: Where it leads, as it can be printed; "" if that could not be told.
    target: str = ""
    #: Why not; "" if it could.
    problem: str = ""


def resolve_all(
    links: Sequence[str],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    on_resolved: Callable[[Resolved], None] | None = None,
    resolve: Resolver = system_resolver,
    trust: Callable[[], ssl.SSLContext] = system_trust,
) -> Mapping[str, str | None]:
    """Where each link leads, without tracking parameters, in the order of the links; None where it cannot be told.

    That is where a chain of redirects leaves the redirectors. It fails after ten hops, in a circle, at a login, at
    what cannot be printed, in a private network, and after ten seconds, or `collecting.timeout` if that is less.
    `on_resolved` hears of each link as its answer comes, from this thread; the others are as in `fetch_all`. Must not
    be called from a running event loop.
    """
    if not links:
        return {}
    return asyncio.run(_resolve_all(tuple(dict.fromkeys(links)), collecting, now, hosts, on_resolved, resolve, trust))


async def _resolve_all(
    links: Sequence[str],
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str],
    on_resolved: Callable[[Resolved], None] | None,
    resolve: Resolver,
    trust: Callable[[], ssl.SSLContext],
) -> Mapping[str, str | None]:
    seconds = min(_SECONDS, collecting.timeout.total_seconds())
    opened = open_network(
        collecting,
        now=now,
        hosts=hosts,
        resolve=resolve,
        trust=trust,
        seconds=seconds,
        connect=seconds / 2,
        at_once=min(_AT_ONCE, collecting.concurrency),
    )
    # Requests in a row without an answer, by host.
    silent: Counter[str] = Counter()
    async with opened as network:

        async def one(link: str) -> str | None:
            found = await _Chain(network, silent, link).followed()
            if on_resolved is not None:
                on_resolved(found)
            return found.target or None

        return dict(zip(links, await asyncio.gather(*map(one, links)), strict=True))


class _NoWay(Exception):
    """Where the link leads cannot be told, for the reason in the sentence."""


class _Chain:
    """One link followed."""

    def __init__(self, wire: Network, silent: Counter[str], link: str) -> None:
        self._wire, self._silent = wire, silent
        self._link = link
        self._left = wire.seconds

    async def followed(self) -> Resolved:
        try:
            return Resolved(link=self._link, target=await self._target())
        except (_NoWay, ValueError) as fault:
            return Resolved(link=self._link, problem=visible(one_line(str(fault))))

    async def _target(self) -> str:
        url = _opened(with_scheme(self._link))
        visited: set[str] = set()
        while is_redirector(url):
            if url in visited:
                raise _NoWay("redirects in a circle")
            if len(visited) == MOST_HOPS:
                raise _NoWay(f"more than {MOST_HOPS} redirects")
            visited.add(url)
            url = _opened(await self._next(url))
        return _fit(url)

    async def _next(self, url: str) -> str:
        """Where a redirector sends us. Some refuse HEAD, leave it without an answer, or redirect by a page only."""
        with suppress(_NoAnswer):
            answer, _ = await self._asked("HEAD", url, seconds=self._left / 2)
            if (there := _sent_on(answer, "")) is not None:
                return _joined(url, there)
        try:
            answer, page = await self._asked("GET", url, seconds=self._left)
        except _NoAnswer as fault:
            raise _NoWay(str(fault)) from fault
        if (there := _sent_on(answer, page.decode("utf-8", "replace"))) is None:
            raise _NoWay(f"HTTP {answer.status}, and no word of where it leads")
        return _joined(url, there)

    async def _asked(self, method: Literal["HEAD", "GET"], url: str, *, seconds: float) -> tuple[Answer, bytes]:
        """One answer. Raises _NoAnswer if the other method may bring one, and _NoWay if it cannot."""
        if not is_web(url) or printed(url) is None:
            raise _NoWay(f"sent on to {url[:200]!r}, which cannot be asked")
        loop, wire = asyncio.get_running_loop(), self._wire
        host = _host(url)
        async with wire.turns.turn(host):
            if wire.turns.rests(host):
                raise _NoWay(f"{host} asks for rest")
            if self._silent[host] >= _SILENT:
                raise _NoWay(f"{host} does not answer")
            began = loop.time()
            try:
                address, headers = routed(url, {"User-Agent": wire.user_agent}, wire.hosts.get(host))
                async with asyncio.timeout(seconds):
                    answer, page = await wire.client.glance(method, address, headers, trusted=host in wire.hosts)
            except Exception as fault:
                # What a server provokes in the libraries ends its own link only.
                said = why(fault, seconds=wire.seconds)[1]
                if isinstance(fault, PrivateAddress | NotAnAddress):
                    raise _NoWay(said) from fault
                if method == "HEAD" and (isinstance(fault, BrokenOff | NotHttp) or type(fault) is TimeoutError):
                    raise _NoAnswer(said) from fault
                self._silent[host] += 1
                raise _NoWay(said) from fault
            finally:
                self._left -= loop.time() - began
        self._silent[host] = 0
        if answer.status in _LIMITING:
            until = retry_at(answer.headers.get("retry-after", ""), wire.now) or wire.now + _REST
            wire.turns.limited(host, url, until)
            raise _NoWay(f"HTTP {answer.status}, {host} asks for rest")
        return answer, page


class _NoAnswer(Exception):
    """The server does not answer this method."""


def _opened(url: str) -> str:
    """The address, or the one inside it where it can be read off. Raises _NoWay where a script alone could."""
    url = unwrapped(url)
    # An archive's copy of a page stays one; what wraps a short link or a login is taken off whatever it is.
    for _ in range(_LAYERS):
        if not (is_redirector(url) or _is_gate(url)) or (carried := redirect_target(url)) is None:
            break
        url = carried
    inner = encoded_address(url)
    if inner and not is_web(inner):
        raise _NoWay("its address is not in its name, and the server sends on by a script only")
    return inner or url


def _sent_on(answer: Answer, page: str) -> str | None:
    """Where an answer says to go on, as it says it; None if it does not."""
    if answer.status in _REDIRECTS and (location := answer.headers.get("location", "").strip()):
        return location
    if answer.status != 200:
        return None
    tags = (tag[0] for tag in _META.finditer(_COMMENT.sub("", page)) if _IS_REFRESH.search(tag[0]))
    contents = (html.unescape(found[1] or found[2] or "") for tag in tags if (found := _CONTENT.search(tag)))
    # Single blanks: the expression would go back and forth over many.
    wishes = (_REFRESH.match(" ".join(said.split())) for said in (answer.headers.get("refresh", ""), *contents))
    return next((wish[1] or wish[2] or wish[3] for wish in wishes if wish), None)


def _joined(url: str, there: str) -> str:
    try:
        return urljoin(url, without_controls(there.strip()))
    except ValueError as fault:
        raise _NoWay(f"sent on to {there[:200]!r}, which is no address") from fault


def _fit(url: str) -> str:
    """The address as it can be printed. Raises _NoWay if it leads to no page that readers can open."""
    link = printed(url) if is_web(url) and len(url) <= _LONGEST else None
    if link is None:
        raise _NoWay(f"leads to {url[:200]!r}, which cannot be printed")
    host = _host(link)
    if not _is_outside(host):
        raise _NoWay(f"leads to {host}, in a private network")
    if _is_gate(link):
        raise _NoWay(f"leads to a login or a question at {host}")
    return link


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().rstrip(".")


def _is_gate(url: str) -> bool:
    if not is_web(url):
        return False
    return bool(_GATE_HOST.match(_host(url)) or _GATE_PATH.match(urlsplit(url).path))


def _is_outside(host: str) -> bool:
    if address := literal(host):
        return is_public(address)
    return "." in host and not is_this_machine(host) and not host.endswith(tuple(f".{name}" for name in _INSIDE))
