"""Put a whole site in the place of the one before, never half of it. I/O: disk"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from newsletter.errors import CannotWrite

#: Every site we write has these; a folder that has files but not these is somebody's own.
_OURS = ("index.html", "404.html")


def swap_in(site: Path, files: Sequence[tuple[str, bytes]]) -> bool:
    """Write the files beside the site and exchange the two folders by renaming; False if nothing differs.

    The site is whole at every instant; while the two names change it may be absent, never mixed.

    Raises:
        CannotWrite: the disk refuses, or the folder holds something that is no site of ours.
    """
    beside, old = site.with_name(f".{site.name}.new"), site.with_name(f".{site.name}.old")
    try:
        _recover(site, old)
        if _holds(site, files):
            return False
        _refuse_strangers(site)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        _write(beside, files)
        if site.exists():
            site.rename(old)
        beside.rename(site)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as fault:
        shutil.rmtree(beside, ignore_errors=True)
        _recover(site, old)
        raise CannotWrite(
            f"{site.name}/ could not be written: {fault.strerror or fault}. The site that stood there still stands.",
            mend="Make room or give the right to write, then run the same command again.",
        ) from fault
    return True


def _recover(site: Path, old: Path) -> None:
    """Put the former site back if a crash fell between the two renamings."""
    if old.exists() and not site.exists():
        old.rename(site)


def _holds(site: Path, files: Sequence[tuple[str, bytes]]) -> bool:
    if not site.is_dir():
        return False
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return there == {name for name, _ in files} and all((site / name).read_bytes() == data for name, data in files)


def _refuse_strangers(site: Path) -> None:
    if not site.exists() or (site.is_dir() and not any(site.iterdir())):
        return
    if not site.is_dir() or not all((site / name).is_file() for name in _OURS):
        raise CannotWrite(
            f"{site.name}/ holds files that no archive of ours has left there; nothing was touched.",
            mend="Move them away, or name another folder for the site.",
        )


def _write(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Write all files and see them on the disk before any name changes."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
