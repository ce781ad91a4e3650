"""Whose turn it is: so many requests at once, so many at one host, and rest for a host that asks for it. I/O: time

Times are those of the event loop, in seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class _Host:
    """One host's places, and what it said of being asked too often."""

    places: asyncio.Semaphore
    #: Held by whoever begins next, until the time since the last beginning has passed.
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: float = float("-inf")
    #: Addresses that asked to be left alone, and until when.
    limited: dict[str, datetime] = field(default_factory=dict)


class Turns:
    """The order of one run; to be made and used in one event loop."""

    def __init__(self, *, everywhere: int, per_host: int, spacing: float) -> None:
        """At most so many requests at once, and so many seconds between the beginnings of two at one host."""
        self._everywhere = asyncio.Semaphore(max(1, everywhere))
        self._per_host = max(1, per_host)
        self._spacing = spacing
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a free place; the host's first, so that those who wait for a busy host hold none of the common."""
        at = self._at(host)
        async with at.places:
            if self._spacing:
                async with at.door:
                    await asyncio.sleep(at.began + self._spacing - asyncio.get_running_loop().time())
                    await self._everywhere.acquire()
                    at.began = asyncio.get_running_loop().time()
            else:
                await self._everywhere.acquire()
            try:
                yield
            finally:
                self._everywhere.release()

    def limited(self, host: str, url: str, until: datetime) -> None:
        """One address of the host asks to be left alone until then."""
        self._at(host).limited[url] = until

    def rests(self, host: str) -> datetime | None:
        """Until when the whole host is to be left alone; None unless two of its addresses asked for it."""
        limited = self._at(host).limited
        return max(limited.values()) if len(limited) > 1 else None

    def _at(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(places=asyncio.Semaphore(self._per_host))
        return self._hosts[host]
