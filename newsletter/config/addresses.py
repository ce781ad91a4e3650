"""The mailboxes of members: from var/addresses.toml and the environment, never from a file in git. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from newsletter.config import values
from newsletter.model.remarks import Remark
from newsletter.text import nearest
from newsletter.toml_lines import TomlFault, read_toml

FILE = "var/addresses.toml"
_PREFIX = "NEWSLETTER_ADDRESS_"


def read_addresses(
    root: Path, environ: Mapping[str, str], members: Sequence[str]
) -> tuple[Mapping[str, str], tuple[Remark, ...]]:
    """Each member's mailbox by id, in the order of members; empty where neither names any.

    The file holds lines `yoga = "yoga@example.com"`; NEWSLETTER_ADDRESS_YOGA overrides one, a hyphen of the id
    written as an underscore.
    """
    found: dict[str, str] = {}
    remarks: list[Remark] = []
    ids = {id_: id_ for id_ in members}
    for id_, typed, line in _typed(root, remarks):
        _take(FILE, line, ids.get(id_), id_, typed, found, remarks, members)
    variables = {id_.upper().replace("-", "_"): id_ for id_ in members}
    for variable in sorted(environ):
        if variable.startswith(_PREFIX):
            name = variable.removeprefix(_PREFIX)
            _take(variable, 0, variables.get(name.upper()), name, environ[variable], found, remarks, members)
    return {id_: found[id_] for id_ in members if id_ in found}, tuple(remarks)


def _typed(root: Path, remarks: list[Remark]) -> list[tuple[str, object, int]]:
    try:
        text = read_toml((root / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as fault:
        what = f"The file cannot be read: {(fault.strerror or 'no reason given').lower()}."
        remarks.append(Remark(FILE, 0, "error", "unreadable", what, ("Give the program the right to read it.",)))
        return []
    except TomlFault as fault:
        remarks.append(Remark(FILE, fault.line, "error", "toml", f"{fault.what}.", fault.mend))
        return []
    return [(key, typed, text.line_of(key)) for key, typed in text.values.items()]


def _take(
    path: str,
    line: int,
    member: str | None,
    name: str,
    typed: object,
    found: dict[str, str],
    remarks: list[Remark],
    members: Sequence[str],
) -> None:
    if member is None:
        near = nearest(name.lower(), members)
        hint = f' Did you mean "{near}"?' if near else ""
        what = f'"{name}" is no member of newsletter.toml.{hint}'
        remarks.append(
            Remark(path, line, "warning", "unknown-member", what, (f"Members: {', '.join(members) or 'none'}.",))
        )
        return
    try:
        values.sender(typed)
    except ValueError as fault:
        what = f'The address of "{member}" is a mailbox such as "rani@example.com".'
        remarks.append(Remark(path, line, "error", "value", what, (str(fault),)))
        return
    found[member] = str(typed).strip()
