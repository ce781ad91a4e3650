# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How fast the wire collects, beside curl and others of its kind, and what memory it takes. I/O: subprocess, disk

`python benchmarks/collect.py` with the project's own Python; benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from clients import Unusable
from figures import middle, table
from measured import MB, Run
from peers import PEERS
from races import Found, bombs, compare, growth, served


def main() -> int:
    asked = _asked()
    corpus = Path(os.environ.get("NEWSLETTER_CORPUS") or "-")
    if not (corpus / "feeds" / "real").is_dir() and (asked.rounds or asked.growth):
        print("Skipped: NEWSLETTER_CORPUS names no folder that holds feeds/real.")
        return 0
    found, load = Found(), os.getloadavg()[0]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} before the first run"
    found.notes.append(machine + (": too much for these figures to be believed" if load > 0.5 else ""))
    try:
        with tempfile.TemporaryDirectory(prefix="newsletter-benchmark-", ignore_cleanup_errors=True) as name:
            _measure(asked, corpus, Path(name), found)
    except Unusable as fault:
        print(f"Cannot be measured: {fault}", file=sys.stderr)
        return 1
    print(json.dumps(_as_json(found), indent=1) if asked.json else _as_text(found))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3, help="0 leaves the comparison out")
    parser.add_argument("--peers", type=_peers, default=list(PEERS), help="such as reader,rss2email; '' for none")
    parser.add_argument("--growth", type=_sizes, default=[], help="numbers of feeds, such as 100,500,2000")
    parser.add_argument("--bombs", action="store_true", help="also collect three bodies that inflate to 400 MB")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


def _peers(typed: str) -> list[str]:
    names = [name.strip() for name in typed.split(",") if name.strip()]
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: known are {', '.join(PEERS)}")
    return names


def _sizes(typed: str) -> list[int]:
    return [int(size) for size in typed.split(",") if size.strip()]


def _measure(asked: argparse.Namespace, corpus: Path, folder: Path, found: Found) -> None:
    if asked.rounds:
        with served("--corpus", str(corpus), "--feeds", str(asked.feeds)) as server:
            plain, packed = (
                sum(sizes) / MB for sizes in zip(*((f.bytes, f.packed) for f in server.feeds), strict=True)
            )
            found.notes.append(
                f"{asked.feeds} feeds, {plain:.1f} MB, {packed:.1f} MB compressed; "
                f"waiting alone takes {server.waiting():.2f} s"
            )
            compare(server, folder, asked.peers, asked.rounds, found)
    if asked.growth:
        growth(corpus, asked.growth, folder, max(1, asked.rounds), found)
    if asked.bombs:
        bombs(folder, found)


def _as_text(found: Found) -> str:
    rows = [
        (
            what,
            middle([run.wall for run in runs]),
            middle([run.cpu for run in runs]),
            *(f"{max(figures) / MB:.0f}" if any(figures) else "" for figures in _memory_of(runs)),
            str(len(runs)),
        )
        for what, runs in found.runs.items()
    ]
    accepted = ", ".join(f"{name} {count}" for name, count in found.accepted.items())
    parts = [
        *found.notes,
        "",
        table(("run", "wall s", "CPU s", "PSS MB", "RSS MB", "largest MB", "runs"), rows),
        "",
        table(("bar", "value", "bound", "", "behind it"), [bar.row() for bar in found.bars]),
    ]
    if accepted:
        parts += ["", f"Feeds accepted: {accepted}"]
    return "\n".join(parts)


def _memory_of(runs: list[Run]) -> tuple[list[int], ...]:
    return [run.pss for run in runs], [run.rss for run in runs], [run.largest for run in runs]


def _as_json(found: Found) -> dict[str, object]:
    return {
        "bars": [asdict(bar) | {"held": bar.held} for bar in found.bars],
        "runs": {what: [asdict(run) for run in runs] for what, runs in found.runs.items()},
        "accepted": found.accepted,
        "notes": found.notes,
    }


if __name__ == "__main__":
    sys.exit(main())
