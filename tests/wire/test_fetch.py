"""Fetching, against a real server on loopback."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from newsletter.model.news import Feed, Fetched, Validators
from newsletter.model.settings import Collecting
from newsletter.wire import fetch
from newsletter.wire.fetch import Request, fetch_all
from tests.wire.server import Server, reply

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
HOST = "feeds.example.org"
QUICK = Collecting(concurrency=8, timeout=timedelta(seconds=5), contact="https://pulse.example.com/about")
SHORT = replace(QUICK, timeout=timedelta(seconds=0.3))


def ask(
    server: Server,
    url: str = f"http://{HOST}/a",
    *,
    validators: Validators | None = None,
    collecting: Collecting = QUICK,
) -> Fetched:
    """Fetch one feed; two hosts of the example lead to the server."""
    request = Request(feed=Feed(id="a", name="A", url=url), validators=validators or Validators())
    (fetched,) = fetch_all(
        [request], collecting=collecting, now=NOW, hosts={HOST: server.address, "other.example.net": server.address}
    )
    return fetched


def test_a_new_document_comes_with_its_validators_and_its_hash(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>", ETag='W/"1-gzip"', Last_Modified="Mon, 03 Mar 2025 08:00:00 GMT")

    fetched = ask(server)

    assert (fetched.state, fetched.status, fetched.body, fetched.problem) == ("new", 200, b"<rss/>", "")
    assert fetched.url == f"http://{HOST}/a"
    assert fetched.wire_bytes == 6
    assert fetched.validators == Validators(
        etag='W/"1-gzip"',
        last_modified="Mon, 03 Mar 2025 08:00:00 GMT",
        body_hash=sha256(b"<rss/>").hexdigest(),
    )


def test_the_server_is_told_who_asks_and_where_to_complain(server: Server) -> None:
    server.answers["/a?x=1&y=%20"] = reply(b"x")

    ask(server, f"http://{HOST}/a?x=1&y=%20")

    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("TechPulseNewsletter/")
    assert headers["user-agent"].endswith("(+https://pulse.example.com/about)")
    assert headers["host"] == HOST
    assert "gzip" in headers["accept-encoding"]
    assert "cookie" not in headers


def test_a_server_is_asked_with_its_own_strings_and_a_304_keeps_them(server: Server) -> None:
    known = Validators(etag='"1"', last_modified="yesterday-ish", body_hash="h")
    server.answers["/a"] = reply(status="304 Not Modified")

    fetched = ask(server, validators=known)

    assert (fetched.state, fetched.status, fetched.body, fetched.problem) == ("same", 304, b"", "")
    assert fetched.validators == known
    assert server.asked[0].headers["if-none-match"] == '"1"'
    assert server.asked[0].headers["if-modified-since"] == "yesterday-ish"


def test_a_304_may_bring_a_new_etag(server: Server) -> None:
    server.answers["/a"] = reply(status="304 Not Modified", ETag='"2"')

    fetched = ask(server, validators=Validators(etag='"1"', last_modified="then", body_hash="h"))

    assert fetched.validators == Validators(etag='"2"', last_modified="then", body_hash="h")


def test_a_304_that_nobody_asked_for_is_a_failure(server: Server) -> None:
    server.answers["/a"] = reply(status="304 Not Modified")

    fetched = ask(server)

    assert (fetched.state, fetched.problem) == ("failed", "HTTP 304 (not modified, though we did not ask)")


def test_the_same_bytes_again_are_nothing_new_whatever_the_etag_says(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>", ETag='"1"')
    first = ask(server)
    server.answers["/a"] = reply(b"<rss/>", ETag='"2"')

    again = ask(server, validators=first.validators)

    assert (again.state, again.status, again.body) == ("same", 200, b"")
    assert again.validators == replace(first.validators, etag='"2"')


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_body_is_inflated(server: Server, coding: str) -> None:
    body = b"<rss>" + b"x" * 5000 + b"</rss>"
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    server.answers["/a"] = reply(packed, Content_Encoding=coding)

    fetched = ask(server)

    assert fetched.body == body
    assert fetched.wire_bytes == len(packed)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("404 Nope", "HTTP 404 (not found)"),
        ("410 Gone", "HTTP 410 (gone)"),
        ("401 Unauthorized", "HTTP 401 (asks for a password)"),
        ("500 Internal Server Error", "HTTP 500 (internal server error)"),
        ("599 Odd", "HTTP 599"),
    ],
    ids=lambda value: value[:3],
)
def test_a_refusal_is_told_in_words(server: Server, status: str, problem: str) -> None:
    known = Validators(etag='"1"', body_hash="h")
    server.answers["/a"] = reply(b"sorry", status=status)

    fetched = ask(server, validators=known)

    assert (fetched.state, fetched.status, fetched.problem) == ("failed", int(status[:3]), problem)
    assert fetched.body == b""
    assert fetched.validators == known


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3600", NOW + timedelta(hours=1)),
        ("Mon, 03 Mar 2025 10:30:00 GMT", NOW + timedelta(hours=1, minutes=30)),
        ("99999999999", NOW + timedelta(days=7)),
        ("Tue, 03 Mar 2026 10:30:00 GMT", NOW + timedelta(days=7)),
        ("Mon, 03 Mar 2025 08:00:00 GMT", None),
        ("-5", None),
        ("0", None),
        ("soon", None),
    ],
)
def test_a_servers_wish_to_be_left_alone_is_heard(server: Server, value: str, expected: datetime | None) -> None:
    server.answers["/a"] = reply(status="503 Service Unavailable", Retry_After=value)

    fetched = ask(server)

    assert fetched.retry_at == expected
    if expected is not None:
        assert fetched.problem == f"HTTP 503, asks to wait until {expected:%Y-%m-%d %H:%M} UTC"


def test_a_check_for_robots_is_named_as_such(server: Server) -> None:
    server.answers["/a"] = reply(b"<html>", status="403 Forbidden", CF_Mitigated="challenge")

    assert ask(server).problem == "HTTP 403, a check for robots stands before the feed"


def test_redirects_are_followed_between_hosts_and_the_last_address_is_named(server: Server) -> None:
    server.answers["/a"] = reply(status="301 Moved", Location="/b?page=1")
    server.answers["/b?page=1"] = reply(status="307 Temporary", Location="https://other.example.net/c")
    server.answers["/c"] = reply(b"here")

    fetched = ask(server)

    assert (fetched.state, fetched.body, fetched.url) == ("new", b"here", "https://other.example.net/c")
    assert [asked.headers["host"] for asked in server.asked] == [HOST, HOST, "other.example.net"]


@pytest.mark.parametrize(
    ("location", "state", "problem"),
    [
        ("/a", "failed", "redirects in a circle"),
        ("/0", "failed", "more than 5 redirects"),
        ("", "failed", "HTTP 302 without saying where to"),
        ("file:///etc/passwd", "refused", "sent on to 'file:///etc/passwd': no http or https address"),
        ("gopher://x.example/", "refused", "sent on to 'gopher://x.example/': no http or https address"),
        ("http://[bad", "failed", "sent on to 'http://[bad', which is no address"),
        ("http://x.example:99999/", "refused", "sent on to 'http://x.example:99999/': no http or https address"),
    ],
    ids=["circle", "many", "nowhere", "file", "gopher", "malformed", "port"],
)
def test_a_redirect_that_leads_nowhere_ends_in_words(server: Server, location: str, state: str, problem: str) -> None:
    server.answers["/a"] = reply(status="302 Found", Location=location)
    for n in range(9):
        server.answers[f"/{n}"] = reply(status="302 Found", Location=f"/{n + 1}")

    fetched = ask(server)

    assert (fetched.state, fetched.problem) == (state, problem)


def test_too_many_redirects_stop_after_the_fifth(server: Server) -> None:
    for n in range(9):
        server.answers[f"/{n}"] = reply(status="302 Found", Location=f"/{n + 1}")

    ask(server, f"http://{HOST}/0")

    assert len(server.asked) == 6


def test_an_announced_body_beyond_the_limit_is_refused_unread(server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nxx"

    fetched = ask(server)

    assert (fetched.state, fetched.problem, fetched.body) == ("refused", "larger than 5 MB", b"")


def test_a_body_without_end_is_refused_at_the_limit(server: Server) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    server.answers["/a"] = pour

    fetched = ask(server)

    assert (fetched.state, fetched.problem) == ("refused", "larger than 5 MB")
    assert fetched.wire_bytes < 6 * 1024 * 1024


def test_a_body_that_inflates_without_end_is_refused(server: Server) -> None:
    server.answers["/a"] = reply(gzip.compress(bytes(60_000_000), 9), Content_Encoding="gzip")

    fetched = ask(server)

    assert (fetched.state, fetched.problem) == ("refused", "larger than 20 MB when inflated")


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    reset(connection)


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (reset, "the connection broke"),
        (reset_in_the_middle, "the connection broke"),
        (hang_up, "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>\r\n", "the server does not speak HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "the server does not speak HTTP"),
        (bytes(range(256)) * 40, "the server does not speak HTTP"),
        (reply(b"not gzip", Content_Encoding="gzip"), "the body is not compressed as its header says"),
        (reply(gzip.compress(b"x" * 9999)[:-20] + b"?" * 20, Content_Encoding="gzip"), "the body is not"),
    ],
    ids=[
        "reset",
        "reset-inside",
        "hang-up",
        "short",
        "short-chunks",
        "bad-chunk",
        "ssh",
        "noise",
        "no-gzip",
        "bad-gzip",
    ],
)
def test_whatever_a_server_does_ends_in_words(
    server: Server, answer: bytes | Callable[[socket.socket], None], problem: str
) -> None:
    server.answers["/a"] = answer

    fetched = ask(server)

    assert fetched.state == "failed"
    assert fetched.problem.startswith(problem)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.stopping.wait(0.02):
            connection.sendall(b"H")

    server.answers["/a"] = drip

    fetched = ask(server, collecting=SHORT)

    assert (fetched.state, fetched.status, fetched.problem) == ("failed", 0, "no answer within 0.3 s")


def test_the_deadline_stands_over_all_redirects_together(server: Server) -> None:
    def later(connection: socket.socket) -> None:
        server.stopping.wait(0.2)
        connection.sendall(reply(status="302 Found", Location=f"/{len(server.asked)}"))

    server.answers.update({"/a": later, "/1": later, "/2": later, "/3": later})

    fetched = ask(server, collecting=SHORT)

    assert fetched.problem == "no answer within 0.3 s"
    assert len(server.asked) == 2


def test_nobody_listens(server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

        fetched = ask(server, f"http://127.0.0.1:{port}/")

    assert (fetched.state, fetched.problem) == ("failed", "the server refused the connection")


def test_a_name_that_nobody_knows(server: Server) -> None:
    fetched = ask(server, "http://nowhere.example/feed")

    assert (fetched.state, fetched.problem) == ("failed", "the server's name is not known (DNS)")


def test_a_server_that_speaks_no_tls(server: Server) -> None:
    fetched = ask(server, server.address.replace("http:", "https:"))

    assert fetched.state == "failed"
    assert fetched.problem.startswith("TLS: no secure connection (")


def test_a_certificate_that_is_not_valid_is_told_with_the_reason() -> None:
    fault = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    fault.verify_message = "certificate has expired"
    outer = OSError("all attempts failed")
    outer.__cause__ = fault

    assert fetch._sentence(outer, 30.0) == "TLS: certificate not valid (certificate has expired)"


@pytest.mark.parametrize("url", ["ftp://x.example/", "feed.xml", "http://", "http://[::1", "", "http://a b/"])
def test_what_is_no_web_address_is_refused(server: Server, url: str) -> None:
    fetched = ask(server, url)

    assert fetched.state in ("refused", "failed")
    assert fetched.problem


def test_a_password_in_an_address_is_not_shown(server: Server) -> None:
    server.answers["/a"] = reply(b"x")

    fetched = ask(server, f"http://me:secret@{HOST}/a")

    assert fetched.url == f"http://{HOST}/a"
    assert server.asked[0].headers["host"] == HOST


def test_cookies_of_one_feed_are_not_shown_to_the_next(server: Server) -> None:
    server.answers["/a"] = reply(status="302 Found", Location="/b", Set_Cookie="seen=1; Path=/")
    server.answers["/b"] = reply(b"x")

    ask(server)

    assert "cookie" not in server.asked[1].headers


def test_results_keep_the_order_of_the_requests_and_are_told_as_they_come(server: Server) -> None:
    gate = threading.Event()

    def last(connection: socket.socket) -> None:
        gate.wait(5)
        connection.sendall(reply(b"slow"))

    server.answers.update({"/0": last, "/1": reply(b"quick")})
    requests = [Request(feed=Feed(id=str(n), name="", url=f"http://{HOST}/{n}")) for n in range(2)]
    heard: list[str] = []

    def hear(fetched: Fetched) -> None:
        heard.append(fetched.feed)
        gate.set()

    fetched = fetch_all(requests, collecting=QUICK, now=NOW, hosts={HOST: server.address}, on_fetched=hear)

    assert [one.feed for one in fetched] == ["0", "1"]
    assert heard == ["1", "0"]


def test_one_host_is_asked_by_two_at_once_and_no_more(server: Server) -> None:
    slow = server.answer_together(2, reply(b"x"))
    server.answers.update({f"/{n}": slow for n in range(8)})
    requests = [Request(feed=Feed(id=str(n), name="", url=f"http://{HOST}/{n}")) for n in range(8)]

    fetched = fetch_all(requests, collecting=QUICK, now=NOW, hosts={HOST: server.address})

    assert all(one.state == "new" for one in fetched)
    assert server.most_open == 2


def test_all_hosts_together_keep_to_the_concurrency(server: Server) -> None:
    server.answers["/"] = server.answer_together(3, reply(b"x"))
    names = [f"h{n}.example" for n in range(9)]
    requests = [Request(feed=Feed(id=name, name="", url=f"http://{name}/")) for name in names]

    fetched = fetch_all(
        requests, collecting=replace(QUICK, concurrency=3), now=NOW, hosts=dict.fromkeys(names, server.address)
    )

    assert all(one.state == "new" for one in fetched)
    assert server.most_open == 3


def test_nothing_to_fetch_is_no_fault() -> None:
    assert fetch_all([], collecting=QUICK, now=NOW) == ()


def test_a_host_of_another_script_is_asked_under_its_ascii_name(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>")
    request = Request(feed=Feed(id="a", name="A", url="https://bücher.example/a"), validators=Validators())

    (fetched,) = fetch_all([request], collecting=QUICK, now=NOW, hosts={"bücher.example": server.address})

    assert (fetched.state, fetched.url) == ("new", "https://bücher.example/a")
    assert server.asked[0].headers["host"] == "xn--bcher-kva.example"
