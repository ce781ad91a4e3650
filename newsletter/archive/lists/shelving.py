"""What the shelves of members, sources and terms have in common. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote

from newsletter.archive.lists.slugs import unique_slugs
from newsletter.model.issue import Issue, PrintedStory, PrintedTake, Reference, Sibling
from newsletter.model.shelf import APART, Shelf, ShelvedStory, take_anchors
from newsletter.text import fold

#: Slugs of pages by the names that are printed, by the place of the issue that prints them.
NamedThere = dict[str, dict[str, str]]


class Told(NamedTuple):
    """A story of an issue or a take that stands apart; `takes` with the anchor of each."""

    story: ShelvedStory
    takes: tuple[tuple[str, PrintedTake], ...]

    def with_takes(self, takes: Iterable[PrintedTake]) -> ShelvedStory:
        kept = self.story
        return ShelvedStory(
            reference=kept.reference,
            day=kept.day,
            headline=kept.headline,
            link=kept.link,
            source=kept.source,
            language=kept.language,
            anchor=kept.anchor,
            takes=tuple(takes),
        )


@dataclass(frozen=True, slots=True)
class Shelving:
    """The issues of the archive, oldest first, and what each tells."""

    issues: Sequence[Issue]
    #: By the issue's place: its stories as printed, with takes and without, each line of a thread behind its story;
    #: then what stands apart.
    told: Mapping[str, tuple[Told, ...]]
    references: Mapping[str, Reference]

    @classmethod
    def of(cls, oldest_first: Sequence[Issue]) -> Shelving:
        references = {issue.place: _reference(issue) for issue in oldest_first}
        told = {issue.place: tuple(_told(issue, references[issue.place])) for issue in oldest_first}
        return cls(oldest_first, told, references)


def _reference(issue: Issue) -> Reference:
    base = issue.wording.base_url
    link = f"{base}/issues/{quote(issue.place)}/" if base else ""
    return Reference(week=issue.week, title=issue.title, link=link, slug=issue.slug)


def _told(issue: Issue, reference: Reference) -> Iterator[Told]:
    for story in (*issue.stories, *issue.headlines):
        anchors = take_anchors(story.id, story.takes)
        yield Told(_shelved(issue, reference, story), tuple(zip(anchors, story.takes, strict=True)))
        yield from (Told(_shelved(issue, reference, sibling), ()) for sibling in story.thread)
    for anchor, take in zip(take_anchors(APART, issue.apart), issue.apart, strict=True):
        yield Told(ShelvedStory(reference=reference, day=issue.date, anchor=anchor), ((anchor, take),))


def _shelved(issue: Issue, reference: Reference, story: PrintedStory | Sibling) -> ShelvedStory:
    return ShelvedStory(
        reference=reference,
        day=issue.date,
        headline=story.headline,
        link=story.link,
        source=story.source,
        language=story.language,
        anchor=story.id,
    )


def name_of(spellings: Sequence[str]) -> str:
    """The most frequent of the spellings, oldest first; of several the one that was used last. Raises IndexError."""
    count = Counter(spellings)
    most = max(count.values(), default=0)
    return [spelling for spelling in spellings if count[spelling] == most][-1]


def slugs_by_key(names: Mapping[str, str]) -> dict[str, str]:
    """A slug for each key, made of its name; `names` in the order in which they came to the archive."""
    return dict(zip(names, unique_slugs(names.values()), strict=True))


def others(name: str, spellings: Iterable[str]) -> tuple[str, ...]:
    """Spellings that a reader calls other names, each once, in order."""
    found: dict[str, str] = {}
    for spelling in spellings:
        found.setdefault(fold(spelling) or spelling, spelling)
    return tuple(other for key, other in found.items() if key != (fold(name) or name))


def by_name(shelves: Iterable[Shelf]) -> tuple[Shelf, ...]:
    """In the order of a list: without case and accents."""
    return tuple(sorted(shelves, key=lambda shelf: (fold(shelf.name), shelf.name, shelf.slug)))


def places_linked(text: str, base_url: str, places: Collection[str]) -> tuple[str, ...]:
    """Those of the places whose address on the web stands in the text, by name."""
    if not base_url or base_url not in text:
        return ()
    found = re.findall(rf"{re.escape(base_url)}/issues/([^/\s\"'<>()\[\]#?]+)", text)
    return tuple(sorted({unquote(place) for place in found} & set(places)))
