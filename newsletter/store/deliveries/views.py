"""How a mailing goes, read off the ledger: counts, troubles, one reader's proof. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller. Batches that are done were counted when they were:
only the few others are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from newsletter.model.audience import DeliveryState, Tally
from newsletter.model.deliveries import Progress, Proof, Trouble
from newsletter.store.deliveries.snapshot import unpack
from newsletter.store.schema import batches, deliveries, delivery_exceptions, mailings, subscribers

_ONE_MINUTE = timedelta(minutes=1)
#: States that have no row among the exceptions.
_SETTLED = ("accepted", "left", "dropped")


def tally(connection: Connection, mailing: int) -> Tally:
    """Where the mailing stands; the audience is that of the snapshot."""
    state = connection.execute(select(mailings.c.state).where(mailings.c.id == mailing)).scalar()
    return _tally(connection, mailing, is_cancelled=state == "cancelled")


def progress(connection: Connection, week: str) -> tuple[Progress, ...]:
    """The week's mailings in the order in which they were opened; empty before that."""
    columns = mailings.c
    query = select(columns.id, columns.variant, columns.created, columns.state, columns.why, columns.changed)
    found = connection.execute(query.where(columns.week == week).order_by(columns.id)).all()
    return tuple(_progress(connection, week, row) for row in found)


def troubles(connection: Connection, mailing: int, states: Sequence[DeliveryState], limit: int) -> tuple[Trouble, ...]:
    """Readers in these states, the latest result first; at most `limit`."""
    columns = delivery_exceptions.c
    of_exceptions = _troubles(connection, mailing, limit, columns, [s for s in states if s not in _SETTLED])
    of_settled = _troubles(connection, mailing, limit, deliveries.c, [s for s in states if s in _SETTLED])
    found = sorted((*of_exceptions, *of_settled), key=lambda row: (row.at, row.subscriber), reverse=True)
    return tuple(
        Trouble(
            address=row.address,
            key=row.key or "",
            state=row.state,
            attempts=row.tries,
            next_try=getattr(row, "next_try_at", None),
            code=row.code,
            reply=row.reply,
            relay=row.relay,
            at=row.at,
        )
        for row in found[:limit]
    )


def proofs(connection: Connection, week: str, subscriber: int) -> tuple[Proof, ...]:
    """What the ledger holds of this reader in the week's mailings; empty if they were in no snapshot of it."""
    query = (
        select(mailings.c.id, mailings.c.variant, batches.c.first_id, batches.c.members)
        .join(batches, batches.c.mailing == mailings.c.id)
        .where(mailings.c.week == week, batches.c.first_id <= subscriber, batches.c.last_id >= subscriber)
        .order_by(mailings.c.id)
    )
    return tuple(
        _proof(connection, row.id, row.variant, subscriber)
        for row in connection.execute(query)
        if subscriber in unpack(row.first_id, row.members)
    )


def _tally(connection: Connection, mailing: int, *, is_cancelled: bool) -> Tally:
    columns = batches.c
    sums = [func.coalesce(func.sum(c), 0) for c in (columns.audience, columns.accepted, columns.departed)]
    summed = select(*sums, func.coalesce(func.sum(columns.dropped), 0)).where(columns.mailing == mailing)
    audience, *of_done = map(int, connection.execute(summed).one())
    counts = Counter(dict(zip(_SETTLED, of_done, strict=True)))
    by_state = select(deliveries.c.state, func.count()).select_from(_not_counted(mailing)).where(_is_open(mailing))
    counts.update(dict(connection.execute(by_state.group_by(deliveries.c.state)).all()))
    exceptions = delivery_exceptions.c
    of_exceptions = select(exceptions.state, func.count()).where(exceptions.mailing == mailing)
    counts.update(dict(connection.execute(of_exceptions.group_by(exceptions.state)).all()))
    if is_cancelled:
        # Whoever would have been tried again will not be, either.
        settled = sum(counts[state] for state in (*_SETTLED, "refused", "held"))
        counts["cancelled"] = audience - settled
        counts["deferred"] = counts["unknown"] = 0
    return Tally(audience=audience, **counts)


