"""Bad input of every kind: a sentence with its mend, the right exit code, nothing lost, and never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event, Thread

import pytest
from starlette.testclient import TestClient

from newsletter.__main__ import main
from newsletter.demo.feed_server import FeedServer
from newsletter.newsroom.room import open_newsroom
from newsletter.web.door import door
from tests.room import empty_database

NOW = "2024-06-05T12:00:00+00:00"
SETTINGS = """[publication]
name = "Pulse"
base_url = "https://pulse.example.com"
[schedule]
collect = "daily 06:00"
freeze = "fri 15:00"
send = "fri 20:00"
[collect]
timeout = "2s"
workers = 0
[mail]
from = "Pulse <pulse@example.com>"
[[member]]
id = "yoga"
name = "Yoga"
"""
FEED = """<rss version="2.0"><channel><title>Wire</title><item><title>A twin goes to meetings</title>
<link>https://wire.example/twin</link><guid>1</guid><pubDate>Tue, 04 Jun 2024 10:00:00 GMT</pubDate></item></channel>
</rss>"""
WEEK = Path("issues/2024-W23")

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    with laid_out(tmp_path) as root:
        (root / "var").mkdir()
        (root / "var" / "newsletter.db").write_bytes(empty_database())
        yield root


@contextmanager
def laid_out(folder: Path) -> Iterator[Path]:
    """A workspace with one take, while its feed is served."""
    root, feed = folder / "pulse", folder / "feed.xml"
    (root / WEEK / "takes").mkdir(parents=True)
    feed.write_text(FEED)
    (root / "newsletter.toml").write_text(SETTINGS)
    (root / WEEK / "takes" / "yoga.md").write_text(
        "A twin goes to meetings\n\nI would send my twin to meetings first.\n"
    )
    with FeedServer({"127.0.0.1/feed.xml": feed}) as server:
        (root / "feeds.toml").write_text(
            f'[[feed]]\nid = "wire"\nname = "Wire"\nurl = "{server.base}/feed.xml"\nintranet = true\n'
        )
        yield root


@pytest.fixture
def say(root: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command in the workspace: its exit code and all that it said."""

    def run(*words: str, now: str = NOW) -> tuple[int, str]:
        code = main([*words, "--root", str(root), "--now", now])
        shown = capsys.readouterr()
        assert "fault of ours" not in shown.err
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out + shown.err

    return run


@pytest.fixture(scope="session")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An approved week with two readers, made once."""
    with laid_out(tmp_path_factory.mktemp("approved")) as root:
        (root / WEEK / "explainer.md").write_text("title: Twins\n\nWhat a twin is.\n")
        for name in ("ann", "bob"):
            main(["subscribers", "add", f"{name}@reader.example", "--root", str(root), "--now", NOW])
        for words in (("collect",), ("draft",), ("freeze", "--early"), ("approve", "--by", "rani")):
            assert main([*words, "--root", str(root), "--now", NOW]) == 0
        return root


@pytest.fixture
def approved(root: Path, approved_once: Path) -> Path:
    for folder in ("issues", "var"):
        shutil.copytree(approved_once / folder, root / folder, dirs_exist_ok=True)
    return root


def put(path: Path, content: bytes | None) -> None:
    """Lay the bytes there; None makes a folder of that name."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)


# Files ---------------------------------------------------------------------------------------------

TOML = {
    "binary": (bytes(range(256)), "not UTF-8"),
    "other encoding": ('name = "x"'.encode("utf-16"), "not UTF-8"),
    "syntax": (b"\nname = = 3\n", ":2: error [toml] Invalid value"),
    "nested too deep": (b"a = " + b"[" * 3000, "nested too deep"),
    "number too long": (b"a = " + b"9" * 5000, "too many digits"),
    "unknown key": (b"zzz = 1\n", ":1: error [unknown-key]"),
    "folder": (None, "is a directory"),
}


