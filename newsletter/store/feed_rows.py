"""How feeds stand: rows of `feeds`, and the model's words for them. I/O: SQLite, PostgreSQL

Functions on one connection, inside the transaction of their caller.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.model.feeds import FeedState, Hints, Move, Validators
from newsletter.store.database import insert
from newsletter.store.schema import feeds


def read_states(connection: Connection) -> tuple[FeedState, ...]:
    """Every feed that was ever asked, by id."""
    states = [_state_of(row) for row in connection.execute(select(feeds))]
    # Sorted here: PostgreSQL would sort texts by its locale.
    return tuple(sorted(states, key=lambda s: s.feed))


def write_states(connection: Connection, states: Sequence[FeedState]) -> None:
    """Put each feed's row in the place of the one that stood there, if any; may be empty."""
    if states:
        statement = insert(connection, feeds)
        written = {column.name: statement.excluded[column.name] for column in feeds.columns if not column.primary_key}
        upsert = statement.on_conflict_do_update(index_elements=["id"], set_=written)
        connection.execute(upsert, [_row_of(state) for state in states])


def write_move(connection: Connection, feed: str, move: Move | None) -> None:
    """Change the feed's move alone; nothing happens if it was never asked."""
    connection.execute(feeds.update().where(feeds.c.id == feed).values(move=_move_text(move)))


def _row_of(state: FeedState) -> dict[str, Any]:
    return {
        "id": state.feed,
        "title": state.title,
        "own_title": state.own_title,
        "former_title": state.former_title,
        "asked": state.asked,
        "url": state.url,
        "first_good_at": state.first_good,
        "last_good_at": state.last_good,
        "last_checked_at": state.last_checked,
        "retry_at": state.retry_at,
        "next_check_at": state.next_check,
        "failures": state.failures,
        "failing_since": state.failing_since,
        "fault": state.fault,
        "last_problem": state.last_problem,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.validators.body_hash,
        "validators_url": state.validators.url,
        "validators_at": state.validators_at,
        "hints": _hints_text(state.hints),
        "move": _move_text(state.move),
    }


def _state_of(row: Row[Any]) -> FeedState:
    return FeedState(
        feed=row.id,
        title=row.title,
        own_title=row.own_title,
        former_title=row.former_title,
        asked=row.asked,
        url=row.url,
        first_good=row.first_good_at,
        last_good=row.last_good_at,
        last_checked=row.last_checked_at,
        retry_at=row.retry_at,
        next_check=row.next_check_at,
        failures=row.failures,
        failing_since=row.failing_since,
        fault=row.fault,
        last_problem=row.last_problem,
        validators=Validators(
            etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash, url=row.validators_url
        ),
        validators_at=row.validators_at,
        hints=_hints_of(row.hints),
        move=_move_of(row.move),
    )


def _hints_text(hints: Hints) -> str:
    if hints == Hints():
        return ""
    every = hints.every.total_seconds() if hints.every is not None else None
    return json.dumps({"every": every, "skip_hours": hints.skip_hours, "skip_days": hints.skip_days})


def _hints_of(text: str) -> Hints:
    if not text:
        return Hints()
    said = json.loads(text)
    return Hints(
        every=None if said["every"] is None else timedelta(seconds=said["every"]),
        skip_hours=tuple(said["skip_hours"]),
        skip_days=tuple(said["skip_days"]),
    )


def _move_text(move: Move | None) -> str:
    if move is None:
        return ""
    instants = {"since": move.since.isoformat(), "last": move.last.isoformat()}
    return json.dumps({"of": move.of, "to": move.to, **instants, "runs": move.runs, "state": move.state})


def _move_of(text: str) -> Move | None:
    if not text:
        return None
    said = json.loads(text)
    instants = {name: datetime.fromisoformat(said[name]) for name in ("since", "last")}
    return Move(**said | instants)
