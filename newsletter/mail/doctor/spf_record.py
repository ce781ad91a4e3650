"""An SPF record as text: found among others, read, its macros expanded (RFC 7208, 4.5 to 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Literal
from urllib.parse import quote

from newsletter.mail.doctor.answers import IpAddress

Mechanism = Literal["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"]
Qualifier = Literal["+", "-", "~", "?"]
Network = IPv4Network | IPv6Network

_RECORD = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?![^:/])([:/].*)?", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9\-_.]*)=(.*)")
_NETWORK = re.compile(r":([0-9A-Fa-f.:]+(?:/(?:0|[1-9][0-9]{0,2}))?)")
_CIDR = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?")
_DOMAIN_AND_CIDR = re.compile(r"(.*?)((?:/(?:0|[1-9][0-9]?))?(?://(?:0|[1-9][0-9]{0,2}))?)")
_EXPANDED = r"%(?:\{[slodiphcrtv](?:[1-9][0-9]*|0+[1-9][0-9]*)?r?[.\-+,/_=]*\}|%|_|-)"
_MACRO_STRING = re.compile(rf"(?:{_EXPANDED}|[!-$&-~])*", re.IGNORECASE)
_MACRO = re.compile(r"%(?:\{([a-z])([0-9]*)(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_ENDED_BY_MACRO = re.compile(rf".*{_EXPANDED}", re.IGNORECASE)
_TOP_LABEL = re.compile(r".*\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?")
#: Letters that only an explanation may use (7.2), and those of which nothing is known before a letter comes.
_IN_EXPLANATIONS = re.compile(r"%\{[crt]", re.IGNORECASE)
_OF_ADDRESS = re.compile(r"%\{[ip]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A mechanism with what it leads to if it matches."""

    mechanism: Mechanism
    qualifier: Qualifier = "+"
    #: As written, with its macros; "" means the domain whose record this is.
    domain: str = ""
    #: Of ip4 and ip6.
    network: Network | None = None
    prefix4: int = 32
    prefix6: int = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfRecord:
    """The mechanisms in their order, and the domain of redirect=, "" without one."""

    terms: tuple[Term, ...] = ()
    redirect: str = ""

    @property
    def has_all(self) -> bool:
        return any(term.mechanism == "all" for term in self.terms)


def is_spf(text: str) -> bool:
    """Whether receivers take a TXT record for one of SPF (4.5)."""
    return _RECORD.match(text) is not None


def read_spf(text: str) -> SpfRecord:
    """Read a record that begins with v=spf1. Raises ValueError with the first fault in words (4.6)."""
    if not is_spf(text):
        raise ValueError("it does not begin with v=spf1 and a space")
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for word in text[6:].split(" "):
        if not word:
            continue
        directive = _DIRECTIVE.fullmatch(word)
        modifier = None if directive else _MODIFIER.fullmatch(word)
        if directive:
            terms.append(_term(word, directive))
        elif modifier:
            _modify(modifiers, modifier[1].lower(), modifier[2], word)
        else:
            raise ValueError(f'"{_clipped(word)}" is no term of SPF')
    return SpfRecord(terms=tuple(terms), redirect=modifiers.get("redirect", ""))


def _modify(modifiers: dict[str, str], name: str, value: str, word: str) -> None:
    known = name in ("redirect", "exp")
    if known and name in modifiers:
        raise ValueError(f"{name}= stands in it twice")
    if known:
        _check_domain(value, word)
    elif not _MACRO_STRING.fullmatch(value):
        raise ValueError(f'"{_clipped(word)}" has a macro that does not exist')
    modifiers[name] = value


def _term(word: str, match: re.Match[str]) -> Term:
    qualifier: Qualifier = match[1] or "+"  # type: ignore[assignment]
    mechanism: Mechanism = match[2].lower()  # type: ignore[assignment]
    value = match[3] or ""
    if mechanism == "all":
        if value:
            raise ValueError(f'"{_clipped(word)}": all takes nothing')
        return Term(mechanism=mechanism, qualifier=qualifier)
    if mechanism in ("ip4", "ip6"):
        return Term(mechanism=mechanism, qualifier=qualifier, network=_network(word, mechanism, value))
    domain, prefix4, prefix6 = _domain_and_prefixes(word, mechanism, value)
    return Term(mechanism=mechanism, qualifier=qualifier, domain=domain, prefix4=prefix4, prefix6=prefix6)


