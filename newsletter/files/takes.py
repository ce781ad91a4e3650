"""The takes of a week, out of its folder and the inbox. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from newsletter.files.folder import inbox_folder, read_text, relative, take_files, takes_folder
from newsletter.files.take_text import parse_takes
from newsletter.model.issue import Listed, Take
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week

_COUNTED = re.compile(r"(?:[-_ ]\d{1,2}| ?\(\d{1,2}\))$")
_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}[-_ ]")


def read_takes(
    root: Path, week: Week, *, inbox: bool, used: Collection[Listed] = ()
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """Read every take filed for the week, by path, and with `inbox` those that lie there for the next open issue.

    Files in `used`, unchanged since an earlier freeze listed them, are passed over.
    """
    paths = take_files(root, takes_folder(root, week))
    if inbox:
        paths = (*paths, *take_files(root, inbox_folder(root)))
    return _read(root, paths, week=week, used=used)


def read_take_files(
    root: Path, paths: Iterable[str | Path], *, week: Week | None = None
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """Read the takes of these files, relative to the workspace or absolute; a listed file that is gone is an error."""
    files = [root / path for path in paths]
    takes, remarks = _read(root, files, week=week)
    gone = [
        Remark(
            relative(root, path),
            0,
            "error",
            "gone",
            "The week was frozen with this file, and it is gone.",
            ("Put it back, or freeze the week again.",),
        )
        for path in files
        if not path.exists()
    ]
    return takes, in_order((*remarks, *gone))


def _read(
    root: Path, paths: Iterable[Path], *, week: Week | None, used: Collection[Listed] = ()
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
            file.text, file.path, sha256=file.sha256, default_author=author_of(file.path), week=week
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
