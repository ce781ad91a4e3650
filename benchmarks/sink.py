# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A mail server that writes down every letter before it says so, and fails as it is told. I/O: SMTP, disk

A line of its log is tab-separated: instant (ns since 1970), connection (from 1), recipient, Message-ID, SHA-256 of the
message, outcome, octets of the message. It reaches the kernel before the reply is sent. Outcomes: "taken" (250),
"unsaid" (taken, and the connection closed instead of a reply), "dropped" (the same, but not taken), "deferred" (451),
"refused" (RCPT 550), "stray" (a letter after no recipient was accepted, which no client may send).

`python -m benchmarks.sink LOG [--delay 0.02] …` serves until it is stopped; its first line of output is the port.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
#: Recipients whose mailbox this server does not have begin so.
UNKNOWN = b"gone"
_MESSAGE_ID = re.compile(rb"^Message-ID: *<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong; shares are of all letters. `delay` is in seconds, before each reply, groups together."""

    delay: float = 0.0
    pipelining: bool = True
    #: 451 after the final dot.
    deferred: float = 0.0
    #: The connection is closed after the final dot: half of these letters are taken all the same.
    silent: float = 0.0
    #: 421 instead of the reply to MAIL.
    closing: float = 0.0
    #: Whether a recipient whose letter met one of the first two is spared from then on.
    once: bool = False
    seed: int = 1

    def as_arguments(self) -> tuple[str, ...]:
        """Those that are not the default, as this program is told of them."""
        told = ((field.name, getattr(self, field.name)) for field in fields(self))
        arguments = [f"--{name}={value}" for name, value in told if name not in ("pipelining", "once")]
        return (*arguments, *(() if self.pipelining else ("--no-pipelining",)), *(("--once",) if self.once else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    at: int
    connection: int
    recipient: str
    message_id: str
    sha256: str
    outcome: str
    octets: int = 0

    @property
    def taken(self) -> bool:
        return self.outcome in ("taken", "unsaid")


def read_log(path: Path) -> tuple[Line, ...]:
    """Every whole line, in order."""
    found = []
    for row in path.read_text(encoding="utf-8").splitlines():
        at, connection, recipient, message_id, digest, outcome, octets = row.split("\t")
        found.append(
            Line(
                at=int(at),
                connection=int(connection),
                recipient=recipient,
                message_id=message_id,
                sha256=digest,
                outcome=outcome,
                octets=int(octets),
            )
        )
    return tuple(found)


class Sink:
    """The server in a thread of this process; `port` is where it listens."""

    def __init__(self, log: Path, faults: Faults | None = None) -> None:
        self.port = 0
        self.letters = 0
        self.faults = faults or Faults()
        self.random = random.Random(self.faults.seed)
        #: Recipients who have been met by a fault.
        self.met: set[bytes] = set()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink")
        self._connections: set[_Conversation] = set()
        self._counted = 0

    def __enter__(self) -> Self:
        starting = self._loop.create_server(lambda: _Conversation(self), HOST, 0, backlog=1000)
        self._server = self._loop.run_until_complete(starting)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        for conversation in self._connections:
            conversation.abort()
        # What was aborted is told of it in the turn after.
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()
        os.close(self._log)

    def opened(self, conversation: _Conversation) -> int:
        self._connections.add(conversation)
        self._counted += 1
        return self._counted

    def closed(self, conversation: _Conversation) -> None:
        self._connections.discard(conversation)

    def note(self, connection: int, recipient: bytes, message: bytes, outcome: str) -> None:
        digest = found = ""
        if message:
            self.letters += 1
            digest = sha256(message).hexdigest()
            match = _MESSAGE_ID.search(message, 0, 8192)
            found = match[1].decode() if match else ""
        beginning = f"{time.time_ns()}\t{connection}\t{recipient.decode()}\t{found}"
        row = f"{beginning}\t{digest}\t{outcome}\t{len(message)}\n"
        os.write(self._log, row.encode())


class _Conversation(asyncio.Protocol):
    """One client's session: commands in, replies out in their order, each after the delay."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._faults = sink, sink.faults
        self._number = 0
        self._read = bytearray()
        self._recipient = b""
        self._in_letter = False
        self._closing = False
        #: Replies that wait for their time.
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._loop = asyncio.get_event_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._number = self._sink.opened(self)
        self._say(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, _fault: Exception | None) -> None:
        self._sink.closed(self)

    def abort(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        # What is left of an earlier part has no end in it, but perhaps the beginning of one.
        since = max(0, len(self._read) - len(_END))
        self._read += data
        while not self._closing:
            if self._in_letter:
                end = 1 if self._read.startswith(b".\r\n") else self._read.find(_END, since) + 2
                if end == 1 and not self._read.startswith(b".\r\n"):
                    return
                letter = bytes(self._read[:end]) if end > 1 else b""
                del self._read[: end + 3]
                self._in_letter, since = False, 0
                self._take(letter)
                continue
            end = self._read.find(b"\r\n")
            if end < 0:
                return
            line = bytes(self._read[:end])
            del self._read[: end + 2]
            since = 0
            self._obey(line)

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"MAIL":
            self._recipient = b""
            if self._happens(self._faults.closing):
                self._say(b"421 4.3.2 Closing for a moment\r\n", last=True)
            else:
                self._say(b"250 2.1.0 Ok\r\n")
        elif verb == b"RCPT":
            recipient = line.partition(b"<")[2].partition(b">")[0]
            if recipient.startswith(UNKNOWN):
                self._sink.note(self._number, recipient, b"", "refused")
                self._say(b"550 5.1.1 No such mailbox\r\n")
            else:
                self._recipient = recipient
                self._say(b"250 2.1.5 Ok\r\n")
        elif verb == b"DATA":
            # Of a letter to nobody one server wants to see the end, the other does not (RFC 2920, 3.1).
            if self._recipient or self._happens(0.5):
                self._in_letter = True
                self._say(b"354 Go on\r\n")
            else:
                self._say(b"554 5.5.1 No valid recipients\r\n")
        elif verb == b"EHLO":
            offers = b"250-PIPELINING\r\n" if self._faults.pipelining else b""
            self._say(b"250-sink.example\r\n" + offers + b"250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
        elif verb == b"QUIT":
            self._say(b"221 2.0.0 Bye\r\n", last=True)
        elif verb in (b"RSET", b"NOOP", b"HELO"):
            self._say(b"250 2.0.0 Ok\r\n")
        else:
            self._say(b"500 5.5.2 What?\r\n")

    def _take(self, letter: bytes) -> None:
        if not self._recipient:
            if letter:
                self._sink.note(self._number, b"", letter, "stray")
            self._say(b"554 5.5.1 No valid recipients\r\n")
        elif self._meets(self._faults.silent):
            taken = self._happens(0.5)
            self._sink.note(self._number, self._recipient, letter, "unsaid" if taken else "dropped")
            self._closing = True
            self._transport.close()
        elif self._meets(self._faults.deferred):
            self._sink.note(self._number, self._recipient, letter, "deferred")
            self._say(b"451 4.3.0 Later, please\r\n")
        else:
            self._sink.note(self._number, self._recipient, letter, "taken")
            self._say(b"250 2.0.0 Taken\r\n")

    def _meets(self, share: float) -> bool:
        if self._faults.once and self._recipient in self._sink.met:
            return False
        happens = self._happens(share)
        if happens:
            self._sink.met.add(self._recipient)
        return happens

    def _happens(self, share: float) -> bool:
        return bool(share) and self._sink.random.random() < share

    def _say(self, reply: bytes, *, last: bool = False) -> None:
        self._closing = self._closing or last
        if not self._faults.delay:
            self._write(reply)
            return
        self._waiting.append((self._loop.time() + self._faults.delay, reply))
        if len(self._waiting) == 1:
            self._loop.call_later(self._faults.delay, self._say_due)

    def _say_due(self) -> None:
        now = self._loop.time()
        due = b""
        while self._waiting and self._waiting[0][0] <= now:
            due += self._waiting.popleft()[1]
        self._write(due)
        if self._waiting:
            self._loop.call_at(self._waiting[0][0], self._say_due)

    def _write(self, replies: bytes) -> None:
        if self._transport.is_closing():
            return
        if replies:
            self._transport.write(replies)
        if self._closing and not self._waiting:
            self._transport.close()


@contextmanager
def sink_process(log: Path, faults: Faults | None = None) -> Iterator[int]:
    """The server in a process of its own; the port it listens at."""
    import subprocess

    told = (faults or Faults()).as_arguments()
    command = (sys.executable, "-m", "benchmarks.sink", str(log), *told)
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if not (line := process.stdout.readline()):
                raise RuntimeError("the mail server of the benchmark did not start")
            yield int(line)
        finally:
            # It serves until its input ends: so it ends as well if this program is killed.
            process.stdin.close()
            process.wait(timeout=10)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sink", description="A mail server that keeps a log.")
    parser.add_argument("log", type=Path)
    for name in ("delay", "deferred", "silent", "closing"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--no-pipelining", dest="pipelining", action="store_false")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    asked = vars(parser.parse_args(arguments))
    log = asked.pop("log")
    with Sink(log, Faults(**asked)) as sink:
        print(sink.port, flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
