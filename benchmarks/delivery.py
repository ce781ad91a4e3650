# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How fast letters leave, beside a load generator in C and beside peers, and what a million readers cost. I/O: disk,
subprocess, SMTP

`python -m benchmarks.delivery` from the root of the repository; benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median

from benchmarks.delivery_large import Large, deliver_to
from benchmarks.delivery_peers import CannotRun, peers, run_peer
from benchmarks.delivery_postgres import CannotServe, postgres
from benchmarks.delivery_work import Done, Job
from benchmarks.figures import Bar, table
from benchmarks.measured import MB
from benchmarks.postfix import NoPostfix, Postfix, find_postfix, run_source, smtp_sink
from benchmarks.sink import Faults, read_log, sink_process

UNIT = "smtp-source -d -s 10"
_TRANSPORT = "ours, ready letters, {} connections"
_STRICT, _GROUP, _SIGNED = "ours, strict, 10 connections", "ours, group of 100", "ours, group of 100, Ed25519"
#: Least ratios to the unit at 60 KB.
_LEAST = {_TRANSPORT.format(10): 0.9, _STRICT: 0.45, _GROUP: 0.8, _SIGNED: 0.45}
_PEERS = {"Django": 10.0, "nodemailer": 8.0}
_LARGE_SIZE = 60_000
#: Of the letters of one of our rows a peer sends this part: it needs as long for them.
_PEERS_PART = 12


