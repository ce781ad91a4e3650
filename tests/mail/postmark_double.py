"""Postmark on loopback, as far as its documentation says how it behaves: server, batch sending, message search.

It refuses what the service refuses, so that a letter which passes here is well formed there: the token, Accept and
Content-Type, more than 500 letters or 50 MB, fields it does not know, a Date of ours, metadata too long, a stream it
does not have, an address that is none, a recipient who is inactive. The search wants `count` and `offset`, and looks
into the stream "outbound" unless it is told another.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from tests.mail.relays import PAIR

TOKEN = "d0b1e000-0000-4000-8000-00000000beef"
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'`*+\-/=^_{}|~]+@[a-z0-9\-]+(\.[a-z0-9\-]+)*", re.IGNORECASE)
_FIELDS = frozenset(
    """From To Cc Bcc Subject Tag HtmlBody TextBody ReplyTo Headers TrackOpens TrackLinks Metadata Attachments
    MessageStream""".split()
)

Json = Any


@dataclass(frozen=True)
class Say:
    """Answer this and do nothing."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Take:
    """Do what is asked; then answer with the results as `change` leaves them, or hang up, or say nothing."""

    then: str = "answer"
    change: Callable[[list[Json]], Json] = lambda results: results


#: Close without reading what was sent.
DEAF = Say(0)


class PostmarkDouble:
    """`taken` are the messages that would have been delivered, in order, each with its MessageID."""

    def __init__(self, *, tls: bool = False) -> None:
        """With `tls` it shows the certificate of the tests, which no system trusts."""
        self._tls = tls
        self.taken: list[dict[str, Json]] = []
        #: Of each batch, the recipients.
        self.batches: list[list[str]] = []
        #: What was searched for.
        self.searched: list[str] = []
        self.inactive: set[str] = set()
        #: Recipients of whom the service says something of its own: error code and words.
        self.refused: dict[str, tuple[int, str]] = {}
        self.server: dict[str, Json] = {"ID": 1, "Name": "pulse", "DeliveryType": "Live"}
        #: How many searches a letter goes unseen after it was taken.
        self.unseen = 0
        self._script: defaultdict[str, deque[Say | Take]] = defaultdict(deque)
        self._lock = Lock()
        self._closing = Event()
        self._open: list[socket.socket] = []

    def script(self, path: str, *steps: Say | Take) -> None:
        """What happens at the next calls of this path; after them, the usual."""
        self._script[path].extend(steps)

    def __enter__(self) -> Self:
        double: PostmarkDouble = self

        class Handler(_Handler):
            of = double

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.api = f"http{'s' if self._tls else ''}://127.0.0.1:{self._server.server_address[1]}"
        if self._tls:
            pair = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            pair.load_cert_chain(PAIR)
            self._server.socket = pair.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be gone, with every connection that is open."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def opened(self, connection: socket.socket) -> None:
        self._open.append(connection)

    @property
    def recipients(self) -> list[str]:
        return sorted(message["To"] for message in self.taken)

    def wait(self) -> None:
        self._closing.wait(10)

    def step(self, path: str) -> Say | Take:
        with self._lock:
            script = self._script[path]
            return script.popleft() if script else Take()

    def is_deaf(self, path: str) -> bool:
        """Whether this call is not even to be read; then it is over."""
        with self._lock:
            script = self._script[path]
            return bool(script and script[0] is DEAF and script.popleft())

    def batch(self, body: bytes) -> tuple[int, Json]:
        if len(body) > 50 * 1024 * 1024:
            return 413, None
        try:
            messages = json.loads(body)
        except ValueError:
            return 422, _error(402, "Invalid JSON.")
        if not isinstance(messages, list) or len(messages) > 500:
            return 422, _error(410, "You may only send up to 500 messages in a single batched request.")
        with self._lock:
            self.batches.append([message["To"] for message in messages])
            return 200, [self._take(message) for message in messages]

    def _take(self, message: dict[str, Json]) -> Json:
        to = message["To"]
        fault = self.refused.get(to) or self._fault(message)
        if fault is not None:
            return _error(*fault)
        known = str(UUID(int=len(self.taken) + 1))
        self.taken.append({**message, "MessageID": known, "unseen": self.unseen})
        return {
            "To": to,
            "SubmittedAt": "2024-06-07T20:00:00.1178645-04:00",
            "MessageID": known,
            "ErrorCode": 0,
            "Message": "OK",
        }

    def _fault(self, message: dict[str, Json]) -> tuple[int, str] | None:
        if unknown := message.keys() - _FIELDS:
            return 403, f"Invalid request field(s): {unknown}."
        if message.get("MessageStream", "outbound") not in ("outbound", "broadcast"):
            return 1235, "The stream provided does not exist on this server."
        for header in message.get("Headers", []):
            if header["Name"].lower() in ("date", "from", "to", "subject", "content-type", "mime-version"):
                return 300, f"Header '{header['Name']}' not allowed."
        if not _ADDRESS.fullmatch(message["To"]):
            return 300, f"Invalid 'To' address: '{message['To']}'."
        if not (message.get("HtmlBody") or message.get("TextBody")):
            return 300, "Provide either email TextBody or HtmlBody or both."
        if any(len(key) > 20 or len(value) > 80 for key, value in message.get("Metadata", {}).items()):
            return 300, "Invalid metadata content."
        if message["To"] in self.inactive:
            return 406, (
                "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
                f"{message['To']}. Inactive recipients are ones that have generated a hard bounce, a spam complaint, "
                "or a manual suppression. "
            )
        return None

    def search(self, query: str) -> tuple[int, Json]:
        asked = dict(parse_qsl(query))
        if not asked.get("count", "").isdecimal() or not asked.get("offset", "").isdecimal():
            return 422, _error(700, "The 'count' and 'offset' parameters are required.")
        with self._lock:
            found = [one for one in self.taken if one["MessageStream"] == asked.get("messagestream", "outbound")]
            for key, value in asked.items():
                if key.startswith("metadata_"):
                    self.searched.append(value)
                    found = [one for one in found if one["Metadata"].get(key.removeprefix("metadata_")) == value]
            seen = [one for one in found if one["unseen"] <= 0]
            for one in found:
                one["unseen"] -= 1
        messages = [
            {"MessageID": one["MessageID"], "Status": "Sent", "Recipients": [one["To"]], "Metadata": one["Metadata"]}
            for one in seen[: int(asked["count"])]
        ]
        return 200, {"TotalCount": len(seen), "Messages": messages}