@pytest.mark.parametrize("name", ["newsletter.toml", "feeds.toml", str(WEEK / "issue.toml")])
@pytest.mark.parametrize(("content", "words"), TOML.values(), ids=TOML)
def test_a_toml_file_that_cannot_be_read_is_named_with_its_line(
    root: Path, say: Say, name: str, content: bytes | None, words: str
) -> None:
    put(root / name, content)

    code, said = say("draft")

    assert code == 3
    assert said.startswith(name)
    assert words in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('send = "fri 20:00"', 'send = "5 15:00"', "the day by name", id="slot"),
        pytest.param('timeout = "2s"', f'timeout = "{"9" * 30}h"', "longer than ten years", id="length of time"),
        pytest.param("[schedule]", '[schedule]\nmax_late = "99999999d"', "longer than ten years", id="lateness"),
        pytest.param("[schedule]", '[week]\ntimezone = "Asia/Jakrta"\n[schedule]', '"Asia/Jakarta"?', id="zone"),
        pytest.param('"Pulse <pulse', '"Pu\\r\\nBcc: x <pulse', "on one line", id="header in the sender"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_right(root: Path, say: Say, old: str, new: str, words: str) -> None:
    put(root / "newsletter.toml", SETTINGS.replace(old, new, 1).encode())

    code, said = say("status")

    assert code == 3
    assert words in said


TAKES = {
    "empty": (b"", 0, "[empty-take]"),
    "binary": (bytes(range(256)), 3, "[encoding] The file is not text"),
    "five megabytes": (b"word " * 1_000_000, 3, "[too-long] The file has 5000 kB"),
    "names nothing": (b"#nothing\n\nWords.", 0, "[unknown-story]"),
    "a row of blanks": (b"[10:30] " + b" " * 9_000 + b"x\n- " + b" " * 9_000 + b"x", 0, "Week #23 2024"),
    "nested lists": (b"".join(b"  " * n + b"- a\n" for n in range(120)), 0, "Week #23 2024"),
}


@pytest.mark.parametrize(("content", "code", "words"), TAKES.values(), ids=TAKES)
def test_a_take_that_cannot_be_printed_is_named_and_stays(
    root: Path, say: Say, content: bytes, code: int, words: str
) -> None:
    path = root / WEEK / "takes" / "yoga.md"
    put(path, content)

    found, said = say("draft")

    assert found == code
    assert words in said
    assert path.read_bytes() == content


def test_nothing_that_lies_among_the_takes_is_passed_over_in_silence(root: Path, say: Say) -> None:
    takes = root / WEEK / "takes"
    (takes / "word.docx").write_bytes(b"PK")
    (takes / "loop.md").symlink_to("loop.md")
    (takes / "gone.md").symlink_to("nowhere.md")
    (takes / "folder.md").mkdir()
    (takes / "with space 😀.md").write_text("A twin goes to meetings\n\nTwins again.")

    code, said = say("draft")

    assert code == 0
    assert "word.docx: warning [no-take]" in said
    assert "loop.md: warning [no-take]" in said
    assert "gone.md: warning [no-take]" in said
    assert "with space 😀.md" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_of_takes_that_may_not_be_read_stops_the_freeze(root: Path, say: Say) -> None:
    (root / WEEK / "takes").chmod(0)

    code, said = say("freeze", "--early")

    (root / WEEK / "takes").chmod(0o755)
    assert code == 3
    assert "The folder cannot be read" in said


@pytest.mark.parametrize("named", ["issues", "issues/2024-W23", "var", "issues/2024-W23/issue.md"])
def test_a_file_where_a_folder_belongs_is_named(root: Path, say: Say, named: str) -> None:
    if named.startswith("issues"):
        (root / "issues").rename(root / "kept")
    put(root / named, None if named.endswith(".md") else b"x")

    code, said = say("draft")

    assert code == 1
    assert named in said
    assert "move it" in said


# The week ------------------------------------------------------------------------------------------


def test_an_empty_week_is_held_with_its_reason_and_nothing_leaves(root: Path, say: Say) -> None:
    (root / WEEK / "takes" / "yoga.md").unlink()

    drafted, frozen, sent = say("draft"), say("freeze", "--early"), say("deliver")

    assert drafted[0] == 0
    assert "would be held" in drafted[1]
    assert frozen[0] == sent[0] == 3
    assert "newsletter skip 2024-W23" in frozen[1]


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        pytest.param("explainer.md", "no title\n", "title: Twins\n\nWhat they are.\n", id="explainer without title"),
        pytest.param("issue.toml", 'explainer = "twns"\n', 'explainer = "twins"\n', id="explainer that is missing"),
    ],
)
def test_a_freeze_waits_for_an_explainer_with_a_fault(root: Path, say: Say, name: str, bad: str, good: str) -> None:
    put(root / "issues/explainers/twins.md", b"title: Twins\n\nWhat they are.\n")
    say("collect")
    put(root / WEEK / name, bad.encode())
    refused = say("freeze", "--early")
    put(root / WEEK / name, good.encode())

    code, said = say("freeze", "--early")

    assert refused[0] == 3
    assert "[no-title]" in refused[1] or 'Did you mean "twins"?' in refused[1]
    assert code == 0
    assert said.startswith("Week #23 2024 - Twins")


