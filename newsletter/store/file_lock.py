"""One runner at a time on one machine: a lock on a file that the kernel frees when its holder dies. I/O: disk

It knows no database: whoever asks none need not load what one takes.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from newsletter.clock import write_instant
from newsletter.errors import Busy, CannotWrite

#: Holds for every kind of lock.
MEND = "Wait until it has ended; the lock of a run that died is free at once."


@contextmanager
def file_lock(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock on the file while the block runs; the file holds who and since when, and stays.

    Raises Busy if another process, or another block of this one, holds it; CannotWrite if the file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise CannotWrite(
            f"The lock {path} cannot be made: {fault.strerror}.", mend=f"Make the folder {path.parent} writable."
        ) from fault
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise Busy(f"Another run is at work{f' ({holder})' if holder else ''}.", mend=MEND) from fault
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()} since {write_instant(now)}\n".encode(), 0)
        yield
        # Not removed: a second runner may have it open already, and would then hold a lock on nothing.
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a living process of this machine holds the lock, by what the file says; the lock is not touched."""
    try:
        holder = re.match(r"process ([0-9]+) since", path.read_text(encoding="utf-8", errors="replace"))
        if holder is None:
            return False
        os.kill(int(holder[1]), 0)
    except PermissionError:
        # It lives, and is somebody else's.
        return True
    except (OSError, OverflowError):
        return False
    return True
