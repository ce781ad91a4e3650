"""Compose the issue: news, takes, explainer and wishes become what is printed. Pure.

The same inputs give the same issue, whatever the hour, the folder or the order of the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from newsletter.desk.audit import audit
from newsletter.desk.choice.headlines import Below, Untold, headlines_below
from newsletter.desk.choice.rank import with_score
from newsletter.desk.choice.wished import Wished, as_wished
from newsletter.desk.choose import choose_explainer
from newsletter.desk.keeping import kept_news
from newsletter.desk.members import member_named
from newsletter.desk.noticed import (
    continuation_of,
    continuations,
    hidden_leads,
    idle_wishes,
    lengths,
    near_misses,
    silent,
    unexplained_terms,
)
from newsletter.desk.past.memory import Memory, remembered
from newsletter.desk.preheader import preheader_of
from newsletter.desk.printing import printed_story, printed_take
from newsletter.desk.radar import WeekNews
from newsletter.desk.takes.attach import Attached, attach
from newsletter.desk.terms import in_use, term_links, unexplained
from newsletter.desk.titles import title_of
from newsletter.model.fates import Continued, Fate
from newsletter.model.issue import (
    Draft,
    Explainer,
    Image,
    Issue,
    Placement,
    Printed,
    PrintedStory,
    PrintedTake,
    Take,
    ToldCorrection,
    Wishes,
)
from newsletter.model.news import News, Ranked
from newsletter.model.remarks import Remark, in_order
from newsletter.model.settings import Settings
from newsletter.model.week import Week, Window, send_date
from newsletter.text import one_line

#: Headlines of an issue that has nothing else, whatever the limit for those below the takes.
_HEADLINES_ALONE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that one issue is composed from."""

    week: Week
    settings: Settings
    window: Window
    news: News
    takes: Sequence[Take]
    explainers: Sequence[Explainer]
    wishes: Wishes
    #: Issues sent before this week, oldest first.
    memory: Sequence[Printed]
    #: Whether the news is that of a freeze, and no other story can be found any more.
    frozen: bool = False
    #: What earlier issues got wrong and this one tells at its foot, oldest first.
    corrections: Sequence[ToldCorrection] = ()
    #: Pictures of the workspace that the explainers show, by the explainer's path.
    images: Mapping[str, tuple[Image, ...]] = field(default_factory=dict)
    renderer: tuple[tuple[str, str], ...] = ()


def compose(desk: Desk) -> Draft:
    """Put the issue together, with a remark for everything that an editor should know."""
    return _composed(replace(desk, takes=sorted(desk.takes, key=lambda take: (take.path, take.line))))


def proved(desk: Desk, draft: Draft) -> Draft:
    """The draft of this desk, with so much of its news kept that the same issue comes out of that alone."""
    for kept in (draft.kept, replace(draft.kept, ranked=_proposed_or(draft.kept.ranked, desk))):
        # The freeze fixes the explainer as well.
        explainers = (draft.issue.explainer,) if draft.issue.explainer else ()
        if _alike(compose(replace(desk, news=kept, explainers=explainers)), draft):
            return replace(draft, kept=kept)
    return replace(draft, kept=replace(desk.news, near=()))


def _alike(one: Draft, other: Draft) -> bool:
    return (one.issue, one.held, [p.outcome for p in one.placements]) == (
        other.issue,
        other.held,
        [p.outcome for p in other.placements],
    )


def _proposed_or(kept: Sequence[Ranked], desk: Desk) -> tuple[Ranked, ...]:
    ids = {r.story.id for r in kept}
    return tuple(r for r in desk.news.ranked if r.story.proposed or r.story.id in ids)


