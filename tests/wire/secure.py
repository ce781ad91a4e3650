"""A server on loopback behind TLS that speaks HTTP/2, and the authority that vouches for it."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import h2.config
import h2.connection
import h2.events

#: Made for these tests, for feeds.example.org and other.example.net; it opens nothing anywhere.
_PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGqL8CNb4wdsvwBxY
VlHSIaPjGT6xZQDKj77CXZ7+3PqhRANCAASIrR8AnU1cp46wMh7PIoqGLpbMrDPZ
Iqh5pGuZNqn44Ru1d9gGIdseifCd7J+t3JCJSGRJROhBm62/1Sinr10u
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBvzCCAWagAwIBAgIUR4O9Qdd7aNAdqxKvoLdb00MK1HwwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQVGVjaCBQdWxzZSB0ZXN0czAgFw0yNjExMjExNTA3MjJaGA8y
MTI2MTAyODE1MDcyMlowGzEZMBcGA1UEAwwQVGVjaCBQdWxzZSB0ZXN0czBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABIitHwCdTVynjrAyHs8iioYulsysM9kiqHmk
a5k2qfjhG7V32AYh2x6J8J3sn63ckIlIZElE6EGbrb/VKKevXS6jgYUwgYIwHQYD
VR0OBBYEFIw7W/v8GzPQgqHVZP7wLesenIFtMB8GA1UdIwQYMBaAFIw7W/v8GzPQ
gqHVZP7wLesenIFtMA8GA1UdEwEB/wQFMAMBAf8wLwYDVR0RBCgwJoIRZmVlZHMu
ZXhhbXBsZS5vcmeCEW90aGVyLmV4YW1wbGUubmV0MAoGCCqGSM49BAMCA0cAMEQC
ICyNX5joEm+4SkNGUhtvSaXH/GIye78vDwdommsJU3r0AiAIE4Q7UbdTsQT9WAZ1
S0sVibbLbSuWMWiFo3gPdPdcjQ==
-----END CERTIFICATE-----
"""


@dataclass(slots=True)
class SecureServer:
    port: int
    #: The body by path; None resets the stream.
    bodies: dict[str, bytes | None] = field(default_factory=dict)
    #: Path and headers of each request, in order; the names as HTTP/2 has them.
    asked: list[dict[str, str]] = field(default_factory=list)


@cache
def trust() -> ssl.SSLContext:
    """Trusts the server's certificate and no other."""
    return ssl.create_default_context(cadata=_PEM[_PEM.index("-----BEGIN CERTIFICATE") :])


@contextmanager
def running() -> Iterator[SecureServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile("w", suffix=".pem") as pem:
        Path(pem.name).write_text(_PEM, encoding="ascii")
        context.load_cert_chain(pem.name)
    context.set_alpn_protocols(["h2"])

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # The client may not trust us, and hangs up without ceremony.
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as link:
                _converse(link, server)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        server = SecureServer(port=listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


def _converse(link: ssl.SSLSocket, server: SecureServer) -> None:
    talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    talk.initiate_connection()
    link.sendall(talk.data_to_send())
    while data := link.recv(65536):
        for event in talk.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                headers = {str(name): str(value) for name, value in event.headers}
                server.asked.append(headers)
                _answer(talk, event.stream_id, server.bodies.get(headers[":path"], b""))
        link.sendall(talk.data_to_send())


def _answer(talk: h2.connection.H2Connection, stream: int, body: bytes | None) -> None:
    if body is None:
        talk.reset_stream(stream)
        return
    talk.send_headers(stream, [(":status", "200"), ("etag", '"h2"')])
    for start in range(0, len(body), 16384):
        talk.send_data(stream, body[start : start + 16384])
    talk.end_stream(stream)
