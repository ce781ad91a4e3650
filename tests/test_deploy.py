"""The recipe in deploy/: a merge approves, the server sends; and every command that it names exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import pytest

from newsletter.__main__ import main
from newsletter.cli import COMMANDS, newsletter
from newsletter.errors import NotReady
from newsletter.files.state import read_seal
from newsletter.newsroom.records import require_seal, seal_holds
from tests.room import ENVIRON, FREEZE, SEND, WEEK, Workspace, workspace

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SYNC = DEPLOY / "git-sync.sh"
RECIPES = sorted((DEPLOY / "github").glob("*.yml"))
needs_git = pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("git", "bash")), reason="git or bash is not installed"
)


def steps_of(recipe: str) -> dict[str, str]:
    """The scripts of a workflow by the name of their step; those without a name by the script."""
    text = (DEPLOY / "github" / recipe).read_text(encoding="utf-8")
    found = {}
    for step in re.split(r"\n      - ", text)[1:]:
        run = re.search(r"^ *run: (?:\|\n((?: {10}.*\n|\n)+)|(.*))", step, re.M)
        if run is not None:
            script = textwrap.dedent(run[1]) if run[1] else run[2]
            name = re.match(r"name: (.*)", step)
            found[name[1] if name else script] = script
    return found


# What is written in it -----------------------------------------------------------------------------


def test_every_command_and_option_that_the_recipe_names_exists() -> None:
    context = click.Context(newsletter)
    shown = "\n".join(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*.*"))
    lines = re.findall(r"(?<=\bnewsletter )([a-z-]+)([^\n`|&;]*)", re.sub(r"^\s*#.*$", "", shown, flags=re.M))

    named = [(name, rest) for name, rest in lines if name in COMMANDS]

    assert {name for name, _ in named} >= {"approve", "check", "collect", "diff", "run"}
    for name, rest in named:
        command = newsletter.get_command(context, name)
        assert command is not None
        options = {text for parameter in command.params for text in parameter.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= options, f"newsletter {name}{rest}"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_workflow_is_plain_and_asks_for_no_more_than_it_needs(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8")

    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert "\t" not in text
    assert all((len(line) - len(line.lstrip())) % 2 == 0 for line in lines)
    assert [line.rstrip(":").split(":")[0] for line in lines if not line.startswith(" ")] == [
        "name",
        "on",
        "permissions",
        "concurrency",
        "jobs",
    ]
    assert "pull_request_target" not in text
    assert "secrets." not in text
    assert re.findall(r"uses: (\S+)", text)
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in re.findall(r"uses: (\S+)", text))
    # What others may name (branches, titles) comes into a script by the environment, never by being pasted in.
    assert not [script for script in steps_of(recipe.name).values() if "${{" in script]


@needs_git
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_every_script_of_a_workflow_is_one_that_bash_can_read(recipe: Path) -> None:
    scripts = steps_of(recipe.name)

    assert len(scripts) >= 3
    for name, script in scripts.items():
        read = subprocess.run(["bash", "-n", "-c", script], capture_output=True, text=True, check=False)
        assert (read.returncode, read.stderr) == (0, ""), name


def test_every_file_that_the_pages_name_is_there() -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")

    assert all((ROOT / path).is_file() for path in re.findall(r"`?(deploy/[a-z/-]+\.(?:sh|yml))", page))
    assert os.access(SYNC, os.X_OK)


# Played with git -----------------------------------------------------------------------------------


@dataclass
class Forge:
    """A bare repository, the server's workspace in it on `desk`, and whatever clones people make."""

    folder: Path
    server: Workspace

    @property
    def environ(self) -> dict[str, str]:
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
        # No setting of this account's git has a say.
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.folder)}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "PYTHONPATH": str(ROOT), "BY": "rani-of-the-forge"} | who | quiet | ENVIRON

    def git(self, *arguments: str, at: Path) -> str:
        return self.play(["git", *arguments], at=at).stdout

    def play(self, command: list[str], *, at: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=at, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def sync(self, *command: str, code: int = 0) -> str:
        """What the server's cron does, around that command; what it said."""
        return self.play([str(SYNC), *(command or ("true",))], at=self.server.root, code=code).stderr

    def clone(self, name: str, branch: str) -> Path:
        self.git("clone", "--quiet", "--branch", branch, str(self.folder / "forge.git"), name, at=self.folder)
        return self.folder / name

    def on_desk(self) -> list[str]:
        """The files that the forge has on `desk`, as the server last saw it."""
        return self.git("ls-tree", "-r", "--name-only", "origin/desk", at=self.server.root).splitlines()

    def merge(self, name: str) -> None:
        """Merge `desk` into `main`, as the forge's button does."""
        clone = self.clone(name, "main")
        self.git("merge", "--quiet", "--no-ff", "-m", "Merge desk", "origin/desk", at=clone)
        self.git("push", "--quiet", "origin", "main", at=clone)

    def approve(self, name: str, *, code: int = 0) -> None:
        """Do in a fresh clone what approve.yml does, its program within this process."""
        clone = self.clone(name, "main")
        assert main(["approve", "--all-frozen", "--by", "rani-of-the-forge", "--root", str(clone)]) == code
        self.play(["bash", "-e", "-c", steps_of("approve.yml")["Keep the seal"]], at=clone)


_WHO = {"NAME": "Somebody", "EMAIL": "somebody@example.com"}


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    shim = tmp_path / "bin" / "newsletter"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m newsletter "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    with workspace(tmp_path / "server") as server:
        server.add("ada")
        server.write(".gitignore", "var/\nsite/\n")
        made = Forge(tmp_path, server)
        made.git("init", "--quiet", "--bare", "--initial-branch=main", "forge.git", at=tmp_path)
        made.git("init", "--quiet", "--initial-branch=main", at=server.root)
        made.git("add", "--all", at=server.root)
        made.git("commit", "--quiet", "-m", "A workspace", at=server.root)
        made.git("remote", "add", "origin", str(tmp_path / "forge.git"), at=server.root)
        made.git("push", "--quiet", "origin", "main", "main:desk", at=server.root)
        made.git("switch", "--quiet", "-c", "desk", at=server.root)
        yield made


@needs_git
def test_a_week_is_closed_by_the_server_approved_by_a_merge_and_sent(forge: Forge) -> None:
    server = forge.server
    editor = forge.clone("editor", "desk")
    (editor / "issues" / str(WEEK) / "takes" / "dika.md").write_text("What came in by git stands in it.\n", "utf-8")
    forge.git("add", "issues", at=editor)
    forge.git("commit", "--quiet", "-m", "A take", at=editor)
    forge.git("push", "--quiet", "origin", "desk", at=editor)
    forge.sync()
    server.clock.instant = FREEZE
    server.freeze()
    forge.sync()
    unapproved = server.run_at(SEND)

    forge.merge("button")
    runner, scripts = forge.clone("runner", "main"), steps_of("approve.yml")
    said = forge.play(["bash", "-e", "-c", scripts["Approve"]], at=runner).stdout
    forge.play(["bash", "-e", "-c", scripts["Keep the seal"]], at=runner)
    forge.approve("second-runner")
    forge.sync()
    sent = server.run_at(SEND + timedelta(minutes=10))
    forge.sync()

    assert "What came in by git stands in it." in server.issue_text()
    assert ("deliver", "ask") in unapproved
    assert said.startswith(f"{WEEK} is approved by rani-of-the-forge: ")
    assert ("deliver", "done") in sent
    assert server.post.readers == ["ada"]
    seal = read_seal(server.root, WEEK)
    assert seal is not None
    assert seal.by == "rani-of-the-forge"
    log = forge.git("log", "--format=%s", "origin/main", "--", "issues", at=server.root).splitlines()
    assert log.count("Approved by rani-of-the-forge") == 1
    assert '"sent": {' in forge.git("show", f"origin/desk:issues/{WEEK}/state.json", at=server.root)
    assert forge.git("status", "--porcelain", at=server.root) == ""


@needs_git
def test_what_is_changed_after_the_merge_is_not_sent(forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    server = forge.server
    server.freeze()
    forge.sync()
    forge.merge("button")
    forge.approve("runner")
    editor = forge.clone("editor", "desk")
    take = editor / "issues" / str(WEEK) / "takes" / "first.md"
    take.write_text(take.read_text(encoding="utf-8").replace("has to say", "had to say"), encoding="utf-8")
    forge.git("commit", "--quiet", "--all", "-m", "One more thing", at=editor)
    forge.git("push", "--quiet", "origin", "desk", at=editor)

    forge.sync()

    with pytest.raises(NotReady, match="Changed since rani-of-the-forge approved it"):
        require_seal(server.room, WEEK)
    # The approval was made elsewhere: its words come out of git.
    assert not (server.room.var / "approved").exists()
    assert main(["diff", str(WEEK), "--since-approval", "--root", str(server.root)]) == 1
    assert "    - The first of all takes says what it has to say." in capsys.readouterr().out
    # A merge of words whose letter nobody could read approves nothing.
    forge.merge("second-button")
    forge.approve("second-runner", code=3)
    assert "was not drafted since its files changed" in capsys.readouterr().err


def test_an_older_week_that_holds_errors_keeps_no_newer_one_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with workspace(tmp_path) as space:
        space.freeze()
        (space.folder() / "takes" / "first.md").unlink()
        space.take("second", "A take of the week after.", week=WEEK.after())
        space.clock.instant += timedelta(days=7)
        space.freeze(WEEK.after())

        code = main(["approve", "--all-frozen", "--by", "rani", "--root", str(tmp_path)])

        found = capsys.readouterr()
        assert code == 3
        assert found.out.startswith("2024-W24 is approved by rani")
        assert "2024-W23" in found.err
        assert seal_holds(space.room, WEEK.after())


@needs_git
def test_the_command_runs_and_its_exit_code_stands_whatever_git_says(forge: Forge) -> None:
    (forge.folder / "forge.git").rename(forge.folder / "away.git")
    forge.server.take("late", "Filed while the network was down.")

    said = forge.sync("touch", "it-ran", code=1)
    forge.sync("sh", "-c", "exit 3", code=3)
    (forge.folder / "away.git").rename(forge.folder / "forge.git")
    forge.sync()

    assert "cannot be reached; going on with what lies here" in said
    assert (forge.server.root / "it-ran").exists()
    assert "issues/2024-W23/takes/late.md" in forge.git(
        "ls-tree", "-r", "--name-only", "origin/desk", at=forge.server.root
    )


@needs_git
def test_what_two_people_changed_is_left_to_a_person(forge: Forge) -> None:
    take = Path("issues") / str(WEEK) / "takes" / "first.md"
    editor = forge.clone("editor", "desk")
    (editor / take).write_text("author: Yoga\n---\nWords of the editor.\n", encoding="utf-8")
    forge.git("commit", "--quiet", "--all", "-m", "Edited", at=editor)
    forge.git("push", "--quiet", "origin", "desk", at=editor)
    (forge.server.root / take).write_text("author: Yoga\n---\nWords on the server.\n", encoding="utf-8")

    said = forge.sync(code=1)

    assert "origin/desk does not merge by itself, and a person has to:  git merge origin/desk" in said
    assert (forge.server.root / take).read_text(encoding="utf-8") == "author: Yoga\n---\nWords on the server.\n"
    assert forge.git("status", "--porcelain", at=forge.server.root) == ""


@needs_git
def test_a_merge_that_a_person_is_at_becomes_no_commit(forge: Forge) -> None:
    take = Path("issues") / str(WEEK) / "takes" / "first.md"
    editor = forge.clone("editor", "desk")
    (editor / take).write_text("author: Yoga\n---\nWords of the editor.\n", encoding="utf-8")
    forge.git("commit", "--quiet", "--all", "-m", "Edited", at=editor)
    forge.git("push", "--quiet", "origin", "desk", at=editor)
    (forge.server.root / take).write_text("author: Yoga\n---\nWords on the server.\n", encoding="utf-8")
    forge.sync(code=1)
    forge.play(["git", "merge", "origin/desk"], at=forge.server.root, code=1)

    said = forge.sync("touch", "it-ran", code=1)

    assert "a merge is not finished here" in said
    assert (forge.server.root / "it-ran").exists()
    assert forge.git("diff", "--name-only", "--diff-filter=U", at=forge.server.root) == f"{take}\n"


@needs_git
def test_a_week_is_checked_whatever_its_files_are_called(forge: Forge) -> None:
    editor = forge.clone("editor", "desk")
    (editor / "issues" / str(WEEK) / "takes" / "jürgen.md").write_text("Words.\n", encoding="utf-8")
    forge.git("add", "issues", at=editor)
    forge.git("commit", "--quiet", "-m", "A take", at=editor)
    script = steps_of("check.yml")["Check every week that was touched, or the one that is open"]
    found = script.partition("code=0")[0].replace("$GITHUB_BASE_REF", "desk")

    assert forge.play(["bash", "-e", "-c", f'{found}\necho "$weeks"'], at=editor).stdout == f"{WEEK}\n"


@needs_git
def test_the_server_never_works_on_the_branch_of_what_is_approved(forge: Forge) -> None:
    forge.git("switch", "--quiet", "main", at=forge.server.root)

    said = forge.sync("touch", "it-ran", code=1)

    assert "a push to main counts as an approval" in said
    assert not (forge.server.root / "it-ran").exists()


@needs_git
def test_only_issues_are_committed_and_no_half_written_file(forge: Forge) -> None:
    forge.server.write("notes.txt", "of the operator")
    forge.server.write(f"issues/{WEEK}/.issue.md.12-34.tmp", "half")
    forge.server.take("second", "A second take.")

    forge.sync()

    kept = forge.on_desk()
    assert "issues/2024-W23/takes/second.md" in kept
    assert not [path for path in kept if path.endswith((".tmp", "notes.txt"))]
