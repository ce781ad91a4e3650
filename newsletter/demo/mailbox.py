"""The mail server of the demo: takes letters in a real SMTP conversation and lays them into a folder. I/O: SMTP"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>\r\n]+)", re.I | re.M)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Mailbox:
    """A mail server on a free loopback port, open inside `with`.

    Every accepted message is one .eml file in `folder`, byte for byte, named after its Message-ID; a repeat gets a
    number behind the name, so that it is seen.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._folder = folder
        self._received: list[Path] = []
        self._times: Counter[str] = Counter()
        self._open: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="mailbox", daemon=True)

    @property
    def received(self) -> tuple[Path, ...]:
        """The files, in the order in which the messages came."""
        return tuple(self._received)

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._server = self._loop.run_until_complete(self._loop.create_server(self._conversation, self.host, 0))
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
        # Conversations notice the end of their connection and finish.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _conversation(self) -> SMTP:
        conversation = SMTP(self, hostname="mailbox.example", ident="demo", loop=self._loop)
        self._open.append(conversation)
        return conversation

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer pipelining, which the server can do and does not say."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Write the message; the relay is told only when the file is there."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        found = _MESSAGE_ID.search(content)
        name = _UNSAFE.sub("_", found[1].decode("ascii", "replace")) if found else "no-message-id"
        self._times[name] += 1
        again = f"~{self._times[name]}" if self._times[name] > 1 else ""
        path = self._folder / f"{name}{again}.eml"
        try:
            path.write_bytes(content)
        except OSError as fault:
            return f"452 4.3.1 {fault.strerror}"
        self._received.append(path)
        return "250 2.0.0 Taken"
