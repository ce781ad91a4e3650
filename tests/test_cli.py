"""The command line as people meet it: help, examples, sentences instead of tracebacks, exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from newsletter.__main__ import main
from newsletter.cli import COMMANDS, newsletter

HEAVY = ("sqlalchemy", "httpx2", "lxml", "feedparser", "jinja2", "pydantic", "rich", "starlette", "apscheduler")


def commands() -> list[tuple[str, click.Command]]:
    found = []
    context = click.Context(newsletter)
    for name in COMMANDS:
        command = newsletter.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found.extend((f"{name} {sub}", command.commands[sub]) for sub in sorted(command.commands))
    return found


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["init", str(tmp_path / "pulse")]) == 0
    capsys.readouterr()
    return tmp_path / "pulse"


def typed(words: bytes) -> io.TextIOWrapper:
    """Standard input as Python opens it on a desktop: strict about what is not UTF-8."""
    return io.TextIOWrapper(io.BytesIO(words), encoding="utf-8", errors="strict")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from newsletter.__main__ import main; main(['--help']);"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})))"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("name", "command"), [pytest.param(n, c, id=n) for n, c in commands()])
def test_a_command_has_help_and_an_example(name: str, command: click.Command) -> None:
    assert command.help
    assert command.epilog is not None
    assert command.epilog.startswith("Example")
    assert f"newsletter {name}" in command.epilog


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_the_first_line_of_the_commands_help(name: str) -> None:
    command = dict(commands())[name]

    assert (command.help or "").split("\n", 1)[0] == COMMANDS[name][1]


def test_a_command_that_is_none_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["delivr"])

    assert code == 2
    assert '"delivr" is not a command. Did you mean "deliver"?' in capsys.readouterr().err


def test_outside_a_workspace_the_way_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code = main(["draft"])

    assert code == 2
    assert "newsletter init DIR" in capsys.readouterr().err


def test_a_week_that_does_not_exist_is_a_usage_fault(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["draft", "2024-W54", "--root", str(workspace)])

    assert code == 2
    assert "Write year and ISO week: 2024-W23" in capsys.readouterr().err


def test_a_fresh_workspace_has_no_fault_and_is_never_overwritten(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "feeds.toml").write_text("# mine\n")

    again = main(["init", str(workspace)])
    status = main(["status", "--check", "--root", str(workspace)])

    assert again == 2
    assert "is a workspace already" in capsys.readouterr().err
    assert status == 0
    assert (workspace / "feeds.toml").read_text() == "# mine\n"


def test_every_fault_of_newsletter_toml_is_told_at_once(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = workspace / "newsletter.toml"
    settings.write_text('[publication]\nname = 3\nbase = "x"\n[week]\ntimezone = "Mars/Base"\n')

    code = main(["status", "--root", str(workspace)])

    said = capsys.readouterr().err
    assert code == 3
    assert "newsletter.toml:2: error" in said
    assert "newsletter.toml:3: error [unknown-key]" in said
    assert "newsletter.toml:5: error" in said


def test_status_is_readable_for_programs(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["status", "--json", "--root", str(workspace), "--now", "2024-06-05T12:00:00+00:00"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["week"] == "2024-W23"
    assert found["state"] == "open"


def test_a_take_is_filed_in_one_line_and_its_place_is_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filing = ["take", "https://elsewhere.example/paper", "--by", "editor", "--text", "Worth an evening."]

    code = main([*filing, "--root", str(workspace), "--now", "2024-06-05T12:00:00+00:00"])

    said = capsys.readouterr().out
    assert code == 0
    assert "filed: as a story of its own, #elsewhere-example" in said
    assert list((workspace / "issues" / "2024-W23" / "takes").glob("editor-*.md"))


@pytest.mark.parametrize("text", ["", '""', "<!-- later -->", "\0"], ids=["nothing", "quotation", "comment", "NUL"])
def test_a_take_without_words_is_not_filed(workspace: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", typed(text.encode()))

    code = main(["take", "https://elsewhere.example/paper", "--by", "editor", "--stdin", "--root", str(workspace)])

    assert code == 2
    assert not list((workspace / "issues").rglob("takes/*"))


def test_a_take_in_another_encoding_is_filed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", typed(b"A caf\xe9 of models."))

    code = main(["take", "https://elsewhere.example/paper", "--by", "editor", "--stdin", "--root", str(workspace)])

    said = capsys.readouterr().out
    assert code == 0
    assert "warning [encoding]" in said


def test_a_take_too_long_to_be_read_is_kept_and_named(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", typed(b"word " * 250_000))

    code = main(["take", "https://elsewhere.example/paper", "--by", "editor", "--stdin", "--root", str(workspace)])

    assert code == 3
    assert "error [too-long]" in capsys.readouterr().err
    assert list((workspace / "issues").rglob("takes/*.md"))


def test_a_rehearsal_and_a_dry_run_exclude_each_other(workspace: Path, tmp_path: Path) -> None:
    code = main(["deliver", "--dry-run", "--outbox", str(tmp_path / "letters"), "--root", str(workspace)])

    assert code == 2
    assert not (tmp_path / "letters").exists()


def test_a_dry_run_is_readable_for_programs(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["deliver", "2024-W23", "--dry-run", "--json", "--root", str(workspace)])

    found = json.loads(capsys.readouterr().out)
    assert (code, found["week"], found["letters"]) == (3, "2024-W23", 0)


def test_a_take_by_a_stranger_is_not_filed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["take", "#x", "--by", "nobody", "--text", "…", "--root", str(workspace)])

    assert code == 2
    assert '"nobody" is not in newsletter.toml' in capsys.readouterr().err


def test_readers_come_and_go_and_a_bad_row_is_named(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "readers.csv"
    rows.write_text("name;email\nAda;ada@reader.example\nBob;bob@\n", encoding="utf-8")
    root = ["--root", str(workspace)]

    imported = main(["subscribers", "import", str(rows), *root])
    removed = main(["subscribers", "remove", "ADA@reader.example", *root])
    main(["subscribers", "list", "--json", *root])

    said = capsys.readouterr().out
    assert imported == 4
    assert "1 added, 0 known, 1 refused." in said
    assert "bob@" in said
    assert removed == 0
    assert said.rstrip().endswith("[]")


def test_a_fault_of_ours_is_a_sentence_and_never_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise ZeroDivisionError("the impossible")

    newsletter_commands = dict(COMMANDS)
    COMMANDS["broken"] = ("broken", "")
    sys.modules["newsletter.cli.broken"] = type(sys)("broken")
    sys.modules["newsletter.cli.broken"].broken = click.Command("broken", callback=broken)  # type: ignore[attr-defined]
    try:
        code = main(["broken"])
    finally:
        COMMANDS.clear()
        COMMANDS.update(newsletter_commands)
        del sys.modules["newsletter.cli.broken"]

    said = capsys.readouterr().err
    assert code == 1
    assert "a fault of ours, not of yours: ZeroDivisionError: the impossible" in said
    assert "Traceback" not in said
