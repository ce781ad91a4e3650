"""Makes what the archive lacks, in several processes where there is much to do. I/O: processes"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from types import ModuleType, TracebackType
from typing import Self

from newsletter.model.ports import Templates

#: Makes some things of the archive: their bytes by the keys that they are asked for by. It can be sent to a process.
Job = Callable[[Templates], dict[str, bytes]]

#: Jobs that pay for a process of their own, which takes half a second to start.
_WORTH_A_WORKER = 40
_MOST_WORKERS = 4
#: Jobs that are handed over together: many pages take less time than the handing over.
_BATCH = 4
#: What a worker needs for nearly every job.
_NEEDED = "newsletter.newsroom.site.issue"
#: Of a worker's process: the templates that it was begun with.
_templates: list[Templates] = []


class Workers:
    """Who makes things; to be used with `with`. They are processes once there is enough to do, else this one."""

    def __init__(self, templates: Templates) -> None:
        self._given = templates
        self._pool: ProcessPoolExecutor | None = None

    def expect(self, jobs: int) -> None:
        """Get ready for about so many jobs, while the caller does something else."""
        workers = min(_MOST_WORKERS, _processors(), jobs // _WORTH_A_WORKER)
        if workers < 2 or self._pool is not None:
            return
        # Not forked: the parent has threads and connections that a copy must not have.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(self._given,))
        with contextlib.suppress(BrokenProcessPool, OSError), _main_left_behind():
            for _ in range(workers):
                self._pool.submit(importlib.import_module, _NEEDED)

    def made(self, jobs: Sequence[Job]) -> Iterator[dict[str, bytes]]:
        """Do all jobs; what each made as soon as it is done, in no certain order. Raises FaultyTemplate."""
        self.expect(len(jobs))
        left = dict(enumerate(jobs))
        if self._pool is not None:
            # A worker that was killed, for want of memory say, is no reason to go without an archive.
            with contextlib.suppress(BrokenProcessPool, OSError):
                for number, things in _in_processes(self._pool, left):
                    del left[number]
                    yield things
        for job in left.values():
            yield job(self._given)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _in_processes(pool: ProcessPoolExecutor, jobs: dict[int, Job]) -> Iterator[tuple[int, dict[str, bytes]]]:
    with _main_left_behind():
        told = {pool.submit(_do, tuple(some.values())): tuple(some) for some in _batches(jobs)}
    for future in as_completed(told):
        yield from zip(told[future], future.result(), strict=True)


@contextlib.contextmanager
def _main_left_behind() -> Iterator[None]:
    """Begin workers without the program's main module, which they need not.

    They would run it again; a script that builds a site when it is run would do so in each of them.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _batches(jobs: dict[int, Job]) -> Iterator[dict[int, Job]]:
    left = iter(list(jobs.items()))
    while batch := dict(islice(left, _BATCH)):
        yield batch


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(templates: Templates) -> None:
    _templates.append(templates)
    # Ctrl-C goes to the whole group of processes; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(jobs: Sequence[Job]) -> list[dict[str, bytes]]:
    return [job(_templates[0]) for job in jobs]
