"""Batches: choosing the next one, who in it may be written to, and counting it when it is done. I/O: SQLite, PostgreSQL

Functions on one transaction, that of their caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from newsletter.model.audience import Reader
from newsletter.model.ports import Claim
from newsletter.store.deliveries.snapshot import unpack
from newsletter.store.driver import Driver, as_number, in_words
from newsletter.store.schema import subscribers
from newsletter.store.subscribers import may_be_written_to

#: The number of the present run, as part of a question; null before the first.
EPOCH = "(SELECT value FROM meta WHERE key = 'epoch')"
_RUN = f"SELECT state, {EPOCH} FROM mailings WHERE id = ?"  # noqa: S608 - put together of constants
_BATCH = "SELECT mailing, no, first_id, last_id, members, audience, claimed_at FROM batches WHERE mailing = ?"
_OPEN = f"{_BATCH} AND no > ? AND state = 'open' ORDER BY no LIMIT 1"
#: Deferred when the time has come; unknown then too, and at once in a later run: resent, byte for byte.
_IS_DUE = "(state IN ('deferred', 'unknown') AND (next_try_at <= ? OR (state = 'unknown' AND epoch < ?)))"
_DUE = f"""
{_BATCH} AND no > ? AND state = 'done' AND EXISTS (
    SELECT 1 FROM delivery_exceptions
    WHERE delivery_exceptions.mailing = batches.mailing AND delivery_exceptions.batch = batches.no AND {_IS_DUE}
) ORDER BY no LIMIT 1
"""  # noqa: S608 - put together of constants
#: Whether it is worth looking through the batches: asked of an index.
_SOMEBODY_IS_DUE = """
SELECT EXISTS (SELECT 1 FROM delivery_exceptions WHERE mailing = ? AND state = 'deferred' AND next_try_at <= ?)
    OR EXISTS (SELECT 1 FROM delivery_exceptions WHERE mailing = ? AND state = 'unknown' AND next_try_at <= ?)
    OR EXISTS (SELECT 1 FROM delivery_exceptions WHERE mailing = ? AND state = 'unknown' AND epoch < ?)
"""
_CLAIMED = f"{_BATCH} AND no = ? AND epoch = ? AND state = 'claimed'"
_CLAIM = """
UPDATE batches SET state = 'claimed', epoch = ?, claimed_at = ?,
    accepted = NULL, departed = NULL, dropped = NULL, first_at = NULL, last_at = NULL
