# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How long the archive takes to build: from nothing, unchanged, with one issue changed or added. I/O: disk, subprocess

A workspace of made issues of the size that real ones have: explainers of 600 to 1,000 words with lists, tables and
code, two to five stories with takes of eight members, headlines of forty sources, words as often as in a language. The
command `newsletter publish` builds it, its start included. Beside it stands the floor: reading and writing the same
bytes. The same archive is then built in another folder, with another seed of hashes, another zone and locale, and must
have the same bytes; so must one that was built step by step and one built at once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from benchmarks.figures import Bar, middle, table
from newsletter.files.record import read_record, write_record
from newsletter.files.state import write_state
from newsletter.model.issue import Credit, Explainer, Issue, PrintedStory, PrintedTake, TermLink, Wording
from newsletter.model.week import Week
from newsletter.model.week_state import Frozen, Sent, WeekState
from newsletter.newsroom.starter import make_workspace

_MEMBERS = tuple((name.lower(), name) for name in "Aris Bela Chandra Dewi Eka Farah Gita Hadi".split())
_FIRST = Week(2021, 1)
_SETTINGS = """\
[publication]
name = "Tech Pulse"
tagline = "The week, read together"
base_url = "https://pulse.example.com"
[schedule]
freeze = "fri 15:00"
send = "fri 20:00"
[week]
timezone = "Asia/Jakarta"
[mail]
from = "Tech Pulse <pulse@pulse.example.com>"
""" + "".join(f'[[member]]\nid = "{one}"\nname = "{name}"\n' for one, name in _MEMBERS)
#: The command, and on stderr the seconds that the building alone took.
_COMMAND = """\
import sys, time
from newsletter.__main__ import enter
from newsletter.newsroom.site import build as site
def timed(*given, build=site.build_site, **named):
    started = time.perf_counter()
    try:
        return build(*given, **named)
    finally:
        print("seconds", time.perf_counter() - started, file=sys.stderr)
if __name__ == "__main__":
    site.build_site = timed
    sys.argv[1:] = ["publish", "--json", "--root", sys.argv[1]]
    enter()
"""
_WORDING = Wording(name="Tech Pulse", tagline="The week, read together", base_url="https://pulse.example.com")


