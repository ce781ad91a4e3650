"""Batches: cutting the audience, choosing the next one, who in it may be written to. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select, text

from newsletter.model.audience import Subscriber
from newsletter.model.ports import Claim
from newsletter.store.deliveries.snapshot import pack, unpack
from newsletter.store.schema import batches, deliveries, delivery_exceptions, meta, subscribers
from newsletter.store.subscribers import may_be_written_to, subscriber_of


def cut(connection: Connection, mailing: int, variant: str, size: int) -> None:
    """Take the snapshot of everybody who may be written to now, in batches of at most `size` by id."""
    if connection.dialect.name == "postgresql":
        # A reader who is being added has an id already: wait, or the id would lie inside a batch unseen.
        connection.execute(text("LOCK TABLE subscribers IN SHARE MODE"))
    after = number = 0
    query = select(subscribers.c.id).where(subscribers.c.variant == variant, may_be_written_to())
    while True:
        page = query.where(subscribers.c.id > after).order_by(subscribers.c.id).limit(size)
        ids = connection.execute(page).scalars().all()
        if not ids:
            return
        number, after = number + 1, ids[-1]
        connection.execute(
            batches.insert().values(
                mailing=mailing,
                no=number,
                first_id=ids[0],
                last_id=after,
                members=pack(ids),
                audience=len(ids),
                state="open",
                epoch=0,
            )
        )


def epoch_of(connection: Connection) -> int:
    """The number of the present run of deliveries; 0 before the first."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == "epoch")).scalar()
    return int(value or 0)


def next_batch(
    connection: Connection, mailing: int, epoch: int, now: datetime, *, after: int, due: bool
) -> Row[Any] | None:
    """The first open batch above `after`, or finished one with a reader who is due; locked, past locked ones."""
    of_ours = select(batches).where(batches.c.mailing == mailing, batches.c.no > after).order_by(batches.c.no).limit(1)
    is_due = and_(
        delivery_exceptions.c.mailing == batches.c.mailing,
        delivery_exceptions.c.batch == batches.c.no,
        _is_due(epoch, now),
    )
    wanted = batches.c.state == "open"
    if due:
        wanted = and_(batches.c.state == "done", exists(select(1).select_from(delivery_exceptions).where(is_due)))
    return connection.execute(of_ours.where(wanted).with_for_update(skip_locked=True)).one_or_none()


def claim_of(connection: Connection, batch: Row[Any], epoch: int, now: datetime) -> Claim:
    """Who of the batch may be written to now, and who left since the snapshot; either may be empty."""
    # Nothing can have been recorded for a batch that was never claimed, and asking the empty ledger is not cheap.
    was_claimed = batch.claimed_at is not None
    served = served_ids(connection, batch) if was_claimed else set()
    states = exception_states(connection, batch) if was_claimed else {}
    due = _due_ids(connection, batch, epoch, now) if states else set()
    refused = {reader for reader, state in states.items() if state == "refused"}
    live = _live(connection, batch)
    members = [reader for reader in unpack(batch.first_id, batch.members) if reader not in served | refused]
    return Claim(
        mailing=batch.mailing,
        batch=batch.no,
        epoch=epoch,
        readers=tuple(live[r] for r in members if r in live and (r not in states or r in due)),
        left=tuple(r for r in members if r not in live),
    )


def same_batch(mailing: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return batches.c.mailing == mailing, batches.c.no == number


def served_ids(connection: Connection, batch: Row[Any]) -> set[int]:
    """Readers of the batch who are settled: accepted or left."""
    in_range = deliveries.c.subscriber.between(batch.first_id, batch.last_id)
    query = select(deliveries.c.subscriber).where(deliveries.c.mailing == batch.mailing, in_range)
    return set(connection.execute(query).scalars())


def exception_states(connection: Connection, batch: Row[Any]) -> Mapping[int, str]:
    """Readers of the batch who are deferred, refused or unknown, and which."""
    query = select(delivery_exceptions.c.subscriber, delivery_exceptions.c.state).where(*_exceptions_of(batch))
    return {row.subscriber: row.state for row in connection.execute(query)}


def _due_ids(connection: Connection, batch: Row[Any], epoch: int, now: datetime) -> set[int]:
    query = select(delivery_exceptions.c.subscriber).where(*_exceptions_of(batch), _is_due(epoch, now))
    return set(connection.execute(query).scalars())


def _exceptions_of(batch: Row[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return delivery_exceptions.c.mailing == batch.mailing, delivery_exceptions.c.batch == batch.no


def _is_due(epoch: int, now: datetime) -> ColumnElement[bool]:
    """Deferred when the time has come; unknown then too, and at once in a later run: resent, byte for byte."""
    columns = delivery_exceptions.c
    later_run = and_(columns.state == "unknown", columns.epoch < epoch)
    return and_(columns.state != "refused", or_(columns.next_try_at <= now, later_run))


def _live(connection: Connection, batch: Row[Any]) -> Mapping[int, Subscriber]:
    """Everybody in the batch's range who may be written to at this moment, by id."""
    in_range = subscribers.c.id.between(batch.first_id, batch.last_id)
    return {
        row.id: subscriber_of(row)
        for row in connection.execute(select(subscribers).where(in_range, may_be_written_to()))
    }
