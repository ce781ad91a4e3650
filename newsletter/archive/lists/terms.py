"""Terms: what was explained, what was tagged, and the stories and takes that mention it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.archive.lists.shelving import NamedThere, Shelving, by_name, name_of, others, slugs_by_key
from newsletter.model.issue import Issue, Reference
from newsletter.model.shelf import Shelf, ShelvedStory
from newsletter.text import nfc, one_line, stem, words

_SIGNS = re.compile(r"[+#]")


def term_shelves(
    shelving: Shelving, mentions: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[tuple[Shelf, ...], NamedThere]:
    """A page for every explainer's topic and every tag, and the slugs of the terms of each issue.

    Names that differ in case, number and hyphens alone are one term, and another name of an explainer leads to its
    topic. What an explainer is tagged with counts as explained by it, too.
    """
    topics = _Topics(shelving.issues)
    found: dict[str, _Term] = {}
    for issue in shelving.issues:
        reference = shelving.references[issue.place]
        for key, name, anchor in _uses(issue, shelving, mentions.get(issue.place, ()), topics):
            term = found.setdefault(key, _Term())
            if name:
                term.names.append(name)
            if anchor:
                term.anchors.setdefault(issue.place, set()).add(anchor)
            elif reference not in term.explained:
                term.explained.append(reference)
    slugs = slugs_by_key({key: (term.names or [topics.name(key)])[0] for key, term in found.items()})
    shelves = {key: _shelf(slugs[key], term, topics, key, shelving) for key, term in found.items()}
    return by_name(shelves.values()), _named(found, shelves)


@dataclass(slots=True)
class _Term:
    #: As titles and tags spell it, oldest first.
    names: list[str] = field(default_factory=list)
    explained: list[Reference] = field(default_factory=list)
    #: Where it is mentioned, by the issue's place.
    anchors: dict[str, set[str]] = field(default_factory=dict)


class _Topics:
    """What explainers explain, and under which names."""

    def __init__(self, oldest_first: Sequence[Issue]) -> None:
        self._titles: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        #: By the topic's key: its other names as typed.
        self.other_names: dict[str, list[str]] = {}
        for issue in oldest_first:
            if (topic := issue.explainer) is not None:
                self._titles[_form(topic.title)] = one_line(topic.title)
                for alias in topic.aliases:
                    # Of two explainers with one name the newer has it.
                    self._aliases[_form(alias)] = _form(topic.title)
                    self.other_names.setdefault(_form(topic.title), []).append(one_line(alias))

    def key(self, name: str) -> str:
        """The term that the name stands for; a name of its own if no explainer bears it."""
        form = _form(name)
        return form if form in self._titles else self._aliases.get(form, form)

    def name(self, key: str) -> str:
        """The title of the newest explainer of the term; "" if none explains it."""
        return self._titles.get(key, "")


def _uses(
    issue: Issue, shelving: Shelving, mentions: Sequence[tuple[str, str]], topics: _Topics
) -> Iterator[tuple[str, str, str]]:
    """Every use of a term in an issue: key, name as spelt ("" if not known), anchor ("" for its explainer)."""
    if (topic := issue.explainer) is not None:
        # A name of signs that nobody sees names nothing.
        if one_line(topic.title):
            yield topics.key(topic.title), one_line(topic.title), ""
            for alias in filter(one_line, topic.aliases):
                yield topics.key(alias), "", ""
        for tag in filter(one_line, topic.tags):
            yield topics.key(tag), one_line(tag), ""
    for told in shelving.told[issue.place]:
        for anchor, take in told.takes:
            for tag in filter(one_line, take.tags):
                yield topics.key(tag), one_line(tag), anchor
    for name, anchor in mentions:
        key = topics.key(name)
        yield key, "" if topics.name(key) else name, anchor


def _shelf(slug: str, term: _Term, topics: _Topics, key: str, shelving: Shelving) -> Shelf:
    name = topics.name(key) or name_of(term.names)
    return Shelf(
        slug=slug,
        name=name,
        also=others(name, topics.other_names.get(key, ())),
        explained=tuple(reversed(term.explained)),
        stories=tuple(_stories(term, shelving)),
    )


def _stories(term: _Term, shelving: Shelving) -> Iterator[ShelvedStory]:
    """Newest issue first; of a story only the takes that mention the term."""
    for place in reversed(term.anchors):
        anchors = term.anchors[place]
        for told in shelving.told[place]:
            takes = [take for anchor, take in told.takes if anchor in anchors]
            if takes or told.story.anchor in anchors:
                yield told.with_takes(takes)


def _named(found: Mapping[str, _Term], shelves: Mapping[str, Shelf]) -> NamedThere:
    """Terms of each issue: what it explains first, then by name."""
    there: dict[str, list[tuple[bool, Shelf]]] = {}
    for key, term in found.items():
        explained = {reference.place for reference in term.explained}
        for place in dict.fromkeys((*(reference.place for reference in term.explained), *term.anchors)):
            there.setdefault(place, []).append((place not in explained, shelves[key]))
    return {
        place: {
            shelf.name: shelf.slug for _, shelf in sorted(terms, key=lambda pair: (pair[0], pair[1].name, pair[1].slug))
        }
        for place, terms in there.items()
    }


def _form(name: str) -> str:
    """What the forms of one term have in common: "AI agents", "AI-Agent"; but C, C++ and C# are three."""
    return " ".join((*map(stem, words(name)), *_SIGNS.findall(name))) or nfc(name).strip()
