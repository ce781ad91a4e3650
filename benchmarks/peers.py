# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""The peers: reader and rss2email, each in an environment of its own. I/O: disk, subprocess

The environments are made with the package index that pip is set up with, once, and kept in the user's cache.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clients import AT_A_TIME, Served, Unusable, ended_well
from environments import CannotInstall, python_with
from measured import Run

#: reader 3.26 does not start with a later feedparser.
_READER_NEEDS = ("reader", "feedparser<6.0.13")
_RSS2EMAIL_NEEDS = ("rss2email",)
_ADD = """\
import json, sys
from reader import make_reader
with open("feeds.json") as file, make_reader("reader.db") as reader:
    for url in json.load(file):
        reader.add_feed(url)
"""
_UPDATE = f"""\
import json
from reader import make_reader
with make_reader("reader.db") as reader:
    taken = [result.url for result in reader.update_feeds_iter(workers={AT_A_TIME}) if not result.error]
with open("taken.json", "w") as file:
    json.dump(taken, file)
"""


class Reader:
    """lemon24/reader, as fast as it goes: as many workers as we have requests."""

    name = "reader"

    def __init__(self, feeds: Sequence[Served], folder: Path) -> None:
        self.version, self._python = _installed(self.name, _READER_NEEDS)
        self._folder = folder
        self._names = {feed.url: feed.name for feed in feeds}
        folder.mkdir()
        (folder / "feeds.json").write_text(json.dumps(list(self._names)))

    def cold(self, *, watch_memory: bool = False) -> Run:
        for file in self._folder.glob("reader.db*"):
            file.unlink()
        ended_well("add", self._folder, (str(self._python), "-c", _ADD))
        update = (str(self._python), "-c", _UPDATE)
        return ended_well("update", self._folder, update, watch_memory=watch_memory)

    def accepted(self) -> frozenset[str]:
        return frozenset(self._names[url] for url in json.loads((self._folder / "taken.json").read_text()))


class Rss2email:
    """rss2email without the sending: one feed after the other, as it does."""

    name = "rss2email"

    def __init__(self, feeds: Sequence[Served], folder: Path) -> None:
        self.version, python = _installed(self.name, _RSS2EMAIL_NEEDS)
        self._program = python.with_name("r2e")
        self._folder = folder
        self._names = {f"f{number}": feed.name for number, feed in enumerate(feeds)}
        folder.mkdir()
        parts = [f"[feed.f{number}]\nurl = {feed.url}\n" for number, feed in enumerate(feeds)]
        (folder / "config").write_text("[DEFAULT]\nto = benchmark@example.com\n" + "".join(parts))

    def cold(self, *, watch_memory: bool = False) -> Run:
        (self._folder / "data.json").unlink(missing_ok=True)
        command = (str(self._program), "-c", "config", "-d", "data.json", "run", "--no-send")
        return ended_well("run", self._folder, command, watch_memory=watch_memory)

    def accepted(self) -> frozenset[str]:
        kept = json.loads((self._folder / "data.json").read_text())["feeds"]
        return frozenset(self._names[feed["name"]] for feed in kept if feed["seen"])


PEERS = {peer.name: peer for peer in (Reader, Rss2email)}


def _installed(name: str, needs: Sequence[str]) -> tuple[str, Path]:
    """Version and Python of a peer's environment, made if it is not there. Raises Unusable if pip cannot."""
    try:
        # pip finds its index in the environment; only the runs themselves do without it.
        python = python_with(name, needs)
    except CannotInstall as fault:
        raise Unusable(str(fault)) from fault
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    said = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    if said.returncode:
        raise Unusable(f"{name} does not start: {said.stderr[-400:].strip()}")
    return said.stdout.strip(), python
