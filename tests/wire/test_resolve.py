"""Short links followed, against a real server on loopback."""

from __future__ import annotations

import gzip
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.settings import Collecting
from newsletter.wire.resolve import MOST_HOPS, Resolved, resolve_all
from tests.wire.server import Server, reply

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
QUICK = Collecting(
    concurrency=8, spacing=timedelta(0), timeout=timedelta(seconds=5), contact="https://pulse.example.com/about"
)
SHORT = replace(QUICK, timeout=timedelta(seconds=0.3))
LINK, OTHER = "https://t.co/a", "https://bit.ly/b"
STORY = "https://news.example.org/2025/zoom-waits"


def ask(server: Server, *links: str, collecting: Collecting = QUICK) -> Sequence[Resolved]:
    """Resolve links; every redirector of the tests is the server, and no other host can be reached."""
    heard: dict[str, Resolved] = {}
    hosts = dict.fromkeys(("t.co", "bit.ly", "lnkd.in", "news.google.com"), server.address)

    targets = resolve_all(
        links, collecting=collecting, now=NOW, hosts=hosts, on_resolved=lambda one: heard.update({one.link: one})
    )

    assert list(targets) == list(dict.fromkeys(links))
    assert {link: one.target or None for link, one in heard.items()} == targets
    return [heard[link] for link in targets]


def target(server: Server, link: str = LINK, *, collecting: Collecting = QUICK) -> str:
    (one,) = ask(server, link, collecting=collecting)
    return one.target


def problem(server: Server, link: str = LINK, *, collecting: Collecting = QUICK) -> str:
    (one,) = ask(server, link, collecting=collecting)
    assert one.target == ""
    return one.problem


def sends_on(to: str, *, status: str = "301 Moved Permanently") -> bytes:
    return reply(status=status, Location=to)


def page(inside: str) -> bytes:
    return reply(f"<html><head>{inside}</head></html>".encode(), Content_Type="text/html; charset=utf-8")


def asked(server: Server) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in server.asked]


def test_a_link_is_asked_by_head_once_and_the_publisher_not_at_all(server: Server) -> None:
    server.answers["/a"] = sends_on(STORY)

    assert target(server) == STORY
    assert asked(server) == [("HEAD", "/a")]
    assert server.asked[0].headers["host"] == "t.co"
    assert server.asked[0].headers["user-agent"].endswith("(+https://pulse.example.com/about)")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_every_kind_of_redirect_is_followed_through_a_chain_of_redirectors(server: Server, status: str) -> None:
    server.answers |= {
        "/a": sends_on(OTHER, status=status),
        "/b": sends_on("/c", status=status),
        "/c": sends_on(f"{STORY}?utm_source=t.co&id=7#part", status=status),
    }

    assert target(server) == f"{STORY}?id=7#part"
    assert [path for _, path in asked(server)] == ["/a", "/b", "/c"]


def test_a_link_typed_without_its_scheme_is_answered_as_typed(server: Server) -> None:
    server.answers["/a"] = sends_on(STORY)

    assert ask(server, "t.co/a", "t.co/a") == [Resolved(link="t.co/a", target=STORY)]


