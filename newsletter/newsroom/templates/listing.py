"""Which templates there are: those that came with the program, and what the workspace lays over them. I/O: disk"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Literal

from newsletter import __version__
from newsletter.errors import FaultyTemplate, UsageFault
from newsletter.files.folder import write_whole
from newsletter.newsroom.room import Newsroom, make_folder
from newsletter.press.filling.environment import named_templates
from newsletter.text import nearest

_PACKAGE = Path(__file__).parent.parent.parent
#: The first line of a copy: which version it is of, and a digest of what was copied.
_NOTE = re.compile(r"\{# Copied from newsletter (?P<version>\S+) \((?P<digest>[0-9a-f]{12})\)[^\n]*#\}\n")
#: What editors lay beside the file that is being written.
_BESIDE = ("~", ".swp", ".tmp", ".bak", ".orig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One template by its name, "parts/email.css.j2".

    "shipped" came with the program; "own" is the workspace's and lies over one of those; "new" is the workspace's and
    other templates take it in; "over nothing" is the workspace's, and nobody asks for it.
    """

    name: str
    kind: Literal["shipped", "own", "new", "over nothing"]
    #: What is to be known of it, in words; "" if nothing is.
    note: str = ""
    #: The template that may have been meant by one that lies over nothing; "" if none is near.
    near: str = ""


def listed_templates(room: Newsroom) -> tuple[Listed, ...]:
    """Every template, by name."""
    ours, shipped = _names(room.root / "templates"), _names(shipped_folder())
    if is_source_of_templates(room):
        ours = ()
    further = sorted(set(ours) - set(shipped))
    asked = _asked_for(room, sorted({*ours, *shipped})) if further else frozenset()
    found = [_own(room, name) for name in ours if name in shipped]
    found += [Listed(name=name, kind="shipped") for name in shipped if name not in ours]
    for name in further:
        if name in asked:
            found.append(Listed(name=name, kind="new", note="taken in by other templates"))
        else:
            near = _near(name, shipped) or ""
            found.append(Listed(name=name, kind="over nothing", note="nobody asks for it", near=near))
    return tuple(sorted(found, key=lambda one: one.name))


def own_templates(room: Newsroom) -> tuple[Listed, ...]:
    """Those of the workspace's folder; in a source tree these are the shipped ones."""
    found = listed_templates(room)
    return found if is_source_of_templates(room) else tuple(one for one in found if one.kind != "shipped")


def copy_template(room: Newsroom, name: str) -> Path:
    """Copy a template that came with the program into the workspace, where it is used from now on; the new file.

    Its first line says which version it is of.
    Raises UsageFault if there is no such template or the workspace has its own, and CannotWrite.
    """
    shipped = _names(shipped_folder())
    name = name.removeprefix("templates/")
    if name not in shipped:
        near = _near(name, shipped)
        mend = f"Did you mean {near}?" if near else "All their names:  newsletter templates"
        raise UsageFault(f"There is no template {name}.", mend=mend)
    target = room.root / "templates" / name
    if target.exists() or target.is_symlink():
        mend = "In this workspace they are what comes with the program: change it in its place."
        if not is_source_of_templates(room):
            mend = "Move it away to begin anew, or go on with it."
        raise UsageFault(f"templates/{name} is there already, and stays as it is.", mend=mend)
    text = _shipped_text(name)
    make_folder(target.parent)
    write_whole(target, f"{_note(text)}{text}")
    return target


def shipped_folder() -> Path:
    """Where the templates lie that came with the program: in a wheel inside the package, in a source tree beside it."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def is_source_of_templates(room: Newsroom) -> bool:
    """Whether the workspace's own templates are the shipped ones, as in a clone of the program's repository."""
    own = room.root / "templates"
    return own.is_dir() and own.resolve() == shipped_folder().resolve()


def _own(room: Newsroom, name: str) -> Listed:
    try:
        text, now = _text(room, name), _shipped_text(name)
    except FaultyTemplate:
        return Listed(name=name, kind="own", note="it cannot be read")
    copied = _NOTE.match(text)
    if (text[copied.end() :] if copied else text) == now:
        note = "the same as the shipped one"
    elif copied and copied["digest"] != _digest(now):
        note = f"copied from {copied['version']}; the shipped one has changed since"
    else:
        note = f"copied from {copied['version']}, and changed" if copied else "in the place of the shipped one"
    return Listed(name=name, kind="own", note=note)


def _note(text: str) -> str:
    return f"{{# Copied from newsletter {__version__} ({_digest(text)}). Delete this file to go back to that one. #}}\n"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _names(folder: Path) -> tuple[str, ...]:
    """Every file that may be meant as a template, as a path in the folder, sorted."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    kept = (path for path in found if not any(part.startswith((".", "#", "__")) for part in path.parts))
    return tuple(sorted(path.as_posix() for path in kept if not path.name.endswith(_BESIDE)))


def _asked_for(room: Newsroom, names: list[str]) -> frozenset[str]:
    """The templates that other templates name."""
    found: set[str] = set()
    for name in names:
        with suppress(FaultyTemplate):
            found.update(asked for asked, _ in named_templates(_text(room, name)) if asked != name)
    return frozenset(found)


def _text(room: Newsroom, name: str) -> str:
    """What would be filled in under that name. Raises FaultyTemplate if it cannot be read."""
    found = room.templates.source(name)
    return found[0] if found else ""


def _shipped_text(name: str) -> str:
    return (shipped_folder() / name).read_text(encoding="utf-8")


def _near(name: str, known: tuple[str, ...]) -> str | None:
    """The name most likely meant: of the same file in another folder, with or without its ending, or one like it."""
    file = PurePosixPath(name).name
    same = (one for one in known if PurePosixPath(one).name in (file, f"{file}.j2"))
    return next(same, None) or nearest(name, known)
