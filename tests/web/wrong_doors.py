"""Ways out that break one rule each, as real programs have done: what the checks must find."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter.mail.letter.tokens import make_token, read_token

SECRET = "a secret of the wrong doors"
MAILBOX = "ada.reader@mail.example.org"
_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "TRACE"]


@dataclass
class WrongDoor:
    """An application that does as it should, except for its `fault`; "" has none. In memory."""

    fault: str = ""
    readers: set[str] = field(default_factory=lambda: {"ada", "bob"})
    tokens_used: set[str] = field(default_factory=set)
    years: int = 0

    @property
    def path(self) -> str:
        return f"/{self.fault or 'right'}/unsubscribe/{self.token}"

    @property
    def token(self) -> str:
        match self.fault:
            case "address-in-base64":
                return "ada" + base64.urlsafe_b64encode(MAILBOX.encode()).decode().strip("=")
            case "address-in-hex":
                return "ada" + MAILBOX.encode().hex()
            case "local-part":
                return "ada.reader" + make_token(SECRET, "unsubscribe", "ada")
            case "few-bits":
                return make_token(SECRET, "unsubscribe", "ada")[:13]
        return make_token(SECRET, "unsubscribe", "ada")

    def route(self) -> Route:
        prefix = self.path.removesuffix(self.token)
        return Route(f"{prefix}{{token:path}}", self.answer, methods=_METHODS)

    def answer(self, request: Request) -> Response:
        token = request.path_params["token"]
        if self.fault != "to-the-letter":
            token = re.split(r"[^A-Za-z0-9_-]", token, maxsplit=1)[0]
        if not self._is_ours(token):
            return HTMLResponse("Not ours", 404)
        if request.method == "POST":
            return self._post(request, token)
        if self._ends_by_looking(request):
            self.readers.discard("ada")
        if self.fault == "get-leads-elsewhere":
            return RedirectResponse("/left", 302)
        if self.fault == "used-up-by-looking":
            if token in self.tokens_used:
                return HTMLResponse("Used", 410)
            self.tokens_used.add(token)
        return HTMLResponse(self._page(token) if request.method == "GET" else "")

    def _is_ours(self, token: str) -> bool:
        match self.fault:
            case "first-signs-only":
                return token[:13] == self.token[:13]
            case "any-purpose":
                return any(read_token(SECRET, purpose, token) for purpose in ("unsubscribe", "confirm"))
            case "expires" if self.years:
                return False
        return token == self.token

    def _ends_by_looking(self, request: Request) -> bool:
        reads_ahead = "purpose" in request.headers or "sec-purpose" in request.headers
        by: dict[str, Callable[[], bool]] = {
            "get-ends-it": lambda: request.method == "GET",
            "head-ends-it": lambda: request.method == "HEAD",
            "options-ends-it": lambda: request.method == "OPTIONS",
            "reading-ahead-ends-it": lambda: reads_ahead,
            "link-ends-it": lambda: "yes" in request.query_params,
        }
        return by.get(self.fault, lambda: False)()

    def _post(self, request: Request, token: str) -> Response:
        kind, length = request.headers.get("content-type", ""), int(request.headers.get("content-length", 0))
        refused = {
            "no-multipart": 405 if kind.startswith("multipart/") else 0,
            "no-urlencoded": 415 if kind.startswith("application/") else 0,
            "wants-a-cookie": 0 if "cookie" in request.headers else 403,
            "wants-a-login": 0 if "authorization" in request.headers else 401,
            "single-use": 410 if token in self.tokens_used else 0,
            "limits-clicks": 429 if token in self.tokens_used else 0,
            "no-large-body": 413 if length > 100_000 else 0,
            "no-body": 400 if not length else 0,
        }.get(self.fault, 0)
        if refused:
            return HTMLResponse("No", refused)
        if self.fault == "asks-again":
            return HTMLResponse(self._page(token))
        if self.fault == "toggles" and "ada" not in self.readers:
            self.readers.add("ada")
        elif self.fault == "ends-everybody":
            self.readers.clear()
        elif self.fault != "ends-it-tonight":
            self.readers.discard("ada")
        self.tokens_used.add(token)
        match self.fault:
            case "post-leads-elsewhere":
                return RedirectResponse("/left", 303)
            case "sets-a-cookie":
                return HTMLResponse("Done", headers={"Set-Cookie": "left=1"})
            case "refreshes":
                return HTMLResponse("Done", headers={"Refresh": "0; url=/left"})
            case "says-something-else":
                self.years += 1
                return HTMLResponse(f"Done {self.years} times")
        return HTMLResponse("Done")

    def _page(self, token: str) -> str:
        form = f'<form method="post" action="{token}"><button>Unsubscribe</button></form>'
        script = "const x = new XMLHttpRequest(); x.open('POST', location, false); x.send()"
        pages = {
            "no-button": "<p>Write to us.</p>",
            "form-gets": form.replace("post", "get"),
            "form-leads-elsewhere": form.replace(token, "/all"),
            "two-forms": form + form,
            "script-ends-it": f"{form}<script>{script}</script>",
            "link-ends-it": f'{form}<a href="?yes">Yes</a>',
        }
        return f"<!doctype html><title>Leave?</title>{pages.get(self.fault, form)}"


def application(doors: dict[str, WrongDoor]) -> Starlette:
    """All of them, each below its fault's name."""
    return Starlette(routes=[door.route() for door in doors.values()])
