# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""What a delivery that was stopped again and again came to, from the relay's log and the ledger. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.sink import Line

#: What no run may say.
_OURS = ("Traceback (most recent call last)", "a fault of ours")
_ZERO = ("lost", "over_bound", "unexplained", "unlike", "differing", "late", "misjudged", "stray", "faults_of_ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process that delivered, from its start until the next one's; instants in ns since 1970."""

    started: int
    ended: int
    #: Whether it was stopped: then so many letters as were in the air may go again.
    stopped: bool
    #: The exit code, negative for a signal, and what it said.
    code: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """All that is known of one scenario."""

    lines: Sequence[Line]
    runs: Sequence[Run]
    #: Addresses that should have the letter, and those among them that the relay does not know.
    readers: frozenset[str]
    unknown: frozenset[str]
    #: State in the ledger by address; only of whoever has a result.
    ledger: Mapping[str, str]
    #: Who left, and when that was durable.
    departures: Mapping[str, int]
    #: Letters that one stopped run may have repeated.
    bound: int
    #: Letters of one connection between two looks at who has left: 1 is strict.
    group: int = 1
    #: Whether a letter of unknown fate waits for a person instead of going again.
    hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Numbers of people and letters; all but the first three groups must be 0."""

    stops: int
    letters: int
    #: Repeats after each stop, in order, and those that SMTP itself asks for: taken without a reply.
    repeats: tuple[int, ...]
    asked_for: int
    #: Held for a person (on_unknown = "hold").
    held: int
    #: Readers of whom neither we nor the relay can say more: they left before their letter's fate was known.
    uncertain: int

    lost: int
    over_bound: int
    #: Repeats behind a run that nobody stopped.
    unexplained: int
    #: Readers with more than one Message-ID or more than one hash.
    unlike: int
    #: Readers on whom ledger and relay differ.
    differing: int
    #: Letters to people who had left, beyond what was in the air.
    late: int
    #: Readers whom the relay refuses and the ledger does not, or the other way round.
    misjudged: int
    #: Letters behind no accepted recipient.
    stray: int
    #: Runs that ended in a traceback, or in a fault that is the program's own.
    faults_of_ours: int

    @property
    def faults_found(self) -> dict[str, int]:
        """What must be 0 and is not, by name."""
        return {name: getattr(self, name) for name in _ZERO if getattr(self, name)}


def judge(what: Happened) -> Verdict:
    """Hold what happened against what was promised."""
    taken: dict[str, list[Line]] = defaultdict(list)
    for line in what.lines:
        if line.taken:
            taken[line.recipient].append(line)
    accepted = {who for who, state in what.ledger.items() if state == "accepted"}
    refused = {who for who, state in what.ledger.items() if state == "refused"}
    held = {who for who, state in what.ledger.items() if state in ("held", "dropped")}
    after, asked_for, unexplained = _repeats(taken, what.runs)
    # Their last letter had no answer that we heard, and then they left: it is not sent again to find out.
    uncertain = {who for who in taken.keys() - accepted if who in what.departures or who in held}
    expected = what.readers - what.unknown - what.departures.keys() - (held if what.hold else frozenset())
    mailed = [line for line in what.lines if line.sha256]
    return Verdict(
        stops=sum(run.stopped for run in what.runs),
        letters=sum(map(len, taken.values())),
        repeats=after,
        asked_for=asked_for,
        held=len(held),
        uncertain=len(uncertain),
        lost=len(expected - taken.keys()),
        over_bound=sum(max(0, count - what.bound) for count in after),
        unexplained=unexplained,
        unlike=_unlike(mailed),
        differing=len((taken.keys() - accepted - uncertain) | (accepted - taken.keys())),
        late=_late(what),
        misjudged=len(refused - what.unknown) + len(what.unknown - refused - held - what.departures.keys()),
        stray=sum(line.outcome == "stray" for line in what.lines),
        faults_of_ours=sum(any(words in run.said for words in _OURS) for run in what.runs),
    )


def _repeats(taken: Mapping[str, Sequence[Line]], runs: Sequence[Run]) -> tuple[tuple[int, ...], int, int]:
    """Repeats after each stop, repeats asked for, repeats that nothing explains."""
    counts = [0] * len(runs)
    asked_for = 0
    for letters in taken.values():
        for first in letters[:-1]:
            if first.outcome == "unsaid":
                asked_for += 1
            else:
                counts[_run_at(first.at, runs)] += 1
    after = tuple(count for count, run in zip(counts, runs, strict=True) if run.stopped)
    return after, asked_for, sum(counts) - sum(after)


def _run_at(instant: int, runs: Sequence[Run]) -> int:
    """The run that wrote at the instant: the last that began before, for the relay may hear the last of it late."""
    return max((number for number, run in enumerate(runs) if run.started <= instant), default=0)


def _unlike(lines: Collection[Line]) -> int:
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for line in lines:
        seen[line.recipient].add((line.message_id, line.sha256))
    shared = len({line.message_id for line in lines}) != len(seen)
    return sum(len(forms) > 1 for forms in seen.values()) + shared


def _late(what: Happened) -> int:
    """Letters to people who had left, but for the one that a connection was at when they did."""
    by_connection: dict[int, list[Line]] = defaultdict(list)
    for line in what.lines:
        by_connection[line.connection].append(line)
    late = 0
    for who, left in what.departures.items():
        after = [line for line in what.lines if line.recipient == who and line.at > left]
        for number, line in enumerate(after):
            same_run = _run_at(line.at, what.runs) == _run_at(left, what.runs)
            between = sum(left < other.at < line.at for other in by_connection[line.connection])
            late += number > 0 or not same_run or between >= what.group
    return late
