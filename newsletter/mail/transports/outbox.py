"""Letters into a folder, one .eml file each: the rehearsal of a delivery, byte for byte. I/O: disk"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from newsletter.errors import CannotWrite
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Reply

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class OutboxRelay:
    """Letters to a folder, which is made when the first one comes."""

    name: str = "outbox"
    connections: int = 1
    at_once: int = 1
    per_minute: int = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open the folder. Raises CannotWrite if it cannot be made."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _cannot_write(self._folder, fault) from fault
        yield _Folder(self._folder)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:  # noqa: ARG002
        """Write the letters, each so that it is on the disk, whole, when this returns.

        Its name comes from the Message-ID: a letter that is repeated replaces itself by the same bytes.
        Raises CannotWrite; a letter that stood there before still stands.
        """
        return tuple(map(self._write, letters))

    def _write(self, letter: Letter) -> Reply:
        local = letter.message_id.strip("<>").partition("@")[0]
        path = self._folder / f"{_UNSAFE.sub('_', local)}.eml"
        beside = path.with_suffix(".part")
        try:
            with beside.open("wb") as file:
                file.write(letter.data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            self._keep_name()
        except OSError as fault:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise _cannot_write(path, fault) from fault
        return Reply(250, path.name, "letter")

    def _keep_name(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _cannot_write(path: Path, fault: OSError) -> CannotWrite:
    return CannotWrite(
        f"{path}: {fault.strerror or fault}",
        mend="Make room on the disk, or see that the folder is yours, and deliver again: nobody gets a second letter.",
    )
