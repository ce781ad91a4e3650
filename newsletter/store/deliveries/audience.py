"""Taking the snapshot of a week's readers: each in one mailing, in batches by id. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from newsletter.store.deliveries.snapshot import pack
from newsletter.store.driver import driver_of, in_words
from newsletter.store.schema import batches, subscribers
from newsletter.store.subscribers import may_be_written_to

#: Readers that are read at once, and batches that are written at once.
_PAGE, _SHEET = 10_000, 100

_AFTER = select(subscribers.c.id, subscribers.c.variant).where(subscribers.c.id > bindparam("after"))
_READERS = in_words(_AFTER.where(may_be_written_to()).order_by(subscribers.c.id)) + " LIMIT ?"


def cut(connection: Connection, mailings: Mapping[str, int], rest: int, size: int) -> None:
    """Take the snapshot of everybody who may be written to now, in batches of at most `size` by id.

    A reader goes into the mailing of their variant, or into `rest` if it is not among `mailings`.
    """
    if connection.dialect.name == "postgresql":
        # A reader who is being added has an id already: wait, or the id would lie inside a batch unseen.
        connection.execute(text("LOCK TABLE subscribers IN SHARE MODE"))
    parts: dict[int, list[int]] = {number: [] for number in (rest, *mailings.values())}
    numbers = dict.fromkeys(parts, 0)
    rows: list[dict[str, Any]] = []

    def close(mailing: int) -> None:
        numbers[mailing] += 1
        rows.append(_batch(mailing, numbers[mailing], parts[mailing]))
        parts[mailing] = []

    after, driver, number_of = 0, driver_of(connection), mailings.get
    while page := driver.rows(_READERS, after, _PAGE):
        for reader, variant in page:
            mailing = number_of(variant, rest)
            part = parts[mailing]
            part.append(reader)
            if len(part) == size:
                close(mailing)
        after = page[-1][0]
        if len(rows) >= _SHEET:
            connection.execute(batches.insert(), rows)
            rows.clear()
    for mailing, readers in parts.items():
        if readers:
            close(mailing)
    if rows:
        connection.execute(batches.insert(), rows)


def _batch(mailing: int, number: int, ids: list[int]) -> dict[str, Any]:
    return {
        "mailing": mailing,
        "no": number,
        "first_id": ids[0],
        "last_id": ids[-1],
        "members": pack(ids),
        "audience": len(ids),
        "state": "open",
        "epoch": 0,
    }
