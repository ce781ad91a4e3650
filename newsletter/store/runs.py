"""The run ledger: which stage has run for which slot, and how it ended. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select

from newsletter.model.week import Week
from newsletter.store.database import Database, insert
from newsletter.store.schema import runs

#: "begun" without an end is at work, or was killed; "late" waits for a person; "skipped" is never made up for.
RunState = Literal["begun", "done", "failed", "skipped", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One stage at one slot."""

    stage: str
    slot: datetime
    week: Week
    started: datetime
    finished: datetime | None
    state: RunState
    #: Why, in words; "" for begun and done.
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLedger:
    """Rows of stage and slot instant. Every method is one transaction."""

    database: Database

    def begin(self, stage: str, slot: datetime, week: Week, now: datetime) -> bool:
        """Note that the stage starts; False, and nothing noted, if it is already done for this slot."""
        return self._note(stage, slot, week, now, None, "begun", "")

    def finish(self, stage: str, slot: datetime, now: datetime) -> None:
        """Note that it is done; it was begun before."""
        self._end(stage, slot, now, "done", "")

    def fail(self, stage: str, slot: datetime, now: datetime, message: str) -> None:
        """Note that it failed and why; it was begun before, and may be begun again."""
        self._end(stage, slot, now, "failed", message)

    def skip(self, stage: str, slot: datetime, week: Week, now: datetime, why: str) -> None:
        """Note that it will not be done; a stage that is done stays so."""
        self._note(stage, slot, week, now, now, "skipped", why)

    def late(self, stage: str, slot: datetime, week: Week, now: datetime, why: str) -> None:
        """Note that the slot is too long past and a person was asked; a stage that is done stays so."""
        self._note(stage, slot, week, now, now, "late", why)

    def state(self, stage: str, slot: datetime) -> RunRow | None:
        """How that stage stands at that slot; None if it was never begun, skipped or late."""
        return next(iter(self._rows(select(runs).where(runs.c.stage == stage, runs.c.slot == slot))), None)

    def recent(self, most: int) -> tuple[RunRow, ...]:
        """The last so many, latest start first."""
        return self._rows(select(runs).order_by(runs.c.started.desc(), runs.c.slot.desc(), runs.c.stage).limit(most))

    def first_started(self) -> datetime | None:
        """When the first of all stages was begun; None before that."""
        with self.database.read() as connection:
            found: datetime | None = connection.execute(select(func.min(runs.c.started))).scalar()
        return found

    def _note(
        self,
        stage: str,
        slot: datetime,
        week: Week,
        started: datetime,
        finished: datetime | None,
        state: RunState,
        message: str,
    ) -> bool:
        row = {
            "stage": stage,
            "slot": slot,
            "week": str(week),
            "started": started,
            "finished": finished,
            "state": state,
            "message": message,
        }
        with self.database.write() as connection:
            noted = connection.execute(
                insert(connection, runs)
                .values(row)
                .on_conflict_do_update(index_elements=["stage", "slot"], set_=row, where=runs.c.state != "done")
                .returning(runs.c.stage)
            ).scalar()
        return noted is not None

    def _end(self, stage: str, slot: datetime, now: datetime, state: RunState, message: str) -> None:
        with self.database.write() as connection:
            connection.execute(
                runs.update()
                .where(runs.c.stage == stage, runs.c.slot == slot)
                .values(finished=now, state=state, message=message)
            )

    def _rows(self, query: Select[Any]) -> tuple[RunRow, ...]:
        with self.database.read() as connection:
            return tuple(_row(row) for row in connection.execute(query))


def _row(row: Row[Any]) -> RunRow:
    return RunRow(
        stage=row.stage,
        slot=row.slot,
        week=Week.read(row.week),
        started=row.started,
        finished=row.finished,
        state=row.state,
        message=row.message,
    )
