"""The demo: a whole week on this machine alone."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.__main__ import main


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    from newsletter.demo.play import play

    folder = tmp_path_factory.mktemp("demo") / "play"
    found = play(folder, on_step=lambda _: None)
    return dict(found.rows), folder


def test_the_demo_goes_from_feeds_to_twelve_letters(played: tuple[dict[str, object], Path]) -> None:
    rows, folder = played

    assert rows["collect"] == "15 new entries from 5 feeds; The Epsilon Review: a web page, not a feed"
    assert "4 answered 304" in str(rows["collect again"])
    assert rows["deliver"] == "12 of 12 letters accepted by the mail server"
    assert rows["deliver again"] == "0 letters: everybody has had theirs"
    assert len(list((folder / "var" / "outbox").glob("*.eml"))) == 12


def test_a_letter_of_the_demo_is_whole(played: tuple[dict[str, object], Path]) -> None:
    _, folder = played
    letters = sorted((folder / "var" / "outbox").glob("*.eml"))

    found = [message_from_bytes(path.read_bytes(), policy=policy.SMTP.clone(raise_on_defect=True)) for path in letters]

    assert len({letter["To"] for letter in found}) == 12
    assert len({letter["List-Unsubscribe"] for letter in found}) == 12
    assert {letter["Subject"] for letter in found} == {"Week #23 2024 - How a Model Looks Things Up"}
    assert [part.get_content_type() for part in found[0].iter_parts()] == ["text/plain", "text/html"]


def test_nothing_of_the_demo_alarms_the_one_who_checks_it(
    played: tuple[dict[str, object], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = played

    code = main(["check", "2024-W23", "--json", "--root", str(folder), "--now", "2024-06-07T21:00:00+07:00"])

    found = json.loads(capsys.readouterr().out)
    assert (code, found["errors"], found["warnings"]) == (0, 0, 0)


def test_the_demos_page_is_built(played: tuple[dict[str, object], Path]) -> None:
    _, folder = played

    assert (folder / "site" / "issues" / "2024-W23" / "index.html").is_file()


def test_the_demo_clears_its_own_folder_and_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    precious = tmp_path / "letters" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("mine")

    code = main(["demo", "--into", str(precious.parent)])

    assert code == 2
    assert precious.read_text() == "mine"
    assert "holds files that are not the demo's" in capsys.readouterr().err


def test_the_demo_reports_to_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["demo", "--json", "--into", str(tmp_path / "play")])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["title"] == "Week #23 2024 - How a Model Looks Things Up"
    assert Path(found["files"]["the e-mail"]).is_file()
