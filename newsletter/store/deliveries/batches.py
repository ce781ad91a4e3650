"""Batches: choosing the next one, who in it may be written to, and counting it when it is done. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from newsletter.model.audience import Reader
from newsletter.model.ports import Claim
from newsletter.store.deliveries.snapshot import unpack
from newsletter.store.schema import batches, deliveries, delivery_exceptions, mailings, meta, subscribers
from newsletter.store.subscribers import may_be_written_to

#: A batch that is not done has no counts.
NOT_COUNTED = dict.fromkeys(("accepted", "departed", "dropped", "first_at", "last_at"))

_OF_BATCH = (
    batches.c.mailing,
    batches.c.no,
    batches.c.first_id,
    batches.c.last_id,
    batches.c.members,
    batches.c.audience,
    batches.c.claimed_at,
)


def epoch_of(connection: Connection) -> int:
    """The number of the present run of deliveries; 0 before the first."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == "epoch")).scalar()
    return int(value or 0)


def next_batch(
    connection: Connection, mailing: int, epoch: int, now: datetime, *, after: int, due: bool
) -> Row[*tuple[Any, ...]] | None:
    """The first open batch above `after`, or finished one with a reader who is due; locked, past locked ones."""
    is_open = exists(select(1).select_from(mailings).where(mailings.c.id == mailing, mailings.c.state == "open"))
    of_ours = select(*_OF_BATCH).where(batches.c.mailing == mailing, batches.c.no > after, is_open)
    if due:
        if not _somebody_is_due(connection, mailing, epoch, now):
            return None
        of_this = (delivery_exceptions.c.mailing == batches.c.mailing, delivery_exceptions.c.batch == batches.c.no)
        one = select(1).select_from(delivery_exceptions).where(*of_this, _is_due(epoch, now))
        wanted = of_ours.where(batches.c.state == "done", exists(one))
    else:
        wanted = of_ours.where(batches.c.state == "open")
    first = wanted.order_by(batches.c.no).limit(1)
    return connection.execute(first.with_for_update(skip_locked=True, of=batches)).one_or_none()


def claim_of(connection: Connection, batch: Row[*tuple[Any, ...]], epoch: int, now: datetime) -> Claim:
    """Who of the batch may be written to now, and who left since the snapshot; either may be empty."""
    members = unpack(batch.first_id, batch.members)
    live = _live(connection, batch)
    if batch.claimed_at is None:
        # Nothing can have been recorded for a batch that was never claimed, and asking the empty ledger is not cheap.
        waiting = members
    else:
        states = _exception_states(connection, batch)
        due = _due_ids(connection, batch, epoch, now) if states else set()
        # Of whom a letter is held the fate is decided by a person, whether they have left or not.
        over = _served_ids(connection, batch) | {r for r, state in states.items() if state in ("refused", "held")}
        members = tuple(r for r in members if r not in over)
        waiting = tuple(r for r in members if r not in states or r in due)
    return Claim(
        mailing=batch.mailing,
        batch=batch.no,
        epoch=epoch,
        readers=tuple([live[r] for r in waiting if r in live]),
        left=tuple([r for r in members if r not in live]),
        fresh=batch.claimed_at is None,
    )


def note_claim(connection: Connection, claim: Claim, now: datetime) -> None:
    changed = {"state": "claimed", "epoch": claim.epoch, "claimed_at": now, **NOT_COUNTED}
    connection.execute(batches.update().where(*_same(claim.mailing, claim.batch)).values(changed))


def claimed_batch(connection: Connection, claim: Claim) -> Row[*tuple[Any, ...]] | None:
    """The batch, locked, if it is still this claim's; None if a later run has it."""
    held = (batches.c.epoch == claim.epoch, batches.c.state == "claimed")
    mine = (*_same(claim.mailing, claim.batch), *held)
    return connection.execute(select(*_OF_BATCH).where(*mine).with_for_update()).one_or_none()


