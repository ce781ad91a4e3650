"""The documents that servers sent, kept by digest to be read again. I/O: disk

Their order with the fetch log: the document first, then the row that names it. A process that dies in between leaves
a document that nothing names, which `sweep` takes away; never a row whose document is not there.
"""

from __future__ import annotations

import errno
import os
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from newsletter.errors import CannotWrite
from newsletter.model.feeds import Document

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class BodyFolder:
    """Documents by digest, two letters of it to a folder: ab/ab12….z, compressed as they came from the wire."""

    path: Path

    def put(self, document: Document) -> bool:
        """Keep the document; False if it is there already. Raises CannotWrite; no half of it is left.

        Nothing is forced onto the disk: it would cost a pause for each document, and one that the power cord takes
        is not news lost, as its entries are in the database. An empty file, which is how a file system without
        journalled data leaves those, is written again.
        """
        target = self._file(document.sha256)
        try:
            if _is_there(target):
                # It is in use again: `sweep` looks at its age until a row names it.
                os.utime(target)
                return False
            _write(target, document.packed)
        except OSError as fault:
            raise _cannot_write(target, fault) from fault
        return True

    def get(self, digest: str) -> Document | None:
        """The document with this SHA-256, hexadecimal; None if it is not there or no longer what it was."""
        if not _DIGEST.fullmatch(digest):
            return None
        try:
            packed = self._file(digest).read_bytes()
            plain = zlib.decompress(packed)
        except (OSError, zlib.error):
            return None
        if sha256(plain).hexdigest() != digest:
            return None
        return Document(packed=packed, size=len(plain), sha256=digest)

    def sweep(self, keep: Collection[str], before: datetime) -> int:
        """Delete what is not among the digests to keep, and what writers that died left behind; the number of files.

        Only what was put before that instant, by the clock of the disk, as rows that name younger ones may be on
        their way. Files of other names are passed over. Raises CannotWrite.
        """
        wanted = frozenset(keep)
        swept = 0
        for file in self._files():
            if file.suffix == ".z" and file.stem in wanted:
                continue
            try:
                if file.stat().st_mtime < before.timestamp():
                    file.unlink()
                    swept += 1
            except FileNotFoundError:
                continue
            except OSError as fault:
                raise _cannot_write(file, fault) from fault
        return swept

    def _file(self, digest: str) -> Path:
        return self.path / digest[:2] / f"{digest}.z"

    def _files(self) -> Iterator[Path]:
        """Every file of ours, half-written ones included."""
        for folder in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.iterdir()):
                name, _, ending = file.name.partition(".")
                if _DIGEST.fullmatch(name) and (ending == "z" or ending.endswith(".part")):
                    yield file


def _is_there(target: Path) -> bool:
    try:
        return target.stat().st_size > 0
    except FileNotFoundError:
        return False


def _write(target: Path, packed: bytes) -> None:
    try:
        handle, name = mkstemp(prefix=f"{target.stem}.", suffix=".part", dir=target.parent)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f"{target.stem}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _cannot_write(file: Path, fault: OSError) -> CannotWrite:
    if fault.errno in _FULL:
        return CannotWrite(
            f"The disk is full: {file} could not be written.", mend="Make room and run the command again."
        )
    return CannotWrite(
        f"{file} could not be written: {fault.strerror or type(fault).__name__}.",
        mend=f"Give the account that runs this program the right to write to {file.parent}.",
    )
