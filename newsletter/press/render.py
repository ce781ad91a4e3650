"""An issue in, all its renditions out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.errors import FaultyTemplate
from newsletter.model.issue import Issue, Renditions, ToldCorrection
from newsletter.model.marks import LETTER_MARKS
from newsletter.model.ports import Templates
from newsletter.press import email, text
from newsletter.press.email import email_html
from newsletter.press.environment import filler
from newsletter.press.filters import FILTERS
from newsletter.press.issue_markdown import issue_markdown
from newsletter.press.pages import issue_page
from newsletter.press.terms import with_term_links
from newsletter.press.text import email_text


def render(issue: Issue, *, templates: Templates) -> Renditions:
    """Render every form of the issue: equal issues and templates give equal bytes.

    Raises:
        FaultyTemplate: a template is missing or has a mistake, or one of the e-mail's lost its mark.
    """
    fill = filler(templates, FILTERS)
    issue = with_term_links(issue)
    renditions = Renditions(
        markdown=issue_markdown(issue, fill),
        email_html=email_html(issue, fill),
        email_text=email_text(issue, fill),
        page=issue_page(issue, fill),
    )
    for name, part in ((email.NAME, renditions.email_html), (text.NAME, renditions.email_text)):
        for mark in LETTER_MARKS:
            if mark not in part:
                found = templates.source(name)
                raise FaultyTemplate(
                    f"{found[1] if found else name}: {mark} stands nowhere in it.",
                    mend="Every letter must show its reader the way out: put the mark where the address belongs.",
                )
    return renditions


def corrected_page(issue: Issue, corrections: Sequence[ToldCorrection], *, templates: Templates) -> str:
    """Render the page alone, with corrections at its top; without any it is that of `render`. Raises FaultyTemplate."""
    return issue_page(with_term_links(issue), filler(templates, FILTERS), corrections=corrections)
