"""What is to be said of the SPF of a domain, and of the addresses that letters may come from."""

from __future__ import annotations

from newsletter.mail.doctor.answers import IpAddress, Resolver
from newsletter.mail.doctor.report import Level, Line
from newsletter.mail.doctor.spf import MOST_LOOKUPS, MOST_VOIDS, Verdict, Weighed, weigh
from newsletter.mail.doctor.spf_record import is_spf, read_spf

_EXAMPLE = "v=spf1 include:relay.example.com -all"
_PUBLISH = (
    f'Publish one TXT record there that names your relay, such as "{_EXAMPLE}": '
    "Gmail, Yahoo and Microsoft refuse bulk mail without SPF."
)
_WHERE = (
    "Name the address that letters leave from with --outgoing, or write to yourself and read Authentication-Results."
)
_AGAIN = "Try again; if it stays so, tell whoever runs the domain's name servers."


def spf_lines(resolver: Resolver, domain: str, sender: str) -> tuple[bool | None, tuple[Line, ...]]:
    """The record of the envelope sender's domain: whether letters can pass by it, None if that was not learned.

    And what is to be said of it; at least one line, the first of which is the verdict.
    """
    found = weigh(resolver, domain, sender)
    notes = tuple(_line("warn", domain, note) for note in found.notes)
    if _names_nobody(found):
        what = f"The SPF record of {domain} says that nobody sends for it."
        return False, (_line("fail", domain, what, f'Name your relay before its end: "{_EXAMPLE}".'), *notes)
    can_pass = None if found.verdict == "temperror" else found.verdict not in ("none", "permerror")
    return can_pass, (_verdict(resolver, domain, found), *notes)


def _names_nobody(found: Weighed) -> bool:
    """Whether the record is that of a domain without mail, "v=spf1 -all"."""
    terms = read_spf(found.text).terms if found.verdict in ("fail", "softfail") else ()
    return bool(terms) and terms[0].mechanism == "all"


def _verdict(resolver: Resolver, domain: str, found: Weighed) -> Line:
    # It may begin with a domain, which is written as it is.
    why = found.why[:1].upper() + found.why[1:] if found.why.startswith(("the ", "it ")) else found.why
    match found.verdict:
        case "temperror":
            return _line("fail", domain, f"{found.why}.", _AGAIN)
        case "none":
            return _line("fail", domain, f"{found.why}.{_taken_for_none(resolver, domain)}", _PUBLISH)
        case "permerror" if found.lookups > MOST_LOOKUPS or found.voids > MOST_VOIDS:
            mend = "Take out includes that nobody sends by; put ip4: and ip6: in place of others."
            return _line("fail", domain, f"The SPF record of {domain} is void: {found.why}.", mend)
        case "permerror":
            mend = "Keep one." if found.records > 1 else "Mend the record, or take out what leads there."
            return _line("fail", domain, f"{why}; receivers treat that as none.", mend)
        case "pass":
            what = f"The SPF record of {domain} lets everybody send for it."
            return _line("fail", domain, what, 'End it in "-all" or "~all", and take out what names the whole world.')
        case "neutral":
            what = f"The SPF record of {domain} says nothing of those it does not name."
            return _line("warn", domain, what, 'End it in "-all" or "~all".')
    ending = "-all" if found.verdict == "fail" else "~all"
    cost = f"{found.lookups} of {MOST_LOOKUPS} look-ups"
    if found.voids:
        names = "name" if found.voids == 1 else "names"
        what = f"The SPF record of {domain} asks for {found.voids} {names} without an answer."
        return _line(
            "warn", domain, what, "Take out what is gone: with more than 2 receivers treat the record as none."
        )
    beyond = "; a part depends on the sending address and was not followed" if found.depends else ""
    return _line("ok", domain, f"{domain} has one SPF record: {cost}, ends in {ending}{beyond}.")


def _taken_for_none(resolver: Resolver, domain: str) -> str:
    """A hint at a record that was meant to be one."""
    texts = resolver.ask(domain, "TXT").values
    near = [text for text in texts if "v=spf" in text[:12].lower().replace(" ", "") and not is_spf(text)]
    return f' A TXT record begins with "{near[0][:16]}", which receivers do not take for SPF.' if near else ""


def outgoing_lines(resolver: Resolver, domain: str, sender: str, outgoing: tuple[IpAddress, ...]) -> tuple[Line, ...]:
    """Whether the SPF covers the addresses that letters are known to leave from."""
    lines = []
    for address in outgoing:
        found = weigh(resolver, domain, sender, address)
        if found.verdict == "pass":
            lines.append(_covered("ok", address, f"SPF of {domain} lets {address} send."))
            continue
        what = f'Letters from {address} get "{found.verdict}" with the SPF of {domain}.'
        lines.append(_covered("fail", address, what, _cover(address, found.verdict)))
    return tuple(lines)


def _cover(address: IpAddress, verdict: Verdict) -> str:
    match verdict:
        case "temperror":
            return _AGAIN
        case "permerror":
            return f"Mend the record first, as told above; then see that it names {_term(address)}."
        case "none":
            return f"Let the record name it: {_term(address)}, or the include that whoever runs the relay names."
    return f"Add {_term(address)} to the record, or the include that whoever runs the relay names."


def relay_line(resolver: Resolver, domain: str, sender: str, relay: str, address: IpAddress) -> Line:
    """Whether the SPF covers a relay's own address; it may deliver from others, so that nothing here is a failure."""
    if not address.is_global:
        what = f"{relay} has the private address {address}; SPF and the name of the one it delivers from are not known."
        return _covered("warn", address, what, _WHERE)
    found = weigh(resolver, domain, sender, address)
    if found.verdict == "pass":
        return _covered("ok", address, f"SPF of {domain} lets {relay} ({address}) send.")
    what = (
        f'If {relay} delivers from its own address, {address}, letters get "{found.verdict}" with the SPF of {domain}.'
    )
    return _covered("warn", address, what, _WHERE)


def _term(address: IpAddress) -> str:
    return f"ip{address.version}:{address}"


def _covered(level: Level, address: IpAddress, what: str, mend: str = "") -> Line:
    return Line(level=level, check="spf-covers", about=str(address), what=what, mend=mend)


def _line(level: Level, domain: str, what: str, mend: str = "") -> Line:
    return Line(level=level, check="spf", about=domain, what=what, mend=mend)
