"""Looking whether the mail of this installation is well, without a letter; nothing is written. I/O: network, disk"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from newsletter.errors import CannotSend, EditorMustAct, UsageFault
from newsletter.files.folder import weeks_on_disk
from newsletter.mail.doctor.answers import IpAddress, Resolver
from newsletter.mail.doctor.examine import Circumstances, examine
from newsletter.mail.doctor.lookup import DnsResolver
from newsletter.mail.doctor.report import Report
from newsletter.newsroom.letters.mailings import mailings_of
from newsletter.newsroom.room import Newsroom

#: Octets that a reader's address, links and a signature add at most, each.
_VALUE, _SIGNATURE = 320, 1100


def examine_mail(
    room: Newsroom,
    *,
    nameserver: str = "",
    outgoing: Sequence[str] = (),
    selectors: Sequence[str] = (),
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
    on_start: Callable[[int], None] | None = None,
    on_look: Callable[[], None] | None = None,
) -> Report:
    """Everything that receivers and relays will find.

    `nameserver` is asked in place of this machine's; `outgoing` are addresses that letters leave from, where the
    relay's are not; `selectors` are those of keys that the relay signs with.
    Raises UsageFault if one of them is not written as an address.
    """
    given = Circumstances(
        now=room.clock.now(),
        letter_size=letter_size(room),
        outgoing=tuple(map(_address, outgoing)),
        selectors=tuple(selectors),
        tls=tls,
    )
    asked = resolver or DnsResolver(nameserver)
    return examine(room.settings, given, asked, on_start=on_start, on_look=on_look)


def letter_size(room: Newsroom) -> int:
    """Octets of the largest letter of the newest week that has an e-mail; 0 if none has."""
    for week in reversed(weeks_on_disk(room.root)):
        try:
            mailings = mailings_of(room, week, date=room.clock.now())
        except (EditorMustAct, CannotSend):
            continue
        sizes = [sum(map(len, one.segments)) + _VALUE * len(one.marks) for one in mailings]
        dkim = room.settings.dkim
        return max(sizes) + _SIGNATURE * (bool(dkim.rsa_key) + bool(dkim.ed25519_key))
    return 0


def _address(typed: str) -> IpAddress:
    try:
        return ip_address(typed)
    except ValueError as fault:
        raise UsageFault(f"{typed!r} is no IP address.", mend="Write it as 192.0.2.25 or 2001:db8::25.") from fault
