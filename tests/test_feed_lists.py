"""Lists of feeds on the command line: in, out, and what is said of them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from newsletter.__main__ import main
from tests.room import lay_out

NOW = "2024-06-07T20:00:00+00:00"
LIST = """<opml version="2.0"><head><title>Ada's feeds</title></head><body>
<outline text="AI"><outline text="Lab Notes" xmlUrl="https://lab.example.edu/atom"/></outline>
<outline text="Coast" xmlUrl="http://coast.example.com/feed/"/>
{}
</body></opml>
"""
LINK = '<outline text="A page" type="link" url="https://page.example/"/>'
COAST = '# ours\r\n[[feed]]\r\nid = "coast"\r\nname = "Coast Wire"\r\nurl = "https://coast.example.com/feed"'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    (tmp_path / "feeds.toml").write_bytes(COAST.encode())
    return tmp_path


def listed(root: Path, more: str = "") -> str:
    file = root / "list.opml"
    file.write_text(LIST.format(more), encoding="utf-8")
    return str(file)


def say(root: Path, *arguments: str) -> int:
    return main(["feeds", *arguments, "--root", str(root), "--now", NOW])


def test_an_import_adds_what_is_new_and_says_what_is_known(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = say(root, "import", listed(root))

    said = capsys.readouterr().out
    assert code == 0
    assert "lab-notes  Lab Notes  AI       https://lab.example.edu/atom" in said
    assert "Coast is known as coast." in said
    assert said.endswith("1 added, 1 known, 0 left out.\n")
    assert (root / "feeds.toml").read_bytes().startswith(f'{COAST}\r\n\r\n[[section]]\r\nname = "AI"\r\n'.encode())


def test_a_second_import_adds_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(root, "import", listed(root))
    once = (root / "feeds.toml").read_bytes()
    capsys.readouterr()

    code = say(root, "import", listed(root))

    assert code == 0
    assert capsys.readouterr().out.endswith("0 added, 2 known, 0 left out.\n")
    assert (root / "feeds.toml").read_bytes() == once


def test_a_dry_run_shows_the_same_and_adds_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = say(root, "import", listed(root), "--dry-run")

    assert code == 0
    assert capsys.readouterr().out.endswith("1 would be added, 1 known, 0 left out.\n")
    assert (root / "feeds.toml").read_bytes() == COAST.encode()


def test_what_is_left_out_is_named_with_its_line_and_the_import_is_one_in_part(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = listed(root, LINK)

    code = say(root, "import", file)

    said = capsys.readouterr().out
    assert code == 4
    assert f'{file}:4: error [outline] "A page"' in said
    assert said.endswith("1 added, 1 known, 1 left out.\n")


def test_an_import_from_standard_input_is_told_to_a_program(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LIST.format(LINK).encode("utf-16"))))

    code = say(root, "import", "-", "--json")

    told = json.loads(capsys.readouterr().out)
    assert code == 4
    assert told["title"] == "Ada's feeds"
    assert told["dry_run"] is False
    assert told["added"] == [
        {"id": "lab-notes", "name": "Lab Notes", "section": "AI", "url": "https://lab.example.edu/atom"}
    ]
    assert told["sections"] == ["AI"]
    assert told["known"] == [{"name": "Coast", "url": "http://coast.example.com/feed/", "id": "coast"}]
    assert [(remark["path"], remark["line"], remark["level"]) for remark in told["remarks"]] == [
        ("standard input", 4, "error")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [("<rss version='2.0'/>", "This is a feed, not a list of feeds"), ("", "The file is empty.")],
)
def test_what_is_no_list_is_refused_before_anything_is_added(
    root: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (root / "list.opml").write_text(text, encoding="utf-8")

    code = say(root, "import", str(root / "list.opml"))

    assert code == 3
    assert words in capsys.readouterr().err
    assert (root / "feeds.toml").read_bytes() == COAST.encode()


def test_nothing_is_imported_while_feeds_toml_has_a_fault(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "feeds.toml").write_text("[[feed]\n", encoding="utf-8")

    code = say(root, "import", listed(root))

    assert code == 3
    assert "feeds.toml:1: error [toml]" in capsys.readouterr().err


def test_an_export_goes_to_standard_output(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = say(root, "export")

    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"')
    assert "<title>Pulse of the Tests</title>" in said
    assert "<dateCreated>Fri, 07 Jun 2024 20:00:00 GMT</dateCreated>" in said
    assert 'xmlUrl="https://coast.example.com/feed"' in said


def test_an_export_to_a_file_can_be_imported_elsewhere(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(root, "import", listed(root))
    copy = root / "copy"
    copy.mkdir()
    lay_out(copy)

    exported = say(root, "export", str(root / "out.opml"))
    imported = say(copy, "import", str(root / "out.opml"))
    say(copy, "export", str(root / "again.opml"))

    assert (exported, imported) == (0, 0)
    assert f"2 feeds written to {root / 'out.opml'}." in capsys.readouterr().out
    assert (root / "again.opml").read_bytes() == (root / "out.opml").read_bytes()


def test_an_export_that_cannot_be_written_says_why(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = say(root, "export", str(root / "newsletter.toml" / "out.opml"))

    assert code == 1
    assert "could not be written" in capsys.readouterr().err
