# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How long an editor waits for a draft of a full week, from cold start to files on disk. I/O: disk, subprocess

The week has 5,000 entries of 60 feeds with summaries, every sixth the headline of another feed in slightly other words,
and 20 takes; twenty earlier issues were sent. Headlines are real ones where NEWSLETTER_CORPUS names a corpus, else made
from a vocabulary; the dates are spread over one week. Before every round the operating system has the files in its
cache, as on the machine of an editor who works; the program starts anew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Bar, middle, ratio, table
from newsletter.files.record import write_record
from newsletter.files.state import write_state
from newsletter.links import Link
from newsletter.model.feeds import FetchRow
from newsletter.model.issue import Issue, PrintedStory, Wording
from newsletter.model.news import Entry
from newsletter.model.week import Week
from newsletter.model.week_state import Frozen, Sent, WeekState
from newsletter.newsroom.room import open_newsroom
from newsletter.newsroom.starter import make_workspace
from newsletter.store.news import Kept

#: Friday noon of 2026-W21; the freeze is at three o'clock.
NOW = datetime(2026, 5, 22, 5, tzinfo=UTC)
WEEK = "2026-W21"
_FEEDS = 60
#: Issues sent before.
_SENT = 20
_SETTINGS = """\
[publication]
name = "Tech Pulse"
base_url = "https://pulse.example.com"
[schedule]
freeze = "fri 15:00"
send = "fri 20:00"
[week]
timezone = "Asia/Jakarta"
[mail]
from = "Tech Pulse <pulse@example.com>"
[[member]]
id = "yoga"
name = "Yoga"
[[member]]
id = "dika"
name = "Dika"
"""
_FLOOR = """\
import sqlite3, sys, importlib
for name in ("newsletter.__main__", "newsletter.pipeline", "newsletter.cli.week"):
    importlib.import_module(name)
rows = sqlite3.connect(sys.argv[1]).execute("select * from entries").fetchall()
assert len(rows) == int(sys.argv[2])
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if the bar is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000, help="of the week")
    parser.add_argument("--older", type=int, default=0, help="besides, of the eight weeks before")
    parser.add_argument("--takes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "desk"
        titles = titles_of(asked.entries + asked.older)
        lay_out(root, titles[: asked.entries], titles[asked.entries :], asked.takes)
        database = root / "var" / "newsletter.db"
        rows = sqlite3.connect(database).execute("select count(*) from entries").fetchone()[0]
        command = (
            sys.executable,
            "-m",
            "newsletter",
            "draft",
            WEEK,
            "--json",
            "--root",
            str(root),
            "--now",
            NOW.isoformat(),
        )
        floor = (sys.executable, "-c", _FLOOR, str(database), str(rows))
        env = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSLETTER", "DATABASE", "PYTHONDONT"))}
        said = json.loads(timed(command, env)[1])
        timed(floor, env)
        ours, theirs = [], []
        for _ in range(asked.rounds):
            theirs.append(timed(floor, env)[0])
            ours.append(timed(command, env)[0])
    bars = [
        Bar(
            what="draft, cold start to files",
            value=sorted(ours)[len(ours) // 2],
            bound=5.0,
            unit=" s",
            behind=middle(ours),
        ),
    ]
    found = {
        "entries": rows,
        "takes": asked.takes,
        "stories_printed": len(said["stories"]),
        "takes_placed": sum(": under" in line for line in said["takes"]),
        "seconds": ours,
        "floor_seconds": theirs,
        "ratio_to_floor": ratio(ours, theirs),
    }
    if asked.json:
        print(json.dumps(found, indent=1))
        return 0 if all(bar.held for bar in bars) else 1
    print(f"{rows} entries, {asked.takes} takes; {found['takes_placed']} takes stand under stories of feeds")
    print(table(("figure", "value", "bar", "", "seconds"), [bar.row() for bar in bars]))
    print(
        f"floor (start, imports, reading the rows): {middle(theirs)} s; "
        f"a draft takes {found['ratio_to_floor']:.2f} times that"
    )
    return 0 if all(bar.held for bar in bars) else 1


def timed(command: Sequence[str], env: dict[str, str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return took, done.stdout


def titles_of(count: int) -> list[str]:
    """So many headlines, real ones first; the same for the same count."""
    found = list(dict.fromkeys(_real()))
    dice = random.Random(7)
    dice.shuffle(found)
    halves = [title.split() for title in found] or [[f"word{n}" for n in range(k, k + 9)] for k in range(0, 4000, 3)]
    while len(found) < count:
        one, other = dice.choice(halves), dice.choice(halves)
        found.append(" ".join((*one[: len(one) // 2], *other[len(other) // 2 :])))
    return found[:count]


def _real() -> Iterator[str]:
    corpus = os.environ.get("NEWSLETTER_CORPUS", "")
    if not corpus:
        print("NEWSLETTER_CORPUS is not set: headlines are made, not real.", file=sys.stderr)
        return
    for name in (
        "stories/ai-week-2026-05",
        "stories/ai-history-2026-06",
        "stories/ai-history-2026-05",
        "ranking/hn-top30-daily",
    ):
        for line in (Path(corpus) / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["title"]


def lay_out(root: Path, week: Sequence[str], older: Sequence[str], takes: int) -> None:
    root.mkdir(parents=True)
    make_workspace(root)
    (root / "newsletter.toml").write_text(_SETTINGS, encoding="utf-8")
    feeds = (f'[[feed]]\nid = "f{n}"\nname = "Feed {n}"\nurl = "https://f{n}.example/feed"\n' for n in range(_FEEDS))
    (root / "feeds.toml").write_text("\n".join(feeds), encoding="utf-8")
    room = open_newsroom(root, environ={}, now=NOW)
    told = [_other_words(week[n - 1]) if n % 6 == 5 else title for n, title in enumerate(week)]
    entries = [_entry(n, title, days=6.5, count=len(week)) for n, title in enumerate(told)]
    past = [_entry(n + len(week), title, days=55, back=7, count=len(older)) for n, title in enumerate(older)]
    with room.open_store() as store:
        for feed in range(_FEEDS):
            told = [entry for entry in (*past, *entries) if entry.feed == f"f{feed}"]
            row = FetchRow(feed=f"f{feed}", at=NOW - timedelta(hours=6), state="new", entries=len(told))
            store.news.keep([Kept(row=row, entries=told)], NOW)
    for back in range(_SENT):
        _send(root, Week.read(WEEK).after(-1 - back), [f"{title}, a month ago" for title in week[back * 5 :][:5]])
    folder = root / "issues" / WEEK / "takes"
    folder.mkdir(parents=True)
    step = max(1, len(entries) // max(1, takes))
    for n in range(takes):
        entry = entries[n * step]
        first = (entry.link, entry.title, entry.title.upper(), entry.title.replace("e", "", 1))[n % 4]
        said = f"What {entry.title} means to us, number {n} of our remarks."
        text = f"story: {first}\nauthor: {('yoga', 'dika')[n % 2]}\n\n{said}\n"
        (folder / f"take{n:02d}.md").write_text(text, encoding="utf-8")


def _other_words(title: str) -> str:
    """The same news as another feed puts it."""
    words = title.split()
    return " ".join((*words[1:], "says", words[0])) + " | Another Site"


def _send(root: Path, week: Week, headlines: Sequence[str]) -> None:
    """An issue of so many headlines as its folder holds it after it was sent."""
    stories = tuple(
        PrintedStory(id=f"s{n}", headline=headline, link=f"https://old.example/{week}/{n}")
        for n, headline in enumerate(headlines)
    )
    wording = Wording(name="Tech Pulse", base_url="https://pulse.example.com")
    issue = Issue(
        week=week,
        number=1,
        title=f"Week #{week.number}",
        subject="",
        topic=f"Topic {week}",
        date=week.monday,
        wording=wording,
        headlines=stories,
    )
    write_record(root, issue)
    at = datetime.combine(week.monday, datetime.min.time(), UTC) + timedelta(days=4, hours=8)
    frozen = Frozen(at=at, run_at=at, window_start=at - timedelta(days=7), window_end=at)
    write_state(root, week, WeekState(frozen=frozen, sent=Sent(started=at, finished=at)))


def _entry(n: int, title: str, *, days: float, count: int, back: float = 0.1) -> Entry:
    when = NOW - timedelta(days=back) - timedelta(days=days) * (n / max(1, count))
    feed = f"f{n % _FEEDS}"
    return Entry(
        feed=feed,
        id=f"e{n}",
        title=title or "Untitled",
        link=Link(f"https://{feed}.example/{when:%Y/%m}/{n}"),
        published=when,
        first_seen=when + timedelta(minutes=20),
        previous_fetch=when - timedelta(hours=3),
        summary=f"What {title} means for those who work with it, and what comes next.",
    )


if __name__ == "__main__":
    raise SystemExit(main())
