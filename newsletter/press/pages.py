"""The pages of the site: an issue, the list of issues, what is missing, and the reader's way out. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import groupby
from typing import Literal

from newsletter.model.issue import Issue, ToldCorrection, Wording
from newsletter.model.ports import Templates
from newsletter.model.week import Week
from newsletter.press.environment import Fill, filler
from newsletter.press.filters import FILTERS


def issue_page(issue: Issue, fill: Fill, *, corrections: Sequence[ToldCorrection] = ()) -> str:
    """Render the issue as a page that lies at issues/WEEK/index.html of the site.

    `corrections` of this issue, oldest first, stand in a box at its top.
    """
    return fill("pages/issue.html.j2", issue=issue, corrections=corrections)


def index_page(
    issues: Iterable[Issue], *, wording: Wording, templates: Templates, corrected: Container[Week] = ()
) -> str:
    """Render the site's first page: all issues by year, newest first, those `corrected` marked; may have none."""
    newest_first = sorted(issues, key=lambda issue: issue.week, reverse=True)
    years = tuple((year, tuple(group)) for year, group in groupby(newest_first, key=lambda issue: issue.week.year))
    return filler(templates, FILTERS)("pages/index.html.j2", wording=wording, years=years, corrected=corrected)


def missing_page(wording: Wording, *, templates: Templates) -> str:
    """Render what a server shows for an address that leads nowhere."""
    return filler(templates, FILTERS)("pages/404.html.j2", wording=wording)


def unsubscribe_page(
    wording: Wording, *, templates: Templates, action: str, state: Literal["ask", "done", "unknown"]
) -> str:
    """Render the page behind the unsubscribe link.

    "ask" shows one button that posts to `action`; "done" says so; "unknown" is for a link that we did not write.
    """
    return filler(templates, FILTERS)(
        "pages/unsubscribe.html.j2",
        wording=wording,
        name=wording.name,
        language=wording.language,
        action=action,
        done=state == "done",
        known=state != "unknown",
    )
