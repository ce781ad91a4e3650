"""Who has had which letter: batches are claimed, results appended, nobody missed or twice. I/O: SQLite, PostgreSQL

The audience is a snapshot cut into batches. Only what went otherwise than accepted or left needs a row that
changes (`delivery_exceptions`); the rest is appended (`deliveries`). A batch is reopened when it has somebody to serve.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select, text

from newsletter.model.audience import Delivery, DeliveryState, Mailing, Tally
from newsletter.model.deliveries import Progress, Proof, Trouble
from newsletter.model.ports import Claim, Heard
from newsletter.store.database import Database, insert
from newsletter.store.deliveries import mailings, recording, unknown_fates, views
from newsletter.store.deliveries.batches import EPOCH, claim_next, finish
from newsletter.store.departures import DEPARTURES
from newsletter.store.schema import batches, meta, subscribers
from newsletter.store.subscribers import may_be_written_to

#: Readers that are asked about in one question.
_PAGE = 500
#: Who did not simply have their letter.
_TROUBLED: tuple[DeliveryState, ...] = ("deferred", "refused", "unknown", "held")
_HEARD = text(f"SELECT state, {DEPARTURES}, {EPOCH} FROM mailings WHERE id = :mailing")  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlLedger:
    """The ledger of `newsletter.model.ports.Ledger`, on tables. Threads and, on PostgreSQL, processes may share it."""

    database: Database
    batch_size: int = 500

    def take_over(self, *, hold: bool = False) -> int:
        """Begin a run of deliveries: batches that an earlier run left claimed are open again; the run's number.

        Letters that the earlier run was about to hand over, and those of unknown fate, are held with `hold`, until
        `release_held` or `drop_held`; otherwise they go again.
        Only for the holder of the runner lock, before the first claim: nothing else tells that the earlier run is dead.
        """
        with self.database.write() as connection:
            epoch = int(connection.execute(select(meta.c.value).where(meta.c.key == "epoch")).scalar() or 0) + 1
            row = {"key": "epoch", "value": str(epoch)}
            connection.execute(
                insert(connection, meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row)
            )
            connection.execute(batches.update().where(batches.c.state == "claimed").values(state="open"))
            unknown_fates.settle_intents(connection, hold=hold)
        return epoch

    def open_mailing(self, mailing: Mailing, now: datetime) -> int:
        """`open_mailings` of a week that goes out in one variant: it is everybody's."""
        (number,) = self.open_mailings((mailing,), now)
        return number

    def open_mailings(self, given: Sequence[Mailing], now: datetime) -> tuple[int, ...]:
        """Keep all mailings of a week and the snapshot of its audience, once; their numbers, in the order given.

        The audience is everybody active and not suppressed at this moment. Each reader belongs to the mailing of their
        variant, or to the first one if there is none of it. `given` is not empty.
        """
        with self.database.write() as connection:
            return mailings.open_all(connection, given, now, self.batch_size)

    def withdraw(self, week: str) -> bool:
        """Forget the week's mailings and snapshot, so that they can be opened anew; False, and nothing, if not all are
        open, or if anybody was ever claimed: then letters may have left.
        """
        with self.database.write() as connection:
            return mailings.withdraw(connection, week)

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        """The mailing as frozen at its first claim, with its number; None before that."""
        with self.database.read() as connection:
            return mailings.kept(connection, week, variant)

    def claim(self, mailing: int, now: datetime, *, after: int = 0, due: bool = False) -> Claim | None:
        """The next batch numbered above `after` that is open and has somebody in it; None if there is none.

        With `due` the next one that was worked through and has readers whose next try is due. A letter of unknown fate
        is due when its time has come, and at once in a later run. None as well unless the mailing is open.
        """
        while True:
            with self.database.drive() as driver:
                claim = claim_next(driver, mailing, now, after=after, due=due)
            if claim is None or claim.readers or claim.left:
                return claim
            # There was nobody in it: on, or a batch that wrongly looks due would be asked for ever.
            after = claim.batch

    def record(self, results: Sequence[tuple[Claim, Delivery]]) -> Heard:
        """Append results. Durable when it returns; accepted stays accepted, whatever comes after it.

        Whose `suppress` is set, the address that they have now is suppressed, in the relay's words.
        """
        if not results:
            return Heard()
        with self.database.drive() as driver:
            return recording.record(driver, results)

    def intend(self, letters: Sequence[tuple[Claim, int]]) -> None:
        """Note that letters to these readers are about to be handed over: without a result, their fate is unknown."""
        with self.database.drive() as driver:
            recording.intend(driver, letters)

    def take_back(self, letters: Sequence[tuple[Claim, int]]) -> None:
        """Forget what `intend` noted of these letters: they were not handed over. Of a later run it forgets nothing."""
        with self.database.drive() as driver:
            recording.take_back(driver, letters)

    def heard(self, mailing: int) -> Heard:
        """What `record` would tell now."""
        with self.database.read() as connection:
            state, departures, epoch = connection.execute(_HEARD, {"mailing": mailing}).one()
        return Heard(state=state, departures=int(departures or 0), epoch=int(epoch or 0))

    def still_readers(self, readers: Collection[int]) -> frozenset[int]:
        """Those of them who may be written to at this moment."""
        found: set[int] = set()
        rest = iter(readers)
        with self.database.read() as connection:
            while page := list(islice(rest, _PAGE)):
                query = select(subscribers.c.id).where(subscribers.c.id.in_(page), may_be_written_to())
                found.update(connection.execute(query).scalars())
        return frozenset(found)

    def finish(self, claim: Claim) -> None:
        """Mark the batch as worked through; if readers in it have no result, it is open again instead.

        A claim of an earlier run changes nothing: the batch is somebody else's by now.
        """
        with self.database.drive() as driver:
            finish(driver, claim)

    def pause(self, mailing: int, why: str, now: datetime) -> None:
        """Let nothing more leave until `resume`; of one that is cancelled or paused it changes nothing."""
        with self.database.write() as connection:
            mailings.pause(connection, mailing, why, now)

    def resume(self, mailing: int, now: datetime) -> None:
        """Let a paused mailing go on. Those put off because the relay refused us (5yz) are due at once."""
        with self.database.write() as connection:
            mailings.resume(connection, mailing, now)

    def cancel(self, mailing: int, why: str, now: datetime) -> None:
        """Let nothing more leave, ever."""
        with self.database.write() as connection:
            mailings.cancel(connection, mailing, why, now)

    def release_held(self, mailing: int, now: datetime) -> int:
        """Let those who are held have their letter, the same bytes, at once; how many. None of a cancelled mailing."""
        with self.database.write() as connection:
            return unknown_fates.release(connection, mailing, now)

    def drop_held(self, mailing: int, now: datetime) -> int:
        """Write to those who are held no more; how many."""
        with self.database.write() as connection:
            return unknown_fates.drop(connection, mailing, now)

    def tally(self, mailing: int) -> Tally:
        """Where the mailing stands; the audience is that of the snapshot.

        Of a cancelled mailing those deferred or of unknown fate count as cancelled: they are not tried again.
        """
        with self.database.read() as connection:
            return views.tally(connection, mailing)

    def progress(self, week: str, now: datetime) -> tuple[Progress, ...]:  # noqa: ARG002
        """The week's mailings, in the order in which they were opened; empty before that."""
        with self.database.read() as connection:
            return views.progress(connection, week)

    def troubles(
        self, mailing: int, states: Sequence[DeliveryState] = _TROUBLED, limit: int = 50
    ) -> tuple[Trouble, ...]:
        """Readers in these states, the latest result first; at most so many."""
        with self.database.read() as connection:
            return views.troubles(connection, mailing, states, limit)

    def proofs(self, week: str, subscriber: int) -> tuple[Proof, ...]:
        """What the ledger holds of this reader in the week's mailings; empty if they were in no snapshot of it."""
        with self.database.read() as connection:
            return views.proofs(connection, week, subscriber)
