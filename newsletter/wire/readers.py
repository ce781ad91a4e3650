"""Reads documents in worker processes, each document within limits of time and memory. I/O: processes

A document can make a parser burn hours, eat the machine's memory or crash the interpreter. Here it costs at most
one worker, which is replaced; what it did is a sentence in the result.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from threading import RLock, Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from newsletter.errors import CannotRead
from newsletter.wire.job import MOST_CPU_SECONDS, MOST_MEMORY, Job, Reading, refused

if TYPE_CHECKING:
    from pebble import ProcessPool

#: Seconds between two looks whether there is still somebody who reads.
_LOOK_EACH = 5.0
#: The outer fence: time on the wall, for a reader that waits instead of burning.
_MOST_SECONDS = 60
_WORTH_A_WORKER = 50
_Result = TypeVar("_Result")


class Readers(Protocol):
    """Who reads documents; to be used with `with`."""

    def submit(self, job: Job) -> Future[Reading]:
        """Begin to read; the future holds a Reading whatever the document does. Raises CannotRead."""

    def wait(self, told: Future[_Result]) -> _Result:
        """What a future of ours holds, as soon as it does. Raises CannotRead instead of waiting for ever."""

    def check(self) -> None:
        """Raises CannotRead if what was submitted will never be read."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Task:
    """One call that is not done yet, and the pool that has it."""

    args: tuple[Callable[[Job], Any], Job]
    settle: Callable[[Future[Any]], None]
    fail: Callable[[BaseException], None]
    pool: ProcessPool | None = None


