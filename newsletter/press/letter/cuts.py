"""What a letter leaves to the page where the whole of it would be more than Gmail shows. Pure.

No take, and no headline that bears one, is ever left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from newsletter import text
from newsletter.model.issue import Issue
from newsletter.press.prose.fragments import blocks, first_tag, words_of
from newsletter.press.prose.markdown import to_html

#: Words of the explainer that a shortened letter begins with, in whole blocks.
_BEGINNING = 120
#: A first block longer than this is cut within.
_ONE_BLOCK = 2 * _BEGINNING
#: More than any list has.
_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """How much of each part stands in the letter; what is left out is one line that leads to the page."""

    #: Only the beginning of the explainer.
    explainer: bool = False
    #: Lines at most: "More on this" of one story, "Also in the news", "Also covered by" of one story.
    thread: int = _ALL
    headlines: int = _ALL
    covered: int = _ALL


NONE = Cuts()


def harder(issue: Issue) -> Iterator[Cuts]:
    """What to leave out, each step more than the one before; only steps that take something from this issue."""
    cuts = NONE
    body = _body(issue)
    if words_of(beginning(body)) != words_of(body):
        cuts = replace(cuts, explainer=True)
        yield cuts
    stories = (*issue.stories, *issue.headlines)
    threads = max((len(story.thread) for story in stories), default=0)
    covered = max((len(story.also_covered) for story in issue.stories), default=0)
    for kept in _fewer_than(threads):
        cuts = replace(cuts, thread=kept)
        yield cuts
    for kept in _fewer_than(len(issue.headlines)):
        cuts = replace(cuts, headlines=kept)
        yield cuts
    for kept in _fewer_than(covered):
        cuts = replace(cuts, covered=kept)
        yield cuts


def _fewer_than(most: int) -> Iterator[int]:
    return (kept for kept in (5, 2, 0) if kept < most)


def beginning(fragment: str) -> str:
    """The first blocks of a fragment, about 120 words and at least one block that is no heading."""
    kept: list[str] = []
    count = 0
    for block in blocks(fragment):
        words = text.count_words(words_of(block))
        is_heading = _is_heading(block)
        if count and not is_heading and count + words > _BEGINNING:
            break
        if not count and not is_heading and words > _ONE_BLOCK:
            kept.append(_clipped(block))
            break
        kept.append(block)
        count += 0 if is_heading else max(1, words)
    while kept and _is_heading(kept[-1]):
        kept.pop()
    return "\n".join(kept)


def told(issue: Issue, cuts: Cuts) -> tuple[str, ...]:
    """Each part that is shortened, in words for the chief editor."""
    out: list[str] = []
    if cuts.explainer:
        whole = _body(issue)
        few, many = (text.count_words(words_of(words)) for words in (beginning(whole), whole))
        out.append(f"the explainer ({few:,} of {many:,} words)")
    stories = (*issue.stories, *issue.headlines)
    for name, lengths, most in (
        ("More on this", [len(story.thread) for story in stories], cuts.thread),
        (issue.wording.headlines_heading, [len(issue.headlines)], cuts.headlines),
        ("Also covered by", [len(story.also_covered) for story in issue.stories], cuts.covered),
    ):
        kept, whole_number = sum(min(most, one) for one in lengths), sum(lengths)
        if kept < whole_number:
            out.append(f'"{name}" ({kept} of {whole_number} lines)')
    return tuple(out)


def _body(issue: Issue) -> str:
    topic = issue.explainer
    return to_html(topic.body, base_url=topic.base_url) if topic is not None else ""


def _is_heading(block: str) -> bool:
    name = first_tag(block)
    return len(name) == 2 and name[0] == "h" and name[1].isdigit()


def _clipped(block: str) -> str:
    """The first words of a block as a paragraph."""
    said = words_of(block)
    shorter = " ".join(said.split(" ")[:_BEGINNING])
    return f"<p>{escape(text.clip(f'{shorter} …', 8 * _BEGINNING), quote=False)}</p>"