def _error(code: int, words: str) -> Json:
    return {"ErrorCode": code, "Message": words}


class _Handler(BaseHTTPRequestHandler):
    of: PostmarkDouble
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10

    def setup(self) -> None:
        super().setup()
        self.of.opened(self.connection)

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        if self.of.is_deaf(path):
            # Closed with something unread, the connection is reset.
            self.close_connection = True
            return
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        step = self.of.step(parts.path)
        if isinstance(step, Say):
            self._answer(step.status, step.body, step.headers)
            return
        status, answer = self._usual(parts.path, parts.query, body)
        if step.then == "hang up":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif step.then == "say nothing":
            self.of.wait()
            self.close_connection = True
        else:
            self._answer(status, step.change(answer) if status == 200 and isinstance(answer, list) else answer, {})

    def _usual(self, path: str, query: str, body: bytes) -> tuple[int, Json]:
        if self.headers.get("X-Postmark-Server-Token", "").lower() != TOKEN:
            return 401, _error(10, "No Account or Server API tokens were supplied in the HTTP headers.")
        posted = self.command == "POST"
        if self.headers.get("Accept") != "application/json" or (
            posted and self.headers.get("Content-Type") != "application/json"
        ):
            return 415, None
        match self.command, path:
            case "GET", "/server":
                return 200, self.of.server
            case "POST", "/email/batch":
                return self.of.batch(body)
            case "GET", "/messages/outbound":
                return self.of.search(query)
        return 404, None

    def _answer(self, status: int, body: Json, headers: Mapping[str, str]) -> None:
        said = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
