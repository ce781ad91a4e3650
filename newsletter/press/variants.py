"""The cuts of an issue that a reader may choose: all of it, its news alone, its explainer alone. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter.model.audience import Variant
from newsletter.model.issue import Issue
from newsletter.text import clip, one_line

#: In the order in which they are offered.
VARIANTS: tuple[Variant, ...] = ("full", "news", "explainer")
#: Signs of a line that mail programs show beside the subject (design of the letter, 80 to 110).
_PREHEADER = 110
_WORD = re.compile(r"\w+")
#: Words of a preheader that tell what it is made of.
_COMPARED = 8


def in_variant(issue: Issue, variant: Variant) -> Issue | None:
    """The issue cut to a variant; None if nothing of the week is left in it.

    Title, subject, the editor's words, previous issue and corrections stay. "news" has no TL;DR and no explainer;
    "explainer" has neither stories nor takes. "full" is the issue itself, whatever it holds.
    """
    if variant == "full":
        return issue
    if variant == "news":
        if not (issue.stories or issue.apart or issue.headlines):
            return None
        return replace(issue, explainer=None, images=(), preheader=_preheader(issue, of_news=True))
    if issue.explainer is None:
        return None
    return replace(issue, stories=(), apart=(), headlines=(), preheader=_preheader(issue, of_news=False))


def _preheader(issue: Issue, *, of_news: bool) -> str:
    """The issue's, unless it is made of what this variant leaves out; then what the variant has itself, "" for none."""
    topic = issue.explainer
    heads = " · ".join(story.headline for story in (*issue.stories, *issue.headlines))
    if of_news:
        own, other = heads, topic.tldr if topic else ""
    else:
        own, other = one_line(topic.subtitle) if topic else "", heads
    # What is Markdown there may be plain words here.
    words = _WORD.findall(issue.preheader.removesuffix("…"))[:_COMPARED]
    made_of_other = bool(words) and set(words) <= set(_WORD.findall(other))
    return clip(own, _PREHEADER) if made_of_other else issue.preheader
