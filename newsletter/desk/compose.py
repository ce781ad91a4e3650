"""Compose the issue: news, takes, explainer and wishes become what is printed. Pure.

The same inputs give the same issue, whatever the hour, the folder or the order of the files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.desk.attach import Attached, attach, with_headline
from newsletter.desk.choose import choose_explainer, remarks_on
from newsletter.desk.match import StoryFinder
from newsletter.desk.members import member_named
from newsletter.desk.memory import Memory
from newsletter.desk.printing import printed_story, printed_take
from newsletter.desk.titles import title_of
from newsletter.desk.wish import Wanted, read_wanted
from newsletter.model.issue import Draft, Explainer, Issue, Placement, Printed, PrintedStory, PrintedTake, Take, Wishes
from newsletter.model.news import Ranked
from newsletter.model.remarks import Remark, in_order
from newsletter.model.settings import Settings
from newsletter.model.week import Week, send_date
from newsletter.text import clip, count_words, one_line

_PREHEADER = 110
#: Stories that were not printed, kept at the freeze so that a dropped headline can be followed by the next.
_RESERVE = 5
#: Headlines of an issue that has nothing else, whatever the limit for those below the takes.
_HEADLINES_ALONE = 5
_NUMBER = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that one issue is composed from."""

    week: Week
    settings: Settings
    #: Every story that may be told, best first: those the window proposes and older ones that a take may name.
    ranked: Sequence[Ranked]
    takes: Sequence[Take]
    explainers: Sequence[Explainer]
    wishes: Wishes
    #: Issues sent before this week, oldest first.
    memory: Sequence[Printed]
    renderer: tuple[tuple[str, str], ...] = ()


def compose(desk: Desk) -> Draft:
    """Put the issue together, with a remark for everything that an editor should know.

    `kept` is proved, not hoped for: with those stories alone the same issue comes out.
    """
    desk = replace(desk, takes=sorted(desk.takes, key=lambda take: (take.path, take.line)))
    draft = _composed(desk)
    for kept in (draft.kept, _proposed_or(draft.kept, desk)):
        if _alike(_composed(replace(desk, ranked=kept)), draft):
            return replace(draft, kept=kept)
    return replace(draft, kept=tuple(desk.ranked))


def _alike(one: Draft, other: Draft) -> bool:
    return (one.issue, one.held, [p.outcome for p in one.placements]) == (
        other.issue,
        other.held,
        [p.outcome for p in other.placements],
    )


def _proposed_or(kept: Sequence[Ranked], desk: Desk) -> tuple[Ranked, ...]:
    ids = {r.story.id for r in kept}
    return tuple(r for r in desk.ranked if r.story.proposed or r.story.id in ids)


def _composed(desk: Desk) -> Draft:
    memory = Memory(tuple(desk.memory))
    ranked, wanted, said = _as_wished(desk)
    finder = StoryFinder(tuple(r.story for r in ranked))
    members = desk.settings.members
    sources = {feed: name for ranked in desk.ranked for feed, name in ranked.sources}
    attached = attach(desk.takes, finder, members=members, memory=memory, wanted=wanted, sources=sources)
    explainer, about_choice = choose_explainer(desk.week, desk.explainers, desk.wishes, memory)
    stories = _told(desk, ranked, attached, wanted)
    headlines, repeats = _untold(desk, ranked, stories, wanted, memory)
    issue = _issue(desk, memory, explainer, stories, headlines, _apart(desk, attached, memory))
    remarks = [*said, *attached.remarks, *about_choice, *repeats, *_lengths(desk, explainer), *_silent(desk)]
    if explainer is not None:
        remarks.extend(remarks_on(explainer, memory))
    return Draft(
        issue=issue,
        placements=attached.placements,
        ranked=tuple(r for r in ranked if r.story.proposed and r.story.id not in wanted.drop),
        kept=_kept(desk.ranked, issue, attached.placements),
        remarks=in_order(remarks),
        held=_reasons_to_hold(desk, issue, attached.placements),
    )


def _as_wished(desk: Desk) -> tuple[tuple[Ranked, ...], Wanted, tuple[Remark, ...]]:
    """The stories under the headlines that the chief editor wished, and the other wishes as story ids."""
    finder = StoryFinder(tuple(r.story for r in desk.ranked))
    wanted, remarks = read_wanted(desk.wishes, finder, desk.takes)
    ranked = tuple(
        replace(r, story=with_headline(r.story, wanted.retitle[r.story.id])) if r.story.id in wanted.retitle else r
        for r in desk.ranked
    )
    return ranked, wanted, remarks


def _told(desk: Desk, ranked: Sequence[Ranked], attached: Attached, wanted: Wanted) -> tuple[PrintedStory, ...]:
    """Stories with takes: pinned first, then as ordered, then by score, those that takes brought last."""
    by_story: dict[str, list[PrintedTake]] = {}
    for placement in attached.placements:
        if placement.story:
            by_story.setdefault(placement.story, []).append(_printed(desk, placement.take))
    found = [
        *(r for r in ranked if r.story.id in by_story),
        *(
            Ranked(replace(story, headline=wanted.headline_of(story)), 0.0, (), ())
            for story in attached.own
            if story.id in by_story
        ),
    ]
    order = wanted.places(own=attached.own)
    found.sort(key=lambda r: order.get(r.story.id, len(order)))
    zone = desk.settings.week.zone
    return tuple(printed_story(r, zone=zone, takes=tuple(by_story[r.story.id])) for r in found)


