"""How large the letter is: bytes against the point where Gmail cuts, words, and the subject's length. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from newsletter.desk.proof.prose import reading_words
from newsletter.model.issue import Issue, PrintedStory, Wishes
from newsletter.model.remarks import Remark
from newsletter.text import clip, one_line

#: Bytes of the HTML part, decoded: from the first on it wants a look, at the second Gmail cuts.
WANTS_A_LOOK = 80 * 1024
CUT = 100 * 1024
#: Signs of a subject that mail programs show whole and that still says something.
SUBJECT = (10, 78)
#: Words of a whole issue.
WORDS = (50, 5000)

_HEADING = re.compile(r"<h([1-4])\b[^>]*>(.*?)</h\1>", re.S)


def about_subject(issue: Issue, wishes: Wishes) -> Iterator[Remark]:
    """Whether the subject as it is sent is too short or too long."""
    low, high = SUBJECT
    signs = len(issue.subject)
    if low <= signs <= high:
        return
    why = "it says too little" if signs < low else "mail programs cut it"
    what = f'The subject has {signs} signs, {why}: "{clip(issue.subject, 90)}". Between {low} and {high} do best.'
    if wishes.subject:
        yield Remark(wishes.path, wishes.lines.get("subject", 0), "warning", "subject", what)
    else:
        mend = 'A subject of its own, in issue.toml:  subject = "…"'
        yield Remark(f"issues/{issue.week}", 0, "warning", "subject", what, (mend,))


def about_words(issue: Issue) -> Iterator[Remark]:
    """Whether the whole issue is too short or too long to be read as one."""
    low, high = WORDS
    words = sum(reading_words(text) for text in _texts(issue))
    if words < low:
        what = f"The whole issue has {words} words; below {low} it reads like a mistake."
        yield Remark(
            f"issues/{issue.week}", 0, "warning", "words", what, ("A take, an intro or a few headlines more?",)
        )
    elif words > high:
        what = f"The whole issue has {words} words; few read more than {high} in one letter."
        yield Remark(
            f"issues/{issue.week}", 0, "warning", "words", what, ("Shorten it, or keep a part for next week.",)
        )


def _texts(issue: Issue) -> Iterator[str]:
    yield from (issue.title, issue.intro)
    if issue.explainer is not None:
        yield from (issue.explainer.subtitle, issue.explainer.tldr, issue.explainer.body)
    for story in (*issue.stories, *issue.headlines):
        yield from _told(story)
    yield from (take.text for take in issue.apart)


def _told(story: PrintedStory) -> Iterator[str]:
    yield story.headline
    if story.takes:
        yield story.summary
    yield from (take.text for take in story.takes)
    yield from (sibling.headline for sibling in story.thread)


def about_bytes(issue: Issue, email_html: str) -> Iterator[Remark]:
    """Whether Gmail cuts the letter, and what is not seen then."""
    size = len(email_html.encode())
    if size <= WANTS_A_LOOK:
        return
    mend = ("Fewer headlines or stories, or a shorter explainer.",)
    if size <= CUT:
        what = f"The letter's HTML has {size:,} bytes; from {CUT:,} on Gmail cuts it."
        yield Remark(f"issues/{issue.week}", 0, "warning", "mail-size", what, mend)
    else:
        what = f"The letter's HTML has {size:,} bytes. Gmail cuts it at {CUT:,}, {_cut_at(email_html)}."
        yield Remark(f"issues/{issue.week}", 0, "error", "mail-size", what, mend)


def _cut_at(email_html: str) -> str:
    """Between which headings the letter is cut."""
    seen = len(email_html.encode()[:CUT].decode(errors="ignore"))
    headings = [(match.start(), _words(match[2])) for match in _HEADING.finditer(email_html)]
    last = next((words for at, words in reversed(headings) if at < seen and words), "")
    lost = next((words for at, words in headings if at >= seen and words), "")
    within = f'within "{clip(last, 60)}"' if last else "before the first heading"
    return f'{within}: "{clip(lost, 60)}" and all below it is not seen' if lost else f"{within}, the last part"


def _words(markup: str) -> str:
    return one_line(unescape(re.sub(r"<[^>]*>", "", markup)))
