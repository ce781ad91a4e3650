"""A relay asked what it would take, up to the sender: no recipient is named and no letter begun. I/O: SMTP"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Literal, TypeVar

from newsletter.mail.doctor.answers import IpAddress
from newsletter.model.settings import Smtp
from newsletter.text import clip, one_line

_T = TypeVar("_T")
#: What was being done, in its order.
Stage = Literal["connect", "hello", "tls", "auth", "sender"]
#: Seconds for one reply at most: a person waits for the report.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the relay showed, and we believed."""

    names: tuple[str, ...]
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Where the conversation ended; `what` continues a sentence that began with the relay's name."""

    stage: Stage
    what: str
    mend: str


@dataclass(slots=True, kw_only=True)
class Probed:
    """What a relay said, as far as the conversation came."""

    smtp: Smtp
    #: The address that was connected to; None if none was.
    address: IpAddress | None = None
    #: Its first line, without the code.
    banner: str = ""
    #: "TLSv1.3"; "" for a conversation in the clear.
    tls: str = ""
    certificate: Certificate | None = None
    #: What it offers at the end, encrypted where it is: names in lower case, with their parameters.
    extensions: Mapping[str, str] = field(default_factory=dict)
    signed_in: bool = False
    #: The reply to MAIL FROM; "" if it was never asked.
    sender_reply: str = ""
    trouble: Trouble | None = None

    @property
    def is_private(self) -> bool:
        """Whether nobody between can read what is said: it is encrypted, or never leaves this machine."""
        return bool(self.tls) or (self.address is not None and self.address.is_loopback)


def probe(smtp: Smtp, *, sender: str, own_name: str, size: int = 0, tls: ssl.SSLContext | None = None) -> Probed:
    """Connect, encrypt and sign in as for sending, name the sender, and leave.

    `own_name` is said in EHLO; `size` is the octets of a letter, 0 if not known. Every failure is told in `trouble`,
    never with the password.
    """
    found = Probed(smtp=smtp)
    # Without one the library would believe every certificate.
    context = tls or ssl.create_default_context() if smtp.security != "none" else None
    client = _connected(found, own_name, context)
    if client is None:
        return found
    try:
        if _greeted(client, found) and _encrypted(client, found, context) and _signed_in(client, found):
            _ask_for_sender(client, found, sender, size)
    finally:
        with suppress(OSError):
            client.quit()
        client.close()
    return found


class _Client(smtplib.SMTP):
    """The standard library's client, which keeps the first line."""

    banner: bytes = b""

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        code, self.banner = super().connect(*where, **more)
        return code, self.banner


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""


def _connected(found: Probed, own_name: str, tls: ssl.SSLContext | None) -> _Client | None:
    smtp = found.smtp
    seconds = min(smtp.timeout.total_seconds(), PATIENCE)

    def connect() -> _Client:
        if smtp.security == "tls":
            return _EncryptedClient(smtp.host, smtp.port, own_name, timeout=seconds, context=tls)
        return _Client(smtp.host, smtp.port, own_name, timeout=seconds)

    return _try(connect, found, "connect")


def _greeted(client: _Client, found: Probed) -> bool:
    def meet() -> bool:
        found.banner = _words(client.banner)
        if client.sock is not None:
            found.address = ip_address(str(client.sock.getpeername()[0]).partition("%")[0])
        return _greet(client)

    return bool(_try(meet, found, "hello"))


def _greet(client: _Client) -> bool:
    code, said = client.ehlo()
    if not 200 <= code <= 299:
        code, said = client.helo()
        if not 200 <= code <= 299:
            raise smtplib.SMTPHeloError(code, said)
    return True


def _encrypted(client: _Client, found: Probed, tls: ssl.SSLContext | None) -> bool:
    def encrypt() -> bool:
        if found.smtp.security == "starttls":
            client.starttls(context=tls)
            # What was offered in the clear counts for nothing (RFC 3207, 4.2).
            _greet(client)
        return True

    if not _try(encrypt, found, "tls"):
        return False
    found.extensions = dict(client.esmtp_features)
    if isinstance(client.sock, ssl.SSLSocket):
        found.tls = client.sock.version() or ""
        found.certificate = _certificate(client.sock)
    return True


def _certificate(sock: ssl.SSLSocket) -> Certificate | None:
    told: Mapping[str, Any] = sock.getpeercert() or {}
    if "notAfter" not in told:
        return None
    names = tuple(str(name) for kind, name in told.get("subjectAltName", ()) if kind in ("DNS", "IP Address"))
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC)
    return Certificate(names=names, ends=ends)


