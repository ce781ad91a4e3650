"""Who was told what is remembered until it is taken back."""

from __future__ import annotations

from dataclasses import replace

from newsletter.model.week import Week
from newsletter.store.engine import Store
from newsletter.store.told import ToldRow
from tests.store.builders import NOW, later

WEEK = Week(2024, 23)
REMINDED = ToldRow(kind="reminder", week=WEEK, member="yoga", about="", at=NOW)
LATE = ToldRow(kind="late-take", week=WEEK, member="", about="issues/2024-W23/takes/wärme.md ab12", at=NOW)


def test_what_was_told_comes_back_by_week_and_kind_in_its_order(store: Store) -> None:
    again = replace(REMINDED, at=later(hours=1))
    for row in (REMINDED, LATE, replace(REMINDED, week=WEEK.after()), again):
        store.told.note(row)

    assert store.told.of_week(WEEK, "reminder") == (REMINDED, again)
    assert store.told.of_week(WEEK, "late-take") == (LATE,)


def test_a_message_that_did_not_leave_is_taken_back_and_the_others_stay(store: Store) -> None:
    store.told.note(REMINDED)
    number = store.told.note(replace(REMINDED, member="dika"))

    store.told.take_back(number)

    assert store.told.of_week(WEEK, "reminder") == (REMINDED,)


def test_of_a_week_that_nobody_was_told_of_there_is_nothing(store: Store) -> None:
    assert store.told.of_week(WEEK, "reminder") == ()
