"""Connections lead to public addresses only, whatever names, redirects and name servers say."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.feeds import Feed, Fetched
from newsletter.model.settings import Collecting
from newsletter.wire.addresses import is_public
from newsletter.wire.fetch import Request, fetch_all
from newsletter.wire.names import Resolver
from tests.wire import secure
from tests.wire.secure import SecureServer
from tests.wire.server import Server, reply

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
QUICK = Collecting(concurrency=8, spacing=timedelta(0), timeout=timedelta(seconds=5))
SHORT = replace(QUICK, timeout=timedelta(seconds=0.4))
#: Public; the suite's own guard refuses to connect there and names it.
PUBLIC = "93.184.215.14"


def leads_to(*addresses: str) -> Resolver:
    return lambda host: addresses


HOME = leads_to("127.0.0.1")


def port_of(server: Server) -> str:
    return server.address.rpartition(":")[2]


def ask(
    *urls: str, intranet: bool = False, resolve: Resolver = HOME, collecting: Collecting = QUICK
) -> tuple[Fetched, ...]:
    feeds = [Feed(id=str(n), name="", url=url, intranet=intranet) for n, url in enumerate(urls)]
    return fetch_all(
        [Request(feed=feed) for feed in feeds], collecting=collecting, now=NOW, resolve=resolve, trust=secure.trust
    )


@pytest.mark.parametrize(
    "address", ["8.8.8.8", PUBLIC, "2606:4700::1111", "2a00:1450:4001:82a::200e", "::ffff:8.8.8.8"]
)
def test_an_address_that_anybody_may_use_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1
    192.88.99.1 192.168.1.1 198.18.0.1 203.0.113.5 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 3fff::1 fc00::1 fd12::1 fe80::1
    fe80::1%eth0 fec0::1 ff02::1 5f00::1 nonsense""".split(),
)
def test_an_address_with_a_purpose_of_its_own_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 2130706433 0x7f.1 127.1 0 [::1] [::ffff:127.0.0.1] [64:ff9b::7f00:1] "
    "169.254.169.254 localhost LOCALHOST localhost. feeds.localhost".split(),
)
def test_however_it_is_written_our_own_network_is_not_asked(server: Server, host: str) -> None:
    (fetched,) = ask(f"http://{host}:{port_of(server)}/a", resolve=leads_to(PUBLIC))

    assert (fetched.state, fetched.fault, server.asked) == ("refused", "address", [])


def test_the_refusal_names_host_and_address() -> None:
    (fetched,) = ask("http://wiki.example.com/feed", resolve=leads_to("10.1.2.3"))

    assert fetched.problem == "wiki.example.com leads to 10.1.2.3, an address of a private network"


def test_of_several_addresses_only_public_ones_are_tried(server: Server) -> None:
    (fetched,) = ask(f"http://feeds.example.org:{port_of(server)}/a", resolve=leads_to("127.0.0.1", PUBLIC))

    assert PUBLIC in fetched.problem
    assert server.asked == []


def test_a_name_that_changes_its_address_is_connected_to_the_one_that_was_checked(server: Server) -> None:
    answers = [(PUBLIC,), ("127.0.0.1",), ("127.0.0.1",)]

    def rebind(host: str) -> Sequence[str]:
        return answers.pop(0)

    url = f"http://feeds.example.org:{port_of(server)}"
    fetched = ask(f"{url}/a", f"{url}/b", resolve=rebind)

    assert all(PUBLIC in one.problem for one in fetched)
    assert server.asked == []
    assert len(answers) == 2


def test_a_redirect_into_our_own_network_is_not_followed(server: Server) -> None:
    server.answers["/a"] = reply(status="302 Found", Location=f"{server.address}/secret")
    request = Request(feed=Feed(id="a", name="", url="http://feeds.example.org/a"))

    (fetched,) = fetch_all([request], collecting=QUICK, now=NOW, hosts={"feeds.example.org": server.address})

    assert (fetched.state, fetched.fault) == ("refused", "address")
    assert [asked.path for asked in server.asked] == ["/a"]


def test_a_feed_of_the_intranet_may_lead_there_with_all_its_redirects(server: Server) -> None:
    server.answers["/a"] = reply(status="302 Found", Location=f"http://localhost:{port_of(server)}/b")
    server.answers["/b"] = reply(b"here")

    (fetched,) = ask(f"{server.address}/a", intranet=True)

    assert fetched.state == "new"


