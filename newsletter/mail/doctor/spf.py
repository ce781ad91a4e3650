"""SPF as receivers weigh it: who may send for a domain, and what finding that out costs (RFC 7208, 4.6 and 5).

Two questions are put to the same walk. For an address: what does a receiver find that a letter comes from there? For
no address in particular, one that no term names: does everybody pass, and how much has to be looked up in the worst
case?
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from newsletter.mail.doctor.answers import Answer, IpAddress, Resolver, addresses_of, well_formed
from newsletter.mail.doctor.spf_record import Circumstances, SpfRecord, Term, is_spf, read_spf

Verdict = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]

#: Terms that ask the name service, and answers that are empty: with more receivers give up (4.6.4).
MOST_LOOKUPS, MOST_VOIDS = 10, 2
#: Where a count is stopped that has long been too high, and hosts of one MX that are looked up.
_ENDLESS, _MOST_HOSTS = 60, 10
_LEADS_TO: dict[str, Verdict] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a receiver finds, and how."""

    verdict: Verdict
    #: Why, where it is an error or none; without a final stop.
    why: str = ""
    lookups: int = 0
    voids: int = 0
    #: The domain's own record as it stands there; "" if there is none.
    text: str = ""
    #: How many records the domain itself has, where one is right.
    records: int = 0
    #: Peculiarities that receivers forgive; sentences.
    notes: tuple[str, ...] = ()
    #: Whether a term depends on the sending address, so that not all could be followed.
    depends: bool = False


class _Stop(Exception):
    """The walk ends here, with this verdict."""

    def __init__(self, verdict: Verdict, why: str) -> None:
        super().__init__(why)
        self.verdict, self.why = verdict, why


