"""The publishers whose stories were printed, with those stories. Pure."""

from __future__ import annotations

from newsletter.archive.lists.shelving import NamedThere, Shelving, Told, by_name, name_of, others, slugs_by_key
from newsletter.model.shelf import Shelf
from newsletter.text import fold


def source_shelves(shelving: Shelving) -> tuple[tuple[Shelf, ...], NamedThere]:
    """A page for every source of a story, those told in a line included, and the slugs of those named in each issue.

    Spellings that differ in case, accents and punctuation alone are one source.
    """
    told: dict[str, list[Told]] = {}
    for issue in shelving.issues:
        for one in shelving.told[issue.place]:
            if one.story.source:
                told.setdefault(_key(one.story.source), []).append(one)
    slugs = slugs_by_key({key: ones[0].story.source for key, ones in told.items()})
    named: NamedThere = {}
    for key, ones in told.items():
        for one in ones:
            named.setdefault(one.story.reference.place, {})[one.story.source] = slugs[key]
    return by_name(_shelf(slugs[key], ones) for key, ones in told.items()), named


def _key(source: str) -> str:
    return fold(source) or source


def _shelf(slug: str, told: list[Told]) -> Shelf:
    """`told` oldest issue first, each issue's stories in printed order."""
    spellings = [one.story.source for one in told]
    name = name_of(spellings)
    by_issue: dict[str, list[Told]] = {}
    for one in told:
        by_issue.setdefault(one.story.reference.place, []).append(one)
    stories = (one for ones in reversed(by_issue.values()) for one in ones)
    return Shelf(
        slug=slug,
        name=name,
        also=others(name, spellings),
        stories=tuple(one.with_takes(take for _, take in one.takes) for one in stories),
    )
