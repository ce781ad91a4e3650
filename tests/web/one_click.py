"""What the way out of the list is held to (RFC 8058 and the rules of the large providers), asked over real HTTP.

Each check raises AssertionError with the reason; it knows a door by its address and by who is a reader.
"""

from __future__ import annotations

import base64
import http.client
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from threading import Thread
from typing import Any
from urllib.parse import urljoin, urlsplit

import uvicorn

from newsletter.mail.preflight.sameness import traces
from tests.browser import Page

BOUNDARY = "one-click"
URLENCODED = ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click")
MULTIPART = (
    f"multipart/form-data; boundary={BOUNDARY}",
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
    f"--{BOUNDARY}--\r\n".encode(),
)
#: Ways in which links are followed by machines: method and header fields.
LOOKING: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("GET", {}),
    ("GET", {"Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"X-Moz": "prefetch"}),
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("OPTIONS", {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}),
    ("TRACE", {}),
)
#: Bits that nobody guesses.
ENOUGH_BITS = 128


@dataclass(frozen=True, kw_only=True)
class Door:
    """One reader's way out."""

    #: "http://127.0.0.1:8000"
    base: str
    #: Of this reader's link.
    path: str
    #: Whether letters are still written to this reader, and to another one.
    is_reader: Callable[[], bool]
    other_is_reader: Callable[[], bool]
    #: What must not be told.
    mailbox: str
    #: The reader's public name, in the token.
    key: str
    #: Moves the door's clock by ten years.
    ten_years_on: Callable[[], None] = lambda: None

    @property
    def token(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


def ask(base: str, method: str, path: str, kind: str = "", body: bytes = b"", **headers: str) -> Answer:
    """One request on a connection of its own, without a cookie, without following where it leads."""
    split = urlsplit(base)
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=15)
    try:
        about_body = {"Content-Type": kind} if kind else {}
        connection.request(method, path, body=body or None, headers={**about_body, **headers})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application on a port of this machine; its address."""
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


# Row 4


def one_click_ends_it(door: Door, form: tuple[str, bytes] = URLENCODED) -> None:
    """One POST, without a cookie or a login, is all it takes, and it holds before the next letter is written."""
    assert door.is_reader()
    answer = ask(door.base, "POST", door.path, *form)

    assert answer.status in (200, 202), f"answered {answer.status}"
    assert "location" not in answer.headers, "leads elsewhere"
    assert "refresh" not in answer.headers, "leads elsewhere"
    assert "set-cookie" not in answer.headers, "sets a cookie"
    assert not door.is_reader(), "still writes to who left"
    assert door.other_is_reader(), "ended another reader's subscription"


def multipart_ends_it(door: Door) -> None:
    """The other encoding that RFC 8058, 3.2, allows."""
    one_click_ends_it(door, MULTIPART)


def a_large_body_ends_it(door: Door) -> None:
    """What the body holds is nobody's business: one of a million octets is as good as none."""
    one_click_ends_it(door, (URLENCODED[0], URLENCODED[1] + b"&more=" + b"x" * 1_000_000))


def an_odd_body_ends_it(door: Door) -> None:
    """A mail program may send it in any charset and encoding, or leave it out."""
    kind, body = URLENCODED
    odd: tuple[tuple[str, bytes, dict[str, str]], ...] = (
        ("", b"", {}),
        (f"{kind}; charset=iso-8859-1", body, {}),
        (kind, b"\x1f\x8b no gzip", {"Content-Encoding": "gzip"}),
        ("multipart/form-data", b"without a boundary", {}),
        ("application/json", b"[", {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}),
        (kind, body, {"Expect": "100-continue"}),
    )
    for kind, body, headers in odd:
        answer = ask(door.base, "POST", door.path, kind, body, **headers)
        assert answer.status in (200, 202), f"answered {answer.status} to {kind or 'no type'} {headers}"
    assert not door.is_reader(), "still writes to who left"


def many_clicks_at_once_are_one(door: Door) -> None:
    """Impatient people and programs that try again: each is told the same, and no other reader is touched."""
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ask(door.base, "POST", door.path, *URLENCODED), range(24)))

    assert {answer.status for answer in answers} <= {200, 202}, "a click among many is refused"
    assert len({answer.text for answer in answers}) == 1, "clicks among many are told different things"
    assert not door.is_reader(), "still writes to who left"
    assert door.other_is_reader(), "ended another reader's subscription"


def a_link_that_was_copied_with_a_stop_opens(door: Door) -> None:
    """A sign of the sentence behind the link, or a slash, keeps nobody from leaving."""
    for more in (".", "/", "%20", "%3E", ")", "?utm_source=mail"):
        answer = ask(door.base, "GET", door.path + more)
        assert answer.status == 200, f"answered {answer.status} to a link that ends in {more}"
        assert door.is_reader(), "looking ended the subscription"
    one_click_ends_it(replace(door, path=f"{door.path}/"))


