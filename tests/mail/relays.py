"""Mail servers on loopback: a real one (aiosmtpd), and one that says what a test tells it to say."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Reply
from newsletter.model.settings import Smtp

#: A key pair of the tests alone, self-signed for localhost and 127.0.0.1 until 2126.
PAIR = Path(__file__).parent / "relay.pem"


def trusting() -> ssl.SSLContext:
    """What a client needs to believe the relay's certificate."""
    return ssl.create_default_context(cafile=PAIR)


def smtp_to(relay: Relay | ScriptedRelay, *, envelope_ahead: bool = False, **changes: Any) -> SmtpRelay:
    """The way to a relay of the tests; `changes` are those of its settings."""
    smtp = Smtp(host=relay.host, port=relay.port, security="none", timeout=timedelta(seconds=5))
    sender = "Tech Pulse <pulse@example.com>"
    return SmtpRelay(replace(smtp, **changes), sender=sender, envelope_ahead=envelope_ahead, tls=trusting())


def hand(connection: Connection, letter: Letter, *, ahead: Letter | None = None) -> Reply:
    """Hand over one letter, and what became of it."""
    (reply,) = connection.hand_over((letter,), ahead=ahead)
    return reply


class Relay:
    """A real mail server; `messages` are what it took: sender, recipients, content."""

    def __init__(
        self,
        *,
        pipelining: bool = True,
        tls: str = "none",
        user: str = "",
        password: str = "",
        host: str = "127.0.0.1",
    ) -> None:
        self.host = host
        self.messages: list[tuple[str, tuple[str, ...], bytes]] = []
        self.users: list[str] = []
        self.greeted_as: list[str] = []
        self.port = 0
        self._pipelining, self._tls, self._user, self._password = pipelining, tls, user, password
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._open: list[SMTP] = []

    def __enter__(self) -> Self:
        pair = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        pair.load_cert_chain(PAIR)
        options: dict[str, Any] = {"hostname": "relay.example", "loop": self._loop}
        if self._tls == "starttls":
            options |= {"tls_context": pair, "require_starttls": True}
        if self._user:
            # The server does not see that an implicit TLS connection is encrypted.
            seen = self._tls == "starttls"
            options |= {"authenticator": self._check, "auth_required": seen, "auth_require_tls": seen}

        def conversation() -> SMTP:
            self._open.append(SMTP(self, **options))
            return self._open[-1]

        implicit = pair if self._tls == "tls" else None
        self._server = self._loop.run_until_complete(self._loop.create_server(conversation, self.host, 0, ssl=implicit))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for conversation in self._open:
            if conversation.transport is not None:
                conversation.transport.close()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    def _check(self, _s: SMTP, _session: Session, _e: Envelope, _mechanism: str, offered: LoginPassword) -> AuthResult:
        said = (offered.login.decode(), offered.password.decode())
        self.users.append(said[0])
        return AuthResult(success=said == (self._user, self._password), handled=False)

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted_as.append(hostname)
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self._pipelining else responses

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.messages.append((envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 Ok"


#: What is said to a command: one reply for always, or one for each time, the last of them for ever.
#: None hangs up instead.
Say = str | None | Sequence[str | None]


class ScriptedRelay:
    """A mail server that answers from a script, by verb; "." is the end of a letter, "greeting" the first word.

    A reply of several lines may hold several replies, which is one or more too many. "letter" is what becomes of a
    letter that has begun: nothing is said by default, and it is read to its end; otherwise this is said instead of
    reading on, and the relay hangs up. After a 220 to STARTTLS the rest is encrypted.

    With `groups` it answers MAIL, RCPT and DATA only when all three are there: a client that waits in between hangs.
    With `ahead` it answers the ends of so many letters only when the DATA of the next is there as well.
    """

    host = "127.0.0.1"

    def __init__(
        self, script: Mapping[str, Say] | None = None, *, pipelining: bool = True, groups: bool = False, ahead: int = 0
    ) -> None:
        offers = "250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME" if pipelining else "250 relay.example"
        usual: dict[str, Say] = {
            "greeting": "220 relay.example",
            "EHLO": offers,
            "STARTTLS": "220 2.0.0 Go on",
            "MAIL": "250 2.1.0 Ok",
            "RCPT": "250 2.1.5 Ok",
            "DATA": "354 Go on",
            ".": "250 2.0.0 Ok",
            "RSET": "250 2.0.0 Ok",
            "QUIT": "221 2.0.0 Bye",
        }
        self._script = usual | dict(script or {})
        self._groups, self._ahead = groups, ahead
        self._asked: dict[str, int] = {}
        #: Every verb, in order, over all connections; and every command whole.
        self.verbs: list[str] = []
        self.lines: list[str] = []
        #: Recipients, not refused, whose letter was answered with 250.
        self.accepted: list[str] = []
        #: Letters as they came, without the final dot.
        self.letters: list[bytes] = []
        #: What came of letters that are not at their end.
        self.begun: list[bytes] = []
        self.connections = 0
        self._stopping = False
        self._server = socket.create_server((self.host, 0))
        self.port = self._server.getsockname()[1]
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stopping = True
        socket.create_connection((self.host, self.port)).close()
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        while True:
            peer, _ = self._server.accept()
            # A client may be gone before it has heard everything, or not believe the certificate.
            with peer, suppress(ConnectionError, ssl.SSLError):
                if self._stopping:
                    return
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                if self._say(peer, "greeting") and self._converse(peer) == "STARTTLS":
                    pair = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                    pair.load_cert_chain(PAIR)
                    with pair.wrap_socket(peer, server_side=True) as encrypted:
                        self._converse(encrypted)

    def _converse(self, peer: socket.socket) -> str:
        """Answer until the connection ends or is to be encrypted: the last verb."""
        with peer.makefile("rb") as lines:
            named, recipient, ended = "", "", ""
            held: list[str] = []
            while line := lines.readline():
                verb = line.split()[0].upper().decode()
                self.verbs.append(verb)
                self.lines.append(line.decode().rstrip("\r\n"))
                if verb == "RCPT":
                    named = line.partition(b"<")[2].partition(b">")[0].decode()
                if (self._groups or held) and verb in ("MAIL", "RCPT"):
                    held.append(verb)
                    continue
                for waiting in (*held, verb):
                    said = self._say(peer, waiting)
                    if not said:
                        return verb
                    if waiting == "RCPT":
                        recipient = named if said.startswith("25") else ""
                    if waiting == "." and ended and said.startswith("250"):
                        self.accepted.append(ended)
                held = []
                if verb == "QUIT" or (verb == "STARTTLS" and said.startswith("220")):
                    return verb
                if verb == "DATA" and said.startswith("354"):
                    if "letter" in self._script:
                        lines.read(1)
                        self._say(peer, "letter")
                        return verb
                    self.begun.append(b"")
                    while (part := lines.readline()) != b".\r\n":
                        if not part:
                            return verb
                        self.begun[-1] += part
                    self.letters.append(self.begun.pop())
                    ended = recipient
                    if len(self.letters) <= self._ahead:
                        held.append(".")
                    elif not (said := self._say(peer, ".")):
                        return verb
                    elif ended and said.startswith("250"):
                        self.accepted.append(ended)
        return ""

    def _say(self, peer: socket.socket, verb: str) -> str:
        replies = self._script[verb]
        if isinstance(replies, str) or replies is None:
            reply = replies
        else:
            at = self._asked.get(verb, 0)
            self._asked[verb] = at + 1
            reply = replies[min(at, len(replies) - 1)]
        if reply is None:
            return ""
        peer.sendall(reply.encode() + b"\r\n")
        return "" if reply.startswith("421") else reply
