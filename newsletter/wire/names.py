"""The addresses of a host: each name looked up once a run, in threads that hold nobody up. I/O: network, threads

The system's look-up cannot be cancelled and may hang for a minute. So it runs in daemon threads of our own, as many
as there are look-ups at a time: dead names neither keep live ones waiting nor the program from ending.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread

#: A host's addresses in the order in which to try them. Raises OSError if the name has none.
Resolver = Callable[[str], Sequence[str]]
_Found = tuple[str, ...] | Exception


def system_resolver(host: str) -> Sequence[str]:
    """Ask the system: hosts file, name servers, whatever it is set up with. Raises socket.gaierror."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def literal(host: str) -> str:
    """The address that the host is rather than has, as 10.0.0.1 or ::1; "" if it is a name.

    The system takes 2130706433, 0x7f.1 and 127.1 for addresses too, and so they are (POSIX, inet_addr).
    """
    with suppress(ValueError):
        return str(ipaddress.ip_address(host))
    if host[:1].isdigit() and not any(blank in host for blank in " \t\n\v\f\r"):
        with suppress(OSError):
            return socket.inet_ntoa(socket.inet_aton(host))
    return ""


class Names:
    """Look-ups of one run; to be made and used in one event loop, and closed at its end."""

    def __init__(self, resolve: Resolver, *, patience: float) -> None:
        """`patience` is how many seconds an answer is waited for; a name that took longer is not waited for again."""
        self._resolve = resolve
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._found: dict[str, asyncio.Future[_Found]] = {}
        self._asked: SimpleQueue[str | None] = SimpleQueue()
        self._lock = Lock()
        self._idle = 0
        self._threads = 0

    async def addresses(self, host: str) -> tuple[str, ...]:
        """In the order in which to try them; at least one. Raises OSError, or UnicodeError if it can be no name."""
        if address := literal(host):
            return (address,)
        future = self._found.get(host) or self._ask(host)
        if not future.done():
            await asyncio.wait((future,), timeout=self._patience)
            if not future.done():
                future.set_result(socket.gaierror(socket.EAI_AGAIN, "no answer in time"))
        found = future.result()
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return found

    def close(self) -> None:
        """Let the threads end; one that hangs in a look-up ends whenever that does."""
        for _ in range(self._threads):
            self._asked.put(None)

    def _ask(self, host: str) -> asyncio.Future[_Found]:
        self._found[host] = future = self._loop.create_future()
        with self._lock:
            start = not self._idle
            self._idle -= not start
        if start:
            self._threads += 1
            Thread(target=self._look_up, name="newsletter look-up", daemon=True).start()
        self._asked.put(host)
        return future

    def _look_up(self) -> None:
        while (host := self._asked.get()) is not None:
            try:
                found: _Found = tuple(self._resolve(host))
            except (OSError, ValueError) as fault:
                found = fault
            with self._lock:
                self._idle += 1
            try:
                self._loop.call_soon_threadsafe(self._settle, host, found)
            except RuntimeError:
                return  # the run is over, and with it the loop

    def _settle(self, host: str, found: _Found) -> None:
        if not (future := self._found[host]).done():
            future.set_result(found)
