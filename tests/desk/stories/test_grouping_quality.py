"""Real weeks that a careful reader labelled are grouped as he did, within the bars."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.grouping_rows import entries_of, group, labels, read_rows
from benchmarks.scoring import agreement

BARS = {
    "a week of headlines": ("ai-week-2026-05.jsonl", 0.85, 0.90),
    "a digest with summaries": ("ai-digest-2026-08.jsonl", 0.82, 0.85),
}


@pytest.mark.parametrize(("name", "least", "precision"), BARS.values(), ids=BARS.keys())
def test_labelled_news_is_grouped_within_the_bars(name: str, least: float, precision: float) -> None:
    path = Path(os.environ.get("NEWSLETTER_CORPUS") or "-") / "stories" / name
    if not path.is_file():
        pytest.skip("NEWSLETTER_CORPUS names no corpus with stories")
    rows = read_rows(path)
    entries = entries_of(rows)

    found = agreement([row["story"] for row in rows], [story for story, _ in labels(entries, group(entries))])

    assert found.multi >= least
    assert found.multi_precision >= precision


def test_agreement_counts_entries_whose_group_has_two_members() -> None:
    found = agreement("aabbcd", "11233d")

    assert (found.multi_precision, found.multi_recall) == (0.8, 0.8)
    assert (found.pair_precision, found.pair_recall) == (0.5, 0.5)
    assert round(found.b3, 3) == 0.833


def test_rows_without_dates_titles_and_sound_addresses_are_entries_as_well() -> None:
    rows = [
        {"id": "a", "title": "", "url": "", "source": "x"},
        {"id": "a", "title": None, "url": "not an address", "published": "2026-13-45"},
        {"title": "Zoom sends", "url": "https://x.example/", "source": "y", "published": "2026-05-11"},
    ]

    entries = entries_of(rows)

    assert len(labels(entries, group(entries))) == 3
    assert len({entry.dated for entry in entries}) == 1
