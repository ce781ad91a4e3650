"""Every template filled in with made-up issues, each in each of its states: where a mistake shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Literal

from newsletter.errors import FaultyTemplate
from newsletter.model.issue import Issue, Reference, ToldCorrection
from newsletter.model.ports import Templates
from newsletter.model.remarks import Remark
from newsletter.model.shelf import Around, Shelf, ShelvedIssue, ShelvedStory, Shelves, Site
from newsletter.press.desk_pages import (
    VIEWS,
    WIDTHS,
    Inbox,
    Shown,
    StoryLine,
    TakeLine,
    file_page,
    plain_page,
    preview_page,
    script,
    style_sheet,
)
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.filling.specimen import specimens
from newsletter.press.issue_markdown import issue_markdown
from newsletter.press.letter.html import email_html
from newsletter.press.letter.text import email_text
from newsletter.press.render import render
from newsletter.press.site import pages
from newsletter.press.variants import VARIANTS, in_variant

#: Fills in one page or one part of a letter. Raises FaultyTemplate.
Trial = Callable[[Templates], object]
_KINDS: tuple[Literal["members", "sources", "terms"], ...] = ("members", "sources", "terms")
#: Where the button to leave sends its form.
_ACTION = "the-key-of-a-reader"
_STATES: tuple[Literal["ask", "done", "unknown"], ...] = ("ask", "done", "unknown")


def trials() -> Iterator[Trial]:
    """Every rendition and every page, each with much in it and with little."""
    issues = specimens()
    for issue in issues:
        for variant in VARIANTS:
            if (cut := in_variant(issue, variant)) is not None:
                yield partial(_markdown, cut)
                yield partial(_email_html, cut)
                yield partial(_email_text, cut)
        yield partial(_issue_page, issue)
        yield from _site(issue, _shelves(issue))
    # The archive before its first issue.
    yield from _lists(Shelves(), Site(wording=issues[0].wording, theme=issues[0].theme))
    # Once more by the way that an issue goes: it also asks for the marks of the letter.
    yield lambda templates: render(issues[0], templates=templates)
    yield from _desk(issues[0])


def _markdown(issue: Issue, templates: Templates) -> object:
    return issue_markdown(issue, filler(templates, FILTERS))


def _email_html(issue: Issue, templates: Templates) -> object:
    return email_html(issue, filler(templates, FILTERS))


def _email_text(issue: Issue, templates: Templates) -> object:
    return email_text(issue, filler(templates, FILTERS))


def _issue_page(issue: Issue, templates: Templates) -> object:
    page = pages.issue_page(issue, filler(templates, FILTERS), corrections=_corrections(issue))
    for told in (*issue.corrections, *_corrections(issue)):
        # Up to its first mark-up, however the template prints it.
        words = told.text.partition("*")[0]
        _must_hold(page, words, "pages/issue.html.j2", "It prints no corrections, or only some.")
    return page


def _corrections(issue: Issue) -> tuple[ToldCorrection, ...]:
    reference = Reference(week=issue.week, title=issue.title)
    return (ToldCorrection(reference=reference, day=date(2024, 6, 10), text="The figure was *four*."),)


def _site(issue: Issue, shelves: Shelves) -> Iterator[Trial]:
    """The archive with the issue in it."""
    lists = (*_KINDS, "search")
    site = Site(wording=issue.wording, theme=issue.theme, lists=lists)
    around = Around(
        previous=issue.previous,
        following=issue.previous,
        past_years=(Reference(week=issue.week.after(-52), title="A year ago"),),
        members={"Yoga": "yoga"},
        sources={"Byteline": "byteline"},
        terms={"model": "model"},
        picture="picture.png",
        lists=lists,
    )
    yield lambda templates: pages.archived_page(
        issue, corrections=_corrections(issue), around=around, site=site, templates=templates
    )
    yield from _lists(shelves, site)
    yield lambda templates: pages.year_page(issue.week.year, shelves, site=site, templates=templates)
    for kind in _KINDS:
        yield partial(_shelf_page, kind, shelves.members[0], site)
    yield lambda templates: pages.search_page(site, templates=templates)
    yield lambda templates: pages.missing_page(site, templates=templates)
    for state in _STATES:
        yield partial(_unsubscribe_page, state, site)


def _lists(shelves: Shelves, site: Site) -> Iterator[Trial]:
    yield partial(_index_page, shelves, site)
    for kind in _KINDS:
        yield partial(_list_page, kind, shelves, site)


def _shelves(issue: Issue) -> Shelves:
    reference = Reference(week=issue.week, title=issue.title)
    held = ShelvedIssue(
        reference=reference, day=issue.date, number=issue.number, topic=issue.topic, summary="One line.", corrected=True
    )
    story = ShelvedStory(
        reference=reference,
        day=issue.date,
        headline="Deepfakes attend meetings",
        link="https://news.example.com/deepfakes",
        source="Byteline",
        anchor="deepfakes",
        takes=tuple(take for one in issue.stories for take in one.takes),
    )
    apart = ShelvedStory(reference=reference, day=issue.date, takes=issue.apart)
    shelf = Shelf(
        slug="yoga",
        name="Yoga",
        link="https://yoga.example.com/",
        also=("Y.",),
        explained=(reference,),
        stories=(story, apart),
    )
    return Shelves(issues=(held,), members=(shelf,), sources=(shelf,), terms=(shelf,))


def _index_page(shelves: Shelves, site: Site, templates: Templates) -> object:
    return pages.index_page(shelves, site=site, templates=templates)


def _list_page(
    kind: Literal["members", "sources", "terms"], shelves: Shelves, site: Site, templates: Templates
) -> object:
    return pages.list_page(kind, shelves, site=site, templates=templates)


def _shelf_page(kind: Literal["members", "sources", "terms"], shelf: Shelf, site: Site, templates: Templates) -> object:
    return pages.shelf_page(kind, shelf, site=site, templates=templates)


def _unsubscribe_page(state: Literal["ask", "done", "unknown"], site: Site, templates: Templates) -> object:
    page = pages.unsubscribe_page(site, templates=templates, action=_ACTION, state=state)
    if state == "ask":
        _must_hold(page, f'action="{_ACTION}"', "pages/unsubscribe.html.j2", "No form sends to {{ action }}.")
    return page


def _must_hold(page: str, words: str, name: str, what: str) -> None:
    """Raise FaultyTemplate if a page lacks what its readers are owed."""
    if words not in page:
        mend = "See how the one that came with the program does it, or delete the file to go back to that one."
        raise FaultyTemplate(f"templates/{name}: {what}", mend=mend)


def _desk(issue: Issue) -> Iterator[Trial]:
    """The pages around a preview, with a letter and without."""
    remarks = (
        Remark(f"issues/{issue.week}/takes/yoga.md", 2, "error", "held", "It is held.", ("Mend it.",)),
        Remark("newsletter.toml", 0, "notice", "silent", "There is nothing."),
    )
    take = TakeLine(author="Yoga", path=remarks[0].path, line=2, why="It names no story.")
    shown = Shown(
        week=issue.week,
        title=issue.title,
        language=issue.wording.language,
        state="approved",
        about=("As it lies in the folder.",),
        inbox=Inbox(sender="Pulse", subject=issue.subject, preheader=issue.preheader, size=60_000, images=True),
        remarks=remarks,
        files=frozenset({remarks[0].path}),
        stories=(StoryLine(id="one", headline="A story", takes=(take,)), StoryLine(id="two", headline="Another")),
        revision="0",
    )
    nothing = Shown(
        week=issue.week,
        title="",
        language="en",
        state="",
        about=(),
        inbox=None,
        remarks=(),
        files=(),
        stale=True,
        revision="0",
    )
    for view in VIEWS:
        yield partial(_preview_page, shown, view, "wide")
    for width in WIDTHS:
        yield partial(_preview_page, nothing, "mail", width)
    yield lambda templates: file_page(
        remarks[0].path, "a\nb\n", remarks=remarks[:1], revision="0", week=issue.week, templates=templates
    )
    for numbered in (True, False):
        yield partial(_plain_page, numbered=numbered)
    yield lambda templates: style_sheet(templates) + script(templates)


def _preview_page(shown: Shown, view: str, width: str, templates: Templates) -> object:
    return preview_page(shown, view=view, width=width, publication="Tech Pulse", templates=templates)


def _plain_page(templates: Templates, *, numbered: bool) -> object:
    return plain_page("Source", "a\nb", language="en", wrap=numbered, numbered=numbered, templates=templates)
