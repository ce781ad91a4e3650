"""The archive can be made again: same inputs, same bytes, wherever and whenever."""

from __future__ import annotations

import json
import locale
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.editorial import rebuild, skip
from newsletter.errors import UsageFault
from newsletter.files.folder import week_folder
from newsletter.newsroom.room import open_newsroom
from newsletter.pipeline import publish
from tests.packs.play import play
from tests.packs.workspace import read_pack
from tests.room import FREEZE, WEEK, Workspace, in_a_process, workspace

WEEKS = Path(__file__).parent / "packs" / "weeks"
PACKS = [WEEKS / name for name in ("2024-w44-clock-change", "2025-w01-small-models", "2025-w14-many-scripts")]
RENDERED = ("issue.json", "issue.md", "email.html", "email.txt", "news.jsonl")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "here") as space:
        space.add("ada")
        space.write(f"issues/{WEEK}/explainer.md", "title: Weights\n---\nWhat weights are.\n")
        space.write(f"issues/{WEEK}/issue.toml", f'week = "{WEEK}"\nintro = "Good day."\n')
        yield space


def verify(root: Path) -> int:
    return main(["rebuild", str(WEEK), "--verify", "--root", str(root)])


def test_every_byte_comes_out_again_after_the_freeze_and_after_sending(space: Workspace) -> None:
    space.freeze()
    after_the_freeze = verify(space.root)
    space.send()
    space.take("late", "This came too late for the week and changes none of its bytes.")
    space.clock.instant += timedelta(days=400)

    after_sending = verify(space.root)

    assert (after_the_freeze, after_sending) == (0, 0)


def test_a_week_is_made_again_from_its_folder_in_another_place_without_the_database(
    space: Workspace, tmp_path: Path
) -> None:
    space.send()
    there = tmp_path / "a folder with another name"
    shutil.copytree(space.root, there, ignore=shutil.ignore_patterns("var", "site"))

    code = verify(there)

    assert code == 0
    assert not (there / "var").exists()


def test_a_later_issue_and_renamed_feeds_change_nothing_in_an_earlier_one(space: Workspace) -> None:
    space.send()
    space.take("next", "The next week says something else again.", week=WEEK.after())
    space.clock.instant = FREEZE + timedelta(days=7)
    space.send(WEEK.after())
    space.write("feeds.toml", '[[feed]]\nid = "new"\nname = "New"\nurl = "https://new.example.com/feed"\n')
    skip(space.room, WEEK.after(2), why="holidays")

    codes = [main(["rebuild", str(week), "--verify", "--root", str(space.root)]) for week in (WEEK, WEEK.after())]

    assert codes == [0, 0]


