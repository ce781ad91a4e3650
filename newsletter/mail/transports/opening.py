"""A conversation with a mail server opened: connected, encrypted, signed in. I/O: SMTP"""

from __future__ import annotations

import base64
import ipaddress
import smtplib
import ssl

from newsletter.errors import CannotSend
from newsletter.mail.transports.replies import Replies
from newsletter.model.settings import Smtp
from newsletter.text import clip, one_line


class SmtpClient(smtplib.SMTP):
    """The standard library's client, which notices what is said to it unasked."""

    def getreply(self) -> tuple[int, bytes]:
        """The next reply; its code is -1 if it is none that the protocol knows."""
        if self.file is None and self.sock is not None:
            self.file = Replies(self.sock)
        code, said = super().getreply()
        return code if isinstance(self.file, Replies) and self.file.are_one_reply() else -1, said

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        """Say a command and hear its reply. Raises SpokenInto if more than the reply to STARTTLS is there."""
        reply = super().docmd(cmd, args)
        if cmd == "STARTTLS" and self.unasked():
            # What follows in the clear would be taken for the encrypted server's words (RFC 3207, 6).
            raise SpokenInto
        return reply

    def unasked(self) -> bytes | None:
        """What the relay said beyond its replies; b"" if it hung up, None if nothing."""
        return self.file.waiting() if isinstance(self.file, Replies) else None


class _SmtpsClient(SmtpClient, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""


class SpokenInto(OSError):
    """Somebody spoke between the promise to encrypt and the encryption."""


def open_client(smtp: Smtp, *, own_name: str, tls: ssl.SSLContext) -> SmtpClient:
    """Connect, encrypt, greet and sign in; `own_name` is said in EHLO.

    The certificate must be valid for the host. What the server offers is what it said last, encrypted where the
    relay's `security` asks for it. Raises CannotSend, with the mend, if the relay does not let us; never with the
    password.
    """
    client: SmtpClient | None = None
    try:
        seconds = smtp.timeout.total_seconds()
        if smtp.security == "tls":
            client = _SmtpsClient(smtp.host, smtp.port, own_name, timeout=seconds, context=tls)
        else:
            client = SmtpClient(smtp.host, smtp.port, own_name, timeout=seconds)
        if smtp.security == "starttls":
            client.starttls(context=tls)
        client.ehlo_or_helo_if_needed()
    # A name or an address that cannot be one is a ValueError or an OverflowError.
    except (OSError, ValueError, OverflowError) as fault:
        if client is not None:
            client.close()
        raise _cannot_send(smtp, *_why(fault, smtp)) from fault
    if smtp.user and (fault_and_mend := _sign_in(client, smtp)):
        client.close()
        raise _cannot_send(smtp, *fault_and_mend)
    return client


def is_this_machine(host: str) -> bool:
    """Whether a host named in settings, or an address, is the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def words_of(said: bytes | str) -> str:
    """A reply's words on one line, clipped."""
    return clip(one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said), 300)


def _sign_in(client: SmtpClient, smtp: Smtp) -> tuple[str, str] | None:
    """What went wrong, and its mend; None if we are in.

    It raises nothing: the faults that smtplib raises here hold the password, or what it was encoded to.
    """
    try:
        if not _is_private(client):
            return "the password would go there unencrypted", 'Use security = "starttls" or "tls".'
        client.login(smtp.user, smtp.password)
    except smtplib.SMTPAuthenticationError as fault:
        said = _without_password(words_of(fault.smtp_error), smtp)
        if fault.smtp_code < 500:
            return f"{fault.smtp_code} {said}", "The server checks no passwords at the moment: try again later."
        return f"{fault.smtp_code} {said}", "Check the user and the password."
    except smtplib.SMTPServerDisconnected:
        return "it hung up while we signed in", "Check the user and the password, or try again later."
    except UnicodeEncodeError:
        return "the user or the password has letters outside ASCII", "Set them in ASCII."
    except (OSError, ValueError):
        what = "it offers no way of signing in that we know"
        return what, "PLAIN, LOGIN and CRAM-MD5 are known; a relay that asks for no password needs no user."
    return None


def _is_private(client: SmtpClient) -> bool:
    sock = client.sock
    return isinstance(sock, ssl.SSLSocket) or (sock is not None and is_this_machine(sock.getpeername()[0]))


def _without_password(words: str, smtp: Smtp) -> str:
    """The server's words, should it repeat what it was told."""
    told = (smtp.password, f"\0{smtp.user}\0{smtp.password}")
    for secret in (*(base64.b64encode(text.encode()).decode() for text in told), smtp.password):
        if secret:
            words = words.replace(secret, "…")
    return words


def _cannot_send(smtp: Smtp, what: str, mend: str) -> CannotSend:
    return CannotSend(f"{smtp.host}:{smtp.port} takes no letters: {what}", mend=mend)


def _why(fault: Exception, smtp: Smtp) -> tuple[str, str]:
    match fault:
        case SpokenInto():
            what = "more was said to us before encryption began than the server says"
            return what, 'Somebody may be between: use security = "tls", or another network.'
        case smtplib.SMTPNotSupportedError():
            return "it offers no STARTTLS", 'Use security = "tls", or "none" for a relay on this machine.'
        case smtplib.SMTPResponseException():
            return f"{fault.smtp_code} {words_of(fault.smtp_error)}", "Ask who runs the server, or try again later."
        case ssl.SSLCertVerificationError():
            return f"its certificate is not valid ({fault.verify_message})", _CERTIFICATE_MEND
        case ssl.SSLError():
            return f"TLS failed ({one_line(str(fault))})", 'Check port and security: 587 "starttls", 465 "tls".'
        case TimeoutError():
            return "it does not answer", "Check host, port and security, and whether a firewall is between."
        case smtplib.SMTPServerDisconnected() if smtp.security != "tls":
            return one_line(str(fault)), 'Check host, port and security: port 465 needs "tls".'
    return one_line(str(fault)) or type(fault).__name__, "Check host and port, and whether the server runs."


_CERTIFICATE_MEND = (
    "Write the host as its certificate names it, or have the certificate renewed, or its authority known to this"
    " machine."
)
