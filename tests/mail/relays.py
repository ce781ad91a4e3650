"""Mail servers on loopback: a real one (aiosmtpd), and one that says what a test tells it to say."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: A key pair of the tests alone, self-signed for localhost and 127.0.0.1 until 2126.
PAIR = Path(__file__).parent / "relay.pem"


def trusting() -> ssl.SSLContext:
    """What a client needs to believe the relay's certificate."""
    return ssl.create_default_context(cafile=PAIR)


class Relay:
    """A real mail server; `messages` are what it took: sender, recipients, content."""

    host = "127.0.0.1"

    def __init__(self, *, pipelining: bool = True, tls: str = "none", user: str = "", password: str = "") -> None:
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

    With `groups` it answers MAIL, RCPT and DATA only when all three are there: a client that waits in between hangs.
    """

    host = "127.0.0.1"

    def __init__(
        self, script: Mapping[str, Say] | None = None, *, pipelining: bool = True, groups: bool = False
    ) -> None:
        offers = "250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME" if pipelining else "250 relay.example"
        usual: dict[str, Say] = {
            "greeting": "220 relay.example",
            "EHLO": offers,
            "MAIL": "250 2.1.0 Ok",
            "RCPT": "250 2.1.5 Ok",
            "DATA": "354 Go on",
            ".": "250 2.0.0 Ok",
            "RSET": "250 2.0.0 Ok",
            "QUIT": "221 2.0.0 Bye",
        }
        self._script = usual | dict(script or {})
        self._groups = groups
        self._asked: dict[str, int] = {}
        #: Every verb, in order, over all connections.
        self.verbs: list[str] = []
        #: Recipients whose letter was answered with 250.
        self.accepted: list[str] = []
        #: Letters as they came, without the final dot.
        self.letters: list[bytes] = []
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
            # A client may be gone before it has heard everything.
            with peer, peer.makefile("rb") as lines, suppress(ConnectionError):
                if self._stopping:
                    return
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._converse(peer, lines)

    def _converse(self, peer: socket.socket, lines: Any) -> None:
        if not self._say(peer, "greeting"):
            return
        recipient = b""
        held: list[str] = []
        while line := lines.readline():
            verb = line.split()[0].upper().decode()
            self.verbs.append(verb)
            if verb == "RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0]
            if self._groups and verb in ("MAIL", "RCPT"):
                held.append(verb)
                continue
            for waiting in (*held, verb):
                said = self._say(peer, waiting)
                if not said:
                    return
            held = []
            if verb == "QUIT":
                return
            if verb == "DATA" and said.startswith("354"):
                letter = b""
                while (part := lines.readline()) != b".\r\n":
                    if not part:
                        return
                    letter += part
                self.letters.append(letter)
                if not (said := self._say(peer, ".")):
                    return
                if said.startswith("250"):
                    self.accepted.append(recipient.decode())

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
