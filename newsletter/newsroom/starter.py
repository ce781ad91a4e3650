"""A new workspace out of the files that the package brings along. I/O: disk"""

from __future__ import annotations

from pathlib import Path

from newsletter.errors import UsageFault
from newsletter.files.folder import write_whole
from newsletter.newsroom.room import make_folder

_STARTER = Path(__file__).parent.parent / "starter"
_IGNORED = "var/\nsite/\n"


def make_workspace(folder: Path) -> tuple[str, ...]:
    """Lay the starting files into the folder; the paths that were made. A file that is there stays as it is.

    Raises UsageFault if the folder holds a newsletter.toml already.
    """
    if (folder / "newsletter.toml").exists():
        raise UsageFault(f"{folder} is a workspace already.", mend="Nothing was changed. Choose another folder.")
    made = []
    make_folder(folder / "issues" / "inbox")
    for source in sorted(path for path in _STARTER.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        target = folder / source.relative_to(_STARTER)
        if not target.exists():
            write_whole(target, source.read_bytes())
            made.append(str(target))
    if not (folder / ".gitignore").exists():
        write_whole(folder / ".gitignore", _IGNORED)
        made.append(str(folder / ".gitignore"))
    return tuple(made)
