# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A workspace whose issue is delivered by processes that are stopped. I/O: disk, subprocess, signals, SQLite"""

from __future__ import annotations

import random
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.crash_verdict import Run
from benchmarks.sink import HOST, UNKNOWN
from newsletter.store.engine import open_store, sqlite_url
from tests.room import SEND, WEEK, in_a_process, workspace

ROOT = Path(__file__).resolve().parent.parent
#: Of so many readers one has no mailbox any more.
_GONE_EVERY = 50
#: Seconds after which a delivery that does not end has stopped for ever.
_PATIENCE = 120.0
_LOOK = 0.0005
#: Exit codes of a delivery that did what it could: everybody, not everybody, and people to decide about.
WELL = (0, 4, 3)


def settings_of(port: int, connections: int, more: Mapping[str, str]) -> dict[str, str]:
    """What the environment says of the way out."""
    return {
        "MAIL__TRANSPORT": "smtp",
        "SMTP__HOST": HOST,
        "SMTP__PORT": str(port),
        "SMTP__SECURITY": "none",
        "SMTP__CONNECTIONS": str(connections),
        # Days pass for the clock of these runs, so that whoever was deferred is tried again.
        "SCHEDULE__MAX_LATE": "90d",
        **more,
    }


def environ_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The same for a process."""
    return {f"NEWSLETTER__{name}": value for name, value in settings.items()}


def make_week(root: Path, settings: Mapping[str, str], readers: int) -> frozenset[str]:
    """An approved issue and so many readers; their addresses."""
    root.mkdir(parents=True, exist_ok=True)
    with workspace(root, settings=settings) as space:
        names = (f"{'r' if n % _GONE_EVERY else UNKNOWN.decode()}{n}@reader.example" for n in range(1, readers + 1))
        space.store.subscribers.import_many(((name, "") for name in names), now=space.clock.now())
        space.seal()
        return frozenset(str(one.address) for one in space.store.subscribers.readers())


@dataclass(kw_only=True)
class Deliveries:
    """`newsletter deliver`, again and again, in one workspace."""

    root: Path
    settings: Mapping[str, str]
    log: Path
    #: How many there are.
    readers: int
    runs: list[Run] = field(default_factory=list)
    #: Hours that the clock of the next run is ahead.
    hours: int = 0
    #: Bytes that the largest file of the next run may have; 0 sets no bound.
    largest_file: int = 0
    _counted: int = 0
    _read: int = 0
    #: Instants by process.
    _started: dict[int, int] = field(default_factory=dict)

    def start(self, *, dying: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Begin one; `dying` are the words for benchmarks.crash_dying."""
        program = ("benchmarks.crash_dying", *dying) if dying else ("newsletter",)
        now = (SEND + timedelta(minutes=1, hours=self.hours)).isoformat()
        command = ("-m", *program, "deliver", str(WEEK), "--root", str(self.root), "--now", now)
        started = time.time_ns()
        process = in_a_process(
            *command, environ={f"NEWSLETTER__{name}": value for name, value in self.settings.items()}
        )
        if self.largest_file:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (self.largest_file, self.largest_file))
        self._started[process.pid] = started
        return process

    def ended(self, process: subprocess.Popen[str], *, stopped: bool | None = None) -> Run:
        """Wait for its end and note the run; a signal stopped it, or whatever `stopped` says."""
        try:
            said = "".join(process.communicate(timeout=_PATIENCE))
        except subprocess.TimeoutExpired:
            process.kill()
            said = "".join(process.communicate()) + "\nTraceback (most recent call last): it did not end by itself"
        by_signal = process.returncode < 0
        run = Run(
            started=self._started[process.pid],
            ended=time.time_ns(),
            stopped=by_signal if stopped is None else stopped,
            code=process.returncode,
            said=said,
        )
        self.runs.append(run)
        return run

    def whole(self) -> Run:
        """One that is left alone."""
        return self.ended(self.start())

    def killed_after(self, letters: int, *, by: int = signal.SIGKILL, pause: float = 0.0) -> Run:
        """One that is stopped when the relay has noted so many lines more, and `pause` seconds later."""
        before = self.lines()
        process = self.start()
        while process.poll() is None and self.lines() < before + letters:
            time.sleep(_LOOK)
        time.sleep(pause)
        with suppress(ProcessLookupError):
            process.send_signal(by)
        return self.ended(process, stopped=None if by == signal.SIGKILL else True)

    def killed_at(self, seconds: float) -> Run:
        """One that is killed so long after its start, whatever it does by then."""
        process = self.start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        with suppress(ProcessLookupError):
            process.kill()
        return self.ended(process)

    def dying(self, words: str, number: int, where: str, microseconds: int = 0) -> Run:
        """One that dies at a statement: see benchmarks.crash_dying."""
        return self.ended(self.start(dying=(words, str(number), where, str(microseconds))))

    def to_the_end(self, most: int = 12) -> bool:
        """Runs on later and later hours, until a run finds nothing to do; False if none does, or three fail."""
        failed = 0
        for _ in range(most):
            before = self.lines()
            well = self.whole().code in WELL
            self.hours += 5
            if well and self.lines() == before:
                return True
            failed += not well
            if failed == 3:
                break
        return False

    def lines(self) -> int:
        """How many lines the relay's log has."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        self._counted += new.count(b"\n")
        return self._counted

    def ledger(self) -> dict[str, str]:
        """State by address; only of whoever has a result."""
        with closing(sqlite3.connect(f"file:{self.root / 'var' / 'newsletter.db'}?mode=ro", uri=True)) as database:
            found: dict[str, str] = {}
            # Whoever was served in the end may have been deferred before.
            for table in ("delivery_exceptions", "deliveries"):
                query = f"SELECT s.address, d.state FROM {table} d JOIN subscribers s ON s.id = d.subscriber"
                found.update(database.execute(query).fetchall())
            return found

    def suppressed(self) -> frozenset[str]:
        """Addresses that are never to be written to again."""
        with closing(sqlite3.connect(f"file:{self.root / 'var' / 'newsletter.db'}?mode=ro", uri=True)) as database:
            return frozenset(row[0] for row in database.execute("SELECT address FROM suppressions"))


class Leavers:
    """People who unsubscribe while letters go, one by one, as the web's process does it."""

    def __init__(self, root: Path, *, every: float, most: int, seed: int) -> None:
        self.departures: dict[str, int] = {}
        self._database = sqlite_url(root / "var" / "newsletter.db")
        self._every, self._most, self._random = every, most, random.Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._leave, name="leavers")

    def __enter__(self) -> Leavers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _leave(self) -> None:
        if not self._most:
            return
        with open_store(self._database) as store:
            staying = [one for one in store.subscribers.readers() if not one.address.startswith(UNKNOWN.decode())]
            self._random.shuffle(staying)
            for one in staying[: self._most]:
                if self._stopping.wait(self._random.uniform(0, 2 * self._every)):
                    return
                store.subscribers.leave(one.key, datetime.now(UTC))
                self.departures[str(one.address)] = time.time_ns()
