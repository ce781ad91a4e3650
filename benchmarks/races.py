# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""What is measured: the floor, ours and the peers in turns; growth; bombs. I/O: subprocess, network, disk"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from urllib.request import ProxyHandler, build_opener

from clients import AT_A_TIME, Client, Curl, Kept, Ours, Served, Unusable
from figures import Bar, latency_floor, ratio
from measured import MB, Run
from peers import PEERS

COLD_BAR, WARM_BAR, READER_BAR, MEMORY_BAR, BOMB_BAR = 4.5, 1.5, 4.0, 250.0, 120.0
#: A bar on growth is a bar on its order: so much two runs of the same differ anyway.
_NOISE = 1.05
#: rss2email asks one feed after the other, a minute for five hundred: one run says enough.
_ONCE = "rss2email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    feeds: tuple[Served, ...]
    counts: str

    def counted(self) -> dict[str, int]:
        """What was asked of it since the last time."""
        with build_opener(ProxyHandler({})).open(self.counts, timeout=10) as answer:
            told: dict[str, int] = json.load(answer)
        return told

    def waiting(self) -> float:
        """Seconds that latency alone takes."""
        return latency_floor([feed.latency for feed in self.feeds], AT_A_TIME)


@contextmanager
def served(*arguments: str) -> Iterator[Server]:
    """The server of the feeds, in a process of its own, while the block runs."""
    program = Path(__file__).with_name("feed_server.py")
    with subprocess.Popen(
        [sys.executable, program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if not (line := process.stdout.readline()):
                raise Unusable("the server of the feeds did not start")
            told = json.loads(line)
            yield Server(feeds=tuple(Served(**feed) for feed in told["feeds"]), counts=told["counts"])
        finally:
            process.stdin.close()


@dataclass(slots=True, kw_only=True)
class Found:
    """All that one call of the benchmark found."""

    #: By client and kind, as "curl cold"; in the order of the rounds.
    runs: dict[str, list[Run]] = field(default_factory=dict)
    #: How many of the feeds a client took for feeds; by its name.
    accepted: dict[str, int] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    #: What must be known to read the figures, and whatever was not as it should be.
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, run: Run) -> None:
        self.runs.setdefault(what, []).append(run)

    def walls(self, what: str) -> list[float]:
        return [run.wall for run in self.runs[what]]

    def bar_of_ratio(
        self, what: str, above: str, below: str, bound: float, *, most: bool = True, more: str = ""
    ) -> None:
        value, one, other = ratio(self.walls(above), self.walls(below)), *map(median, map(self.walls, (above, below)))
        behind = f"{one:.2f} s / {other:.2f} s{more}"
        self.bars.append(Bar(what=what, value=value, bound=bound, unit="x", most=most, behind=behind))


def compare(server: Server, folder: Path, peers: Sequence[str], rounds: int, found: Found) -> None:
    """Ours against the floor, round by round, and in the same rounds against the peers."""
    curl, ours = Curl(server.feeds, folder / "curl"), Ours(server.feeds, folder / "newsletter")
    # The first to read the corpus writes byte code and fills caches; here it is a run that nobody times.
    curl.cold()
    ours.cold()
    for _ in range(5):
        found.add("start", ours.start())
    _memory(ours, found)
    rivals = [rival for name in peers if (rival := _rival(name, server, folder, ours, found)) is not None]
    server.counted()
    written: list[tuple[set[str], int]] = []
    for _ in range(rounds):
        for client in (curl, ours):
            _timed(server, found, client, "cold")
        before = ours.kept()
        for client in (curl, ours):
            _timed(server, found, client, "warm")
        written.append(_written(before, ours.kept()))
        found.add("newsletter warm, the step", ours.step())
        for rival in rivals:
            found.add(f"{rival.peer.name} cold", rival.peer.cold())
            found.add(f"newsletter for {rival.peer.name}", rival.ours.cold())
        server.counted()
    _bars_of_speed(found, rivals)
    _bars_of_rest(found, written, len(server.feeds))
    if _ONCE in peers:
        _once(server, folder, found)


def _timed(server: Server, found: Found, client: Curl | Ours, kind: str) -> None:
    """One run, and a note if it did not ask for what it is measured by."""
    found.add(f"{client.name} {kind}", client.cold() if kind == "cold" else client.warm())
    told = server.counted()
    right = told["sent" if kind == "cold" else "unchanged"]
    if not right == told["requests"] == len(server.feeds):
        wanted = "whole documents" if kind == "cold" else "answers of 304"
        found.notes.append(f"{client.name} {kind}: {right} {wanted} for {told['requests']} requests")


def _bars_of_speed(found: Found, rivals: Sequence[_Rival]) -> None:
    start = median(found.walls("start"))
    for kind, bound in (("cold", COLD_BAR), ("warm", WARM_BAR)):
        ours, curl = f"newsletter {kind}", f"curl {kind}"
        bare = ratio([wall - start for wall in found.walls(ours)], found.walls(curl))
        more = f"; {bare:.2f}x without the interpreter's start"
        found.bar_of_ratio(f"{kind}, ours / curl", ours, curl, bound, more=more)
    found.bar_of_ratio("warm, our step / curl", "newsletter warm, the step", "curl warm", WARM_BAR)
    for rival in rivals:
        name, more = rival.peer.name, f", on the {len(rival.common)} feeds that both accept"
        theirs, ours = f"{name} cold", f"newsletter for {name}"
        found.bar_of_ratio(f"cold, {name} / ours", theirs, ours, READER_BAR, most=False, more=more)


def _written(before: Kept, after: Kept) -> tuple[set[str], int]:
    """The tables and files that are not as they were, and the lines added to the log."""
    names = before.digests.keys() | after.digests.keys()
    changed = {name for name in names if before.digests.get(name) != after.digests.get(name)}
    return changed, after.log_rows - before.log_rows


def _bars_of_rest(found: Found, written: Sequence[tuple[set[str], int]], feeds: int) -> None:
    changed = set[str]().union(*(names for names, _ in written))
    what = "tables and files written, warm"
    found.bars.append(Bar(what=what, value=len(changed), bound=0, unit="", behind=", ".join(sorted(changed)[:5])))
    lines = max(lines for _, lines in written)
    behind = f"{lines} lines for {feeds} feeds"
    found.bars.append(Bar(what="lines in the log a feed, warm", value=lines / feeds, bound=1, unit="", behind=behind))


def _memory(ours: Ours, found: Found) -> None:
    cold, warm = ours.cold(watch_memory=True), ours.warm(watch_memory=True)
    found.add("newsletter cold, for memory", cold)
    found.add("newsletter warm, for memory", warm)
    found.accepted[ours.name] = len(ours.accepted())
    found.bars.append(_bar_of_memory("peak memory", (cold, warm), MEMORY_BAR))


def _bar_of_memory(what: str, runs: Sequence[Run], bound: float) -> Bar:
    worst = max(runs, key=_peak)
    behind = f"{worst.processes} processes; {worst.rss / MB:.0f} MB with shared pages counted in each"
    return Bar(what=what, value=_peak(worst) / MB, bound=bound, unit=" MB", behind=behind)


def _peak(run: Run) -> int:
    # The kernel's account of the largest process sees what is too short for the samples.
    return max(run.pss, run.largest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rival:
    """A peer and ours, both told of the feeds that both accept."""

    peer: Client
    ours: Ours
    common: frozenset[str]


def _rival(name: str, server: Server, folder: Path, ours: Ours, found: Found) -> _Rival | None:
    if name == _ONCE:
        return None
    try:
        first = PEERS[name](server.feeds, folder / f"{name}-first")
        first.cold()
        found.accepted[name] = len(first.accepted())
        common = first.accepted() & ours.accepted()
        feeds = [feed for feed in server.feeds if feed.name in common]
        found.notes.append(f"{name} {first.version} accepted {found.accepted[name]} of {len(server.feeds)} feeds")
        return _Rival(
            peer=PEERS[name](feeds, folder / name), ours=Ours(feeds, folder / f"newsletter-{name}"), common=common
        )
    except Unusable as fault:
        found.notes.append(f"{name} left out: {fault}")
        return None


def _once(server: Server, folder: Path, found: Found) -> None:
    """rss2email over all feeds, one run."""
    try:
        peer = PEERS[_ONCE](server.feeds, folder / _ONCE)
        found.add(f"{_ONCE} cold", peer.cold())
    except Unusable as fault:
        found.notes.append(f"{_ONCE} left out: {fault}")
        return
    found.accepted[_ONCE] = len(peer.accepted())
    times = found.walls(f"{_ONCE} cold")[0] / median(found.walls("newsletter cold"))
    found.notes.append(
        f"{_ONCE} {peer.version}, one run, one feed after the other: {times:.1f} times ours; "
        f"accepted {found.accepted[_ONCE]} of {len(server.feeds)} feeds"
    )


def growth(corpus: Path, sizes: Sequence[int], folder: Path, rounds: int, found: Found) -> None:
    """Ours from nothing at several numbers of feeds, in turns; a feed must cost no more among many than among few."""
    sizes = sorted(set(sizes))
    with ExitStack() as stack:
        servers = {size: stack.enter_context(served("--corpus", str(corpus), "--feeds", str(size))) for size in sizes}
        ours = {size: Ours(server.feeds, folder / f"growth-{size}") for size, server in servers.items()}
        ours[sizes[0]].cold()
        starts = [ours[sizes[0]].start().wall for _ in range(3)]
        for _ in range(rounds):
            for size in sizes:
                found.add(f"newsletter cold, {size} feeds", ours[size].cold())
    start = median(starts)
    each = {size: (median(found.walls(f"newsletter cold, {size} feeds")) - start) / size for size in sizes}
    for few, many in pairwise(sizes):
        behind = f"{each[many] * 1000:.2f} ms / {each[few] * 1000:.2f} ms a feed, without the interpreter's start"
        what = f"a feed of {many} / of {few}"
        found.bars.append(Bar(what=what, value=each[many] / each[few], bound=_NOISE, unit="x", behind=behind))


def bombs(folder: Path, found: Found) -> None:
    """Three small bodies that inflate to 400 MB, collected."""
    with served("--bombs") as server:
        ours = Ours(server.feeds, folder / "bombs")
        ours.cold()
        found.add("bombs", ours.cold(watch_memory=True))
        found.bars.append(_bar_of_memory("peak memory, bombs", found.runs["bombs"], BOMB_BAR))
        said = ours.said()
        for feed in server.feeds:
            sent = f"{feed.packed:,} bytes of {feed.name} that inflate to 400 MB"
            found.notes.append(f"{sent}: {said.get(feed.name) or 'NOT HELD: no reason given'}")
