"""Proofreading of a composed and rendered issue: every check, in one list of remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from newsletter.desk.compose import Desk
from newsletter.desk.pictures import Seen
from newsletter.desk.proof import (
    coach,
    dark,
    dates,
    house_words,
    images,
    lengths,
    links,
    placeholders,
    publishers,
    size,
    takes,
)
from newsletter.desk.proof.passages import passages
from newsletter.model.issue import Draft, Renditions
from newsletter.model.remarks import Remark, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue as it would go out, and what it was made of."""

    desk: Desk
    draft: Draft
    renditions: Renditions
    #: The files that texts name as images, by the text's path and the address as typed; None where no file is there.
    images: Mapping[tuple[str, str], Seen | None] = field(default_factory=dict)


def proofread(proof: Proof) -> tuple[Remark, ...]:
    """All that is to be mended or looked at, by file and line; empty if nothing is."""
    return in_order((*_of_the_issue(proof), *_of_the_words(proof), *_of_the_letter(proof)))


def _of_the_issue(proof: Proof) -> Iterator[Remark]:
    """Counts and shares, against what the house runs."""
    desk, draft, issue = proof.desk, proof.draft, proof.draft.issue
    limits = desk.settings.limits
    yield from size.about_subject(issue, desk.wishes)
    yield from size.about_words(issue)
    yield from lengths.about_stories(issue, limits)
    yield from lengths.about_explainer(issue.explainer, limits)
    yield from lengths.about_short_takes(draft.placements, desk.memory, limits)
    yield from takes.two_by_one(issue, draft.placements, desk.settings.members)
    yield from coach.summaries(issue, draft.placements, draft.ranked)
    yield from publishers.dominant(issue, draft.ranked, desk.memory, desk.settings.checking.publisher_share)


def _of_the_words(proof: Proof) -> Iterator[Remark]:
    """Whatever people wrote, text by text."""
    desk, issue = proof.desk, proof.draft.issue
    texts, resolved = passages(desk, proof.draft), desk.news.resolved
    yield from placeholders.placeholders(texts)
    yield from placeholders.attachments(texts)
    yield from dates.weeks_and_dates(issue, texts, desk.settings.publication.title)
    yield from dates.stale_years(issue, texts)
    yield from links.about_links(texts, resolved)
    yield from links.about_story_links(issue, proof.draft.placements, resolved)
    yield from images.about_images(texts, proof.images, has_site=bool(issue.wording.base_url))
    yield from house_words.avoided(texts, desk.settings.checking.avoid)
    yield from house_words.misspelt(texts, desk.settings.checking.spelling)
    yield from takes.about_form(texts)
    yield from takes.open_quotes(texts)


def _of_the_letter(proof: Proof) -> Iterator[Remark]:
    """What only the finished letter shows."""
    made = proof.renditions
    yield from size.about_bytes(proof.draft.issue, made.email_html, made.shortened)
    yield from dark.black_text(proof.draft.issue.week, made.email_html)
