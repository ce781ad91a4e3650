"""Ctrl-C and SIGTERM as the wish to end in order; a second one ends at once. I/O: signals, terminal"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_FINISHING = "Finishing what is in the air; once more (Ctrl-C) ends at once.\n"
_AT_ONCE = "Ended at once. Letters in the air have no record: the next delivery repeats them, byte for byte.\n"
#: Makes the cursor of a terminal visible again.
_CURSOR = "\x1b[?25h\n"


@contextmanager
def draining(on_ask: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """While the block runs, the first SIGINT or SIGTERM only sets what the value tells; `on_ask` is called then.

    A second one ends the process at once, with 128 and the signal's number: what is recorded is durable, and whatever
    is not goes again. Outside of the main thread signals do what they always do.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        if asked.is_set():
            _write((_CURSOR if sys.stderr.isatty() else "") + _AT_ONCE)
            os._exit(128 + number)
        asked.set()
        on_ask()
        if not sys.stderr.isatty():
            _write(_FINISHING)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(words: str) -> None:
    # Python's own stderr may be in the middle of a line of this very thread.
    with suppress(OSError):
        os.write(2, words.encode())
