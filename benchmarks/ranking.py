# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Whether the stories that editors chose stand high in our ranking. I/O: disk

`python -m benchmarks.ranking` from the root of the repository, with NEWSLETTER_CORPUS; benchmarks/README.md says what
is measured and how.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Bar, table
from newsletter.desk.choice.publishers import Publishers
from newsletter.desk.choice.rank import rank, score
from newsletter.desk.stories.cluster import stories
from newsletter.files.sources_toml import read_sources
from newsletter.links import Link, host_of, identity, printed, registrable
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Ranked, Story, Telling
from newsletter.model.sources import Sources
from newsletter.text import slug

AUC_BAR = 0.85
TOP = 20
RECALL_AT = 40
#: The editor-run sources whose choices are the labels; each is hidden in a run of its own.
HIDDEN = ("Techmeme", "Slashdot")
#: Names of sources in the file that only point, beside those whose pages lie on an aggregator's host.
_POINTERS = re.compile(r"hacker ?news|techmeme|slashdot|reddit|lobste|product ?hunt|memeorandum", re.I)
_CREDIT = re.compile(r"\s\([^()]*/[^()]+\)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one way of ranking does on one set of stories."""

    hidden: str
    groups: str
    way: str
    stories: int
    chosen: int
    auc: float
    ap: float
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """How many of the picks are within reach, over all issues."""

    picks: str
    number: int
    found: int
    #: What drawing blindly would find.
    chance: float

    @property
    def share(self) -> float:
        return self.found / self.number if self.number else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("week", nargs="*", type=Path, help="labelled weeks; ai-week-2026-05 of the corpus if none")
    parser.add_argument("--json", action="store_true", help="for machines")
    asked = parser.parse_args()
    corpus = Path(os.environ.get("NEWSLETTER_CORPUS") or "corpus")
    weeks = asked.week or [corpus / "stories" / "ai-week-2026-05.jsonl"]
    if missing := [str(path) for path in weeks if not path.is_file()]:
        print(f"Skipped: there is no {', '.join(missing)}. NEWSLETTER_CORPUS names the folder that holds stories/.")
        return 0
    with tempfile.TemporaryDirectory() as empty:
        sources = read_sources(Path(empty))[0]
    crowd = _rows(corpus / "ranking" / "hn-top30-daily.jsonl")
    measured = {path.stem: _week(_rows(path), sources, crowd) for path in weeks}
    picks = _rows(corpus / "ranking" / "newsletter-picks.jsonl")
    recalls, pool = _picks(picks, crowd, sources) if picks and crowd else ([], 0.0)
    bars = [_bar(name, row) for name, rows in measured.items() for row in rows if _is_promised(row)]
    if asked.json:
        weeks_found = {name: [asdict(row) for row in rows] for name, rows in measured.items()}
        picks_found = [asdict(recall) | {"recall": recall.share} for recall in recalls]
        bars_found = [asdict(bar) | {"held": bar.held} for bar in bars]
        print(json.dumps({"weeks": weeks_found, "picks": picks_found, "pool": pool, "bars": bars_found}, indent=1))
    else:
        print(_as_text(measured, recalls, pool, bars))
    return 0


# An editor's choices, hidden -----------------------------------------------------------------------


def _week(rows: Sequence[Mapping[str, Any]], sources: Sources, crowd: Sequence[Mapping[str, Any]]) -> list[Row]:
    until = _midnight(max(_instant(row) for row in rows).date() + timedelta(days=1))
    points = _points(crowd, until)
    week = _Week(
        entries=[_entry(row, points) for row in rows],
        gold={row["id"]: row["story"] for row in rows},
        source={row["id"]: row["source"] for row in rows},
        feeds={feed.id: feed for feed in map(_feed, sorted({row["source"] for row in rows}))},
    )
    found = []
    for hidden in HIDDEN:
        ways = _ways(week.feeds, sources, until)
        for groups, told in (("by hand", week.by_hand), ("ours", week.ours), ("ours, blind", week.ours_blind)):
            marks = told(hidden)
            if not any(marks.values()):
                continue
            ranked = rank(tuple(marks), week.feeds, sources, until=until)
            named = {story.id: mark for story, mark in marks.items()}
            for way, value in ways.items():
                found.append(_measured(ranked, named, value, hidden=hidden, groups=groups, way=way))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    """A labelled week. Each grouping gives the stories without the hidden source, and whether it had them."""

    entries: Sequence[Entry]
    #: Story and source of each entry by its id, as the file says.
    gold: Mapping[str, str]
    source: Mapping[str, str]
    feeds: Mapping[str, Feed]

    def by_hand(self, hidden: str) -> dict[Story, bool]:
        told: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            told[self.gold[entry.id]].append(entry)
        return self._without(hidden, told)

    def ours(self, hidden: str) -> dict[Story, bool]:
        """Grouped as in a real week, the source among the feeds; then its entries are taken out."""
        return self._without(hidden, {story.id: story.entries for story in _grouped(self.entries, self.feeds)})

    def ours_blind(self, hidden: str) -> dict[Story, bool]:
        """Grouped without the source. Of a story that fell apart the largest part is the choice, the others neither."""
        chosen = {self.gold[name] for name, source in self.source.items() if source == hidden}
        kept = [entry for entry in self.entries if self.source[entry.id] != hidden]
        parts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        found = _grouped(kept, self.feeds)
        for story in found:
            for entry in story.entries:
                if self.gold[entry.id] in chosen:
                    parts[self.gold[entry.id]][story.id] += 1
        largest = {max(sizes, key=lambda name: (sizes[name], name)) for sizes in parts.values()}
        others = {name for sizes in parts.values() for name in sizes} - largest
        return {story: story.id in largest for story in found if story.id not in others}

    def _without(self, hidden: str, told: Mapping[str, Sequence[Entry]]) -> dict[Story, bool]:
        marks = {}
        for name, group in told.items():
            if kept := [entry for entry in group if self.source[entry.id] != hidden]:
                marks[_story(name, kept, self.feeds)] = len(kept) < len(group)
        return marks


def _grouped(entries: Sequence[Entry], feeds: Mapping[str, Feed]) -> tuple[Story, ...]:
    return stories(entries, feeds, proposed=frozenset((e.feed, e.id) for e in entries)).stories


def _ways(feeds: Mapping[str, Feed], sources: Sources, until: datetime) -> dict[str, Callable[[Ranked], float]]:
    unmarked = {name: replace(feed, aggregator=False) for name, feed in feeds.items()}

    def again(ranked: Ranked, told: Sequence[Telling]) -> float:
        return score(ranked.story, told, topics=sources.topics, until=until).score

    def only_papers(told: Sequence[Telling]) -> list[Telling]:
        return [replace(t, publisher="", weight=0.0) if feeds[t.feed].aggregator else t for t in told]

    all_count = Publishers(unmarked, sources)
    return {
        "our score": lambda r: r.score,
        "our score, whatever aggregators found counted": lambda r: again(r, all_count.tellings(r.story)),
        "our score, nothing that aggregators found counted": lambda r: again(r, only_papers(r.tellings)),
        "sum of weights alone": lambda r: sum(_weights(r.tellings).values()),
        "newest first": lambda r: max(e.dated for e in r.story.entries).timestamp(),
        "number of entries": lambda r: float(len(r.story.entries)),
        "distinct publishers": lambda r: float(len({registrable(host_of(e.link)) for e in r.story.entries})),
        "points": lambda r: float(max((e.points or 0 for e in r.story.entries), default=0)),
    }


def _weights(tellings: Sequence[Telling]) -> dict[str, float]:
    return {t.publisher: t.weight for t in tellings if t.publisher}


def _measured(
    ranked: Sequence[Ranked],
    marks: Mapping[str, bool],
    value: Callable[[Ranked], float],
    *,
    hidden: str,
    groups: str,
    way: str,
) -> Row:
    # Equal values stand in the order of their ids, which says nothing of the choice.
    ordered = sorted(((value(r), r.story.id) for r in ranked), key=lambda one: (-one[0], one[1]))
    hits = [marks[name] for _, name in ordered]
    return Row(
        hidden=hidden,
        groups=groups,
        way=way,
        stories=len(hits),
        chosen=sum(hits),
        auc=_auc([(worth, marks[name]) for worth, name in ordered]),
        ap=sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit) / max(1, sum(hits)),
        precision=sum(hits[:TOP]) / TOP,
    )


