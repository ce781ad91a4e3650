"""The archive put in order: issues one after the other, and what members, sources and terms have in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from newsletter.archive.lists.members import member_shelves
from newsletter.archive.lists.shelving import Shelving, places_linked
from newsletter.archive.lists.sources import source_shelves
from newsletter.archive.lists.terms import term_shelves
from newsletter.model.issue import Issue, PrintedTake, ToldCorrection
from newsletter.model.members import Member
from newsletter.model.shelf import Around, Named, ShelvedIssue, Shelves
from newsletter.text import clip, one_line

#: Characters of the sentence on an issue.
_SUMMARY = 200
_LINKED = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s[^()]*)?\)")
_SIGNS = re.compile(r"[*_`~]+|^[ \t]*(?:#+|[-+>]|\d+[.)])[ \t]+", re.M)
_NO_NAMES = Named()


def shelves(
    issues: Sequence[Issue],
    *,
    members: Sequence[Member],
    corrected: Collection[str],
    mentions: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Shelves:
    """Put the issues, in any order, on their shelves; equal issues give equal shelves.

    `members` are those of newsletter.toml. `corrected` are the places of issues that were put right. `mentions` are,
    by an issue's place, the titles of explainers that are mentioned there, each with the anchor of the story or take.
    """
    oldest_first = sorted(issues, key=_order)
    shelving = Shelving.of(oldest_first)
    people, named_members = member_shelves(shelving, members)
    sources, named_sources = source_shelves(shelving)
    terms, named_terms = term_shelves(shelving, mentions or {})
    return Shelves(
        issues=tuple(_shelved(issue, shelving, corrected) for issue in reversed(oldest_first)),
        members=people,
        sources=sources,
        terms=terms,
        named={
            issue.place: Named(
                members=named_members.get(issue.place, {}),
                sources=named_sources.get(issue.place, {}),
                terms=named_terms.get(issue.place, {}),
            )
            for issue in oldest_first
        },
    )


def around(
    issue: Issue,
    shelves: Shelves,
    *,
    picture: str = "",
    lists: Sequence[str] = (),
    corrections: Sequence[ToldCorrection] = (),
) -> Around:
    """Where an issue of the archive stands in it. `corrections` are those of the issue: they may link others, too.

    Raises ValueError if the archive does not hold it.
    """
    newest_first = [held.reference for held in shelves.issues]
    at = next((n for n, held in enumerate(newest_first) if held.slug == issue.slug and held.week == issue.week), -1)
    if at < 0:
        raise ValueError(f"there is no issue {issue.place} in the archive")
    named = shelves.named.get(issue.place, _NO_NAMES)
    return Around(
        previous=newest_first[at + 1] if at + 1 < len(newest_first) else None,
        following=newest_first[at - 1] if at else None,
        past_years=tuple(
            held
            for held in newest_first[at + 1 :]
            if held.week.number == issue.week.number and held.week.year < issue.week.year
        ),
        members=named.members,
        sources=named.sources,
        terms=named.terms,
        picture=picture,
        lists=tuple(lists),
        places=_linked(issue, corrections, shelves.named),
    )


def _order(issue: Issue) -> tuple[object, ...]:
    """By day; several on one day by their place."""
    return issue.date, issue.place


def _shelved(issue: Issue, shelving: Shelving, corrected: Collection[str]) -> ShelvedIssue:
    return ShelvedIssue(
        reference=shelving.references[issue.place],
        day=issue.date,
        number=issue.number,
        topic=issue.topic,
        summary=issue.preheader or _sentence(issue.explainer.tldr if issue.explainer else ""),
        corrected=issue.place in corrected,
        stories=len(issue.stories),
        takes=sum(1 for _ in _takes(issue)),
    )


def _sentence(markdown: str) -> str:
    """The beginning of a text, without the signs of Markdown; "" for none."""
    return clip(one_line(_SIGNS.sub("", _LINKED.sub(r"\1", markdown))), _SUMMARY)


def _takes(issue: Issue) -> Iterator[PrintedTake]:
    for story in issue.stories:
        yield from story.takes
    yield from issue.apart


def _linked(issue: Issue, corrections: Sequence[ToldCorrection], places: Collection[str]) -> tuple[str, ...]:
    return places_linked("\n".join(_texts(issue, corrections)), issue.wording.base_url, places)


def _texts(issue: Issue, corrections: Sequence[ToldCorrection]) -> Iterator[str]:
    """Everything in which an address may stand."""
    yield issue.intro
    if (topic := issue.explainer) is not None:
        yield from (topic.tldr, topic.body, *topic.sources)
    for story in (*issue.stories, *issue.headlines):
        yield from (story.link, *(one.link for one in story.also_covered), *(one.link for one in story.thread))
    for take in _takes(issue):
        yield take.text
        yield take.about.link if take.about else ""
    yield from (term.link for term in issue.terms)
    for one in (*issue.corrections, *corrections):
        yield from (one.reference.link, one.text)
