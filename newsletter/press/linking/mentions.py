"""Which terms the stories and takes of an issue mention, of all that any explainer of the archive explains. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from newsletter.model.issue import Issue, TermLink
from newsletter.model.shelf import APART, take_anchors
from newsletter.press.linking.open_prose import open_prose
from newsletter.press.linking.vocabulary import Vocabulary
from newsletter.text import content_words, fold, one_line

#: A name that may be mentioned, and the title of the explainer that it belongs to.
Known = tuple[str, str]

#: What begins a title and belongs to no topic.
_OPENER = re.compile(
    r"""(?:an?\s+|the\s+)?(?:(?:short|brief|gentle|quick|simple|practical|beginner['’]s)\s+)?(?:
        (?:introduction|intro|guide|primer|overview|basics|fundamentals)\s+(?:to|of|on|for)
      | (?:closer\s+|deeper\s+)?look\s+(?:at|into) | deep\s+dive\s+into | getting\s+started\s+with
      | introducing | understanding | explaining | demystifying | exploring | unpacking | all\s+about
      | what\s+(?:is|are) | what['’]s
    )\s+(?:an?\s+|the\s+)?(?=\S+\s+\S|(?-i:\S*[A-Z0-9]\S*[A-Z0-9]))""",
    re.I | re.X,
)
_BRACKET = re.compile(r"(?P<words>\S.*?)\s*\((?P<short>[^()\s]{2,12})\)")


def known_terms(issues: Iterable[Issue]) -> tuple[Known, ...]:
    """The names of what these issues explain: titles, other names, titles without "Introduction to".

    A name of two explainers is the later one's, by the order given. By the alphabet; equal issues, equal names.
    """
    found: dict[str, str] = {}
    for issue in issues:
        topic = issue.explainer
        if topic is None:
            continue
        for name in (*topic.aliases, *_names(one_line(topic.title))):
            if _may_be_mentioned(name):
                found[one_line(name)] = topic.title
    return tuple(sorted(found.items()))


def mentioned(issue: Issue, terms: Sequence[Known]) -> tuple[tuple[str, str], ...]:
    """Title of the explainer and anchor of the story or take for each mention, in reading order, each pair once.

    A story that mentions a term in its headline or summary is named by its own anchor. Words from feeds are read as
    they stand, takes as Markdown: addresses and code mention nothing. The explainer itself is not looked at.
    """
    vocabulary = _vocabulary(tuple(terms))
    if not vocabulary:
        return ()
    found = [(mention.term.link, anchor) for anchor, prose in _prose(issue) for mention in vocabulary.mentions(prose)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4)
def _vocabulary(terms: tuple[Known, ...]) -> Vocabulary:
    """One archive asks for the same terms hundreds of times."""
    return Vocabulary(TermLink(term=name, link=title, title=title) for name, title in terms)


def _prose(issue: Issue) -> Iterator[tuple[str, str]]:
    for story in (*issue.stories, *issue.headlines):
        yield story.id, f"{story.headline}\n\n{story.summary}"
        for anchor, take in zip(take_anchors(story.id, story.takes), story.takes, strict=True):
            yield anchor, open_prose(take.text)
        for sibling in story.thread:
            yield sibling.id, sibling.headline
    for anchor, take in zip(take_anchors(APART, issue.apart), issue.apart, strict=True):
        yield anchor, open_prose(take.text)


def _names(title: str) -> tuple[str, ...]:
    """A title as it stands, without its opener, and both sides of "Retrieval-Augmented Generation (RAG)"."""
    core = title
    while (match := _OPENER.match(core)) is not None:
        core = core[match.end() :].rstrip(" ?!.")
    bracket = _BRACKET.fullmatch(core)
    return tuple(dict.fromkeys((title, core, *((bracket["words"], bracket["short"]) if bracket else ()))))


def _may_be_mentioned(name: str) -> bool:
    """Whether the name is no word of everybody's, as "go" would be."""
    marked = sum(map(str.isupper, name)) >= 2 or bool(re.search(r"\d|[+#]", name))
    return (len(fold(name)) >= 3 and bool(content_words(name))) or (marked and bool(fold(name)))
