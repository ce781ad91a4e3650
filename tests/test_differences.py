"""What changed since a draft or an approval: named, shown in words, and never out of a copy that is not the seal's."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.differences import since_approval, since_draft
from newsletter.errors import NotReady
from newsletter.model.settings import Settings
from newsletter.newsroom.records import require_seal, seal_holds
from newsletter.pipeline import approve, draft
from tests.room import WEEK, Workspace, workspace

TAKE = f"issues/{WEEK}/takes/first.md"
TOML = f"issues/{WEEK}/issue.toml"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "here") as space:
        space.add("ada")
        space.write(TOML, f'week = "{WEEK}"\nintro = "Good day."\n')
        yield space


@pytest.fixture
def approved(space: Workspace) -> Workspace:
    space.freeze()
    approve(space.room, WEEK, by="Rani")
    return space


def edit(space: Workspace, path: str, old: str, new: str) -> None:
    file = space.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def with_sender(settings: Settings, sender: str) -> Settings:
    return replace(settings, mail=replace(settings.mail, sender=sender))


def everything(space: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (space.root / "issues").rglob("*") if path.is_file()}


def test_a_take_edited_after_the_approval_stops_the_issue_with_the_way_to_look(approved: Workspace) -> None:
    edit(approved, TAKE, "has to say", "had to say")

    with pytest.raises(NotReady) as fault:
        require_seal(approved.room, WEEK)

    assert str(fault.value) == (
        f"issues/{WEEK}: error [not-approved] Changed since Rani approved it ({TAKE}).\n"
        f"    Look again:  newsletter diff {WEEK} --since-approval"
    )


def test_what_changed_since_the_approval_is_told_in_words(
    approved: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(approved, TAKE, "has to say", "had to say")
    before = everything(approved)

    code = main(["diff", str(WEEK), "--since-approval", "--root", str(approved.root)])

    assert code == 1
    assert capsys.readouterr().out == GOLDEN
    assert everything(approved) == before


GOLDEN = f"""Lines with "-" are as Rani approved it, lines with "+" as they are now.

In the files
  {TAKE} changed
    line 3
      link: https://news.example.com/first
      ---
    - The first of all takes says what it has to say.
    + The first of all takes says what it had to say.

In what is sent, as a draft would make it now
  The text of the mail
    line 21
      https://news.example.com/first

    -   Yoga: "The first of all takes says what it has to say."
    +   Yoga: "The first of all takes says what it had to say."

      ========================================================================
  The HTML of the mail changed
  The Markdown changed
  The record (stories) changed

