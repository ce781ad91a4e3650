# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""The command line in a process that dies at a chosen statement to SQLite. I/O: signals, SQLite

    python -m benchmarks.crash_dying WORDS NUMBER WHERE MICROSECONDS deliver 2024-W23 …

Dies at the statement of that number, counted from 1, that contains WORDS. WHERE "before": before it is executed.
"commit": when its transaction is being committed, by a timer of so many microseconds that the kernel keeps; with 0
before the commit begins. Nothing of Python runs between the signal and the end.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

from newsletter.__main__ import main as newsletter


class _Death:
    """Counts the statements of all connections."""

    def __init__(self, words: str, number: int, where: str, microseconds: int) -> None:
        self._words, self._left, self._where, self._microseconds = words.casefold(), number, where, microseconds

    def watching(self) -> Callable[[str], None]:
        """What one connection is to call before each statement."""
        is_marked = False

        def look(statement: str) -> None:
            nonlocal is_marked
            if is_marked and statement.startswith("COMMIT"):
                self._die(self._microseconds)
            elif self._words in statement[:200].casefold():
                self._left -= 1
                if self._left == 0:
                    is_marked = True
                    if self._where == "before":
                        self._die(0)

        return look

    @staticmethod
    def _die(microseconds: int) -> None:
        if microseconds:
            signal.setitimer(signal.ITIMER_REAL, microseconds / 1e6)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Run the command; the exit code is its own, if it comes to that."""
    words, number, where, microseconds, *command = sys.argv[1:]
    death = _Death(words, int(number), where, int(microseconds))
    connect = sqlite3.dbapi2.connect

    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(death.watching())
        return connection

    sqlite3.dbapi2.connect = watched  # type: ignore[assignment]
    return newsletter(command)


if __name__ == "__main__":
    sys.exit(main())
