"""Fetching, against a real server on loopback."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from newsletter.model.feeds import Feed, Fetched, Validators
from newsletter.model.settings import Collecting
from newsletter.wire.fetch import Request, fetch_all
from tests.wire.server import Server, reply

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
HOST = "feeds.example.org"
QUICK = Collecting(
    concurrency=8, spacing=timedelta(0), timeout=timedelta(seconds=5), contact="https://pulse.example.com/about"
)
SHORT = replace(QUICK, timeout=timedelta(seconds=0.3))


def ask(
    server: Server,
    url: str = f"http://{HOST}/a",
    *,
    validators: Validators | None = None,
    collecting: Collecting = QUICK,
    instead: str = "",
    **feed: Any,
) -> Fetched:
    """Fetch one feed; two hosts of the example lead to the server."""
    request = Request(feed=Feed(id="a", name="A", url=url, **feed), validators=validators or Validators(), url=instead)
    (fetched,) = fetch_all(
        [request], collecting=collecting, now=NOW, hosts={HOST: server.address, "other.example.net": server.address}
    )
    return fetched


def body_of(fetched: Fetched) -> bytes:
    return fetched.document.plain() if fetched.document else b""


def test_a_new_document_comes_with_its_validators_and_its_hash(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>", ETag='W/"1-gzip"', Last_Modified="Mon, 03 Mar 2025 08:00:00 GMT")

    fetched = ask(server)

    assert (fetched.state, fetched.status, body_of(fetched), fetched.problem) == ("new", 200, b"<rss/>", "")
    assert fetched.url == f"http://{HOST}/a"
    assert fetched.wire_bytes == 6
    assert fetched.validators == Validators(
        etag='W/"1-gzip"',
        last_modified="Mon, 03 Mar 2025 08:00:00 GMT",
        body_hash=sha256(b"<rss/>").hexdigest(),
        url=f"http://{HOST}/a",
    )
    assert fetched.seconds > 0


def test_the_server_is_told_who_asks_and_where_to_complain(server: Server) -> None:
    server.answers["/a?x=1&y=%20"] = reply(b"x")

    ask(server, f"http://{HOST}/a?x=1&y=%20")

    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("TechPulseNewsletter/")
    assert headers["user-agent"].endswith("(+https://pulse.example.com/about)")
    assert headers["host"] == HOST
    assert headers["accept-encoding"] == "gzip, br, zstd"
    assert "cookie" not in headers


def test_a_server_is_asked_with_its_own_strings_and_a_304_keeps_them(server: Server) -> None:
    known = Validators(etag='"1"', last_modified="yesterday-ish", body_hash="h", url=f"http://{HOST}/a")
    server.answers["/a"] = reply(status="304 Not Modified")

    fetched = ask(server, validators=known)

    assert (fetched.state, fetched.status, body_of(fetched), fetched.problem) == ("same", 304, b"", "")
    assert fetched.validators == known
    assert server.asked[0].headers["if-none-match"] == '"1"'
    assert server.asked[0].headers["if-modified-since"] == "yesterday-ish"


def test_a_304_may_bring_a_new_etag(server: Server) -> None:
    server.answers["/a"] = reply(status="304 Not Modified", ETag='"2"')

    fetched = ask(server, validators=Validators(etag='"1"', last_modified="then", body_hash="h"))

    assert fetched.validators == Validators(etag='"2"', last_modified="then", body_hash="h", url=f"http://{HOST}/a")


def test_a_304_that_nobody_asked_for_is_a_failure(server: Server) -> None:
    server.answers["/a"] = reply(status="304 Not Modified")

    fetched = ask(server)

    assert (fetched.state, fetched.problem) == ("failed", "HTTP 304 (not modified, though we did not ask)")


def test_the_same_bytes_again_are_nothing_new_whatever_the_etag_says(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>", ETag='"1"')
    first = ask(server)
    server.answers["/a"] = reply(b"<rss/>", ETag='"2"')

    again = ask(server, validators=first.validators)

    assert (again.state, again.status, body_of(again)) == ("same", 200, b"")
    assert again.validators == replace(first.validators, etag='"2"')


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_body_is_inflated(server: Server, coding: str) -> None:
    body = b"<rss>" + b"x" * 5000 + b"</rss>"
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    server.answers["/a"] = reply(packed, Content_Encoding=coding)

    fetched = ask(server)

    assert body_of(fetched) == body
    assert fetched.wire_bytes == len(packed)


@pytest.mark.parametrize(
    ("status", "state", "fault", "problem"),
    [
        ("404 Nope", "failed", "not-found", "HTTP 404 (not found)"),
        ("410 Gone", "gone", "gone", "HTTP 410 (gone)"),
        ("401 Unauthorized", "failed", "forbidden", "HTTP 401 (asks for a password)"),
        ("403 Forbidden", "failed", "forbidden", "HTTP 403 (forbidden)"),
        ("429 Enough", "failed", "rate-limited", "HTTP 429 (too many requests)"),
        ("500 Internal Server Error", "failed", "server-error", "HTTP 500 (internal server error)"),
        ("503 Service Unavailable", "failed", "server-error", "HTTP 503 (service unavailable)"),
        ("511 Login", "login", "login", "HTTP 511 (the network wants a login first)"),
        ("599 Odd", "failed", "server-error", "HTTP 599"),
        ("418 Teapot", "failed", "http", "HTTP 418 (turned away)"),
    ],
)
def test_a_refusal_is_told_in_words(server: Server, status: str, state: str, fault: str, problem: str) -> None:
    known = Validators(etag='"1"', body_hash="h")
    server.answers["/a"] = reply(b"sorry", status=status)

    fetched = ask(server, validators=known)

    assert (fetched.state, fetched.fault, fetched.status, fetched.problem) == (state, fault, int(status[:3]), problem)
    assert body_of(fetched) == b""
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
        assert fetched.fault == "rate-limited"
        assert fetched.problem == f"HTTP 503, asks to wait until {expected:%Y-%m-%d %H:%M} UTC"


def test_a_check_for_robots_is_named_as_such(server: Server) -> None:
    server.answers["/a"] = reply(b"<html>", status="403 Forbidden", CF_Mitigated="challenge")

    fetched = ask(server)

    assert (fetched.state, fetched.fault) == ("challenge", "challenge")
    assert fetched.problem == "HTTP 403, a check for robots stands before the feed"


def test_redirects_are_followed_between_hosts_and_the_last_address_is_named(server: Server) -> None:
    server.answers["/a"] = reply(status="301 Moved", Location="/b?page=1")
    server.answers["/b?page=1"] = reply(status="307 Temporary", Location="https://other.example.net/c")
    server.answers["/c"] = reply(b"here")

    fetched = ask(server)

    assert (fetched.state, body_of(fetched), fetched.url) == ("new", b"here", "https://other.example.net/c")
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

    assert (fetched.state, fetched.fault, fetched.problem) == ("refused", "too-big", "larger than 5 MB")
    assert fetched.document is None


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
    server.answers["/a"] = reply(gzip.compress(bytes(22_000_000), 1), Content_Encoding="gzip")

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
        (reply(gzip.compress(b"x" * 9999)[:-9], Content_Encoding="gzip"), "the connection broke: the compressed body"),
        (reply(b"x", Content_Encoding="gzip, br, gzip"), "compressed 3 times over"),
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
        "short-gzip",
        "thrice",
    ],
)
def test_whatever_a_server_does_ends_in_words(
    server: Server, answer: bytes | Callable[[socket.socket], None], problem: str
) -> None:
    server.answers["/a"] = answer

    fetched = ask(server)

    assert fetched.state == "failed"
    assert fetched.fault == {"the conn": "broken-off", "the serv": "http"}.get(problem[:8], "unreadable")
    assert fetched.problem.startswith(problem)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.stopping.wait(0.02):
            connection.sendall(b"H")

    server.answers["/a"] = drip

    fetched = ask(server, collecting=SHORT)

    assert (fetched.state, fetched.fault, fetched.status) == ("failed", "timeout", 0)
    assert fetched.problem == "no answer within 0.3 s"
    assert 0.29 < fetched.seconds < 2


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

        fetched = ask(server, f"http://127.0.0.1:{port}/", intranet=True)

    assert (fetched.state, fetched.fault) == ("failed", "connect")
    assert fetched.problem == "the server refused the connection"


def test_a_name_that_nobody_knows(server: Server) -> None:
    fetched = ask(server, "http://nowhere.example/feed")

    assert (fetched.state, fetched.fault) == ("failed", "dns")
    assert fetched.problem == "the server's name is not known (DNS)"


def test_a_server_that_speaks_no_tls(server: Server) -> None:
    fetched = ask(server, server.address.replace("http:", "https:"), intranet=True)

    assert (fetched.state, fetched.fault) == ("failed", "tls")
    assert fetched.problem.startswith("TLS: no secure connection (")


def test_a_server_that_hangs_up_before_the_connection_is_secure(server: Server) -> None:
    server.greeting = hang_up

    fetched = ask(server, server.address.replace("http:", "https:"), intranet=True)

    assert (fetched.fault, fetched.problem) == ("tls", "TLS: no secure connection (the server hung up)")


def test_a_server_that_never_makes_the_connection_secure(server: Server) -> None:
    server.greeting = lambda connection: server.stopping.wait(5)

    fetched = ask(server, server.address.replace("http:", "https:"), intranet=True, collecting=SHORT)

    assert (fetched.fault, fetched.problem) == ("timeout", "no secure connection within 0.15 s")


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


def test_a_host_that_is_busy_keeps_no_other_waiting(server: Server) -> None:
    gate = threading.Event()

    def held(connection: socket.socket) -> None:
        assert gate.wait(5)
        connection.sendall(reply(b"at last"))

    def opening(connection: socket.socket) -> None:
        connection.sendall(reply(b"x"))
        gate.set()

    server.answers.update({f"/{n}": held for n in range(5)} | {"/other": opening})
    urls = [*(f"http://{HOST}/{n}" for n in range(5)), "http://other.example.net/other"]
    requests = [Request(feed=Feed(id=url, name="", url=url)) for url in urls]
    hosts = {HOST: server.address, "other.example.net": server.address}

    fetched = fetch_all(requests, collecting=replace(QUICK, concurrency=2, per_host=1), now=NOW, hosts=hosts)

    assert [one.state for one in fetched] == ["new"] * 6


def test_requests_to_one_host_begin_so_far_apart(server: Server) -> None:
    server.answers.update({f"/{n}": reply(b"x") for n in range(3)})
    requests = [Request(feed=Feed(id=str(n), name="", url=f"http://{HOST}/{n}")) for n in range(3)]
    spaced = replace(QUICK, spacing=timedelta(seconds=0.06))

    fetch_all(requests, collecting=spaced, now=NOW, hosts={HOST: server.address})

    began = [asked.at for asked in server.asked]
    assert len(began) == 3
    assert began[2] - began[0] > 0.1


def test_a_host_that_limits_two_addresses_is_left_alone_for_the_rest_of_the_run(server: Server) -> None:
    server.answers.update({
        "/0": reply(status="429 Too Many Requests", Retry_After="600"),
        "/1": reply(status="503 Service Unavailable", Retry_After="3600"),
        "/2": reply(b"x"),
        "/3": reply(b"x"),
    })  # fmt: skip
    requests = [Request(feed=Feed(id=str(n), name="", url=f"http://{HOST}/{n}")) for n in range(4)]
    one_by_one = replace(QUICK, per_host=1)

    fetched = fetch_all(requests, collecting=one_by_one, now=NOW, hosts={HOST: server.address})

    assert [one.state for one in fetched] == ["failed", "failed", "waiting", "waiting"]
    assert [asked.path for asked in server.asked] == ["/0", "/1"]
    assert fetched[3].retry_at == NOW + timedelta(hours=1)
    assert fetched[3].problem == f"{HOST} asked two of its feeds to wait, the last until 2025-03-03 10:00 UTC"


def test_one_limited_address_says_nothing_of_its_host(server: Server) -> None:
    server.answers.update({"/0": reply(status="429 Too Many Requests", Retry_After="600"), "/1": reply(b"x")})
    requests = [Request(feed=Feed(id=str(n), name="", url=f"http://{HOST}/{n}")) for n in (0, 0, 1)]

    fetched = fetch_all(requests, collecting=replace(QUICK, per_host=1), now=NOW, hosts={HOST: server.address})

    assert [one.state for one in fetched] == ["failed", "failed", "new"]


def test_validators_go_to_the_address_that_gave_them_and_to_no_other(server: Server) -> None:
    server.answers["/a"] = reply(status="301 Moved", Location="http://other.example.net/b")
    server.answers["/b"] = reply(status="304 Not Modified")
    known = Validators(etag='"b"', last_modified="then", body_hash="h", url="http://other.example.net/b")

    fetched = ask(server, validators=known)

    assert (fetched.state, fetched.moved, fetched.validators) == ("same", True, known)
    assert ["if-none-match" in asked.headers for asked in server.asked] == [False, True]


def test_validators_of_an_address_that_now_redirects_are_not_sent_on(server: Server) -> None:
    server.answers["/a"] = reply(status="302 Found", Location="http://other.example.net/b")
    server.answers["/b"] = reply(b"x", ETag='"b"')

    fetched = ask(server, validators=Validators(etag='"a"', body_hash="h"))

    assert [asked.headers.get("if-none-match") for asked in server.asked] == ['"a"', None]
    assert (fetched.validators.etag, fetched.validators.url) == ('"b"', "http://other.example.net/b")


@pytest.mark.parametrize(
    ("statuses", "moved"), [(["301"], True), (["308", "301"], True), (["301", "302"], False), (["302", "301"], False)]
)
def test_a_feed_has_moved_if_every_redirect_says_for_good(server: Server, statuses: list[str], moved: bool) -> None:
    ways = ["/a", "/b", "/c"]
    for here, there, status in zip(ways, ways[1:], statuses, strict=False):
        server.answers[here] = reply(status=f"{status} Elsewhere", Location=there)
    server.answers[ways[len(statuses)]] = reply(b"x")

    fetched = ask(server)

    assert (fetched.state, fetched.moved) == ("new", moved)


def test_a_feed_is_asked_where_it_is_known_to_have_moved_to(server: Server) -> None:
    server.answers["/b"] = reply(b"x")

    fetched = ask(server, instead="http://other.example.net/b")

    assert (fetched.state, fetched.moved, fetched.url) == ("new", False, "http://other.example.net/b")


def test_a_feed_may_have_us_say_another_name(server: Server) -> None:
    ask(server, user_agent="Feeds of example.org\r\nX: y")

    assert server.asked[0].headers["user-agent"] == "Feeds of example.orgX: y"


def test_a_login_page_at_the_end_of_redirects_is_named_as_such(server: Server) -> None:
    server.answers["/a"] = reply(status="302 Found", Location="/users/login?next=%2Fa")
    server.answers["/users/login?next=%2Fa"] = reply(b"<html>", Content_Type="text/html; charset=utf-8")

    fetched = ask(server)

    assert (fetched.state, fetched.fault, fetched.document) == ("login", "login", None)
    assert fetched.problem == f"a login page stands before the feed: http://{HOST}/users/login?next=%2Fa"


def test_an_answer_says_its_type_and_how_long_it_stays_good(server: Server) -> None:
    server.answers["/a"] = reply(b"x", Content_Type="application/atom+xml", Cache_Control="max-age=3600", Age="600")

    fetched = ask(server)

    assert fetched.content_type == "application/atom+xml"
    assert fetched.fresh_until == NOW + timedelta(minutes=50)


def test_nothing_to_fetch_is_no_fault() -> None:
    assert fetch_all([], collecting=QUICK, now=NOW) == ()


def test_a_host_of_another_script_is_asked_under_its_ascii_name(server: Server) -> None:
    server.answers["/a"] = reply(b"<rss/>")
    request = Request(feed=Feed(id="a", name="A", url="https://bücher.example/a"), validators=Validators())

    (fetched,) = fetch_all([request], collecting=QUICK, now=NOW, hosts={"bücher.example": server.address})

    assert (fetched.state, fetched.url) == ("new", "https://bücher.example/a")
    assert server.asked[0].headers["host"] == "xn--bcher-kva.example"
