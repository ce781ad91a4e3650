"""Which terms the stories and takes of an issue mention, of all that any explainer of the archive explains. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from newsletter.model.issue import Issue, TermLink
from newsletter.model.shelf import APART, take_anchors
from newsletter.model.topics import names_alone, names_of
from newsletter.press.linking.open_prose import open_prose
from newsletter.press.linking.vocabulary import Vocabulary

#: A name that may be mentioned, and the title of the explainer that it belongs to.
Known = tuple[str, str]


def known_terms(issues: Iterable[Issue]) -> tuple[Known, ...]:
    """The names of what these issues explain: titles, other names, titles without "Introduction to".

    A name of two explainers is the later one's, by the order given. By the alphabet; equal issues, equal names.
    """
    found: dict[str, str] = {}
    for issue in issues:
        topic = issue.explainer
        if topic is None:
            continue
        for name in (name for typed in (*topic.aliases, topic.title) for name in names_of(typed)):
            if names_alone(name):
                found[name] = topic.title
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
