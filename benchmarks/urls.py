# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How surely two addresses of one page are known for one, beside other libraries. I/O: disk, subprocess

`python -m benchmarks.urls FILE [--predict OUT] [--json]` from the root of the repository. FILE is a table with tabs
and a head line: label (same, different, same-needs-network), category, url_a, url_b; without labels it only predicts.
What only the network can tell must not be guessed: such a pair counts as different.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.environments import CannotInstall, python_with
from benchmarks.figures import Bar, table
from newsletter.links import identity, same

#: Addresses that are timed: an issue's worth. The pairs' own, told apart by a number, as often as needed.
_TIMED = 5_000
_SECONDS = 0.25
_READ = "import json, sys\nurls = json.load(sys.stdin)\n"
_WRITE = """
def key(url):
    try:
        return canonical(url)
    except Exception:
        return None
print(json.dumps([key(url) for url in urls]))
"""
#: Name → what pip installs, and how it is asked for one address' canonical form.
_PEERS: Mapping[str, tuple[str, str]] = {
    "w3lib": ("w3lib", "from w3lib.url import canonicalize_url as canonical"),
    "url-normalize": ("url-normalize", "from url_normalize import url_normalize as canonical"),
    "url-normalize, parameters off": (
        "url-normalize",
        "from url_normalize import url_normalize\ndef canonical(url): return url_normalize(url, filter_params=True)",
    ),
    "courlan": ("courlan", "from courlan import clean_url as canonical"),
    "courlan, strict": (
        "courlan",
        "from courlan import normalize_url\ndef canonical(url): return normalize_url(url, strict=True)",
    ),
    "ural": (
        "ural",
        "from ural import normalize_url\ndef canonical(url): return normalize_url(url, platform_aware=True)",
    ),
}


#: As a file without a head line has them, from the right.
_COLUMNS = ["label", "category", "url_a", "url_b"]


