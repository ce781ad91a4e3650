"""Letters over SMTP, by the standard library's client driven with pipelining. I/O: SMTP

The client keeps its TLS, AUTH and reply parser; its `sendmail` is not used, since it searches every body for line
ends and full stops with regular expressions: four times the cost of sending, for bodies that need no change.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import domain_of, mailbox
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Reply
from newsletter.model.settings import Settings, Smtp
from newsletter.text import clip, one_line

#: Seconds to wait for the answer to the final dot: giving up sooner makes repeats (RFC 5321, 4.5.3.2.6).
DOT_PATIENCE = 600.0

_Stage = Literal["sender", "recipient", "letter"]
_SENDER: _Stage = "sender"
_RECIPIENT: _Stage = "recipient"
_LETTER: _Stage = "letter"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_ready(settings: Settings) -> None:
    """Check that letters over SMTP could be sent and answered for.

    Raises CannotSend with everything that is missing, and what to write: no letter promises a way to leave that
    nobody serves.
    """
    faults = tuple(_faults(settings))
    if faults:
        raise CannotSend("; ".join(what for what, _ in faults), mend="\n    ".join(mend for _, mend in faults))
    mailbox("mail.from", settings.mail.sender)


def _faults(settings: Settings) -> Iterator[tuple[str, str]]:
    base_url, smtp = settings.publication.wording.base_url, settings.smtp
    parts = urlsplit(base_url)
    if not base_url:
        yield "base_url is not set", 'Write base_url = "https://…", where `newsletter serve` answers the readers.'
    elif parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        yield f"base_url = {base_url!r} is not https", "Mail programs unsubscribe by https only (RFC 8058): use https."
    if not settings.secret:
        yield "no secret is set", "Set a long random NEWSLETTER_SECRET and keep it: readers' links depend on it."
    if not smtp.host:
        yield "no mail server is set", "Write the host of the SMTP server, or use the outbox."
    elif smtp.user and smtp.security == "none" and smtp.host not in _LOOPBACK:
        yield f"the password would go to {smtp.host} unencrypted", 'Use security = "starttls" or "tls".'


class SmtpRelay:
    """Letters to a mail server. `sender` is the mailbox that bounces go to, as mail.from names it."""

    at_once: int = 1

    def __init__(self, smtp: Smtp, *, sender: str, tls: ssl.SSLContext | None = None) -> None:
        """`tls` is for relays with a certificate of their own; by default the system's authorities are trusted."""
        self.name, self.connections, self.per_minute = smtp.name, smtp.connections, smtp.per_minute
        self._smtp = smtp
        self._sender = mailbox("mail.from", sender)[1]
        self._tls = tls

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connect, encrypt and sign in. Raises CannotSend, with the mend, if the relay does not let us."""
        client = self._open()
        try:
            yield _SmtpConnection(client, self._sender, self._smtp.timeout.total_seconds())
            with suppress(OSError):  # smtplib's errors are OSErrors; all letters have had their answer
                client.quit()
        finally:
            client.close()

    def _open(self) -> smtplib.SMTP:
        smtp = self._smtp
        context = self._tls or ssl.create_default_context()
        # Said in EHLO. The library would ask the name service for a name of this machine, and wait for it.
        own_name = domain_of(self._sender)
        seconds = smtp.timeout.total_seconds()
        client: smtplib.SMTP | None = None
        try:
            if smtp.security == "tls":
                client = smtplib.SMTP_SSL(smtp.host, smtp.port, own_name, timeout=seconds, context=context)
            else:
                client = smtplib.SMTP(smtp.host, smtp.port, own_name, timeout=seconds)
            if smtp.security == "starttls":
                client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
            if smtp.user:
                client.login(smtp.user, smtp.password)
        except (OSError, UnicodeEncodeError) as fault:
            if client is not None:
                client.close()
            what, mend = _why(fault, smtp)
            raise CannotSend(f"{smtp.host}:{smtp.port} takes no letters: {what}", mend=mend) from fault
        return client


def _why(fault: OSError | UnicodeEncodeError, smtp: Smtp) -> tuple[str, str]:
    match fault:
        case smtplib.SMTPAuthenticationError():
            return f"{fault.smtp_code} {_words(fault.smtp_error)}", "Check the user and the password."
        case smtplib.SMTPNotSupportedError() if smtp.security == "starttls":
            return "it offers no STARTTLS", 'Use security = "tls", or "none" for a relay on this machine.'
        case smtplib.SMTPResponseException():
            return f"{fault.smtp_code} {_words(fault.smtp_error)}", "Ask who runs the server, or try again later."
        case ssl.SSLCertVerificationError():
            return f"its certificate is not valid ({fault.verify_message})", "Use the host's name as certified."
        case ssl.SSLError():
            return f"TLS failed ({one_line(str(fault))})", 'Check port and security: 587 "starttls", 465 "tls".'
        case TimeoutError():
            return "it does not answer", "Check host, port and security, and whether a firewall is between."
        case UnicodeEncodeError():
            return "the password has letters outside ASCII", "Set a password in ASCII."
    return one_line(str(fault)) or type(fault).__name__, "Check host and port, and whether the server runs."


class _SmtpConnection:
    """One connection, one letter at a time."""

    def __init__(self, client: smtplib.SMTP, sender: str, seconds: float) -> None:
        self._client = client
        self._mail = f"MAIL FROM:<{sender}>\r\n".encode()
        self._seconds = seconds
        self._pipelining = client.has_extn("pipelining")
        if client.sock is not None:
            # The end of a letter must not wait until its beginning has been acknowledged (RFC 896).
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:  # noqa: ARG002
        """Hand over one letter; ConnectionError if the connection broke before its final dot was written."""
        (letter,) = letters
        return (self._hand_over(letter),)

    def _hand_over(self, letter: Letter) -> Reply:
        if not letter.recipient.isascii():
            return Reply(553, "5.1.3 This address needs SMTPUTF8, which no letter of ours uses")
        try:
            refusal = self._open_letter(f"RCPT TO:<{letter.recipient}>\r\n".encode())
            if refusal is not None:
                return refusal
            self._client.send(letter.data + b".\r\n")
        except OSError as fault:
            self._client.close()
            raise ConnectionError(one_line(str(fault)) or type(fault).__name__) from fault
        return self._final_reply()

    def _open_letter(self, rcpt: bytes) -> Reply | None:
        """Bring the relay to "354, go on"; else the reply that forbids it, with the connection ready for the next."""
        if not self._pipelining:
            for command, stage in ((self._mail, _SENDER), (rcpt, _RECIPIENT), (b"DATA\r\n", _LETTER)):
                self._client.send(command)
                if (refusal := _refusal(self._reply(stage))) is not None:
                    self._reset(refusal)
                    return refusal
            return None
        # One group, three replies, read in the order of the commands whatever they say (RFC 2920, 3.1).
        self._client.send(self._mail + rcpt + b"DATA\r\n")
        refusals: list[Reply] = []
        for stage in (_SENDER, _RECIPIENT, _LETTER):
            if (refusal := _refusal(self._reply(stage))) is not None:
                refusals.append(refusal)
                if refusal.code == 421:
                    break
        if not refusals:
            return None
        if refusals[-1].stage != _LETTER and refusals[-1].code != 421:
            # Nobody is addressed, and yet the relay waits for a letter: it gets an empty one (RFC 2920, 3.1).
            self._client.send(b".\r\n")
            self._reply(_LETTER)
        telling = refusals[-1] if refusals[-1].code == 421 else refusals[0]
        self._reset(telling)
        return telling

    def _final_reply(self) -> Reply:
        sock = self._client.sock
        assert sock is not None
        sock.settimeout(max(self._seconds, DOT_PATIENCE))
        try:
            reply = self._reply(_LETTER)
        except OSError as fault:
            self._client.close()
            return Reply(0, f"no answer after the final dot: {one_line(str(fault))}", _LETTER)
        if reply.code == 421:
            self._client.close()
        else:
            sock.settimeout(self._seconds)
        return reply

    def _reset(self, refusal: Reply) -> None:
        if refusal.code == 421:
            self._client.close()
            return
        # The refusal stands, whatever becomes of the connection; if it breaks here, the next letter finds out.
        with suppress(OSError):
            if self._client.rset()[0] != 250:
                self._client.close()

    def _reply(self, stage: _Stage) -> Reply:
        code, said = self._client.getreply()
        if code < 200 or code > 599:
            raise smtplib.SMTPServerDisconnected(f"{code} is no reply")
        return Reply(code, _words(said), stage)


def _refusal(reply: Reply) -> Reply | None:
    if reply.code >= 400:
        return reply
    if (reply.code == 354) is not (reply.stage == _LETTER):
        # Answers and commands are out of step; going on would credit one letter with another's reply.
        raise smtplib.SMTPServerDisconnected(f"{reply.code} is not an answer to this command")
    return None


def _words(said: bytes | str) -> str:
    return clip(one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said), 300)