@pytest.mark.parametrize(
    "title",
    [
        "\"Say 'hi'\": a “colon” — 😀 <script>alert(1)</script> & {{ 7*7 }} %s @@",
        "word " * 60 + "end",
        "x" * 300,
        "👩‍👩‍👧‍👦" * 100,
        "one\x0btwo\x85three\u2028Bcc: x@y.example \x1b[31m",
        "=?utf-8?B?QmNjOiB4?=",
    ],
    ids=["quotes and marks", "300 words", "300 signs", "emoji", "line ends", "encoded word"],
)
def test_any_title_makes_a_letter_of_the_right_headers(root: Path, say: Say, title: str) -> None:
    (root / WEEK / "explainer.md").write_text(f"title: {title}\n\nBody.\n", encoding="utf-8")
    say("subscribers", "add", "ann@reader.example", "--name", "Ann\r\nBcc: x@y.example")
    for words in (("collect",), ("draft",), ("freeze", "--early"), ("approve", "--by", "rani\nx")):
        say(*words)

    code, _ = say("deliver")

    (letter,) = (root / "var/outbox").glob("*.eml")
    read = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert code == 0
    assert not read.defects
    assert read["bcc"] is None
    assert "\x1b" not in read["subject"]
    assert max(map(len, letter.read_bytes().split(b"\r\n"))) <= 998
    assert "<script>" not in re.sub('"[^"]*"', "", read.get_body(("html",)).get_content())  # type: ignore[union-attr]


def test_a_week_that_is_left_out_neither_closes_nor_leaves(approved: Path, say: Say) -> None:
    without = say("skip", "2024-W23", "--why", " ")
    left_out = say("skip", "2024-W23", "--why", "holidays")

    frozen, sent = say("freeze", "2024-W23"), say("deliver", "2024-W23")

    assert without[0] == 2
    assert left_out[0] == 0
    assert frozen[0] == sent[0] == 3
    assert "is left out: holidays" in sent[1]


TEMPLATES = {
    "syntax": (b"a\n{% if %}", "email.html.j2:2: "),
    "unknown name": (b"a\n\n{{ nosuch.thing }}", "email.html.j2:3: 'nosuch' is undefined"),
    "missing include": (b"a\n{% include 'nope.j2' %}", "email.html.j2:2: there is no template templates/nope.j2"),
    "itself": (b"{% include 'email.html.j2' %}", "email.html.j2:1: "),
    "without the mark": (b"hello", "@@UNSUBSCRIBE@@ stands nowhere in it"),
    "binary": (b"\xff\xfe\x00", "The file is not UTF-8"),
    "folder": (None, "is a directory"),
}


@pytest.mark.parametrize(("content", "words"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_with_a_mistake_is_named(root: Path, say: Say, content: bytes | None, words: str) -> None:
    put(root / "templates/email.html.j2", content)

    code, said = say("draft")

    assert code == 3
    assert "templates/email.html.j2" in said
    assert words in said


@pytest.mark.parametrize("name", ["state.json", "seal.json", "issue.json", "news.jsonl"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", None], ids=["empty", "cut", "list", "binary", "folder"]
)
def test_a_file_of_the_machine_that_is_damaged_sends_nothing(
    approved: Path, say: Say, name: str, content: bytes | None
) -> None:
    put(approved / WEEK / name, content)

    code, said = say("deliver")

    assert code in (1, 3)
    assert name in said
    assert not list((approved / "var").rglob("*.eml"))


# The store and the disk ----------------------------------------------------------------------------


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


DATABASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (newer, "written by a later version"),
    "text": (lambda path: path.write_text("hello\n" * 500), "is not a database"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:5000]), "is damaged"),
    "folder": (lambda path: put(path, None), "is a folder"),
}