def test_the_next_address_is_tried_where_one_refuses(server: Server) -> None:
    server.answers["/a"] = reply(b"here")

    (fetched,) = ask(
        f"http://feeds.example.org:{port_of(server)}/a", intranet=True, resolve=leads_to("127.0.0.2", "127.0.0.1")
    )

    assert fetched.state == "new"


def test_a_look_up_that_hangs_holds_up_neither_the_others_nor_the_end(server: Server) -> None:
    server.answers["/a"] = reply(b"here")
    over = threading.Event()

    def hang(host: str) -> Sequence[str]:
        if host.startswith("dead"):
            over.wait(20)
        return ("127.0.0.1",)

    dead = [f"http://dead{n}.example/" for n in range(6)]
    try:
        *lost, live = ask(
            *dead, f"http://feeds.example.org:{port_of(server)}/a", intranet=True, resolve=hang, collecting=SHORT
        )
        hanging = [thread.daemon for thread in threading.enumerate() if thread.name == "newsletter look-up"]
    finally:
        over.set()

    assert live.state == "new"
    assert len(hanging) >= 6
    assert all(hanging)
    assert {(one.fault, one.problem) for one in lost} == {("dns", "the name server did not answer (DNS)")}


def test_one_name_is_looked_up_once_a_run(server: Server) -> None:
    server.answers["/a"] = reply(b"here")
    looked_up: list[str] = []

    def note(host: str) -> Sequence[str]:
        looked_up.append(host)
        return ("127.0.0.1",)

    url = f"http://feeds.example.org:{port_of(server)}/a"
    ask(url, url, url, intranet=True, resolve=note)

    assert looked_up == ["feeds.example.org"]


def test_a_name_without_an_address_and_one_that_can_be_none_are_told_apart() -> None:
    none, odd = ask("http://feeds.example.org/", f"http://{'x' * 70}.example/", resolve=_as_the_system)

    assert (none.fault, none.problem) == ("dns", "the server's name is not known (DNS)")
    assert (odd.fault, odd.problem) == ("dns", "the server's name is not a valid one")


def _as_the_system(host: str) -> Sequence[str]:
    host.encode("idna")
    return ()


def test_http_2_is_spoken_where_it_is_offered(secure_server: SecureServer) -> None:
    body = b"<rss>" + b"x" * 50_000 + b"</rss>"
    secure_server.bodies["/a?b"] = body

    (fetched,) = ask(f"https://feeds.example.org:{secure_server.port}/a?b", intranet=True)

    assert (fetched.state, fetched.validators.etag) == ("new", '"h2"')
    assert fetched.document is not None
    assert fetched.document.plain() == body
    assert secure_server.asked[0][":authority"] == f"feeds.example.org:{secure_server.port}"


def test_a_stream_of_http_2_that_is_reset_is_a_connection_that_broke(secure_server: SecureServer) -> None:
    secure_server.bodies["/a"] = None

    (fetched,) = ask(f"https://feeds.example.org:{secure_server.port}/a", intranet=True)

    assert (fetched.state, fetched.fault, fetched.problem) == ("failed", "broken-off", "the connection broke")


@pytest.mark.parametrize("host", ["feeds.example.com", "127.0.0.1"])
def test_a_certificate_is_checked_against_the_name(secure_server: SecureServer, host: str) -> None:
    (fetched,) = ask(f"https://{host}:{secure_server.port}/", intranet=True)

    assert (fetched.state, fetched.fault) == ("failed", "tls")
    assert fetched.problem.startswith("TLS: certificate not valid (")
    assert host in fetched.problem


def test_a_certificate_of_an_unknown_authority_is_told_with_the_reason(secure_server: SecureServer) -> None:
    feed = Feed(id="a", name="", url=f"https://feeds.example.org:{secure_server.port}/", intranet=True)

    (fetched,) = fetch_all([Request(feed=feed)], collecting=QUICK, now=NOW, resolve=leads_to("127.0.0.1"))

    assert fetched.fault == "tls"
    assert fetched.problem.lower().startswith("tls: certificate not valid (self")
