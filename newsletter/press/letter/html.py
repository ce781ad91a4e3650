"""The issue as the HTML part of an e-mail: tables, styles written into the elements, nothing loaded from afar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from css_inline import CSSInliner, InlineError

from newsletter import links
from newsletter.errors import FaultyTemplate
from newsletter.model.issue import Issue
from newsletter.press.filling.environment import Fill
from newsletter.press.letter import cuts as letter_cuts
from newsletter.press.letter.cuts import Cuts
from newsletter.press.letter.style import slimmed
from newsletter.press.prose.fragments import with_escaped_values

NAME = "email.html.j2"
#: Bytes of HTML, decoded, that a letter keeps to if it can: Gmail cuts what is larger, by reports from 99 to 102 KB.
LIMIT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The HTML part, with the mark of the unsubscribe address in it."""

    html: str
    #: What stands in it in part only, each in words, and whole on the page; empty for a letter that is whole.
    shortened: tuple[str, ...] = ()


def letter(issue: Issue, fill: Fill) -> Letter:
    """Render the HTML part. More than Gmail shows is left to the issue's page, if it has one on the web.

    First the explainer but for its beginning, then lists of headlines without takes; never a take. What is still too
    large then is returned as it is: `desk.proof.size` refuses it. Raises FaultyTemplate.
    """
    whole = email_html(issue, fill)
    if not _is_too_large(whole) or links.printed(issue.wording.base_url) is None:
        return Letter(html=whole)
    best, taken = whole, letter_cuts.NONE
    for cuts in letter_cuts.harder(issue):
        made = email_html(issue, fill, cuts)
        # A template of the workspace's own may know of no cuts.
        if len(made) < len(best):
            best, taken = made, cuts
        if not _is_too_large(best):
            break
    return Letter(html=best, shortened=letter_cuts.told(issue, taken))


def email_html(issue: Issue, fill: Fill, cuts: Cuts = letter_cuts.NONE) -> str:
    """Render the HTML part, whole or with these cuts. Raises FaultyTemplate."""
    try:
        return slimmed(with_escaped_values(_inliner().inline(fill(NAME, issue=issue, cuts=cuts))))
    except InlineError as fault:
        raise FaultyTemplate(f"templates/{NAME}: {fault}", mend="Mend the style sheet in it.") from fault


def _is_too_large(html: str) -> bool:
    return len(html.encode()) > LIMIT


@cache
def _inliner() -> CSSInliner:
    # Remote style sheets are on by default, and that means local files too.
    return CSSInliner(remove_inlined_selectors=True, minify_css=True, load_remote_stylesheets=False)
