"""The short form of benchmarks.crash: deliveries killed in the middle, at a relay that fails as relays do."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.crash_runs import Deliveries, Leavers, environ_of, make_week, settings_of
from benchmarks.crash_verdict import Happened, Run, judge
from benchmarks.sink import UNKNOWN, Faults, Line, Sink, read_log
from tests.room import SEND, WEEK, in_a_process

READERS = 240
CONNECTIONS = 8
FAULTS = Faults(delay=0.002, deferred=0.05, silent=0.02, once=True, seed=7)
#: Delivers in children, each from the command line on and to its kill or its end; what is imported once need not be
#: imported in each. Says of every child when it began and ended, its exit code and what it said.
SCRIPT = """
import json, os, signal, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from newsletter.__main__ import main
import newsletter.mail.transports.smtp, newsletter.pipeline, newsletter.store.engine

root, log, said = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
week, now = sys.argv[4], datetime.fromisoformat(sys.argv[5])

def lines():
    return log.read_bytes().count(b"\\n")

def deliver(hours, letters):
    before, started = lines(), time.time_ns()
    child = os.fork()
    if child == 0:
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        instant = (now + timedelta(hours=hours)).isoformat()
        code = main(["deliver", week, "--root", str(root), "--now", instant])
        sys.stdout.flush()
        os._exit(code)
    ended = 0
    while letters and not ended and lines() < before + letters:
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.0005)
    if letters and not ended:
        os.kill(child, signal.SIGKILL)
    if not ended:
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([started, time.time_ns(), code, said.read_text()]), flush=True)

for letters in (40, 70, 50):
    deliver(0, letters)
for hours in (0, 24):
    deliver(hours, 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_deliveries_that_are_killed_lose_nobody_and_repeat_no_more_than_was_in_the_air(tmp_path: Path) -> None:
    root, log = tmp_path / "space", tmp_path / "sink.log"
    with Sink(log, FAULTS) as sink:
        settings = settings_of(sink.port, CONNECTIONS, {})
        everybody = make_week(root, settings, READERS)
        command = ("-c", SCRIPT, str(root), str(log), str(tmp_path / "said"), str(WEEK), SEND.isoformat())

        leavers = Leavers(root, every=0.05, most=10, seed=7)
        with leavers, in_a_process(*command, environ=environ_of(settings)) as program:
            out, err = program.communicate(timeout=60)

    runs = [
        Run(started=started, ended=ended, stopped=code < 0, code=code, said=said)
        for started, ended, code, said in map(json.loads, out.splitlines())
    ]
    found = Deliveries(root=root, settings=settings, log=log, readers=READERS)
    verdict = judge(
        Happened(
            lines=read_log(log),
            runs=runs,
            readers=everybody,
            unknown=frozenset(one for one in everybody if one.startswith(UNKNOWN.decode())),
            ledger=found.ledger(),
            departures=leavers.departures,
            bound=CONNECTIONS,
        )
    )
    assert err == ""
    assert [run.code for run in runs[:3]] == [-signal.SIGKILL] * 3
    assert verdict.faults_found == {}
    assert verdict.letters > READERS * 0.9


def line(at: int, who: str = "ada", *, connection: int = 1, outcome: str = "taken", digest: str = "d") -> Line:
    return Line(at=at, connection=connection, recipient=who, message_id=f"m-{who}", sha256=digest, outcome=outcome)


def happened(
    *lines: Line, readers: tuple[str, ...] = ("ada",), departures: Mapping[str, int] | None = None, **ledger: str
) -> Happened:
    """A run from 0 that was killed, and one from 100 that was not, at two connections."""
    return Happened(
        lines=lines,
        runs=(Run(started=0, ended=90, stopped=True), Run(started=100, ended=200, stopped=False)),
        readers=frozenset(readers),
        unknown=frozenset(("gone",)) & frozenset(readers),
        ledger=ledger or {"ada": "accepted"},
        departures=departures or {},
        bound=2,
    )


def test_a_repeat_after_a_kill_is_counted_there_and_one_after_silence_apart() -> None:
    names = ("ada", "bo")
    what = happened(
        line(10),
        line(110),
        line(50, "bo", outcome="unsaid"),
        line(120, "bo"),
        readers=names,
        ada="accepted",
        bo="accepted",
    )

    verdict = judge(what)

    assert (verdict.repeats, verdict.asked_for, verdict.faults_found) == ((1,), 1, {})


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        pytest.param(happened(line(10, "bo"), readers=("ada", "bo"), bo="accepted"), "lost", id="nobody wrote to ada"),
        pytest.param(
            happened(
                *(line(at, who) for at in (10, 110) for who in ("ada", "bo", "cy")),
                **dict.fromkeys(("ada", "bo", "cy"), "accepted"),
            ),
            "over_bound",
            id="three repeats at two connections",
        ),
        pytest.param(happened(line(110), line(120)), "unexplained", id="a repeat that no kill explains"),
        pytest.param(happened(line(10), line(110, digest="e")), "unlike", id="a repeat with other bytes"),
        pytest.param(happened(line(10), ada="deferred"), "differing", id="taken and not in the ledger"),
        pytest.param(happened(line(10), line(20, "bo"), ada="accepted"), "differing", id="of two one in the ledger"),
        pytest.param(
            happened(line(105, "bo"), line(120), departures={"ada": 101}, ada="accepted", bo="accepted"),
            "late",
            id="the second letter of a connection after she left",
        ),
        pytest.param(happened(line(110), departures={"ada": 50}), "late", id="a letter in the run after she left"),
        pytest.param(
            happened(line(10), readers=("ada", "gone"), ada="accepted", gone="deferred"), "misjudged", id="not refused"
        ),
        pytest.param(happened(line(10), line(20, "", outcome="stray")), "stray", id="a letter to nobody"),
    ],
)
def test_the_judge_finds_what_must_not_happen(what: Happened, fault: str) -> None:
    assert judge(what).faults_found == {fault: 1}
