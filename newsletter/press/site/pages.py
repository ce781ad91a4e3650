"""The pages of the site: issues, lists of them, what members, sources and terms have in them, the way out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from newsletter.model.issue import Issue, ToldCorrection
from newsletter.model.ports import Templates
from newsletter.model.shelf import APART, Around, Shelf, ShelvedIssue, ShelvedStory, Shelves, Site, take_anchors
from newsletter.press.filling.environment import Fill, filler
from newsletter.press.filling.filters import FILTERS, minutes
from newsletter.press.linking.terms import with_term_links
from newsletter.press.site.fragments import inward, shown, take_words, voiced
from newsletter.press.site.initials import by_initial

#: A list of members, sources or terms.
Kind = Literal["members", "sources", "terms"]
#: From so many entries on, a list stands by initial letters.
_LONG_LIST = 80
#: So many members, terms and sources stand on the first page: those with most in the archive.
_ON_INDEX = 16
#: From an issue's folder, and from a page of a list, to the site's folder.
_UP_TWO, _UP_ONE = "../../", "../"


def issue_page(issue: Issue, fill: Fill, *, corrections: Sequence[ToldCorrection] = ()) -> str:
    """Render the issue as a page that stands alone: no site lies around it, and all its links are absolute.

    `corrections` of this issue, oldest first, stand in a box at its top.
    """
    site = Site(wording=issue.wording, theme=issue.theme)
    return _issue(issue, fill, site=site, corrections=corrections, around=Around(), alone=True)


def archived_page(
    issue: Issue,
    *,
    corrections: Sequence[ToldCorrection] = (),
    around: Around,
    templates: Templates,
    site: Site | None = None,
) -> str:
    """Render the issue as the page of the archive at issues/PLACE/index.html, its terms linked.

    `site` gives the publication's present name and look; without it they are those of the issue. Raises FaultyTemplate.
    """
    present = site or Site(wording=issue.wording, theme=issue.theme, lists=around.lists)
    page = _issue(
        with_term_links(issue),
        filler(templates, FILTERS),
        site=present,
        corrections=corrections,
        around=around,
        alone=False,
    )
    for base in dict.fromkeys((issue.wording.base_url, present.wording.base_url)):
        page = inward(page, base, around.places, root=_UP_TWO)
    return page


def _issue(
    issue: Issue, fill: Fill, *, site: Site, corrections: Sequence[ToldCorrection], around: Around, alone: bool
) -> str:
    return fill(
        "pages/issue.html.j2",
        issue=issue,
        corrections=corrections,
        around=around,
        site=site,
        wording=site.wording,
        alone=alone,
        root=_UP_TWO,
        here="",
        language=issue.wording.language,
        glance=_glance(issue),
        shown=shown,
        voiced=partial(voiced, pages=around.members, root=_UP_TWO, language=issue.wording.language),
        take_anchors=take_anchors,
        apart=APART,
    )


def _glance(issue: Issue) -> str:
    """What is in an issue and how long it takes: "3 stories, 4 voices, 6 min"; never empty."""
    takes = [*(take for story in issue.stories for take in story.takes), *issue.apart]
    topic = issue.explainer
    read = [
        issue.intro,
        *((topic.tldr, topic.body) if topic else ()),
        *(words for story in issue.stories for words in (story.headline, story.summary)),
        *(take.text for take in takes),
        *(story.headline for story in issue.headlines),
    ]
    told = [
        _counted(len(issue.stories), "story", "stories") or _counted(len(issue.headlines), "headline", "headlines"),
        _counted(len({take.member or take.author for take in takes}), "voice", "voices"),
        f"{minutes(chr(10).join(read))} min",
    ]
    return ", ".join(filter(None, told))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


# Lists ---------------------------------------------------------------------------------------------


def index_page(shelves: Shelves, *, site: Site, templates: Templates) -> str:
    """Render the site's first page: the latest issue, those of its year and the one before, and ways to all else."""
    years = _years(shelves)
    return _page(
        "pages/index.html.j2",
        site,
        templates,
        root="",
        here="issues",
        latest=shelves.issues[0] if shelves.issues else None,
        recent=years[:2],
        years=[(year, len(issues)) for year, issues in years],
        most=[(kind, len(_of(kind, shelves)), _most(_of(kind, shelves))) for kind in ("members", "terms", "sources")],
    )


