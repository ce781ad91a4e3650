"""The reader's door as a web application: leaving the list, and the archive. I/O: network

GET and HEAD change nothing, whoever follows a link first: mail filters do. POST acts at once, without a question,
a redirect or a cookie (RFC 8058, 3.2).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from newsletter.errors import NewsletterError
from newsletter.mail.letter.tokens import UNSUBSCRIBE_PATH, read_token
from newsletter.model.audience import Subscriber
from newsletter.model.ports import Clock

_log = logging.getLogger(__name__)

#: "ask" shows the button, "done" says that no letter will come, "unknown" that the link is none of ours.
PageState = Literal["ask", "done", "unknown"]

#: The addresses of these pages are keys: they are neither kept nor told to anybody.
_PRIVATE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Subscribers(Protocol):
    """What the door needs of the store; called from several threads."""

    def by_key(self, key: str) -> Subscriber | None:
        """The person; None if there is none of this key, or no longer."""

    def leave(self, key: str, now: datetime) -> bool:
        """End the subscription, durably; a second time changes nothing."""


def make_app(
    *,
    subscribers: Subscribers,
    secret: str,
    older_secrets: tuple[str, ...] = (),
    clock: Clock,
    pages: Callable[[PageState, str], str],
    site: Path | None,
    below: str = "",
) -> Starlette:
    """The application; `pages` renders the page of a state, with the address its form is sent to.

    Links made with one of `older_secrets` hold as well.
    `site` is the folder of the archive; it may come later than this door opens. None serves no archive.
    `below`, "/news" or "", is a path that the letters' links begin with: a web server in front may leave it or not.
    """

    def page(state: PageState, action: str = "", *, status: int = 200) -> Response:
        return HTMLResponse(pages(state, action), status, headers=_PRIVATE)

    def unsubscribe(request: Request) -> Response:
        token = _whole(request.path_params["token"])
        read = (read_token(one, "unsubscribe", token) for one in (secret, *older_secrets))
        key = next((found for found in read if found is not None), None)
        if key is None:
            return page("unknown", status=404)
        if request.method == "POST":
            # The token says all; the body is one-click's or a button's, in either encoding, and is not looked at.
            subscribers.leave(key, clock.now())
            return page("done")
        reader = subscribers.by_key(key)
        if reader is None or reader.standing == "left":
            return page("done")
        # Relative to the page itself, so that it holds behind any prefix.
        return page("ask", token)

    def healthy(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    async def archive(scope: Scope, receive: Receive, send: Send) -> None:
        if site is None or not await run_in_threadpool(site.is_dir):
            raise HTTPException(404)
        await StaticFiles(directory=site, html=True)(scope, receive, send)

    routes = [
        Route(f"{UNSUBSCRIBE_PATH}{{token:path}}", unsubscribe, methods=["GET", "POST"]),
        Route("/healthz", healthy, methods=["GET"]),
        Mount("/", archive),
    ]
    return Starlette(
        routes=[Mount(below, routes=routes), *routes] if below else routes,
        exception_handlers={NewsletterError: _unavailable},
    )


def _whole(followed: str) -> str:
    """The token of a link that was copied with a sign of the sentence behind it, or rewritten with a slash."""
    return re.split(r"[^A-Za-z0-9_-]", followed, maxsplit=1)[0]


def _unavailable(_: Request, fault: Exception) -> Response:
    _log.error("A page could not be served: %s", fault)
    # 503 lets a mail program's one-click try again; nothing was promised to the reader.
    return PlainTextResponse(
        "This cannot be done right now. Please try again in a few minutes.\n",
        503,
        headers={**_PRIVATE, "Retry-After": "120"},
    )