@dataclass(kw_only=True)
class Rows:
    """Letters a second and microseconds of the sender's processor for each, by row, one figure a round."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    #: The unit of the same round.
    units: dict[str, list[float]] = field(default_factory=dict)
    #: What one letter has on the wire, by the count of a server of our own.
    octets: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, letters: int, wall: float, cpu: float, unit: float) -> None:
        for kept, figure in ((self.rates, letters / wall), (self.cpu, cpu / letters * 1e6), (self.units, unit)):
            kept.setdefault(name, []).append(figure)

    def in_order(self, names: Sequence[str]) -> Rows:
        """The same, the rows in this order."""
        kept = [name for name in names if name in self.rates]
        ordered = ({name: of[name] for name in kept} for of in (self.rates, self.cpu, self.units))
        return Rows(**dict(zip(("rates", "cpu", "units"), ordered, strict=True)), octets=self.octets)

    def ratio(self, name: str) -> float:
        """The median of the rounds' ratios to the unit."""
        return median(rate / unit for rate, unit in zip(self.rates[name], self.units[name], strict=True))

    def row(self, name: str) -> tuple[str, ...]:
        ratios = sorted(rate / unit for rate, unit in zip(self.rates[name], self.units[name], strict=True))
        spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
        return (
            name,
            f"{self.ratio(name):.2f}",
            spread,
            f"{median(self.rates[name]):,.0f}",
            f"{median(self.cpu[name]):,.0f}",
            f"{self.octets[name]:,}",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a bar is not held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description="How fast letters leave.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--letters", type=int, default=5000, help="of each row and round")
    parser.add_argument("--sizes", default="60000,20000", help="bytes of a letter")
    parser.add_argument("--readers", type=int, default=1_000_000, help="of the large list; 0 leaves it out")
    parser.add_argument("--seconds", type=float, default=30, help="of letters to it")
    parser.add_argument("--delay", type=float, default=0.02, help="seconds before a far relay's replies; 0: none")
    parser.add_argument("--no-peers", action="store_true", help="measure ours alone")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--seed", type=int, default=1, help="of the order within a round")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    asked = parser.parse_args(arguments)
    bars: list[Bar] = []
    found: dict[str, object] = {"load": os.getloadavg()[0], "letters": asked.letters, "rounds": asked.rounds}
    tell: Callable[[str], None] = (lambda _: None) if asked.json else print
    tell(f"load before: {os.getloadavg()[0]:.1f}; {asked.letters} letters a row, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory(prefix="delivery-") as folder:
        try:
            postfix = find_postfix()
        except NoPostfix as why:
            print(f"Skipped what is measured against smtp-source: {why}", file=sys.stderr)
        else:
            for size in map(int, asked.sizes.split(",")) if asked.rounds else ():
                rows = _compared(postfix, size, Path(folder), asked)
                found[f"{size} bytes"] = asdict(rows)
                bars += _bars(rows) if size == _LARGE_SIZE else ()
                head = (f"{size:,} bytes", "ratio", "from-to", "letters/s", "CPU us", "octets")
                tell(table((*head, ""), [(*rows.row(name), "") for name in rows.rates]) + "\n")
        if asked.delay:
            bars += _far(asked.delay, Path(folder))
        if asked.readers:
            large = _large(asked.readers, asked.seconds, Path(folder))
            found["large"] = {name: asdict(one) for name, one in large.items()}
            bars += _bars_of_large(large)
    tell(table(("figure", "value", "bar", "", ""), [bar.row() for bar in bars]))
    if asked.json:
        print(json.dumps(found | {"bars": [bar.row() for bar in bars]}, indent=1))
    return 0 if all(bar.held for bar in bars) else 1


# Against smtp-source and peers --------------------------------------------------------------------


def _jobs(letters: int, size: int) -> dict[str, Job]:
    ready = Job(work="transport", letters=letters, size=size)
    strict = Job(work="dispatch", letters=letters, size=size)
    group = replace(strict, record="group")
    return {
        _TRANSPORT.format(1): replace(ready, connections=1),
        _TRANSPORT.format(10): ready,
        "ours, ready letters, ahead": replace(ready, ahead=True),
        _STRICT: strict,
        "ours, strict, 20 connections": replace(strict, connections=20),
        "ours, strict, ahead": replace(strict, ahead=True),
        _GROUP: group,
        _SIGNED: replace(group, signed="ed25519"),
        "ours, group of 100, Ed25519 and RSA": replace(group, signed="ed25519 rsa", letters=letters // 4),
    }


def _compared(postfix: Postfix, size: int, folder: Path, asked: argparse.Namespace) -> Rows:
    """Every row once a round, in an order of its own; the unit before, in the middle and behind."""
    rows, chance = Rows(), random.Random(asked.seed)
    work: dict[str, Callable[[int], tuple[int, float, float]]] = {}
    for name, job in _jobs(asked.letters, size).items():
        work[name] = lambda port, job=job: _ours(replace(job, port=port), folder)  # type: ignore[misc]
    theirs, missing = ({}, ()) if asked.no_peers else peers()
    few = max(100, asked.letters // _PEERS_PART)
    for name, peer in theirs.items():
        work[name] = lambda port, peer=peer: (few, *run_peer(peer, port, letters=few, size=size, folder=folder))  # type: ignore[misc]
    with smtp_sink(postfix) as port, postgres(skip=asked.no_postgres) as databases:
        if isinstance(databases, CannotServe):
            missing = (*missing, str(databases))
        else:
            job = Job(work="dispatch", letters=asked.letters // 2, size=size)
            work["ours, strict, PostgreSQL"] = lambda port: _ours(replace(job, port=port, database=databases()), folder)
        for why in missing:
            print(f"Skipped: {why}", file=sys.stderr)
        # Once untimed, for byte code and caches of the disk, to a server that counts.
        work_and_unit = {UNIT: _unit(postfix, asked.letters, size), **work}
        rows.octets = {name: _counted(name, one, folder / "counted.log") for name, one in work_and_unit.items()}
        for _ in range(asked.rounds):
            _round(postfix, port, work, rows, chance, letters=asked.letters, size=size)
    return rows.in_order((UNIT, *work))


def _round(
    postfix: Postfix,
    port: int,
    work: Mapping[str, Callable[[int], tuple[int, float, float]]],
    rows: Rows,
    chance: random.Random,
    *,
    letters: int,
    size: int,
) -> None:
    order = [UNIT, *chance.sample(list(work), len(work)), UNIT]
    order.insert(len(order) // 2, UNIT)
    units, measured = [], []
    for name in order:
        if name == UNIT:
            units.append(run_source(postfix, port, letters=letters, size=size))
        else:
            try:
                measured.append((name, *work[name](port)))
            except CannotRun as why:
                print(f"Left out of a round: {why}", file=sys.stderr)
    unit = letters / median(one.wall for one in units)
    rows.add(UNIT, letters, letters / unit, median(one.cpu for one in units), unit)
    for name, sent, wall, cpu in measured:
        rows.add(name, sent, wall, cpu, unit)


def _unit(postfix: Postfix, letters: int, size: int) -> Callable[[int], tuple[int, float, float]]:
    def sent(port: int) -> tuple[int, float, float]:
        source = run_source(postfix, port, letters=letters, size=size)
        return letters, source.wall, source.cpu

    return sent


def _counted(name: str, work: Callable[[int], tuple[int, float, float]], log: Path) -> int:
    """Octets of a letter; raises CannotRun unless the server has as many letters as were counted here.

    Where each letter has a reader of its own the server must have seen as many, with as many Message-IDs.
    """
    log.write_bytes(b"")
    with sink_process(log) as port:
        sent, _, _ = work(port)
    taken = [line for line in read_log(log) if line.taken]
    several = 1 if name == UNIT or "ready" in name else sent
    seen = {line.recipient for line in taken}, {line.message_id for line in taken}
    if len(taken) != sent or any(len(one) < several for one in seen):
        raise CannotRun(
            f"{name}: {sent} letters were counted, and the server has {len(taken)} to {len(seen[0])} readers"
        )
    return round(sum(line.octets for line in taken) / sent)


def _ours(job: Job, folder: Path) -> tuple[int, float, float]:
    done = done_by(job, folder)
    if done.letters != job.letters // job.connections * job.connections:
        raise CannotRun(f"{job}: {done.letters} letters were accepted")
    return done.letters, done.wall, done.cpu


def done_by(job: Job, folder: Path) -> Done:
    """The job, done in a process and a folder of its own. Raises CannotRun."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        told = json.dumps(asdict(replace(job, folder=own)))
        command = (sys.executable, "-m", "benchmarks.delivery_work", told)
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CannotRun(f"{job.work}: {ended.stderr.strip()[-600:]}")
    return Done(**json.loads(ended.stdout))


def _bars(rows: Rows) -> list[Bar]:
    bars = [
        Bar(what=name, value=rows.ratio(name), bound=least, unit="x", most=False, behind=f"of {UNIT}")
        for name, least in _LEAST.items()
        if name in rows.rates
    ]
    for peer, least in _PEERS.items():
        for name in (_GROUP, _STRICT):
            if peer in rows.rates and name in rows.rates:
                pairs = zip(rows.rates[name], rows.rates[peer], strict=True)
                times = median(ours / theirs for ours, theirs in pairs)
                bars.append(Bar(what=f"{name} / {peer}", value=times, bound=least, unit="x", most=False))
    return bars


# Far relays and long lists ------------------------------------------------------------------------


def _far(delay: float, folder: Path) -> list[Bar]:
    """Letters a second and connection at a relay that answers late; the whole pipeline, strict."""
    bars = []
    for ahead, least in ((False, 20), (True, 40)):
        log = folder / f"far-{ahead}.log"
        with sink_process(log, Faults(delay=delay)) as port:
            job = Job(work="dispatch", letters=2000, port=port, ahead=ahead)
            done = done_by(job, folder)
        rate = done.letters / done.wall / job.connections
        what = f"replies after {delay * 1000:g} ms, strict{', envelope ahead' if ahead else ''}"
        bars.append(Bar(what=what, value=rate, bound=least, unit="/s a connection", most=False))
    return bars


def _large(readers: int, seconds: float, folder: Path) -> dict[str, Large | Done]:
    few = deliver_to(10_000, folder / "few", seconds=seconds)
    many = deliver_to(readers, folder / "many", seconds=seconds)
    return {
        "few": few,
        "many": many,
        "ledger": done_by(Job(work="ledger", letters=readers), folder),
        "rows": done_by(Job(work="rows", letters=readers), folder),
    }


def _bars_of_large(large: Mapping[str, Large | Done]) -> list[Bar]:
    few, many, ledger, bare = large["few"], large["many"], large["ledger"], large["rows"]
    assert isinstance(few, Large)
    assert isinstance(many, Large)
    assert isinstance(ledger, Done)
    assert isinstance(bare, Done)
    name = f"{many.readers:,} readers"
    grown = f"{few.most / MB:.0f} MB with {few.readers:,}; {many.at_first / MB:.0f} MB at the first letter"
    drained = f"; Ctrl-C ended it in {many.drained:.1f} s with {many.code}"
    rate = ledger.letters / ledger.wall
    rows = f"{ledger.cpu / ledger.letters * 1e6:.1f} us of CPU, {ledger.largest / MB:.0f} MB"
    rows += f"; the driver alone writes {bare.letters / bare.wall:,.0f}, {bare.cpu / bare.letters * 1e6:.1f} us"
    return [
        Bar(what=f"{name}: memory", value=many.most / MB, bound=120, unit=" MB", behind=grown),
        Bar(
            what=f"{name}: the first letter",
            value=many.first,
            bound=5,
            unit=" s",
            behind=f"{few.first:.1f} s with {few.readers:,}; {many.letters:,} letters until then{drained}",
        ),
        Bar(what=f"{name}: claim and ledger", value=rate, bound=100_000, unit=" rows/s", most=False, behind=rows),
    ]


if __name__ == "__main__":
    sys.exit(main())
