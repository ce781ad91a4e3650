"""python -m tests.judges: let every judge look at every letter and every kind of page. I/O: disk, network, subprocess

Ends with 0 if all hold, 1 at a fault, 2 if a judge could not look; `--allow-missing` makes that last one a 0.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from newsletter.text import clip
from tests.judges.axe import axe
from tests.judges.counts import mime, sizes, words
from tests.judges.findings import Finding, Judge, NotHere, Subjects
from tests.judges.markup import html_validate, vnu
from tests.judges.requests import requests
from tests.judges.spam import rspamd, spamassassin
from tests.judges.subjects import gather
from tests.judges.support import can_i_email

JUDGES: Mapping[str, Judge] = {
    "axe": axe,
    "rspamd": rspamd,
    "spamassassin": spamassassin,
    "vnu": vnu,
    "html-validate": html_validate,
    "can i email": can_i_email,
    "mime": mime,
    "size": sizes,
    "requests": requests,
    "text": words,
}
#: Faults of one subject that are printed.
_SHOWN = 12
#: Signs of a subject's name in the table.
_NAME = 48


def main(arguments: Sequence[str] | None = None) -> int:
    """Gather, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    parser.add_argument("--only", action="append", choices=JUDGES, help="this judge alone; may be given several times")
    parser.add_argument("--subject", default="", help="only subjects whose name holds this")
    parser.add_argument("--keep", type=Path, help="make the subjects in this empty folder and leave them there")
    parser.add_argument("--json", action="store_true", help="print the findings for machines")
    parser.add_argument("--allow-missing", action="store_true", help="a judge that cannot look here is no failure")
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
        subjects = gather((asked.keep or Path(scratch)).resolve(), asked.subject)
        findings, missing = looked_at(subjects, asked.only or tuple(JUDGES))
    if asked.json:
        told = {"findings": [asdict(one) for one in findings], "not_run": missing}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(table(findings))
        for one in findings:
            for fault in (
                *one.faults[:_SHOWN],
                *([f"and {more} more"] if (more := len(one.faults) - _SHOWN) > 0 else []),
            ):
                print(f"{one.subject}: {one.judge}: {fault}")
        for name, why in missing.items():
            print(f"NOT RUN  {name}: {why}")
        broken = sum(1 for one in findings if one.faults)
        print(f"{len(findings)} looks, {broken} with faults, {time.monotonic() - started:.0f} s")
    if any(one.faults for one in findings):
        return 1
    return 2 if missing and not asked.allow_missing else 0


def looked_at(subjects: Subjects, names: Sequence[str]) -> tuple[list[Finding], dict[str, str]]:
    """What they find, and why those that could not look did not."""
    findings: list[Finding] = [
        Finding(judge="made", subject=name, figure="not made", faults=(why,)) for name, why in subjects.failed
    ]
    missing: dict[str, str] = {}
    with ThreadPoolExecutor(max_workers=3) as pool:
        # Each waits for a program of its own.
        asked = {name: pool.submit(JUDGES[name], subjects) for name in names}
        for name, answer in asked.items():
            try:
                findings += answer.result()
            except NotHere as why:
                missing[name] = str(why)
    return findings, missing


def table(findings: Sequence[Finding]) -> str:
    """Subjects down, judges across; a cell with a fault is marked."""
    judges = sorted({one.judge for one in findings}, key=["made", *JUDGES].index)
    cells: dict[str, dict[str, str]] = {}
    for one in findings:
        mark = f"✗ {len(one.faults)} · " if one.faults else ""
        cells.setdefault(one.subject, {})[one.judge] = mark + one.figure
    rows = [
        ["", *judges],
        *([clip(name, _NAME), *(row.get(judge, "·") for judge in judges)] for name, row in cells.items()),
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(judges) + 1)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
