# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Nobody lost, nobody written to twice beyond what was in the air: deliveries that are killed. I/O: disk, subprocess

`python -m benchmarks.crash` from the root of the repository; benchmarks/README.md says what happens and what counts.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.crash_plans import (
    Plan,
    asked_to_stop,
    disk_full,
    killed_at_statements,
    killed_by_letters,
    older_copy,
    second_runner,
)
from benchmarks.crash_runs import WELL, Deliveries, Leavers, make_week, settings_of
from benchmarks.crash_verdict import Happened, Verdict, judge
from benchmarks.figures import table
from benchmarks.sink import UNKNOWN, Faults, read_log, sink_process

_DELAY = 0.002
_PLAIN = Faults(delay=_DELAY)
_SHARES = Faults(delay=_DELAY, deferred=0.05, silent=0.02, closing=0.003)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One workspace, one relay, one way of being stopped."""

    name: str
    plan: Plan
    connections: int
    kills: int = 0
    faults: Faults = _PLAIN
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Letters that may be on their way beside those of the connections.
    group: int = 1
    #: People who leave meanwhile.
    leaving: int = 0
    hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    scenario: Scenario
    verdict: Verdict
    #: Whether the last run found nothing to do, and what else was to be seen.
    finished: bool
    note: str


def scenarios(kills: int) -> tuple[Scenario, ...]:
    """Every way; the first four share at least so many kills, the statements have as many as they need."""
    share = max(3, -(-kills // 5))
    ahead = {"DELIVERY__ENVELOPE_AHEAD": "true"}
    grouped = {"DELIVERY__RECORD": "group", "DELIVERY__GROUP": "100"}
    silent = Faults(delay=_DELAY, silent=0.01)
    no_pipelining = Faults(delay=_DELAY / 2, deferred=0.05, silent=0.02, closing=0.003, pipelining=False)
    return (
        Scenario(name="strict", plan=killed_by_letters, connections=4, kills=share),
        Scenario(
            name="strict, faults", plan=killed_by_letters, connections=10, kills=share, faults=_SHARES, leaving=60
        ),
        Scenario(
            name="strict, faults, no pipelining",
            plan=killed_by_letters,
            connections=20,
            kills=share,
            faults=no_pipelining,
            leaving=60,
        ),
        Scenario(
            name="strict, ahead, faults",
            plan=killed_by_letters,
            connections=10,
            kills=share,
            faults=_SHARES,
            settings=ahead,
            leaving=60,
        ),
        Scenario(name="strict, at statements", plan=killed_at_statements, connections=10, kills=max(12, share)),
        Scenario(
            name="group of 100, faults",
            plan=killed_by_letters,
            connections=10,
            kills=share,
            faults=_SHARES,
            settings=grouped,
            group=100,
            leaving=60,
        ),
        Scenario(
            name="hold",
            plan=killed_by_letters,
            connections=10,
            kills=3,
            faults=silent,
            settings={"DELIVERY__ON_UNKNOWN": "hold"},
            hold=True,
        ),
        Scenario(name="SIGTERM", plan=asked_to_stop, connections=10, kills=3, faults=_SHARES),
        Scenario(name="full disk", plan=disk_full, connections=10, kills=3),
        Scenario(name="a frozen runner", plan=second_runner, connections=10),
        Scenario(name="an older database", plan=older_copy, connections=4, kills=1, group=1000),
    )


def played(scenario: Scenario, folder: Path, *, readers: int, seed: int) -> Outcome:
    """Lay out, stop again and again, let it come to its end, and judge."""
    chance = random.Random(f"{seed} {scenario.name}")
    log, root = folder / "sink.log", folder / "space"
    folder.mkdir(parents=True)
    log.touch()
    with ExitStack() as stack:
        port = stack.enter_context(sink_process(log, scenario.faults))
        settings = settings_of(port, scenario.connections, scenario.settings)
        everybody = make_week(root, settings, readers)
        deliveries = Deliveries(root=root, settings=settings, log=log, readers=readers)
        leavers = Leavers(root, every=0.1, most=scenario.leaving, seed=seed)
        with leavers:
            seen = scenario.plan(deliveries, chance, scenario.kills)
        finished = deliveries.to_the_end()
    ledger = deliveries.ledger()
    unknown = frozenset(one for one in everybody if one.startswith(UNKNOWN.decode()))
    verdict = judge(
        Happened(
            lines=read_log(log),
            runs=deliveries.runs,
            readers=everybody,
            unknown=unknown,
            ledger=ledger,
            departures=leavers.departures,
            bound=scenario.connections + (scenario.group if scenario.group > 1 else 0),
            group=scenario.group,
            hold=scenario.hold,
        )
    )
    failed = [run for run in deliveries.runs if not run.stopped and run.code not in WELL]
    said = [f"; a run ended with {run.code}: {_last_words(run.said)!r}" for run in failed]
    note = seen.note + "".join(said[:3])
    tried = {one for one in unknown if ledger.get(one) not in ("left", "held")}
    if not tried <= deliveries.suppressed():
        note += "; NOT SUPPRESSED: addresses that the relay does not know"
        finished = False
    if not finished:
        note += f"; NOT FINISHED: {_last_words(deliveries.runs[-1].said)}"
    return Outcome(scenario=scenario, verdict=verdict, finished=finished and seen.well, note=note.strip("; "))


def _last_words(said: str) -> str:
    return " ".join(said.split())[-200:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, print, and say by the exit code whether everything that was promised was kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=25, help="at random moments while letters go, over five scenarios")
    parser.add_argument("--readers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    parser.add_argument("--keep", type=Path, help="keep logs and workspaces in this folder")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    asked = parser.parse_args(arguments)
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="crash-") as temporary:
        for number, scenario in enumerate(scenarios(asked.kills)):
            if asked.only in scenario.name:
                folder = (asked.keep or Path(temporary)) / str(number)
                outcomes.append(played(scenario, folder, readers=asked.readers, seed=asked.seed))
                print(f"{scenario.name}: {outcomes[-1].note or 'played'}", file=sys.stderr)
    well = all(not outcome.verdict.faults_found and outcome.finished for outcome in outcomes)
    if asked.json:
        told = [
            {"name": one.scenario.name, "finished": one.finished, "note": one.note, **asdict(one.verdict)}
            for one in outcomes
        ]
        print(json.dumps({"seed": asked.seed, "readers": asked.readers, "scenarios": told, "held": well}, indent=1))
        return 0 if well else 1
    print(f"{asked.readers} readers, seed {asked.seed}")
    print(table(_HEAD, [_row(outcome) for outcome in outcomes]))
    stops = sum(outcome.verdict.stops for outcome in outcomes)
    print(f"{stops} stops in all: {'everything was kept' if well else 'NOT KEPT'}")
    return 0 if well else 1


_HEAD = ("scenario", "connections", "stops", "letters", "lost", "repeats", "most", "allowed", "asked for", "held", "")


def _row(outcome: Outcome) -> tuple[str, ...]:
    verdict, scenario = outcome.verdict, outcome.scenario
    bad = ", ".join(f"{name} {count}" for name, count in verdict.faults_found.items())
    allowed = scenario.connections + (scenario.group if scenario.group > 1 else 0)
    numbers = (
        scenario.connections,
        verdict.stops,
        verdict.letters,
        verdict.lost,
        sum(verdict.repeats),
        max(verdict.repeats, default=0),
        allowed,
        verdict.asked_for,
        verdict.held,
    )
    end = "" if outcome.finished else "NOT FINISHED"
    return (scenario.name, *map(str, numbers), bad or end or "kept")


if __name__ == "__main__":
    sys.exit(main())
