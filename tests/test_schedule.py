"""The ticker looks at once and then often, outlives a run that fails, and ends when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from newsletter.schedule import look, stay
from newsletter.store.engine import Store
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, in_a_process, workspace


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT) as space:
        space.add("ada")
        yield space


def test_it_looks_at_the_start_and_ends_when_it_is_told(space: Workspace) -> None:
    ended, told = Event(), []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def tell(words: str) -> None:
        told.append(words)
        ended.set()

    code = stay(space.room, seconds=3600, tell=tell, ended=ended)

    assert code == 0
    assert told == [f"{WEEK} collect: done"]
    assert {number: signal.getsignal(number) for number in before} == before


def test_it_looks_again_and_again(space: Workspace) -> None:
    ended, looks = Event(), []

    def counted() -> Store:
        looks.append(1)
        if len(looks) == 2:
            ended.set()
        return space.room.open_store()

    stay(replace(space.room, open_store=counted), seconds=1, tell=lambda _: None, ended=ended)

    assert len(looks) >= 2


def test_a_signal_during_a_run_lets_it_finish(space: Workspace) -> None:
    space.seal()
    space.clock.instant = SEND
    space.store.runs.begin("collect", COLLECT, WEEK, COLLECT)
    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        os.kill(os.getpid(), signal.SIGTERM)

    code = stay(space.room, seconds=3600, tell=tell)

    assert code == 0
    assert f"{WEEK} deliver: done: 1 letters accepted" in told
    assert space.post.readers == ["ada"]


def test_a_run_that_fails_does_not_end_it(space: Workspace) -> None:
    told: list[str] = []
    space.write("feeds.toml", "no TOML [")
    look(space.room, told.append)
    space.write("feeds.toml", "")

    look(space.room, told.append)

    assert told[0].startswith(f"{WEEK} collect: failed")
    assert told[-1] == f"{WEEK} collect: done"


def test_a_fault_of_ours_is_told_and_does_not_end_it(space: Workspace) -> None:
    class Broken:
        def source(self, name: str) -> tuple[str, str] | None:
            raise ZeroDivisionError(name)

    told: list[str] = []
    space.clock.instant = FREEZE

    look(replace(space.room, templates=Broken()), told.append)
    look(space.room, told.append)

    assert any("a fault of ours: ZeroDivisionError" in words for words in told)
    assert f"{WEEK} freeze: done" in told


def test_while_another_run_is_at_work_it_says_nothing(space: Workspace) -> None:
    told: list[str] = []

    with space.room.lock(space.store):
        look(space.room, told.append)

    assert told == []
    assert space.store.runs.recent(9) == ()


def test_the_command_looks_at_once_and_ends_with_0_on_sigterm(tmp_path: Path) -> None:
    with workspace(tmp_path):
        pass
    ticker = in_a_process("-u", "-m", "newsletter", "schedule", "--every", "5", "--root", str(tmp_path))
    assert ticker.stderr is not None

    first = ticker.stderr.readline()
    ticker.send_signal(signal.SIGTERM)

    try:
        out, err = ticker.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        ticker.kill()
        raise
    assert first.endswith("collect: done\n")
    assert (ticker.returncode, out) == (0, "")
    assert "Traceback" not in err