@pytest.mark.parametrize(("spoil", "words"), DATABASES.values(), ids=DATABASES)
def test_a_database_that_cannot_be_used_is_named_and_left_alone(
    root: Path, say: Say, spoil: Callable[[Path], object], words: str
) -> None:
    say("status")
    with sqlite3.connect(root / "var/newsletter.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    spoil(root / "var/newsletter.db")
    before = (root / "var/newsletter.db").is_file() and (root / "var/newsletter.db").read_bytes()

    code, said = say("collect")

    assert code == 1
    assert words in said
    assert before == ((root / "var/newsletter.db").is_file() and (root / "var/newsletter.db").read_bytes())


def test_an_empty_secret_signs_no_link(approved: Path, say: Say) -> None:
    put(approved / "var/secret", b"\n")

    code, said = say("deliver")

    assert code == 3
    assert "var/secret: error [weak-secret]" in said


_LIMITED = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}));"
    "from newsletter.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.mark.parametrize("size", [2000, 40000])
def test_a_disk_that_is_full_at_delivery_loses_nothing_and_repeats_nothing(approved: Path, say: Say, size: int) -> None:
    command = [sys.executable, "-c", _LIMITED.format(size), "deliver", "--root", str(approved), "--now", NOW]

    full = subprocess.run(command, capture_output=True, text=True, check=False)
    code, said = say("deliver", "2024-W23")

    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert "fault of ours" not in full.stderr
    assert code == 0
    assert "2 accepted" in said
    assert len(list((approved / "var/outbox").glob("*.eml"))) == 2


# The command line and the readers ------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("draft", "9999-W52"), ("draft", "0001-W01"), ("draft", "2024-W60"), ("draft", "--week", "2024-W23"), ("drat",)],
    ids=" ".join,
)
def test_a_command_that_makes_no_sense_is_a_usage_fault(say: Say, words: tuple[str, ...]) -> None:
    assert say(*words)[0] == 2


@pytest.mark.parametrize("now", ["2024-06-05", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "x"])
def test_a_clock_that_makes_no_sense_is_a_usage_fault(say: Say, now: str) -> None:
    assert say("run", now=now)[0] == 2


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        pytest.param(b"address,name\n", 0, "0 added", id="heading only"),
        pytest.param(
            b"\xef\xbb\xbfid,email,name\n1,ann@b.example,Ann\n1,ANN@b.example,A\n", 0, "1 added, 1 known", id="BOM"
        ),
        pytest.param(b'address,name\nann@b.example,"Ann\nBcc: x"\nnobody\n', 4, "line 4: nobody", id="lines"),
        pytest.param(b'address,name\nann@b.example,"Ann\nbob@b.example,Bob\n', 2, "Nobody was added", id="open quote"),
        pytest.param(b"address\n" + b"x" * 200_000, 2, "larger than field limit", id="long"),
        pytest.param(bytes(range(256)), 2, "is not UTF-8", id="binary"),
    ],
)
def test_an_import_takes_what_is_right_and_names_the_rest(
    root: Path, say: Say, content: bytes, code: int, words: str
) -> None:
    put(root / "readers.csv", content)

    found, said = say("subscribers", "import", str(root / "readers.csv"))

    assert found == code
    assert words in said


def test_a_port_that_is_taken_is_said(say: Say) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = say("serve", "--port", str(taken.getsockname()[1]))

    assert code == 1
    assert "address already in use.\n" in said
    assert "Answering" not in said


@pytest.mark.parametrize("redirect", ["| head -n 1", "> /dev/full", ">&-", "2>&-", ">&- 2>&-"])
def test_an_output_that_is_gone_or_full_ends_without_a_traceback(root: Path, redirect: str) -> None:
    command = f'"{sys.executable}" -m newsletter config keys {redirect}'

    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)

    assert ended.returncode == (1 if "full" in redirect else 0)
    assert "Traceback" not in ended.stderr
    assert "fault of ours" not in ended.stderr


# The mail server -----------------------------------------------------------------------------------


