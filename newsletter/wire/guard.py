"""Connections to public addresses only, each checked in the moment it is opened. I/O: network

A check of the name beforehand proves nothing: its addresses may be others a moment later. Here the address that was
checked is the one that is connected to, on every hop; the certificate is still checked against the name. Every
request has a connection of its own, so that what one server does touches one feed.

The streams are lean ones over asyncio: a run opens one for each feed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore2

from newsletter.wire.addresses import is_public, is_this_machine
from newsletter.wire.names import Names
from newsletter.wire.silence import BrokenOff, NotConnected, NotHttp, NoTls, PrivateAddress, is_unreachable

#: A server that sends faster than we read is made to wait beyond so many bytes.
_MOST_BUFFERED = 64 * 1024
#: What the library says of a server that stopped in the middle, rather than talked nonsense.
_STOPPED = ("disconnected", "closed connection", "StreamReset", "ConnectionTerminated", "InvalidBodyLength")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; the host in ASCII, an address of version 6 without brackets."""

    scheme: bytes
    host: bytes
    port: int | None
    #: Path and query.
    target: bytes
    #: With the Host header.
    headers: Sequence[tuple[bytes, bytes]]
    #: Whether the host may lead into a private network.
    trusted: bool
    method: bytes = b"GET"


class Answered:
    """One answer, its body still to be read; to be closed in any case."""

    def __init__(self, connection: httpcore2.AsyncHTTPConnection, response: httpcore2.Response) -> None:
        self.status = response.status
        self.headers = response.headers
        self._connection = connection
        self._response = response

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, coded. Raises OSError and Silence."""
        stream = self._response.stream
        assert isinstance(stream, AsyncIterable)
        with _said():
            async for piece in stream:
                yield piece

    async def aclose(self) -> None:
        await self._connection.aclose()


class Guard:
    """Opens the connections of one run; HTTP/2 where the server offers it."""

    def __init__(self, names: Names, *, trust: Callable[[], ssl.SSLContext], seconds: float) -> None:
        """`trust` gives the authorities that certificates are checked against, when first needed.

        `seconds` is the time for a connection, and once more for making it secure.
        """
        self._trust = trust
        self._timeouts = {"timeout": {"connect": seconds}}
        self._guarded = _Gate(names, trusted=False)
        self._open = _Gate(names, trusted=True)

    async def ask(self, asked: Asked) -> Answered:
        """The head of the answer. Raises OSError and Silence, PrivateAddress among them."""
        url = httpcore2.URL(scheme=asked.scheme, host=asked.host, port=asked.port, target=asked.target)
        connection = httpcore2.AsyncHTTPConnection(
            origin=url.origin,
            ssl_context=self._trust() if asked.scheme == b"https" else None,
            http2=True,
            network_backend=self._open if asked.trusted else self._guarded,
        )
        request = httpcore2.Request(asked.method, url, headers=asked.headers, extensions=self._timeouts)
        try:
            with _said():
                return Answered(connection, await connection.handle_async_request(request))
        except BaseException:
            await connection.aclose()
            raise


@contextmanager
def _said() -> Iterator[None]:
    """Turns what the library says of a server that breaks the protocol into our own words."""
    try:
        yield
    except httpcore2.ProtocolError as fault:
        if any(word in str(fault) for word in _STOPPED):
            raise BrokenOff("the connection broke") from fault
        raise NotHttp("the server does not speak HTTP") from fault


class _Gate(httpcore2.AsyncNetworkBackend):
    """What the library opens its connections through."""

    def __init__(self, names: Names, *, trusted: bool) -> None:
        self._names = names
        self._trusted = trusted

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature, here and below
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first of the host's addresses that may be asked and takes the connection."""
        del local_address, socket_options  # never set by us
        loop = asyncio.get_running_loop()
        seconds = timeout or 10.0
        end = loop.time() + seconds
        addresses = await self._addresses(host)
        fault: OSError | None = None
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                # Each has its share of the time, so that one that never answers leaves some for the next.
                async with asyncio.timeout((end - loop.time()) / left):
                    return await _connected(address, port)
            except OSError as one:
                if fault is None or is_unreachable(fault):
                    fault = one
        assert fault is not None
        if isinstance(fault, TimeoutError) and fault.errno is None:
            raise NotConnected(f"no connection within {seconds:g} s") from fault
        raise fault

    async def _addresses(self, host: str) -> Sequence[str]:
        if not self._trusted and is_this_machine(host):
            raise PrivateAddress(host, "127.0.0.1")
        found = await self._names.addresses(host)
        allowed = found if self._trusted else tuple(filter(is_public, found))
        if not allowed:
            raise PrivateAddress(host, found[0])
        return allowed


async def _connected(address: str, port: int) -> _Stream:
    loop = asyncio.get_running_loop()
    link = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        link.setblocking(False)
        await loop.sock_connect(link, (address, port))
        _, stream = await loop.create_connection(_Stream, sock=link)
    except BaseException:
        link.close()
        raise
    return stream


class _Stream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """One connection; read by one at a time. The deadline over the whole exchange stands elsewhere."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._pieces: deque[bytes] = deque()
        self._buffered = 0
        self._waiter: asyncio.Future[None] | None = None
        self._over = False
        self._fault: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._buffered += len(data)
        if self._buffered > _MOST_BUFFERED:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._over = True
        self._wake()

    def connection_lost(self, fault: Exception | None) -> None:
        self._over, self._fault = True, self._fault or fault
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """The next bytes; b"" at the end. Raises OSError."""
        del timeout
        if not self._pieces and not self._over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if not self._pieces:
            if self._fault is not None:
                raise self._fault
            return b""
        piece = self._pieces.popleft()
        if len(piece) > max_bytes:
            self._pieces.appendleft(piece[max_bytes:])
            piece = piece[:max_bytes]
        paused = self._buffered > _MOST_BUFFERED
        self._buffered -= len(piece)
        if paused and self._buffered <= _MOST_BUFFERED:
            self._transport.resume_reading()
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send; what we send is small, so that nobody need wait until it is on its way."""
        del timeout
        self._transport.write(buffer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        """Make the connection secure. Raises ssl.SSLError, NoTls and NotConnected; it is closed then."""
        loop = asyncio.get_running_loop()
        if self._pieces:
            self._transport.abort()
            raise NoTls("TLS: no secure connection (the server spoke first)")
        try:
            async with asyncio.timeout(timeout):
                secure = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
            assert secure is not None
            self._transport = secure
        except BaseException as fault:
            self._transport.abort()
            if isinstance(fault, TimeoutError) and fault.errno is None:
                raise NotConnected(f"no secure connection within {timeout:g} s") from fault
            if isinstance(fault, ConnectionError):
                raise NoTls("TLS: no secure connection (the server hung up)") from fault
            raise
        return self

    async def aclose(self) -> None:
        # No farewell: a server that never answers ours would hold the connection.
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        return self._transport.get_extra_info(info)