def _composed(desk: Desk) -> Draft:
    memory = remembered(tuple(desk.memory), desk.news.terms)
    wished = as_wished(desk.news, desk.wishes, desk.takes, until=desk.window.end)
    members = desk.settings.members
    sources = {feed: name for ranked in desk.news.ranked for feed, name in ranked.sources}
    attached = attach(
        desk.takes,
        wished.finder,
        members=members,
        memory=memory,
        wanted=wished.wanted,
        sources=sources,
        frozen=desk.frozen,
    )
    news = WeekNews(ranked=wished.ranked, placements=attached.placements, own=attached.own, terms=desk.news.terms)
    explainer, about_choice = choose_explainer(desk.week, desk.explainers, desk.wishes, memory, news)
    told = _told(desk, wished, attached)
    below = headlines_below(_untold(desk, wished, told, memory))
    stories = _stories(desk, told, attached, below)
    issue = _issue(desk, memory, explainer, stories, _headlines(desk, below), _apart(desk, attached, memory))
    issue = replace(issue, terms=in_use(issue.terms, issue))
    continued = tuple(_continued(issue, wished.ranked, memory))
    with_takes = {r.story.id: r for r in told}
    said = (*wished.remarks, *attached.remarks, *about_choice, *below.remarks, *continuations(issue, continued))
    found = _noticed(desk, issue, wished, attached, below, memory)
    return Draft(
        issue=issue,
        placements=attached.placements,
        ranked=tuple(with_takes.get(r.story.id, r) for r in wished.ranked),
        own=attached.own,
        kept=kept_news(
            desk.news, issue=issue, placements=attached.placements, takes=desk.takes, origins=wished.origins
        ),
        remarks=in_order((*said, *found)),
        held=_reasons_to_hold(desk, issue, attached.placements),
        fates={**below.fates, **{story.id: Fate("told", "a take brought it.") for story in attached.own}},
        continued=continued,
        near=desk.news.near,
    )


def _noticed(
    desk: Desk, issue: Issue, wished: Wished, attached: Attached, below: Below, memory: Memory
) -> Iterator[Remark]:
    """What strikes of the issue as a whole, when it is put together."""
    # As read by the desk: with authors whom only a name or a signature in the text tells.
    filed = [placement.take for placement in attached.placements]
    yield from audit(issue, placements=attached.placements, wishes=desk.wishes, memory=memory)
    yield from near_misses(issue, wished.ranked, desk.news.near)
    yield from hidden_leads(issue, wished.ranked)
    yield from idle_wishes(desk.wishes, wished.wanted, issue, below.fates)
    yield from lengths(filed, issue.explainer, desk.settings)
    yield from silent(issue, filed, desk.settings)
    yield from unexplained_terms(issue, unexplained(issue, desk.memory, topics=desk.news.topics))


def _told(desk: Desk, wished: Wished, attached: Attached) -> tuple[Ranked, ...]:
    """Stories with takes: pinned first, then as ordered, then by score, those that takes brought last."""
    wanted = wished.wanted
    named = {placement.story for placement in attached.placements if placement.story}
    brought = (Ranked(replace(s, headline=wanted.headline_of(s)), 0.0, (), ()) for s in attached.own if s.id in named)
    of_feeds = (r for r in wished.ranked if r.story.id in named)
    scored = (with_score(r, topics=desk.news.topics, until=desk.window.end) for r in of_feeds)
    found = [*scored, *brought]
    order = wanted.places(own=attached.own)
    return tuple(sorted(found, key=lambda r: order.get(r.story.id, len(order))))


def _stories(desk: Desk, told: Sequence[Ranked], attached: Attached, below: Below) -> tuple[PrintedStory, ...]:
    by_story: dict[str, list[PrintedTake]] = {}
    for placement in attached.placements:
        if placement.story:
            by_story.setdefault(placement.story, []).append(_printed(desk, placement.take))
    zone = desk.settings.week.zone
    return tuple(
        printed_story(
            r, zone=zone, takes=tuple(by_story[r.story.id]), thread=below.choice.below_told.get(r.story.id, ())
        )
        for r in told
    )


