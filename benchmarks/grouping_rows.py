# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Rows of a file of news as entries, and what the product makes of them; one run timed by itself. I/O: disk

`python -m benchmarks.grouping_rows FILE.jsonl` prints seconds and peak memory of one grouping in a new process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.desk.stories.cluster import Grouped, stories
from newsletter.links import Link, printed
from newsletter.model.news import Entry

Row = dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def entries_of(rows: Sequence[Row]) -> list[Entry]:
    """One entry for each row, in order; the source is the feed, the row's number the id: ids in the file may repeat.

    What has no date counts as seen when the last of the others was published.
    """
    dates = [_date(row.get("published")) for row in rows]
    last = max((date for date in dates if date is not None), default=datetime(2000, 1, 1, tzinfo=UTC))
    return [
        Entry(
            feed=str(row.get("source") or "unknown"),
            id=f"{row.get('id', '')}@{number}",
            title=str(row.get("title") or ""),
            link=printed(str(row.get("url") or "")) or Link(""),
            published=date,
            first_seen=date or last,
            summary=str(row.get("summary") or ""),
        )
        for number, (row, date) in enumerate(zip(rows, dates, strict=True))
    ]


def _date(written: object) -> datetime | None:
    try:
        date = datetime.fromisoformat(str(written).replace("Z", "+00:00"))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def group(entries: Sequence[Entry]) -> Grouped:
    """All of them as one week's news."""
    return stories(entries, {}, proposed=frozenset((e.feed, e.id) for e in entries))


def labels(entries: Sequence[Entry], grouped: Grouped) -> list[tuple[str, str]]:
    """For each entry its story and its thread; the thread of a story that belongs to none is the story."""
    found = {(e.feed, e.id): (s.id, s.thread or s.id) for s in grouped.stories for e in s.entries}
    return [found[e.feed, e.id] for e in entries]


def main(path: str) -> int:
    entries = entries_of(read_rows(Path(path)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, worked = time.perf_counter(), time.process_time()
    grouped = group(entries)
    print(
        json.dumps(
            {
                "entries": len(entries),
                "stories": len(grouped.stories),
                "wall": time.perf_counter() - started,
                "cpu": time.process_time() - worked,
                "before": before * 1024,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
