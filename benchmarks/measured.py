# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A program run to its end: its time, its processors' time, the memory of all its processes. I/O: subprocess, disk

Memory is read from /proc while the program runs, which costs a little time: runs are measured either for their
time or for their memory, never for both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
#: Nothing that is measured here takes so long; what does has stopped for ever.
PATIENCE = 300.0
_SWITCHES = ("NEWSLETTER", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
#: Seconds between two looks at the memory.
_EVERY = 0.025
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Times in seconds, memory in bytes."""

    code: int
    wall: float
    #: User and system time of the program and of those of its children that it waited for.
    cpu: float
    #: The largest of these processes by itself, by the kernel's own account.
    largest: int
    #: Of all processes together, at the worst moment; 0 if it was not watched. The first counts a page that n
    #: processes share as one nth in each (PSS), the second as a whole one in each (RSS).
    pss: int = 0
    rss: int = 0
    processes: int = 0


def run(command: Sequence[str], *, into: Path, cwd: Path, env: Mapping[str, str], watch_memory: bool = False) -> Run:
    """Run a program, its output and errors into the file `into`."""
    with into.open("wb") as output:
        started = time.perf_counter()
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            # A session of its own: its workers end with it.
            start_new_session=True,
        )
        watch = _Watch(program.pid) if watch_memory else None
        alarm = threading.Timer(PATIENCE, os.killpg, (program.pid, signal.SIGKILL))
        alarm.daemon = True
        alarm.start()
        if watch is not None:
            watch.start()
        _, status, used = os.wait4(program.pid, 0)
        wall = time.perf_counter() - started
    program.returncode = os.waitstatus_to_exitcode(status)
    alarm.cancel()
    if watch is not None:
        watch.stop()
    return Run(
        code=program.returncode,
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        largest=used.ru_maxrss * 1024,
        pss=watch.pss if watch else 0,
        rss=watch.rss if watch else 0,
        processes=watch.processes if watch else 0,
    )


def environment(bytecode: Path) -> dict[str, str]:
    """Ours without what would change a run: proxies, settings of one's own publication, how Python writes.

    Byte code is kept below `bytecode`: programs are installed compiled, so the second run of one is the usual one.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith(_SWITCHES)
    }
    return kept | {"PYTHONPYCACHEPREFIX": str(bytecode)}


class _Watch(threading.Thread):
    """Adds up the memory of a process and of all that descend from it, some forty times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pss = self.rss = self.processes = 0
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_EVERY):
            family = _family(self._pid)
            self.processes = max(self.processes, len(family))
            self.rss = max(self.rss, sum(map(_rss, family)))
            self.pss = max(self.pss, sum(map(_pss, family)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        # A thread's children are listed with the thread.
        for thread in Path(f"/proc/{member}/task").glob("*/children"):
            with suppress(OSError):
                family.extend(map(int, thread.read_text().split()))
    return family


def _rss(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def _pss(pid: int) -> int:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