def _signed_in(client: _Client, found: Probed) -> bool:
    smtp = found.smtp
    if not smtp.user:
        return True
    if not found.is_private:
        mend = 'Use security = "starttls" or "tls".'
        found.trouble = Trouble(stage="auth", what="would get the password unencrypted", mend=mend)
        return False
    if not smtp.password:
        named = "SMTP" if smtp.name == "smtp" else f"RELAY_{smtp.name.upper().replace('-', '_')}"
        mend = f"Set NEWSLETTER_{named}_PASSWORD, or …_FILE; a relay that asks for none needs no user."
        found.trouble = Trouble(stage="auth", what=f"gets no password for {smtp.user}: none is set", mend=mend)
        return False
    try:
        client.login(smtp.user, smtp.password)
    except smtplib.SMTPAuthenticationError as fault:
        # Its words are not repeated: some servers say what they were told.
        mend = "Check the user and the password."
        found.trouble = Trouble(stage="auth", what=f"refuses the password ({fault.smtp_code})", mend=mend)
    except smtplib.SMTPServerDisconnected:
        mend = "Check the user and the password, or try again later."
        found.trouble = Trouble(stage="auth", what="hung up at the password", mend=mend)
    except UnicodeEncodeError:
        what = "was not asked, since the user or the password has letters outside ASCII"
        found.trouble = Trouble(stage="auth", what=what, mend="Set them in ASCII.")
    except (OSError, ValueError):
        mend = "PLAIN, LOGIN and CRAM-MD5 are known; a relay that asks for no password needs no user."
        found.trouble = Trouble(stage="auth", what="offers no way of signing in that we know", mend=mend)
    else:
        found.signed_in = True
    return found.signed_in


def _ask_for_sender(client: _Client, found: Probed, sender: str, size: int) -> None:
    parameter = f" SIZE={size}" if size and "size" in found.extensions else ""

    def ask() -> bool:
        code, said = client.docmd("MAIL", f"FROM:<{sender}>{parameter}")
        found.sender_reply = f"{code} {_words(said)}".strip()
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        client.rset()
        return True

    _try(ask, found, "sender")


def _try(act: Callable[[], _T], found: Probed, stage: Stage) -> _T | None:
    try:
        return act()
    # A name or an address that cannot be one is a ValueError or an OverflowError.
    except (OSError, ValueError, OverflowError) as fault:
        found.trouble = _trouble(fault, found, "tls" if isinstance(fault, ssl.SSLError) else stage)
        return None


def _trouble(fault: Exception, found: Probed, stage: Stage) -> Trouble:
    smtp = found.smtp
    match fault:
        case smtplib.SMTPSenderRefused() if fault.smtp_code in (530, 535) and not smtp.user:
            what, mend = "wants us to sign in first", f"Set user and password of the relay {smtp.name}."
        case smtplib.SMTPSenderRefused() if fault.smtp_code == 552:
            what, mend = "takes no letter of that size", "Shorten the issue, or ask who runs the relay."
        case smtplib.SMTPSenderRefused():
            what = f"refuses the sender {fault.sender}: {fault.smtp_code} {_words(fault.smtp_error)}"
            mend = "Let whoever runs the relay allow this sender, or change mail.from."
        case smtplib.SMTPNotSupportedError():
            what, mend = "offers no STARTTLS", 'Use security = "tls", or "none" for a relay on this machine.'
        case smtplib.SMTPResponseException():
            what = f"answers {fault.smtp_code} {_words(fault.smtp_error)}"
            mend = "Ask who runs the server, or try again later."
        case ssl.SSLCertVerificationError():
            what = f"shows a certificate that is not valid: {one_line(fault.verify_message).rstrip('.')}"
            mend = (
                "Write the host as its certificate names it, or have the certificate renewed, or its authority known"
                " to this machine (SSL_CERT_FILE)."
            )
        case ssl.SSLError():
            what, mend = "fails at TLS", 'Check port and security: 587 "starttls", 465 "tls".'
        case TimeoutError():
            what, mend = "does not answer", "Check host, port and security, and whether a firewall is between."
        case smtplib.SMTPServerDisconnected():
            what, mend = "hangs up", 'Check host, port and security: port 465 needs "tls".'
        case socket.gaierror():
            what = "is not known by that name"
            mend = "Check the host; if it is right, this machine's name service does not answer."
        case _:
            said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
            what = f"cannot be reached: {one_line(said) or type(fault).__name__}"
            mend = "Check host and port, and whether the server runs."
    return Trouble(stage=stage, what=what, mend=mend)


def _words(said: bytes | str) -> str:
    return clip(one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said), 120)