def close_batch(connection: Connection, batch: Row[*tuple[Any, ...]]) -> None:
    """Mark a batch as done and keep what there is to count; open if somebody in it has no result."""
    columns = deliveries.c
    in_range = (columns.mailing == batch.mailing, columns.subscriber.between(batch.first_id, batch.last_id))
    query = select(columns.state, func.count(), func.min(columns.at), func.max(columns.at)).where(*in_range)
    found = {state: rest for state, *rest in connection.execute(query.group_by(columns.state))}
    of_ours = select(func.count()).select_from(delivery_exceptions).where(*_exceptions_of(batch))
    counts = {state: count for state, (count, _, _) in found.items()}
    # Batches of a mailing do not overlap: whoever has a row in this range is of this batch.
    if sum(counts.values()) + connection.execute(of_ours).scalar_one() < batch.audience:
        changed: dict[str, object] = {"state": "open", **NOT_COUNTED}
    else:
        _, first, last = found.get("accepted", (0, None, None))
        changed = {"state": "done", "accepted": counts.get("accepted", 0), "departed": counts.get("left", 0)}
        changed |= {"dropped": counts.get("dropped", 0), "first_at": first, "last_at": last}
    connection.execute(batches.update().where(*_same(batch.mailing, batch.no)).values(changed))


def _same(mailing: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return batches.c.mailing == mailing, batches.c.no == number


def _served_ids(connection: Connection, batch: Row[*tuple[Any, ...]]) -> set[int]:
    """Readers of the batch who are settled: accepted, left or dropped."""
    in_range = deliveries.c.subscriber.between(batch.first_id, batch.last_id)
    query = select(deliveries.c.subscriber).where(deliveries.c.mailing == batch.mailing, in_range)
    return set(connection.execute(query).scalars())


def _exception_states(connection: Connection, batch: Row[*tuple[Any, ...]]) -> Mapping[int, str]:
    """Readers of the batch who are deferred, refused, unknown or held, and which."""
    query = select(delivery_exceptions.c.subscriber, delivery_exceptions.c.state).where(*_exceptions_of(batch))
    return {row.subscriber: row.state for row in connection.execute(query)}


def _due_ids(connection: Connection, batch: Row[*tuple[Any, ...]], epoch: int, now: datetime) -> set[int]:
    query = select(delivery_exceptions.c.subscriber).where(*_exceptions_of(batch), _is_due(epoch, now))
    return set(connection.execute(query).scalars())


def _exceptions_of(batch: Row[*tuple[Any, ...]]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return delivery_exceptions.c.mailing == batch.mailing, delivery_exceptions.c.batch == batch.no


def _is_due(epoch: int, now: datetime) -> ColumnElement[bool]:
    """Deferred when the time has come; unknown then too, and at once in a later run: resent, byte for byte."""
    columns = delivery_exceptions.c
    later_run = and_(columns.state == "unknown", columns.epoch < epoch)
    return and_(columns.state.in_(["deferred", "unknown"]), or_(columns.next_try_at <= now, later_run))


def _somebody_is_due(connection: Connection, mailing: int, epoch: int, now: datetime) -> bool:
    """Whether it is worth looking through the batches."""
    columns = delivery_exceptions.c
    of_ours = select(columns.subscriber).where(columns.mailing == mailing)
    questions = (
        of_ours.where(columns.state == "deferred", columns.next_try_at <= now),
        of_ours.where(columns.state == "unknown", or_(columns.next_try_at <= now, columns.epoch < epoch)),
    )
    return any(connection.execute(question.limit(1)).first() is not None for question in questions)


def _live(connection: Connection, batch: Row[*tuple[Any, ...]]) -> Mapping[int, Reader]:
    """Everybody in the batch's range who may be written to at this moment, by id."""
    columns = subscribers.c
    in_range = columns.id.between(batch.first_id, batch.last_id)
    query = select(columns.id, columns.key, columns.address).where(in_range, may_be_written_to())
    return {
        number: Reader(id=number, key=key, address=address)
        for number, key, address in connection.execute(query)
    }
