"""What an entry says, ready to be compared with others: its stems, when and where it was said. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.desk.vectors import POINT, tokens
from newsletter.links import host_of
from newsletter.model.news import Entry

#: A word of the headline counts as much as so many words of the summary: alike, the digest loses .012.
_HEADLINE = 3.0
#: What a headline begins with is what it is about: these words count double: the week gains .006, its halves .014
#: and .017, the digest .004, the labelled events .003.
_FIRST = 3
#: Headlines and summaries are a sentence or two; where a feed sends an essay, its end tells nothing more.
_MOST = 60
_VERSION = re.compile(rf"[a-z]*(\d+(?:{POINT}\d+)+)")
#: Eight thousand jobs, thirty billion; no year.
_AMOUNT = re.compile(rf"(?!(?:19|20)\d\d$)\d{{4,}}|\d+(?:{POINT}\d+)?[bmt]")


@dataclass(frozen=True, slots=True)
class Words:
    """One entry's words. `counts` is stem → weighted count, of headline and summary; may be empty."""

    counts: Mapping[str, float]
    #: As the feed has it.
    title: str
    #: Distinct stems of the headline, in order.
    headline: tuple[str, ...]
    #: Numbers with a point in them, such as a model or a program bears: "5p1".
    versions: frozenset[str]
    #: Large numbers and sums, as stems.
    amounts: frozenset[str]
    #: Since 1970.
    hours: float
    #: The host of the page; "" if the entry has none.
    site: str
    feed: str


def words_of(entry: Entry, stems: Sequence[str]) -> Words:
    """The words of an entry; `stems` are those of its headline."""
    counts: dict[str, float] = {}
    stems = stems[:_MOST]
    for place, stem in enumerate(stems):
        counts[stem] = counts.get(stem, 0.0) + _HEADLINE * (2 if place < _FIRST else 1)
    if entry.summary:
        for stem in tokens(entry.summary)[:_MOST]:
            counts[stem] = counts.get(stem, 0.0) + 1.0
    numbers = [stem for stem in stems if stem[0].isdigit() or stem[-1].isdigit()]
    return Words(
        counts,
        entry.title,
        tuple(dict.fromkeys(stems)),
        frozenset(version[1] for stem in numbers if (version := _VERSION.fullmatch(stem))),
        frozenset(stem for stem in numbers if _AMOUNT.fullmatch(stem)),
        entry.dated.timestamp() / 3600,
        host_of(entry.link) if entry.link else "",
        entry.feed,
    )