def twice_is_the_same_as_once(door: Door) -> None:
    """A mail program that repeats its click is told the same."""
    first, second = (ask(door.base, "POST", door.path, *URLENCODED) for _ in range(2))

    assert first.status in (200, 202), f"answered {first.status}"
    assert (first.status, first.text) == (second.status, second.text), "says something else the second time"
    assert not door.is_reader(), "the second took the first back"


# Row 5


def looking_changes_nothing(door: Door) -> None:
    """Whoever follows the link to look, a mail filter or a browser that reads ahead, ends nothing."""
    for method, headers in LOOKING:
        answer = ask(door.base, method, door.path, **headers)
        assert door.is_reader(), f"{method} {dict(headers)} ended the subscription"
        assert "location" not in answer.headers, f"{method} leads elsewhere"


def a_page_asks_first(door: Door) -> None:
    """A person finds one button, which posts to the same address."""
    answer = ask(door.base, "GET", door.path)
    forms = _Forms()
    forms.feed(answer.text)

    assert answer.status == 200, f"answered {answer.status}"
    assert len(forms.found) == 1, f"shows {len(forms.found)} forms"
    method, action, buttons = forms.found[0]
    assert method == "post", "its form does not post"
    assert urljoin(door.base + door.path, action) == door.base + door.path, "its form posts elsewhere"
    assert buttons == 1, f"shows {buttons} buttons"


def a_scanner_with_a_browser_changes_nothing(door: Door, page: Page) -> None:
    """A filter that runs the page's scripts and follows its links ends nothing."""
    page.open(door.base + door.path)
    links: list[str] = page.value("Array.from(document.links, one => one.href)")

    for link in links:
        # A link to a place on the same page loads nothing.
        if link.startswith(door.base) and "#" not in link:
            page.open(link)

    assert door.is_reader(), "a browser that only looked ended the subscription"


# Row 6


def the_token_tells_no_address(door: Door) -> None:
    """Neither as it is nor in an encoding or a plain digest."""
    said = [door.token.lower(), *(one.lower() for one in _unpacked(door.token))]

    for trace in (*traces(door.mailbox), door.mailbox.partition("@")[0].lower()):
        assert not any(trace in one for one in said), "the token tells the address"


def the_token_cannot_be_made_up(door: Door) -> None:
    """Every sign of it counts, and beside the reader's name it has more bits than anybody can try."""
    proof = door.token.replace(door.key, "", 1)
    assert proof != door.token, "the token does not name the reader"
    assert 6 * len(proof) >= ENOUGH_BITS, f"the token has {6 * len(proof)} bits beside the reader's name"
    for at, sign in enumerate(door.token):
        other = "A" if sign != "A" else "B"
        forged = door.token[:at] + other + door.token[at + 1 :]
        answer = ask(door.base, "POST", door.path.replace(door.token, forged), *URLENCODED)
        assert answer.status >= 400, f"a token with another sign at {at} is taken"
    assert door.is_reader(), "a token that was changed ended the subscription"


def a_token_for_something_else_is_refused(door: Door, other_purpose: str) -> None:
    """What we sign for another purpose opens this door to nobody."""
    answer = ask(door.base, "POST", door.path.replace(door.token, other_purpose), *URLENCODED)

    assert answer.status >= 400, "a token of another purpose is taken"
    assert door.is_reader(), "a token of another purpose ended the subscription"


def the_token_holds_for_ever(door: Door) -> None:
    """Letters are kept: the link in one of ten years ago works, and a page that was opened does not use it up."""
    for _ in range(3):
        assert ask(door.base, "GET", door.path).status == 200, "looking used the link up"
    door.ten_years_on()
    one_click_ends_it(door)


def tokens_are_compared_in_constant_time(read: Callable[[str], object], compared: list[object], token: str) -> None:
    """`compared` grows with each comparison of `hmac.compare_digest`: each token is judged by one, right or wrong."""
    for number, offered in enumerate((token, f"{token[:-1]}!", token[:-24] + "!" * 24), 1):
        read(offered)
        assert len(compared) == number, "a token is compared sign by sign"


def _unpacked(token: str) -> Iterator[str]:
    """What the token may hold in an encoding, from each of its signs on."""
    signs = re.sub(r"[^A-Za-z0-9_-]", "", token)
    for start in range(4):
        cut = signs[start:]
        yield base64.urlsafe_b64decode(cut[: len(cut) // 4 * 4]).decode("latin-1")
    yield from (bytes.fromhex(one).decode("latin-1") for one in re.findall(r"(?:[0-9a-f]{2}){4,}", token))


class _Forms(HTMLParser):
    """Forms with method, action, and how many buttons they have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("method", "get").lower(), given.get("action", ""), 0))
        elif self.found and (tag == "button" or (tag == "input" and given.get("type") == "submit")):
            method, action, buttons = self.found[-1]
            self.found[-1] = (method, action, buttons + 1)