def by_smtp(root: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = f'\n[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\ntimeout = "20s"\n'
    settings = SETTINGS.replace("[mail]", '[mail]\ntransport = "smtp"') + smtp
    (root / "newsletter.toml").write_text(settings)
    monkeypatch.setenv("NEWSLETTER_SECRET", "a key of the tests, and of nothing else")


def test_a_mail_server_that_is_away_leaves_the_week_as_it_was(
    approved: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    by_smtp(approved, port, monkeypatch)

    code, said = say("deliver")

    assert code == 1
    assert f"127.0.0.1:{port} takes no letters" in said
    assert json.loads((approved / WEEK / "state.json").read_text())["sent"] is None
    assert "approved" in say("status")[1].splitlines()[0]


def test_letters_that_leave_by_hand_before_their_page_stands_are_told_to_whoever_sent_them(
    approved: Path, say: Say
) -> None:
    before = say("deliver")
    say("publish")
    after = say("deliver", "2024-W23")

    words = "The letters lead to a page that is not in the archive yet:  newsletter publish 2024-W23"
    assert (before[0], after[0]) == (0, 0)
    assert words in before[1]
    assert words not in after[1]


def test_a_letter_signed_before_the_secret_was_set_still_lets_its_reader_go(
    approved: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("deliver")
    letter = next((approved / "var/outbox").glob("*.eml")).read_bytes()
    link = message_from_bytes(letter, policy=policy.default)["list-unsubscribe"]
    monkeypatch.setenv("NEWSLETTER_SECRET", "another key of the tests, set afterwards")
    room = open_newsroom(approved, environ=os.environ)

    with room.open_store() as store, TestClient(door(room, store)) as reader:
        answer = reader.post(link.strip("<>").removeprefix("https://pulse.example.com"))

        assert answer.status_code == 200
        assert store.subscribers.count("left") == 1


def test_letters_approved_without_a_way_out_are_not_sent_by_smtp(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "newsletter.toml").write_text(SETTINGS.replace("https://pulse.example.com", ""))
    say("subscribers", "add", "ann@reader.example")
    for words in (("collect",), ("draft",), ("freeze", "--early"), ("approve", "--by", "rani")):
        assert say(*words)[0] == 0
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_talk, args=(server, Event()), kwargs={"silent_after": 0, "ended": ended}, daemon=True).start()
        by_smtp(root, server.getsockname()[1], monkeypatch)

        code, said = say("deliver")

    assert code == 3
    assert 'was approved with base_url = ""' in said
    assert json.loads((root / WEEK / "state.json").read_text())["sent"] is None


def _talk(server: socket.socket, taken: Event, *, silent_after: int, ended: Event) -> None:
    """A relay that falls silent at the dot after so many letters, and hangs up when it is ended."""
    letters = 0
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 hi\r\n")
            in_letter = False
            for line in lines:
                if in_letter:
                    if line == b".\r\n":
                        in_letter = False
                        if letters >= silent_after:
                            ended.wait(30)
                            break
                        client.sendall(b"250 taken\r\n")
                        letters += 1
                        taken.set()
                    continue
                in_letter = line.upper().startswith(b"DATA")
                client.sendall(b"354 go\r\n" if in_letter else b"250 ok\r\n")
                if line.upper().startswith(b"QUIT"):
                    break


def test_ctrl_c_in_a_delivery_is_told_and_the_next_call_goes_on(
    approved: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, ended = Event(), Event()
    server = socket.create_server(("127.0.0.1", 0))
    Thread(target=_talk, args=(server, taken), kwargs={"silent_after": 1, "ended": ended}, daemon=True).start()
    by_smtp(approved, server.getsockname()[1], monkeypatch)
    command = [sys.executable, "-m", "newsletter", "deliver", "--root", str(approved), "--now", NOW]

    at_work = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    taken.wait(20)
    at_work.send_signal(signal.SIGINT)
    server.close()
    ended.set()
    _, said = at_work.communicate(timeout=40)
    (approved / "newsletter.toml").write_text(SETTINGS)
    code, resumed = say("deliver", "2024-W23")

    assert at_work.returncode == 4
    assert "stopped" in said
    assert "Traceback" not in said
    assert code == 0
    assert "2 accepted" in resumed
    assert len(list((approved / "var/outbox").glob("*.eml"))) == 1


def test_a_missing_feeds_toml_is_told_and_not_taken_for_a_quiet_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "pulse")]) == 0
    (tmp_path / "pulse" / "feeds.toml").unlink()
    capsys.readouterr()

    code = main(["collect", "--root", str(tmp_path / "pulse")])

    assert code == 3
    assert "feeds.toml: error [no-file] There is no feeds.toml." in capsys.readouterr().err
