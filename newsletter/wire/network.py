"""What every request of one run shares: connections, turns, limits, our name; opened and closed. I/O: network"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from newsletter import __version__
from newsletter.model.settings import Collecting
from newsletter.wire.exchange import Client
from newsletter.wire.guard import Guard
from newsletter.wire.names import Names, Resolver
from newsletter.wire.turns import Turns

#: Files that are open besides: database, documents, pipes to readers, the libraries' own.
_OTHER_FILES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The open connections of one run and what its requests keep to."""

    client: Client
    turns: Turns
    #: For one thing that is asked, redirects included; waiting for a turn is not counted.
    seconds: float
    now: datetime
    #: Host in lower case → the base address that is asked in its place.
    hosts: Mapping[str, str]
    user_agent: str


@asynccontextmanager
async def open_network(
    collecting: Collecting,
    *,
    now: datetime,
    hosts: Mapping[str, str],
    resolve: Resolver,
    trust: Callable[[], ssl.SSLContext],
    seconds: float,
    connect: float,
    at_once: int,
) -> AsyncIterator[Network]:
    """Connections to public addresses only, closed at the end; `connect` are the seconds that one may take to stand."""
    names = Names(resolve, patience=connect)
    async with Client(Guard(names, trust=trust, seconds=connect)) as client:
        try:
            yield Network(
                client=client,
                turns=Turns(
                    everywhere=_places(at_once),
                    per_host=collecting.per_host,
                    spacing=collecting.spacing.total_seconds(),
                ),
                seconds=seconds,
                now=now,
                hosts={name.lower(): base for name, base in hosts.items()},
                user_agent=_user_agent(collecting.contact),
            )
        finally:
            names.close()


def _places(wished: int) -> int:
    """So many connections at once as are wished, if the process may open so many files beside its others."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most != resource.RLIM_INFINITY:
            return max(1, min(wished, most - _OTHER_FILES))
    return wished


def _user_agent(contact: str) -> str:
    """What we call ourselves, with the address or mailbox of whoever answers for it; "" is left out."""
    said = sayable(contact)
    return f"TechPulseNewsletter/{__version__} (+{said})" if said else f"TechPulseNewsletter/{__version__}"


def sayable(text: str) -> str:
    """What of a text may stand in a header: ASCII without control characters (RFC 9110, 5.5)."""
    return "".join(c for c in text if c.isascii() and c.isprintable()).strip()
