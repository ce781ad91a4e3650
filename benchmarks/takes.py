# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Do takes find their story? Our rule on typed references, beside plain string matchers. I/O: disk, subprocess

    python -m benchmarks.takes CASES POOLS [--predict OUT] [--json]

CASES has one JSON object a line: id, pool, kind, typed_url, typed_title, and for the figures expect (a story's id,
"none", or "ambiguous" with among); POOLS: pool, and stories with id, title, titles and urls.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.environments import CannotInstall, python_with
from benchmarks.figures import Bar, table
from newsletter.desk.takes.match import Meant, Outcome, StoryFinder, meant
from newsletter.links import Link
from newsletter.model.news import Entry, Story

_THEN = datetime(2026, 1, 1, tzinfo=UTC)
#: Right accepts that were promised: 28 of 48 cases, as a share of any file's cases.
_RIGHT = 28 / 48
_MOST = 5
_NEEDS = "rapidfuzz==3.14.3"
_SCORE = """\
import json, sys
from rapidfuzz import fuzz, utils
asked = json.load(sys.stdin)
for name in ("token_set_ratio", "WRatio"):
    score = getattr(fuzz, name)
    print(json.dumps([
        [[story, max(score(typed, title, processor=utils.default_process) for title in titles) / 100]
         for story, titles in pool]
        for typed, pool in asked
    ]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One reference as somebody typed it, and what it means."""

    id: str
    pool: str
    url: str
    title: str
    #: A story's id, "none" or "ambiguous"; "" where the file does not tell.
    expect: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a matcher said of one case; candidates are best first."""

    id: str
    outcome: Outcome
    story: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A string matcher with its thresholds: accept from, ask from, ahead of the second by."""

    name: str
    accept: float
    ask: float
    margin: float


_TOKEN_SET = Peer(name="token_set", accept=0.52, ask=0.52, margin=0.20)
_WRATIO = Peer(name="WRatio", accept=0.52, ask=0.52, margin=0.04)
#: The best match of the standard library's get_close_matches, as it comes.
_DIFFLIB = Peer(name="difflib, best match", accept=0.60, ask=0.60, margin=0.0)

#: Of one case and pool the likeness of each story.
Scores = Sequence[tuple[str, float]]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether the bars hold; 0 also where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.takes", description="Do takes find their story?")
    parser.add_argument("cases", type=Path, help="typed references, one JSON object a line")
    parser.add_argument("pools", type=Path, help="the stories they may mean, one pool a line")
    parser.add_argument("--predict", type=Path, metavar="OUT", help="write one JSON line a case")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    asked = parser.parse_args(argv)
    if missing := [str(file) for file in (asked.cases, asked.pools) if not file.is_file()]:
        print(f"Skipped: no file {', '.join(missing)}")
        return 0
    cases = read_cases(asked.cases)
    finders = {pool["pool"]: StoryFinder(tuple(map(_story, pool["stories"]))) for pool in _lines(asked.pools)}
    began = time.perf_counter()
    answers = [answer(case, finders[case.pool]) for case in cases]
    seconds = time.perf_counter() - began
    if asked.predict:
        asked.predict.write_text("".join(json.dumps(asdict(one)) + "\n" for one in answers), encoding="utf-8")
    if not all(case.expect for case in cases):
        print(json.dumps(Counter(one.outcome for one in answers)))
        return 0
    rows = {"this project": judged(cases, answers)}
    reason = ""
    for peer, scored in _peers(cases, finders):
        if isinstance(scored, str):
            reason = scored
        else:
            told = [
                _by_peer(case, finders[case.pool], peer, scores) for case, scores in zip(cases, scored, strict=True)
            ]
            rows[peer.name] = judged(cases, told)
    bars = _bars(cases, rows["this project"])
    _show(rows, bars, reason, len(cases), seconds, as_json=asked.json)
    return 0 if all(bar.held for bar in bars) else 1


def read_cases(file: Path) -> list[Case]:
    """The cases of a file, in its order."""
    return [
        Case(
            id=line["id"],
            pool=line["pool"],
            url=line.get("typed_url") or "",
            title=line.get("typed_title") or "",
            expect=line.get("expect") or "",
            among=tuple(line.get("among") or ()),
        )
        for line in _lines(file)
    ]


def answer(case: Case, finder: StoryFinder) -> Answer:
    """What the product makes of the case: a take whose story line is the address, or else the title."""
    found: Meant = meant(finder, ref=case.url or case.title, headline=case.title if case.url else "")
    match = found.match
    return Answer(
        id=case.id,
        outcome=match.outcome,
        story=match.story.id if match.story else None,
        candidates=tuple(story.id for story in match.candidates),
    )


def judged(cases: Sequence[Case], answers: Sequence[Answer]) -> Counter[str]:
    """How many answers are right, and how the others err."""
    told: Counter[str] = Counter()
    for case, one in zip(cases, answers, strict=True):
        told[_verdict(case, one)] += 1
        if case.title and case.expect not in ("none", "ambiguous"):
            told["titles of a story"] += 1
            told["right story first"] += one.candidates[:1] == (case.expect,)
    return told


