"""What an editor should notice of a composed issue beside its pairings: likenesses, lengths, who is silent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from newsletter.desk.choice.wish import Wanted
from newsletter.desk.members import member_named
from newsletter.desk.past.memory import Memory
from newsletter.desk.rota import turn_of
from newsletter.model.fates import Continued, Fate
from newsletter.model.issue import Explainer, Issue, Take, Wishes
from newsletter.model.news import NearMiss, Ranked, Story
from newsletter.model.remarks import Remark
from newsletter.model.settings import Settings
from newsletter.text import clip, count_words

#: Pairs of stories that are named in one report; all of them are in the list of candidates.
_PAIRS = 5
_CLIP = 90


def near_misses(issue: Issue, ranked: Sequence[Ranked], near: Sequence[NearMiss]) -> Iterator[Remark]:
    """A notice for each printed story that may be one with another, likeliest first."""
    printed = {story.id for story in (*issue.stories, *issue.headlines)}
    headlines = {r.story.id: r.story.headline for r in ranked}
    threads = {r.story.id: r.story.thread or r.story.id for r in ranked}
    pairs = [
        pair
        for pair in near
        if (pair.one in printed or pair.other in printed)
        and {pair.one, pair.other} <= headlines.keys()
        # Those of one thread stand together already.
        and threads[pair.one] != threads[pair.other]
    ]
    for pair in pairs[:_PAIRS]:
        one, other = (clip(headlines[name], _CLIP) for name in (pair.one, pair.other))
        what = f'Possibly the same story: "{one}" and "{other}" (both say {", ".join(pair.shared)}).'
        mend = f'They are? In issues/{issue.week}/issue.toml:  merge = [["#{pair.one}", "#{pair.other}"]]'
        yield Remark(f"issues/{issue.week}", 0, "notice", "possibly-same", what, (mend,))


def continuation_of(story: Story, memory: Memory) -> Continued | None:
    """The printed story that this one may go on with; None if there is none."""
    found = memory.may_continue(story)
    if found is None:
        return None
    return Continued(
        story=story.id,
        headline=story.headline,
        earlier=found.headline,
        issue=found.reference.title,
        week=str(found.reference.week),
        likeness=found.likeness,
    )


def continuations(issue: Issue, continued: Sequence[Continued]) -> Iterator[Remark]:
    """A notice for each printed story that may go on with one of an earlier issue."""
    for one in continued:
        what = f'"{clip(one.headline, _CLIP)}" may continue: "{clip(one.earlier, _CLIP)}" ({one.issue}, {one.week}).'
        mend = "The same again? Drop it. Something new? A take may say so."
        yield Remark(f"issues/{issue.week}", 0, "notice", "may-continue", what, (mend,))


def idle_wishes(wishes: Wishes, wanted: Wanted, issue: Issue, fates: Mapping[str, Fate]) -> Iterator[Remark]:
    """A notice for each story that issue.toml orders or gives a headline to and that is not printed."""
    stories = (*issue.stories, *issue.headlines)
    printed = {s.id for s in stories} | {one.id for s in stories for one in s.thread}
    for key, names in (("order", wanted.order), ("retitle", tuple(wanted.retitle))):
        for name in dict.fromkeys(names):
            if name in fates and name not in printed | wanted.pin | wanted.drop:
                what = f"{key} names #{name}, which is not printed: {fates[name].because}"
                mend = f'Print it:  pin = ["#{name}"]   or take the wish out.'
                yield Remark(wishes.path, wishes.lines.get(key, 0), "notice", "no-effect", what, (mend,))


def hidden_leads(issue: Issue, ranked: Sequence[Ranked]) -> Iterator[Remark]:
    """A notice where a story that ranks higher stands as a line below one with a take."""
    scores = {r.story.id: r.score for r in ranked}
    for story in issue.stories:
        for line in story.thread:
            if scores.get(line.id, 0.0) > scores.get(story.id, 0.0):
                above = clip(story.headline, _CLIP)
                what = f'"{clip(line.headline, _CLIP)}" ranks higher and is a line below "{above}", which has a take.'
                mend = f'A headline of its own? In issues/{issue.week}/issue.toml:  pin = ["#{line.id}"]'
                yield Remark(f"issues/{issue.week}", 0, "notice", "below-its-thread", what, (mend,))


def lengths(takes: Sequence[Take], explainer: Explainer | None, settings: Settings) -> Iterator[Remark]:
    """Takes and a TL;DR that are longer than the house runs."""
    low, high = settings.limits.take_words
    for take in takes:
        words = count_words(take.text)
        if words > high:
            what = f"{words} words; the house runs {low}–{high}."
            yield Remark(take.path, take.line, "notice", "long-take", what)
    if explainer is not None and explainer.tldr:
        low, high = settings.limits.tldr_words
        words = count_words(explainer.tldr)
        if words > high:
            what = f"TL;DR has {words} words; the house runs {low}–{high}."
            yield Remark(explainer.path, 0, "warning", "tldr-length", what)


def silent(issue: Issue, takes: Sequence[Take], settings: Settings) -> Iterator[Remark]:
    """Those whose week it is and who filed nothing, if anybody did; nobody who is away when it closes."""
    filed = {member.id for take in takes if (member := member_named(take.author, settings.members)) is not None}
    turn = turn_of(settings.members, issue.week, settings.schedule, settings.week.zone)
    names = [member.name for member in turn.missing(filed)]
    if names and takes:
        yield Remark(f"issues/{issue.week}", 0, "notice", "silent", f"No take this week from {', '.join(names)}.")


def unexplained_terms(issue: Issue, terms: Sequence[str]) -> Iterator[Remark]:
    """One notice that lists the terms which nobody explained."""
    if terms:
        what = f"Used and never explained: {', '.join(terms)}."
        mend = "A word in brackets helps where it first stands; an explainer helps for good."
        yield Remark(f"issues/{issue.week}", 0, "notice", "unexplained", what, (mend,))
