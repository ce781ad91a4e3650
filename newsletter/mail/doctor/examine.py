"""The mail examined as receivers and the relay will find it; nothing is sent and nothing written. I/O: SMTP, network"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from newsletter.domains import ascii_host, registrable
from newsletter.errors import CannotSend
from newsletter.mail.doctor.alignment import Voucher, alignment_line
from newsletter.mail.doctor.answers import IpAddress, Resolver
from newsletter.mail.doctor.dkim_record import OwnKey, dkim_line
from newsletter.mail.doctor.dmarc import NO_RECORD, Dmarc, dmarc_lines
from newsletter.mail.doctor.hosts import mail_line, name_line, site_line
from newsletter.mail.doctor.relay import Probed, probe
from newsletter.mail.doctor.relay_lines import relay_lines, where
from newsletter.mail.doctor.report import Level, Line, Report
from newsletter.mail.doctor.spf_lines import outgoing_lines, relay_line, spf_lines
from newsletter.mail.letter.dkim import load_keys, public_record
from newsletter.mail.letter.headers import domain_of, mailbox
from newsletter.mail.transports.smtp import check_ready
from newsletter.model.settings import Settings, Smtp

#: Where Postmark's envelope sender stands below the sender's domain, if it was set up as its pages say, and its alias.
_POSTMARK_BOUNCES, _POSTMARK_ALIAS = "pm-bounces", "pm.mtasv.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the settings do not say."""

    now: datetime
    #: Octets of a letter; 0 if there is none yet.
    letter_size: int = 0
    #: Addresses that letters are known to leave from, where those are not the relay's.
    outgoing: tuple[IpAddress, ...] = ()
    #: Selectors of keys that somebody else signs with: the relay.
    selectors: tuple[str, ...] = ()
    #: For relays with a certificate of their own; by default the system's authorities are trusted.
    tls: ssl.SSLContext | None = field(default=None, compare=False)


def examine(
    settings: Settings,
    given: Circumstances,
    resolver: Resolver,
    *,
    on_start: Callable[[int], None] | None = None,
    on_look: Callable[[], None] | None = None,
) -> Report:
    """Everything that can be found without a letter: settings, relays, the names of sender and site.

    `on_start` is told how many looks it takes, `on_look` that one is done.
    """
    lines = list(_settings(settings))
    try:
        sender = mailbox("mail.from", settings.mail.sender)[1]
    except CannotSend as fault:
        return Report(lines=(*lines, _failed("sender", "mail.from", fault)))
    looks = _Looks(settings, given, resolver, sender)
    acts = looks.acts()
    if on_start:
        on_start(len(acts))
    for act in acts:
        lines += act()
        if on_look:
            on_look()
    return Report(lines=tuple(lines))


def _settings(settings: Settings) -> Iterator[Line]:
    mail = settings.mail
    try:
        if mail.transport == "postmark":
            from newsletter.mail.transports.postmark import check_ready as check_service

            check_service(settings)
        elif mail.transport == "smtp" or settings.smtp.host:
            check_ready(settings)
    except CannotSend as fault:
        line = _failed("settings", "newsletter.toml", fault)
        yield line if mail.transport != "outbox" else _line("warn", line.check, line.about, line.what, line.mend)
    else:
        yield _line("ok", "settings", "newsletter.toml", f'All that transport = "{mail.transport}" needs is set.')
    if mail.transport == "outbox":
        what = "Letters are written to var/outbox and reach nobody."
        yield _line("warn", "transport", "mail.transport", what, 'Write transport = "smtp" in [mail] to send them.')
    yield from _list_id(mail.list_id, mail.sender)


def _list_id(list_id: str, sender: str) -> Iterator[Line]:
    """RFC 2919, 2 and 3: a name below a domain of the owner's."""
    if not list_id:
        return
    about, inside = "mail.list_id", list_id.strip().removeprefix("<").removesuffix(">")
    domain = sender.rpartition("@")[2].strip(" <>").lower()
    if "." not in inside or registrable(inside) != registrable(domain):
        what = f'list_id = "{list_id}" does not end in a domain of the sender\'s.'
        yield _line("warn", "list-id", about, what, f"Before the first issue, end it in {registrable(domain)}.")
    else:
        yield _line("ok", "list-id", about, f"{inside} names the list.")


