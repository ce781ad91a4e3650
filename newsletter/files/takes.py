"""The takes of a week, out of its folder and the inbox. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from newsletter.files.folder import (
    closed_folders,
    inbox_folder,
    passed_over,
    read_text,
    relative,
    take_files,
    takes_folder,
)
from newsletter.files.take_text import parse_takes
from newsletter.model.issue import Take
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.model.week_state import Listed

_COUNTED = re.compile(r"(?:[-_ ]\d{1,2}| ?\(\d{1,2}\))$")
_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}[-_ ]")


def read_takes(
    root: Path, week: Week, *, inbox: bool, used: Collection[Listed] = (), names: Collection[str] = ()
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """Read every take filed for the week, by path, and with `inbox` those that lie there for the next open issue.

    Files in `used`, unchanged since an earlier freeze listed them, are passed over. `names` are the members', by which
    a file of several people's takes is told from one that quotes people.
    """
    folders = (takes_folder(root, week), inbox_folder(root)) if inbox else (takes_folder(root, week),)
    paths = [path for folder in folders for path in take_files(root, folder)]
    takes, remarks = _read(root, paths, week=week, used=used, names=names)
    others = [_no_take(root, path) for folder in folders for path in passed_over(root, folder)]
    closed = [_closed(root, path) for folder in folders for path in closed_folders(folder)]
    return takes, in_order((*remarks, *others, *closed))


def read_take_files(
    root: Path, paths: Iterable[str | Path], *, week: Week | None = None, names: Collection[str] = ()
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """Read the takes of these files, relative to the workspace or absolute; a listed file that is gone is an error."""
    files = [root / path for path in paths]
    takes, remarks = _read(root, files, week=week, names=names)
    gone = [
        Remark(
            relative(root, path),
            0,
            "error",
            "gone",
            "The week was frozen with this file, and it is gone.",
            ("Put it back; what shall not be printed is emptied, not deleted.",),
        )
        for path in files
        if not path.exists()
    ]
    return takes, in_order((*remarks, *gone))


def _closed(root: Path, folder: Path) -> Remark:
    what = "The folder cannot be read: permission denied. Nobody knows which takes lie in it."
    return Remark(relative(root, folder), 0, "error", "unreadable", what, ("Give this account the right to read it.",))


def _no_take(root: Path, path: Path) -> Remark:
    """Nothing that was filed vanishes without a word."""
    shown = relative(root, path)
    if path.is_file() and path not in (inbox_folder(root), *inbox_folder(root).parents) and path.name != "takes":
        what, mend = "The file does not end in .md or .txt and is not read.", "Save it as plain text, with that ending."
    elif path.is_file():
        what, mend = "A file stands where the folder of takes belongs.", "Move it away, and make a folder of that name."
    else:
        what, mend = "There is no file behind this name.", "Put the take itself there."
    return Remark(shown, 0, "warning", "no-take", what, (mend,))


def _read(
    root: Path,
    paths: Iterable[Path],
    *,
    week: Week | None,
    used: Collection[Listed] = (),
    names: Collection[str] = (),
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    takes: list[Take] = []
    remarks: list[Remark] = []
    seen = {(listed.path, listed.sha256) for listed in used}
    for path in sorted(set(paths), key=lambda path: relative(root, path)):
        file = read_text(root, path)
        if (file.path, file.sha256) in seen:
            continue
        remarks.extend(file.remarks)
        if file.text is None:
            continue
        found, said = parse_takes(
            file.text,
            file.path,
            sha256=file.sha256,
            default_author=author_of(file.path),
            week=week,
            names=names,
        )
        takes.extend(found)
        remarks.extend(said)
    return tuple(takes), in_order(remarks)


def author_of(path: str) -> str:
    """Whom a file's place names: the folder it lies in below takes/ or inbox/, else the file.

    "takes/yoga/zoom.md", "takes/yoga.md", "takes/yoga-2.md" and "inbox/2024-06-05-yoga.md" all say "yoga".
    The desk knows the members and decides whether it is one.
    """
    parts = path.split("/")
    top = next((i for i, part in enumerate(parts) if part in ("takes", "inbox")), len(parts) - 2)
    if len(parts) - top > 2:
        return parts[-2]
    stem = parts[-1].rpartition(".")[0] or parts[-1]
    return _COUNTED.sub("", _DATED.sub("", stem)) or stem
