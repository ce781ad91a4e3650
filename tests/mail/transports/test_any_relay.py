"""Whatever a relay does: a letter counts as delivered only if it was, and no letter gets another's answer."""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.transports.conversation import SmtpConnection
from newsletter.mail.transports.opening import SmtpClient
from newsletter.mail.transports.replies import Replies
from newsletter.model.audience import Address
from newsletter.model.ports import Reply
from tests.mail.builders import make_letter

#: What a relay may do at any command; "silence" takes what it got, says nothing of it, and hangs up.
DEEDS = (
    "yes",
    "no",
    "later",
    "closing",
    "hang up",
    "silence",
    "half a word",
    "no line end",
    "lines",
    "long",
    "yes, farewell",
)
#: What a relay that errs may do besides.
FAULTS = ("twice", "yes, yes", "yes, no", "yes, go on", "other code", "rubbish", "two codes", "two digits")
LETTERS = tuple(make_letter(number) for number in range(1, 5))


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a relay behaves: one deed for each command, then all is well."""

    deeds: Sequence[str]
    pipelining: bool
    #: Whether it begins a letter to nobody, and takes a recipient although it refused the sender.
    begins_without_recipient: bool
    goes_on_without_sender: bool
    #: Whether replies come only when somebody waits for them, and in pieces of so many octets.
    late: bool
    piece: int
    #: After so many octets, of each connection in turn, nothing more can be written.
    breaks: Sequence[int]
    #: Whether writing to a relay that hung up fails at once; else what is written is lost.
    feels: bool


class Mind:
    """What the relay has understood, over all connections."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.taken: list[tuple[str, bytes]] = []
        #: What no client may do.
        self.wrongs: list[str] = []
        self._deeds = iter(manner.deeds)
        self.begin()

    def begin(self) -> None:
        self._read, self._letter, self._in_letter, self.gone = b"", b"", False, False
        self._sender, self._recipient = False, ""

    def hear(self, octets: bytes) -> bytes:
        """What it says to that; `gone` tells whether it hung up then."""
        self._read += octets
        said = b""
        while not self.gone and b"\n" in self._read:
            line, _, self._read = self._read.partition(b"\n")
            said += self._of_letter(line + b"\n") if self._in_letter else self._obey(line)
        return said

    def _obey(self, line: bytes) -> bytes:
        verb = line[:4]
        if verb == b"MAIL":
            self._recipient = ""
            self._sender, said = self._do("250 Ok")
        elif verb == b"RCPT":
            self._recipient = ""
            named = line.partition(b"<")[2].partition(b">")[0].decode()
            if not self._sender and not self.manner.goes_on_without_sender:
                return b"503 5.5.1 No sender\r\n"
            good, said = self._do(f"250 {named}")
            self._recipient = named if good else ""
        elif verb == b"DATA":
            if not self._recipient and not self.manner.begins_without_recipient:
                return b"503 5.5.1 No recipient\r\n"
            self._in_letter, said = self._do(f"354 {self._recipient}") if self._recipient else (True, b"354 Go on\r\n")
            self._letter = b""
        elif verb == b"RSET":
            self._sender, self._recipient = False, ""
            _, said = self._do("250 Ok")
        else:
            self.wrongs += [] if verb == b"QUIT" else [f"a command: {line!r}"]
            self.gone, said = True, b"221 Bye\r\n"
        return said

    def _of_letter(self, line: bytes) -> bytes:
        if line != b".\r\n":
            self._letter += line
            self.wrongs += [] if self._recipient and self._sender else ["a letter from nobody or to nobody"]
            return b""
        self._in_letter = False
        if not self._recipient:
            return b"554 5.5.1 No recipients\r\n"
        good, said = self._do(f"250 {self._recipient}")
        if good:
            self.taken.append((self._recipient, self._letter))
        return said

    def _do(self, reply: str) -> tuple[bool, bytes]:
        """Whether it did what it was told, and what it says."""
        code, about = reply.split(" ", 1)
        deed = next(self._deeds, "yes")
        self.gone = deed in ("closing", "hang up", "silence", "half a word", "no line end", "yes, farewell")
        says = {
            "no": f"550 5.1.1 {about}\r\n",
            "later": f"450 4.3.0 {about}\r\n",
            "closing": f"421 4.3.2 {about}\r\n",
            "hang up": "",
            "silence": "",
            "half a word": f"{code}-{about}",
            "no line end": reply,
            "lines": f"{code}-{about}\r\n{code}-\r\n{code} {about}\r\n",
            "long": f"{code}-{about}\r\n{code} {'y' * 4000}\r\n",
            "yes, farewell": f"{reply}\r\n421 4.4.2 Closing\r\n",
            "twice": f"{reply}\r\n" * 2,
            "yes, yes": f"{reply}\r\n250 Ok\r\n",
            "yes, no": f"{reply}\r\n550 5.1.1 No\r\n",
            "yes, go on": f"{reply}\r\n354 Go on\r\n",
            "other code": f"{'250' if code == '354' else '354'} {about}\r\n",
            "rubbish": "what?\0\r\n",
            "two codes": f"550-5.1.1 {about}\r\n{reply}\r\n",
            "two digits": f"{code[:2]}\r\n",
        }.get(deed, f"{reply}\r\n")
        refuses = deed in ("no", "later", "closing", "hang up", "other code", "rubbish", "two codes", "two digits")
        return not refuses, says.encode()


