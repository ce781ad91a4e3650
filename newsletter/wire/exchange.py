"""One request and its answer, over the HTTP library; the body is packed as it comes. I/O: network

The only module that knows the library. Of it we use what HTTP asks of a client: addresses, headers, streams.
Redirects, cookies and retries are not left to it, nor is inflating.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Literal, Self

import httpx2 as httpx

from newsletter.model.feeds import Document
from newsletter.wire.answers import Answer
from newsletter.wire.body import Body, inflated
from newsletter.wire.coding import ACCEPTED, inflaters
from newsletter.wire.guard import Answered, Asked, Guard
from newsletter.wire.silence import NotAnAddress, Silence, TooBig

_MB = 1024 * 1024
#: Bytes as they come over the wire, and the same inflated.
MOST_WIRE_BYTES = 5 * _MB
MOST_BYTES = 20 * _MB
#: Statuses that robots' checks, logins and moved sites answer with, and how much of their page is looked at.
_PAGES = frozenset((202, 401, 403, 404, 410, 429, 503))
_MOST_OF_A_PAGE, _SECONDS_FOR_A_PAGE = 256 * 1024, 2.0
#: Where a page says that it only sends on.
_FIRST_OF_A_PAGE = 64 * 1024
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@cache
def system_trust() -> ssl.SSLContext:
    """The authorities that a server's certificate is checked against; reading them takes longer than a small feed."""
    return httpx.create_ssl_context(trust_env=False)


def ascii_host(url: str) -> str:
    """Host and port as a Host header has them. Raises NotAnAddress."""
    try:
        return httpx.URL(url).netloc.decode("ascii")
    except (httpx.InvalidURL, ValueError) as fault:
        raise _not_an_address(fault) from fault


class Client:
    """Asks one server at a time or many at once; to be used with `async with`."""

    def __init__(self, guard: Guard) -> None:
        self._client = httpx.AsyncClient(
            transport=_Transport(guard),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=None,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, fault, trace)

    async def get(self, url: str, headers: Mapping[str, str], *, trusted: bool) -> Answer:
        """Ask, and read the body of a 200. `trusted` lets the host lead into a private network.

        Raises OSError and Silence, and whatever the library raises of a server that nobody foresaw.
        """
        asked = {"Accept": _ACCEPT, "Accept-Encoding": ACCEPTED, **headers}
        response = await self._client.send(_request("GET", url, asked, trusted=trusted), stream=True)
        try:
            told = {name.lower(): value for name, value in response.headers.items()}
            if response.status_code in _PAGES and told.get("content-type", "").lower().startswith("text/html"):
                return Answer(status=response.status_code, headers=told, document=await _page(response, told))
            if response.status_code != 200:
                return Answer(status=response.status_code, headers=told)
            return await _read(response, told)
        finally:
            await response.aclose()

    async def glance(
        self, method: Literal["HEAD", "GET"], url: str, headers: Mapping[str, str], *, trusted: bool
    ) -> tuple[Answer, bytes]:
        """Ask, and read no body but the first 64 KB of a page for people, which come beside the answer.

        Raises as `get` does.
        """
        asked = {"Accept": "text/html, */*;q=0.5", "Accept-Encoding": "identity", **headers}
        response = await self._client.send(_request(method, url, asked, trusted=trusted), stream=True)
        try:
            told = {name.lower(): value for name, value in response.headers.items()}
            is_page = method == "GET" and response.status_code == 200 and "html" in told.get("content-type", "").lower()
            page = await _first(response, told) if is_page else b""
            return Answer(status=response.status_code, headers=told, wire_bytes=len(page)), page
        finally:
            await response.aclose()


def _request(method: str, url: str, headers: Mapping[str, str], *, trusted: bool) -> httpx.Request:
    try:
        return httpx.Request(method, url, headers=headers, extensions={"trusted": trusted})
    except (httpx.InvalidURL, ValueError) as fault:
        raise _not_an_address(fault) from fault


async def _first(response: httpx.Response, told: Mapping[str, str]) -> bytes:
    """The beginning of a body, inflated where the server packs it although nobody asked for that."""
    through = inflaters(told.get("content-encoding", ""))
    page = b""
    async with aclosing(response.aiter_raw()) as pieces:
        async for piece in pieces:
            for part in inflated(piece, through):
                page += part
                if len(page) >= _FIRST_OF_A_PAGE:
                    return page[:_FIRST_OF_A_PAGE]
    return page


async def _read(response: httpx.Response, told: Mapping[str, str]) -> Answer:
    body = Body(told.get("content-encoding", ""), most_wire_bytes=MOST_WIRE_BYTES, most_bytes=MOST_BYTES)
    try:
        body.announced(told.get("content-length", ""))
        async with aclosing(response.aiter_raw()) as pieces:
            async for piece in pieces:
                body.add(piece)
    except TooBig as fault:
        return Answer(status=200, headers=told, wire_bytes=body.wire_bytes, too_big=str(fault))
    return Answer(status=200, headers=told, wire_bytes=body.wire_bytes, document=body.document())


async def _page(response: httpx.Response, told: Mapping[str, str]) -> Document | None:
    """The page that a server refuses with, as far as it helps; nothing that is wrong with it makes matters worse."""
    most = _MOST_OF_A_PAGE
    with suppress(OSError, Silence, httpx.HTTPError):
        body = Body(told.get("content-encoding", ""), most_wire_bytes=most, most_bytes=2 * most)
        async with asyncio.timeout(_SECONDS_FOR_A_PAGE), aclosing(response.aiter_raw()) as pieces:
            async for piece in pieces:
                body.add(piece)
        return body.document()
    return None


def _not_an_address(fault: Exception) -> NotAnAddress:
    return NotAnAddress(f"not an address that can be fetched: {str(fault)[:120]}")


class _Transport(httpx.AsyncBaseTransport):
    """The library's client on our guarded connections."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answered = await self._guard.ask(
            Asked(
                scheme=url.raw_scheme,
                host=url.raw_host,
                port=url.port,
                target=url.raw_path,
                headers=request.headers.raw,
                trusted=request.extensions["trusted"],
                method=request.method.encode("ascii"),
            )
        )
        return httpx.Response(answered.status, headers=answered.headers, stream=_Pieces(answered))


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, answered: Answered) -> None:
        self._answered = answered

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self._answered.pieces()) as pieces:
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        await self._answered.aclose()
