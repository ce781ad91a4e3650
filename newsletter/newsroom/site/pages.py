"""The pages of the archive that are no issue's: the first, years, members, sources, terms, search. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from newsletter.model.issue import Reference
from newsletter.model.ports import Templates
from newsletter.model.shelf import Shelf, Shelves, Site
from newsletter.newsroom.site.cache import SiteCache
from newsletter.newsroom.site.workers import Job
from newsletter.press.site.pages import Kind, index_page, list_page, missing_page, search_page, shelf_page, year_page

_KINDS: tuple[Kind, ...] = ("members", "sources", "terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPage:
    """A page before it is made."""

    #: The key that the cache knows it by.
    key: str
    make: Callable[..., str]
    #: The day of its last change; None for pages that search engines need not know.
    day: date | None

    def job(self, at_hand: Mapping[str, bytes | None]) -> Job | None:
        """What makes it; None if it is at hand."""
        return partial(_make, self.key, self.make) if at_hand[self.key] is None else None


def lists_in(shelved: Shelves) -> tuple[str, ...]:
    """The lists that the header of a page names: those that hold something, and the search where there is an issue."""
    return (*(kind for kind in _KINDS if _of(kind, shelved)), *(("search",) if shelved.issues else ()))


def other_pages(shelved: Shelves, days: Mapping[str, date], site: Site, cache: SiteCache) -> dict[str, OtherPage]:
    """Every such page by its file; `days` are, by an issue's place, those of its last change."""
    keys = {kind: [cache.key("shelf", shelf) for shelf in _of(kind, shelved)] for kind in _KINDS}
    whole = cache.key("shelves", shelved.issues, keys)
    newest = max(days.values(), default=None)
    pages: dict[str, OtherPage] = {}

    def add(name: str, make: Callable[..., str], *made_of: object, day: date | None = None) -> None:
        key = cache.key("other", name, site, *made_of)
        pages[name] = OtherPage(key=key, make=partial(make, site=site), day=day)

    add("404.html", missing_page)
    # The first page and the lists may show anything of all shelves.
    add("index.html", partial(index_page, shelved), whole, day=newest)
    if shelved.issues:
        add("search/index.html", search_page)
    for year in sorted({issue.reference.week.year for issue in shelved.issues}):
        held = (one.reference for one in shelved.issues if one.reference.week.year == year)
        add(f"years/{year}/index.html", partial(year_page, year, shelved), whole, day=_newest(held, days))
    for kind in _KINDS:
        if shelves := _of(kind, shelved):
            add(f"{kind}/index.html", partial(list_page, kind, shelved), whole, day=newest)
        for shelf, shelf_key in zip(shelves, keys[kind], strict=True):
            day = _newest((*shelf.explained, *(story.reference for story in shelf.stories)), days)
            add(f"{kind}/{shelf.slug}/index.html", partial(shelf_page, kind, shelf), shelf_key, day=day)
    return pages


def _make(key: str, make: Callable[..., str], templates: Templates) -> dict[str, bytes]:
    return {key: make(templates=templates).encode()}


def _of(kind: Kind, shelved: Shelves) -> tuple[Shelf, ...]:
    return {"members": shelved.members, "sources": shelved.sources, "terms": shelved.terms}[kind]


def _newest(references: Iterable[Reference], days: Mapping[str, date]) -> date | None:
    return max((days[one.place] for one in references if one.place in days), default=None)
