"""Letters over SMTP, by the standard library's client driven with pipelining. I/O: SMTP

The client keeps its TLS, AUTH and reply parser; its `sendmail` is not used, since it searches every body for line
ends and full stops with regular expressions: four times the cost of sending, for bodies that need no change.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit

from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import domain_of, mailbox
from newsletter.mail.transports.conversation import SmtpConnection
from newsletter.mail.transports.opening import is_this_machine, open_client
from newsletter.model.ports import Connection
from newsletter.model.settings import Settings, Smtp


def check_ready(settings: Settings) -> None:
    """Check that letters over SMTP could be sent, by every relay, and answered for.

    Raises CannotSend with everything that is missing, and what to write: no letter promises a way to leave that
    nobody serves.
    """
    faults = (*promises_missing(settings), *_relay_faults(settings))
    if faults:
        raise CannotSend("; ".join(what for what, _ in faults), mend="\n    ".join(mend for _, mend in faults))
    mailbox("mail.from", settings.mail.sender)


def promises_missing(settings: Settings) -> Iterator[tuple[str, str]]:
    """What keeps the letters' links from being answered, whatever way they leave: each fault, and its mend."""
    base_url = settings.publication.wording.base_url
    parts = urlsplit(base_url)
    if not base_url:
        yield "base_url is not set", 'Write base_url = "https://…", where `newsletter serve` answers the readers.'
    elif parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(parts.hostname or "")):
        yield f"base_url = {base_url!r} is not https", "Mail programs unsubscribe by https only (RFC 8058): use https."
    if not settings.secret:
        yield "no secret is set", "Set a long random NEWSLETTER_SECRET and keep it: readers' links depend on it."


def _relay_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.smtp.host:
        yield "no mail server is set", "Write the host of the SMTP server, or use the outbox."
    for relay in (settings.smtp, *settings.further_relays):
        if relay.host and relay.user and relay.security == "none" and not is_this_machine(relay.host):
            where = f"for the relay {relay.name}" if settings.further_relays else "in [smtp]"
            yield (
                f"the password would go to {relay.host} unencrypted",
                f'Use security = "starttls" or "tls" {where}.',
            )


class SmtpRelay:
    """Letters to a mail server. `sender` is the mailbox that bounces go to, as mail.from names it."""

    at_once: int = 1

    def __init__(
        self, smtp: Smtp, *, sender: str, envelope_ahead: bool = False, tls: ssl.SSLContext | None = None
    ) -> None:
        """With `envelope_ahead` the next letter's envelope goes out with the end of the one before.

        `tls` is for relays with a certificate of their own; by default the system's authorities are trusted.
        Raises CannotSend if the sender is no mailbox.
        """
        self.name, self.connections, self.per_minute = smtp.name, smtp.connections, smtp.per_minute
        self._smtp = smtp
        self._sender = mailbox("mail.from", sender)[1]
        self._envelope_ahead = envelope_ahead
        self._given = tls

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connect, encrypt and sign in. Raises CannotSend, with the mend, if the relay does not let us."""
        # The sender's domain is our name. The library would ask the name service for one of this machine, and wait.
        client = open_client(self._smtp, own_name=domain_of(self._sender), tls=self._tls)
        try:
            seconds = self._smtp.timeout.total_seconds()
            connection = SmtpConnection(
                client, sender=self._sender, seconds=seconds, envelope_ahead=self._envelope_ahead
            )
            yield connection
            connection.leave()
        finally:
            client.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the system's authorities takes longer than connecting: once for all connections.
        return self._given or ssl.create_default_context()
