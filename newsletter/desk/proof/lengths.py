"""Counts against what the house runs: stories, takes on a story, words of takes, TL;DR and explainer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsletter.desk.past.memory import RECENT
from newsletter.desk.proof.prose import reading_words
from newsletter.model.issue import Explainer, Issue, Placement, Printed
from newsletter.model.remarks import Remark
from newsletter.model.settings import Limits
from newsletter.text import clip, count_words

#: A take of fewer words than this part of the lower bound is hardly one.
_HARDLY = 6
#: So many takes show what a house runs, if so many of a hundred keep to the lower bound.
_ENOUGH_TAKES = 10
_KEPT_TO = 90


def about_stories(issue: Issue, limits: Limits) -> Iterator[Remark]:
    """More or fewer stories with takes than the house runs, and more takes on one story."""
    low, high = limits.stories
    count = len(issue.stories)
    if count and not low <= count <= high:
        have = "1 story has a take" if count == 1 else f"{count} stories have takes"
        yield Remark(f"issues/{issue.week}", 0, "notice", "stories", f"{have}; the house runs {low}–{high}.")
    for story in issue.stories:
        if len(story.takes) > limits.takes_per_story:
            what = (
                f'"{clip(story.headline, 70)}" has {len(story.takes)} takes; the house runs {limits.takes_per_story}.'
            )
            mend = "They are all printed. One less, or one on another story?"
            yield Remark(f"issues/{issue.week}", 0, "notice", "many-takes", what, (mend,))


def about_explainer(explainer: Explainer | None, limits: Limits) -> Iterator[Remark]:
    """An explainer of other length than the house runs, and a TL;DR that is shorter."""
    if explainer is None:
        return
    low, high = limits.explainer_words
    words = reading_words(explainer.body)
    if not low <= words <= high:
        what = f"The explainer has {words} words; the house runs {low}–{high}."
        yield Remark(explainer.path, 0, "notice", "explainer-length", what)
    low, high = limits.tldr_words
    words = reading_words(explainer.tldr)
    if explainer.tldr and words < low:
        what = f"TL;DR has {words} word{'s' * (words != 1)}; the house runs {low}–{high}."
        yield Remark(explainer.path, 0, "notice", "tldr-length", what)


def about_short_takes(placements: Sequence[Placement], memory: Sequence[Printed], limits: Limits) -> Iterator[Remark]:
    """Takes below the house's lower bound: all where the last issues kept to it, else those of a word or two.

    A short take may be the best of the week, so the words are kind, and nothing is held.
    """
    low, high = limits.take_words
    keeps = _keeps_to(memory, low)
    for placement in placements:
        take = placement.take
        words = reading_words(take.text)
        if placement.outcome != "held" and words and words < (low if keeps else low // _HARDLY):
            many = "1 word" if words == 1 else f"{words} words"
            what = f"{many}; the house runs {low}–{high}. It stands as it is."
            mend = ("A sentence on why would tell readers more.",)
            yield Remark(take.path, take.line, "notice", "short-take", what, mend)


def _keeps_to(memory: Sequence[Printed], low: int) -> bool:
    counts = [count_words(text) for issue in memory[-RECENT:] for _, text, _ in issue.takes]
    return len(counts) >= _ENOUGH_TAKES and 100 * sum(n >= low for n in counts) >= _KEPT_TO * len(counts)
