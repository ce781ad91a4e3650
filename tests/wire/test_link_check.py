"""Whether printed links still lead somewhere, against a real server on loopback: mild with all but what is plain."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.settings import Collecting
from newsletter.wire.link_check import Asked, check_links
from tests.wire.server import Server, reply

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
QUICK = Collecting(
    concurrency=8, spacing=timedelta(0), timeout=timedelta(seconds=5), contact="https://pulse.example.com/about"
)
SHORT = replace(QUICK, timeout=timedelta(seconds=0.3))
SITE = "https://news.example.org"
PAGE = f"{SITE}/2025/zoom-waits"
PATH = "/2025/zoom-waits"


def nobody(host: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, f"{host} is not known")


def no_answer(host: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_AGAIN, f"no name server answers for {host}")


def ask(
    server: Server, *links: str, collecting: Collecting = QUICK, resolve: Callable[[str], Sequence[str]] = nobody
) -> tuple[Asked, ...]:
    """Check links; the site of the tests is the server, and every other host is as `resolve` says."""
    heard: dict[str, Asked] = {}
    hosts = dict.fromkeys(("news.example.org", "www.example.org"), server.address)

    found = check_links(
        links,
        collecting=collecting,
        now=NOW,
        hosts=hosts,
        resolve=resolve,
        on_checked=lambda one: heard.update({one.link: one}),
    )

    assert [one.link for one in found] == list(dict.fromkeys(links))
    assert heard == {one.link: one for one in found}
    return found


def verdict(server: Server, link: str = PAGE, *, collecting: Collecting = QUICK) -> tuple[str, str]:
    (one,) = ask(server, link, collecting=collecting)
    return one.verdict, one.what


def methods(server: Server) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in server.asked]


def silence(server: Server) -> Callable[[socket.socket], None]:
    def wait(_: socket.socket) -> None:
        server.stopping.wait(3)

    return wait


def test_a_page_that_is_there_is_asked_once_by_head(server: Server) -> None:
    server.answers[PATH] = reply(b"<p>The page.</p>", Content_Type="text/html")

    assert ask(server, PAGE, PAGE) == (Asked(link=PAGE),)
    assert methods(server) == [("HEAD", PATH)]
    assert server.asked[0].headers["user-agent"].endswith("(+https://pulse.example.com/about)")


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "405 Not Allowed", "500 Oops", "501 No"])
def test_a_server_that_refuses_head_is_asked_for_the_page(server: Server, status: str) -> None:
    server.answers |= {PATH: reply(b"here"), f"HEAD {PATH}": reply(status=status)}

    assert verdict(server) == ("ok", "")
    assert methods(server) == [("HEAD", PATH), ("GET", PATH)]


def test_a_head_that_is_never_answered_leaves_time_for_the_page(server: Server) -> None:
    server.answers |= {PATH: reply(b"here"), f"HEAD {PATH}": silence(server)}

    assert verdict(server, collecting=replace(QUICK, timeout=timedelta(seconds=0.6))) == ("ok", "")


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("404 Not Found", "HTTP 404: the page is not there"),
        ("410 Gone", "HTTP 410: the page was taken away for good"),
    ],
)
def test_a_page_that_its_server_does_not_have_is_gone(server: Server, status: str, what: str) -> None:
    server.answers[PATH] = reply(status=status)

    assert verdict(server) == ("gone", what)


@pytest.mark.parametrize("status", [401, 403, 429, 451, 500, 503, 999])
def test_a_refusal_says_nothing_of_the_page(server: Server, status: int) -> None:
    server.answers[PATH] = reply(status=f"{status} No")

    assert verdict(server) == ("unsure", f"HTTP {status}")


def test_a_host_that_nobody_knows_is_gone_and_one_that_no_server_tells_of_is_not(server: Server) -> None:
    link = "https://forgotten.example.net/page"

    (unknown,) = ask(server, link)
    (untold,) = ask(server, link, resolve=no_answer)

    assert (unknown.verdict, unknown.what) == ("gone", "the server's name is not known (DNS)")
    assert (untold.verdict, untold.what) == ("unsure", "the name server did not answer (DNS)")
    assert not unknown.answered
    assert not untold.answered


def test_every_page_of_a_host_that_nobody_knows_is_gone(server: Server) -> None:
    found = ask(server, *(f"https://forgotten.example.net/{n}" for n in range(4)))

    assert [one.verdict for one in found] == ["gone"] * 4


def test_a_server_that_says_nothing_in_time_is_no_fault_of_the_page(server: Server) -> None:
    server.answers[PATH] = silence(server)

    assert verdict(server, collecting=SHORT) == ("unsure", "no answer within 0.3 s")


def test_a_host_without_an_answer_is_not_asked_for_every_page(server: Server) -> None:
    links = [f"{SITE}/{n}" for n in range(4)]
    server.answers |= {f"/{n}": b"" for n in range(4)}

    found = ask(server, *links, collecting=replace(QUICK, per_host=1))

    assert [one.verdict for one in found] == ["unsure"] * 4
    assert found[-1].what == "news.example.org does not answer"
    assert [method for method, _ in methods(server)].count("GET") == 2


def test_a_host_that_asks_for_rest_is_left_alone(server: Server) -> None:
    server.answers |= {f"/{n}": reply(status="429 Slow down", Retry_After="600") for n in range(4)}

    found = ask(server, *(f"{SITE}/{n}" for n in range(4)), collecting=replace(QUICK, per_host=1))

    assert [one.what for one in found] == ["HTTP 429", "HTTP 429"] + ["news.example.org asks for rest"] * 2


def test_where_a_page_moved_for_good_is_told(server: Server) -> None:
    server.answers |= {
        PATH: reply(status="301 Moved", Location="/moved"),
        "/moved": reply(status="308 Moved", Location=f"{SITE}/now?utm_source=x"),
        "/now?utm_source=x": reply(b"here"),
    }

    assert ask(server, PAGE) == (Asked(link=PAGE, moved=f"{SITE}/now"),)


def test_where_a_page_is_for_the_moment_is_nobodys_business(server: Server) -> None:
    server.answers |= {
        PATH: reply(status="301 Moved", Location="/consent"),
        "/consent": reply(status="302 Found", Location="/now"),
        "/now": reply(b"here"),
    }

    assert ask(server, PAGE) == (Asked(link=PAGE),)


def test_a_redirect_to_a_page_that_is_gone_is_gone_and_a_circle_is_not(server: Server) -> None:
    server.answers |= {
        "/away": reply(status="301 Moved", Location="/nowhere"),
        "/round": reply(status="302 Found", Location="/round"),
    }

    assert verdict(server, f"{SITE}/away") == ("gone", "HTTP 404: the page is not there")
    assert verdict(server, f"{SITE}/round") == ("unsure", "more than 10 redirects")


@pytest.mark.parametrize("to", ["http://127.0.0.1:9/x", "javascript:alert(1)", "http://[::1", "ftp://files.example/x"])
def test_a_redirect_leads_into_no_private_network_and_to_no_script(server: Server, to: str) -> None:
    server.answers[PATH] = reply(status="302 Found", Location=to)

    (found,) = ask(server, PAGE)

    assert found.verdict == "unsure"
    assert found.what
    assert methods(server) == [("HEAD", PATH)]


def test_no_links_open_no_network(server: Server) -> None:
    assert ask(server) == ()


def test_links_that_no_time_is_left_for_are_not_answered_for(server: Server) -> None:
    server.answers |= {path: reply(b"here") for path in ("/a", "/b", "/c")}
    patient = replace(QUICK, spacing=timedelta(seconds=30))
    links = [f"{SITE}{path}" for path in ("/a", "/b", "/c")]

    found = check_links(
        links, collecting=patient, now=NOW, hosts={"news.example.org": server.address}, resolve=nobody, within=0.3
    )

    assert [(one.link, one.verdict) for one in found] == [(f"{SITE}/a", "ok")]
