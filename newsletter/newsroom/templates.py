"""Where templates are found: the workspace's, then the ones shipped, then the source tree's. I/O: disk"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class TemplateFolders:
    """Implements the port `Templates` over folders, first hit wins.

    An installed wheel carries them in newsletter/templates; a source tree has them beside the package, and there
    no copy lies in the package, so that a stale one can never win.
    """

    workspace: Path

    def source(self, name: str) -> tuple[str, str] | None:
        for folder, shown in (
            (self.workspace / "templates", "templates"),
            (_PACKAGE / "templates", "newsletter/templates"),
            (_PACKAGE.parent / "templates", "templates"),
        ):
            path = folder / name
            if path.is_file():
                return path.read_text(encoding="utf-8"), f"{shown}/{name}"
        return None
