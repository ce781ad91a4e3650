"""The words of a story as likeness reads them: what it is called, its numbers, the middle of its titles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.desk.stories.forms import one_form
from newsletter.desk.vectors import Vector, centroid, clean_title, cosine, tokens, vector
from newsletter.links import with_scheme
from newsletter.model.news import TermCounts
from newsletter.text import headline_key

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
#: A name with its signs, or a letter that stands alone: "C#", "C++", "C".
_MARKED = re.compile(r"(?<!\w)(?:([^\W\d_]+)([+#]+)|([^\W\d_]))(?![\w'’.&+#])")


@dataclass(frozen=True, slots=True, eq=False)
class StoryWords:
    """A story by its words: every title as a key, every number in them, and the middle of the titles as a vector."""

    titles: frozenset[str]
    #: As they stand.
    headlines: tuple[str, ...]
    numbers: frozenset[str]
    vector: Vector
    #: Whether every title is a column's ("This week in …"), so that the words prove nothing.
    is_column: bool


def words_of(titles: tuple[str, ...], terms: TermCounts) -> StoryWords:
    """The words of a story under these titles, at least one; what a word is worth, `terms` say."""
    telling = [title for title in titles if not is_column(title)]
    found = [tokens(clean_title(title)) for title in telling or titles]
    return StoryWords(
        frozenset(filter(None, map(headline_key, titles))),
        titles,
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
    """Whether likeness alone is proof: three words in both, and not two versions or two sums of one thing.

    Nor two things of one name ("C#", "C++"), nor headlines of one form: "Kea raises prices" and "Kea cuts prices".
    """
    return (
        len(one.vector.keys() & other.vector.keys()) >= _ENOUGH_TO_PROVE
        and not other_number(one, other)
        and not other_mark(one.headlines, other.headlines)
        and not _forms(one.headlines, other.headlines)
    )


def other_number(one: StoryWords, other: StoryWords) -> bool:
    """Whether each has a number that the other has not: "model 5.1" and "model 5.2"."""
    return bool(one.numbers - other.numbers and other.numbers - one.numbers)


def other_mark(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether some titles have a name with other signs behind it than all the others: "C#" and "C++", "C" and "C++"."""
    its, others = _marks(one), _marks(other)
    return any(its[name].isdisjoint(others[name]) for name in its.keys() & others.keys())


def _marks(titles: Iterable[str]) -> dict[str, set[str]]:
    """Each name that has signs, and each letter that stands alone → the signs behind it, "" for none."""
    found: dict[str, set[str]] = {}
    for title in titles:
        for name, signs, letter in _MARKED.findall(title):
            found.setdefault((name or letter).casefold(), set()).add(signs)
    return found


def _forms(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether some of the titles are one form filled in twice, and no other pair shares as many words."""
    most = {True: 0, False: 0}
    for title in one:
        its = _distinct(title)
        for other_title in other:
            others = _distinct(other_title)
            is_form = one_form(title, its, other_title, others)
            most[is_form] = max(most[is_form], len(set(its).intersection(others)))
    return most[True] > most[False]


def _distinct(title: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tokens(clean_title(title))))


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
