"""The reader's life on the list: added, imported, gone. I/O: disk, SQLite"""

from __future__ import annotations

import csv
from pathlib import Path

from newsletter.errors import UsageFault
from newsletter.model.audience import Address, address
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.subscribers import Added, Imported

_ADDRESS_COLUMNS = ("address", "email", "e-mail", "mail")
_NAME_COLUMNS = ("name", "full name", "fullname")


def add(room: Newsroom, store: Store, typed: str, *, name: str = "", rejoin: bool = False) -> Added:
    """Put one reader on the list. Who left is not brought back unless `rejoin` says that they asked for it.

    Raises UsageFault if it is no address.
    """
    return store.subscribers.add(_checked(typed), name=name, now=room.clock.now(), rejoin=rejoin)


def remove(store: Store, typed: str) -> bool:
    """Erase a reader; a suppression of the address stays. False if nobody has it. Raises UsageFault."""
    return store.subscribers.remove(_checked(typed))


def import_csv(room: Newsroom, store: Store, path: Path) -> Imported:
    """Add the readers of a CSV file: a column for the address, one for the name if there is one.

    With a heading line the columns may stand in any order ("address" or "email", "name"); without one the
    address is the first. Raises UsageFault if the file cannot be read as UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageFault(f"{path} cannot be read: {fault}", mend="Save it as CSV in UTF-8.") from fault
    lines = [row for row in csv.reader(text.splitlines(), delimiter=_delimiter(text)) if any(row)]
    if not lines:
        return store.subscribers.import_many((), now=room.clock.now())
    heading = [cell.strip().casefold() for cell in lines[0]]
    at = next((heading.index(c) for c in _ADDRESS_COLUMNS if c in heading), None)
    named = next((heading.index(c) for c in _NAME_COLUMNS if c in heading), None)
    if at is None:
        at, named = 0, 1
    else:
        lines = lines[1:]
    rows = [(_cell(row, at), _cell(row, named)) for row in lines]
    return store.subscribers.import_many(rows, now=room.clock.now())


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _checked(typed: str) -> Address:
    try:
        return address(typed)
    except ValueError as fault:
        raise UsageFault(f"{fault}.", mend="Write it as name@example.com.") from fault
