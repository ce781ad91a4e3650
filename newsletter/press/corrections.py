"""Corrections in each form of the issue: on its own page, and at the foot of a later one. Pure."""

from __future__ import annotations

from markupsafe import Markup, escape

from newsletter import links
from newsletter.model.issue import ToldCorrection
from newsletter.press import dates
from newsletter.press.filling.environment import markup
from newsletter.press.prose import columns, safe_markdown
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.plain import fragment_to_text
from newsletter.press.prose.quoting import quoted_html, quoted_markdown

#: Headings within a correction stand below the title of its page, or below the heading "Corrections".
_BELOW_TITLE, _BELOW_HEADING = 2, 3


def dated_html(one: ToldCorrection) -> Markup:
    """As it stands on the page of the issue that it corrects: "Correction, 9 June 2024: …"."""
    day = f'<time datetime="{one.day.isoformat()}">{dates.day(one.day)}</time>'
    return markup(_led(one, f"<strong>Correction, {day}</strong>", _BELOW_TITLE))


def told_html(one: ToldCorrection) -> Markup:
    """As it stands at the foot of a later issue: "Correction to Week #22 2024 - …: …", the issue linked."""
    return markup(_led(one, f"<strong>{_lead(one)}</strong>", _BELOW_HEADING))


def told_text(one: ToldCorrection, width: int = columns.WIDTH) -> str:
    """The same as plain text, with its links below it."""
    return fragment_to_text(_led(one, _lead(one), _BELOW_HEADING), width=width)


def told_markdown(one: ToldCorrection) -> str:
    """The same as Markdown."""
    lead = f"Correction to {safe_markdown.link(one.reference.title, one.reference.link)}"
    return quoted_markdown(safe_markdown.harmless(one.text, top_level=_BELOW_HEADING), "", "", name=lead)


def _lead(one: ToldCorrection) -> str:
    title, link = escape(one.reference.title), one.reference.link
    if not link or links.printed(link) is None:
        return f"Correction to {title}"
    return f'Correction to <a href="{escape(link)}">{title}</a>'


def _led(one: ToldCorrection, lead: str, top_level: int) -> str:
    return quoted_html(to_html(one.text, top_level=top_level), "", "", name=lead)
