"""The archive as its pages tell it: issues in their order, and what members, sources and terms have in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from newsletter.model.issue import PrintedTake, Reference, Wording
from newsletter.model.theme import Theme

#: Before the anchors of takes that stand apart; no story's id begins so.
APART = "_apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every page of the archive shares."""

    wording: Wording
    theme: Theme
    #: The lists that there are, for the header of each page, among "members", "sources", "terms", "search".
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where one issue stands in the archive. `members`, `sources` and `terms` give the slug of a page by its name."""

    previous: Reference | None = None
    following: Reference | None = None
    #: Issues of the same ISO week number in earlier years, newest first.
    past_years: tuple[Reference, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    #: The terms of this issue, by name.
    terms: Mapping[str, str] = field(default_factory=dict)
    #: The issue's picture, relative to its page; "" if there is none.
    picture: str = ""
    lists: tuple[str, ...] = ()
    #: Issues of the archive that this one links to by their address on the web, in order.
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedIssue:
    """An issue as lists show it."""

    reference: Reference
    day: date
    number: int
    #: The explainer's title; "" if there was none.
    topic: str = ""
    #: One sentence on it; "" if there is none.
    summary: str = ""
    corrected: bool = False
    stories: int = 0
    takes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedStory:
    """A story of the archive on the page of a member, a source or a term, with the takes that this page shows."""

    reference: Reference
    day: date
    #: "" for takes that stand apart.
    headline: str = ""
    link: str = ""
    source: str = ""
    language: str = ""
    #: Where it stands on the page of its issue: an id there.
    anchor: str = ""
    takes: tuple[PrintedTake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One page of a list: a member, a source or a term. Everything newest first."""

    #: Its folder in the list.
    slug: str
    name: str
    #: A member's own page on the web; "" otherwise.
    link: str = ""
    #: Other names that it goes by.
    also: tuple[str, ...] = ()
    #: The issues that explain a term.
    explained: tuple[Reference, ...] = ()
    stories: tuple[ShelvedStory, ...] = ()
    #: As `Around.places`, of the takes.
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who and what stands in one issue: the slug of the page by the name as it is printed there."""

    members: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    #: By the term's name.
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """The whole archive: issues newest first; members, sources and terms by name."""

    issues: tuple[ShelvedIssue, ...] = ()
    members: tuple[Shelf, ...] = ()
    sources: tuple[Shelf, ...] = ()
    terms: tuple[Shelf, ...] = ()
    #: By the issue's place.
    named: Mapping[str, Named] = field(default_factory=dict)


def take_anchors(story: str, takes: Sequence[PrintedTake]) -> tuple[str, ...]:
    """The id of each take on the page of its issue, in order; `story` is the story's id, or `APART`.

    "zoom-ceo--yoga", and "zoom-ceo--yoga-2" for a second one by the same member. The same in every version of the page
    as long as nobody's takes come before their earlier ones.
    """
    seen: dict[str, int] = {}
    anchors: dict[str, None] = {}
    for take in takes:
        # Signs that nobody sees are not printed, and an id is typed: none is in it.
        who = "".join(filter(str.isprintable, take.member or "-".join(take.author.split())))
        name = f"{story}--{who or 'take'}"
        seen[name] = seen.get(name, 0) + 1
        anchor = name if seen[name] == 1 else f"{name}-{seen[name]}"
        while anchor in anchors:
            seen[name] += 1
            anchor = f"{name}-{seen[name]}"
        anchors[anchor] = None
    return tuple(anchors)