@dataclass(slots=True)
class Found:
    """Seconds of each way to build, the command's own report, and what else was seen."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    reports: dict[str, dict[str, object]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    equal: dict[str, bool] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a bar is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="lay the workspace out here, build it, and leave it")
    asked = parser.parse_args(arguments)
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        root = asked.keep or Path(folder) / "desk"
        lay_out(root, asked.issues)
        for turn in range(asked.rounds):
            measure(root, asked.issues, turn, found)
        if asked.keep is None:
            compare(root, Path(folder), found)
    bars = [
        _bar("cold", 5.0, found),
        _bar("one changed", 1.0, found),
        _bar("one changed, without the start", 1.0, found),
        Bar(what="first load, first page", value=found.sizes["index"] / 1000, bound=60, unit=" kB"),
        Bar(what="first load, search", value=found.sizes["search"] / 1000, bound=200, unit=" kB"),
    ]
    held = all(bar.held for bar in bars) and all(found.equal.values())
    if asked.json:
        print(json.dumps({field: getattr(found, field) for field in Found.__slots__} | {"held": held}, indent=1))
        return 0 if held else 1
    print(table(("figure", "value", "bar", "", "seconds"), [bar.row() for bar in bars]))
    for name, seconds in found.seconds.items():
        report = found.reports.get(name, {})
        said = f"; {report['pages']} pages, {report['made_anew']} made anew" if report else ""
        print(f"{name}: {middle(seconds)} s{said}")
    print(f"{found.sizes['files']} files, {found.sizes['bytes'] / 1e6:.1f} MB")
    for what, equal in found.equal.items():
        print(f"{what}: {'the same bytes' if equal else 'OTHER BYTES'}")
    return 0 if held else 1


def _bar(what: str, bound: float, found: Found) -> Bar:
    seconds = found.seconds[what]
    return Bar(what=what, value=sorted(seconds)[len(seconds) // 2], bound=bound, unit=" s", behind=middle(seconds))


# Measuring -----------------------------------------------------------------------------------------


def measure(root: Path, count: int, turn: int, found: Found) -> None:
    """One round: from nothing, unchanged, one changed, one added, and the floor. The workspace is as before."""
    forget(root)
    build(root, "cold", found)
    look_at(root / "site", found)
    build(root, "unchanged", found)
    middle_week = _FIRST.after(count // 2)
    issue = read_record(root, middle_week)
    assert issue is not None
    changed = replace(issue, intro=f"A word of the editor, number {turn}.")
    write_record(root, changed)
    build(root, "one changed", found)
    write_record(root, issue)
    add(root, _FIRST.after(count), count, Language())
    build(root, "one added", found)
    shutil.rmtree(root / "issues" / str(_FIRST.after(count)))
    build(root, "one taken away", found)
    floor(root, found)


def build(root: Path, what: str, found: Found, **env: str) -> None:
    """Run the command; its time from start to end, and that of the building alone."""
    command = (sys.executable, "-c", _COMMAND, str(root))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSLETTER", "DATABASE", "PYTHONDONT"))}
    started = time.perf_counter()
    done = subprocess.run(command, env=kept | env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    if what:
        found.seconds.setdefault(what, []).append(took)
        found.reports[what] = json.loads(done.stdout)
        alone = float(done.stderr.rpartition("seconds ")[2])
        found.seconds.setdefault(f"{what}, without the start", []).append(alone)


def forget(root: Path) -> None:
    for name in ("site", "var/cache"):
        shutil.rmtree(root / name, ignore_errors=True)


def floor(root: Path, found: Found) -> None:
    """Read every record and every file of the site, write the site elsewhere."""
    started = time.perf_counter()
    for record in sorted((root / "issues").glob("*/issue.json")):
        record.read_bytes()
    beside = root / "floor"
    for path in sorted((root / "site").rglob("*")):
        if path.is_file():
            target = beside / path.relative_to(root / "site")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    os.sync()
    found.seconds.setdefault("floor: read and write the same bytes", []).append(time.perf_counter() - started)
    shutil.rmtree(beside)


def look_at(site: Path, found: Found) -> None:
    files = [path for path in site.rglob("*") if path.is_file()]
    found.sizes["files"], found.sizes["bytes"] = len(files), sum(path.stat().st_size for path in files)
    found.sizes["index"] = first_load(site, "index.html")
    found.sizes["search"] = first_load(site, "search/index.html")


def first_load(site: Path, name: str) -> int:
    """Bytes of a page and of every file of the site that it loads by itself."""
    page = site / name
    text = page.read_text(encoding="utf-8")
    loaded = {
        page,
        *((page.parent / src).resolve() for src in re.findall(r'<(?:script|img)\b[^>]*? src="([^":]+)"', text)),
    }
    return sum(path.stat().st_size for path in loaded)


def compare(root: Path, folder: Path, found: Found) -> None:
    """Build the same elsewhere, at once, under other circumstances."""
    step_by_step = digests(root / "site")
    elsewhere = folder / "another place" / "of the same"
    shutil.copytree(root, elsewhere, ignore=shutil.ignore_patterns("site", "cache"))
    env = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham", "LC_ALL": "C", "LANG": "C"}
    build(elsewhere, "", found, **env)
    found.equal["step by step, and at once in another folder, zone, locale and hash seed"] = step_by_step == digests(
        elsewhere / "site"
    )
    forget(root)
    build(root, "", found, PYTHONHASHSEED="0")
    found.equal["from nothing, twice"] = digests(root / "site") == digests(elsewhere / "site")


def digests(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


# What is measured on -------------------------------------------------------------------------------


class Language:
    """Words as often as a language uses them (Zipf); the same for the same seed."""

    def __init__(self, seed: int = 11) -> None:
        self.dice = random.Random(seed)
        parts = [a + b for a in "b c d f g k l m n p r s t v pl tr st".split() for b in "a e i o u ar en is".split()]
        words = dict.fromkeys(
            "".join(self.dice.choices(parts, k=self.dice.choice((1, 2, 2, 3, 3, 4)))) for _ in range(20_000)
        )
        self.words = list(words)
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def line(self, count: int) -> str:
        words = self.dice.choices(self.words, cum_weights=self.weights, k=count)
        return " ".join((words[0].capitalize(), *words[1:]))

    def rare(self) -> str:
        """A word that hardly any other text holds."""
        return self.dice.choice(self.words[len(self.words) // 2 :]).capitalize()

    def prose(self, count: int) -> str:
        sentences, left = [], count
        while left > 0:
            length = min(left, self.dice.randint(8, 24))
            sentences.append(self.line(length) + ".")
            left -= length
        return " ".join(sentences)


def lay_out(root: Path, count: int) -> None:
    """A workspace with so many issues that were sent, a week each."""
    root.mkdir(parents=True)
    make_workspace(root)
    (root / "newsletter.toml").write_text(_SETTINGS, encoding="utf-8")
    language = Language()
    for n in range(count):
        add(root, _FIRST.after(n), n, language)


def add(root: Path, week: Week, n: int, language: Language) -> None:
    write_record(root, make(week, n, language))
    at = datetime.combine(week.monday, datetime.min.time(), UTC) + timedelta(days=4, hours=8)
    frozen = Frozen(at=at, run_at=at, window_start=at - timedelta(days=7), window_end=at)
    write_state(root, week, WeekState(frozen=frozen, sent=Sent(started=at, finished=at)))


def make(week: Week, n: int, language: Language) -> Issue:
    dice = language.dice
    topic = " ".join(language.rare() for _ in range(dice.randint(1, 3)))
    title = f"Week #{week.number} {week.year} - {topic}"
    return Issue(
        week=week,
        number=n + 1,
        title=title,
        subject=title,
        topic=topic,
        date=week.monday + timedelta(days=4),
        wording=_WORDING,
        preheader=language.line(12),
        explainer=Explainer(
            path=f"issues/explainers/{n}.md",
            title=topic,
            body="\n\n".join(_blocks(language, dice.randint(600, 1000))),
            tldr="\n".join(f"- {language.line(14)}." for _ in range(4)),
            level=dice.choice(("Beginner", "Intermediate", "Advanced")),
            tags=tuple(f"field {number}" for number in sorted(dice.sample(range(30), 3))),
            aliases=(language.rare(),),
        ),
        stories=tuple(_story(language, week, k, takes=dice.randint(1, 3)) for k in range(dice.randint(2, 5))),
        terms=tuple(
            TermLink(
                term=language.rare(), link=f"{_WORDING.base_url}/issues/{_FIRST.after(back)}/#_explainer", title="Then"
            )
            for back in range(max(0, n - 30), n)
        ),
        headlines=tuple(_story(language, week, 90 + k, takes=0) for k in range(5)),
    )


def _blocks(language: Language, words: int) -> Iterator[str]:
    yield "## Introduction"
    left = words
    while left > 0:
        kind = language.dice.random()
        if kind < 0.1:
            rows = "\n".join(f"| {language.line(2)} | {language.line(4)} | {language.line(3)} |" for _ in range(4))
            yield f"| One | Two | Three |\n|---|---|---|\n{rows}"
            left -= 40
        elif kind < 0.25:
            items = [f"- **{language.line(2)}**: {language.line(12)}\n  - {language.line(9)}" for _ in range(4)]
            yield "\n".join(items)
            left -= 90
        elif kind < 0.3:
            yield "```python\n" + "\n".join(f"{w} = {k}" for k, w in enumerate(language.line(6).split())) + "\n```"
            left -= 15
        else:
            yield f"{language.prose(60)} [{language.line(2)}](https://docs.example.com/{left}) {language.prose(15)}"
            left -= 78
        if kind > 0.8:
            yield f"### {language.line(4)}"
    yield f"## Conclusion\n\n{language.prose(50)}"


def _take(language: Language, words: int) -> str:
    """Every third with emphasis or a link in it."""
    more = language.dice.choice(
        ("", "", "", "", f" *{language.line(2)}*.", f" [{language.line(2)}](https://x.example.com/).")
    )
    return language.prose(words) + more


def _story(language: Language, week: Week, k: int, *, takes: int) -> PrintedStory:
    dice = language.dice
    headline, link = language.line(dice.randint(6, 12)), f"https://news{dice.randint(1, 40)}.example.com/{week}/{k}"
    authors = dice.sample(_MEMBERS, takes)
    return PrintedStory(
        id="-".join(headline.lower().split()[:3]) + f"-{k}",
        headline=headline,
        link=link,
        source=f"Paper {link.split('.')[0][12:]}",
        published=week.monday + timedelta(days=dice.randint(0, 4)),
        summary=language.prose(25),
        also_covered=tuple(
            Credit(source=f"Paper {n}", link=f"https://news{n}.example.com/{week}/{k}")
            for n in dice.sample(range(1, 41), dice.randint(0, 3))
        ),
        takes=tuple(
            PrintedTake(author=name, member=one, text=_take(language, dice.randint(40, 110))) for one, name in authors
        ),
        addresses=(link,),
    )


if __name__ == "__main__":
    raise SystemExit(main())
