"""Who has had which letter: batches are claimed, results appended, nobody missed or twice. I/O: SQLite, PostgreSQL

The audience is a snapshot cut into batches. Only what went otherwise than accepted or left needs a row that
changes (`delivery_exceptions`); the rest is appended (`deliveries`). A batch is reopened when it has somebody to serve.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from newsletter.model.audience import Delivery, Mailing, Tally
from newsletter.model.ports import Claim, Heard
from newsletter.store import schema
from newsletter.store.database import Database, insert
from newsletter.store.deliveries.batches import (
    claim_of,
    cut,
    epoch_of,
    exception_states,
    next_batch,
    same_batch,
    served_ids,
)
from newsletter.store.deliveries.snapshot import unpack
from newsletter.store.schema import batches, delivery_exceptions, mailings, meta

#: Minutes until the next try, by the number of tries so far; the last holds for all that follow.
_WAITS = (5, 15, 60, 240)
#: About five days at these waits; a letter still put off then has failed (RFC 5321, 4.5.4.1).
_MOST_TRIES = 33
#: Characters of a relay's words that are kept.
_REPLY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlLedger:
    """The ledger of `newsletter.model.ports.Ledger`, on tables. Threads and, on PostgreSQL, processes may share it."""

    database: Database
    batch_size: int = 500

    def take_over(self) -> int:
        """Begin a run of deliveries: batches that an earlier run left claimed are open again; the run's number.

        Only for the holder of the runner lock, before the first claim: nothing else tells that the earlier run is dead.
        """
        with self.database.write() as connection:
            epoch = epoch_of(connection) + 1
            row = {"key": "epoch", "value": str(epoch)}
            connection.execute(
                insert(connection, meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row)
            )
            connection.execute(batches.update().where(batches.c.state == "claimed").values(state="open"))
        return epoch

    def open_mailing(self, mailing: Mailing, now: datetime) -> int:
        """Keep the mailing and the snapshot of its audience, once; the number of the mailing.

        The audience is everybody active, not suppressed, and of the mailing's variant, at this moment.
        """
        with self.database.write() as connection:
            new = connection.execute(
                insert(connection, mailings)
                .values(
                    week=mailing.week,
                    variant=mailing.variant,
                    date=mailing.date,
                    segments=_joined(mailing.segments),
                    marks=json.dumps(mailing.marks),
                    sha256=mailing.sha256,
                    created=now,
                )
                .on_conflict_do_nothing()
                .returning(mailings.c.id)
            ).scalar()
            if new is not None:
                cut(connection, new, mailing.variant, self.batch_size)
            of_ours = (mailings.c.week == mailing.week, mailings.c.variant == mailing.variant)
            number: int = connection.execute(select(mailings.c.id).where(*of_ours)).scalar_one()
        return number

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        """The mailing as frozen at its first claim, with its number; None before that."""
        query = select(mailings).where(mailings.c.week == week, mailings.c.variant == variant)
        with self.database.read() as connection:
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
        )

    def claim(self, mailing: int, now: datetime, *, after: int = 0, due: bool = False) -> Claim | None:
        """The next batch numbered above `after` that is open and has somebody in it; None if there is none.

        With `due` the next one that was worked through and has readers whose next try is due. A letter of unknown fate
        is due when its time has come, and at once in a later run.
        """
        while True:
            with self.database.write() as connection:
                epoch = epoch_of(connection)
                batch = next_batch(connection, mailing, epoch, now, after=after, due=due)
                if batch is None:
                    return None
                claim = claim_of(connection, batch, epoch, now)
                state = "claimed" if claim.readers or claim.left else "done"
                which = same_batch(batch.mailing, batch.no)
                connection.execute(batches.update().where(*which).values(state=state, epoch=epoch, claimed_at=now))
            if state == "claimed":
                return claim

    def record(self, results: Sequence[tuple[Claim, Delivery]]) -> Heard:
        """Append results. Durable when it returns; accepted stays accepted, whatever comes after it."""
        by_batch: dict[int, tuple[Claim, list[Delivery]]] = {}
        for claim, delivery in results:
            by_batch.setdefault(claim.batch, (claim, []))[1].append(delivery)
        with self.database.write() as connection:
            for _, (claim, deliveries) in sorted(by_batch.items()):
                _record(connection, claim, deliveries)
        return Heard()

    def finish(self, claim: Claim) -> None:
        """Mark the batch as worked through; if readers in it have no result, it is open again instead.

        A claim of an earlier run changes nothing: the batch is somebody else's by now.
        """
        with self.database.write() as connection:
            held = (batches.c.epoch == claim.epoch, batches.c.state == "claimed")
            mine = (*same_batch(claim.mailing, claim.batch), *held)
            batch = connection.execute(select(batches).where(*mine).with_for_update()).one_or_none()
            if batch is None:
                return
            settled = served_ids(connection, batch) | set(exception_states(connection, batch))
            rest = set(unpack(batch.first_id, batch.members)) - settled
            connection.execute(batches.update().where(*mine).values(state="open" if rest else "done"))

    def tally(self, mailing: int) -> Tally:
        """Where the mailing stands; the audience is that of the snapshot."""
        with self.database.read() as connection:
            audience = select(func.coalesce(func.sum(batches.c.audience), 0)).where(batches.c.mailing == mailing)
            counts: dict[str, int] = {}
            for table in (schema.deliveries, delivery_exceptions):
                by_state = select(table.c.state, func.count().label("so_many")).where(table.c.mailing == mailing)
                for row in connection.execute(by_state.group_by(table.c.state)):
                    counts[row.state] = row.so_many
            return Tally(audience=int(connection.execute(audience).scalar_one()), **counts)


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


def _record(connection: Connection, claim: Claim, results: Sequence[Delivery]) -> None:
    # Two workers with results for one reader (one of them frozen and taken for dead) come one after the other.
    batch = select(batches.c.no).where(*same_batch(claim.mailing, claim.batch)).with_for_update()
    connection.execute(batch)
    readers = [result.subscriber for result in results]
    earlier = _earlier(connection, claim.mailing, readers)
    troubled = [result for result in results if result.state not in ("accepted", "left")]
    if troubled:
        served = _served(connection, claim.mailing, readers)
        _except(connection, claim, [t for t in troubled if t.subscriber not in served], earlier)
    settled = [result for result in results if result.state in ("accepted", "left")]
    if settled:
        _settle(connection, claim.mailing, settled, earlier)


def _earlier(connection: Connection, mailing: int, readers: Sequence[int]) -> dict[int, tuple[str, int]]:
    """State and number of tries so far of those readers for whom a try went wrong."""
    columns = delivery_exceptions.c
    query = select(columns.subscriber, columns.state, columns.attempts)
    found = connection.execute(query.where(columns.mailing == mailing, columns.subscriber.in_(readers)))
    return {row.subscriber: (row.state, row.attempts) for row in found}


def _served(connection: Connection, mailing: int, readers: Sequence[int]) -> set[int]:
    columns = schema.deliveries.c
    query = select(columns.subscriber).where(columns.mailing == mailing, columns.subscriber.in_(readers))
    return set(connection.execute(query).scalars())


def _except(
    connection: Connection, claim: Claim, troubled: Sequence[Delivery], earlier: dict[int, tuple[str, int]]
) -> None:
    """Write what went wrong; refused is the end of it. Keeps `earlier` up to date."""
    for result in troubled:
        state, attempts = earlier.get(result.subscriber, ("", 0))
        if state == "refused":
            continue
        now_state = "refused" if result.state == "deferred" and attempts + 1 >= _MOST_TRIES else result.state
        wait = timedelta(minutes=_WAITS[min(attempts, len(_WAITS) - 1)])
        row = {
            "mailing": claim.mailing,
            "subscriber": result.subscriber,
            "batch": claim.batch,
            "state": now_state,
            "attempts": attempts + 1,
            "next_try_at": None if now_state == "refused" else result.at + wait,
            "epoch": claim.epoch,
            "code": result.code,
            "reply": result.reply[:_REPLY],
            "at": result.at,
        }
        statement = insert(connection, delivery_exceptions).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["mailing", "subscriber"], set_=row))
        earlier[result.subscriber] = (now_state, attempts + 1)


def _settle(
    connection: Connection, mailing: int, settled: Sequence[Delivery], earlier: dict[int, tuple[str, int]]
) -> None:
    """Append what is final. A letter that crossed is accepted even if its reader was noted as left meanwhile."""
    statement = insert(connection, schema.deliveries)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mailing", "subscriber"],
            set_={name: new[name] for name in ("state", "at", "code", "reply", "attempt")},
            where=(schema.deliveries.c.state == "left") & (new.state == "accepted"),
        ),
        [
            {
                "mailing": mailing,
                "subscriber": result.subscriber,
                "state": result.state,
                "at": result.at,
                "code": result.code,
                "reply": result.reply[:_REPLY],
                "attempt": earlier.get(result.subscriber, ("", 0))[1] + 1,
            }
            for result in settled
        ],
    )
    if over := [result.subscriber for result in settled if result.subscriber in earlier]:
        columns = delivery_exceptions.c
        connection.execute(delivery_exceptions.delete().where(columns.mailing == mailing, columns.subscriber.in_(over)))
