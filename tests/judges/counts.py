"""Counts of our own: strict MIME, sizes, and whether the text part holds everything. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.errors import MessageDefect
from email.policy import SMTP
from html import unescape

from newsletter.links import printed
from newsletter.model.issue import Issue
from newsletter.press.prose.markdown import to_html
from tests.judges.findings import Finding, Letter, Subjects

LETTER_MOST, STYLE_MOST, PAGE_MOST = 100_000, 4_000, 60_000
_STYLE = re.compile(r"<style>(.*?)</style>", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def mime(subjects: Subjects) -> Sequence[Finding]:
    """Python's parser, told to raise at any defect; and lines of at most 998 octets in ASCII (RFC 5322, 2.1.1)."""
    return [Finding(judge="mime", subject=one.name, figure="strict", faults=_defects(one)) for one in subjects.letters]


def _defects(letter: Letter) -> tuple[str, ...]:
    try:
        message = message_from_bytes(letter.data, policy=SMTP.clone(raise_on_defect=True))
        for part in message.walk():
            if not part.is_multipart():
                part.get_payload(decode=True)
            for name, value in part.items():
                if str(value).encode("utf-8") is None:
                    return (f"{name} cannot be read",)
    except (MessageDefect, ValueError, LookupError) as fault:
        return (f"{type(fault).__name__}: {fault}",)
    lines = letter.data.split(b"\r\n")
    longest = max(map(len, lines))
    bare = any(b"\n" in line or b"\r" in line for line in lines)
    return (
        *([f"a line of {longest} octets"] if longest > 998 else []),
        *(["a bare line end"] if bare else []),
        *([] if letter.data.isascii() else ["not ASCII"]),
    )


def sizes(subjects: Subjects) -> Sequence[Finding]:
    """Letters of at most 100 KB with 4 KB of style; a site's first page of at most 60 KB, script and style included."""
    found = []
    for letter in subjects.letters:
        html = letter.part("html")
        size, style = len(html.encode()), sum(len(one.encode()) for one in _STYLE.findall(_COMMENT.sub("", html)))
        faults = [f"{size:,} bytes, and at most {LETTER_MOST:,} may be"] if size > LETTER_MOST else []
        faults += [f"{style:,} bytes of style, and at most {STYLE_MOST:,} may be"] if style > STYLE_MOST else []
        figure = f"{size / 1000:.1f} + {style / 1000:.1f} KB"
        found.append(Finding(judge="size", subject=letter.name, figure=figure, faults=tuple(faults)))
    for site in subjects.sites:
        for page in site.pages:
            size = len(page.read_bytes())
            first = page == site.root / "index.html"
            faults = [f"{size:,} bytes, and at most {PAGE_MOST:,} may be"] if first and size > PAGE_MOST else []
            figure = f"{size / 1000:.1f} KB"
            found.append(Finding(judge="size", subject=site.called(page), figure=figure, faults=tuple(faults)))
    return found


def words(subjects: Subjects) -> Sequence[Finding]:
    """Every headline, link and take of the issue stands in the text part."""
    found = []
    for letter in subjects.letters:
        text = letter.part("plain")
        faults = _missing(letter.issue, text)
        figure = f"{len(text) / 1000:.1f} K signs"
        found.append(Finding(judge="text", subject=letter.name, figure=figure, faults=tuple(faults)))
    return found


def _missing(issue: Issue, text: str) -> Iterator[str]:
    packed = _packed(re.sub(r"\[\d+\]", "", text))
    for story in (*issue.stories, *issue.headlines):
        if _packed(story.headline) not in packed:
            yield f"headline {story.headline[:60]}"
        links = (story.link, *(one.link for one in story.also_covered), *(one.link for one in story.thread))
        yield from (f"link {link}" for link in links if link and printed(link) and link not in text)
    for take in (*(take for story in issue.stories for take in story.takes), *issue.apart):
        blocks = re.split(r"</?(?:p|li|ul|ol|h\d|blockquote|pre|table|t[rdh]|br|hr|d[ldt])\b[^>]*>", to_html(take.text))
        for block in blocks:
            if (words := _packed(unescape(re.sub(r"<[^>]*>", "", block)))) not in packed:
                yield f"take of {take.author[:20]}: {words[:60]}"


def _packed(words: str) -> str:
    """Letters and digits alone: lines and marks may fall anywhere."""
    return "".join(re.findall(r"\w", words)).replace("_", "")
