# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Ways of stopping deliveries, each with an eye on what only it can see. I/O: disk, subprocess, signals, SQLite"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crash_runs import WELL, Deliveries

_EXIT_BUSY = 75


@dataclass(frozen=True, slots=True)
class Seen:
    """What a plan has to say beyond the verdict, and whether that was as it must be."""

    note: str = ""
    well: bool = True


#: Stops deliveries so many times.
Plan = Callable[[Deliveries, random.Random, int], Seen]


def killed_by_letters(deliveries: Deliveries, chance: random.Random, kills: int) -> Seen:
    """SIGKILL at random moments while letters go, and twice more at moments of the start."""
    for seconds in (chance.uniform(0.1, 0.5), chance.uniform(0.4, 0.9)):
        deliveries.killed_at(seconds)
    waiting = kills
    while waiting > 0:
        # The fewer are left the sooner, so that the last kill still meets letters on their way.
        left = deliveries.readers - deliveries.lines()
        letters = chance.randint(1, max(1, left * 3 // (2 * (waiting + 1))))
        run = deliveries.killed_after(letters, pause=chance.uniform(0, 0.01))
        waiting -= 1
        if not run.stopped:
            return Seen("ended before the last kills")
    return Seen()


def killed_at_statements(deliveries: Deliveries, chance: random.Random, kills: int) -> Seen:
    """Death at chosen statements: freezing, claiming, committing; of a commit at any instant of it."""
    moments = [
        ("insert into mailings", 1, "before", 0),
        ("insert into batches", 1, "before", 0),
        ("insert into mailings", 1, "commit", 0),
        ("insert into mailings", 1, "commit", chance.randint(20, 3000)),
        ("update batches", 1, "before", 0),
        ("update batches", 1, "commit", 0),
        ("update batches", 2, "commit", chance.randint(20, 500)),
    ]
    while len(moments) < kills:
        where, micros = chance.choice([("before", 0), ("commit", 0), *[("commit", chance.randint(20, 600))] * 3])
        moments.append(("insert into deliveries", chance.randint(1, 150), where, micros))
    missed = [words for words, *rest in moments if not deliveries.dying(words, *rest).stopped]
    return Seen(f"not met: {', '.join(missed)}", well=False) if missed else Seen()


def asked_to_stop(deliveries: Deliveries, chance: random.Random, kills: int) -> Seen:
    """SIGTERM while letters go: what is under way is finished, and nothing goes twice."""
    codes = [deliveries.killed_after(chance.randint(1, 300), by=signal.SIGTERM).code for _ in range(kills)]
    return Seen(f"ended with {', '.join(map(str, codes))}")


def disk_full(deliveries: Deliveries, chance: random.Random, kills: int) -> Seen:
    """No room for results while letters go."""
    notes, well = [], True
    var = deliveries.root / "var"
    for _ in range(kills):
        with _little_room(deliveries, var, chance.randint(60_000, 600_000)) as how:
            run = deliveries.ended(deliveries.start(), stopped=True)
        well &= run.code not in WELL
        notes.append(f"{how}: exit {run.code}, {(run.said.strip().splitlines() or [''])[-1][:90]!r}")
    return Seen("; ".join(notes), well)


@contextmanager
def _little_room(deliveries: Deliveries, var: Path, room: int) -> Iterator[str]:
    """So many bytes more than `var` holds: as root on a small file system, else by a limit on the size of files."""
    held = sum(file.stat().st_size for file in var.rglob("*") if file.is_file())
    aside = var.with_name("var-aside")
    if os.geteuid() == 0 and shutil.which("mount"):
        var.rename(aside)
        var.mkdir()
        size = held + room + 4096 * 64
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(var)]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                shutil.copytree(aside, var, dirs_exist_ok=True)
                yield f"tmpfs of {size // 1000} kB"
                shutil.rmtree(aside)
                shutil.copytree(var, aside)
            finally:
                subprocess.run(["umount", str(var)], check=True)
                var.rmdir()
                aside.rename(var)
            return
        var.rmdir()
        aside.rename(var)
    deliveries.largest_file = room
    try:
        yield f"files of at most {room // 1000} kB"
    finally:
        deliveries.largest_file = 0


def second_runner(deliveries: Deliveries, chance: random.Random, _kills: int) -> Seen:
    """A runner is frozen, a second one comes meanwhile and must not send, and the first one goes on."""
    first = deliveries.start()
    _until(deliveries, first, chance.randint(50, 500))
    first.send_signal(signal.SIGSTOP)
    second = deliveries.start()
    said = "".join(second.communicate(timeout=60))
    first.send_signal(signal.SIGCONT)
    deliveries.ended(first)
    return Seen(f"the second ended with {second.returncode}: {said.strip()[-60:]!r}", second.returncode == _EXIT_BUSY)


def older_copy(deliveries: Deliveries, chance: random.Random, _kills: int) -> Seen:
    """The database as it was some letters before the kill is brought back.

    Either the program sees that and refuses, and then the newer one is put back, or the letters since then go again.
    """
    database = deliveries.root / "var" / "newsletter.db"
    older, newer = deliveries.root / "older.db", deliveries.root / "newer.db"
    process = deliveries.start()
    _until(deliveries, process, deliveries.readers // 4)
    _copy(database, older)
    copied = deliveries.lines()
    _until(deliveries, process, chance.randint(1, deliveries.readers // 8))
    process.kill()
    deliveries.ended(process)
    letters = deliveries.lines()
    _copy(database, newer)
    _put_back(older, database)
    refused = deliveries.whole().code not in WELL
    well = not refused or deliveries.lines() == letters
    if refused:
        _put_back(newer, database)
    return Seen(f"{letters - copied} letters newer than the copy: {'refused' if refused else 'went again'}", well)


def _copy(database: Path, to: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _put_back(copy: Path, database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    copy.rename(database)


def _until(deliveries: Deliveries, process: subprocess.Popen[str], letters: int) -> None:
    """Wait until the relay has noted so many lines more, or the process has ended."""
    wanted = deliveries.lines() + letters
    while process.poll() is None and deliveries.lines() < wanted:
        time.sleep(0.0005)
