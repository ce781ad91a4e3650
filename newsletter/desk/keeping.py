"""What of a week's news is kept at the freeze, so that the same issue can be composed again. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from newsletter.desk.vectors import clean_title, tokens
from newsletter.model.issue import Issue, Placement, Take
from newsletter.model.news import News, Ranked, TermCounts

#: Stories that were not printed, kept in reserve, so that a dropped headline can be followed by the next.
RESERVE = 5
#: Stems in fewer entries are kept only where a headline kept or a take has them.
_COMMON = 5
_NUMBER = re.compile(r"-\d+$")


def kept_news(
    news: News,
    *,
    issue: Issue,
    placements: Sequence[Placement],
    takes: Sequence[Take],
    origins: Mapping[str, frozenset[str]],
) -> News:
    """The stories printed and those that a take was weighed against, with the counts and links they were weighed by.

    `origins` tells of stories that wishes made which they were made of: those are kept.
    """
    ranked = _stories(news.ranked, issue, placements, origins)
    typed = "\n".join(text for take in takes for text in (take.ref, take.link))
    return News(
        ranked=ranked,
        terms=_terms(news.terms, ranked, takes),
        topics=news.topics,
        resolved={link: target for link, target in sorted(news.resolved.items()) if link in typed},
    )


def _stories(
    ranked: Sequence[Ranked], issue: Issue, placements: Sequence[Placement], origins: Mapping[str, frozenset[str]]
) -> tuple[Ranked, ...]:
    printed = (*issue.stories, *issue.headlines)
    ids = {s.id for s in printed} | {sibling.id for s in printed for sibling in s.thread}
    ids.update([r.story.id for r in ranked if r.story.proposed and r.story.id not in ids][:RESERVE])
    ids.update(name for placement in placements for name in placement.candidates)
    ids.update(name for made in origins.values() for name in made)
    # Those whose ids made a story that a take brought add a number to its own.
    names = {placement.story for placement in placements if placement.outcome == "own"}
    names.update({_NUMBER.sub("", name) for name in names})
    return tuple(r for r in ranked if r.story.id in ids or _NUMBER.sub("", r.story.id) in names)


def _terms(terms: TermCounts, ranked: Collection[Ranked], takes: Sequence[Take]) -> TermCounts:
    """Counts enough to weigh the words of these headlines and takes as the whole week weighed them."""
    told = {title for r in ranked for e in r.story.entries for title in (r.story.headline, e.title, *e.former_titles)}
    typed = {text for take in takes for text in (take.ref, take.headline)}
    needed = {stem for text in told | typed for stem in tokens(clean_title(text))}
    counts = {stem: count for stem, count in terms.counts.items() if count >= _COMMON or stem in needed}
    return TermCounts(entries=terms.entries, counts=counts)
