"""A server on loopback that answers whatever a test tells it to, byte for byte, also what no HTTP server would."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Server:
    address: str
    #: Answers by path; every other path is a 404.
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    #: The most connections that were open at once.
    most_open: int = 0
    open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)


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
            while b"\r\n\r\n" not in head:
                if not (more := self.request.recv(65536)):
                    return
                head += more
                if not head.startswith(b"GET "):
                    self.request.sendall(reply(status="400 Bad Request"))
                    return
            first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            pairs = (line.split(": ", 1) for line in lines)
            with server.lock:
                server.asked.append(Asked(path, {name.lower(): value for name, value in pairs}))
                server.open += 1
                server.most_open = max(server.most_open, server.open)
            try:
                answer = server.answers.get(path, reply(status="404 Not Found"))
                if callable(answer):
                    answer(self.request)
                else:
                    self.request.sendall(answer)
            except OSError:
                pass  # the other side has had enough
            finally:
                with server.lock:
                    server.open -= 1

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
