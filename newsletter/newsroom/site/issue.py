"""What is made of one issue for the archive: page, Markdown, picture, its share of feeds and search. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from newsletter.archive.feeds.entries import content_of, page_address
from newsletter.archive.search.index import dump, searchable
from newsletter.model.audience import Variant
from newsletter.model.issue import Issue, ToldCorrection
from newsletter.model.ports import Templates
from newsletter.model.shelf import Around, Site
from newsletter.newsroom.images import picture_font
from newsletter.press.dates import day
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.issue_markdown import issue_markdown
from newsletter.press.linking.terms import with_term_links
from newsletter.press.pictures.picture import picture
from newsletter.press.site.pages import archived_page
from newsletter.press.variants import VARIANTS, in_variant

#: What is made of an issue; the variants are its entries in the feeds.
Part = Literal["page", "search", "markdown", "picture", "full", "news", "explainer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that the parts of one issue are made of, but for the templates."""

    issue: Issue
    corrections: tuple[ToldCorrection, ...]
    around: Around
    site: Site

    def made_of(self, part: Part) -> tuple[object, ...]:
        """What the part depends on besides the issue, and nothing else: so it is made again as seldom as can be."""
        if part == "markdown":
            return ()
        if part in VARIANTS:
            return (self.corrections, self.site.wording, self.site.theme)
        return (self.corrections, self.around, self.site)

    def written(self) -> tuple[str, str, str]:
        """What stands in the picture: name, title and date."""
        return self.site.wording.name, self.issue.title, day(self.issue.date)


def make_parts(sheet: Sheet, keys: Mapping[Part, str], templates: Templates) -> dict[str, bytes]:
    """Make those parts, each under the key that it is asked for by. Raises FaultyTemplate."""
    made: dict[str, bytes] = {}
    page = ""
    linked = sheet if keys.keys() <= {"picture"} else _with_links(sheet)
    for part, key in keys.items():
        match part:
            case "page" | "search":
                page = page or _page(linked, templates)
                made[key] = page.encode() if part == "page" else _search(sheet.issue, page)
            case "markdown":
                fill = filler(templates, FILTERS)
                made[key] = issue_markdown(linked.issue, fill).encode()
            case "picture":
                name, title, dated = sheet.written()
                made[key] = picture(name=name, title=title, dated=dated, theme=sheet.site.theme, font=picture_font())
            case _:
                made[key] = _entry(linked if part == "full" else sheet, part, templates)
    return made


def _with_links(sheet: Sheet) -> Sheet:
    """With the terms of the issue linked, and none left to be looked for again by each part."""
    return replace(sheet, issue=replace(with_term_links(sheet.issue), terms=()))


def _page(sheet: Sheet, templates: Templates) -> str:
    return archived_page(
        sheet.issue, corrections=sheet.corrections, around=sheet.around, templates=templates, site=sheet.site
    )


def _search(issue: Issue, page: str) -> bytes:
    return dump(searchable(issue.place, issue.title, issue.date, page))


def _entry(sheet: Sheet, variant: Variant, templates: Templates) -> bytes:
    """What the feed of the variant shows: the page as it would be without a site around it; b"" if it has none."""
    part = in_variant(sheet.issue, variant)
    if part is None:
        return b""
    site = Site(wording=sheet.site.wording, theme=sheet.site.theme)
    page = archived_page(part, corrections=sheet.corrections, around=Around(), templates=templates, site=site)
    return content_of(page, page_address(site.wording.base_url, sheet.issue.place)).encode()
