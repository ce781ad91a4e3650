"""Letters of which nobody knows whether they arrived, held until a person decides. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, literal, null, select

from newsletter.store.database import insert
from newsletter.store.schema import batches, deliveries, delivery_exceptions, intents, mailings

#: A batch with a result that came after it was done is to be counted again.
_NOT_COUNTED = dict.fromkeys(("accepted", "departed", "dropped", "first_at", "last_at"))


def settle_intents(connection: Connection, *, hold: bool) -> None:
    """Letters that were being handed over when their run died: hold them, and what is unknown; or forget it.

    Forgotten they are sent again, byte for byte, like everybody without a result.
    """
    if hold:
        _hold_intents(connection)
        columns = delivery_exceptions.c
        unknown = (columns.mailing.in_(select(mailings.c.id)), columns.state == "unknown")
        connection.execute(delivery_exceptions.update().where(*unknown).values(state="held", next_try_at=None))
    connection.execute(intents.delete())


def release(connection: Connection, mailing: int, now: datetime) -> int:
    """Let those who are held have their letter at once; how many."""
    is_cancelled = select(mailings.c.state == "cancelled").where(mailings.c.id == mailing)
    if connection.execute(is_cancelled).scalar():
        return 0
    # Not "unknown", which the next run would hold again.
    freed = delivery_exceptions.update().where(*_held(mailing)).values(state="deferred", next_try_at=now)
    return connection.execute(freed).rowcount


def drop(connection: Connection, mailing: int, now: datetime) -> int:
    """Write to those who are held no more; how many."""
    columns = delivery_exceptions.c
    batch_numbers = select(columns.batch).where(*_held(mailing))
    of_theirs = (batches.c.mailing == mailing, batches.c.no.in_(batch_numbers))
    connection.execute(batches.update().where(*of_theirs).values(_NOT_COUNTED))
    dropped = select(
        columns.mailing, columns.subscriber, literal("dropped"), literal(now, deliveries.c.at.type),
        columns.code, columns.reply, columns.attempts, columns.relay,
    ).where(*_held(mailing))  # fmt: skip
    names = ["mailing", "subscriber", "state", "at", "code", "reply", "attempt", "relay"]
    connection.execute(deliveries.insert().from_select(names, dropped))
    return connection.execute(delivery_exceptions.delete().where(*_held(mailing))).rowcount


def _held(mailing: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return delivery_exceptions.c.mailing == mailing, delivery_exceptions.c.state == "held"


def _hold_intents(connection: Connection) -> None:
    """Nothing tells when the letter was handed over: its batch was claimed not long before."""
    columns, earlier = intents.c, delivery_exceptions.c
    served = (deliveries.c.mailing == columns.mailing, deliveries.c.subscriber == columns.subscriber)
    rows = (
        select(
            columns.mailing, columns.subscriber, columns.batch, literal("held"), literal(1), null(), columns.epoch,
            literal(0), literal(""), func.coalesce(batches.c.claimed_at, literal(0)), literal(""),
        )
        .select_from(intents)
        .join(batches, (batches.c.mailing == columns.mailing) & (batches.c.no == columns.batch))
        .where(~exists(select(1).select_from(deliveries).where(*served)))
    )  # fmt: skip
    names = [
        "mailing", "subscriber", "batch", "state", "attempts", "next_try_at", "epoch", "code", "reply", "at", "relay",
    ]  # fmt: skip
    held = insert(connection, delivery_exceptions).from_select(names, rows)
    again = {"attempts": earlier.attempts + 1, **{n: held.excluded[n] for n in names[3:] if n != "attempts"}}
    connection.execute(held.on_conflict_do_update(index_elements=["mailing", "subscriber"], set_=again))
