"""Whether the pages that links lead to are still there: asked once each, politely, and judged mildly. I/O: network

A page that refuses robots, asks for rest or keeps silent may be there for every reader, so that only what a server
says plainly counts: that the page is gone, or that nobody knows its name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from urllib.parse import urljoin, urlsplit

from newsletter.links import printed, with_scheme, without_controls
from newsletter.model.settings import Collecting
from newsletter.text import one_line, visible
from newsletter.wire.answers import Answer, retry_at
from newsletter.wire.exchange import system_trust
from newsletter.wire.fetch import is_web, routed
from newsletter.wire.names import Resolver, system_resolver
from newsletter.wire.network import Network, open_network
from newsletter.wire.silence import is_unknown_name, why

#: Redirects that one link may lead through, seconds for all of them, and links on their way at once.
_HOPS, _SECONDS, _AT_ONCE = 10, 10.0, 50
#: Seconds for all links of a run: of one host a link a second, many may have to wait for the next.
_WHOLE = 90.0
#: Requests in a row that a host leaves without an answer before its other links are given up for this run.
_SILENT = 2
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_FOR_GOOD = frozenset((301, 308))
_GONE = frozenset((404, 410))
_LIMITING = frozenset((429, 503))
#: For a host that asks for rest without saying how long; no run takes so long.
_REST = timedelta(hours=1)
#: Failures after which GET may bring what HEAD did not, and those that our own network may be to blame for.
_MUTE, _NO_NETWORK = frozenset(("broken-off", "http", "timeout")), frozenset(("dns", "connect", "timeout"))
_NO_HOSTS: Mapping[str, str] = MappingProxyType({})

Verdict = Literal["ok", "gone", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One link asked."""

    #: As it was given.
    link: str
    #: "gone" where the page or its host is not there any more, "unsure" where that cannot be told.
    verdict: Verdict = "ok"
    #: Why it is not well, in words; "" if it is.
    what: str = ""
    #: Where redirects for good ended, if that is another address; "" else.
    moved: str = ""
    #: Whether any server said anything; all False where our own network is down.
    answered: bool = True


def check_links(
    links: Sequence[str],
    *,
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str] = _NO_HOSTS,
    on_checked: Callable[[Asked], None] | None = None,
    resolve: Resolver = system_resolver,
    trust: Callable[[], ssl.SSLContext] = system_trust,
    within: float = _WHOLE,
) -> tuple[Asked, ...]:
    """What each link leads to, each once, in their order; those that no time is left for `within` seconds are absent.

    Asked by HEAD, and by GET where that is refused; the first 64 KB of a page at most are read. A link has ten seconds,
    or `collecting.timeout` if that is less, redirects included. `on_checked` hears of each as its answer comes, from
    this thread; the others are as in `fetch_all`. Must not be called from a running event loop.
    """
    if not links:
        return ()
    wanted = tuple(dict.fromkeys(links))
    return asyncio.run(_check_links(wanted, collecting, now, hosts, on_checked, resolve, trust, within))


async def _check_links(
    links: Sequence[str],
    collecting: Collecting,
    now: datetime,
    hosts: Mapping[str, str],
    on_checked: Callable[[Asked], None] | None,
    resolve: Resolver,
    trust: Callable[[], ssl.SSLContext],
    within: float,
) -> tuple[Asked, ...]:
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

        async def one(link: str) -> Asked:
            found = await _Page(network, silent, link).asked()
            if on_checked is not None:
                on_checked(found)
            return found

        asked = [asyncio.create_task(one(link)) for link in links]
        done, late = await asyncio.wait(asked, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return tuple(task.result() for task in asked if task in done)


class _NoAnswer(Exception):
    """No server answered, for the reason in the sentence; `gone` where nobody knows its name."""

    def __init__(self, what: str, *, gone: bool = False) -> None:
        super().__init__(what)
        self.gone = gone


class _Mute(_NoAnswer):
    """The server took the connection and leaves this method without an answer."""


class _Page:
    """One link on its way."""

    def __init__(self, wire: Network, silent: Counter[str], link: str) -> None:
        self._wire, self._silent = wire, silent
        self._link = link
        self._left = wire.seconds
        self._answered = False
        #: Where redirects that hold for good have led so far; "" once one was only for now.
        self._for_good = with_scheme(link)

    async def asked(self) -> Asked:
        try:
            return await self._followed()
        except (_NoAnswer, ValueError) as fault:
            gone = isinstance(fault, _NoAnswer) and fault.gone
            return self._said("gone" if gone else "unsure", str(fault))

    async def _followed(self) -> Asked:
        url = with_scheme(self._link)
        for _ in range(_HOPS):
            answer = await self._answer(url)
            location = answer.headers.get("location", "").strip()
            if answer.status not in _REDIRECTS or not location:
                return self._judged(answer.status)
            url = urljoin(url, without_controls(location))
            kept = bool(self._for_good) and answer.status in _FOR_GOOD
            self._for_good = url if kept else ""
        return self._said("unsure", f"more than {_HOPS} redirects")

    def _judged(self, status: int) -> Asked:
        if status in _GONE:
            words = "the page is not there" if status == 404 else "the page was taken away for good"
            return self._said("gone", f"HTTP {status}: {words}")
        if status < 400:
            return self._said("ok", "")
        return self._said("unsure", f"HTTP {status}")

    def _said(self, verdict: Verdict, what: str) -> Asked:
        moved = self._for_good if verdict == "ok" and self._for_good != with_scheme(self._link) else ""
        return Asked(
            link=self._link,
            verdict=verdict,
            what=visible(one_line(what)),
            moved=printed(moved) or "",
            answered=self._answered,
        )

    async def _answer(self, url: str) -> Answer:
        """The answer to HEAD; what a server refuses that way may be there all the same, so that GET is asked then."""
        with suppress(_Mute):
            answer = await self._asked_by("HEAD", url, seconds=self._left / 2)
            if answer.status < 400 or answer.status in _LIMITING:
                return answer
        return await self._asked_by("GET", url, seconds=self._left)

    async def _asked_by(self, method: Literal["HEAD", "GET"], url: str, *, seconds: float) -> Answer:
        if not is_web(url) or printed(url) is None:
            raise _NoAnswer(f"sent on to {url[:200]!r}, which cannot be asked")
        loop, wire = asyncio.get_running_loop(), self._wire
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
        async with wire.turns.turn(host):
            if wire.turns.rests(host):
                raise _NoAnswer(f"{host} asks for rest")
            if self._silent[host] >= _SILENT:
                raise _NoAnswer(f"{host} does not answer")
            began = loop.time()
            try:
                address, headers = routed(url, {"User-Agent": wire.user_agent}, wire.hosts.get(host))
                async with asyncio.timeout(seconds):
                    answer, _ = await wire.client.glance(method, address, headers, trusted=host in wire.hosts)
            except Exception as fault:
                # What a server provokes in the libraries ends its own link only.
                kind, said = why(fault, seconds=wire.seconds)
                self._answered = self._answered or kind not in _NO_NETWORK
                if method == "HEAD" and kind in _MUTE:
                    raise _Mute(said) from fault
                gone = is_unknown_name(fault)
                # A name that nobody knows is known to be none for every page, and costs no time.
                self._silent[host] += not gone
                raise _NoAnswer(said, gone=gone) from fault
            finally:
                self._left -= loop.time() - began
        self._silent[host] = 0
        self._answered = True
        if answer.status in _LIMITING:
            until = retry_at(answer.headers.get("retry-after", ""), wire.now) or wire.now + _REST
            wire.turns.limited(host, url, until)
        return answer
