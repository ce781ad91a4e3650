"""Hosts that letters lead to and come from: whether mail arrives there, and what their addresses are called."""

from __future__ import annotations

from ipaddress import ip_address

from newsletter.mail.doctor.answers import Answer, IpAddress, Resolver, addresses_of, is_address
from newsletter.mail.doctor.report import Level, Line

_AGAIN = "Try again; if it stays so, tell whoever runs the domain's name servers."


def mail_line(resolver: Resolver, domain: str, purpose: str) -> Line:
    """Whether mail to a domain arrives; `purpose` says what for: "answers and bounces"."""
    answer = resolver.ask(domain, "MX")
    hosts = [value.partition(" ")[2] for value in answer.values]
    if answer.fault:
        return _line(
            "fail", "mx", domain, f"The mail hosts of {domain} could not be looked up: {answer.fault}.", _AGAIN
        )
    if hosts == ["."] or hosts == [""]:
        what = f"{domain} says that it takes no mail (a null MX): {purpose} do not arrive."
        mend = "Give it a mail host, or send from a domain that has one: many receivers refuse such a sender."
        return _line("warn", "mx", domain, what, mend)
    if not hosts:
        return _without_mail_host(resolver, domain, purpose)
    silent = [host for host in hosts if is_address(host) or not addresses_of(resolver, host).values]
    if len(silent) == len(hosts):
        what = f"No mail host of {domain} has an address ({', '.join(silent[:3])}): {purpose} do not arrive."
        return _line("fail", "mx", domain, what, "Let its MX name hosts that have addresses.")
    if silent:
        what = f"Of the mail hosts of {domain} {', '.join(silent[:3])} has no address."
        return _line("warn", "mx", domain, what, "Take it out of the MX records, or give it one.")
    return _line("ok", "mx", domain, f"{domain} takes mail by {hosts[0]}: {purpose} arrive.")


def _without_mail_host(resolver: Resolver, domain: str, purpose: str) -> Line:
    found = addresses_of(resolver, domain)
    if found.fault:
        return _line("fail", "mx", domain, f"{domain} could not be looked up: {found.fault}.", _AGAIN)
    if found.values:
        what = f"{domain} names no mail host; {purpose} go to {found.values[0]} itself."
        return _line("warn", "mx", domain, what, "Publish an MX record, so that nobody has to guess.")
    what = f"{domain} takes no mail: {purpose} do not arrive, and receivers refuse it as a sender."
    return _line("fail", "mx", domain, what, "Publish an MX record that names the domain's mail host.")


def name_line(resolver: Resolver, address: IpAddress, *, sends: bool) -> Line:
    """Whether an address has a name that leads back to it; `sends`: whether letters are known to leave from it."""
    about = str(address)
    grave: Level = "fail" if sends else "warn"
    answer = resolver.ask(address.reverse_pointer, "PTR")
    whose = "" if sends else " If the relay delivers from another address, its operator has to look there."
    if answer.fault:
        return _line(grave, "ptr", about, f"The name of {address} could not be looked up: {answer.fault}.", _AGAIN)
    if not answer.values:
        mend = f"Let whoever runs the address set its reverse name (PTR): Gmail refuses mail without one.{whose}"
        return _line(grave, "ptr", about, f"{address} has no name.", mend)
    back = {name: addresses_of(resolver, name) for name in answer.values[:10]}
    for name, found in back.items():
        if _leads_to(found, address):
            return _line("ok", "ptr", about, f"{address} is {name}, and {name} leads back to it.")
    mend = f"Give {answer.values[0]} this address, or change the reverse name (PTR).{whose}"
    return _line(grave, "ptr", about, f"{address} is called {answer.values[0]}, which does not lead back to it.", mend)


def _leads_to(found: Answer, address: IpAddress) -> bool:
    return any(ip_address(value) == address for value in found.values)


def site_line(resolver: Resolver, host: str) -> Line:
    """Whether readers' links to unsubscribe and to the archive lead anywhere."""
    if host in ("localhost", "127.0.0.1", "[::1]", "::1"):
        mend = "Write the address by which readers reach it."
        return _line("warn", "base-url", host, f"base_url leads to {host}: no reader can leave by it.", mend)
    if is_address(host):
        return _line("warn", "base-url", host, f"base_url is the bare address {host}.", "Give it a name.")
    found = addresses_of(resolver, host)
    if found.fault:
        return _line("fail", "base-url", host, f"{host} could not be looked up: {found.fault}.", _AGAIN)
    if not found.values:
        what = f"{host} has no address: no reader can leave by the link in the letters."
        return _line("fail", "base-url", host, what, "Publish one, or mend base_url in [publication].")
    if not any(ip_address(value).is_global for value in found.values):
        what = f"{host} is {found.values[0]}, which readers outside cannot reach."
        return _line("warn", "base-url", host, what, "Publish the address by which they do.")
    return _line("ok", "base-url", host, f"{host} has an address.")


def _line(level: Level, check: str, about: str, what: str, mend: str = "") -> Line:
    return Line(level=level, check=check, about=about, what=what, mend=mend)
