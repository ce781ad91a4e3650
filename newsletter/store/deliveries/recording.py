"""Results on the disk: one question and one insertion, whatever the number of letters. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsletter.model.audience import Delivery
from newsletter.model.ports import Claim, Heard
from newsletter.store.deliveries.batches import EPOCH
from newsletter.store.departures import DEPARTURES, departed, suppress_bounced
from newsletter.store.driver import Driver, as_number, as_words

Result = tuple[Claim, Delivery]

#: Minutes until the next try, by the number of tries so far; the last holds for all that follow.
_WAITS = (5, 15, 60, 240)
#: About five days at these waits; a letter still put off then has failed (RFC 5321, 4.5.4.1).
_MOST_TRIES = 33
#: Characters of a relay's words that are kept.
_REPLY = 500
#: After these nothing more leaves without a person's word; they have rows of their own.
_SETTLED = ("accepted", "left", "dropped")
#: Results that are asked about at once: databases take so many values in one statement.
_PART = 4096

#: Two workers with results for one reader (one of them frozen and taken for dead) come one after the other.
_LOCK = "SELECT no FROM batches WHERE mailing = ? AND no IN (?…) ORDER BY no FOR UPDATE"
#: One row, or one for each reader for whom a try went wrong.
_STANDING = f"""
SELECT m.state, {DEPARTURES}, {EPOCH}, EXISTS (SELECT 1 FROM intents WHERE mailing = m.id),
       (SELECT count(accepted) FROM batches WHERE mailing = m.id AND no IN (?…)), e.subscriber, e.state, e.attempts
FROM mailings AS m LEFT JOIN delivery_exceptions AS e ON e.mailing = m.id AND e.subscriber IN (?…)
WHERE m.id = ?
"""  # noqa: S608 - put together of constants
#: A letter that crossed is accepted even if its reader was noted otherwise meanwhile.
_SETTLE = """
INSERT INTO deliveries (mailing, subscriber, state, at, code, reply, attempt, relay) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (mailing, subscriber) DO UPDATE SET state = excluded.state, at = excluded.at, code = excluded.code,
    reply = excluded.reply, attempt = excluded.attempt, relay = excluded.relay
WHERE deliveries.state <> 'accepted' AND excluded.state = 'accepted'
"""
_SERVED = "SELECT subscriber FROM deliveries WHERE mailing = ? AND subscriber IN (?…)"
_EXCEPT = """
INSERT INTO delivery_exceptions
    (mailing, subscriber, batch, state, attempts, next_try_at, epoch, code, reply, at, relay)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (mailing, subscriber) DO UPDATE SET batch = excluded.batch, state = excluded.state,
    attempts = excluded.attempts, next_try_at = excluded.next_try_at, epoch = excluded.epoch, code = excluded.code,
    reply = excluded.reply, at = excluded.at, relay = excluded.relay
