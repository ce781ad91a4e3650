"""The words of a story as likeness reads them: what it is called, its numbers, the middle of its titles. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.desk.vectors import Vector, centroid, clean_title, cosine, tokens, vector
from newsletter.links import with_scheme
from newsletter.model.news import TermCounts
from newsletter.text import fold

#: Words in common without which likeness is no proof.
_ENOUGH_TO_PROVE = 3
#: Headlines of a column, the same whatever it tells.
_COLUMN = re.compile(
    r"\b(?:this|last|the) (?:week|month|year) in\b|\b(?:week|month|year) in (?:review|brief)\b|^weekly\b"
    r"|\bopen thread\b"
    r"|\b(?:daily|weekly|monthly|news|link|links) (?:briefing|digest|links|news|newsletter|reading|round-?up|update)\b"
    r"|\bwho (?:is hiring|wants to be hired)\b|^(?:links for|what we(?:'re| are) reading|here's the latest)\b"
    r"|\bthings (?:you need )?to know\b|\blive updates\b|^morning (?:brief|briefing|report)\b|(?:round-?up|digest)$"
    r"|(?:\b(?:episode|ep\.?|issue|vol\.?)|#)\s*\d+$",
    re.I,
)
#: Pages that tell something else every week, below a language or not.
_FRONT = re.compile(
    r"(?:/(?:de|en|es|fr|id|it|ja|ko|nl|pl|pt|ru|sv|uk|us|zh)(?:-[a-z]{2})?)?"
    r"/?(?:about|archive|blog|changelog|download|events?|home|latest|live|news|newsroom"
    r"|press|pricing|products?|releases|status|updates)?/?",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class StoryWords:
    """A story by its words: every title folded, every number in them, and the middle of the titles as a vector."""

    titles: frozenset[str]
    numbers: frozenset[str]
    vector: Vector
    #: Whether every title is a column's ("This week in …"), so that the words prove nothing.
    is_column: bool


def words_of(titles: tuple[str, ...], terms: TermCounts) -> StoryWords:
    """The words of a story under these titles, at least one; what a word is worth, `terms` say."""
    telling = [title for title in titles if not is_column(title)]
    found = [tokens(clean_title(title)) for title in telling or titles]
    return StoryWords(
        frozenset(filter(None, map(fold, titles))),
        frozenset(stem for stems in found for stem in stems if any(map(str.isdigit, stem))),
        vector(found[0], terms) if len(found) == 1 else centroid([vector(stems, terms) for stems in found]),
        not telling,
    )


def degree(one: StoryWords, other: StoryWords) -> float:
    """How alike two stories are: cosine, 0 to 1."""
    return cosine(one.vector, other.vector)


def shared(one: StoryWords, other: StoryWords) -> tuple[str, ...]:
    """Stems in both, the weightiest of the other's first."""
    return tuple(sorted(one.vector.keys() & other.vector.keys(), key=lambda stem: (-other.vector[stem], stem)))


def proves(one: StoryWords, other: StoryWords) -> bool:
    """Whether likeness alone is proof: three words in both, and not two versions or two sums of one thing."""
    return len(one.vector.keys() & other.vector.keys()) >= _ENOUGH_TO_PROVE and not other_number(one, other)


def other_number(one: StoryWords, other: StoryWords) -> bool:
    """Whether each has a number that the other has not: "model 5.1" and "model 5.2"."""
    return bool(one.numbers - other.numbers and other.numbers - one.numbers)


def is_column(title: str) -> bool:
    """Whether the headline is a column's, the same whatever it tells."""
    return bool(_COLUMN.search(title.strip()))


def is_front(link: str) -> bool:
    """Whether the address is of a page that tells something else every week: a home page, a status page."""
    try:
        parts = urlsplit(with_scheme(link))
    except ValueError:
        return False
    host = (parts.hostname or "").removeprefix("www.")
    return not parts.query and (host.startswith("status.") or bool(_FRONT.fullmatch(parts.path)))
