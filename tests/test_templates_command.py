"""`newsletter templates`: what there is, a copy to change, and every mistake told before a week meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter import __version__
from newsletter.__main__ import main
from newsletter.newsroom.templates.listing import shipped_folder
from tests.room import lay_out

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


@pytest.fixture
def say(root: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def said(*arguments: str) -> tuple[int, str]:
        code = main(["templates", *arguments, "--root", str(root)])
        out = capsys.readouterr()
        return code, out.out + out.err

    return said


def listed(say: Say) -> dict[str, tuple[str, str, str]]:
    _, said = say("--json")
    return {one["name"]: (one["kind"], one["note"], one["near"]) for one in json.loads(said)}


def write(root: Path, name: str, text: str) -> None:
    (root / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
    (root / "templates" / name).write_text(text, encoding="utf-8")


def test_without_a_template_of_its_own_every_one_is_the_shipped_one(say: Say) -> None:
    found = listed(say)

    names = {path.relative_to(shipped_folder()).as_posix() for path in shipped_folder().rglob("*.j2")}
    assert found == dict.fromkeys(names, ("shipped", "", ""))
    assert say("check")[1] == "0 templates of the workspace: nothing to mend.\n"


def test_what_lies_over_another_what_others_take_in_and_what_nobody_asks_for_are_told_apart(
    root: Path, say: Say
) -> None:
    write(root, "email.txt.j2", '{% include "parts/own.txt.j2" %} @@UNSUBSCRIBE@@\n')
    write(root, "parts/own.txt.j2", "{{ issue.title }}\n")
    write(root, "email.css.j2", "p{margin:0}\n")
    write(root, "emial.html.j2", "hello\n")
    write(root, "emails/welcome.md", "hello\n")
    write(root, ".email.txt.j2.swp", "hello\n")

    found = {name: told for name, told in listed(say).items() if told[0] != "shipped"}

    assert found == {
        "email.txt.j2": ("own", "in the place of the shipped one", ""),
        "parts/own.txt.j2": ("new", "taken in by other templates", ""),
        "email.css.j2": ("over nothing", "nobody asks for it", "parts/email.css.j2"),
        "emial.html.j2": ("over nothing", "nobody asks for it", "email.html.j2"),
        "emails/welcome.md": ("over nothing", "nobody asks for it", ""),
    }
    assert "nobody asks for it; did you mean parts/email.css.j2?" in say()[1]


def test_a_copy_is_the_shipped_one_with_a_note_and_renders_the_same(root: Path, say: Say) -> None:
    code, said = say("eject", "parts/email.css.j2")

    copy = (root / "templates/parts/email.css.j2").read_text(encoding="utf-8")
    note, _, rest = copy.partition("\n")
    assert code == 0
    assert f"templates/parts/email.css.j2: a copy of the one of newsletter {__version__}." in said
    assert f"newsletter {__version__} (" in note
    assert rest == (shipped_folder() / "parts/email.css.j2").read_text(encoding="utf-8")
    assert listed(say)["parts/email.css.j2"] == ("own", "the same as the shipped one", "")
    assert say("check") == (0, "1 template of the workspace: nothing to mend.\n")


def test_a_copy_that_was_changed_and_one_that_an_update_left_behind_are_told(root: Path, say: Say) -> None:
    for name in ("email.txt.j2", "email.html.j2"):
        say("eject", name)
        path = root / "templates" / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    old = root / "templates/email.html.j2"
    note, _, rest = old.read_text(encoding="utf-8").partition("\n")
    digest = note.partition("(")[2].partition(")")[0]
    old.write_text(f"{note.replace(digest, '0' * 12).replace(__version__, '0.0.9')}\n{rest}", encoding="utf-8")

    found = listed(say)

    assert found["email.txt.j2"][1] == f"copied from {__version__}, and changed"
    assert found["email.html.j2"][1] == "copied from 0.0.9; the shipped one has changed since"


def test_a_copy_never_overwrites(root: Path, say: Say) -> None:
    write(root, "email.txt.j2", "mine\n")

    code, said = say("eject", "email.txt.j2")

    assert code == 2
    assert "templates/email.txt.j2 is there already" in said
    assert (root / "templates/email.txt.j2").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("emial.html.j2", "Did you mean email.html.j2?"),
        ("email.css.j2", "Did you mean parts/email.css.j2?"),
        ("parts/email.css", "Did you mean parts/email.css.j2?"),
        ("../../etc/passwd", "newsletter templates"),
        ("", "newsletter templates"),
    ],
)
def test_what_is_no_template_is_not_copied(root: Path, say: Say, typed: str, words: str) -> None:
    code, said = say("eject", typed)

    assert code == 2
    assert words in said
    assert not (root / "templates").exists()


def test_every_mistake_is_told_with_its_place_before_a_week_meets_it(root: Path, say: Say) -> None:
    write(root, "email.css.j2", "p{margin:0}\n")
    write(root, "email.txt.j2", "{{ issue.titel }}\n{{ issue.title | wrap }}\n@@UNSUBSCRIBE@@\n")
    write(root, "pages/404.html.j2", "{{ nothing }}\n")
    write(root, "parts/page.css.j2", "{% if %}\n")
    (root / "templates/issue.md.j2").write_bytes(b"\xff\xfe\x00")

    code, said = say("check")

    assert code == 3
    assert [line.split(" [")[0] for line in said.split("\n") if line.startswith("templates/")] == [
        "templates/email.css.j2: warning",
        "templates/email.txt.j2:1: error",
        "templates/email.txt.j2:2: error",
        "templates/issue.md.j2: error",
        "templates/pages/404.html.j2:1: error",
        "templates/parts/page.css.j2:1: error",
    ]
    assert said.endswith("5 templates of the workspace: 5 errors, 1 warning.\n")


def test_the_check_is_told_to_programs_as_well(root: Path, say: Say) -> None:
    write(root, "pages/404.html.j2", "{{ nothing }}\n")

    code, said = say("check", "--json")

    assert code == 3
    told = json.loads(said)
    assert told["templates"] == 1
    assert [(remark["path"], remark["line"], remark["code"]) for remark in told["remarks"]] == [
        ("templates/pages/404.html.j2", 1, "template")
    ]


def test_the_commands_of_templates_are_told_and_a_wrong_one_is_refused(
    capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    helped = main(["templates", "--help"])
    wrong = main(["templates", "chekc"])
    misplaced = main(["templates", "--root", str(root), "check"])

    out = capsys.readouterr()
    assert (helped, wrong, misplaced) == (0, 2, 2)
    assert all(name in out.out for name in ("list", "eject", "check"))
    assert "Did you mean 'check'?" in out.err
