"""The members of the team, those of former days included, with all that they wrote. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.archive.lists.shelving import (
    NamedThere,
    Shelving,
    by_name,
    name_of,
    others,
    places_linked,
    slugs_by_key,
)
from newsletter.model.issue import Issue, PrintedTake, Reference
from newsletter.model.members import Member
from newsletter.model.shelf import Shelf, ShelvedStory
from newsletter.text import fold


def member_shelves(shelving: Shelving, members: Sequence[Member]) -> tuple[tuple[Shelf, ...], NamedThere]:
    """A page for everyone who wrote a take, and the slugs of those named in each issue.

    A name that two people bear in one issue leads to neither.
    """
    people = _People(shelving, members)
    found = _gathered(shelving, people)
    slugs = slugs_by_key(
        {member.id: member.id for member in members} | {key: _basis(key, one) for key, one in found.items()}
    )
    configured = {member.id: member for member in members}
    shelves = [_shelf(slugs[key], one, configured.get(key), shelving) for key, one in found.items()]
    return by_name(shelves), _named(shelving, people, {key: slugs[key] for key in found})


class _People:
    """Who wrote what: by the member's id, else by the name."""

    def __init__(self, shelving: Shelving, members: Sequence[Member]) -> None:
        self._ids = {member.id for member in members}
        self._names: dict[str, str] = {}
        for member in members:
            for name in (member.name, *member.aka):
                self._names.setdefault(_folded(name), member.id)
        former: dict[str, set[str]] = {}
        for told in shelving.told.values():
            for _, take in (pair for one in told for pair in one.takes):
                if take.member and take.member not in self._ids:
                    former.setdefault(_folded(take.author), set()).add(take.member)
        #: Names that one id alone bore of those that newsletter.toml no longer has.
        self._former = {name: min(ids) for name, ids in former.items() if len(ids) == 1}

    def of_take(self, take: PrintedTake) -> str:
        if take.member in self._ids:
            return take.member
        name = _folded(take.author)
        # No id begins with a blank.
        return self._names.get(name) or take.member or self._former.get(name) or f" {name}"

    def of_name(self, name: str) -> str:
        """Whose name it is; for a name that nobody is known by, the key that its takes would have."""
        folded = _folded(name)
        return self._names.get(folded) or self._former.get(folded) or f" {folded}"


@dataclass(slots=True)
class _Wrote:
    #: As printed, oldest first.
    names: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    #: Newest first.
    stories: list[ShelvedStory] = field(default_factory=list)
    explained: list[Reference] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def _gathered(shelving: Shelving, people: _People) -> dict[str, _Wrote]:
    """What each wrote, in the order in which they came to the archive."""
    found: dict[str, _Wrote] = {}
    for issue in shelving.issues:
        for told in shelving.told[issue.place]:
            for _, take in told.takes:
                one = found.setdefault(people.of_take(take), _Wrote())
                one.names.append(take.author)
                one.links.append(take.author_link)
                one.texts.append(take.text)
    for issue in reversed(shelving.issues):
        for told in shelving.told[issue.place]:
            by: dict[str, list[PrintedTake]] = {}
            for _, take in told.takes:
                by.setdefault(people.of_take(take), []).append(take)
            for key, takes in by.items():
                found[key].stories.append(told.with_takes(takes))
        if issue.explainer and (writer := found.get(people.of_name(issue.explainer.author))):
            writer.explained.append(shelving.references[issue.place])
    return found


def _basis(key: str, one: _Wrote) -> str:
    """What a slug is made of: an id as it is, else the name as it was printed first."""
    return one.names[0] if key.startswith(" ") else key


def _shelf(slug: str, one: _Wrote, member: Member | None, shelving: Shelving) -> Shelf:
    name = member.name if member else name_of(one.names)
    printed = [link for link in one.links if link]
    return Shelf(
        slug=slug,
        name=name,
        link=(member.link if member else "") or (printed[-1] if printed else ""),
        also=others(name, one.names),
        explained=tuple(one.explained),
        stories=tuple(one.stories),
        places=places_linked("\n".join(one.texts), _base(shelving.issues), shelving.references),
    )


def _base(issues: Sequence[Issue]) -> str:
    """The address of the site on the web as the newest issue knows it."""
    return issues[-1].wording.base_url if issues else ""


def _named(shelving: Shelving, people: _People, slugs: dict[str, str]) -> NamedThere:
    found: NamedThere = {}
    for issue in shelving.issues:
        keys: dict[str, set[str]] = {}
        for told in shelving.told[issue.place]:
            for _, take in told.takes:
                keys.setdefault(take.author, set()).add(people.of_take(take))
        if issue.explainer and issue.explainer.author and issue.explainer.author not in keys:
            keys[issue.explainer.author] = {people.of_name(issue.explainer.author)}
        found[issue.place] = {
            name: slugs[min(bearers)] for name, bearers in keys.items() if len(bearers) == 1 and min(bearers) in slugs
        }
    return found


def _folded(name: str) -> str:
    return fold(name) or name
