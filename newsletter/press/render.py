"""An issue in, all its renditions out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.errors import FaultyTemplate, NotReady
from newsletter.model.audience import Variant
from newsletter.model.issue import Issue, Renditions, ToldCorrection
from newsletter.model.marks import LETTER_MARKS
from newsletter.model.ports import Templates
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.issue_markdown import issue_markdown
from newsletter.press.letter import html as email
from newsletter.press.letter import text
from newsletter.press.letter.html import letter
from newsletter.press.letter.text import email_text
from newsletter.press.linking.terms import with_term_links
from newsletter.press.site.pages import issue_page
from newsletter.press.variants import in_variant


def render(issue: Issue, *, templates: Templates, variant: Variant = "full") -> Renditions:
    """Render every form of a variant of the issue: equal issues and templates give equal bytes.

    The page is that of the whole issue in every variant: the archive has no other.

    Raises:
        FaultyTemplate: a template is missing or has a mistake, or one of the e-mail's lost its mark.
        NotReady: nothing of the issue is left in the variant.
    """
    fill = filler(templates, FILTERS)
    cut = in_variant(issue, variant)
    if cut is None:
        raise NotReady(
            f"{issue.week} holds nothing for the variant {variant}.",
            mend="Whoever chose it gets the first variant this week.",
        )
    linked = with_term_links(cut)
    mail = letter(linked, fill)
    renditions = Renditions(
        markdown=issue_markdown(linked, fill),
        email_html=mail.html,
        email_text=email_text(linked, fill),
        page=issue_page(linked if variant == "full" else with_term_links(issue), fill),
        variant=variant,
        shortened=mail.shortened,
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
