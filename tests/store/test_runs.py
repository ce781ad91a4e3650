"""A stage is done once for its slot, and how it ended is not forgotten."""

from __future__ import annotations

import pytest

from newsletter.model.week import Week
from newsletter.store.engine import Store
from tests.store.builders import NOW, later

WEEK = Week(2024, 23)


def test_a_stage_that_is_done_does_not_begin_again(store: Store) -> None:
    first = store.runs.begin("freeze", NOW, WEEK, NOW)
    store.runs.finish("freeze", NOW, later(minutes=1))

    second = store.runs.begin("freeze", NOW, WEEK, later(minutes=2))

    row = store.runs.state("freeze", NOW)
    assert (first, second) == (True, False)
    assert row
    assert (row.state, row.started, row.finished, row.week) == ("done", NOW, later(minutes=1), WEEK)


def test_a_stage_is_reckoned_by_its_slot(store: Store) -> None:
    store.runs.begin("collect", NOW, WEEK, NOW)
    store.runs.finish("collect", NOW, NOW)

    assert store.runs.begin("collect", later(days=1), WEEK, later(days=1))
    assert store.runs.begin("draft", NOW, WEEK, NOW)


def test_a_stage_that_was_killed_may_begin_again(store: Store) -> None:
    store.runs.begin("publish", NOW, WEEK, NOW)

    again = store.runs.begin("publish", NOW, WEEK, later(hours=1))

    row = store.runs.state("publish", NOW)
    assert again
    assert row
    assert (row.state, row.started, row.finished) == ("begun", later(hours=1), None)


def test_a_stage_that_failed_says_why_and_may_begin_again(store: Store) -> None:
    store.runs.begin("deliver", NOW, WEEK, NOW)
    store.runs.fail("deliver", NOW, later(minutes=1), "The relay does not answer.")
    failed = store.runs.state("deliver", NOW)

    again = store.runs.begin("deliver", NOW, WEEK, later(minutes=5))

    row = store.runs.state("deliver", NOW)
    assert failed
    assert (failed.state, failed.message) == ("failed", "The relay does not answer.")
    assert again
    assert row
    assert (row.state, row.message) == ("begun", "")


@pytest.mark.parametrize("state", ["skipped", "late"])
def test_a_slot_that_was_passed_over_says_why_and_may_be_run_by_hand(store: Store, state: str) -> None:
    note = store.runs.skip if state == "skipped" else store.runs.late
    note("deliver", NOW, WEEK, later(days=2), "two days late")

    row = store.runs.state("deliver", NOW)

    assert row
    assert (row.state, row.message) == (state, "two days late")
    assert store.runs.begin("deliver", NOW, WEEK, later(days=2))


def test_what_is_done_is_not_skipped_afterwards(store: Store) -> None:
    store.runs.begin("deliver", NOW, WEEK, NOW)
    store.runs.finish("deliver", NOW, NOW)

    store.runs.skip("deliver", NOW, WEEK, later(days=1), "late")

    row = store.runs.state("deliver", NOW)
    assert row
    assert row.state == "done"


def test_the_latest_runs_come_first(store: Store) -> None:
    for hour in range(4):
        store.runs.begin("collect", later(hours=hour), WEEK, later(hours=hour))

    assert [row.slot for row in store.runs.recent(2)] == [later(hours=3), later(hours=2)]


def test_the_ledger_knows_since_when_it_is_in_use(store: Store) -> None:
    before = store.runs.first_started()
    for hour in (2, 1):
        store.runs.begin("collect", later(hours=hour), WEEK, later(hours=hour))

    assert before is None
    assert store.runs.first_started() == later(hours=1)
