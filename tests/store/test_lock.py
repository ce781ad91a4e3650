"""There is one runner at a time, and a dead one is in nobody's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.errors import Busy, CannotWrite
from newsletter.store.engine import Store
from tests.store.builders import NOW


def test_a_second_runner_is_told_that_one_is_at_work(store: Store, tmp_path: Path) -> None:
    def second() -> None:
        with store.runner_lock(tmp_path / "run.lock", NOW):
            pytest.fail("two runners at once")

    with store.runner_lock(tmp_path / "run.lock", NOW), pytest.raises(Busy) as busy:
        second()

    assert busy.value.exit_code == 75
    assert busy.value.mend


def test_the_message_names_who_holds_the_file_and_since_when(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "run.lock"

    with (
        sqlite_store.runner_lock(path, NOW),
        pytest.raises(Busy, match=f"process {os.getpid()} since 2024-06-07T08:00:00Z"),
        sqlite_store.runner_lock(path, NOW),
    ):
        pytest.fail("two runners at once")


def test_the_lock_is_free_when_the_run_has_ended_even_by_an_error(store: Store, tmp_path: Path) -> None:
    def fail() -> None:
        with store.runner_lock(tmp_path / "run.lock", NOW):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with store.runner_lock(tmp_path / "run.lock", NOW):
        pass


def test_a_lock_that_cannot_be_made_is_reported(sqlite_store: Store, tmp_path: Path) -> None:
    with (
        pytest.raises(CannotWrite, match="cannot be made"),
        sqlite_store.runner_lock(tmp_path / "nowhere" / "run.lock", NOW),
    ):
        pytest.fail("there is no such folder")
