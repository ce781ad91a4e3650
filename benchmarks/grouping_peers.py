# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Other ways to group news: as digests do, by rapidfuzz, by scikit-learn. I/O: disk, subprocess

The two libraries live in an environment of their own, made once with the package index that pip is set up with and
kept in the user's cache.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher

from benchmarks.environments import CannotInstall, python_with
from newsletter.links import identity
from newsletter.model.news import Entry
from newsletter.text import fold

_NEEDS = ("rapidfuzz", "scikit-learn")
#: As clawler and its like: the titles' ratio, the first story that fits takes the entry.
_DIGESTS_RATIO = 0.75
#: Average linkage, cut where each does best on the labelled week.
_PROGRAM = """\
import json, sys
import numpy as np
from scipy.cluster.hierarchy import average, fcluster
from scipy.spatial.distance import squareform

titles = json.load(sys.stdin)
if sys.argv[1] == "rapidfuzz":
    from rapidfuzz import fuzz, process, utils
    likeness = process.cdist(titles, titles, scorer=fuzz.token_set_ratio, processor=utils.default_process) / 100
    enough = 0.64
else:
    from sklearn.feature_extraction.text import TfidfVectorizer
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True, token_pattern=r"(?u)\\b\\w+\\b")
    vectors = words.fit_transform(titles)
    likeness = (vectors @ vectors.T).toarray()
    enough = 0.28
distance = 1 - np.clip((likeness + likeness.T) / 2, 0, 1)
np.fill_diagonal(distance, 0)
print(json.dumps(fcluster(average(squareform(distance, checks=False)), 1 - enough, "distance").tolist()))
"""


class Unusable(Exception):
    """A peer cannot be had here; says why."""


def as_digests_do(entries: Sequence[Entry]) -> list[int]:
    """One address, one title, or titles alike by difflib: the greedy way, story by story."""
    leads: list[str] = []
    known: dict[str, int] = {}
    found = []
    for entry in entries:
        title = entry.title.casefold()
        keys = [key for key in (identity(entry.link) if entry.link else None, fold(entry.title)) if key]
        story = next((known[key] for key in keys if key in known), None)
        if story is None:
            matcher = SequenceMatcher(None, "", title, autojunk=False)
            for number, lead in enumerate(leads):
                matcher.set_seq1(lead)
                if (
                    matcher.real_quick_ratio() > _DIGESTS_RATIO
                    and matcher.quick_ratio() > _DIGESTS_RATIO
                    and matcher.ratio() > _DIGESTS_RATIO
                ):
                    story = number
                    break
        if story is None:
            story = len(leads)
            leads.append(title)
        known.update(dict.fromkeys(keys, story))
        found.append(story)
    return found


def _library(name: str) -> Callable[[Sequence[Entry]], list[int]]:
    def grouped(entries: Sequence[Entry]) -> list[int]:
        try:
            python = python_with("grouping", _NEEDS)
        except CannotInstall as fault:
            raise Unusable(str(fault)) from fault
        titles = json.dumps([entry.title or "?" for entry in entries])
        done = subprocess.run([python, "-c", _PROGRAM, name], input=titles, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unusable(f"{name} does not run: {done.stderr[-300:].strip()}")
        return _certain_as_well(entries, json.loads(done.stdout))

    return grouped


def _certain_as_well(entries: Sequence[Entry], found: Sequence[int]) -> list[int]:
    """The groups joined where they hold one address or one title: what a library does not know of news."""
    story = {number: number for number in found}
    known: dict[str, int] = {}

    def first(number: int) -> int:
        while story[number] != number:
            number = story[number]
        return number

    for entry, number in zip(entries, found, strict=True):
        for key in (identity(entry.link) if entry.link else None, fold(entry.title)):
            if key:
                story[first(number)] = first(known.setdefault(key, number))
    return [first(number) for number in found]


PEERS: Mapping[str, Callable[[Sequence[Entry]], list[int]]] = {
    "url+difflib": as_digests_do,
    "rapidfuzz": _library("rapidfuzz"),
    "scikit-learn": _library("scikit-learn"),
}
