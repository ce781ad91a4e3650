"""Where templates are found: the workspace's, then the ones shipped, then the source tree's. I/O: disk"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import FaultyTemplate

_PACKAGE = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class TemplateFolders:
    """Implements the port `Templates` over folders, first hit wins.

    An installed wheel carries them in newsletter/templates; a source tree has them beside the package, and there
    no copy lies in the package, so that a stale one can never win.
    """

    workspace: Path

    def source(self, name: str) -> tuple[str, str] | None:
        """The text of a template and the path to show for it; None if there is none. Raises FaultyTemplate."""
        for folder, shown in zip(
            _folders(self.workspace), ("templates", "newsletter/templates", "templates"), strict=True
        ):
            try:
                return (folder / name).read_text(encoding="utf-8"), f"{shown}/{name}"
            except (FileNotFoundError, NotADirectoryError):
                continue
            except UnicodeDecodeError as fault:
                raise FaultyTemplate(f"{shown}/{name}: The file is not UTF-8.", mend="Save it as UTF-8.") from fault
            except (OSError, ValueError) as fault:
                reason = (getattr(fault, "strerror", None) or str(fault)).lower()
                raise FaultyTemplate(
                    f"{shown}/{name}: The file cannot be read: {reason}.",
                    mend="Move it away to go back to the one that came with the program.",
                ) from fault
        return None


def template_names(workspace: Path) -> tuple[str, ...]:
    """The names of all templates that a workspace has, its own and those that came with the program, in order."""
    found = {
        path.relative_to(folder).as_posix()
        for folder in _folders(workspace)
        for path in folder.rglob("*.j2")
        if path.is_file()
    }
    return tuple(sorted(found))


def _folders(workspace: Path) -> tuple[Path, Path, Path]:
    """Where templates may lie, the one that wins first."""
    return workspace / "templates", _PACKAGE / "templates", _PACKAGE.parent / "templates"