def weigh(resolver: Resolver, domain: str, sender: str, address: IpAddress | None = None, *, helo: str = "") -> Weighed:
    """What a receiver finds of a letter that comes with this envelope sender from this address.

    Without an address: of one from an address that no term names. Then all that receivers may have to look up is
    counted, also beyond their limits; permerror if it is beyond.
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    walk = _Walk(resolver, Circumstances(sender=sender, address=address, helo=helo))
    try:
        verdict, why = walk.check(domain), ""
    except _Stop as stop:
        verdict, why = stop.verdict, stop.why
    if verdict == "none":
        why = walk.why_none
    if verdict != "temperror":
        verdict, why = walk.judged_by_cost(verdict, why)
    return Weighed(
        verdict=verdict,
        why=why,
        lookups=walk.lookups,
        voids=walk.voids,
        text=walk.text,
        records=walk.records,
        notes=tuple(dict.fromkeys(walk.notes)),
        depends=walk.depends,
    )


@dataclass(slots=True)
class _Walk:
    """One evaluation (check_host, 4)."""

    resolver: Resolver
    given: Circumstances
    lookups: int = 0
    voids: int = 0
    text: str = ""
    records: int = 0
    why_none: str = ""
    depends: bool = False
    notes: list[str] = field(default_factory=list)
    _within: list[str] = field(default_factory=list)

    def judged_by_cost(self, verdict: Verdict, why: str) -> tuple[Verdict, str]:
        if self.lookups > MOST_LOOKUPS:
            most = f"more than {_ENDLESS - 1}" if self.lookups >= _ENDLESS else str(self.lookups)
            return "permerror", f"it needs {most} look-ups, and receivers stop after {MOST_LOOKUPS}"
        if self.voids > MOST_VOIDS and verdict != "permerror":
            return "permerror", f"{self.voids} of the names it asks for do not exist, and receivers allow {MOST_VOIDS}"
        return verdict, why

    def check(self, domain: str) -> Verdict:
        """What the record of a domain says of the address."""
        name = domain.rstrip(".").lower()
        if name in self._within:
            raise _Stop("permerror", f"{name} leads to itself")
        found = self._record(name)
        if found is None:
            return "none"
        self._within.append(name)
        verdict = self._evaluate(found, name)
        self._within.pop()
        return verdict

    def _record(self, domain: str) -> SpfRecord | None:
        answer = self.resolver.ask(domain, "TXT") if well_formed(domain) else Answer(exists=False)
        if answer.fault:
            raise _Stop("temperror", f"{domain} could not be looked up: {answer.fault}")
        if self._within and not answer.values:
            self.voids += 1
            self._within_limits()
        texts = [text for text in answer.values if is_spf(text)]
        if not texts:
            self.why_none = f"{domain} has no SPF record" if answer.exists else f"{domain} does not exist"
            return None
        if not self._within:
            self.text, self.records = texts[0], len(texts)
        if len(texts) > 1:
            raise _Stop("permerror", f"{domain} has {_number(len(texts))} SPF records")
        try:
            record = read_spf(texts[0])
        except ValueError as fault:
            raise _Stop("permerror", f"the record of {domain} is not valid: {fault}") from fault
        self._note(record, domain)
        return record

    def _note(self, record: SpfRecord, domain: str) -> None:
        if record.has_all and record.terms[-1].mechanism != "all":
            self.notes.append(f'In the record of {domain} nothing behind "all" is looked at.')
        if record.has_all and record.redirect:
            self.notes.append(f'In the record of {domain} redirect= is not looked at beside "all".')
        if any(term.mechanism == "ptr" for term in record.terms):
            self.notes.append(f'The record of {domain} uses "ptr", which receivers are told not to support.')

    def _evaluate(self, record: SpfRecord, domain: str) -> Verdict:
        for term in record.terms:
            if self._matches(term, domain):
                return _LEADS_TO[term.qualifier]
        if not record.redirect:
            return "neutral"
        self._count()
        target = self.given.expand(record.redirect, domain)
        if target is None:
            self.depends = True
            return "neutral"
        verdict = self.check(target)
        if verdict == "none":
            raise _Stop("permerror", f"redirect= of {domain} leads nowhere: {self.why_none}")
        return verdict

    def _matches(self, term: Term, domain: str) -> bool:
        if term.mechanism == "all":
            return True
        if term.network is not None:
            return self._is_in(term.network)
        self._count()
        target = self.given.expand(term.domain, domain) if term.domain else domain
        if target is None:
            self.depends = True
            return False
        match term.mechanism:
            case "include":
                return self._included(target, domain)
            case "exists":
                return bool(self._asked(target, self.resolver.ask(target, "A")).values)
            case "ptr":
                return self._is_named(target)
            case "mx":
                return self._is_exchange(target, term)
        answer = self._addresses(target)
        self._asked(target, answer)
        return self._is_among(answer, term)

    def _included(self, target: str, domain: str) -> bool:
        verdict = self.check(target)
        if verdict == "none":
            raise _Stop("permerror", f"{domain} includes a record that is not there: {self.why_none}")
        return verdict == "pass"

    def _is_exchange(self, domain: str, term: Term) -> bool:
        answer = self._asked(domain, self.resolver.ask(domain, "MX"))
        hosts = [value.partition(" ")[2] for value in answer.values]
        if len(hosts) > _MOST_HOSTS:
            raise _Stop("permerror", f"{domain} has {len(hosts)} mail hosts, and receivers ask for {_MOST_HOSTS}")
        # The first that matches ends it; without an address none does, and all are looked up.
        return any(self._is_among(self._asked(host, self._addresses(host)), term) for host in hosts)

    def _is_named(self, domain: str) -> bool:
        address = self.given.address
        if address is None:
            return False
        for name in self.resolver.ask(address.reverse_pointer, "PTR").values[:_MOST_HOSTS]:
            if f".{name}".endswith(f".{domain.lower()}") and str(address) in self._addresses(name).values:
                return True
        return False

    def _addresses(self, host: str) -> Answer:
        if self.given.address is None:
            return addresses_of(self.resolver, host)
        return self.resolver.ask(host, "A" if self.given.address.version == 4 else "AAAA")

    def _asked(self, name: str, answer: Answer) -> Answer:
        if answer.fault:
            raise _Stop("temperror", f"{name} could not be looked up: {answer.fault}")
        if not answer.values:
            self.voids += 1
            self._within_limits()
        return answer

    def _is_among(self, answer: Answer, term: Term) -> bool:
        for value in answer.values:
            host = ip_address(value)
            prefix = term.prefix4 if host.version == 4 else term.prefix6
            kind = IPv4Network if host.version == 4 else IPv6Network
            if self._is_in(kind(f"{value}/{prefix}", strict=False)):
                return True
        return False

    def _is_in(self, network: IPv4Network | IPv6Network) -> bool:
        address = self.given.address
        return network.prefixlen == 0 if address is None else address in network

    def _count(self) -> None:
        self.lookups += 1
        self._within_limits()

    def _within_limits(self) -> None:
        # An address is weighed as receivers do; without one all is counted, so that it can be told.
        lookups, voids = (_ENDLESS - 1, _ENDLESS) if self.given.address is None else (MOST_LOOKUPS, MOST_VOIDS)
        if self.lookups > lookups or self.voids > voids:
            raise _Stop("permerror", "it needs too many look-ups")


def _number(count: int) -> str:
    return "two" if count == 2 else str(count)
