"""Results onto the disk in groups."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import pytest

from newsletter.mail.sending.commits import Commits


def test_a_strict_result_is_durable_when_the_call_returns() -> None:
    written: list[int] = []
    commits = Commits[int](written.extend)

    for number in range(5):
        commits.record([number])

        assert written[-1] == number


def test_results_that_come_while_one_is_written_go_together_in_the_next_transaction() -> None:
    transactions: list[list[int]] = []
    begun, go_on = Event(), Event()

    def write(items: Sequence[int]) -> None:
        if not transactions:
            begun.set()
            go_on.wait(10)
        transactions.append(sorted(items))

    commits = Commits[int](write)
    arrived = Barrier(4)

    def bring(number: int) -> None:
        arrived.wait(10)
        commits.record([number])

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commits.record, [0])
        begun.wait(10)
        others = [threads.submit(bring, number) for number in (1, 2, 3)]
        arrived.wait(10)
        while commits.waiting < 3:
            pass
        go_on.set()
        for future in (first, *others):
            future.result(10)

    assert transactions == [[0], [1, 2, 3]]


def test_nobody_is_lost_and_nobody_written_twice_whatever_the_threads_do() -> None:
    written: list[int] = []
    at_work = Lock()

    def write(items: Sequence[int]) -> None:
        assert at_work.acquire(blocking=False), "two transactions at a time"
        written.extend(items)
        at_work.release()

    commits = Commits[int](write)

    def bring(worker: int) -> None:
        for number in range(200):
            commits.record([worker * 1000 + number])
            assert worker * 1000 + number in written[-64:] or worker * 1000 + number in written

    with ThreadPoolExecutor(8) as threads:
        for future in [threads.submit(bring, worker) for worker in range(8)]:
            future.result(30)

    assert sorted(written) == sorted(worker * 1000 + number for worker in range(8) for number in range(200))


def test_a_fault_reaches_everybody_whose_result_was_in_it_and_the_next_go_on() -> None:
    kept: list[int] = []

    def write(items: Sequence[int]) -> None:
        if 13 in items:
            raise OSError("the disk is full")
        kept.extend(items)

    commits = Commits[int](write)

    commits.record([1])
    with pytest.raises(OSError, match="full"):
        commits.record([13])
    commits.record([2])

    assert kept == [1, 2]


def test_a_group_is_written_when_it_is_full_or_asked_for() -> None:
    transactions: list[list[int]] = []
    commits = Commits[int](lambda items: transactions.append(list(items)), group=3)

    for number in range(7):
        commits.record([number])
    before = list(transactions)
    commits.flush()
    commits.flush()

    assert before == [[0, 1, 2], [3, 4, 5]]
    assert transactions == [[0, 1, 2], [3, 4, 5], [6]]