"""
_OVER = "DELETE FROM delivery_exceptions WHERE mailing = ? AND subscriber = ?"
_NOT_COUNTED = """
UPDATE batches SET accepted = NULL, departed = NULL, dropped = NULL, first_at = NULL, last_at = NULL
WHERE mailing = ? AND no IN (?…)
"""
_INTEND = """
INSERT INTO intents (mailing, subscriber, batch, epoch) VALUES (?, ?, ?, ?)
ON CONFLICT (mailing, subscriber) DO UPDATE SET batch = excluded.batch, epoch = excluded.epoch
"""
_HANDED_OVER = "DELETE FROM intents WHERE mailing = ? AND subscriber = ?"

_NOT_HANDED_OVER = f"{_HANDED_OVER} AND epoch = ?"


def record(driver: Driver, results: Sequence[Result]) -> Heard:
    """Write results of one mailing, at least one; accepted stays accepted, refused and dropped end all but that."""
    if not driver.is_sqlite:
        driver.rows(_LOCK, results[0][0].mailing, _batches(results))
    for start in range(0, len(results), _PART):
        heard = _record(driver, results[start : start + _PART])
    return heard


def intend(driver: Driver, letters: Sequence[tuple[Claim, int]]) -> None:
    """Write letters that are about to be handed over."""
    driver.many(_INTEND, [(claim.mailing, reader, claim.batch, claim.epoch) for claim, reader in letters])


def take_back(driver: Driver, letters: Sequence[tuple[Claim, int]]) -> None:
    """Forget letters that were to be handed over and were not."""
    driver.many(_NOT_HANDED_OVER, [(claim.mailing, reader, claim.epoch) for claim, reader in letters])


def _record(driver: Driver, results: Sequence[Result]) -> Heard:
    mailing = results[0][0].mailing
    batches = _batches(results)
    found = driver.rows(_STANDING, batches, [delivery.subscriber for _, delivery in results], mailing)
    state, departures, epoch, has_intents, counted = found[0][:5]
    earlier: dict[int, tuple[str, int]] = {row[5]: (row[6], row[7]) for row in found if row[5] is not None}
    settled = [delivery for _, delivery in results if delivery.state in _SETTLED]
    if len(settled) < len(results):
        _except(driver, mailing, [one for one in results if one[1].state not in _SETTLED], earlier)
    if settled:
        _settle(driver, mailing, settled, earlier)
    if counted:
        driver.do(_NOT_COUNTED, mailing, batches)
    if has_intents:
        driver.many(_HANDED_OVER, [(mailing, delivery.subscriber) for _, delivery in results])
    # In one order for all: two transactions never wait for each other's addresses.
    gone = sorted((d for _, d in results if d.suppress), key=lambda delivery: delivery.subscriber)
    for delivery in gone:
        suppress_bounced(driver, delivery.subscriber, delivery.at, f"{delivery.code} {delivery.reply}")
    told = departed(driver) if gone else int(departures or 0)
    return Heard(state=state, departures=told, epoch=int(epoch or 0))


def _batches(results: Sequence[Result]) -> list[int]:
    return sorted({claim.batch for claim, _ in results})


def _except(driver: Driver, mailing: int, troubled: Sequence[Result], earlier: dict[int, tuple[str, int]]) -> None:
    """Write what went wrong; refused is the end of it. Keeps `earlier` up to date."""
    served = {row[0] for row in driver.rows(_SERVED, mailing, [delivery.subscriber for _, delivery in troubled])}
    rows = []
    for claim, result in troubled:
        state, attempts = earlier.get(result.subscriber, ("", 0))
        if state == "refused" or result.subscriber in served:
            continue
        now_state = "refused" if result.state == "deferred" and attempts + 1 >= _MOST_TRIES else result.state
        next_try = None
        if now_state in ("deferred", "unknown"):
            next_try = as_number(result.at + timedelta(minutes=_WAITS[min(attempts, len(_WAITS) - 1)]))
        rows.append(
            (
                mailing,
                result.subscriber,
                claim.batch,
                now_state,
                attempts + 1,
                next_try,
                claim.epoch,
                result.code,
                as_words(result.reply, _REPLY),
                as_number(result.at),
                as_words(result.relay, _REPLY),
            )
        )
        earlier[result.subscriber] = (now_state, attempts + 1)
    if rows:
        driver.many(_EXCEPT, rows)


def _settle(driver: Driver, mailing: int, settled: Sequence[Delivery], earlier: dict[int, tuple[str, int]]) -> None:
    rows = [
        (
            mailing,
            result.subscriber,
            result.state,
            as_number(result.at),
            result.code,
            as_words(result.reply, _REPLY),
            earlier[result.subscriber][1] + 1 if result.subscriber in earlier else 1,
            as_words(result.relay, _REPLY),
        )
        for result in settled
    ]
    driver.many(_SETTLE, rows)
    if over := [(mailing, result.subscriber) for result in settled if result.subscriber in earlier]:
        driver.many(_OVER, over)
