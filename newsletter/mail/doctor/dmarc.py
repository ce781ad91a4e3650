"""DMARC: what a domain asks receivers to do with letters that only claim to be its own (RFC 7489, 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from newsletter.domains import registrable
from newsletter.mail.doctor.answers import Resolver
from newsletter.mail.doctor.report import Level, Line
from newsletter.mail.doctor.tags import read_tags

Policy = Literal["none", "quarantine", "reject"]

_RECORD = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)")
_REPORT = re.compile(r"mailto:[^@,!\s]+@([^@,!\s]+)(![0-9]+[kmgt]?)?", re.IGNORECASE)
_POLICIES: tuple[Policy, ...] = ("none", "quarantine", "reject")
_PUBLISH = (
    'Publish there as TXT at least "v=DMARC1; p=none; rua=mailto:dmarc@{}": Gmail and Yahoo ask bulk senders for it.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dmarc:
    """A record as receivers understand it. `strict_…` say how near the domains have to be (3.1)."""

    policy: Policy
    subdomains: Policy
    strict_dkim: bool = False
    strict_spf: bool = False
    percent: int = 100
    #: Domains of the mailboxes that reports go to, in the record's order.
    reports: tuple[str, ...] = ()
    #: Tags that receivers pass over; in words.
    faults: tuple[str, ...] = ()


#: What holds where there is no record: alignment as most records ask for it.
NO_RECORD = Dmarc(policy="none", subdomains="none")


def is_dmarc(text: str) -> bool:
    """Whether receivers take a TXT record for one of DMARC (6.6.3)."""
    return _RECORD.match(text) is not None


def read_dmarc(text: str) -> Dmarc:
    """Read a record that begins with v=DMARC1. Raises ValueError, in words, for what receivers treat as none.

    They pass over what is no tag, and a record without a valid p= that names somebody for reports stands for p=none
    (6.3 and 6.6.3).
    """
    if not is_dmarc(text):
        raise ValueError("it does not begin with v=DMARC1")
    faults: list[str] = []
    tags = _tags(text.partition(";")[2], faults)
    reports = _reports(tags.get("rua", ""), faults)
    policy = _policy(tags, "p")
    if policy is None:
        why = f"p={tags['p'][:20]} is no policy" if "p" in tags else "p= is missing"
        if not reports:
            raise ValueError(why)
        policy = "none"
        faults.append(f"{why}, and p=none is taken for it")
    percent = tags.get("pct", "100")
    if not (percent.isascii() and percent.isdecimal() and int(percent[:4]) <= 100):
        faults.append(f"pct={percent[:20]} is no percentage")
        percent = "100"
    near = [tag for tag in ("adkim", "aspf") if tags.get(tag, "r").lower() not in ("r", "s")]
    faults += [f"{tag}={tags[tag][:20]} is neither r nor s" for tag in near]
    if "sp" in tags and _policy(tags, "sp") is None:
        faults.append(f"sp={tags['sp'][:20]} is no policy")
    return Dmarc(
        policy=policy,
        subdomains=_policy(tags, "sp") or policy,
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        percent=int(percent[:4]),
        reports=reports,
        faults=tuple(faults),
    )


def _tags(text: str, faults: list[str]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")):
        try:
            ((name, value),) = read_tags(part).items()
        except ValueError as fault:
            faults.append(str(fault))
            continue
        if name.lower() == "p" and "p" in tags:
            raise ValueError("p= stands in it twice")
        if name.lower() in tags:
            faults.append(f"{name.lower()}= stands twice")
        tags.setdefault(name.lower(), value)
    return tags


def _policy(tags: dict[str, str], tag: str) -> Policy | None:
    return next((policy for policy in _POLICIES if policy == tags.get(tag, "").lower()), None)


def _reports(value: str, faults: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in value.split(",") if value else ():
        match = _REPORT.fullmatch(part.strip())
        if match is None:
            faults.append(f"rua={part.strip()[:40]} is no mailto: address")
        else:
            found.append(match[1].lower())
    return tuple(found)


def dmarc_lines(resolver: Resolver, domain: str) -> tuple[Dmarc | None, tuple[Line, ...]]:
    """The record that holds for letters From this domain, None without one, and what is to be said of it.

    It stands under the domain, or, if there is none, under the part of it that its owner registered.
    """
    places = tuple(dict.fromkeys((domain, registrable(domain))))
    for place in places:
        name = f"_dmarc.{place}"
        answer = resolver.ask(name, "TXT")
        if answer.fault:
            mend = "Try again; if it stays so, tell whoever runs the domain's name servers."
            return None, (_line("fail", name, f"{name} could not be looked up: {answer.fault}.", mend),)
        records = [text for text in answer.values if is_dmarc(text)]
        if len(records) > 1:
            what = f"{name} has {len(records)} DMARC records; receivers treat that as none."
            return None, (_line("fail", name, what, "Keep one."),)
        if records:
            return _read(resolver, domain, place, records[0])
        near = [text for text in answer.values if "dmarc" in text.lower()]
        if near:
            what = f'The record at {name} begins with "{near[0][:20]}", which receivers do not take for DMARC.'
            return None, (_line("fail", name, what, 'Begin it with "v=DMARC1; p=none".'),)
    where = " or ".join(f"_dmarc.{place}" for place in places)
    what = f"There is no DMARC record at {where}."
    return None, (_line("fail", f"_dmarc.{places[0]}", what, _PUBLISH.format(places[-1])),)


def _read(resolver: Resolver, domain: str, place: str, text: str) -> tuple[Dmarc | None, tuple[Line, ...]]:
    name = f"_dmarc.{place}"
    try:
        found = read_dmarc(text)
    except ValueError as fault:
        what = f"The record at {name} is not valid: {fault}; receivers treat that as none."
        return None, (_line("fail", name, what, 'Write it as "v=DMARC1; p=none; rua=mailto:…".'),)
    policy = found.policy if place == domain else found.subdomains
    lines = [_line("ok", name, f"{name} asks for {_asked(policy, found)}.")]
    if found.percent < 100 and policy != "none":
        what = f"The policy of {name} holds for {found.percent} of a hundred letters."
        lines.append(_line("warn", name, what, "Take pct= out once the reports show that all of yours pass."))
    lines += [_line("warn", name, f"In {name} {fault}; receivers pass over it.", "Mend it.") for fault in found.faults]
    if not found.reports:
        mend = f"Add rua=mailto:dmarc@{place}: reports are the only way to see what receivers find."
        lines.append(_line("warn", name, f"{name} names nobody for reports (rua=).", mend))
    lines += _about_reports(resolver, place, found)
    return found, tuple(lines)


def _asked(policy: Policy, found: Dmarc) -> str:
    alignment = [word for word, strict in (("DKIM", found.strict_dkim), ("SPF", found.strict_spf)) if strict]
    return f"p={policy}" + (f", strict for {' and '.join(alignment)}" if alignment else "")


def _about_reports(resolver: Resolver, place: str, found: Dmarc) -> list[Line]:
    """Whoever gets the reports of another's domain has to say that they want them (7.1)."""
    lines = []
    for host in dict.fromkeys(found.reports):
        if registrable(host) == registrable(place):
            continue
        name = f"{place}._report._dmarc.{host}"
        answer = resolver.ask(name, "TXT")
        if not any(is_dmarc(text) for text in answer.values):
            what = f"Reports for {place} go to {host}, which does not say that it takes them."
            lines.append(_line("warn", f"_dmarc.{place}", what, f'It has to publish "v=DMARC1;" at {name}.'))
    return lines


def _line(level: Level, name: str, what: str, mend: str = "") -> Line:
    return Line(level=level, check="dmarc", about=name, what=what, mend=mend)
