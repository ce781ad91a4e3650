"""Results onto the disk, many connections' in one transaction. I/O: threads

Whoever brings a result while nothing is being written writes all that has gathered; the others wait for that. So a
strict run pays for one transaction where several connections have finished, and none of them starts its next letter
before its result is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class _Waiting(Generic[T]):
    """One caller's items, and the lock that opens when they are durable, or when it is their turn to write."""

    __slots__ = ("done", "fault", "items", "opens")

    def __init__(self, items: Sequence[T]) -> None:
        self.items = items
        self.done = False
        self.fault: BaseException | None = None
        self.opens = Lock()
        self.opens.acquire()


class Commits(Generic[T]):
    """Writes through `write`, one transaction at a time, for any number of threads."""

    def __init__(self, write: Callable[[Sequence[T]], None], *, group: int = 1) -> None:
        """`group` 1 is strict: `record` returns when all is durable. With more it returns at once until so many
        have gathered.
        """
        self._write, self._group = write, group
        self._lock = Lock()
        self._queue: list[_Waiting[T]] = []
        self._writing = False
        self._gathered: list[T] = []
        self._flushing = Lock()

    def record(self, items: Sequence[T]) -> None:
        """Record; raises what `write` raised, for every caller whose items were in that transaction."""
        if not items:
            return
        if self._group <= 1:
            self._join(items)
            return
        with self._lock:
            self._gathered.extend(items)
            full = len(self._gathered) >= self._group
        if full:
            self.flush()

    @property
    def waiting(self) -> int:
        """Callers that wait for the next transaction."""
        return len(self._queue)

    def flush(self) -> None:
        """Make durable what was gathered until now. No more than one group is ever on its way beside the next."""
        with self._flushing:
            with self._lock:
                items, self._gathered = self._gathered, []
            if items:
                self._join(items)

    def _join(self, items: Sequence[T]) -> None:
        mine = _Waiting(items)
        with self._lock:
            self._queue.append(mine)
            leads = not self._writing
            self._writing = True
        if not leads:
            mine.opens.acquire()
        if not mine.done:
            self._lead()
        if mine.fault is not None:
            raise mine.fault

    def _lead(self) -> None:
        with self._lock:
            group, self._queue = self._queue, []
        fault: BaseException | None = None
        try:
            self._write([item for waiting in group for item in waiting.items])
        except BaseException as raised:  # noqa: BLE001 - every caller of the group raises it
            fault = raised
        with self._lock:
            following = self._queue[0] if self._queue else None
            self._writing = following is not None
        for waiting in group:
            waiting.done, waiting.fault = True, fault
            waiting.opens.release()
        if following is not None:
            following.opens.release()
