"""Link the first mention of each known term to the page that explains it. Pure.

Done once for an issue, in the Markdown that people typed, before anything is rendered: so every rendition links the
same mentions. What was linked is looked up in the HTML, and taken back where it did not become a plain link.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from html import unescape

from newsletter import links
from newsletter.model.issue import Explainer, Issue, PrintedTake, TermLink
from newsletter.press.linking.open_prose import CLOSED, open_prose
from newsletter.press.linking.vocabulary import Mention, Vocabulary
from newsletter.press.prose.markdown import to_html

#: How often a text is tried again without the mentions that became no link.
_TRIES = 4
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'“”`*\\|]+")
_HREF = re.compile(r' href="([^"]*)" title="')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
#: Signs that would end the title or the link, begin something of their own, or pass for a take's quotation marks.
_NOT_IN_A_TITLE = re.compile(r"[\"'“”`\\|<>\[\]\x00-\x1f]+")


def with_term_links(issue: Issue) -> Issue:
    """The issue with the first mention of each of `issue.terms` linked, in the order in which an issue is read.

    Looked for in the editor's words, TL;DR, explainer and takes; never in titles, headlines and news from feeds. One
    link for a page, whatever the page's terms; none to a page that somebody linked by hand.
    """
    by_hand = {address.rstrip("/") for text in _texts(issue) for address in _ADDRESS.findall(text)}
    terms = [t for t in issue.terms if _may_be_linked(t.link) and t.link.rstrip("/") not in by_hand]
    linker = _Linker(Vocabulary(terms))
    if not linker.vocabulary:
        return issue
    # Keyword arguments are evaluated as they stand here: in reading order.
    return replace(
        issue,
        intro=linker.linked(issue.intro, top_level=2),
        explainer=_with_links_in_topic(issue.explainer, linker) if issue.explainer else None,
        stories=tuple(replace(story, takes=_with_links_in_takes(story.takes, linker)) for story in issue.stories),
        apart=_with_links_in_takes(issue.apart, linker),
    )


def _texts(issue: Issue) -> Iterator[str]:
    yield issue.intro
    if issue.explainer:
        yield issue.explainer.tldr
        yield issue.explainer.body
    yield from (take.text for story in issue.stories for take in story.takes)
    yield from (take.text for take in issue.apart)


def _with_links_in_topic(topic: Explainer, linker: _Linker) -> Explainer:
    return replace(
        topic,
        tldr=linker.linked(topic.tldr, base_url=topic.base_url),
        body=linker.linked(topic.body, base_url=topic.base_url),
    )


def _with_links_in_takes(takes: Sequence[PrintedTake], linker: _Linker) -> tuple[PrintedTake, ...]:
    return tuple(replace(take, text=linker.linked(take.text, top_level=4)) for take in takes)


def _may_be_linked(address: str) -> bool:
    return bool(_ADDRESS.fullmatch(address)) and links.printed(address) is not None


class _Linker:
    """One walk through an issue, with the pages that were linked on the way."""

    __slots__ = ("_linked", "vocabulary")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._linked: set[str] = set()

    def linked(self, text: str, *, base_url: str = "", top_level: int = 3) -> str:
        """The text with the mentions linked that are the first of their page; `text` itself if there are none.

        The other arguments are those of its rendering, which is then at hand when it is asked for.
        """
        if not text:
            return text
        prose = open_prose(text)
        blocked: set[int] = set()
        for _ in range(_TRIES):
            mentions = self._first_ones(prose, blocked)
            made = _with_links(text, mentions)
            if not mentions:
                return text
            html = to_html(made, base_url=base_url, top_level=top_level)
            standing = _pages_linked(html, {mention.term.link for mention in mentions})
            if len(standing) == len(mentions):
                self._linked |= standing
                return made
            blocked |= {m.start for m in mentions if m.term.link not in standing}
        return text

    def _first_ones(self, prose: str, blocked: Collection[int]) -> list[Mention]:
        found: dict[str, Mention] = {}
        for mention in self.vocabulary.mentions(prose, blocked=blocked):
            if mention.term.link not in self._linked:
                found.setdefault(mention.term.link, mention)
        return list(found.values())


def _with_links(text: str, mentions: Sequence[Mention]) -> str:
    out, at = [], 0
    for mention in mentions:
        out += [text[at : mention.start], _link(text[mention.start : mention.end], mention.term)]
        at = mention.end
    return "".join([*out, text[at:]])


def _link(words: str, term: TermLink) -> str:
    title = " ".join(_NOT_IN_A_TITLE.sub(" ", term.title).split()) or term.link
    return f"[{words}]({term.link} '{title}')"


def _pages_linked(html: str, pages: Collection[str]) -> set[str]:
    """Those of the pages that one link leads to, outside of headings, code and the like.

    Ours bear a title, which tells them from addresses that became links because our Markdown was not read as such.
    """
    found: list[str] = []
    depth = 0
    for end, name, attributes in _TAG.findall(html):
        if name == "a" and not end and not depth:
            href = _HREF.search(attributes)
            found += [unescape(href[1])] if href else []
        elif name in CLOSED and name != "a":
            depth += -1 if end else 1
    return {page for page in pages if found.count(page) == 1}
