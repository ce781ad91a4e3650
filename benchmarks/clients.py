# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""The floor and ours: curl and `newsletter collect`, told of the same feeds. I/O: disk, subprocess

Each has a folder of its own. `cold` begins from nothing, `warm` goes on from what the run before left behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from measured import PATIENCE, Run, environment, run

#: Requests at the same time, for all who can.
AT_A_TIME = 50
_NEWSLETTER = (sys.executable, "-m", "newsletter")
#: What a second collect may write: how each feed stands, that it was asked, and that the store was used.
_MAY_CHANGE = frozenset(("feeds", "fetch_log", "meta", "runs", "sqlite_sequence", "sqlite_stat1"))
#: The database itself, which is read table by table, and the lock, which names its last holder.
_NOT_KEPT = ("newsletter.db", "run.lock")
_SETTINGS = """\
[publication]
name = "Benchmark"
[schedule]
collect = "daily 06:00"
freeze = "fri 15:00"
send = "fri 20:00"
[mail]
from = "Benchmark <benchmark@example.com>"
[collect]
concurrency = {at_a_time}
spacing = "0s"
short_links = false
[[member]]
id = "chief"
name = "Chief"
role = "chief"
"""
#: The first turn fetches what every process fetches once; the second is timed.
_STEP = """
import time
from pathlib import Path
from newsletter.newsroom.collection.collecting import collect_feeds
from newsletter.newsroom.collection.feed_list import feeds_to_collect
from newsletter.newsroom.room import open_newsroom
room = open_newsroom(Path.cwd(), environ={})
with room.open_store() as store, room.lock(store):
    for _ in range(2):
        began = time.perf_counter()
        collect_feeds(room, store, *feeds_to_collect(room), every=True)
        took = time.perf_counter() - began
print(took)
"""
_FEED = '[[feed]]\nid = "f{number}"\nname = "{name}"\nurl = "{url}"\nintranet = true\n\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A feed as the server told of it."""

    name: str
    url: str
    etag: str
    latency: float
    #: Of the answer with its headers, plain and compressed.
    bytes: int
    packed: int


class Unusable(Exception):
    """A client cannot be measured here, and why."""


class Client(Protocol):
    name: str

    def cold(self, *, watch_memory: bool = False) -> Run: ...

    def accepted(self) -> frozenset[str]:
        """The names of the feeds that the last run took for feeds."""


class Curl:
    """The floor: the same addresses, fetched by one process in C, thrown away."""

    name = "curl"

    def __init__(self, feeds: Sequence[Served], folder: Path) -> None:
        if shutil.which("curl") is None:
            raise Unusable("there is no curl on the PATH")
        self._folder = folder
        folder.mkdir()
        for name, conditional in (("cold", False), ("warm", True)):
            parts = [_curl_part(feed, conditional=conditional) for feed in feeds]
            (folder / name).write_text("silent\nshow-error\n" + "next\n".join(parts))

    def cold(self, *, watch_memory: bool = False) -> Run:
        return self._run("cold", watch_memory=watch_memory)

    def warm(self) -> Run:
        return self._run("warm")

    def _run(self, config: str, *, watch_memory: bool = False) -> Run:
        command = ("curl", "--disable", "--parallel", "--parallel-max", str(AT_A_TIME), "--config", config)
        return ended_well(self.name, self._folder, command, watch_memory=watch_memory)


def _curl_part(feed: Served, *, conditional: bool) -> str:
    etag = feed.etag.replace('"', r"\"")
    header = f'header = "If-None-Match: {etag}"\n' if conditional else ""
    return f'url = "{feed.url}"\noutput = "{os.devnull}"\ncompressed\n{header}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What our store holds: tables and files by name, each with a digest; and the fetch log."""

    digests: dict[str, str]
    entries: int
    log_rows: int


class Ours:
    """`newsletter collect` in a workspace of its own."""

    name = "newsletter"

    def __init__(self, feeds: Sequence[Served], folder: Path) -> None:
        self._folder = folder
        self._names = {f"f{number}": feed.name for number, feed in enumerate(feeds)}
        folder.mkdir()
        (folder / "newsletter.toml").write_text(_SETTINGS.format(at_a_time=AT_A_TIME))
        made = (_FEED.format(number=number, name=feed.name, url=feed.url) for number, feed in enumerate(feeds))
        (folder / "feeds.toml").write_text("".join(made))

    def cold(self, *, watch_memory: bool = False) -> Run:
        shutil.rmtree(self._folder / "var", ignore_errors=True)
        return self.warm(watch_memory=watch_memory)

    def warm(self, *, watch_memory: bool = False) -> Run:
        command = (*_NEWSLETTER, "collect", "--all")
        # 4: some of the feeds are none; the corpus holds such.
        return ended_well(self.name, self._folder, command, well=(0, 4), watch_memory=watch_memory)

    def step(self) -> Run:
        """The warm collect alone, as a process that runs already (`newsletter schedule`) does it: its wall time."""
        done = ended_well("step", self._folder, (sys.executable, "-c", _STEP))
        return replace(done, wall=float((self._folder / "step.txt").read_text()))

    def start(self) -> Run:
        """What it costs to start the program and do nothing."""
        return ended_well("version", self._folder, (*_NEWSLETTER, "--version"))

    def said(self) -> dict[str, str]:
        """Why the last run refused what it refused: problems by the feed's name."""
        with closing(self._store()) as store:
            rows = store.execute("SELECT feed, problem FROM fetch_log WHERE problem != '' ORDER BY id").fetchall()
        return {self._names[feed]: problem for feed, problem in rows}

    def accepted(self) -> frozenset[str]:
        with closing(self._store()) as store:
            rows = store.execute("SELECT feed FROM fetch_log WHERE state IN ('new', 'same')").fetchall()
        return frozenset(self._names[feed] for (feed,) in rows)

    def kept(self) -> Kept:
        digests: dict[str, str] = {}
        with closing(self._store()) as store:
            tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if table not in _MAY_CHANGE:
                    digest = sha256()
                    for row in store.execute(f'SELECT * FROM "{table}"'):
                        digest.update(repr(row).encode())
                    digests[table] = digest.hexdigest()
            entries = store.execute("SELECT count(*) FROM entries").fetchone()[0]
            log_rows = store.execute("SELECT count(*) FROM fetch_log").fetchone()[0]
        for file in sorted((self._folder / "var").rglob("*")):
            if file.is_file() and not file.name.startswith(_NOT_KEPT):
                digests[str(file.relative_to(self._folder))] = sha256(file.read_bytes()).hexdigest()
        return Kept(digests=digests, entries=entries, log_rows=log_rows)

    def _store(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._folder / 'var' / 'newsletter.db'}?mode=ro", uri=True)


def ended_well(
    name: str, folder: Path, command: Sequence[str], *, well: Sequence[int] = (0,), watch_memory: bool = False
) -> Run:
    output = folder / f"{name}.txt"
    env = environment(folder.parent / "bytecode")
    done = run(command, into=output, cwd=folder, env=env, watch_memory=watch_memory)
    if done.code == -signal.SIGKILL:
        raise Unusable(f"{name} did not end within {PATIENCE:g} s and was killed")
    if done.code not in well:
        raise Unusable(f"{name} ended with {done.code}: {output.read_text(errors='replace')[-600:].strip()}")
    return done