def _untold(desk: Desk, wished: Wished, told: Sequence[Ranked], memory: Memory) -> Untold:
    most = desk.settings.limits.headlines
    if not told and desk.settings.empty.no_takes == "headlines":
        most = max(most, _HEADLINES_ALONE)
    return Untold(
        week=desk.week,
        window=desk.window,
        limits=desk.settings.limits,
        most=most,
        ranked=wished.ranked,
        told=told,
        wishes=desk.wishes,
        wanted=wished.wanted,
        memory=memory,
    )


def _headlines(desk: Desk, below: Below) -> tuple[PrintedStory, ...]:
    zone = desk.settings.week.zone
    return tuple(printed_story(one.ranked, zone=zone, thread=one.siblings) for one in below.choice.chosen)


def _continued(issue: Issue, ranked: Sequence[Ranked], memory: Memory) -> Iterator[Continued]:
    """Printed stories that may go on with one of an earlier issue, in printed order."""
    by_id = {r.story.id: r.story for r in ranked}
    for printed in (*issue.stories, *issue.headlines):
        story = by_id.get(printed.id)
        if story is not None and (found := continuation_of(story, memory)) is not None:
            yield found


def _apart(desk: Desk, attached: Attached, memory: Memory) -> tuple[PrintedTake, ...]:
    issues = {issue.reference.place: issue.reference for issue in memory.issues}
    return tuple(
        replace(_printed(desk, p.take), about=issues.get(p.reason)) for p in attached.placements if p.outcome == "apart"
    )


def _printed(desk: Desk, take: Take) -> PrintedTake:
    member = member_named(take.author, desk.settings.members)
    assert member is not None
    return printed_take(take, member)


def _issue(
    desk: Desk,
    memory: Memory,
    explainer: Explainer | None,
    stories: tuple[PrintedStory, ...],
    headlines: tuple[PrintedStory, ...],
    apart: tuple[PrintedTake, ...],
) -> Issue:
    publication = desk.settings.publication
    number = publication.first_number + sum(not issue.imported for issue in memory.issues)
    topic = explainer.title if explainer else ""
    title = title_of(publication.title, week=desk.week, number=number, topic=topic, name=publication.wording.name)
    return Issue(
        week=desk.week,
        number=number,
        title=title,
        subject=one_line(desk.wishes.subject) or title,
        topic=topic,
        date=send_date(desk.week, desk.settings.schedule.send),
        wording=publication.wording,
        theme=publication.theme,
        variants=desk.settings.mail.variants,
        preheader=one_line(desk.wishes.preheader)
        or preheader_of(explainer.tldr if explainer else "", (s.headline for s in (*stories, *headlines))),
        intro=desk.wishes.intro.strip(),
        explainer=explainer,
        stories=stories,
        apart=apart,
        headlines=headlines,
        previous=memory.latest,
        corrections=tuple(desk.corrections),
        terms=term_links(desk.memory, own=_explained_here(explainer), unlinked=desk.wishes.unlinked),
        images=desk.images.get(explainer.path, ()) if explainer else (),
        renderer=desk.renderer,
    )


def _explained_here(explainer: Explainer | None) -> tuple[str, ...]:
    return (explainer.title, *explainer.aliases) if explainer else ()


def _reasons_to_hold(desk: Desk, issue: Issue, placements: Sequence[Placement]) -> tuple[str, ...]:
    empty, limits = desk.settings.empty, desk.settings.limits
    printed = sum(1 for p in placements if p.outcome != "held")
    reasons = []
    if printed < limits.min_takes and empty.no_takes == "hold":
        reasons.append(f"{printed} takes can be printed, min_takes is {limits.min_takes}")
    if not issue.stories and not issue.headlines and empty.no_stories == "hold":
        reasons.append("there is no story")
    if issue.explainer is None and empty.no_explainer == "hold":
        reasons.append("there is no explainer")
    return tuple(reasons)
