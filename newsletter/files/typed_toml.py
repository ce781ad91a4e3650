"""The tables of a TOML file that a person wrote, checked whole against the keys we know. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from newsletter.files.folder import relative
from newsletter.files.headers import unknown_key
from newsletter.model.remarks import Remark
from newsletter.toml_lines import TomlFault, TomlText, read_toml

Kind = Literal["line", "text", "texts", "groups", "number", "whole", "switch", "table"]

_CONTROLS = re.compile(r"[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029]")

EXPECTED: Mapping[Kind, str] = {
    "line": 'one line of text in quotation marks, "…"',
    "text": 'text in quotation marks, "…"',
    "texts": 'a list of texts, ["…", "…"]',
    "groups": 'a list of lists of texts, [["…", "…"], ["…", "…"]]',
    "number": "a number",
    "whole": "a whole number",
    "switch": "true or false",
    "table": 'a table of lines  "…" = "…"',
}


@dataclass(slots=True, kw_only=True)
class TypedToml:
    """A file under examination; remarks gather while it is read."""

    path: str
    text: TomlText | None = None
    #: Of the bytes as they lie on disk; "" if there is no file.
    sha256: str = ""
    remarks: list[Remark] = field(default_factory=list)

    def error(self, place: Sequence[str | int], code: str, what: str, *mend: str) -> None:
        line = self.text.line_of(*place) if self.text else 0
        self.remarks.append(Remark(self.path, line, "error", code, what, mend))

    def checked(
        self, table: Mapping[str, Any], kinds: Mapping[str, Kind], place: Sequence[str | int]
    ) -> dict[str, Any]:
        """The values of the right kind; every other key gets its remark and falls away."""
        kept: dict[str, Any] = {}
        for key, value in table.items():
            if key not in kinds:
                self.error((*place, key), "unknown-key", unknown_key(key, tuple(kinds)))
            elif not _fits(value, kinds[key]):
                self.error((*place, key), "value", f'"{key}" is {EXPECTED[kinds[key]]}, not {_shown(value)}.')
            else:
                kept[key] = value
        return kept


def open_toml(root: Path, path: Path) -> TypedToml:
    """Read the file; without one there is no text and no fault."""
    shown = relative(root, path)
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return TypedToml(path=shown)
    except OSError as fault:
        what = f"The file cannot be read: {(fault.strerror or 'no reason given').lower()}."
        return TypedToml(path=shown, remarks=[Remark(shown, 0, "error", "unreadable", what)])
    digest = sha256(raw).hexdigest()
    try:
        return TypedToml(path=shown, text=read_toml(raw), sha256=digest)
    except TomlFault as fault:
        remark = Remark(shown, fault.line, "error", "toml", f"{fault.what}.", fault.mend)
        return TypedToml(path=shown, sha256=digest, remarks=[remark])


def _fits(value: object, kind: Kind) -> bool:
    if kind == "line":
        return isinstance(value, str) and not _CONTROLS.search(value)
    if kind == "text":
        return isinstance(value, str)
    if kind == "texts":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if kind == "groups":
        return isinstance(value, list) and all(_fits(group, "texts") for group in value)
    if kind == "table":
        return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    if kind == "switch":
        return isinstance(value, bool)
    return isinstance(value, int if kind == "whole" else int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return "several lines" if "\n" in value else f'"{_CONTROLS.sub("�", value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else str(value)
