"""Letters over one open connection, pipelined where that is offered; every reply is matched. I/O: SMTP

Replies that do not fit their commands close the connection: going on would credit one letter with another's reply.
A letter whose final dot was not written whole was not delivered (RFC 5321, 4.1.1.4); after that only the reply tells.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from newsletter.mail.transports.envelope import Offers, envelope
from newsletter.mail.transports.opening import SmtpClient, words_of
from newsletter.model.audience import Address, Letter
from newsletter.model.ports import Reply
from newsletter.text import clip, one_line

#: Seconds to wait until a part of a letter is taken, and for the answer to its final dot, at least: giving up sooner
#: makes repeats (RFC 5321, 4.5.3.2.5 and 4.5.3.2.6).
PART_PATIENCE = 180.0
DOT_PATIENCE = 600.0
#: Octets of such a part.
_PART = 1 << 18
#: Seconds to wait for the answer to QUIT, at most: all letters have had theirs.
QUIT_PATIENCE = 10.0

_Stage = Literal["sender", "recipient", "letter"]
_STAGES: tuple[_Stage, _Stage, _Stage] = ("sender", "recipient", "letter")
_DATA = b"DATA\r\n"
_DOT = b".\r\n"
_RSET = b"RSET\r\n"


class SmtpConnection:
    """One connection, one letter at a time."""

    def __init__(self, client: SmtpClient, *, sender: Address, seconds: float, envelope_ahead: bool = False) -> None:
        """`seconds` is the patience with commands; `client` is signed in and is closed by whoever opened it."""
        self._client = client
        self._sender = sender
        self._seconds = seconds
        self._offers = Offers.of(client.esmtp_features)
        self._ahead = envelope_ahead and self._offers.pipelining
        #: The letter whose MAIL, RCPT and DATA have been said, and their replies not read.
        self._announced: Letter | None = None
        with suppress(OSError):
            # The end of a letter must not wait until its beginning has been acknowledged (RFC 896).
            self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        """Hand over one letter; ConnectionError if the connection broke before its final dot was written.

        With a reply of 421, and with none (0), the connection is closed, and the next call raises ConnectionError.
        """
        (letter,) = letters
        return (self._hand_over(letter, ahead),)

    def leave(self) -> None:
        """Take leave, if letters have had their answers; a relay that waits for a letter is left without a word."""
        # QUIT would be the first line of an announced letter.
        if self._announced is None and self._client.sock is not None:
            with suppress(OSError):  # smtplib's errors are OSErrors
                self._client.sock.settimeout(min(self._seconds, QUIT_PATIENCE))
                self._client.quit()

    def _hand_over(self, letter: Letter, ahead: Letter | None) -> Reply:
        try:
            refusal = self._open_letter(letter)
        except OSError as fault:
            self._client.close()
            raise ConnectionError(_reason(fault)) from fault
        return refusal or self._send(letter, ahead)

    def _open_letter(self, letter: Letter) -> Reply | None:
        """Bring the relay to "354, go on"; else the reply that forbids it, with the connection ready for the next."""
        announced, self._announced = self._announced, None
        if announced is not None:
            if announced != letter:
                raise smtplib.SMTPServerDisconnected("another letter was announced")
            return self._read_group() or self._interruption()
        commands = envelope(letter, sender=self._sender, offers=self._offers)
        if isinstance(commands, Reply):
            return commands
        if self._offers.pipelining:
            if (interrupted := self._interruption()) is not None:
                return interrupted
            self._socket().sendall(b"".join((*commands, _DATA)))
            return self._read_group() or self._interruption()
        for command, stage in zip((*commands, _DATA), _STAGES, strict=True):
            if (interrupted := self._interruption()) is not None:
                return interrupted
            self._socket().sendall(command)
            if (refusal := self._refusal(stage)) is not None:
                self._put_in_step(refusal)
                return refusal
        return self._interruption()

    def _read_group(self) -> Reply | None:
        """Read the replies to MAIL, RCPT and DATA, all of them whatever they say (RFC 2920, 3.1)."""
        refusals: dict[_Stage, Reply] = {}
        for stage in _STAGES:
            if (refusal := self._refusal(stage)) is not None:
                refusals[stage] = refusal
                if refusal.code == 421:
                    return refusal
        if not refusals:
            return None
        telling = next(iter(refusals.values()))
        if "letter" in refusals:
            self._put_in_step(telling)
        elif "recipient" in refusals:
            # Nobody is addressed, and yet the relay waits for a letter: it gets an empty one (RFC 2920, 3.1).
            self._put_in_step(telling, waits_for_letter=True)
        else:
            # It refuses the sender, and yet would deliver to the recipient: not even an empty letter.
            self._client.close()
        return telling

    def _refusal(self, stage: _Stage) -> Reply | None:
        """The next reply if it refuses; None if it is the one that lets us go on."""
        code, said = self._client.getreply()
        if code == 354 if stage == "letter" else 200 <= code < 300:
            return None
        if not 400 <= code < 600:
            raise smtplib.SMTPServerDisconnected(f"{_quoted(code, said)} is no answer to this command")
        if code == 421:
            self._client.close()
        return Reply(code, words_of(said), stage)

    def _interruption(self) -> Reply | None:
        """What the relay said unasked before we speak: that it closes (RFC 5321, 3.8); anything else is out of step."""
        if self._client.unasked() is None:
            return None
        code, said = self._client.getreply()
        if code != 421:
            raise smtplib.SMTPServerDisconnected(f"{_quoted(code, said)} was said unasked")
        self._client.close()
        return Reply(code, words_of(said), "sender")

    def _put_in_step(self, refusal: Reply, *, waits_for_letter: bool = False) -> None:
        """End the transaction that was refused; raises if more replies are there than commands were said."""
        if refusal.code == 421:
            return
        if self._client.unasked():
            raise smtplib.SMTPServerDisconnected("there were more replies than commands")
        # The refusal stands, whatever becomes of the connection; if it breaks here, the next letter finds out.
        with suppress(OSError):
            self._socket().sendall(_DOT + _RSET if waits_for_letter else _RSET)
            if waits_for_letter:
                self._client.getreply()
            if self._client.getreply()[0] == 250:
                return
        self._client.close()

    def _send(self, letter: Letter, ahead: Letter | None) -> Reply:
        tail, announced = self._end_of(ahead)
        sock = self._socket()
        sock.settimeout(max(self._seconds, PART_PATIENCE))
        sent, fault = _write(sock, letter.data, tail)
        if fault is not None:
            if sent < len(letter.data) + len(_DOT):
                return self._cut_short(fault)
            announced = None
        try:
            sock.settimeout(max(self._seconds, DOT_PATIENCE))
            code, said = self._client.getreply()
            sock.settimeout(self._seconds)
        except OSError as lost:
            self._client.close()
            return Reply(0, f"no answer after the final dot: {_reason(lost)}", "letter")
        if fault is not None or code == 421 or not (200 <= code < 300 or 400 <= code < 600):
            self._client.close()
        else:
            self._announced = announced
        if 200 <= code < 300 or 400 <= code < 600:
            return Reply(code, words_of(said), "letter")
        return Reply(0, f"{_quoted(code, said)} is no answer to the final dot", "letter")

    def _end_of(self, ahead: Letter | None) -> tuple[bytes, Letter | None]:
        """The dot, and behind it the next letter's envelope if it can be said; and the letter so announced."""
        if ahead is None or not self._ahead:
            return _DOT, None
        commands = envelope(ahead, sender=self._sender, offers=self._offers)
        if isinstance(commands, Reply):
            return _DOT, None
        return b"".join((_DOT, *commands, _DATA)), ahead

    def _cut_short(self, fault: OSError) -> Reply:
        """The relay's last words on a letter it would not read to the end; else ConnectionError: not delivered."""
        try:
            if not isinstance(fault, TimeoutError) and self._client.unasked():
                code, said = self._client.getreply()
                if 400 <= code < 600:
                    return Reply(code, words_of(said), "letter")
        except OSError:
            pass  # the first fault is the telling one
        finally:
            self._client.close()
        raise ConnectionError(_reason(fault)) from fault

    def _socket(self) -> socket.socket:
        if self._client.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self._client.sock


def _write(sock: socket.socket, body: bytes, tail: bytes) -> tuple[int, OSError | None]:
    """Write both without joining them: how many octets went out, and what kept the rest back."""
    sent = 0
    try:
        if not isinstance(sock, ssl.SSLSocket):
            sent = sock.sendmsg((body, tail))
        # Over TLS a call that fails counts as nothing: of the tail, which is one record, a part is never understood.
        for part in (memoryview(body)[sent:], memoryview(tail)[max(0, sent - len(body)) :]):
            rest = part
            while rest:
                count = sock.send(rest[:_PART])
                sent, rest = sent + count, rest[count:]
    except OSError as fault:
        return sent, fault
    return sent, None


def _quoted(code: int, said: bytes) -> str:
    return f'"{clip(f"{code} {words_of(said)}".removeprefix("-1 "), 100)}"'


def _reason(fault: OSError) -> str:
    return one_line(str(fault)) or type(fault).__name__
