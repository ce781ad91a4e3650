"""The reader's life on the list: added, imported, gone. I/O: disk, SQLite"""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

from newsletter.errors import UsageFault
from newsletter.model.audience import Address, address
from newsletter.newsroom.room import Newsroom
from newsletter.press.variants import VARIANTS
from newsletter.store.engine import Store
from newsletter.store.subscribers import Added, Imported
from newsletter.text import one_line

_ADDRESS_COLUMNS = ("address", "email", "e-mail", "mail")
_NAME_COLUMNS = ("name", "full name", "fullname")


def add(room: Newsroom, store: Store, typed: str, *, name: str = "", rejoin: bool = False, variant: str = "") -> Added:
    """Put one reader on the list. Who left is not brought back unless `rejoin` says that they asked for it.

    `variant` "" is the first of those that are offered. Raises UsageFault if it is no address, or another variant.
    """
    cut = _offered(room, variant) if variant else room.settings.mail.variants[0]
    return store.subscribers.add(_checked(typed), name=name, now=room.clock.now(), rejoin=rejoin, variant=cut)


def choose(room: Newsroom, store: Store, typed: str, variant: str) -> bool:
    """Give a reader another variant from the next issue on; False if nobody has the address. Raises UsageFault."""
    return store.subscribers.choose(_checked(typed), _offered(room, variant))


def _offered(room: Newsroom, variant: str) -> str:
    offered = room.settings.mail.variants
    if variant not in offered:
        raise UsageFault(
            f'"{variant}" is not offered: {", ".join(offered)}.',
            mend=f'Offer it:  variants = ["{offered[0]}", "{variant}"]  in [mail] of newsletter.toml'
            if variant in VARIANTS
            else "Name one of these.",
        )
    return variant


def remove(store: Store, typed: str) -> bool:
    """Erase a reader; a suppression of the address stays. False if nobody has it. Raises UsageFault."""
    return store.subscribers.remove(_checked(typed))


def import_csv(room: Newsroom, store: Store, path: Path) -> Imported:
    """Add the readers of a CSV file: a column for the address, one for the name if there is one.

    With a heading line the columns may stand in any order ("address" or "email", "name"); without one the
    address is the first. The rows of refusals are lines of the file.
    Raises UsageFault, before anybody is added, if the file is not UTF-8 or a quotation mark is left open.
    """
    numbered = _rows(path)
    if not numbered:
        return store.subscribers.import_many((), now=room.clock.now())
    numbers, lines = [number for number, _ in numbered], [row for _, row in numbered]
    heading = [cell.strip().casefold() for cell in lines[0]]
    at = next((heading.index(c) for c in _ADDRESS_COLUMNS if c in heading), None)
    named = next((heading.index(c) for c in _NAME_COLUMNS if c in heading), None)
    if at is None:
        at, named = 0, 1
    else:
        numbers, lines = numbers[1:], lines[1:]
    rows = [(_cell(row, at), _cell(row, named)) for row in lines]
    found = store.subscribers.import_many(rows, now=room.clock.now())
    return replace(found, refused=tuple(replace(one, row=numbers[one.row - 1]) for one in found.refused))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it ends on."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        raise UsageFault(f"{path}, line {line}: The file is not UTF-8.", mend="Save it as CSV in UTF-8.") from fault
    except OSError as fault:
        raise UsageFault(f"{path} cannot be read: {fault.strerror}.", mend="Mend the path or its access.") from fault
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as fault:
        raise UsageFault(
            f"{path}, line {reader.line_num}: {fault}. Nobody was added.",
            mend='A quotation mark that is opened has to be closed; one inside quotation marks is typed twice: "".',
        ) from fault


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _cell(row: list[str], at: int | None) -> str:
    return one_line(row[at]) if at is not None and at < len(row) else ""


def _checked(typed: str) -> Address:
    try:
        return address(typed)
    except ValueError as fault:
        raise UsageFault(f"{fault}.", mend="Write it as name@example.com.") from fault
