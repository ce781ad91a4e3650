"""Which addresses are anybody's on the internet, and which lead into a private network. Pure."""

from __future__ import annotations

import ipaddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: What `is_global` of Python 3.11 lets pass and no feed is served from: protocol assignments (RFC 6890), the relays
#: of 6to4 (RFC 7526).
_NOT_V4 = tuple(ipaddress.IPv4Network(net) for net in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24"))
#: All that is given out for everybody's use lies in here (RFC 4291, 2.4); NAT64, mapped and compatible addresses,
#: which carry an address of version 4 inside, do not.
_V6 = ipaddress.IPv6Network("2000::/3")
#: Protocol assignments with Teredo, documentation, 6to4, the old test network, documentation again.
_NOT_V6 = tuple(
    ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20")
)


def is_public(address: str) -> bool:
    """Whether the address is one that anybody may be sent to; False for what is no IP address.

    An address of version 6 that only wraps one of version 4 (::ffff:10.0.0.1) is judged by what it wraps.
    """
    try:
        parsed: _Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return parsed in _V6 and parsed.is_global and not any(parsed in net for net in _NOT_V6)
        parsed = parsed.ipv4_mapped
    private = parsed.is_multicast or parsed.is_reserved or any(parsed in net for net in _NOT_V4)
    return parsed.is_global and not private


def is_this_machine(host: str) -> bool:
    """Whether the name means the machine itself whatever a name server says (RFC 6761, 6.3)."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith((".localhost", ".localdomain"))
