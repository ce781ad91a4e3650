"""The last look at an import: words of the text that stand neither in the record nor in a remark. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from newsletter.files.past.sheet import Line
from newsletter.model.issue import Issue, PrintedStory, PrintedTake
from newsletter.model.remarks import Remark
from newsletter.text import clip

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
#: Numbers that stand before the items of a list.
#: The names of links that are defined elsewhere.
_REFERENCE = re.compile(r"(?<=\])\[[^\[\]]{0,100}\]|^\s{0,3}\[[^\[\]]{1,100}\](?=:)")
_NUMBER = re.compile(r"\s*(?:#+\s*)?(?:[-*+>]\s+)*\(?\d{1,3}[.)]\s+")


def words_in(text: str) -> list[str]:
    """The words of a text for counting, in small letters, markup's tags left out."""
    bare = unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    return _WORD.findall(bare.casefold())


def words_of_record(issue: Issue) -> set[str]:
    """Every word that the record keeps, addresses and names included."""
    explainer = issue.explainer
    parts = [issue.title, issue.topic, issue.intro, str(issue.date)]
    wording = issue.wording
    parts += [wording.news_heading, wording.pulse_heading, wording.pulse_intro]
    parts += [wording.apart_heading, wording.headlines_heading]
    if explainer is not None:
        parts += [
            explainer.title,
            explainer.subtitle,
            explainer.tldr,
            explainer.body,
            explainer.author,
            explainer.level,
        ]
        parts += [*explainer.tags]
    for story in (*issue.stories, *issue.headlines):
        parts += _of_story(story)
    for take in issue.apart:
        parts += _of_take(take)
    return {word for part in parts for word in words_in(part)}


def _of_story(story: PrintedStory) -> Iterator[str]:
    yield from (story.headline, story.link, story.source, story.summary, *story.addresses)
    if story.published is not None:
        yield f"{story.published:%d %B %Y %A %b %m} {story.published.day} {story.published.month}"
    for credit in story.also_covered:
        yield from ("also covered by and", credit.source, credit.link)
    for take in story.takes:
        yield from _of_take(take)


def _of_take(take: PrintedTake) -> tuple[str, ...]:
    return (take.author, take.author_link, take.text)


def not_accounted(lines: Sequence[Line], issue: Issue, remarks: Sequence[Remark], path: str) -> Iterator[Remark]:
    """A notice for each line that has a word which neither the record nor any remark has."""
    kept = words_of_record(issue) | {"tl", "dr", "tldr"}
    for remark in remarks:
        kept.update(words_in(remark.what))
    for line in lines:
        if not line.text.strip():
            continue
        number = _NUMBER.match(line.text)
        lost = [
            word
            for word in words_in(_REFERENCE.sub("", line.text[number.end() :] if number else line.text))
            if word not in kept
        ]
        if lost:
            what = f'Of this line the record does not keep "{clip(" ".join(dict.fromkeys(lost)), 300)}".'
            yield Remark(path, line.number, "notice", "not-kept", f"{what} It reads: {clip(line.text.strip(), 600)}")
