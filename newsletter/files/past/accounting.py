"""The last look at an import: words of the text that stand neither in the record nor in a remark. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from html import unescape

from newsletter.files.past.front_matter import FrontMatter
from newsletter.files.past.sheet import Line
from newsletter.files.past.titles import is_day
from newsletter.model.issue import Issue, PrintedStory, PrintedTake
from newsletter.model.remarks import Remark
from newsletter.text import clip, one_line

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
#: The names of links that are defined elsewhere.
_REFERENCE = re.compile(r"(?<=\])\[[^\[\]]{0,100}\]|^\s{0,3}\[[^\[\]]{1,100}\](?=:)")
#: Numbers that stand before the items of a list.
_NUMBER = re.compile(r"\s*(?:#+\s*)?(?:[-*+>]\s+)*[*_]{0,3}\(?\d{1,3}[.)]\s+")
#: What stands beside names and addresses, and is no news: "Yoga says", "Read more".
_LABELS = frozenset(
    """says said writes wrote thinks take takes opinion comment comments view thought thoughts s by via from source link
    url here read more full story article original details on see the our
    team teams what we they""".split()
)
_SHORT = 4


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


def accounted(issue: Issue, remarks: Sequence[Remark]) -> set[str]:
    """Every word that the record or a remark has."""
    kept = words_of_record(issue) | {"tl", "dr", "tldr"}
    for remark in remarks:
        kept.update(words_in(remark.what))
    return kept


def front_not_accounted(
    front: FrontMatter, typed: Sequence[str], kept: AbstractSet[str], path: str
) -> Iterator[Remark]:
    """A notice for each line of the front matter that has a word which stands nowhere else."""
    first = next((number for number, line in enumerate(typed, 1) if line.strip()), 1)
    for number in range(first + 1, front.body + 1):
        key, colon, rest = typed[number - 1].partition(":")
        named = bool(colon) and key.strip().lower() in front.lines
        if named and key.strip().lower() == "date" and len(rest.split()) < _SHORT and is_day(rest.strip(" '\"")):
            continue
        if any(word not in kept for word in words_in(rest if named else typed[number - 1])):
            shown = clip(one_line(typed[number - 1]), 600)
            code, what = ("front-matter-key", "Not kept of") if named else ("not-kept", "This is no key and value in")
            yield Remark(path, number, "notice", code, f"{what} the front matter:  {shown}")


def not_accounted(lines: Sequence[Line], kept: AbstractSet[str], path: str) -> Iterator[Remark]:
    """A notice for each line that has a word which neither the record nor any remark has."""
    labels = set[str]()
    for line in lines:
        if not line.text.strip():
            continue
        number = _NUMBER.match(line.text)
        lost = [
            word
            for word in words_in(_REFERENCE.sub("", line.text[number.end() :] if number else line.text))
            if word not in kept
        ]
        if lost and len(lost) <= _SHORT and _LABELS.issuperset(lost):
            if (label := " ".join(lost)) not in labels:
                labels.add(label)
                what = f'A label beside a name or an address is left out, since the page needs none: "{label}".'
                yield Remark(path, line.number, "notice", "label", what)
        elif lost:
            what = f'Of this line the record does not keep "{clip(" ".join(dict.fromkeys(lost)), 300)}".'
            yield Remark(path, line.number, "notice", "not-kept", f"{what} It reads: {clip(line.text.strip(), 600)}")
