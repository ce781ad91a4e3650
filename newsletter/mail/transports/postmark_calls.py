"""One call of Postmark's API and its answer, over the HTTP library. I/O: network

The only module of the mail that knows the library. No redirect is followed, and nothing is tried twice.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx2 as httpx

from newsletter.mail.transports.postmark_answers import Answer, NotAnAnswer
from newsletter.model.settings import Postmark
from newsletter.text import one_line

#: Faults after which the service has not had the whole call, and has done nothing (RFC 9112, 8).
_NOT_WRITTEN = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteError, httpx.WriteTimeout,
    httpx.UnsupportedProtocol, httpx.LocalProtocolError,
)  # fmt: skip


class Service:
    """The API as the settings name it, for any thread; each connection is to be opened."""

    def __init__(self, postmark: Postmark) -> None:
        self._postmark = postmark
        # Reading the authorities takes longer than a call.
        encrypted = urlsplit(postmark.api).scheme == "https"
        self._trust: ssl.SSLContext | bool = httpx.create_ssl_context(trust_env=False) if encrypted else False

    @contextmanager
    def connect(self) -> Iterator[Calls]:
        """One connection, made by its first call and again whenever it broke."""
        with httpx.Client(
            base_url=self._postmark.api,
            headers={"Accept": "application/json", "X-Postmark-Server-Token": str(self._postmark.token)},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=self._postmark.timeout.total_seconds(),
            verify=self._trust,
            trust_env=False,
        ) as client:
            yield Calls(client)


class Calls:
    """Calls over one connection, one after the other."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **params: str) -> Answer:
        """Ask. Raises ConnectionError if the call was not written whole, NotAnAnswer if it was and had no answer."""
        return self._call(self._client.build_request("GET", path, params=params))

    def post(self, path: str, content: bytes) -> Answer:
        """Hand JSON over. Raises as `get` does."""
        headers = {"Content-Type": "application/json"}
        return self._call(self._client.build_request("POST", path, content=content, headers=headers))

    def _call(self, request: httpx.Request) -> Answer:
        halves: list[str] = []

        def watch(event: str, _: Mapping[str, object]) -> None:
            # The library reads on after a write that failed: the server may have said why it does not listen.
            if event.endswith(("send_request_headers.failed", "send_request_body.failed")):
                halves.append(event)

        request.extensions["trace"] = watch
        try:
            response = self._client.send(request)
        except (httpx.HTTPError, httpx.StreamError) as fault:
            words = one_line(str(fault)) or type(fault).__name__
            if halves or isinstance(fault, _NOT_WRITTEN):
                raise ConnectionError(words) from fault
            raise NotAnAnswer(f"no answer: {words}") from fault
        try:
            body: object = response.json()
        except (ValueError, RecursionError):
            body = None
        return Answer(response.status_code, body, response.headers.get("Retry-After", "").strip())