class Wire(socket.socket):
    """Our end of one connection to it."""

    def __init__(self, mind: Mind, takes: int) -> None:
        near, self._far = socket.socketpair()
        super().__init__(near.family, near.type, near.proto, fileno=near.detach())
        self.settimeout(5)
        self._mind, self._takes = mind, takes
        self._unsaid, self._over = b"", False
        mind.begin()

    def sendall(self, data: Any, flags: int = 0) -> None:
        while data:
            data = data[self.send(data) :]

    def sendmsg(self, buffers: Any, *_more: Any) -> int:
        return self.send(b"".join(buffers))

    def send(self, data: Any, flags: int = 0) -> int:
        if self._takes == 0 or (self._over and self._mind.manner.feels):
            self._mind.gone = True
            self._speak()
            raise BrokenPipeError("broken pipe")
        part = bytes(data[: self._takes])
        self._takes -= len(part)
        if not self._mind.gone:
            self._unsaid += self._mind.hear(part)
            if not self._mind.manner.late:
                self._speak()
        return len(part)

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.gettimeout():
            self._speak()
            if not select.select([self], [], [], 0)[0]:
                raise TimeoutError("timed out")
        return super().recv(min(size, self._mind.manner.piece), flags)

    def close(self) -> None:
        self._far.close()
        super().close()

    def _speak(self) -> None:
        if not self._over:
            self._far.sendall(self._unsaid)
            self._unsaid, self._over = b"", self._mind.gone
            if self._over:
                self._far.shutdown(socket.SHUT_WR)


def manners(deeds: Sequence[str]) -> st.SearchStrategy[Manner]:
    return st.builds(
        Manner,
        deeds=st.lists(st.one_of(st.just("yes"), st.sampled_from(deeds)), max_size=16),
        pipelining=st.booleans(),
        begins_without_recipient=st.booleans(),
        goes_on_without_sender=st.booleans(),
        late=st.booleans(),
        piece=st.sampled_from((8192, 1, 2, 5, 30)),
        breaks=st.lists(st.integers(0, 2 * len(LETTERS[0].data)), max_size=3),
        feels=st.booleans(),
    )


def told_of(mind: Mind, *, envelope_ahead: bool) -> list[Reply | None]:
    """What is told of each letter, None for not delivered; over new connections where one has come to its end."""
    told: list[Reply | None] = []
    breaks = iter(mind.manner.breaks)
    connection: SmtpConnection | None = None
    for letter, ahead in zip(LETTERS, (*LETTERS[1:], None), strict=True):
        if connection is None:
            client = SmtpClient()
            client.sock = wire = Wire(mind, next(breaks, 1_000_000))
            client.file = Replies(wire)
            client.esmtp_features = {"pipelining": ""} if mind.manner.pipelining else {}
            sender = Address("pulse@example.com")
            connection = SmtpConnection(client, sender=sender, seconds=5, envelope_ahead=envelope_ahead)
        try:
            told += connection.hand_over((letter,), ahead=ahead)
        except ConnectionError:
            told.append(None)
        if client.sock is None:
            connection = None
    client.close()
    return told


def check(mind: Mind, told: Sequence[Reply | None]) -> None:
    """Delivered is what was taken, and only what had no answer may have been."""
    assert mind.wrongs == []
    for letter, reply in zip(LETTERS, told, strict=True):
        times = mind.taken.count((letter.recipient, letter.data))
        possible = (0, 1) if reply is not None and reply.code == 0 else (1,) if reply and reply.code < 300 else (0,)
        assert times in possible, (letter.recipient, reply)
        # Nobody is taken off the list for what was said of another.
        if reply is not None and reply.stage == "recipient" and reply.code > 500:
            assert letter.recipient in reply.text
    assert {who for who, _ in mind.taken} <= {letter.recipient for letter in LETTERS}


@settings(max_examples=100, deadline=None)
@given(manners(DEEDS), st.booleans())
def test_whatever_a_relay_does_each_letter_gets_its_own_answer(manner: Manner, envelope_ahead: bool) -> None:
    mind = Mind(manner)

    told = told_of(mind, envelope_ahead=envelope_ahead)

    check(mind, told)
    for letter, reply in zip(LETTERS, told, strict=True):
        if reply is not None and reply.code not in (0, 421) and reply.stage != "sender":
            assert letter.recipient in reply.text


@settings(max_examples=100, deadline=None)
@given(manners((*DEEDS, *FAULTS)), st.booleans())
def test_a_relay_that_errs_has_no_letter_counted_that_it_did_not_take(manner: Manner, envelope_ahead: bool) -> None:
    mind = Mind(manner)

    told = told_of(mind, envelope_ahead=envelope_ahead)

    check(mind, told)
