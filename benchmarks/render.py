# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How long rendering an issue takes, and how large the letter is, beside other ways to the same letter. I/O: disk,
subprocess

`python -m benchmarks.render` from the root of the repository; benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from benchmarks.figures import Bar, middle, table
from benchmarks.render_peers import PEERS, CannotRun, as_mjml, peer
from newsletter.files.record import read_record
from newsletter.mail.letter.letters import write_letter
from newsletter.mail.letter.segments import build_mailing
from newsletter.model.audience import Address, Mailing, Subscriber
from newsletter.model.issue import Issue, Renditions
from newsletter.model.settings import Mail
from newsletter.model.week import Week
from newsletter.press.filling.environment import Fill, filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.letter.html import NAME, letter
from newsletter.press.linking.terms import with_term_links
from newsletter.press.render import render
from tests.press.build import FileTemplates
from tests.press.stress import stress

ROOT = Path(__file__).resolve().parent.parent
BAR = 100.0
RECIPIENT_BAR = 1.0
#: Letters written for one figure.
_READERS = 200
_KILOBYTE = 1000
_Made = TypeVar("_Made")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a bar is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--no-peers", action="store_true", help="measure ours alone")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    asked = parser.parse_args(arguments)
    issues = {"stress": stress()}
    if (sample := read_record(ROOT, Week(2024, 23))) is not None:
        issues["sample"] = sample
    found = {}
    with ExitStack() as stack:
        peers = {}
        for name in () if asked.no_peers else PEERS:
            try:
                peers[name] = stack.enter_context(peer(name))
            except CannotRun as why:
                print(f"Skipped {name}: {why}", file=sys.stderr)
        for name, issue in issues.items():
            found[name] = measured(issue, asked.rounds, peers)
    bars = [bar for name, rows in found.items() for bar in _bars(name, rows)]
    if asked.json:
        print(json.dumps({"figures": found, "bars": [bar.row() for bar in bars]}, indent=1))
    else:
        for name, rows in found.items():
            print(f"{name}, {asked.rounds} rounds")
            print(table(("way", "ms", "letter KB", ""), [_row(way, row) for way, row in rows.items()]) + "\n")
        print(table(("figure", "value", "bar", "", "ms"), [bar.row() for bar in bars]))
    return 0 if all(bar.held for bar in bars) else 1


def measured(issue: Issue, rounds: int, peers: Mapping[str, Callable[[str], tuple[float, int]]]) -> dict[str, Any]:
    """Milliseconds of every round and the letter's bytes, by way; one round of each way after the other."""
    templates = FileTemplates()
    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}

    def note(way: str, took: float, size: int = 0) -> None:
        times.setdefault(way, []).append(took)
        sizes[way] = size

    made = render(issue, templates=templates)
    mailing = _mailing(issue, made)
    for _ in range(rounds):
        forget()
        took, made = timed(lambda: render(issue, templates=templates))
        note("ours: page, letter, text, Markdown", took)
        took, _ = timed(lambda: render(issue, templates=templates))
        note("ours: the same, Markdown cached", took)
        forget()
        took, html = timed(lambda: _letter(issue, templates))
        note("ours: the letter alone", took, len(html.encode()))
        took, html = timed(lambda: _letter(issue, templates))
        note("ours: the letter alone, Markdown cached", took, len(html.encode()))
        took, _ = timed(lambda: [write_letter(mailing, _reader(n), secret="s") for n in range(_READERS)])
        note("ours: a reader's letter", took / _READERS)
        if "premailer" in peers:
            forget()
            took, html = timed(lambda: _not_inlined(issue, templates))
            theirs, size = peers["premailer"](html)
            note("Jinja2 + premailer: the letter alone", took + theirs, size)
            note("premailer: inlining alone", theirs, size)
        for name in ("mrml", "mjml"):
            if name in peers:
                forget()
                took, text = timed(lambda: as_mjml(issue))
                theirs, size = peers[name](text)
                note(f"{name}: the letter alone", took + theirs, size)
                note(f"{name}: compiling alone", theirs, size)
    return {way: {"ms": figures, "bytes": sizes[way]} for way, figures in times.items()}


def forget() -> None:
    """Empty every memory of the press, Markdown's first of all; tables that every process reads once stay read."""
    for name, module in list(sys.modules.items()):
        if name.startswith("newsletter.press."):
            for value in vars(module).values():
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def timed(work: Callable[[], _Made]) -> tuple[float, _Made]:
    """Milliseconds, and what it made."""
    started = time.perf_counter()
    made = work()
    return (time.perf_counter() - started) * 1000, made


def _letter(issue: Issue, templates: FileTemplates) -> str:
    return letter(with_term_links(issue), filler(templates, FILTERS)).html


def _not_inlined(issue: Issue, templates: FileTemplates) -> str:
    """The filled-in template with its style sheet, as an inliner gets it."""
    fill = filler(templates, FILTERS)
    kept: list[str] = []

    def keep(template: str, /, **context: object) -> str:
        filled = fill(template, **context)
        kept.extend([filled] if template == NAME else [])
        return filled

    keeping: Fill = keep
    letter(with_term_links(issue), keeping)
    return kept[0]


def _mailing(issue: Issue, made: Renditions) -> Mailing:
    return build_mailing(
        week=issue.week,
        variant=made.variant,
        subject=issue.subject,
        mail=Mail(sender="Tech Pulse <pulse@pulse.example.com>"),
        wording=issue.wording,
        html=made.email_html,
        text=made.email_text,
        date=datetime(2026, 11, 20, tzinfo=UTC),
    )


def _reader(number: int) -> Subscriber:
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    return Subscriber(id=number, key=f"k{number}", address=Address(f"r{number}@reader.example"), joined=joined)


def _bars(name: str, rows: Mapping[str, Mapping[str, object]]) -> list[Bar]:
    def bar(way: str, what: str, bound: float) -> Bar:
        figures = rows[way]["ms"]
        assert isinstance(figures, list)
        return Bar(what=f"{name}: {what}", value=median(figures), bound=bound, unit=" ms", behind=middle(figures))

    return [
        bar("ours: page, letter, text, Markdown", "an issue, uncached", BAR),
        bar("ours: a reader's letter", "a reader", RECIPIENT_BAR),
    ]


def _row(way: str, row: Mapping[str, object]) -> tuple[str, ...]:
    figures, size = row["ms"], row["bytes"]
    assert isinstance(figures, list)
    assert isinstance(size, int)
    return way, middle(figures), f"{size / _KILOBYTE:.1f}" if size else "", ""


if __name__ == "__main__":
    sys.exit(main())
