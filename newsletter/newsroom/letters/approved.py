"""What an approval stood for: its words as they were, and the weeks that still wait for one. I/O: disk, processes"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.desk.sealing import GONE, digest
from newsletter.files.folder import weeks_on_disk, write_whole
from newsletter.files.state import read_state, seal_path
from newsletter.model.week import Week
from newsletter.model.week_state import Seal
from newsletter.newsroom.inputs import is_sample
from newsletter.newsroom.records import seal_holds
from newsletter.newsroom.room import Newsroom

#: git that takes longer waits for something that nobody will give it.
_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Approved:
    """The files of an approval as far as they are at hand; none whose digest is not the seal's."""

    #: By path; None for one that was not there when it was approved.
    files: Mapping[str, bytes | None]
    #: Paths whose approved bytes are nowhere any more.
    lost: tuple[str, ...]


def keep_copies(room: Newsroom, week: Week, files: Mapping[str, bytes | None]) -> None:
    """Keep what is about to be approved, in the place of what was approved before. Raises CannotWrite."""
    # What cannot be removed does no harm: a copy is believed only if its digest is the seal's.
    shutil.rmtree(_folder(room, week), ignore_errors=True)
    for path, data in files.items():
        if data is not None and ".." not in Path(path).parts:
            write_whole(_folder(room, week) / path, data)


def approved_files(room: Newsroom, week: Week, seal: Seal) -> Approved:
    """Every file of the seal as it was approved: as it still lies there, from the copies kept, or out of git."""
    files: dict[str, bytes | None] = {}
    lost: list[str] = []
    git = _Git(room.root, seal_path(room.root, week))
    for path, expected in seal.digests.items():
        if expected == GONE:
            files[path] = None
            continue
        for read in (lambda p: _read(room.root / p), lambda p: _read(_folder(room, week) / p), git.read):
            data = read(path)
            if data is not None and digest(data) == expected:
                files[path] = data
                break
        else:
            lost.append(path)
    return Approved(files, tuple(lost))


def weeks_to_approve(room: Newsroom) -> tuple[Week, ...]:
    """The weeks that are closed and wait for an approval, oldest first: not sent, left out or held, nor the sample."""
    found = []
    for week in weeks_on_disk(room.root):
        state = read_state(room.root, week)
        waits = state.frozen and not state.sent and not state.skipped and not state.pause
        if waits and not is_sample(room.root, week) and not seal_holds(room, week):
            found.append(week)
    return tuple(found)


class _Git:
    """The workspace's history at the commit that brought the seal; where there is no git, nothing."""

    def __init__(self, root: Path, seal: Path) -> None:
        self._root, self._seal = root, seal.relative_to(root).as_posix()
        self._commit: str | None = None

    def read(self, path: str) -> bytes | None:
        if self._commit is None:
            found = self._run("log", "-1", "--format=%H", "--", self._seal)
            self._commit = found.decode("ascii", "replace").strip() if found else ""
        # "./" counts from here, also where the workspace is a folder within its repository.
        return self._run("cat-file", "blob", f"{self._commit}:./{path}") if self._commit else None

    def _run(self, *arguments: str) -> bytes | None:
        git = shutil.which("git")
        if git is None:
            return None
        try:
            done = subprocess.run(  # noqa: S603 - no shell; what is read is compared with its digest
                [git, *arguments], cwd=self._root, capture_output=True, timeout=_PATIENCE, check=False
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout if done.returncode == 0 else None


def _folder(room: Newsroom, week: Week) -> Path:
    return room.var / "approved" / str(week)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
