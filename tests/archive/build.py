"""Builders for the tests of the archive's search: issues that say what a test needs, and their site on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from newsletter.archive.search.index import Searchable, search_files, searchable
from newsletter.model.issue import Issue
from newsletter.model.shelf import Around, Site
from newsletter.model.theme import Theme
from newsletter.model.week import Week
from newsletter.press.site.pages import archived_page, search_page
from tests.press.build import FileTemplates, make_issue, make_wording

FIRST = date(2024, 6, 7)


def page_of(issue: Issue) -> str:
    """The issue's page in the archive."""
    return archived_page(issue, around=Around(), templates=FileTemplates())


def read_issue(issue: Issue) -> Searchable:
    """What an issue brings to the search."""
    return searchable(issue.place, issue.title, issue.date, page_of(issue))


def weekly(number: int, **changes: object) -> Issue:
    """The issue of a week so many weeks after the first."""
    day = FIRST + timedelta(weeks=number)
    week = Week(*day.isocalendar()[:2])
    given: dict[str, object] = {
        "week": week,
        "date": day,
        "title": f"Week #{week.number} {week.year}",
        "explainer": None,
    }
    return make_issue(**given | changes)


def plain_page(*stories: tuple[str, str]) -> str:
    """A page that holds nothing but stories: (headline, text) in HTML."""
    told = "".join(
        f'<article class="story" id="s{i}"><h3>{head}</h3><p>{text}</p></article>'
        for i, (head, text) in enumerate(stories)
    )
    return f'<html><main id="_main"><h1></h1>{told}</main></html>'


def search_html(**changes: object) -> str:
    """The page of the search, as it lies at search/index.html."""
    wording = make_wording(**changes)
    site = Site(wording=wording, theme=Theme(), lists=("members", "sources", "terms", "search"))
    return search_page(site, templates=FileTemplates())


def write_search(folder: Path, parts: Sequence[Searchable]) -> None:
    """Put the search into the site at `folder`; its files of before are gone."""
    search = folder / "search"
    search.mkdir(parents=True, exist_ok=True)
    for old in search.iterdir():
        old.unlink()
    for name, content in (*search_files(parts), ("index.html", search_html().encode())):
        (search / name).write_bytes(content)
