"""Real and hostile documents, where a corpus of them lies on this machine (NEWSLETTER_CORPUS)."""

from __future__ import annotations

import csv
import json
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.model.feeds import Feed
from newsletter.wire.clean import safe_html
from newsletter.wire.normalise import as_published, normalise
from newsletter.wire.parse import parse

FEEDS = Path(os.environ.get("NEWSLETTER_CORPUS", "")) / "feeds"
NOW = datetime(2025, 11, 1, tzinfo=UTC)
FEED = Feed(id="f", name="F", url="https://news.example.org/feed.xml")
#: What must not stand in markup that goes into a mail (expected.jsonl, html_safe).
ACTIVE = re.compile(
    r"<(?:script|iframe|form|input|base|meta|object|embed|style|svg|math)\b|<!--|<[^>]*\son\w+\s*="
    r"|(?:href|src|action)\s*=\s*[\"']?\s*(?!https?:|mailto:|[\"'])\w+:",
    re.I,
)

pytestmark = pytest.mark.skipif(
    "NEWSLETTER_CORPUS" not in os.environ, reason="NEWSLETTER_CORPUS names no folder of documents"
)


def test_every_real_document_has_the_right_number_of_entries() -> None:
    with (FEEDS / "index.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))

    wrong = []
    for row in rows:
        parsed = parse((FEEDS / row["file"]).read_bytes(), url=FEED.url)
        if parsed.kind != "feed" or len(parsed.entries) != int(row["entries"]):
            wrong.append((row["file"], row["entries"], parsed.kind, len(parsed.entries)))
        normalise(FEED, parsed.entries, base_url=FEED.url, now=NOW, previous_fetch=None)

    assert rows
    assert not wrong


def test_no_hostile_document_raises_stalls_or_is_read_wrong() -> None:
    lines = (FEEDS / "adversarial" / "expected.jsonl").read_text(encoding="utf-8").splitlines()

    wrong = []
    for expected in map(json.loads, lines):
        wrong += [f"{expected['file']}: {what}" for what in _judged(expected)]

    assert lines
    assert not wrong


def _judged(expected: dict[str, Any]) -> list[str]:
    url = expected["url"]
    body = (FEEDS / expected["file"]).read_bytes()
    started = time.process_time()
    parsed = parse(body, url=url, content_type=expected.get("http", {}).get("content-type", ""))
    entries = normalise(FEED, parsed.entries, base_url=url, now=NOW, previous_fetch=None)
    wrong = []
    if time.process_time() - started > expected.get("max_seconds", 20):
        wrong.append("too slow")
    allowed = expected.get("entries_any", [expected.get("entries")])
    if expected["kind"] == "not-feed" and parsed.kind != "not-feed":
        wrong.append(f"is {parsed.kind}")
    if len(parsed.entries) not in allowed and not expected.get("size_limit_case"):
        wrong.append(f"{len(parsed.entries)} entries, not {allowed}")
    if any(entry.link and not entry.link.startswith("http") for entry in entries):
        wrong.append("a link that must not be printed")
    if any(forbidden in repr(entries) for forbidden in expected.get("must_not", ())):
        wrong.append("holds what it must not")
    if tuple(expected.get("discovers", parsed.discovers)) != parsed.discovers:
        wrong.append(f"discovers {parsed.discovers}")
    shown = " ".join(safe_html(raw.content or raw.summary, base_url=raw.link or url) for raw in parsed.entries)
    if expected.get("html_safe") and ACTIVE.search(shown):
        wrong.append("active content")
    wrong += [f"lacks {part}" for part in expected.get("content_has", ()) if part not in shown]
    items = expected.get("items") or []
    if len(items) == len(parsed.entries):
        for number, (item, raw) in enumerate(zip(items, parsed.entries, strict=True)):
            one = as_published(FEED, raw, base_url=url, now=NOW)
            date = one.published.isoformat().replace("+00:00", "Z") if one.published else None
            told = {"title": one.title or None, "link": one.link or None, "date": date}
            for key, value in told.items():
                right = item.get(f"{key}_any", [item[key]] if key in item else None)
                # Where the entry only points at a story elsewhere, that story's address is the link.
                if key == "link" and right is not None and "external" in expected:
                    right = [*right, expected["external"][number]]
                if right is not None and value not in [_one_line(r) for r in right]:
                    wrong.append(f"{number}: {key} is {value!r}, not one of {right!r}")
    return wrong


def _one_line(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None