class WorkerReaders:
    """Readers in processes of their own, started at the first document."""

    def __init__(self, documents: int = 1, *, most: int = 4) -> None:
        """For about so many documents, in at most so many processes, one at least."""
        # Another worker pays from some dozens on. Network and store need a core only while answers come.
        self._workers = max(1, min(most, os.cpu_count() or 1, documents // _WORTH_A_WORKER))
        self._pool: ProcessPool | None = None
        #: Held while these are used or changed: threads of the pool hand tasks over again.
        self._turn = RLock()
        self._tasks: dict[int, _Task] = {}
        self._broken: ProcessPool | None = None
        #: When something was begun or done last, by the monotonic clock.
        self._moved = 0.0

    def submit(self, job: Job) -> Future[Reading]:
        return self.call(_read, job, otherwise=refused)

    def call(self, work: Callable[[Job], _Result], job: Job, *, otherwise: Callable[[str], _Result]) -> Future[_Result]:
        """Call `work` with the job in a worker; `otherwise` makes a result of the sentence that tells its end.

        Raises CannotRead.
        """
        told: Future[_Result] = Future()

        def settle(future: Future[_Result]) -> None:
            told.set_result(_result(future, otherwise))

        task = _Task(args=(work, job), settle=settle, fail=told.set_exception)
        with self._turn:
            self._tasks[id(task)] = task
            self._hand_over(task)
        return told

    def wait(self, told: Future[_Result]) -> _Result:
        while not told.done():
            with contextlib.suppress(TimeoutError):
                told.result(timeout=_LOOK_EACH)
            self.check()
        return told.result()

    def check(self) -> None:
        with self._turn:
            pool = self._pool
            if pool is None or not self._tasks:
                return
            if not pool.active or monotonic() - self._moved > _MOST_SECONDS + _LOOK_EACH:
                self._open_another(pool)

    def _hand_over(self, task: _Task) -> None:
        """Give the task to the pool. Raises CannotRead."""
        pool = self._opened()
        try:
            with _undisturbed():
                done = pool.schedule(_within_limits, args=task.args, timeout=_MOST_SECONDS)
        except RuntimeError as fault:
            self._open_another(pool, fault)
            return
        task.pool = pool
        self._moved = monotonic()
        done.add_done_callback(lambda future: self._done(task, pool, future))

    def _done(self, task: _Task, pool: ProcessPool, future: Future[Any]) -> None:
        with self._turn:
            if task.pool is not pool:
                return  # it was handed over again
            if isinstance(_fault(future), BrokenProcessPool):
                try:
                    self._open_another(pool, _fault(future))
                except CannotRead as fault:
                    for one in tuple(self._tasks.values()):
                        one.fail(fault)
                    self._tasks.clear()
                return
            self._moved = monotonic()
            del self._tasks[id(task)]
        task.settle(future)

    def _open_another(self, broken: ProcessPool, fault: BaseException | None = None) -> None:
        """A pool in place of one that broke, as it may when a worker is killed, with all tasks that it had not done.

        Raises CannotRead if that one breaks too.
        """
        if self._pool is not broken:
            return
        if self._broken is not None:
            raise _cannot_read() from fault
        self._broken, self._pool = broken, None
        for task in tuple(self._tasks.values()):
            self._hand_over(task)

    def _opened(self) -> ProcessPool:
        if self._pool is None:
            from pebble import ProcessPool

            # Not forked: the parent has threads and connections that a copy must not have.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=self._workers, initializer=_begin, context=context)
        return self._pool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        stuck = False
        for pool in (self._broken, self._pool):
            if pool is not None:
                pool.stop()  # type: ignore[no-untyped-call]  # Pebble leaves this one without types
                # A thread of the pool may hang on a pipe that no worker empties any more: it is not waited for.
                joining = Thread(target=pool.join, name="readers", daemon=True)
                joining.start()
                joining.join(_LOOK_EACH if pool is self._pool else 0.5)
                stuck = stuck or joining.is_alive()
        for worker in multiprocessing.active_children() if stuck else ():
            worker.kill()


class InlineReaders:
    """Reads in this very process, without limits: for documents of one's own."""

    def __init__(self, documents: int = 1) -> None:
        """For any number of documents."""

    def submit(self, job: Job) -> Future[Reading]:
        done: Future[Reading] = Future()
        done.set_result(_read(job))
        return done

    def wait(self, told: Future[_Result]) -> _Result:
        return told.result()

    def check(self) -> None:
        """Everything submitted has been read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was opened."""


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Ctrl-C from the processes that are started here; it goes to the whole group, and the parent decides."""
    # Starting it lifts the block; once it runs it is left alone.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cannot_read() -> CannotRead:
    return CannotRead(
        "Documents cannot be read: the processes that do it end as soon as they start.",
        mend="Look whether the machine has memory and processes left, and run the command again.",
    )


def _read(job: Job) -> Reading:
    # Parsers are large: whoever hands documents to workers does without them.
    from newsletter.wire.reading import read

    return read(job)


def _result(future: Future[_Result], otherwise: Callable[[str], _Result]) -> _Result:
    from pebble import ProcessExpired

    fault = _fault(future)
    if future.cancelled():
        return otherwise("reading it was broken off")
    if fault is None:
        return future.result()
    if isinstance(fault, TimeoutError):
        return otherwise(f"reading it took more than {_MOST_SECONDS} s")
    if isinstance(fault, MemoryError):
        return otherwise(f"reading it took more than {MOST_MEMORY // 1024 // 1024} MB")
    if isinstance(fault, ProcessExpired):
        if fault.exitcode == -signal.SIGPROF:
            return otherwise(f"reading it took more than {MOST_CPU_SECONDS} s of processor time")
        return otherwise("reading it broke the program that reads")
    return otherwise(f"it cannot be read ({type(fault).__name__}: {str(fault)[:120]})")


def _fault(future: Future[_Result]) -> BaseException | None:
    return None if future.cancelled() else future.exception()


def _begin() -> None:
    # Ctrl-C goes to the whole group of processes; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _within_limits(work: Callable[[Job], _Result], job: Job) -> _Result:
    """Call it under limits of its own. Too much processor time ends the process: nothing in it can stand that."""
    _limit_memory(MOST_MEMORY)
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_SECONDS)
    try:
        return work(job)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has; no limit where the system cannot tell what it has."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        has = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (has + more, hard))
