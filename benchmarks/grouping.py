# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Whether entries that tell one story are grouped, and others not; and how fast. I/O: disk, subprocess

`python -m benchmarks.grouping FILE.jsonl` from the root of the repository; benchmarks/README.md says what is measured
and how.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.figures import Bar, table
from benchmarks.grouping_peers import PEERS, Unusable
from benchmarks.grouping_rows import Row, entries_of, group, labels, read_rows
from benchmarks.scoring import Agreement, agreement

F_BAR = 0.85
#: Of a digest with summaries: few stories, and one name in many of them.
F_BAR_SUMMARIES = 0.82
PRECISION_BAR = 0.90
#: Entries → seconds and megabytes that they may take; no bar where None.
SIZES: dict[int, tuple[float | None, float | None]] = {
    5_000: (2.0, 150.0),
    20_000: (15.0, None),
    100_000: (None, None),
}
GROWTH_BAR = 1.5
_MB = 1_000_000
#: The weeks' entries are spread over seven days, as a real week's.
_WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One size, grouped in a process of its own. `megabytes` is the peak of the whole process."""

    entries: int
    stories: int
    seconds: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="rows with id, title, url, source, published, perhaps story and thread")
    parser.add_argument("--predict", type=Path, metavar="OUT", help="write story and thread of each row, in order")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {','.join(PEERS)}; '' for none")
    parser.add_argument("--speed", action="store_true", help="time 5,000, 20,000 and 100,000 entries as well")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    asked = parser.parse_args(arguments)
    if not asked.file.is_file():
        print(f"Skipped: there is no {asked.file}.")
        return 0
    rows = read_rows(asked.file)
    entries = entries_of(rows)
    started = time.process_time()
    grouped = group(entries)
    seconds = time.process_time() - started
    found = labels(entries, grouped)
    if asked.predict:
        asked.predict.parent.mkdir(parents=True, exist_ok=True)
        with asked.predict.open("w", encoding="utf-8") as out:
            for row, (story, thread) in zip(rows, found, strict=True):
                out.write(
                    json.dumps({"id": row.get("id"), "story": story, "thread": thread}, ensure_ascii=False) + "\n"
                )
    figures: dict[str, Any] = {
        "entries": len(rows),
        "stories": len(grouped.stories),
        "in_threads": sum(1 for story in grouped.stories if story.thread),
        "near_misses": len(grouped.near),
        "seconds": round(seconds, 3),
    }
    bars: list[Bar] = []
    rows_of_table: list[tuple[str, ...]] = []
    if rows and all("story" in row for row in rows):
        gold = [row["story"] for row in rows]
        ours = agreement(gold, [story for story, _ in found])
        figures["newsletter"] = asdict(ours)
        bars += _quality_bars(ours, summaries=any(row.get("summary") for row in rows))
        rows_of_table.append(_row("newsletter", ours))
        for name in filter(None, asked.peers.split(",")):
            try:
                theirs = agreement(gold, PEERS[name](entries))
            except (KeyError, Unusable) as error:
                print(f"Skipped {name}: {error}", file=sys.stderr)
                continue
            figures[name] = asdict(theirs)
            rows_of_table.append(_row(name, theirs))
        if all("thread" in row for row in rows):
            threads = [row["thread"] for row in rows]
            for name, labelled in (("threads", [t for _, t in found]), ("stories as threads", [s for s, _ in found])):
                by_thread = agreement(threads, labelled)
                figures[name] = asdict(by_thread)
                rows_of_table.append(_row(name, by_thread))
    if asked.speed:
        timed = list(_timed(asked.file))
        figures["speed"] = [asdict(one) for one in timed]
        bars += _speed_bars(timed)
    if asked.json:
        print(json.dumps(figures | {"bars": [asdict(bar) | {"held": bar.held} for bar in bars]}, indent=1))
    else:
        print(", ".join(f"{key} {value}" for key, value in figures.items() if not isinstance(value, dict | list)))
        if rows_of_table:
            head = ("", "B³", "multi P", "multi R", "multi F", "pair P", "pair R", "pair F")
            print("\n" + table(head, rows_of_table))
        if bars:
            print("\n" + table(("", "value", "bar", "", ""), [bar.row() for bar in bars]))
    return 0 if all(bar.held for bar in bars) else 1


def _row(name: str, of: Agreement) -> tuple[str, ...]:
    return name, *(f"{value:.3f}" for value in asdict(of).values())


def _quality_bars(ours: Agreement, *, summaries: bool) -> list[Bar]:
    found = [
        Bar(what="multi-B³ F", value=ours.multi, bound=F_BAR_SUMMARIES if summaries else F_BAR, unit="", most=False)
    ]
    if not summaries:
        found.append(
            Bar(what="multi-B³ precision", value=ours.multi_precision, bound=PRECISION_BAR, unit="", most=False)
        )
    return found


def _speed_bars(timed: Sequence[Timed]) -> list[Bar]:
    found = []
    for one in timed:
        most_seconds, most_memory = SIZES[one.entries]
        if most_seconds is not None:
            found.append(Bar(what=f"{one.entries:,} entries", value=one.seconds, bound=most_seconds, unit=" s"))
        if most_memory is not None:
            found.append(Bar(what=f"{one.entries:,} entries", value=one.megabytes, bound=most_memory, unit=" MB"))
    for small, large in pairwise(timed):
        exponent = math.log(large.seconds / small.seconds) / math.log(large.entries / small.entries)
        behind = f"{small.seconds:.2f} s to {large.seconds:.2f} s, {large.megabytes:.0f} MB"
        what = f"growth from {small.entries:,} to {large.entries:,}, exponent"
        found.append(Bar(what=what, value=exponent, bound=GROWTH_BAR, unit="", behind=behind))
    return found


def _timed(file: Path) -> Iterator[Timed]:
    """Group so many entries, each number in a process of its own."""
    pool = _pool(file)
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = Path(folder) / f"{size}.jsonl"
            with path.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(row) + "\n" for row in _week_of(size, pool))
            command = [sys.executable, "-m", "benchmarks.grouping_rows", str(path)]
            said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            yield Timed(
                entries=said["entries"], stories=said["stories"], seconds=said["cpu"], megabytes=said["peak"] / _MB
            )


def _pool(file: Path) -> list[Row]:
    """Real entries: of the file, of its neighbours, and of the ranking data beside them."""
    ranking = file.resolve().parent.parent / "ranking"
    beside = [*sorted(file.resolve().parent.glob("*.jsonl")), *sorted(ranking.glob("hn-*.jsonl"))]
    rows = read_rows(file)
    for path in beside:
        if path != file.resolve():
            rows += [row for row in read_rows(path) if row.get("title") and row.get("url")]
    random.Random(11).shuffle(rows)
    return rows


def _week_of(size: int, pool: Sequence[Row]) -> Iterator[Row]:
    """Entries of one week: the real ones, beyond them the first half of one title and the second of another."""
    chance = random.Random(size)
    for number in range(size):
        if number < len(pool):
            row = pool[number]
        else:
            one, other = (str(chance.choice(pool).get("title") or "").split() for _ in range(2))
            title = " ".join((*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]))
            row = {"title": title, "url": f"https://site{number % 997}.example/{number}", "source": f"s{number % 300}"}
        seen = 1_780_000_000 + chance.randrange(_WEEK)
        published = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seen))
        yield row | {"id": str(number), "published": published}


if __name__ == "__main__":
    sys.exit(main())
