"""Headlines as weighted words: cleaned, cut into stems, weighed by how rare each is. Pure.

Every comparison of the desk reads words this way: entries with entries, takes with stories, news with memory.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from newsletter.model.news import TermCounts
from newsletter.text import content_words

#: Stem → weight, of length 1; empty where a text has no word that carries meaning.
Vector = Mapping[str, float]

#: Stands for the point inside a number: "5.5" is the stem "5p5".
POINT = "p"
_SITE = re.compile(r"\s+\|\s+[^|]{1,40}$")
_CREDIT = re.compile(r"\s+\([^()]*/[^()]+\)$|\s+\((?:19|20)\d\d\)$")
_PREFIX = re.compile(r"^(?:show|ask|tell|launch) hn:\s*", re.I)
_BRACKETED = re.compile(r"\s*\[(?:pdf|video|audio)\]\s*", re.I)
_DOTTED = re.compile(r"\b([A-Z])\.([A-Z])\.(?:([A-Z])\.)?")
_MONEY = re.compile(r"(?<![\d.])[$€£]?\s?(\d+(?:\.\d+)?)\s?(billion|bn|b|million|mn|m|trillion|tn|t)\b", re.I)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_THOUSAND = re.compile(r"\b(\d{1,3})k\b", re.I)
#: Inside a version or a sum: "5.5" is one word, not two fives.
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
#: "Qwen3.8" and "Qwen 3.8" name one model.
_GLUED_VERSION = re.compile(r"\b([A-Za-z]{2,})(?=\d+\.\d)")
_DIGIT = re.compile(r"\d")
#: "C#", "C++" and ".NET" are names by their signs alone.
_SIGNED = re.compile(r"(?<![^\W_])([A-Za-z])(#|\+\+)(?![^\W_])|(?<![\w.])\.(?=NET\b)")
_SIGNS = {"#": "sharp", "++": "plusplus", None: "dot"}
_SPELT_OUT = re.compile(r"\bartificial intelligence\b", re.I)


@lru_cache(maxsize=32768)
def clean_title(title: str) -> str:
    """The headline without what a site or an aggregator added: its own name, a credit, "Show HN:", "[pdf]", a year."""
    # Each expression is asked only where a sign that it needs is there: a week has thousands of headlines.
    text = (title if title.isascii() else unicodedata.normalize("NFKC", title)).strip()
    if text[:1] in "sStTaAlL":
        text = _PREFIX.sub("", text)
    if "[" in text:
        text = _BRACKETED.sub(" ", text)
    text = shorter = text.strip()
    if "|" in shorter:
        shorter = _SITE.sub("", shorter)
    if ")" in shorter:
        shorter = _CREDIT.sub("", shorter)
    return shorter.strip() or text or title.strip()


@lru_cache(maxsize=32768)
def tokens(text: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning, in order, repeats kept; sums and initials in one spelling each."""
    # Only beyond ASCII does the expression know letters that are no "i" and count as one.
    plain = _SPELT_OUT.sub("AI", text) if "intelligence" in text.lower() or not text.isascii() else text
    if "." in plain:
        plain = _DOTTED.sub(lambda m: "".join(part for part in m.groups() if part), plain)
    if "." in plain or "#" in plain or "+" in plain:
        plain = _SIGNED.sub(lambda m: (m[1] or "") + _SIGNS[m[2]], plain)
    if not _DIGIT.search(plain):
        return content_words(plain)
    plain = _MONEY.sub(lambda m: f" {m[1]}{m[2][0].lower()} ", _THOUSANDS.sub("", plain))
    plain = _THOUSAND.sub(r"\g<1>000", plain)
    return content_words(_POINT.sub(POINT, _GLUED_VERSION.sub(r"\1 ", plain)))


def count_titles(titles: Iterable[str]) -> TermCounts:
    """In how many of these headlines each stem stands."""
    counts: Counter[str] = Counter()
    entries = 0
    for title in titles:
        entries += 1
        counts.update(set(tokens(clean_title(title))))
    return TermCounts(entries=entries, counts=dict(sorted(counts.items())))


def rarity(stem: str, terms: TermCounts) -> float:
    """What a stem is worth: the logarithm of how few of the headlines have it; never 0."""
    return math.log(1 + terms.entries / (1 + terms.counts.get(stem, 0)))


def vector(stems: Sequence[str], terms: TermCounts) -> Vector:
    """The stems weighed by (1 + ln count) · rarity, of length 1."""
    weights = {stem: (1 + math.log(n)) * rarity(stem, terms) for stem, n in Counter(stems).items()}
    length = math.sqrt(sum(w * w for w in weights.values()))
    return {stem: w / length for stem, w in weights.items()} if length else {}


def cosine(one: Vector, other: Vector) -> float:
    """Likeness of two vectors, 0 to 1 if both are of length 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum([w * other[stem] for stem, w in one.items() if stem in other])


def centroid(vectors: Sequence[Vector]) -> Vector:
    """The middle of several vectors, of length 1; empty if all are."""
    total: dict[str, float] = {}
    for one in vectors:
        for stem, w in one.items():
            total[stem] = total.get(stem, 0.0) + w
    length = math.sqrt(sum(w * w for w in total.values()))
    return {stem: w / length for stem, w in total.items()} if length else {}
