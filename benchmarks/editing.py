# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How long an editor waits: for `check` on a full week, and for a take to be seen in the preview. I/O: disk, processes

The week is that of `benchmarks.drafting`: 5,000 entries of 60 feeds, here with 40 takes. `check` is measured in fresh
processes: first, as after a collection, with nothing kept of the news; again, as at each save after that. Beside it
stands the floor of starting the program, importing what it needs and reading the rows. For the preview a browser's part
is played by a client that has its event stream open: a file is written, the event awaited, and the e-mail fetched until
the new words stand in it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from urllib.parse import urlsplit

from benchmarks.drafting import NOW, WEEK, lay_out, timed, titles_of
from benchmarks.figures import Bar, middle, ratio, table

#: Seconds after which a take that is not seen is given up.
_PATIENCE = 30.0
_FLOOR = """\
import sqlite3, sys, importlib
for name in ("newsletter.__main__", "newsletter.cli.check", "newsletter.checking"):
    importlib.import_module(name)
assert len(sqlite3.connect(sys.argv[1]).execute("select * from entries").fetchall()) == int(sys.argv[2])
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a bar is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000, help="of the week")
    parser.add_argument("--older", type=int, default=0, help="besides, of the eight weeks before")
    parser.add_argument("--takes", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5, help="of check; twice as many takes are filed")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSLETTER", "DATABASE", "PYTHONDONT"))}
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder) / "full", Path(folder) / "small"
        titles = titles_of(asked.entries + asked.older)
        lay_out(full, titles[: asked.entries], titles[asked.entries :], asked.takes)
        lay_out(small, titles[:60], [], 3)
        checks = _checks(full, asked.entries + asked.older, asked.rounds, env)
        with _preview(full, env) as address:
            filed = [_filed(full, address, n) for n in range(2 * asked.rounds + 1)][1:]
        with _preview(small, env) as address:
            saved = [_saved(small, address, n) for n in range(2 * asked.rounds + 1)][1:]
    bars = [
        Bar(what="check, news new", value=median(checks["first"]), bound=3, unit=" s", behind=middle(checks["first"])),
        Bar(
            what="check, news known", value=median(checks["again"]), bound=3, unit=" s", behind=middle(checks["again"])
        ),
        Bar(what="take filed, seen in the preview", value=median(filed), bound=1, unit=" s", behind=middle(filed)),
        Bar(what="small week: saved, seen", value=median(saved), bound=0.5, unit=" s", behind=middle(saved)),
    ]
    found = {
        "entries": asked.entries,
        "older": asked.older,
        "takes": asked.takes,
        "check_first_seconds": checks["first"],
        "check_again_seconds": checks["again"],
        "floor_seconds": checks["floor"],
        "first_to_floor": ratio(checks["first"], checks["floor"]),
        "again_to_floor": ratio(checks["again"], checks["floor"]),
        "take_to_preview_seconds": filed,
        "save_to_preview_seconds": saved,
        "held": {bar.what: bar.held for bar in bars},
    }
    if asked.json:
        print(json.dumps(found, indent=1))
        return 0 if all(bar.held for bar in bars) else 1
    print(f"{asked.entries} entries, {asked.older} older ones, {asked.takes} takes")
    print(table(("figure", "value", "bar", "", "seconds"), [bar.row() for bar in bars]))
    print(
        f"floor (start, imports, reading the rows): {middle(checks['floor'])} s; check takes "
        f"{found['first_to_floor']:.2f} times that, and {found['again_to_floor']:.2f} times where the news is known"
    )
    return 0 if all(bar.held for bar in bars) else 1


def _checks(root: Path, rows: int, rounds: int, env: dict[str, str]) -> dict[str, list[float]]:
    """Seconds of each round: the floor, `check` with nothing kept of the news, and `check` again."""
    command = (*_program("check", root), "--json")
    floor = (sys.executable, "-c", _FLOOR, str(root / "var" / "newsletter.db"), str(rows))
    found: dict[str, list[float]] = {"floor": [], "first": [], "again": []}
    for one in (floor, command):
        timed(one, env)
    for _ in range(rounds):
        found["floor"].append(timed(floor, env)[0])
        shutil.rmtree(root / "var" / "cache", ignore_errors=True)
        found["first"].append(timed(command, env)[0])
        found["again"].append(timed(command, env)[0])
    return found


def _program(command: str, root: Path) -> tuple[str, ...]:
    when = NOW.isoformat()
    return (sys.executable, "-m", "newsletter", command, WEEK, "--root", str(root), "--now", when)


@contextmanager
def _preview(root: Path, env: dict[str, str]) -> Iterator[str]:
    """A preview in a process of its own; host and port."""
    command = (*_program("preview", root), "--port", "0")
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = next((said for said in process.stderr if "http://" in said), "")
            if not line:
                raise SystemExit("The preview did not start.")
            # What it says later must not fill the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield urlsplit(line[line.index("http://") :].split()[0]).netloc
        finally:
            process.terminate()


def _filed(root: Path, address: str, number: int) -> float:
    """Seconds from a new take, on a headline as its author would type it, to its words in the e-mail."""
    folder = root / "issues" / WEEK / "takes"
    headline = next(iter(sorted(folder.glob("take*.md")))).read_text(encoding="utf-8").split("\n")[0]
    words = f"These are the words of measurement {number}, which nobody else says."
    text = f"{headline}\nauthor: dika\n\n{words}\n"
    return _seen(address, folder / f"measured{number}.md", text, words)


def _saved(root: Path, address: str, number: int) -> float:
    """Seconds from saving a take that is there to its new words in the e-mail."""
    file = next(iter(sorted((root / "issues" / WEEK / "takes").glob("take*.md"))))
    words = f"These are the words of saving {number}, which nobody else says."
    head = file.read_text(encoding="utf-8").partition("\n\n")[0]
    return _seen(address, file, f"{head}\n\n{words}\n", words)


def _seen(address: str, file: Path, text: str, words: str) -> float:
    """Write the file as an editor does, beside and then in its place, and wait for its words."""
    with _events(address) as told:
        time.sleep(0.2)
        waiting = file.with_name(f".{file.name}.tmp")
        waiting.write_text(text, encoding="utf-8")
        started = time.perf_counter()
        waiting.replace(file)
        while time.perf_counter() - started < _PATIENCE:
            try:
                told.get(timeout=_PATIENCE)
            except Empty:
                break
            if words in _fetched(address, "/view/mail"):
                return time.perf_counter() - started
    raise SystemExit(f"{file.name} was not seen in the preview within {_PATIENCE:g} s.")


@contextmanager
def _events(address: str) -> Iterator[SimpleQueue[str]]:
    """The preview's revisions as its event stream tells them, from the next one on."""
    told: SimpleQueue[str] = SimpleQueue()
    connection = http.client.HTTPConnection(address, timeout=_PATIENCE)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    # The first is the revision now.
    while not answer.readline().startswith(b"data:"):
        pass

    def listen() -> None:
        try:
            while line := answer.readline():
                if line.startswith(b"data:"):
                    told.put(line.decode())
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return  # closed below, in the middle of a line

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield told
    finally:
        if connection.sock is not None:
            connection.sock.shutdown(2)
        listener.join(timeout=2)
        connection.close()


def _fetched(address: str, path: str) -> str:
    connection = http.client.HTTPConnection(address, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