def _auc(falling: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs of a chosen and another story in which the chosen one stands higher; equals count half."""
    by_value: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for value, mark in falling:
        by_value[value][mark] += 1
    above, won = 0, 0.0
    for value in sorted(by_value, reverse=True):
        others, chosen = by_value[value]
        won += others * (above + chosen / 2)
        above += chosen
    rest = len(falling) - above
    return won / (above * rest) if above and rest else math.nan


def _story(name: str, group: Sequence[Entry], feeds: Mapping[str, Feed]) -> Story:
    ordered = tuple(sorted(group, key=lambda e: (feeds[e.feed].aggregator, e.dated, e.feed, e.id)))
    lead = ordered[0]
    return Story(id=name, headline=lead.title, link=lead.link, entries=ordered, published=lead.published)


# A newsletter's picks ------------------------------------------------------------------------------


def _picks(
    picks: Sequence[Mapping[str, Any]], crowd: Sequence[Mapping[str, Any]], sources: Sources
) -> tuple[list[Recall], float]:
    """Recall over the issues whose week before lies wholly in the crowd's days; the mean number of stories a pool."""
    by_day: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for row in crowd:
        by_day[date.fromisoformat(row["date"])].append(row)
    issues: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for row in picks:
        issues[date.fromisoformat(row["date"])].append(row)
    counts: dict[str, list[float]] = {name: [0, 0, 0.0] for name in _KINDS}
    sizes = []
    for issued, chosen in sorted(issues.items()):
        days = [issued - timedelta(days=back) for back in range(7, 0, -1)]
        if not all(day in by_day for day in days):
            continue
        places, size, known = _places([row for day in days for row in by_day[day]], chosen, issued, sources)
        sizes.append(size)
        for row, place, is_known in zip(chosen, places, known, strict=True):
            for name, belongs in _KINDS.items():
                if belongs(row, sources, is_known):
                    counts[name][0] += 1
                    counts[name][1] += place < RECALL_AT
                    counts[name][2] += min(1.0, RECALL_AT / size)
    recalls = [
        Recall(picks=name, number=int(number), found=int(found), chance=chance / number if number else 0.0)
        for name, (number, found, chance) in counts.items()
    ]
    return recalls, sum(sizes) / max(1, len(sizes))


def _is_copy(row: Mapping[str, Any], sources: Sources) -> bool:
    return registrable(host_of(row["url"]), sources.shared) in sources.syndicators


_KINDS: dict[str, Callable[[Mapping[str, Any], Sources, bool], bool]] = {
    "all": lambda _row, _sources, _known: True,
    "on their publisher's own page": lambda row, sources, _known: not _is_copy(row, sources),
    "copies": lambda row, sources, _known: _is_copy(row, sources),
    "in the crowd's list by themselves": lambda _row, _sources, known: known,
}


def _places(
    crowd: Sequence[Mapping[str, Any]], chosen: Sequence[Mapping[str, Any]], issued: date, sources: Sources
) -> tuple[list[int], int, list[bool]]:
    """The place of each pick's story from 0, the number of stories, and which picks the crowd had by itself."""
    # The picks carry no date of their own: all entries are given one, so that freshness tells nothing.
    when = _midnight(issued - timedelta(days=3))
    entries: dict[str, Entry] = {}
    for row in crowd:
        key = identity(row["url"]) or row["url"]
        before = entries[key].points or 0 if key in entries else 0
        entries[key] = _made("Hacker News", f"crowd {key}", row["title"], row["url"], when, max(before, row["points"]))
    known = [(identity(row["url"]) or row["url"]) in entries for row in chosen]
    for n, row in enumerate(chosen):
        name = registrable(host_of(row["url"]), sources.shared) or "nowhere"
        entries[f"pick {n}"] = _made(name, f"pick {n}", row["title"], row["url"], when, None)
    told = tuple(entries.values())
    feeds = {e.feed: _feed("Hacker News" if e.id.startswith("crowd") else e.feed) for e in told}
    feeds = {key: replace(feed, id=key) for key, feed in feeds.items()}
    ranked = rank(_grouped(told, feeds), feeds, sources, until=_midnight(issued))
    place_of = {e.id: place for place, r in enumerate(ranked) for e in r.story.entries}
    return [place_of[f"pick {n}"] for n in range(len(chosen))], len(ranked), known


# Reading -------------------------------------------------------------------------------------------


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _entry(row: Mapping[str, Any], points: Mapping[str, int]) -> Entry:
    known = row.get("points", points.get(identity(row["url"]) or ""))
    title = _CREDIT.sub("", row["title"]).strip() or row["title"]
    return _made(row["source"], row["id"], title, row["url"], _instant(row), known)


def _made(source: str, name: str, title: str, url: str, when: datetime, points: int | None) -> Entry:
    return Entry(
        feed=_feed(source).id,
        id=name,
        title=title,
        link=printed(url) or Link(""),
        published=when,
        first_seen=when,
        points=points,
    )


def _feed(source: str) -> Feed:
    return Feed(id=slug(source), name=source, url="", aggregator=bool(_POINTERS.search(source)))


def _points(crowd: Sequence[Mapping[str, Any]], until: datetime) -> dict[str, int]:
    """The points of a page by the end of the week; nothing that was said later."""
    found: dict[str, int] = {}
    for row in crowd:
        if (until - timedelta(days=14)).date() <= date.fromisoformat(row["date"]) < until.date():
            key = identity(row["url"])
            if key is not None:
                found[key] = max(row["points"], found.get(key, 0))
    return found


def _instant(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["published"]).astimezone(UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


# Showing -------------------------------------------------------------------------------------------


def _is_promised(row: Row) -> bool:
    return row.way == "our score" and row.hidden == HIDDEN[0]


def _bar(week: str, row: Row) -> Bar:
    what = f"AUC on {row.hidden}'s choices, {week}, stories grouped {row.groups}"
    return Bar(what=what, value=row.auc, bound=AUC_BAR, unit="", most=False, behind=f"{row.chosen} of {row.stories}")


def _as_text(measured: Mapping[str, Sequence[Row]], recalls: Sequence[Recall], pool: float, bars: Sequence[Bar]) -> str:
    parts = []
    for week, rows in measured.items():
        shown = [
            (r.hidden, r.groups, f"{r.chosen}/{r.stories}", f"{r.auc:.3f}", f"{r.ap:.3f}", f"{r.precision:.2f}", r.way)
            for r in rows
        ]
        head = ("hidden", "groups", "chosen", "AUC", "AP", f"P@{TOP}", "ranked by")
        parts.append(f"{week}\n" + table(head, shown))
    if recalls:
        shown = [(r.picks, str(r.number), str(r.found), f"{r.share:.2f}", f"{r.chance:.2f}", "") for r in recalls]
        head = ("picks of a newsletter", "number", f"among {RECALL_AT}", "recall", "blindly", "")
        parts.append(table(head, shown))
        parts.append(
            f"The pool of an issue: Hacker News' daily 30 of the seven days before, and the issue's own picks put in "
            f"beside them,\n{pool:.0f} stories in the mean, all of one date. It tells whether a pick that the feeds "
            "carry would be seen; not whether they\ncarry it (the last row), nor what more of the press would do to it."
        )
    parts.append(table(("bar", "figure", "bound", "", "chosen"), [bar.row() for bar in bars]))
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
