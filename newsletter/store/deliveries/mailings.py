"""The mailings of a week as rows: frozen once, open, paused or cancelled. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, exists, select

from newsletter.model.audience import Mailing, Signature
from newsletter.store.database import insert
from newsletter.store.deliveries.audience import cut
from newsletter.store.schema import batches, delivery_exceptions, mailings


def open_all(connection: Connection, given: Sequence[Mailing], now: datetime, size: int) -> tuple[int, ...]:
    """Keep the mailings of one week and the snapshot of its audience, once; their numbers, in the order given.

    The audience of a week is taken with its first mailings: one that comes later finds everybody in another already.
    """
    new = [number for mailing in given if (number := _keep(connection, mailing, now)) is not None]
    week = given[0].week
    of_week = select(mailings.c.variant, mailings.c.id).where(mailings.c.week == week)
    numbers = dict(connection.execute(of_week).all())
    found = tuple(numbers[mailing.variant] for mailing in given)
    if len(new) == len(numbers):
        cut(connection, numbers, found[0], size)
    return found


def withdraw(connection: Connection, week: str) -> bool:
    """Forget the week's mailings and their snapshot if nobody in it can have been written to yet; whether it did."""
    found = connection.execute(select(mailings.c.id, mailings.c.state).where(mailings.c.week == week)).all()
    numbers = [row.id for row in found]
    claimed = exists(select(1).where(batches.c.mailing.in_(numbers), batches.c.claimed_at.is_not(None)))
    if any(row.state != "open" for row in found) or connection.execute(select(claimed)).scalar():
        return False
    connection.execute(batches.delete().where(batches.c.mailing.in_(numbers)))
    connection.execute(mailings.delete().where(mailings.c.id.in_(numbers)))
    return True


def kept(connection: Connection, week: str, variant: str) -> tuple[int, Mailing] | None:
    """The mailing with its number, as it was opened."""
    query = select(mailings).where(mailings.c.week == week, mailings.c.variant == variant)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return row.id, Mailing(
        week=row.week,
        variant=row.variant,
        date=row.date,
        segments=_apart(row.segments),
        marks=tuple(json.loads(row.marks)),
        sha256=row.sha256,
        signatures=tuple(Signature(**one) for one in json.loads(row.signatures)),
        secret_mark=row.secret_mark,
    )


def pause(connection: Connection, number: int, why: str, now: datetime) -> None:
    is_open = (mailings.c.id == number, mailings.c.state == "open")
    connection.execute(mailings.update().where(*is_open).values(state="paused", why=why, changed=now))


def resume(connection: Connection, number: int, now: datetime) -> None:
    """Open a paused one. Who was put off because the relay refused us, and not them, is due at once."""
    connection.execute(
        mailings.update()
        .where(mailings.c.id == number, mailings.c.state == "paused")
        .values(state="open", why="", changed=None)
    )
    columns = delivery_exceptions.c
    put_off = (columns.mailing == number, columns.state == "deferred", columns.code >= 500, columns.next_try_at > now)
    connection.execute(delivery_exceptions.update().where(*put_off).values(next_try_at=now))


def cancel(connection: Connection, number: int, why: str, now: datetime) -> None:
    not_yet = (mailings.c.id == number, mailings.c.state != "cancelled")
    connection.execute(mailings.update().where(*not_yet).values(state="cancelled", why=why, changed=now))


def _keep(connection: Connection, mailing: Mailing, now: datetime) -> int | None:
    """The number of a mailing that is new; None for one that was there."""
    row = {
        "week": mailing.week,
        "variant": mailing.variant,
        "date": mailing.date,
        "segments": _joined(mailing.segments),
        "marks": json.dumps(mailing.marks),
        "sha256": mailing.sha256,
        "created": now,
        "signatures": json.dumps([asdict(one) for one in mailing.signatures]),
        "secret_mark": mailing.secret_mark,
    }
    once = insert(connection, mailings).values(row).on_conflict_do_nothing().returning(mailings.c.id)
    new: int | None = connection.execute(once).scalar()
    return new


def _joined(segments: Sequence[bytes]) -> bytes:
    return b"".join(len(segment).to_bytes(4) + segment for segment in segments)


def _apart(joined: bytes) -> tuple[bytes, ...]:
    segments = []
    start = 0
    while start < len(joined):
        end = start + 4 + int.from_bytes(joined[start : start + 4])
        segments.append(joined[start + 4 : end])
        start = end
    return tuple(segments)