def _untold(
    desk: Desk, ranked: Sequence[Ranked], told: Sequence[PrintedStory], wanted: Wanted, memory: Memory
) -> tuple[tuple[PrintedStory, ...], tuple[Remark, ...]]:
    """Headlines without takes, pinned first; what was printed before is left out, with a notice."""
    shown = {story.id for story in told}
    order = wanted.places(own=())
    pinned = [r for r in ranked if r.story.id in wanted.pin and r.story.id not in shown]
    pinned.sort(key=lambda r: order[r.story.id])
    best: list[Ranked] = []
    remarks: list[Remark] = []
    for r in pinned:
        if (before := memory.story_before(r.story)) is not None:
            what = _repeats(r, before, "pinned, it is printed again")
            remarks.append(Remark(desk.wishes.path, desk.wishes.lines.get("pin", 0), "notice", "repeat", what))
    for r in ranked:
        if not r.story.proposed or r.story.id in shown | wanted.drop | wanted.pin:
            continue
        if (before := memory.repeat_of(r.story)) is None:
            best.append(r)
            continue
        what = _repeats(r, before, "left out")
        remarks.append(Remark(f"issues/{desk.week}", 0, "notice", "repeat", what))
    best.sort(key=lambda r: order.get(r.story.id, len(order)))
    most = max(desk.settings.limits.headlines, len(pinned))
    if not told and desk.settings.empty.no_takes == "headlines":
        most = max(most, _HEADLINES_ALONE)
    zone = desk.settings.week.zone
    chosen = [*pinned, *best][:most]
    return tuple(printed_story(r, zone=zone) for r in chosen), tuple(remarks)


def _repeats(ranked: Ranked, before: Printed, then: str) -> str:
    earlier = before.reference
    return f'"{clip(ranked.story.headline, 90)}" was printed in {earlier.title} ({earlier.week}); {then}.'


def _apart(desk: Desk, attached: Attached, memory: Memory) -> tuple[PrintedTake, ...]:
    issues = {str(issue.reference.week): issue.reference for issue in memory.issues}
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
    number = publication.first_number + len(memory.issues)
    topic = explainer.title if explainer else ""
    title = title_of(publication.title, week=desk.week, number=number, topic=topic, name=publication.wording.name)
    facts = [explainer.tldr] if explainer and explainer.tldr else [s.headline for s in (*stories, *headlines)]
    return Issue(
        week=desk.week,
        number=number,
        title=title,
        subject=one_line(desk.wishes.subject) or title,
        topic=topic,
        date=send_date(desk.week, desk.settings.schedule.send),
        wording=publication.wording,
        preheader=one_line(desk.wishes.preheader) or clip(one_line(" · ".join(facts)), _PREHEADER),
        intro=desk.wishes.intro.strip(),
        explainer=explainer,
        stories=stories,
        apart=apart,
        headlines=headlines,
        previous=memory.latest,
        renderer=desk.renderer,
    )


def _kept(ranked: Sequence[Ranked], issue: Issue, placements: Sequence[Placement]) -> tuple[Ranked, ...]:
    """Printed stories, and those that a take was weighed against: with them the same issue comes out again.

    A few of the best that were not printed are kept in reserve, for a headline that is dropped after the freeze.
    """
    ids = {s.id for s in (*issue.stories, *issue.headlines)}
    ids.update([r.story.id for r in ranked if r.story.proposed and r.story.id not in ids][:_RESERVE])
    ids.update(name for placement in placements for name in placement.candidates)
    # Those whose ids made a story that a take brought add a number to its own.
    names = {placement.story for placement in placements if placement.outcome == "own"}
    names.update({_NUMBER.sub("", name) for name in names})
    return tuple(r for r in ranked if r.story.id in ids or _NUMBER.sub("", r.story.id) in names)


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


def _lengths(desk: Desk, explainer: Explainer | None) -> list[Remark]:
    limits, remarks = desk.settings.limits, []
    low, high = limits.take_words
    for take in desk.takes:
        words = count_words(take.text)
        if words > high:
            what = f"{words} words; the house runs {low}–{high}."
            remarks.append(Remark(take.path, take.line, "notice", "long-take", what))
    if explainer is not None and explainer.tldr:
        low, high = limits.tldr_words
        words = count_words(explainer.tldr)
        if words > high:
            what = f"TL;DR has {words} words; the house runs {low}–{high}."
            remarks.append(Remark(explainer.path, 0, "warning", "tldr-length", what))
    return remarks


def _silent(desk: Desk) -> list[Remark]:
    members = desk.settings.members
    filed = {member.id for take in desk.takes if (member := member_named(take.author, members)) is not None}
    silent = [m.name for m in members if m.role in ("editor", "chief") and m.id not in filed]
    if not silent or not desk.takes:
        return []
    what = f"No take this week from {', '.join(silent)}."
    return [Remark(f"issues/{desk.week}", 0, "notice", "silent", what)]
