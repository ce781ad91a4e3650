"""The issue as the HTML part of an e-mail: tables, styles written into the elements, nothing loaded from afar. Pure."""

from __future__ import annotations

from functools import cache

from css_inline import CSSInliner, InlineError

from newsletter.errors import FaultyTemplate
from newsletter.model.issue import Issue
from newsletter.press.environment import Fill

NAME = "email.html.j2"


def email_html(issue: Issue, fill: Fill) -> str:
    """Render the HTML part; it holds the mark of the unsubscribe address."""
    try:
        return _inliner().inline(fill(NAME, issue=issue))
    except InlineError as fault:
        raise FaultyTemplate(f"templates/{NAME}: {fault}", mend="Mend the style sheet in it.") from fault


@cache
def _inliner() -> CSSInliner:
    # Remote style sheets are on by default, and that means local files too.
    return CSSInliner(remove_inlined_selectors=True, minify_css=True, load_remote_stylesheets=False)
