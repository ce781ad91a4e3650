"""Remarks: findings about files that people wrote and weeks that people run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "notice"]
_RANK: dict[str, int] = {"error": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding: where, how grave, what, and how to mend it."""

    #: Relative to the workspace, with forward slashes; a week's folder where no single file is at fault.
    path: str
    #: From 1; 0 where the whole file is meant.
    line: int
    level: Level
    #: A short name of the kind of finding, stable for ever: "unknown-key".
    code: str
    #: One or two sentences, ended with a stop.
    what: str
    #: How to mend it, one string per line; may be empty.
    mend: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return "\n    ".join((f"{place}: {self.level} [{self.code}] {self.what}", *self.mend))

    def as_json(self) -> dict[str, object]:
        return {
            "path": self.path,
            "line": self.line,
            "level": self.level,
            "code": self.code,
            "what": self.what,
            "mend": list(self.mend),
        }


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """By file, then line, then gravity; the same remark once."""
    return tuple(sorted(set(remarks), key=lambda r: (r.path, r.line, _RANK[r.level], r.code, r.what)))


def errors_in(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(r for r in remarks if r.level == "error")
