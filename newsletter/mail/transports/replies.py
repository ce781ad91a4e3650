"""The relay's lines, and whether any has come that nobody asked for. I/O: SMTP"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections import deque

#: Of a reply's last line; some relays leave out the blank behind the code.
_BEGINNING = re.compile(rb"[1-5][0-9]{2}(?![0-9-])")


class Replies:
    """What smtplib reads replies from, instead of a buffered file: a file cannot tell what lies in its buffer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        #: Lines that are whole, without their line feeds, and the beginning of the next.
        self._lines: deque[bytes] = deque()
        self._begun = b""
        #: Lines given out since the reader of replies last forgot them.
        self.given: list[bytes] = []
        self._ready = select.poll()
        self._ready.register(sock, select.POLLIN)

    def readline(self, limit: int) -> bytes:
        """The next line, waiting as the socket does; b"" at the end of the connection.

        A line that is longer than the limit may come whole, or cut there or behind it.
        """
        while not self._lines:
            part = self._sock.recv(8192)
            self._keep(part)
            if not self._lines and (not part or len(self._begun) >= limit):
                cut, self._begun = self._begun, b""
                self.given.append(cut)
                return cut
        line = self._lines.popleft() + b"\n"
        self.given.append(line)
        return line

    def are_one_reply(self) -> bool:
        """Whether the lines given out, which are forgotten then, bear one code and end (RFC 5321, 4.2.1)."""
        lines, self.given = self.given, []
        last = lines[-1] if lines else b""
        if _BEGINNING.match(last) is None or not last.endswith(b"\n"):
            return False
        return len(lines) == 1 or all(line.startswith(last[:3]) for line in lines)

    def waiting(self) -> bytes | None:
        """What is there and has not been read, without waiting for more; b"" at the end, None if there is nothing."""
        if not self._lines and not self._begun:
            # Not so with TLS, which may keep octets of a record that the socket has given out already.
            if not isinstance(self._sock, ssl.SSLSocket) and not self._ready.poll(0):
                return None
            seconds = self._sock.gettimeout()
            self._sock.settimeout(0)
            try:
                self._keep(self._sock.recv(8192))
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None
            finally:
                self._sock.settimeout(seconds)
        return self._lines[0] + b"\n" if self._lines else self._begun

    def close(self) -> None:
        """Forget what has not been read; the socket is smtplib's."""
        self._lines.clear()
        self._begun = b""

    def _keep(self, part: bytes) -> None:
        *whole, self._begun = (self._begun + part).split(b"\n")
        self._lines.extend(whole)