def _is_open(mailing: int) -> ColumnElement[bool]:
    """Of a batch: claimed once and not counted."""
    columns = batches.c
    return and_(columns.mailing == mailing, columns.accepted.is_(None), columns.claimed_at.is_not(None))


def _not_counted(mailing: int) -> Any:
    in_range = deliveries.c.subscriber.between(batches.c.first_id, batches.c.last_id)
    return batches.join(deliveries, and_(deliveries.c.mailing == mailing, in_range))


def _progress(connection: Connection, week: str, mailing: Row[*tuple[Any, ...]]) -> Progress:
    first, last = _span(connection, mailing.id)
    tries = delivery_exceptions.c
    deferred = (tries.mailing == mailing.id, tries.state == "deferred")
    return Progress(
        number=mailing.id,
        week=week,
        variant=mailing.variant,
        created=mailing.created,
        state=mailing.state,
        why=mailing.why,
        changed=mailing.changed,
        tally=_tally(connection, mailing.id, is_cancelled=mailing.state == "cancelled"),
        first=first,
        last=last,
        last_minute=_since(connection, mailing.id, last - _ONE_MINUTE) if last else 0,
        next_try=None
        if mailing.state == "cancelled"
        else connection.execute(select(func.min(tries.next_try_at)).where(*deferred)).scalar(),
    )


def _span(connection: Connection, mailing: int) -> tuple[datetime | None, datetime | None]:
    """The instants at which the first and the last letter was accepted."""
    ends = select(func.min(batches.c.first_at), func.max(batches.c.last_at)).where(batches.c.mailing == mailing)
    live = (
        select(func.min(deliveries.c.at), func.max(deliveries.c.at))
        .select_from(_not_counted(mailing))
        .where(_is_open(mailing), deliveries.c.state == "accepted")
    )
    pairs = [connection.execute(query).one() for query in (ends, live)]
    firsts, lasts = ([one for one in found if one is not None] for found in zip(*pairs, strict=True))
    return min(firsts, default=None), max(lasts, default=None)


def _since(connection: Connection, mailing: int, instant: datetime) -> int:
    """Letters accepted after this instant."""
    lately = or_(_is_open(mailing), and_(batches.c.mailing == mailing, batches.c.last_at > instant))
    query = (
        select(func.count())
        .select_from(_not_counted(mailing))
        .where(lately, deliveries.c.state == "accepted", deliveries.c.at > instant)
    )
    return connection.execute(query).scalar_one()


def _troubles(
    connection: Connection, mailing: int, limit: int, columns: Any, states: Collection[DeliveryState]
) -> Sequence[Row[*tuple[Any, ...]]]:
    if not states:
        return ()
    table = columns.subscriber.table
    tries = (columns.attempts if table is delivery_exceptions else columns.attempt).label("tries")
    shown = [columns.subscriber, columns.state, tries, columns.code, columns.reply, columns.relay, columns.at]
    if table is delivery_exceptions:
        shown.append(columns.next_try_at)
    # Found first and named afterwards: only those who are shown are looked up.
    found = (
        select(*shown)
        .where(columns.mailing == mailing, columns.state.in_(states))
        .order_by(columns.at.desc(), columns.subscriber.desc())
        .limit(limit)
        .subquery()
    )
    named = found.outerjoin(subscribers, subscribers.c.id == found.c.subscriber)
    query = select(*found.c, subscribers.c.address, subscribers.c.key).select_from(named)
    return connection.execute(query).all()


def _proof(connection: Connection, mailing: int, variant: str, subscriber: int) -> Proof:
    for table in (deliveries, delivery_exceptions):
        mine = (table.c.mailing == mailing, table.c.subscriber == subscriber)
        row = connection.execute(select(table).where(*mine)).one_or_none()
        if row is not None:
            return Proof(
                number=mailing,
                variant=variant,
                state=row.state,
                at=row.at,
                attempts=row.attempt if table is deliveries else row.attempts,
                next_try=None if table is deliveries else row.next_try_at,
                code=row.code,
                reply=row.reply,
                relay=row.relay,
            )
    return Proof(number=mailing, variant=variant, state=None)
