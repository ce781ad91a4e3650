"""The name service, asked with dnspython. I/O: DNS"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import dns.exception
import dns.inet
import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT
import dns.resolver
from dns.rdata import Rdata

from newsletter.errors import UsageFault
from newsletter.mail.doctor.answers import Answer, Kind, well_formed
from newsletter.text import one_line

#: Seconds for one answer, all tries together.
PATIENCE = 5.0
#: "[2001:db8::1]:53", "192.0.2.53:53", or an address alone.
_SERVER = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?|([^:\[\]]+)(?::([0-9]{1,5}))?|([0-9A-Fa-f:.]+)")
#: After so many questions without a reply, and none ever, nobody is asked any more.
_GIVEN_UP_AFTER = 2


@dataclass(slots=True)
class DnsResolver:
    """Asks this machine's name servers, or the one that is named: "192.0.2.53", "192.0.2.53:5353", "[2001:db8::1]:53".

    Every question is asked once; its answer is kept.
    """

    nameserver: str = ""
    patience: float = PATIENCE
    _asking: dns.resolver.Resolver | None = field(init=False, default=None, repr=False)
    _kept: dict[tuple[str, Kind], Answer] = field(init=False, default_factory=dict, repr=False)
    _unanswered: int = field(init=False, default=0, repr=False)
    _fault: str = field(init=False, default="", repr=False)

    def __post_init__(self) -> None:
        """Raises UsageFault if the name server is not written as an address."""
        try:
            self._asking = _resolver(self.nameserver)
        except dns.resolver.NoResolverConfiguration:
            self._fault = "this machine names no name server"
        else:
            self._asking.lifetime = self.patience
            self._asking.timeout = self.patience / 2

    def ask(self, name: str, kind: Kind) -> Answer:
        key = (name.rstrip(".").lower(), kind)
        if key not in self._kept:
            self._kept[key] = self._answer(*key)
        return self._kept[key]

    def _answer(self, name: str, kind: Kind) -> Answer:
        if self._fault or self._asking is None:
            return Answer(fault=self._fault)
        if not well_formed(name):
            return Answer(exists=False)
        try:
            # Absolute: no search list of this machine is tried behind it.
            found = self._asking.resolve(dns.name.from_text(name), kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            self._unanswered = -1
            return Answer(exists=False)
        except dns.resolver.LifetimeTimeout:
            return Answer(fault=self._not_answered())
        except (dns.exception.DNSException, OSError, ValueError) as fault:
            self._unanswered = -1
            return Answer(fault=_words(fault))
        self._unanswered = -1
        return Answer(values=tuple(map(_text, found.rrset or ())))

    def _not_answered(self) -> str:
        fault = "the name server does not answer"
        if self._unanswered >= 0:
            self._unanswered += 1
            if self._unanswered == _GIVEN_UP_AFTER:
                self._fault = fault
        return fault


def _resolver(nameserver: str) -> dns.resolver.Resolver:
    if not nameserver:
        return dns.resolver.Resolver()
    host, port = _host_and_port(nameserver)
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = [host]
    made.port = port
    return made


def _host_and_port(typed: str) -> tuple[str, int]:
    match = _SERVER.fullmatch(typed)
    host, port = (match[1] or match[3] or match[5], int(match[2] or match[4] or 53)) if match else ("", 0)
    if not dns.inet.is_address(host) or not 0 < port < 65536:
        raise UsageFault(
            f"{typed!r} is no name server.", mend="Write its address, with or without a port: 192.0.2.53:53"
        )
    return host, port


def _words(fault: Exception) -> str:
    if isinstance(fault, dns.resolver.NoNameservers):
        # Its own words name every server and the whole question.
        codes = [str(error[3]) for error in fault.kwargs.get("errors", ()) if len(error) > 3]
        told = next((code for code in codes if code), "")
        return f"the name server answers {told}" if told.isupper() else "no name server gives a usable answer"
    return one_line(str(fault))[:120] or type(fault).__name__


def _text(value: Rdata) -> str:
    match value:
        case dns.rdtypes.ANY.TXT.TXT():
            return b"".join(value.strings).decode("utf-8", "replace")
        case dns.rdtypes.ANY.MX.MX():
            return f"{value.preference} {_name(value.exchange)}"
        case dns.rdtypes.ANY.PTR.PTR() | dns.rdtypes.ANY.CNAME.CNAME():
            return _name(value.target)
    return value.to_text()


def _name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
