"""The reader's door."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from starlette.testclient import TestClient

from newsletter.errors import StoreFault
from newsletter.mail.letter.tokens import make_token
from newsletter.model.audience import Subscriber, address
from newsletter.web.app import PageState, make_app

NOW = datetime(2024, 6, 8, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests"
TOKEN = make_token(SECRET, "unsubscribe", "ada")
PATH = f"/unsubscribe/{TOKEN}"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class People:
    """Subscribers in memory; `asked` are the calls that change something."""

    reader: Subscriber = field(
        default_factory=lambda: Subscriber(id=1, key="ada", address=address("ada@reader.example"), joined=NOW)
    )
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    fault: Exception | None = None

    def by_key(self, key: str) -> Subscriber | None:
        return self.reader if key == self.reader.key else None

    def leave(self, key: str, now: datetime) -> bool:
        if self.fault is not None:
            raise self.fault
        self.asked.append((key, now))
        changed = self.reader.key == key and self.reader.standing != "left"
        if changed:
            self.reader = replace(self.reader, standing="left")
        return changed


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def page(state: PageState, action: str) -> str:
    form = f'<form method="post" action="{action}"><button>Unsubscribe</button></form>' if state == "ask" else ""
    return f"<!doctype html><title>{state}</title><p>{state}</p>{form}"


def open_door(people: People, *, site: Path | None = None, below: str = "") -> TestClient:
    app = make_app(subscribers=people, secret=SECRET, clock=StoppedClock(), pages=page, site=site, below=below)
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_following_the_link_changes_nothing(method: str) -> None:
    people = People()

    answers = [open_door(people).request(method, PATH, headers={"Purpose": "prefetch"}) for _ in range(3)]

    assert [a.status_code for a in answers] == [200] * 3
    assert people.asked == []
    assert people.reader.standing == "active"


def test_the_page_has_a_button_that_leads_to_itself() -> None:
    answer = open_door(People()).get(PATH)

    assert f'<form method="post" action="{TOKEN}">' in answer.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": ONE_CLICK}, id="one-click, urlencoded"),
        pytest.param({"files": {"List-Unsubscribe": (None, "One-Click")}}, id="one-click, multipart"),
        pytest.param({"data": {}}, id="the button of the page"),
        pytest.param({"content": b"\xff\x00 rubbish"}, id="any body"),
    ],
)
def test_post_ends_the_subscription_at_once(body: dict[str, object]) -> None:
    people = People()

    answer = open_door(people).post(PATH, **body)  # type: ignore[arg-type]

    assert people.reader.standing == "left"
    assert people.asked == [("ada", NOW)]
    assert answer.status_code == 200
    assert "<p>done</p>" in answer.text
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers


def test_leaving_twice_is_the_same_as_once() -> None:
    people = People()
    door = open_door(people)

    answers = [door.post(PATH, data=ONE_CLICK) for _ in range(2)]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].text == answers[1].text


@pytest.mark.parametrize("standing", ["left", "erased"])
def test_who_has_left_is_told_so_and_not_asked_again(standing: str) -> None:
    people = People()
    people.reader = replace(people.reader, **({"key": "bob"} if standing == "erased" else {"standing": "left"}))  # type: ignore[arg-type]

    answer = open_door(people).get(PATH)

    assert (answer.status_code, "<p>done</p>" in answer.text) == (200, True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="short"),
        pytest.param(TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B"), id="changed"),
        pytest.param(make_token("another", "unsubscribe", "ada"), id="another secret"),
        pytest.param(make_token(SECRET, "confirm", "ada"), id="another purpose"),
        pytest.param("%C3%A9" * 30, id="not ASCII"),
    ],
)
def test_a_link_that_is_none_of_ours_opens_nothing(method: str, token: str) -> None:
    people = People()

    answer = open_door(people).request(method, f"/unsubscribe/{token}")

    assert answer.status_code == 404
    assert people.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_other_method_does_anything(method: str) -> None:
    people = People()

    answer = open_door(people).request(method, PATH)

    assert answer.status_code in (404, 405)
    assert people.asked == []


@pytest.mark.parametrize("path", [PATH, "/unsubscribe/unknown"])
def test_the_pages_are_kept_by_nobody_and_load_nothing(path: str) -> None:
    headers = open_door(People()).get(path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert all(part in policy for part in ("default-src 'none'", "style-src 'unsafe-inline'", "form-action 'self'"))


def test_a_store_that_fails_promises_nothing_and_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    people = People(fault=StoreFault("the database is locked"))

    with caplog.at_level(logging.ERROR):
        answer = open_door(people).post(PATH, data=ONE_CLICK)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "the database is locked" in caplog.text
    assert TOKEN not in caplog.text


def test_the_door_says_that_it_is_open() -> None:
    assert open_door(People()).get("/healthz").text == "ok\n"


def test_the_archive_is_served_and_may_come_later(tmp_path: Path) -> None:
    door = open_door(People(), site=tmp_path / "site")

    before = door.get("/")
    (tmp_path / "site" / "issues" / "2024-W23").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text("<h1>All issues</h1>")
    (tmp_path / "site" / "issues" / "2024-W23" / "index.html").write_text("<h1>Week 23</h1>")

    assert before.status_code == 404
    assert "All issues" in door.get("/").text
    assert "Week 23" in door.get("/issues/2024-W23/").text
    assert door.get("/../secret").status_code == 404
    assert door.get("/nothing").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/our/news"])
def test_below_a_path_all_is_answered_whether_the_server_in_front_leaves_the_path_or_not(
    tmp_path: Path, prefix: str
) -> None:
    (tmp_path / "index.html").write_text("<h1>All issues</h1>", encoding="utf-8")
    (tmp_path / "404.html").write_text("<h1>Not here</h1>", encoding="utf-8")
    people = People()
    door = open_door(people, site=tmp_path, below="/our/news")

    asked, left = door.get(prefix + PATH), door.post(prefix + PATH, data=ONE_CLICK)
    first, missing = door.get(f"{prefix}/"), door.get(f"{prefix}/nowhere/")

    assert (asked.status_code, left.status_code, people.reader.standing) == (200, 200, "left")
    assert f'action="{TOKEN}"' in asked.text
    assert "All issues" in first.text
    assert (missing.status_code, missing.text) == (404, "<h1>Not here</h1>")


def test_without_an_archive_there_is_only_the_door() -> None:
    assert open_door(People()).get("/").status_code == 404


@pytest.fixture
def port_of(tmp_path: Path) -> Iterator[tuple[int, People]]:
    people = People()
    app = make_app(subscribers=people, secret=SECRET, clock=StoppedClock(), pages=page, site=None)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1], people
        server.should_exit = True
        thread.join()


def test_a_mail_program_can_send_its_click_and_another_over_one_real_connection(port_of: tuple[int, People]) -> None:
    port, people = port_of
    body = b"List-Unsubscribe=One-Click"
    post = (
        f"POST {PATH} HTTP/1.1\r\nHost: pulse.example.com\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode()

    with socket.create_connection(("127.0.0.1", port)) as peer, peer.makefile("rb") as said:
        peer.sendall(post + body)
        first = said.readline()
        peer.sendall(post.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body)
        rest = said.read()

    assert first == b"HTTP/1.1 200 OK\r\n"
    assert b"HTTP/1.1 200 OK\r\n" in rest
    assert people.reader.standing == "left"
    assert len(people.asked) == 2
