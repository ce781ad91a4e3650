"""A server on loopback that answers whatever a test tells it to, byte for byte, also what no HTTP server would."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    #: When, in seconds of the monotonic clock.
    at: float
    method: str = "GET"


@dataclass(slots=True)
class Server:
    address: str
    #: Answers by path, or by "HEAD " and path where the two differ; every other path is a 404.
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    #: Done with a connection before anything is read from it.
    greeting: Callable[[socket.socket], object] = lambda connection: None
    #: The most requests that were waiting for `answer_together` at once.
    most_open: int = 0
    open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer_together(self, parties: int, answer: bytes) -> Callable[[socket.socket], None]:
        """An answer that comes when so many requests wait for it, and counts those that wait.

        A request is counted no longer once its answer is on the way: the client may ask the next at once.
        """
        together = threading.Barrier(parties)

        def wait_and_answer(connection: socket.socket) -> None:
            with self.lock:
                self.open += 1
                self.most_open = max(self.most_open, self.open)
            with suppress(threading.BrokenBarrierError):
                together.wait(timeout=2)
            self.stopping.wait(0.02)
            with self.lock:
                self.open -= 1
            connection.sendall(answer)

        return wait_and_answer


def reply(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; header names with underscores for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def running() -> Iterator[Server]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = b""
            server.greeting(self.request)
            while b"\r\n\r\n" not in head:
                try:
                    more = self.request.recv(65536)
                except OSError:
                    return  # hung up by the greeting, or by the other side
                if not more:
                    return
                head += more
                if not head.startswith((b"GET ", b"HEAD ")):
                    self.request.sendall(reply(status="400 Bad Request"))
                    return
            first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            pairs = (line.split(": ", 1) for line in lines)
            with server.lock:
                told = {name.lower(): value for name, value in pairs}
                server.asked.append(Asked(path, told, time.monotonic(), method))
            try:
                answer = server.answers.get(path, reply(status="404 Not Found"))
                if method == "HEAD":
                    answer = server.answers.get(f"HEAD {path}", answer)
                if callable(answer):
                    answer(self.request)
                elif method == "HEAD":
                    self.request.sendall(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
                else:
                    self.request.sendall(answer)
            except OSError:
                pass  # the other side has had enough

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is no fault of the server's."""

    with Listener(("127.0.0.1", 0), Handler) as listener:
        server = Server(address=f"http://127.0.0.1:{listener.server_address[1]}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            listener.shutdown()
            thread.join()