def _verdict(case: Case, one: Answer) -> str:
    if one.outcome == "accept":
        if one.story == case.expect:
            return "right accept"
        return "one of several" if one.story in case.among else "WRONG accept"
    if one.outcome == "ask":
        if case.expect == "ambiguous":
            return "right ask"
        return "needless ask" if case.expect == "none" else "ask, one story"
    return "right reject" if case.expect == "none" else "wrong reject"


def _bars(cases: Sequence[Case], ours: Mapping[str, int]) -> list[Bar]:
    titles = ours["titles of a story"]
    first = 100 * ours["right story first"] / titles if titles else 100.0
    return [
        Bar(what="wrong accepts", value=ours["WRONG accept"], bound=0, unit=""),
        Bar(what="right accepts", value=ours["right accept"], bound=int(_RIGHT * len(cases)), unit="", most=False),
        Bar(
            what="right story first", value=first, bound=100, unit=" %", most=False, behind=f"of {titles} typed titles"
        ),
    ]


def _show(
    rows: Mapping[str, Counter[str]], bars: Sequence[Bar], reason: str, cases: int, seconds: float, *, as_json: bool
) -> None:
    if as_json:
        held = [{"what": bar.what, "value": bar.value, "bound": bar.bound, "held": bar.held} for bar in bars]
        print(json.dumps({"cases": cases, "seconds": round(seconds, 3), "bars": held, "matchers": rows}))
        return
    columns = ("right accept", "WRONG accept", "one of several", "right ask", "ask, one story", "needless ask")
    columns += ("right reject", "wrong reject", "right story first")
    print(f"{cases} cases in {seconds:.2f} s\n")
    print(table(("matcher", *columns), [(name, *(str(told[c]) for c in columns)) for name, told in rows.items()]))
    if reason:
        print(f"\nrapidfuzz skipped: {reason}")
    print("\n" + table(("figure", "value", "bar", "", ""), [bar.row() for bar in bars]))


# The peers -------------------------------------------------------------------------------------------


def _peers(cases: Sequence[Case], finders: Mapping[str, StoryFinder]) -> list[tuple[Peer, list[Scores] | str]]:
    pools = {name: [(s.id, _titles(s)) for s in finder.stories] for name, finder in finders.items()}
    found: list[tuple[Peer, list[Scores] | str]] = []
    found.append((_DIFFLIB, [_scored(case.title, pools[case.pool], _difflib) for case in cases]))
    fuzzy = _rapidfuzz([(case.title, pools[case.pool]) for case in cases])
    if isinstance(fuzzy, str):
        return [*found, (_TOKEN_SET, fuzzy)]
    return [*found, *zip((_TOKEN_SET, _WRATIO), fuzzy, strict=True)]


def _scored(
    typed: str, pool: Sequence[tuple[str, Sequence[str]]], score: Callable[[str, str], float]
) -> list[tuple[str, float]]:
    return [(story, max(score(typed, title) for title in titles)) for story, titles in pool]


def _difflib(typed: str, title: str) -> float:
    return difflib.SequenceMatcher(None, title.casefold(), typed.casefold()).ratio()


def _rapidfuzz(asked: Sequence[tuple[str, Sequence[tuple[str, Sequence[str]]]]]) -> list[list[Scores]] | str:
    """The scores of both matchers, or why there are none."""
    try:
        python = python_with("rapidfuzz", (_NEEDS,))
    except CannotInstall as fault:
        return str(fault)
    run = subprocess.run([python, "-c", _SCORE], input=json.dumps(asked), capture_output=True, text=True, check=False)
    if run.returncode:
        return f"does not run: {run.stderr[-200:].strip()}"
    return [json.loads(line) for line in run.stdout.splitlines()]


def _by_peer(case: Case, finder: StoryFinder, peer: Peer, scores: Scores) -> Answer:
    """Our rule for addresses, so that only the reading of titles differs; then the peer's scores and thresholds."""
    if case.url:
        page = answer(Case(**{**asdict(case), "title": ""}), finder)
        if page.outcome != "reject" or not case.title:
            return page
    ranked = sorted(scores, key=lambda pair: (-pair[1], pair[0]))
    best, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0
    candidates = tuple(story for story, _ in ranked[:_MOST])
    if best >= peer.accept and best - second >= peer.margin:
        return Answer(id=case.id, outcome="accept", story=candidates[0], candidates=candidates)
    return Answer(id=case.id, outcome="ask" if best >= peer.ask else "reject", story=None, candidates=candidates)


# The files -------------------------------------------------------------------------------------------


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _titles(story: Story) -> list[str]:
    return list(dict.fromkeys((story.headline, *(entry.title for entry in story.entries))))


def _story(told: Mapping[str, Any]) -> Story:
    """A pool's story: an entry for each title, and one for each address; which belongs to which is not told."""
    titles = [(title, "") for title in dict.fromkeys((told["title"], *told["titles"]))]
    pairs = [*titles, *((told["title"], url) for url in told["urls"])]
    entries = tuple(
        Entry(feed="pool", id=str(at), title=title, link=Link(url), published=None, first_seen=_THEN)
        for at, (title, url) in enumerate(pairs)
    )
    link = Link(told["urls"][0] if told["urls"] else "")
    return Story(id=told["id"], headline=told["title"], link=link, entries=entries)


if __name__ == "__main__":
    sys.exit(main())
