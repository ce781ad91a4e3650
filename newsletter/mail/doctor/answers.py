"""What the name service says, as values, and the port by which it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal, Protocol

Kind = Literal["A", "AAAA", "CNAME", "MX", "PTR", "TXT"]
IpAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. No value and no fault means that there is no such record."""

    #: In the service's order, aliases followed: addresses and names without a final stop, texts with their pieces
    #: joined, an MX as "10 mx.example.com", a null MX (RFC 7505) as "0 .".
    values: tuple[str, ...] = ()
    #: Whether there is anything under this name.
    exists: bool = True
    #: Why nothing could be learned; "" if there was an answer.
    fault: str = ""


class Resolver(Protocol):
    """Asks the name service; a failure is an answer with its fault, never an exception."""

    def ask(self, name: str, kind: Kind) -> Answer: ...


def addresses_of(resolver: Resolver, host: str) -> Answer:
    """The addresses of a host, IPv4 first; the fault only if none was learned."""
    found = (resolver.ask(host, "A"), resolver.ask(host, "AAAA"))
    values = tuple(value for answer in found for value in answer.values)
    fault = "" if values else next((answer.fault for answer in found if answer.fault), "")
    return Answer(values=values, exists=any(answer.exists for answer in found), fault=fault)


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address, with or without the brackets of a URL."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def well_formed(name: str) -> bool:
    """Whether the name service can be asked for it (RFC 1035, 2.3.4): labels of 1 to 63 octets, 253 in all."""
    bare = name.removesuffix(".")
    return bare.isascii() and 0 < len(bare) <= 253 and all(0 < len(label) <= 63 for label in bare.split("."))
