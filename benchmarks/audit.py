# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How often the audit is wrong: headlines with their own pages, takes on their own stories. I/O: disk

`python -m benchmarks.audit` from the root of the repository, with NEWSLETTER_CORPUS; benchmarks/README.md says what is
measured and how.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.figures import Bar, table
from newsletter.desk.pairing import contradicts, fits_better, story_words, strays
from newsletter.desk.vectors import count_titles

#: Alarms on real pairs of an archive of 490 headlines: 14, of which 2 were faults.
LINK_ALARMS = 14 / 490
#: 10 of 595 takes there, of which 2 were faults; here a summary has to stand for a take, and it says less.
PAIRING_ALARMS = 0.05
WRONG_LINKS, WRONG_TAKES = 0.5, 0.6
#: Stories of one issue, and how often the wrong pairs are drawn.
STORIES, ROUNDS = 8, 3
PICKS = "ranking/newsletter-picks.jsonl"
TITLED = (PICKS, "stories/ai-week-2026-05.jsonl", "stories/ai-digest-2026-08.jsonl", "stories/uci-2014-03-a.jsonl")
SUMMARISED = "stories/ai-digest-2026-08.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Alarms on pairs that are right, and on pairs that are wrong."""

    check: str
    pairs: str
    right: int
    alarms: int
    wrong: int
    caught: int

    @property
    def rate(self) -> float:
        return self.alarms / self.right if self.right else 0.0

    @property
    def found(self) -> float:
        return self.caught / self.wrong if self.wrong else 0.0

    def row(self) -> tuple[str, ...]:
        return (
            self.check,
            f"{self.alarms} of {self.right}",
            f"{100 * self.rate:.1f} %",
            f"{self.caught} of {self.wrong}",
            f"{100 * self.found:.0f} %",
            self.pairs,
        )


def main() -> int:
    asked = _asked()
    corpus = Path(os.environ.get("NEWSLETTER_CORPUS") or "-")
    if not (corpus / PICKS).is_file() or not (corpus / SUMMARISED).is_file():
        print(f"Skipped: NEWSLETTER_CORPUS names no folder that holds {PICKS} and {SUMMARISED}.")
        return 0
    links = [_links(name, _rows(corpus / name)) for name in TITLED if (corpus / name).is_file()]
    takes = _takes(_rows(corpus / SUMMARISED))
    flagged = [(r["title"], r["url"]) for r in _rows(corpus / PICKS) if contradicts(r["url"], r["title"])]
    bars = _bars(links[0], takes)
    shares = [*links, *takes]
    if asked.json:
        rows = [asdict(share) | {"rate": share.rate, "found": share.found} for share in shares]
        found = {"bars": [asdict(bar) | {"held": bar.held} for bar in bars], "shares": rows, "flagged": flagged}
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return 0
    head = ("check", "alarms, right pairs", "", "caught, wrong pairs", "", "pairs")
    print(table(head, [share.row() for share in shares]))
    print("\nFlagged among the picks:")
    print("\n".join(f"  {title}\n    {url}" for title, url in flagged) or "  none")
    print("\n" + table(("bar", "value", "bound", "", "behind it"), [bar.row() for bar in bars]))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _links(name: str, rows: Sequence[dict[str, Any]]) -> Share:
    """Every headline with its own address, then with those of others."""
    random, caught = Random(1), 0
    urls = [row["url"] for row in rows]
    wrong = 0
    for _ in range(ROUNDS):
        random.shuffle(urls)
        others = [(row["title"], url) for row, url in zip(rows, urls, strict=True) if row["url"] != url]
        wrong += len(others)
        caught += sum(contradicts(url, title) for title, url in others)
    alarms = sum(contradicts(row["url"], row["title"]) for row in rows)
    pairs = f"{Path(name).stem}: headline and address"
    return Share(check="link", pairs=pairs, right=len(rows), alarms=alarms, wrong=wrong, caught=caught)


def _takes(rows: Sequence[dict[str, Any]]) -> tuple[Share, Share]:
    """A summary in the place of a take, on its own story and on another of the same issue.

    The story has its headline and address only: a take is not the summary that a feed brought.
    """
    told = [row for row in rows if row.get("summary")]
    terms = count_titles(row["title"] for row in rows)
    random = Random(1)
    counts = dict.fromkeys(("right", "alone", "beside", "wrong", "alone wrong", "beside wrong"), 0)
    for _ in range(ROUNDS):
        for row in told:
            drawn = [other for other in random.sample(told, STORIES) if other["story"] != row["story"]]
            words = {other["id"]: story_words(other["url"], other["title"]) for other in (row, *drawn)}
            for under, sort in ((row, ""), (drawn[0], " wrong")):
                others = {name: said for name, said in words.items() if name != under["id"]}
                alone = strays(row["summary"], words[under["id"]])
                beside = alone or fits_better(row["summary"], words[under["id"]], others, terms) is not None
                counts["wrong" if sort else "right"] += 1
                counts[f"alone{sort}"] += alone
                counts[f"beside{sort}"] += beside
    stem = Path(SUMMARISED).stem
    shares = [
        Share(
            check="pairing",
            pairs=f"{stem}: {what}",
            right=counts["right"],
            alarms=counts[key],
            wrong=counts["wrong"],
            caught=counts[f"{key} wrong"],
        )
        for key, what in (("alone", "no word in common"), ("beside", f"or nearer to one of {STORIES - 1} others"))
    ]
    return shares[0], shares[1]


def _bars(links: Share, takes: tuple[Share, Share]) -> tuple[Bar, ...]:
    return (
        _bar("link: alarms on right pairs", links.rate, LINK_ALARMS, most=True),
        _bar("link: wrong pairs caught", links.found, WRONG_LINKS, most=False),
        _bar("pairing: alarms on right pairs", takes[1].rate, PAIRING_ALARMS, most=True),
        _bar("pairing: wrong pairs caught", takes[1].found, WRONG_TAKES, most=False),
    )


def _bar(what: str, value: float, bound: float, *, most: bool) -> Bar:
    return Bar(what=what, value=100 * value, bound=round(100 * bound, 1), unit=" %", most=most)


if __name__ == "__main__":
    raise SystemExit(main())