class _Looks:
    """The looks in their order; later ones build on what earlier ones found."""

    def __init__(self, settings: Settings, given: Circumstances, resolver: Resolver, sender: str) -> None:
        self._settings, self._given, self._resolver, self._sender = settings, given, resolver, sender
        self._domain = sender.rpartition("@")[2]
        self._probed: list[Probed] = []
        self._spf_can_pass: bool | None = False
        self._dkim_can_pass: bool | None = None
        self._dmarc: Dmarc = NO_RECORD

    def acts(self) -> list[Callable[[], list[Line]]]:
        return [
            *(lambda smtp=relay: self._ask(smtp) for relay in self._relays()),
            *([self._service] if self._by_postmark else []),
            self._spf,
            self._addresses,
            self._dkim,
            self._dmarc_record,
            self._mail_hosts,
            self._site,
        ]

    @property
    def _by_postmark(self) -> bool:
        return self._settings.mail.transport == "postmark"

    @property
    def _envelope_domain(self) -> str:
        return f"{_POSTMARK_BOUNCES}.{self._domain}" if self._by_postmark else self._domain

    def _relays(self) -> tuple[Smtp, ...]:
        named = (self._settings.smtp, *self._settings.further_relays)
        return () if self._by_postmark else tuple(relay for relay in named if relay.host)

    def _ask(self, smtp: Smtp) -> list[Line]:
        size, tls = self._given.letter_size, self._given.tls
        found = probe(smtp, sender=self._sender, own_name=self._domain, size=size, tls=tls)
        self._probed.append(found)
        return list(relay_lines(found, sender=self._sender, size=size, now=self._given.now))

    def _service(self) -> list[Line]:
        from newsletter.mail.transports.postmark import PostmarkRelay

        about = urlsplit(self._settings.postmark.api).hostname or "postmark"
        if not self._settings.postmark.token:
            return []
        try:
            with PostmarkRelay(self._settings.postmark).connect():
                return [_line("ok", "relay", about, f"{about} takes our token.")]
        except CannotSend as fault:
            return [_failed("relay", about, fault)]

    def _spf(self) -> list[Line]:
        if self._by_postmark:
            return self._spf_of_postmark()
        self._spf_can_pass, lines = spf_lines(self._resolver, self._domain, self._sender)
        return list(lines)

    def _spf_of_postmark(self) -> list[Line]:
        name = self._envelope_domain
        if _POSTMARK_ALIAS in self._resolver.ask(name, "CNAME").values:
            self._spf_can_pass = True
            return [_line("ok", "spf", name, f"{name} is {_POSTMARK_ALIAS}: bounces and SPF are in our domain.")]
        what = f"{name} is no alias of {_POSTMARK_ALIAS}: SPF vouches for Postmark's domain, not for {self._domain}."
        mend = (
            f"Publish it as CNAME, and set it as custom Return-Path at Postmark; or let DKIM vouch for {self._domain}."
        )
        return [_line("warn", "spf", name, what, mend)]

    def _addresses(self) -> list[Line]:
        """SPF and names of the addresses that letters come from, as far as those are known."""
        if self._given.outgoing:
            lines = list(outgoing_lines(self._resolver, self._domain, self._sender, self._given.outgoing))
            if any(line.level == "fail" for line in lines):
                self._spf_can_pass = False
            return lines + [name_line(self._resolver, address, sends=True) for address in self._given.outgoing]
        lines = []
        for found in self._probed:
            if found.address is not None:
                name = where(found.smtp)
                lines.append(relay_line(self._resolver, self._domain, self._sender, name, found.address))
                lines += [name_line(self._resolver, found.address, sends=False)] if found.address.is_global else []
        return lines

    def _dkim(self) -> list[Line]:
        wanted, lines = self._wanted_keys()
        found = [(key, self._resolver.ask(key.name, "TXT")) for key in wanted]
        keys = [dkim_line(key, answer) for key, answer in found]
        if any(line.level != "fail" for line in keys):
            self._dkim_can_pass = True
        elif lines or (found and not any(answer.fault for _, answer in found)):
            self._dkim_can_pass = False
        if not wanted and not lines:
            lines = [self._without_keys()]
        return lines + keys

    def _without_keys(self) -> Line:
        domain = self._dkim_domain
        if self._by_postmark:
            what = "Postmark signs the letters; at which selector its key stands cannot be seen from here."
            mend = f"Verify {domain} at Postmark, and check the key that it names there with --selector NAME."
        else:
            what = "We sign no letters; whether the relay does cannot be seen from here."
            mend = f"Set [dkim], or look whether it signs with d={domain} and check its key with --selector NAME."
        return _line("warn", "dkim", domain, what, mend)

    def _wanted_keys(self) -> tuple[list[OwnKey], list[Line]]:
        """The keys that letters are signed with, by the relay and by us; a line if ours are no good."""
        wanted = [OwnKey(name=f"{selector}._domainkey.{self._dkim_domain}") for selector in self._given.selectors]
        if self._by_postmark:
            # It makes the letters anew: no signature of ours reaches a reader.
            return wanted, []
        try:
            own = public_record(load_keys(self._settings.dkim, sender=self._settings.mail.sender))
        except CannotSend as fault:
            return wanted, [_failed("dkim", "dkim", fault)]
        return wanted + [OwnKey(name=name, text=text) for name, text in own], []

    @property
    def _dkim_domain(self) -> str:
        return ("" if self._by_postmark else self._settings.dkim.domain).lower() or self._domain.lower()

    def _dmarc_record(self) -> list[Line]:
        found, lines = dmarc_lines(self._resolver, self._domain)
        spf = Voucher(domain=self._envelope_domain, can_pass=self._spf_can_pass)
        dkim = Voucher(domain=self._dkim_domain, can_pass=self._dkim_can_pass)
        return [*lines, alignment_line(self._domain, spf, dkim, found or NO_RECORD)]

    def _mail_hosts(self) -> list[Line]:
        purposes = {self._domain: "bounces"}
        try:
            answers = domain_of(mailbox("mail.reply_to", self._settings.mail.reply_to or self._settings.mail.sender)[1])
        except CannotSend as fault:
            return [_failed("mx", "mail.reply_to", fault)]
        purposes[answers] = "answers and bounces" if answers == self._domain else "answers"
        return [mail_line(self._resolver, domain, purpose) for domain, purpose in purposes.items()]

    def _site(self) -> list[Line]:
        base_url = self._settings.publication.wording.base_url
        host = ascii_host(urlsplit(base_url).hostname or "")
        return [site_line(self._resolver, host)] if host else []


def _failed(check: str, about: str, fault: CannotSend) -> Line:
    what = fault.what[:1].upper() + fault.what[1:]
    mend = " ".join(fault.mend.split())
    return _line("fail", check, about, what if what.endswith(".") else f"{what}.", mend)


def _line(level: Level, check: str, about: str, what: str, mend: str = "") -> Line:
    return Line(level=level, check=check, about=about, what=what, mend=mend)