WHERE mailing = ? AND no = ?
"""
_SERVED = "SELECT subscriber FROM deliveries WHERE mailing = ? AND subscriber BETWEEN ? AND ?"
_EXCEPTIONS = f"SELECT subscriber, state, {_IS_DUE} FROM delivery_exceptions WHERE mailing = ? AND batch = ?"  # noqa: S608
_COUNTS = """
SELECT state, count(*), min(at), max(at) FROM deliveries WHERE mailing = ? AND subscriber BETWEEN ? AND ? GROUP BY state
"""
_EXCEPTED = "SELECT count(*) FROM delivery_exceptions WHERE mailing = ? AND batch = ?"
_REOPEN = "UPDATE batches SET state = 'open' WHERE mailing = ? AND no = ?"
_CLOSE = """
UPDATE batches SET state = 'done', accepted = ?, departed = ?, dropped = ?, first_at = ?, last_at = ?
WHERE mailing = ? AND no = ?
"""
#: Everybody in a range of ids who may be written to at this moment.
_LIVE = in_words(
    select(subscribers.c.id, subscribers.c.key, subscribers.c.address).where(
        subscribers.c.id.between(bindparam("first"), bindparam("last")), may_be_written_to()
    )
)


@dataclass(frozen=True, slots=True)
class _Batch:
    mailing: int
    no: int
    first: int
    last: int
    members: bytes
    audience: int
    #: Null before the first claim.
    claimed: int | None


def claim_next(driver: Driver, mailing: int, now: datetime, *, after: int, due: bool) -> Claim | None:
    """Claim the first open batch above `after`, or finished one with a reader who is due; None if there is none.

    A claim of nobody may come: then there was nothing to do in the batch, and it is closed.
    """
    ((state, epoch),) = driver.rows(_RUN, mailing) or ((None, None),)
    if state != "open":
        return None
    run, instant = int(epoch or 0), as_number(now)
    batch = _next_due(driver, mailing, run, instant, after) if due else _first(driver, _OPEN, mailing, after)
    if batch is None:
        return None
    claim = _claim_of(driver, batch, run, instant)
    if claim.readers or claim.left:
        driver.do(_CLAIM, run, instant, mailing, batch.no)
    else:
        _close(driver, batch)
    return claim


def finish(driver: Driver, claim: Claim) -> None:
    """Close the batch, or open it again if somebody in it has no result; nothing if a later run has it."""
    lock = "" if driver.is_sqlite else " FOR UPDATE"
    for row in driver.rows(_CLAIMED + lock, claim.mailing, claim.batch, claim.epoch):
        _close(driver, _Batch(*row))


def _first(driver: Driver, question: str, *values: object) -> _Batch | None:
    # What another process has locked at this moment is passed over: it is being claimed.
    lock = "" if driver.is_sqlite else " FOR UPDATE OF batches SKIP LOCKED"
    rows = driver.rows(question + lock, *values)
    return _Batch(*rows[0]) if rows else None


def _next_due(driver: Driver, mailing: int, epoch: int, now: int, after: int) -> _Batch | None:
    ((is_one,),) = driver.rows(_SOMEBODY_IS_DUE, mailing, now, mailing, now, mailing, epoch)
    return _first(driver, _DUE, mailing, after, now, epoch) if is_one else None


def _claim_of(driver: Driver, batch: _Batch, epoch: int, now: int) -> Claim:
    """Who of the batch may be written to now, and who left since the snapshot; either may be empty."""
    members: tuple[int, ...] = unpack(batch.first, batch.members)
    live = _live(driver, batch)
    waiting = members
    # Nothing can have been recorded for a batch that was never claimed, and asking the empty ledger is not cheap.
    if batch.claimed is not None:
        found = driver.rows(_EXCEPTIONS, now, epoch, batch.mailing, batch.no)
        # Of whom a letter is held the fate is decided by a person, whether they have left or not.
        over = {reader for reader, state, _ in found if state in ("refused", "held")}
        over.update(row[0] for row in driver.rows(_SERVED, batch.mailing, batch.first, batch.last))
        later = {reader for reader, _, is_due in found if not is_due}
        members = tuple([reader for reader in members if reader not in over])
        waiting = tuple([reader for reader in members if reader not in later])
    return Claim(
        mailing=batch.mailing,
        batch=batch.no,
        epoch=epoch,
        readers=tuple([live[reader] for reader in waiting if reader in live]),
        left=tuple([reader for reader in members if reader not in live]),
        fresh=batch.claimed is None,
    )


def _live(driver: Driver, batch: _Batch) -> Mapping[int, Reader]:
    rows = driver.rows(_LIVE, batch.first, batch.last)
    return {number: Reader(id=number, key=key, address=address) for number, key, address in rows}


def _close(driver: Driver, batch: _Batch) -> None:
    """Mark a batch as done and keep what there is to count; open if somebody in it has no result."""
    found = {state: rest for state, *rest in driver.rows(_COUNTS, batch.mailing, batch.first, batch.last)}
    accepted, first, last = found.get("accepted", (0, None, None))
    departed, dropped = (found.get(state, (0,))[0] for state in ("left", "dropped"))
    ((excepted,),) = driver.rows(_EXCEPTED, batch.mailing, batch.no)
    # Batches of a mailing do not overlap: whoever has a row in this range is of this batch.
    if accepted + departed + dropped + excepted < batch.audience:
        driver.do(_REOPEN, batch.mailing, batch.no)
    else:
        driver.do(_CLOSE, accepted, departed, dropped, first, last, batch.mailing, batch.no)
