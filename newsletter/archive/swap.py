"""Put a whole site in the place of the one before, never half of it. I/O: disk"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from newsletter.errors import CannotWrite

#: Every site we write has these; a folder that has files but not these is somebody's own.
_OURS = ("index.html", "404.html")
#: What a web host wants in the folder before there is a site, besides hidden files.
_OF_HOSTS = frozenset({"CNAME"})
#: From so many new files on, one word to the whole machine is quicker than one for each file.
_MANY = 64
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


def swap_in(site: Path, files: Sequence[tuple[str, bytes]], *, ours: Collection[str]) -> bool:
    """Write the files beside the site and exchange the two folders by renaming; False if nothing differs.

    The site is whole at every instant; while the two names change it may be absent, never mixed. What did not change
    is the same file as before, by a hard link. `ours` are the names at the top of the site that are ours to fill:
    what lies there under any other (CNAME, .well-known, .git) is a person's own and goes along. Where `site` is a
    symbolic link, the folder that it leads to is exchanged.

    Raises:
        CannotWrite: the disk refuses, or the folder holds something that is no site of ours.
    """
    place = Path(os.path.realpath(site))
    beside, old = place.with_name(f".{place.name}.new"), place.with_name(f".{place.name}.old")
    try:
        _recover(place, old)
        _refuse_strangers(place, site.name)
        # UTF-8 in every locale: links in the pages say so.
        content = {os.fsdecode(name.encode()): data for name, data in files}
        fresh = {name for name in content if not _stands(place / name, content[name])}
        if not fresh and _is_all(place, content, ours):
            shutil.rmtree(old, ignore_errors=True)
            return False
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        _settle(_write(beside, content, place, fresh) + _take_along(place, beside, {*ours, *_tops(content)}))
        if place.exists():
            place.rename(old)
        beside.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as fault:
        shutil.rmtree(beside, ignore_errors=True)
        raise CannotWrite(
            f"{site.name}/ could not be written: {fault.strerror or fault}. The site that stood there still stands.",
            mend=_mend(fault, place),
        ) from fault
    finally:
        # Whatever ended it between the two renamings, Ctrl-C included.
        with suppress(OSError):
            _recover(place, old)
    return True


def _recover(site: Path, old: Path) -> None:
    """Put the former site back if a crash fell between the two renamings."""
    if old.exists() and not site.exists():
        old.rename(site)


def _refuse_strangers(site: Path, shown: str) -> None:
    if site.is_dir():
        if site.is_mount():
            raise CannotWrite(
                f"{shown}/ is a mounted disk, and a mounted folder cannot be exchanged; nothing was touched.",
                mend=f"Mount it elsewhere, and make {shown} a symbolic link to a folder inside of it.",
            )
        there = {one.name for one in site.iterdir()}
        if there.issuperset(_OURS) or all(name.startswith(".") or name in _OF_HOSTS for name in there):
            return
    elif not site.exists():
        return
    raise CannotWrite(
        f"{shown}/ holds files that no archive of ours has left there; nothing was touched.",
        mend="Move them away, or name another folder for the site.",
    )


def _stands(path: Path, content: bytes) -> bool:
    """Whether that very file lies there, as a file of its own."""
    try:
        there = path.lstat()
        return S_ISREG(there.st_mode) and there.st_size == len(content) and path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


def _is_all(site: Path, content: Mapping[str, bytes], ours: Collection[str]) -> bool:
    """Whether no further file lies under our names."""
    names = {*ours, *_tops(content)}
    for folder, below, found in os.walk(site):
        within = folder[len(str(site)) + 1 :].replace(os.sep, "/")
        if not within:
            below[:] = [name for name in below if name in names]
            found = [name for name in found if name in names]
        if any(f"{within}/{name}".lstrip("/") not in content for name in found):
            return False
    return True


def _tops(names: Collection[str]) -> set[str]:
    return {name.partition("/")[0] for name in names}


def _write(folder: Path, content: Mapping[str, bytes], site: Path, fresh: Collection[str]) -> list[Path]:
    """Fill the folder; the files that are new, which the disk may not have yet."""
    written: list[Path] = []
    made: set[Path] = set()
    for name, data in content.items():
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        if name in fresh or not _linked(site / name, path):
            path.write_bytes(data)
            written.append(path)
    folder.mkdir(parents=True, exist_ok=True)
    return written


def _take_along(site: Path, beside: Path, ours: Collection[str]) -> list[Path]:
    """Bring what people put at the top of the site; the files that had to be copied."""
    copied: list[Path] = []

    def bring(source: str, target: str) -> None:
        if not _linked(Path(source), Path(target)):
            shutil.copy2(source, target, follow_symlinks=False)
            copied.append(Path(target))

    for one in sorted(site.iterdir()) if site.is_dir() else ():
        if one.name in ours:
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.copytree(one, beside / one.name, symlinks=True, copy_function=bring)
        else:
            bring(str(one), str(beside / one.name))
    return copied


def _linked(there: Path, path: Path) -> bool:
    """Give the file a second name; False where the disk knows no such thing, or grants it not."""
    try:
        os.link(there, path, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def _settle(written: Sequence[Path]) -> None:
    """See on the disk what was written, before any name changes."""
    if len(written) >= _MANY:
        os.sync()
        return
    for path in written:
        if path.is_symlink():
            continue
        with path.open("rb") as stream:
            os.fsync(stream.fileno())


def _mend(fault: OSError, site: Path) -> str:
    if fault.errno in _FULL:
        return "The disk is full: make room, then run the same command again."
    if fault.errno in _NOT_ALLOWED:
        return f"This account may not write to {site.parent}: give it the right, then run the same command again."
    return "Mend the cause, then run the same command again."