@pytest.mark.parametrize(
    "refusal",
    [
        reply(status="403 Forbidden"),
        reply(status="404 Not Found"),
        reply(status="405 Method Not Allowed"),
        reply(status="501 Not Implemented"),
        reply(),
        reply(status="302 Found"),
        b"",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=["403", "404", "405", "501", "200", "302 to nowhere", "hangs up", "nonsense"],
)
def test_where_head_is_refused_or_sends_nobody_on_the_page_is_asked(server: Server, refusal: bytes) -> None:
    server.answers |= {"/a": sends_on(STORY), "HEAD /a": refusal}

    assert target(server) == STORY
    assert asked(server) == [("HEAD", "/a"), ("GET", "/a")]


def test_a_head_that_is_never_answered_leaves_time_for_the_page(server: Server) -> None:
    server.answers |= {"/a": sends_on(STORY), "HEAD /a": silence(server)}

    assert target(server, collecting=replace(QUICK, timeout=timedelta(seconds=0.6))) == STORY


def silence(server: Server) -> Callable[[socket.socket], None]:
    def wait(_: socket.socket) -> None:
        server.stopping.wait(3)

    return wait


@pytest.mark.parametrize(
    "inside",
    [
        f'<noscript><META http-equiv="refresh" content="0;URL={STORY}"></noscript>',
        f"<meta http-equiv=refresh content='{' ' * 3000}0{' ' * 500};\n url = {STORY}'>",
        f"<meta content='3; url=&quot;{STORY}&quot;' http-equiv=refresh />",
        f'<meta name="x" content="y"><meta http-equiv="Refresh" content="0, url=\'{STORY}\'">',
        f'<!-- <meta http-equiv=refresh content="0;url=/gone"> --><meta http-equiv=refresh content="0;url={STORY}">',
    ],
)
def test_a_page_that_only_sends_on_is_followed(server: Server, inside: str) -> None:
    server.answers["/a"] = page(inside)

    assert target(server) == STORY


def test_a_page_is_read_although_it_is_packed_unasked_and_only_its_beginning_is(server: Server) -> None:
    refresh = f'<meta http-equiv="refresh" content="0;url={STORY}">'
    packed = gzip.compress(f"{refresh}{' ' * 9_000_000}".encode())
    server.answers |= {
        "/a": reply(packed, Content_Type="text/html", Content_Encoding="gzip"),
        "/b": page(" " * 70_000 + refresh),
    }

    near, far = ask(server, LINK, OTHER)

    assert (near.target, far.target) == (STORY, "")


def test_a_refresh_in_the_head_of_an_answer_is_followed(server: Server) -> None:
    server.answers["/a"] = reply(Refresh=f"0; url={STORY}")

    assert target(server) == STORY


@pytest.mark.parametrize(
    "tag",
    ["<meta ", '<meta http-equiv="refresh" content="', "<!--", f"<meta http-equiv=refresh content='{' ' * 3900}'>"],
)
def test_a_page_of_signs_takes_no_time(server: Server, tag: str) -> None:
    server.answers["/a"] = page(tag * (65_000 // len(tag)))

    # A quadratic reading would need minutes for it.
    assert problem(server) == "HTTP 200, and no word of where it leads"


def test_a_circle_ends(server: Server) -> None:
    server.answers |= {"/a": sends_on(OTHER), "/b": sends_on(LINK)}

    assert problem(server) == "redirects in a circle"
    assert [path for _, path in asked(server)] == ["/a", "/b"]


def test_a_chain_ends_after_ten_redirectors(server: Server) -> None:
    server.answers |= {f"/{n}": sends_on(f"/{n + 1}") for n in range(30)}

    assert problem(server, "https://t.co/0") == "more than 10 redirects"
    assert len(server.asked) == MOST_HOPS


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/admin",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://2130706433/",
        "http://localhost/x",
        "http://router/",
        "http://wiki.internal/page",
        "http://printer.local./",
    ],
)
def test_a_target_in_a_private_network_counts_as_failed(server: Server, to: str) -> None:
    server.answers["/a"] = sends_on(to)

    assert problem(server).endswith("in a private network")


@pytest.mark.parametrize(
    "to",
    ["javascript:alert(1)", "mailto:ada@example.org", "https://me:secret@news.example.org/", "intent://x", "https://["],
)
def test_a_target_that_cannot_be_printed_counts_as_failed(server: Server, to: str) -> None:
    server.answers["/a"] = sends_on(to)

    assert "no address" in (said := problem(server)) or "cannot be printed" in said


@pytest.mark.parametrize(
    "to",
    ["https://consent.example.com/m?continue=x", "https://www.linkedin.com/authwall?x=1", "https://a.example/login"],
)
def test_a_login_or_a_question_is_not_where_a_link_leads(server: Server, to: str) -> None:
    server.answers["/a"] = sends_on(to)

    assert problem(server).startswith("leads to a login or a question at ")


@pytest.mark.parametrize(
    "wrapped",
    ["https://www.linkedin.com/authwall?sessionRedirect={}", "https://web.archive.org/web/2025/https://bit.ly/b"],
)
def test_what_stands_before_a_short_link_or_a_story_and_carries_it_is_taken_off(server: Server, wrapped: str) -> None:
    server.answers |= {"/a": sends_on(wrapped.format(STORY)), "/b": sends_on(STORY)}

    assert target(server) == STORY


def test_an_archives_copy_of_a_story_stays_one(server: Server) -> None:
    server.answers["/a"] = sends_on(f"https://web.archive.org/web/2025/{STORY}")

    assert target(server) == f"https://web.archive.org/web/2025/{STORY}"


@pytest.mark.parametrize(
    "to", ["https://login.gov/news", "https://a.example/login-records", "https://a.example/on-auth"]
)
def test_a_story_about_logins_is_one(server: Server, to: str) -> None:
    server.answers["/a"] = sends_on(to)

    assert target(server) == to


def test_a_password_is_given_to_nobody(server: Server) -> None:
    server.answers |= {"/a": sends_on("https://me:secret@bit.ly/b"), "/b": sends_on(STORY)}

    assert problem(server).endswith("which cannot be asked")
    assert [path for _, path in asked(server)] == ["/a"]


def test_a_redirector_that_lies_in_a_private_network_is_not_asked(server: Server) -> None:
    heard: list[Resolved] = []

    resolve_all([LINK], collecting=QUICK, now=NOW, on_resolved=heard.append, resolve=lambda _: ["10.0.0.7"])

    assert [one.problem for one in heard] == ["t.co leads to 10.0.0.7, an address of a private network"]


def test_a_redirector_reached_by_a_redirect_is_checked_like_the_first(server: Server) -> None:
    server.answers["/a"] = sends_on("https://tinyurl.com/x")
    heard: list[Resolved] = []

    resolve_all(
        [LINK],
        collecting=QUICK,
        now=NOW,
        hosts={"t.co": server.address},
        on_resolved=heard.append,
        resolve=lambda _: ["192.168.0.1"],
    )

    assert [one.problem for one in heard] == ["tinyurl.com leads to 192.168.0.1, an address of a private network"]


def test_a_server_that_never_answers_costs_the_time_of_one_chain(server: Server) -> None:
    server.answers |= {"/a": sends_on("/b"), "/b": silence(server)}

    assert problem(server, collecting=SHORT) == "no answer within 0.3 s"


def test_a_host_that_answers_nobody_is_asked_three_times_at_most_at_once(server: Server) -> None:
    server.greeting = lambda connection: connection.shutdown(socket.SHUT_RDWR)
    one_by_one = replace(QUICK, per_host=1)

    said = [one.problem for one in ask(server, *(f"https://t.co/{n}" for n in range(6)), collecting=one_by_one)]

    assert said[3:] == ["t.co does not answer"] * 3
    assert len(set(said[:3])) == 1


def test_a_host_that_asks_for_rest_is_left_alone(server: Server) -> None:
    limits = reply(status="429 Too Many Requests", Retry_After="60")
    server.answers |= {f"/{n}": limits for n in range(5)}

    said = [
        one.problem
        for one in ask(server, *(f"https://t.co/{n}" for n in range(5)), collecting=replace(QUICK, per_host=1))
    ]

    assert said == ["HTTP 429, t.co asks for rest"] * 2 + ["t.co asks for rest"] * 3
    assert len(server.asked) == 2


def test_one_host_gets_no_more_requests_at_once_than_its_places(server: Server) -> None:
    together = server.answer_together(2, sends_on(STORY))
    server.answers |= {f"/{n}": together for n in range(6)}

    found = ask(server, *(f"https://t.co/{n}" for n in range(6)), collecting=replace(QUICK, per_host=2))

    assert [one.target for one in found] == [STORY] * 6
    assert server.most_open == 2


def test_a_failed_link_leaves_the_others_alone(server: Server) -> None:
    server.answers["/b"] = sends_on(STORY)

    failed, found = ask(server, LINK, OTHER)

    assert (failed.problem, found.target) == ("HTTP 404, and no word of where it leads", STORY)


def google_news(inside: str) -> str:
    data = b"\x08\x13\x22" + bytes((len(inside),)) + inside.encode() + b"\xd2\x01\x00"
    return f"https://news.google.com/rss/articles/{urlsafe_b64encode(data).decode().rstrip('=')}?oc=5"


def test_an_address_that_a_link_carries_is_read_off_without_the_network(server: Server) -> None:
    inside = google_news(STORY)
    wrapped = "https://www.google.com/url?q=https%3A%2F%2Ft.co%2Fa"
    server.answers["/a"] = sends_on(f"https://l.facebook.com/l.php?u={STORY}")

    found = ask(server, inside, google_news("AU_yqLNobodyCanReadThis"), wrapped)

    assert [one.target for one in found] == [STORY, "", STORY]
    assert asked(server) == [("HEAD", "/a")]


def test_nothing_to_ask_asks_nothing() -> None:
    assert resolve_all([], collecting=QUICK, now=NOW) == {}
