"""An issue's title, and what is sealed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.desk.sealing import changed_since, digest, digests
from newsletter.desk.titles import title_of
from newsletter.model.week import Week
from newsletter.model.week_state import Seal

TITLES = {
    "house": ("Week #{week} {year} - {topic}", "Open Weights", "Week #1 2025 - Open Weights"),
    "house, no topic": ("Week #{week} {year} - {topic}", "", "Week #1 2025"),
    "number": ("{name} #{number} {year} – {topic}", "", "Tech Pulse #7 2025"),
    "colon": ("{name} {number}: {topic}", "", "Tech Pulse 7"),
    "topic first": ("{topic} | {name}", "", "Tech Pulse"),
    "in brackets": ("{name} #{number} ({topic})", "", "Tech Pulse #7"),
    "in brackets with a topic": ("{name} #{number} ({topic})", "RAG", "Tech Pulse #7 (RAG)"),
    "in the middle": ("{name} - {topic} - {year}", "", "Tech Pulse - 2025"),
    "topic alone": ("{topic}", "", ""),
    "marks in the topic are not filled in": ("{week}: {topic}", "{year} in {brackets}", "1: {year} in {brackets}"),
    "topic on two lines": ("{topic}", "Open\nWeights", "Open Weights"),
}


@pytest.mark.parametrize(("pattern", "topic", "expected"), TITLES.values(), ids=TITLES.keys())
def test_the_title_fills_the_pattern_in(pattern: str, topic: str, expected: str) -> None:
    assert title_of(pattern, week=Week.read("2025-W01"), number=7, topic=topic, name="Tech Pulse") == expected


def test_a_seal_holds_while_every_byte_is_the_same() -> None:
    files = {"b": b"two", "a": b"one", "c": None}
    seal = Seal(by="rani", at=datetime(2024, 6, 7, tzinfo=UTC), digests=digests(files))

    assert changed_since(seal, digests(files)) == ()
    assert list(seal.digests) == ["a", "b", "c"]
    assert seal.digests["a"] == digest(b"one")


def test_a_seal_names_every_file_that_changed_came_or_went() -> None:
    seal = Seal(by="rani", at=datetime(2024, 6, 7, tzinfo=UTC), digests=digests({"a": b"1", "b": b"1", "c": b"1"}))

    assert changed_since(seal, digests({"a": b"1", "b": b"2", "c": None, "d": b"1"})) == ("b", "c", "d")
    assert changed_since(seal, {"a": digest(b"1")}) == ("b", "c")