To approve it as it is now:  newsletter draft {WEEK}, newsletter approve {WEEK} --by NAME
"""


def test_while_the_approval_holds_nothing_changed(approved: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [main(["diff", str(WEEK), *more, "--root", str(approved.root)]) for more in ([], ["--since-approval"])]

    assert codes == [0, 0]
    assert capsys.readouterr().out == f"{WEEK} is as it was drafted last.\n{WEEK} is as Rani approved it.\n"


def test_files_that_came_and_went_are_named_as_such(approved: Workspace) -> None:
    (approved.root / TAKE).unlink()
    (approved.root / TOML).unlink()

    found = since_approval(approved.room, WEEK)

    assert [(file.path, file.what) for file in found.files] == [(TOML, "gone"), (TAKE, "gone")]
    assert "-The first of all takes says what it has to say." in found.files[1].lines


def test_wishes_that_were_written_after_the_approval_are_new(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        space.seal()
        space.write(TOML, f'week = "{WEEK}"\nsubject = "Another subject"\n')

        found = since_approval(space.room, WEEK)

    assert [(file.path, file.what) for file in found.files] == [(TOML, "added")]
    assert found.text == ()
    assert [(part.name, part.before, part.now) for part in found.parts] == [
        ("The subject", "Week #23 2024", "Another subject")
    ]


def test_a_file_that_only_changed_its_line_ends_says_so(approved: Workspace) -> None:
    raw = (approved.root / TAKE).read_bytes()
    (approved.root / TAKE).write_bytes(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))

    found = since_approval(approved.room, WEEK)

    assert [(file.lines, file.note) for file in found.files] == [
        ((), "no word of it, only how it is stored (line ends, encoding)")
    ]
    assert (found.text, found.parts) == ((), ())


def test_a_rendition_that_was_changed_by_hand_is_named(approved: Workspace) -> None:
    (approved.folder() / "email.txt").write_text("scribbled over", encoding="utf-8")

    found = since_approval(approved.room, WEEK)

    assert found.stale == (f"issues/{WEEK}/email.txt",)
    assert (found.files, found.text, found.parts) == ((), (), ())


def test_another_sender_voids_the_approval_until_letters_have_left(approved: Workspace) -> None:
    room = replace(approved.room, settings=with_sender(approved.room.settings, "Other <other@pulse.example.com>"))

    with pytest.raises(NotReady, match=r"Changed since Rani approved it \(newsletter.toml: mail.from\)"):
        require_seal(room, WEEK)
    found = since_approval(room, WEEK)
    approved.deliver()

    assert [(part.name, part.before, part.now) for part in found.parts] == [
        ("newsletter.toml, mail.from", "Pulse <pulse@pulse.example.com>", "Other <other@pulse.example.com>")
    ]
    assert seal_holds(room, WEEK)


def test_a_week_whose_wishes_cannot_be_read_shows_its_files_and_says_what_could_not_be_compared(
    approved: Workspace,
) -> None:
    approved.write(TOML, "intro = Good day.\n")

    found = since_approval(approved.room, WEEK)

    assert [file.path for file in found.files] == [TOML]
    assert len(found.notes) == 1
    assert "[toml]" in found.notes[0]


def test_without_an_approval_there_is_nothing_to_compare_with(space: Workspace) -> None:
    space.freeze()

    with pytest.raises(NotReady, match="is not approved"):
        since_approval(space.room, WEEK)


def test_an_open_week_is_compared_with_its_last_draft(space: Workspace) -> None:
    with pytest.raises(NotReady, match="was never drafted"):
        since_draft(space.room, WEEK, space.store)
    draft(space.room, WEEK, space.store)
    unchanged = since_draft(space.room, WEEK, space.store)
    edit(space, TOML, "Good day.", "Good evening.")

    found = since_draft(space.room, WEEK, space.store)

    assert not unchanged.changed
    assert [line for line in found.text if line[0] in "+-"] == ["-Good day.", "+Good evening."]
    assert "Good day." in space.issue_text()


def test_for_programs_it_is_json(approved: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    edit(approved, TOML, "Good day.", "Good evening.")

    main(["diff", str(WEEK), "--since-approval", "--json", "--root", str(approved.root)])

    found = json.loads(capsys.readouterr().out)
    assert (found["changed"], found["week"], found["by"]) == (True, str(WEEK), "Rani")
    assert [file["path"] for file in found["files"]] == [TOML]


def test_nothing_in_a_take_commands_the_terminal(approved: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    edit(approved, TAKE, "has to say", "has\x1b[31m to \u202esay")

    main(["diff", str(WEEK), "--since-approval", "--root", str(approved.root)])

    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said


# What was approved, where the copies are not at hand ----------------------------------------------------


def test_a_copy_that_is_not_what_was_approved_is_not_shown(approved: Workspace) -> None:
    copy = approved.room.var / "approved" / str(WEEK) / TAKE
    copy.write_text("forged", encoding="utf-8")
    edit(approved, TAKE, "has to say", "had to say")

    found = since_approval(approved.room, WEEK)

    assert [(file.path, file.what, file.note) for file in found.files] == [
        (TAKE, "changed", "its earlier words are not at hand")
    ]
    assert found.text


def test_without_copies_and_without_git_it_still_says_which_files_changed(
    approved: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(approved.room.var / "approved")
    monkeypatch.setenv("PATH", "")
    edit(approved, TAKE, "has to say", "had to say")
    draft(approved.room, WEEK, None)

    found = since_approval(approved.room, WEEK)

    assert [(file.path, file.note) for file in found.files] == [(TAKE, "its earlier words are not at hand")]
    assert {part.name for part in found.parts} == {
        f"The {name} (its earlier words are not at hand)"
        for name in ("text of the mail", "HTML of the mail", "Markdown", "record")
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_in_a_fresh_clone_the_approved_words_come_out_of_git(
    approved: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Rani")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "rani@example.com")
    # The workspace is a folder within its repository.
    for command in (["init", "-q"], ["add", "here/issues", "here/newsletter.toml"], ["commit", "-qm", "Approved"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    edit(approved, TAKE, "has to say", "had to say")
    draft(approved.room, WEEK, None)
    subprocess.run(["git", "commit", "-qam", "Edited since"], cwd=tmp_path, check=True)
    subprocess.run(["git", "clone", "-q", tmp_path, tmp_path / "clone"], check=True)
    room = replace(approved.room, root=tmp_path / "clone" / "here")

    found = since_approval(room, WEEK)

    assert [line for line in found.files[0].lines if line[0] in "+-"] == [
        "-The first of all takes says what it has to say.",
        "+The first of all takes says what it had to say.",
    ]
    assert '-  Yoga: "The first of all takes says what it has to say."' in found.text
    assert not (room.root / "var").exists()


def test_an_approval_replaces_the_copies_of_the_one_before(approved: Workspace) -> None:
    stray = approved.room.var / "approved" / str(WEEK) / "stray.txt"
    stray.write_text("of an earlier approval", encoding="utf-8")
    edit(approved, TAKE, "has to say", "had to say")
    draft(approved.room, WEEK, None)

    approve(approved.room, WEEK, by="Rani")

    copy = approved.room.var / "approved" / str(WEEK) / TAKE
    assert not stray.exists()
    assert copy.read_bytes() == (approved.root / TAKE).read_bytes()


# Several weeks at once ----------------------------------------------------


def test_all_that_is_closed_is_approved_at_once_and_nothing_to_do_is_no_fault(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["approve", "--all-frozen", "--by", "rani-of-the-forge", "--root", str(space.root)]
    before = main(asked)
    space.freeze()

    codes = [main(asked), main(asked)]

    assert (before, codes) == (0, [0, 0])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[2] == "No week waits for an approval."
    assert said[1].startswith(f"{WEEK} is approved by rani-of-the-forge")
    assert require_seal(space.room, WEEK).by == "rani-of-the-forge"


def test_a_week_that_was_changed_and_not_drafted_again_is_not_approved_with_the_others(space: Workspace) -> None:
    space.freeze()
    edit(space, TAKE, "has to say", "had to say")

    code = main(["approve", "--all-frozen", "--by", "rani", "--root", str(space.root)])

    assert code == 3
    assert not seal_holds(space.room, WEEK)
    assert main(["approve", str(WEEK), "--all-frozen", "--by", "rani", "--root", str(space.root)]) == 2
