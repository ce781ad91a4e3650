"""state.json and seal.json: what happened to a week, and who approved which bytes. I/O: disk"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from newsletter.errors import NewsletterError
from newsletter.files.folder import read_kept, remove, restore, week_folder, write_whole
from newsletter.files.plain import NotPlain, dump_page, from_plain, load, to_plain
from newsletter.model.week import Week
from newsletter.model.week_state import Seal, WeekState

Value = TypeVar("Value")


def state_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "state.json"


def seal_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "seal.json"


def read_state(root: Path, week: Week) -> WeekState:
    """What happened to the week so far. Raises NewsletterError, with the mend, if the file is damaged."""
    found = _read(state_path(root, week), parse_state)
    return WeekState() if found is None else found


def write_state(root: Path, week: Week, state: WeekState) -> bool:
    """Keep the state; while nothing has happened there is no file. False if nothing changed. Raises CannotWrite."""
    if state == WeekState():
        return remove(state_path(root, week))
    return write_whole(state_path(root, week), dump_state(state))


def read_seal(root: Path, week: Week) -> Seal | None:
    """The approval; None if there is none. Raises NewsletterError, with the mend, if the file is damaged."""
    return _read(seal_path(root, week), parse_seal)


def write_seal(root: Path, week: Week, seal: Seal) -> bool:
    """Keep the approval; False if that very one stands there already. Raises CannotWrite."""
    return write_whole(seal_path(root, week), dump_seal(seal))


def dump_state(state: WeekState) -> str:
    return dump_page(to_plain(state))


def parse_state(text: str) -> WeekState:
    """Read a state back, equal to what was kept. Raises NotPlain."""
    return from_plain(WeekState, load(text))


def dump_seal(seal: Seal) -> str:
    return dump_page(to_plain(seal))


def parse_seal(text: str) -> Seal:
    """Read a seal back, equal to what was kept. Raises NotPlain."""
    return from_plain(Seal, load(text))


def _read(path: Path, parse: Callable[[str], Value]) -> Value | None:
    text = read_kept(path)
    if text is None:
        return None
    try:
        return parse(text)
    except NotPlain as fault:
        raise NewsletterError(f"{path} is damaged: {fault}.", mend=restore(path)) from fault