@pytest.mark.parametrize("name", ["issue.json", "issue.md", "email.html", "email.txt"])
def test_tampering_with_a_rendition_is_found(space: Workspace, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    space.send()
    file = space.folder() / name
    if name == "issue.json":
        file.write_text(file.read_text(encoding="utf-8").replace("Good day.", "Bad day."), encoding="utf-8")
    else:
        file.write_bytes(file.read_bytes() + b" ")

    code = verify(space.root)

    said = capsys.readouterr().out
    assert code == 1
    assert f"issues/{WEEK}/{name}" in said
    assert "the files themselves were changed" in said


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("takes/first.md", "author: Yoga\nheadline: News\nlink: https://news.example.com/first\n---\nOther words.\n"),
        ("issue.toml", f'week = "{WEEK}"\nintro = "Good evening."\n'),
        ("explainer.md", "title: Weights\n---\nWhat weights are not.\n"),
    ],
)
def test_other_inputs_than_those_approved_are_named(
    space: Workspace, name: str, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    space.send()
    space.write(f"issues/{WEEK}/{name}", typed)

    code = verify(space.root)

    said = capsys.readouterr().out
    assert code == 1
    assert f"other inputs: issues/{WEEK}/{name}" in said


def test_another_renderer_is_named_and_is_no_fault_by_itself(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    space.freeze()
    record = space.folder() / "issue.json"
    plain = json.loads(record.read_text(encoding="utf-8"))
    name, version = plain["renderer"][0]
    record.write_text(record.read_text(encoding="utf-8").replace(f'"{version}"', '"0.0.1"', 1), encoding="utf-8")

    found = rebuild(space.room, WEEK, verify=True)

    assert found.differing == ()
    assert found.renderer_changed == (f"{name} 0.0.1 → {version}",)


def test_missing_files_are_put_back_and_those_that_were_sent_stay(space: Workspace) -> None:
    space.send()
    before = (space.folder() / "email.html").read_bytes()
    (space.folder() / "email.html").unlink()
    (space.folder() / "issue.md").write_text("scribbled over", encoding="utf-8")

    main(["rebuild", str(WEEK), "--root", str(space.root)])

    assert (space.folder() / "email.html").read_bytes() == before
    assert (space.folder() / "issue.md").read_text(encoding="utf-8") == "scribbled over"


def test_verifying_writes_nothing(space: Workspace) -> None:
    space.send()
    (space.folder() / "email.html").unlink()
    before = {path: path.read_bytes() for path in space.root.joinpath("issues").rglob("*") if path.is_file()}

    code = verify(space.root)

    assert code == 1
    assert {path: path.read_bytes() for path in space.root.joinpath("issues").rglob("*") if path.is_file()} == before


def test_a_week_that_was_never_frozen_cannot_be_made_again(space: Workspace) -> None:
    with pytest.raises(UsageFault, match="never frozen"):
        rebuild(space.room, WEEK, verify=True)

    assert verify(space.root) == 2


def test_the_archive_is_the_same_when_it_is_built_from_nothing_again(space: Workspace) -> None:
    space.send()
    publish(space.room)
    first = {path.relative_to(space.room.site): path.read_bytes() for path in space.room.site.rglob("*.*")}
    shutil.rmtree(space.room.site)

    publish(space.room)

    again = {path.relative_to(space.room.site): path.read_bytes() for path in space.room.site.rglob("*.*")}
    assert first
    assert again == first


def test_packs_give_the_same_bytes_under_another_zone_locale_and_hash_seed(tmp_path: Path) -> None:
    elsewhere = {
        "TZ": "Pacific/Apia",
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "LC_ALL": _another_locale(),
        "LANG": "C",
        "HOME": str(tmp_path),
    }
    other = in_a_process("-c", _PLAY, str(tmp_path / "there"), *map(str, PACKS), environ=elsewhere)
    for pack in PACKS:
        play(read_pack(pack), tmp_path / "here" / pack.name)

    out, err = other.communicate(timeout=120)

    assert (other.returncode, out) == (0, ""), err
    for pack in PACKS:
        week = read_pack(pack).week
        folders = [week_folder(tmp_path / place / pack.name, week) for place in ("here", "there")]
        for name in RENDERED:
            here, there = ((folder / name).read_bytes() for folder in folders)
            assert here == there, f"{name} of {pack.name}"
        sites = [
            {p.relative_to(root): p.read_bytes() for p in root.rglob("*.*")}
            for root in (tmp_path / place / pack.name / "site" for place in ("here", "there"))
        ]
        assert sites[0] == sites[1]
        room = open_newsroom(tmp_path / "there" / pack.name, environ={})
        assert rebuild(room, week, verify=True).differing == ()


_PLAY = """
import sys
from pathlib import Path
from tests.packs.play import play
from tests.packs.workspace import read_pack
for folder in map(Path, sys.argv[2:]):
    play(read_pack(folder), Path(sys.argv[1]) / folder.name)
"""


def _another_locale() -> str:
    """A locale with other months and another decimal point, where this machine has one."""
    kept = locale.setlocale(locale.LC_ALL)
    try:
        for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8", "C"):
            try:
                return locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue
    finally:
        locale.setlocale(locale.LC_ALL, kept)
    return "C"
