"""The feeds as an operator has them: found, added, tried, looked after, through the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from newsletter.__main__ import main
from tests.wire.server import Server, reply, running

RSS = b"""<rss version="2.0"><channel><title>The Daily "Vector"</title><link>https://vector.example.com/</link>
<item><title>Sparse attention &amp; friends</title><guid isPermaLink="false">1</guid><link>/1</link>
<pubDate>Wed, 05 Mar 2025 08:30:00 GMT</pubDate>
<description>Short &lt;b>words&lt;/b>&lt;script>alert(1)&lt;/script></description></item>
<item><title>A second one</title><guid isPermaLink="false">2</guid><link>/2</link></item></channel></rss>"""
PAGE = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/one.xml">
<link rel="alternate" type="application/atom+xml" href="/broken.xml"></head><body>Welcome</body></html>"""


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as one:
        one.answers |= {"/": reply(PAGE, Content_Type="text/html"), "/one.xml": reply(RSS)}
        yield one


@pytest.fixture
def pulse(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pulse"
    assert main(["init", str(folder)]) == 0
    (folder / "feeds.toml").write_text("# ours alone\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEWSLETTER__COLLECT__SPACING", "0s")
    capsys.readouterr()
    return folder


def test_the_feed_of_a_site_is_found_shown_and_added(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["feeds", "add", f"{server.address}/", "--section", "AI", "--intranet", "--yes"])

    said = capsys.readouterr().out
    assert code == 0
    assert "2025-03-05  Sparse attention & friends" in said
    written = (pulse / "feeds.toml").read_text(encoding="utf-8")
    assert written.startswith("# ours alone\n")
    assert main(["feeds", "list", "--json"]) == 0
    (feed,) = json.loads(capsys.readouterr().out)
    assert feed["name"] == 'The Daily "Vector"'
    assert (feed["id"], feed["section"], feed["intranet"]) == ("daily-vector", "AI", True)
    assert feed["url"] == f"{server.address}/one.xml"


def test_a_feed_that_stands_there_already_is_not_added_twice(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["feeds", "add", f"{server.address}/one.xml", "--intranet", "--yes"]
    assert main(arguments) == 0
    before = (pulse / "feeds.toml").read_bytes()

    code = main(arguments)

    assert code == 2
    assert "daily-vector" in capsys.readouterr().err
    assert (pulse / "feeds.toml").read_bytes() == before


def test_an_id_that_is_taken_or_none_is_refused_before_anything_is_written(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (pulse / "feeds.toml").read_bytes()

    code = main(["feeds", "add", f"{server.address}/one.xml", "--id", "Not An Id", "--intranet", "--yes"])

    assert code == 3
    assert "Not An Id" in capsys.readouterr().err
    assert (pulse / "feeds.toml").read_bytes() == before


def test_nothing_is_added_unless_somebody_says_yes(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    code = main(["feeds", "add", f"{server.address}/one.xml", "--intranet"])

    assert code == 0
    assert "Nothing was added." in capsys.readouterr().out
    assert (pulse / "feeds.toml").read_text(encoding="utf-8") == "# ours alone\n"


def test_a_site_without_a_feed_is_said_with_what_to_look_for(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers = {"/": reply(b"<html><body>nothing here</body></html>", Content_Type="text/html")}

    code = main(["feeds", "add", f"{server.address}/", "--intranet", "--yes"])

    assert code == 2
    assert "a web page, not a feed" in capsys.readouterr().err
    assert len(server.asked) == 6


def test_an_address_that_leads_into_the_private_network_is_refused_with_its_mend(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["feeds", "test", f"{server.address}/one.xml"])

    assert code == 4
    assert "intranet = true" in capsys.readouterr().out
    assert server.asked == []


def test_a_file_is_tried_without_a_workspace_and_told_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved.xml").write_bytes(RSS)

    code = main(["feeds", "test", "saved.xml", "--url", "https://vector.example.com/feed.xml", "--json"])

    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert code == 0
    assert (told["source"], told["kind"], told["format"]) == ("saved.xml", "feed", "RSS 2.0")
    assert (told["repairs"], told["error"]) == ([], None)
    first, second = told["entries"]
    assert first["title"] == "Sparse attention & friends"
    assert first["link"] == "https://vector.example.com/1"
    assert first["published"] == "2025-03-05T08:30:00Z"
    assert first["html"].strip() == "Short <b>words</b>"
    assert first["summary"] == "Short words"
    assert second["published"] is None


def test_a_manifest_names_files_addresses_and_headers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ru.xml").write_bytes(
        b"<rss version='2.0'><channel><item><title>" + "Привет".encode("cp1251") + b"</title></item></channel></rss>"
    )
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "list.jsonl").write_text(
        '{"file": "ru.xml", "url": "https://ru.example/x", "http": {"Content-Type": "text/xml; charset=cp1251"}}\n'
        '\n{"file": "page.html", "url": "https://vector.example.com/", "extra": 1}\n{"file": "gone.xml"}\n',
        encoding="utf-8",
    )

    code = main(["feeds", "test", "--manifest", str(tmp_path / "list.jsonl"), "--json"])

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 4
    assert [one["kind"] for one in told] == ["feed", "not-feed", "refused"]
    assert told[0]["entries"][0]["title"] == "Привет"
    assert told[1]["discovers"] == ["https://vector.example.com/one.xml", "https://vector.example.com/broken.xml"]
    assert told[2]["error"] == "the file cannot be read: there is no such file"


def test_every_faulty_line_of_a_manifest_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"file": 1}\nnot json\n{"file": "a.xml", "http": []}\n{"file": "a.xml"}\n', encoding="utf-8")

    code = main(["feeds", "test", "--manifest", str(path)])

    said = capsys.readouterr().err
    assert code == 3
    assert [f"{path}:{n}: error" in said for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_health_tells_of_each_feed_and_of_our_manners(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feeds", "add", f"{server.address}/one.xml", "--intranet", "--yes"]) == 0
    assert main(["collect"]) == 0
    capsys.readouterr()

    code = main(["feeds", "health"])

    said = capsys.readouterr().out
    assert code == 0
    assert "daily-vector" in said
    assert "1 request to 1 host" in said
    assert main(["feeds", "health", "--faults"]) == 0
    capsys.readouterr()
    assert main(["feeds", "health", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["feed"] for one in told["feeds"]] == ["daily-vector"]
    assert told["totals"]["requests"] == 1


def test_a_feed_that_has_not_moved_cannot_be_taken_back(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feeds", "add", f"{server.address}/one.xml", "--intranet", "--yes"]) == 0

    assert main(["feeds", "undo", "daily-vector"]) == 3
    assert main(["feeds", "undo", "daly-vector"]) == 2
    assert 'Did you mean "daily-vector"?' in capsys.readouterr().err


def test_nothing_that_a_server_says_commands_the_terminal(
    pulse: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    page = '<html><link rel=alternate type=application/rss+xml href="/\x1b]0;owned\x07\x9b2J">\u202e</html>'
    server.answers["/evil"] = reply(page.encode(), Content_Type="text/html; charset=utf-8")
    server.answers["/moved"] = reply(status="302 Found", Location="/\x1b[2J\x9bgone")
    (pulse / "feeds.toml").write_text(
        "".join(
            f'[[feed]]\nid = "{name}"\nname = "{name}"\nurl = "{server.address}/{name}"\nintranet = true\n'
            for name in ("evil", "moved")
        ),
        encoding="utf-8",
    )

    for words in (
        ["collect"],
        ["feeds", "health"],
        ["feeds", "list"],
        ["draft"],
        ["feeds", "test", f"{server.address}/evil", "--intranet"],
        ["feeds", "test", f"{server.address}/evil", "--intranet", "--json"],
        ["feeds", "health", "--json"],
    ):
        main(words)

    said = "".join(capsys.readouterr())
    assert "not a feed" in said
    assert [sign for sign in said if sign != "\n" and (ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0)] == []


@pytest.mark.parametrize("saved", [brotli.compress(RSS), RSS], ids=["as it came", "as programs saw it"])
def test_a_file_may_be_saved_with_its_coding_or_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], saved: bytes
) -> None:
    (tmp_path / "saved.xml").write_bytes(saved)

    code = main(["feeds", "test", str(tmp_path / "saved.xml"), "--header", "Content-Encoding: br", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (code, told["kind"], len(told["entries"])) == (0, "feed", 2)
