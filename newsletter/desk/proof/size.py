"""How large the letter is: bytes against the point where Gmail cuts, words, and the subject's length. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise

from newsletter.desk.proof.prose import reading_words
from newsletter.model.issue import Issue, PrintedStory, Wishes
from newsletter.model.remarks import Remark
from newsletter.text import clip, one_line

#: Bytes of the HTML part, decoded: from the first on it wants a look, at the second Gmail cuts.
WANTS_A_LOOK = 80_000
CUT = 100_000
#: Signs of a subject that mail programs show whole and that still says something.
SUBJECT = (10, 78)
#: Words of a whole issue.
WORDS = (50, 5000)

_FEWER = "Fewer headlines or stories, or a shorter explainer."
_FEWER_TAKES = "Takes are printed whole: shorten some, or move some to the next week."
#: Parts that take the most room, by name.
_NAMED = 3
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


def about_bytes(issue: Issue, email_html: str, shortened: Sequence[str] = ()) -> Iterator[Remark]:
    """Whether Gmail cuts the letter, what is not seen then, and what it would take; or what was left to the page."""
    size = len(email_html.encode())
    path = f"issues/{issue.week}"
    if size > CUT:
        what = f"The letter's HTML has {size:,} bytes. Gmail cuts it at {CUT:,}, {_cut_at(email_html)}."
        yield Remark(path, 0, "error", "mail-size", what, tuple(_ways_out(issue, email_html, shortened)))
    elif shortened:
        what = (
            f"The whole letter would be more than Gmail shows. Shortened to {size:,} bytes of HTML, it leaves the rest "
            f"to the issue's page and links there: {'; '.join(shortened)}. The text part is whole."
        )
        yield Remark(path, 0, "warning", "mail-size", what, (_FEWER,))
    elif size > WANTS_A_LOOK:
        what = f"The letter's HTML has {size:,} bytes; from {CUT:,} on Gmail cuts it."
        yield Remark(path, 0, "warning", "mail-size", what, (_FEWER,))


def _ways_out(issue: Issue, email_html: str, shortened: Sequence[str]) -> Iterator[str]:
    if shortened:
        yield f"Shortened already: {'; '.join(shortened)}."
    elif not issue.wording.base_url:
        yield "With publication.base_url, the letter could leave a part to the issue's page and link there."
    largest = sorted(_parts(email_html), key=lambda part: -part[1])[:_NAMED]
    if largest:
        named = ", ".join(f'"{clip(words, 60)}" ({size:,})' for words, size in largest)
        yield f"Most of it: {named}."
    yield _FEWER_TAKES if shortened else _FEWER


def _parts(email_html: str) -> Iterator[tuple[str, int]]:
    """Each heading with the bytes from it to the next."""
    headings = [(match.start(), _words(match[2])) for match in _HEADING.finditer(email_html)]
    for (at, words), (end, _) in pairwise([*headings, (len(email_html), "")]):
        if words:
            yield words, len(email_html[at:end].encode())


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
