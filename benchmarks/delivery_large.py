# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A delivery to a million readers: how soon it begins, how large the process gets. I/O: disk, subprocess"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crash_runs import environ_of, settings_of
from benchmarks.delivery_work import add_readers
from benchmarks.sink import sink_process
from tests.room import SEND, WEEK, in_a_process, workspace

_LOOK = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """Seconds, and bytes of the process alone (RSS)."""

    readers: int
    #: From the command to the first letter at the relay, and so many of them until it was stopped.
    first: float
    letters: int
    #: When the first letter was there, at the end, and at the worst.
    at_first: int
    at_last: int
    most: int
    #: From Ctrl-C to the end of the process; 0 if it had ended.
    drained: float
    code: int


def deliver_to(readers: int, folder: Path, *, seconds: float, connections: int = 10) -> Large:
    """`newsletter deliver` to so many readers for so long from the first letter on, then Ctrl-C."""
    log, root = folder / "sink.log", folder / "space"
    root.mkdir(parents=True)
    log.touch()
    with sink_process(log) as port:
        settings = settings_of(port, connections, {})
        with workspace(root, settings=settings) as space:
            add_readers(space.store, readers)
            space.seal()
        return _watched(root, log, settings, readers, seconds)


def _watched(root: Path, log: Path, settings: Mapping[str, str], readers: int, seconds: float) -> Large:
    command = ("-m", "newsletter", "deliver", str(WEEK), "--root", str(root), "--now", SEND.isoformat())
    sizes: list[int] = []
    most = 0
    began, ns = time.perf_counter(), time.time_ns()
    with in_a_process(*command, environ=environ_of(settings)) as process:
        # What it says must not fill the pipes.
        reading = threading.Thread(target=process.communicate, daemon=True)
        reading.start()
        while process.poll() is None and not log.stat().st_size:
            sizes.append(_rss(process.pid))
            time.sleep(_LOOK)
        at_first, until = max(sizes, default=0), time.perf_counter() + seconds
        while process.poll() is None and time.perf_counter() < until:
            sizes.append(_rss(process.pid))
            most = _peak(process.pid) or most
            time.sleep(_LOOK)
        last = next((size for size in reversed(sizes) if size), 0)
        asked = time.perf_counter()
        ended = process.poll() is not None
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        reading.join(60)
        drained = 0.0 if ended else time.perf_counter() - asked
    with log.open(encoding="utf-8") as lines:
        first = next(lines, "")
        letters = (1 if first else 0) + sum(1 for _ in lines)
    return Large(
        readers=readers,
        first=(int(first.split("\t")[0]) - ns) / 1e9 if first else time.perf_counter() - began,
        letters=letters,
        at_first=at_first,
        at_last=last,
        most=most,
        drained=drained,
        code=process.returncode,
    )


def _peak(pid: int) -> int:
    """The most that it had at any moment, by the kernel's own account; 0 if it has ended."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return 0


def _rss(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0