def year_page(year: int, shelves: Shelves, *, site: Site, templates: Templates) -> str:
    """Render years/YEAR/index.html: the issues of that ISO year, newest first, and the way to the years beside it."""
    years = [held for held, _ in _years(shelves)]
    at = years.index(year)
    return _page(
        "pages/year.html.j2",
        site,
        templates,
        root=_UP_TWO,
        here="issues",
        year=year,
        issues=dict(_years(shelves))[year],
        earlier=years[at + 1] if at + 1 < len(years) else None,
        later=years[at - 1] if at else None,
    )


def list_page(kind: Kind, shelves: Shelves, *, site: Site, templates: Templates) -> str:
    """Render members/index.html and the like: every name, with how much there is of it; long lists by initial."""
    entries = [(shelf, _amount(kind, shelf)) for shelf in _of(kind, shelves)]
    groups = by_initial(entries, lambda entry: entry[0].name) if len(entries) > _LONG_LIST else (("", entries),)
    return _page(
        "pages/list.html.j2", site, templates, root=_UP_ONE, here=kind, kind=kind, groups=groups, total=len(entries)
    )


def shelf_page(kind: Kind, shelf: Shelf, *, site: Site, templates: Templates) -> str:
    """Render the page of one member, source or term: everything there is of it, by year, newest first."""
    years: dict[int, list[ShelvedStory]] = {}
    # An issue may bear a date of the year after its week's: the years need not stand one behind the other.
    for story in shelf.stories:
        years.setdefault(story.reference.week.year, []).append(story)
    page = _page(
        "pages/shelf.html.j2",
        site,
        templates,
        root=_UP_TWO,
        here=kind,
        kind=kind,
        shelf=shelf,
        years=list(years.items()),
        issues=len({story.reference.place for story in shelf.stories}),
        takes=sum(len(story.takes) for story in shelf.stories),
        take_words=take_words,
    )
    return inward(page, site.wording.base_url, shelf.places, root=_UP_TWO)


def search_page(site: Site, *, templates: Templates) -> str:
    """Render search/index.html, the one page of the site with a script."""
    return _page("pages/search.html.j2", site, templates, root=_UP_ONE, here="search")


def _of(kind: str, shelves: Shelves) -> tuple[Shelf, ...]:
    return {"members": shelves.members, "sources": shelves.sources, "terms": shelves.terms}[kind]


def _amount(kind: str, shelf: Shelf) -> int:
    """How much there is: takes of a member, stories of a source, both and explainers of a term."""
    takes = sum(len(story.takes) for story in shelf.stories)
    return takes if kind == "members" else len(shelf.stories) + len(shelf.explained)


def _most(entries: Sequence[Shelf]) -> list[Shelf]:
    """Those with most in the archive, by name."""
    by_size = sorted(entries, key=lambda shelf: (-len(shelf.stories) - len(shelf.explained), shelf.slug))
    kept = {shelf.slug for shelf in by_size[:_ON_INDEX]}
    return [shelf for shelf in entries if shelf.slug in kept]


def _years(shelves: Shelves) -> list[tuple[int, list[ShelvedIssue]]]:
    """Issues by ISO year, newest first."""
    found: dict[int, list[ShelvedIssue]] = {}
    for issue in shelves.issues:
        found.setdefault(issue.reference.week.year, []).append(issue)
    return sorted(found.items(), reverse=True)


# Pages that stand by themselves ----------------------------------------------------------------------


def missing_page(site: Site, *, templates: Templates) -> str:
    """Render what a server shows for an address that leads nowhere, at whatever depth: its links are absolute."""
    base = site.wording.base_url
    return _page("pages/404.html.j2", site, templates, root=f"{base}/" if base else "", here="", alone=not base)


def unsubscribe_page(site: Site, *, templates: Templates, action: str, state: Literal["ask", "done", "unknown"]) -> str:
    """Render the page behind the unsubscribe link.

    "ask" shows one button that posts to `action`; "done" says so; "unknown" is for a link that we did not write.
    """
    return _page(
        "pages/unsubscribe.html.j2",
        site,
        templates,
        root="",
        here="",
        alone=True,
        name=site.wording.name,
        action=action,
        done=state == "done",
        known=state != "unknown",
    )


def _page(
    template: str, site: Site, templates: Templates, *, root: str, here: str, alone: bool = False, **more: object
) -> str:
    wording = site.wording
    shared = {"site": site, "wording": wording, "root": root, "here": here, "alone": alone}
    return filler(templates, FILTERS)(template, **shared, language=wording.language, **more)
