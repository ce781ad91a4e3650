"""The two commands of a fresh machine. The real set-up, with its network, is proved by .ci/run."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Hosts of package registries, in halves so that this file does not name them itself.
REGISTRIES = tuple(
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("conda", ".anaconda.org"),
        ("crates", ".io/api"),
    )
)
NOT_OURS = {"node_modules", ".git", ".venv", "dist", "build", "packs", "__pycache__"}
#: At the top: what a workspace makes.
MADE = {"var", "site"}


@pytest.fixture(name="bootstrap")
def _bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="clone")
def _clone(tmp_path: Path) -> Path:
    """A clone with only what the set-up reads, in a folder with a space in its name."""
    root = tmp_path / "a clone"
    root.mkdir()
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    return root


def call(clone: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Call the clone's bootstrap.py as a stranger would, from another folder, with an empty home."""
    return subprocess.run(
        [sys.executable, str(clone / "bootstrap.py"), *arguments],
        cwd=clone.parent,
        env={"PATH": "/nowhere", "HOME": "", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def set_up(clone: Path, bootstrap: ModuleType, parts: str) -> None:
    """Give the clone an environment that is in order, whose Python only tells what it was called with."""
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    mark = bootstrap.stamp(clone, f"{os.path.realpath(sys.executable)} {sys.version}")
    (clone / ".venv" / "set-up").write_text(f"{mark} {parts}\n")


@pytest.mark.parametrize("version", [(2, 7), (3, 10)], ids=["2.7", "3.10"])
def test_a_python_that_is_too_old_is_told_which_one_is_needed(bootstrap: ModuleType, version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.Stop, match=rf"3\.11 or later is needed, this is {version[0]}\.{version[1]}"):
        bootstrap.check_python(version)


def test_the_oldest_python_of_bootstrap_is_that_of_pyproject(bootstrap: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    oldest = ".".join(map(str, bootstrap.OLDEST))

    assert project["requires-python"] == f">={oldest}"
    bootstrap.check_python(bootstrap.OLDEST)


def test_without_ensurepip_one_line_mends_it_and_nothing_is_left(clone: Path) -> None:
    hiding = clone.parent / "sitecustomize.py"
    hiding.write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        'u.find_spec = lambda name, package=None: None if name == "ensurepip" else find(name, package)\n'
    )
    before = sorted(p.name for p in clone.iterdir())

    outcome = call(clone, "run", PYTHONPATH=str(clone.parent), PYTHONDONTWRITEBYTECODE="1")

    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr.count("\n") == 1
    assert outcome.stderr.endswith("apt install python3-venv\n")
    assert sorted(p.name for p in clone.iterdir()) == before


@pytest.mark.parametrize("fault", [OSError("no space left"), KeyboardInterrupt()], ids=["disk full", "Ctrl-C"])
def test_an_environment_that_was_not_finished_is_removed(
    clone: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def half_made(venv: Path, _uv: str | None) -> None:
        (venv / "bin").mkdir(parents=True)
        raise fault

    monkeypatch.setattr(bootstrap, "_make", half_made)

    code = bootstrap.main(clone, ["run"])

    assert code == (1 if isinstance(fault, OSError) else 130)
    assert not (clone / ".venv").exists()


def test_an_environment_that_works_stays_when_the_test_tools_do_not_come(
    clone: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    set_up(clone, bootstrap, "core")
    monkeypatch.setattr(bootstrap, "_install", offline)

    code = bootstrap.main(clone, ["test"])

    assert code == 1
    assert (clone / ".venv" / "set-up").read_text().endswith(" core\n")


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml"])
def test_the_stamp_changes_with_what_is_installed(clone: Path, bootstrap: ModuleType, name: str) -> None:
    before = bootstrap.stamp(clone, "python 3.11")

    (clone / name).write_text((clone / name).read_text() + "\n# another\n")

    assert bootstrap.stamp(clone, "python 3.11") != before


def test_the_stamp_changes_with_the_interpreter_and_the_place(clone: Path, bootstrap: ModuleType) -> None:
    before = bootstrap.stamp(clone, "python 3.11")

    moved = clone.rename(clone.parent / "moved")

    assert bootstrap.stamp(moved, "python 3.11") != before
    assert bootstrap.stamp(moved, "python 3.12") != bootstrap.stamp(moved, "python 3.11")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("run", "--open", "a b"), ["-m", "newsletter", "demo", "--open", "a b"]),
        (("test", "-k", "take and not mail"), ["-m", "pytest", "-n", "auto", "-k", "take and not mail"]),
    ],
    ids=["run", "test"],
)
def test_arguments_pass_through_and_the_folder_is_the_clone(
    clone: Path, bootstrap: ModuleType, typed: tuple[str, ...], told: list[str]
) -> None:
    set_up(clone, bootstrap, "core test")

    outcome = call(clone, *typed)

    assert outcome.returncode == 0
    assert outcome.stderr == ""
    assert outcome.stdout.splitlines() == [str(clone), *told]


def test_a_second_call_sets_nothing_up(clone: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []
    set_up(clone, bootstrap, "core")
    monkeypatch.setattr(bootstrap, "_make", lambda *told: called.append(told))
    monkeypatch.setattr(bootstrap, "_install", lambda *told: called.append(told))

    bootstrap.set_up(clone, "core")

    assert called == []


@pytest.mark.parametrize("typed", [(), ("walk",)], ids=["nothing", "no such command"])
def test_a_call_without_a_command_shows_the_two(clone: Path, typed: tuple[str, ...]) -> None:
    outcome = call(clone, *typed)

    assert outcome.returncode == 2
    assert "bootstrap.py run" in outcome.stderr
    assert "test [" in outcome.stderr


def test_every_dependency_and_the_build_backend_are_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = chain.from_iterable(declared["project"]["optional-dependencies"].values())
    asked = [*declared["build-system"]["requires"], *declared["project"]["dependencies"], *extras]

    names = {_name(requirement) for requirement in asked}

    assert sorted(names - pinned) == []


def _name(requirement: str) -> str:
    head = requirement
    for mark in "<>=!~;[ ":
        head = head.partition(mark)[0]
    return re.sub(r"[-_.]+", "-", head).lower()  # as packages are compared (PEP 503)


def test_the_pins_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text()

    assert "://" not in text
    assert "@" not in text


def test_no_file_names_a_package_registry() -> None:
    named = [str(path.relative_to(ROOT)) for path in _our_files(ROOT) if _names_a_registry(path)]

    assert named == []


def _our_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        made = folder == ROOT and path.name in MADE
        if made or path.name in NOT_OURS or path.name.endswith(("_cache", ".egg-info", ".hypothesis")):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _our_files(path)
        elif path.is_file():
            yield path


def _names_a_registry(path: Path) -> bool:
    content = path.read_bytes()
    return any(host.encode() in content for host in REGISTRIES)