def _network(word: str, mechanism: str, value: str) -> Network:
    match = _NETWORK.fullmatch(value)
    kind = IPv4Network if mechanism == "ip4" else IPv6Network
    with suppress(ValueError):
        if match is not None:
            return kind(match[1], strict=False)
    raise ValueError(f'"{_clipped(word)}" is no network of {mechanism}')


def _domain_and_prefixes(word: str, mechanism: str, value: str) -> tuple[str, int, int]:
    domain, cidr = (value[1:], "") if value.startswith(":") else ("", value)
    if mechanism in ("a", "mx") and value.startswith(":"):
        # The shortest domain that leaves nothing but prefixes behind it: a macro may hold slashes itself.
        split = _DOMAIN_AND_CIDR.fullmatch(domain)
        assert split is not None
        domain, cidr = split[1], split[2]
    prefixes = _CIDR.fullmatch(cidr) if mechanism in ("a", "mx") or not cidr else None
    if prefixes is None:
        raise ValueError(f'"{_clipped(word)}" ends in no prefix length')
    prefix4, prefix6 = int(prefixes[1] or 32), int(prefixes[2] or 128)
    if prefix4 > 32 or prefix6 > 128:
        raise ValueError(f'"{_clipped(word)}" has a prefix longer than an address')
    if value.startswith(":") or mechanism in ("include", "exists"):
        _check_domain(domain, word)
    return domain, prefix4, prefix6


def _check_domain(domain: str, word: str) -> None:
    """7.1: a macro string that ends in a top label or in a macro."""
    if not domain:
        raise ValueError(f'"{_clipped(word)}" names no domain')
    if not _MACRO_STRING.fullmatch(domain) or _IN_EXPLANATIONS.search(domain):
        raise ValueError(f'"{_clipped(word)}" has a sign or a macro that cannot stand in a domain')
    if not _ENDED_BY_MACRO.fullmatch(domain) and not _TOP_LABEL.fullmatch(domain):
        raise ValueError(f'"{_clipped(word)}" does not end in a domain')


def _clipped(word: str) -> str:
    return word if len(word) <= 60 else f"{word[:59]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What macros are expanded from: who sends, and from which address, None where that is not known."""

    sender: str
    address: IpAddress | None = None
    #: What the sending host says in EHLO; the sender's domain where that is not known.
    helo: str = ""
    _letters: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        local, _, domain = self.sender.rpartition("@")
        letters = {"s": self.sender, "l": local, "o": domain, "h": self.helo or domain, "p": "unknown"}
        if self.address is not None:
            six = self.address.version == 6
            letters["i"] = ".".join(self.address.exploded.replace(":", "")) if six else str(self.address)
            letters["v"] = "ip6" if six else "in-addr"
        object.__setattr__(self, "_letters", letters)

    def expand(self, text: str, domain: str) -> str | None:
        """The name that a domain with macros stands for; None if that depends on an address that is not known.

        Names longer than 253 octets lose labels from the left (7.3).
        """
        if self.address is None and (_OF_ADDRESS.search(text) or re.search(r"%\{v", text, re.IGNORECASE)):
            return None
        letters = {**self._letters, "d": domain}
        name = _MACRO.sub(lambda macro: _expanded(macro, letters), text).rstrip(".")
        while len(name) > 253 and "." in name:
            name = name.partition(".")[2]
        return name


def _expanded(macro: re.Match[str], letters: Mapping[str, str]) -> str:
    letter, digits, backwards, delimiters, sign = macro.groups()
    if sign:
        return {"%": "%", "_": " ", "-": "%20"}[sign]
    value = letters.get(letter.lower(), "")
    parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
    if backwards:
        parts.reverse()
    if digits:
        parts = parts[-int(digits) :]
    told = ".".join(parts)
    return quote(told, safe="-._~") if letter.isupper() else told