class Unusable(Exception):
    """A peer cannot be had here; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two addresses; label and category are "" where the file names none."""

    label: str
    category: str
    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many pairs of one page were found, and how many of two pages were kept apart."""

    found: int
    same: int
    kept: int
    different: int


def main() -> int:
    asked = _asked()
    if not asked.file.is_file():
        print(f"Skipped: {asked.file} is no file.")
        return 0
    pairs, has_category = _pairs(asked.file)
    predicted = [same(pair.one, pair.other) for pair in pairs]
    if asked.predict is not None:
        asked.predict.write_text(_as_lines(pairs, predicted, has_category=has_category), encoding="utf-8")
    if not pairs or not all(pair.label for pair in pairs):
        print(f"{len(pairs)} pairs without labels: nothing to compare with.")
        return 0
    total = _score(pairs, predicted)
    seconds = _time(pairs)
    bars = (
        Bar(what="same found", value=_share(total.found, total.same), bound=100, unit=" %", most=False),
        Bar(what="different kept", value=_share(total.kept, total.different), bound=100, unit=" %", most=False),
        Bar(what=f"{_TIMED:,} addresses", value=seconds, bound=_SECONDS, unit=" s"),
    )
    by_category = {
        name: _score(*zip(*((p, v) for p, v in zip(pairs, predicted, strict=True) if p.category == name), strict=True))
        for name in dict.fromkeys(pair.category for pair in pairs)
    }
    wrong = [pair for pair, as_one in zip(pairs, predicted, strict=True) if as_one != (pair.label == "same")]
    peers, notes = _peers(pairs) if asked.peers else ({}, [])
    if asked.json:
        print(_as_json(total, by_category, bars, wrong, peers, notes, seconds))
    else:
        print(_as_text(total, by_category, bars, wrong, peers, notes, seconds))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, metavar="FILE", help="pairs of addresses")
    parser.add_argument("--predict", type=Path, metavar="OUT", help="write same or different before each pair")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave the other libraries out")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


def _pairs(path: Path) -> tuple[list[Pair], bool]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if any(row)]
    # Without a head line the addresses are the last two columns, as they are with one.
    head = lines.pop(0) if lines and "url_a" in lines[0] else _COLUMNS[-len(lines[0]) :] if lines else _COLUMNS
    rows = [dict(zip(head, line, strict=False)) for line in lines]
    pairs = [
        Pair(label=row.get("label", ""), category=row.get("category", ""), one=row["url_a"], other=row["url_b"])
        for row in rows
    ]
    return pairs, "category" in head


def _as_lines(pairs: Sequence[Pair], predicted: Sequence[bool], *, has_category: bool) -> str:
    lines = []
    for pair, as_one in zip(pairs, predicted, strict=True):
        category = (pair.category,) if has_category else ()
        lines.append("\t".join(("same" if as_one else "different", *category, pair.one, pair.other)) + "\n")
    return "".join(lines)


def _score(pairs: Sequence[Pair], predicted: Sequence[bool]) -> Score:
    true = [pair.label == "same" for pair in pairs]
    return Score(
        found=sum(t and p for t, p in zip(true, predicted, strict=True)),
        same=sum(true),
        kept=sum(not t and not p for t, p in zip(true, predicted, strict=True)),
        different=len(true) - sum(true),
    )


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def _time(pairs: Sequence[Pair]) -> float:
    """Seconds of the processor for so many addresses, none seen before: the median of three."""
    own = list(dict.fromkeys(url for pair in pairs for url in (pair.one, pair.other)))
    if not own:
        return 0.0
    identity(own[0])
    taken = []
    for turn in range(3):
        urls = [
            f"{url}{'&' if '?' in url else '?'}n={turn}.{at}"
            for at, url in enumerate((own * (_TIMED // len(own) + 1))[:_TIMED])
        ]
        start = time.process_time()
        for url in urls:
            identity(url)
        taken.append(time.process_time() - start)
    return median(taken)


def _as_digests_do(url: str) -> str:
    """What most digests compare: no scheme, no "www.", five names and utm_ off, no final slash, no fragment."""
    parts = urlsplit(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.startswith("utm_") and name not in ("ref", "source", "fbclid", "gclid")
    ]
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{urlencode(kept)}"


def _peers(pairs: Sequence[Pair]) -> tuple[dict[str, Score], list[str]]:
    urls = [url for pair in pairs for url in (pair.one, pair.other)]
    scores, notes = {"as digests do": _score_keys(pairs, [_as_digests_do(url) for url in urls])}, []
    for name, (needs, program) in _PEERS.items():
        try:
            scores[name] = _score_keys(pairs, _keys(needs, program, urls))
        except Unusable as fault:
            notes.append(f"{name} left out: {fault}")
    return scores, notes


def _score_keys(pairs: Sequence[Pair], keys: Sequence[str | None]) -> Score:
    return _score(pairs, [one is not None and one == other for one, other in zip(keys[::2], keys[1::2], strict=True)])


def _keys(needs: str, program: str, urls: Sequence[str]) -> list[str | None]:
    try:
        python = python_with(f"urls-{needs}", (needs,))
    except CannotInstall as fault:
        raise Unusable(str(fault)) from fault
    asked = [str(python), "-c", f"{_READ}{program}{_WRITE}"]
    done = subprocess.run(asked, input=json.dumps(urls), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unusable(done.stderr[-300:].strip())
    keys: list[str | None] = json.loads(done.stdout)
    return keys


def _row(name: str, score: Score) -> tuple[str, ...]:
    shown: Callable[[int, int], str] = lambda part, whole: f"{part} of {whole}" if whole else "-"  # noqa: E731
    return name, shown(score.found, score.same), shown(score.kept, score.different), ""


def _as_text(
    total: Score,
    by_category: Mapping[str, Score],
    bars: Sequence[Bar],
    wrong: Sequence[Pair],
    peers: Mapping[str, Score],
    notes: Sequence[str],
    seconds: float,
) -> str:
    head = ("", "same found", "different kept", "")
    lines = [table(head, [_row(name, score) for name, score in (*by_category.items(), ("all", total))]), ""]
    lines += [f"told wrong: {pair.label}, {pair.category}: {pair.one}  {pair.other}" for pair in wrong]
    lines += [table(("", "figure", "bar", "", ""), [bar.row() for bar in bars])]
    lines += [f"{1e6 * seconds / _TIMED:.0f} µs an address", ""]
    if peers:
        lines += [table(head, [_row(name, score) for name, score in (("newsletter", total), *peers.items())])]
    return "\n".join((*lines, *notes)).rstrip()


def _as_json(
    total: Score,
    by_category: Mapping[str, Score],
    bars: Sequence[Bar],
    wrong: Sequence[Pair],
    peers: Mapping[str, Score],
    notes: Sequence[str],
    seconds: float,
) -> str:
    told = {
        "total": asdict(total),
        "categories": {name: asdict(score) for name, score in by_category.items()},
        "bars": [{**asdict(bar), "held": bar.held} for bar in bars],
        "wrong": [asdict(pair) for pair in wrong],
        "microseconds": round(1e6 * seconds / _TIMED, 1),
        "peers": {name: asdict(score) for name, score in peers.items()},
        "notes": list(notes),
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    raise SystemExit(main())
