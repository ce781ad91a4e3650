"""A mail server on loopback that answers the end of a letter only when a test lets it."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Condition, Semaphore, Thread
from types import TracebackType
from typing import Self


class GatedRelay:
    """Takes letters over any number of connections; each final dot waits for its turn at the gate."""

    host = "127.0.0.1"

    def __init__(self, *, opened_for: int = 0, answer: str = "250 2.0.0 Taken") -> None:
        #: Recipients whose letter was answered, in that order.
        self.answered: list[str] = []
        self._answer, self._gate, self._wide = answer, Semaphore(opened_for), False
        #: Told of each letter that comes to the gate and of each that passes.
        self._news, self._arrived = Condition(), 0
        self._peers: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._server = socket.create_server((self.host, 0))
        self.port = self._server.getsockname()[1]

    def open(self) -> None:
        """Let every letter pass from now on."""
        self._wide = True
        self._gate.release()

    def wait_for(self, *, answered: int = 0) -> None:
        """Wait until so many letters were answered and another one is at the gate."""
        with self._news:
            assert self._news.wait_for(lambda: self._arrived > len(self.answered) >= answered, timeout=30)

    def __enter__(self) -> Self:
        self._threads.append(Thread(target=self._accept))
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self.open()
        # Wakes the thread that accepts.
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._server.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self._peers.append(peer)
            self._threads.append(Thread(target=self._converse, args=(peer,)))
            self._threads[-1].start()

    def _converse(self, peer: socket.socket) -> None:
        with peer, suppress(OSError), peer.makefile("rb") as lines:
            peer.sendall(b"220 gate.example\r\n")
            recipient = ""
            while line := lines.readline():
                verb = line.split()[0].upper()
                if verb == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                if verb == b"QUIT":
                    peer.sendall(b"221 Bye\r\n")
                    return
                if verb != b"DATA":
                    peer.sendall(b"250 Ok\r\n")
                    continue
                peer.sendall(b"354 Go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                self._pass_the_gate(recipient)
                peer.sendall(f"{self._answer}\r\n".encode())

    def _pass_the_gate(self, recipient: str) -> None:
        with self._news:
            self._arrived += 1
            self._news.notify_all()
        self._gate.acquire()
        if self._wide:
            self._gate.release()
        with self._news:
            self.answered.append(recipient)
            self._news.notify_all()
