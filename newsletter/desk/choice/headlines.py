"""The headlines below the takes, and what became of every story, by which rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.clock import utc
from newsletter.desk.choice.caps import Choice, LeftOut, choose
from newsletter.desk.choice.wish import Wanted
from newsletter.desk.past.memory import Memory, Repeat
from newsletter.model.fates import Fate
from newsletter.model.issue import Wishes
from newsletter.model.news import Ranked
from newsletter.model.remarks import Remark
from newsletter.model.settings import Limits
from newsletter.model.week import Week, Window
from newsletter.text import clip

_CLIP = 90
_AGAIN = "pin it in issue.toml, or file a take on it with  again: yes"
_BELOW = "a take on it, `pin`, or a higher limits.headlines in newsletter.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """Stories for "Also in the news", pinned first, each with the stories of its thread; may be empty."""

    choice: Choice
    fates: Mapping[str, Fate]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What the choice is made from and by: all stories, best first, and what stands above them already."""

    week: Week
    window: Window
    limits: Limits
    #: Headlines at most, if not more are pinned.
    most: int
    ranked: Sequence[Ranked]
    #: Stories with takes, in printed order.
    told: Sequence[Ranked]
    wishes: Wishes
    wanted: Wanted
    memory: Memory


def headlines_below(untold: Untold) -> Below:
    """Choose the headlines without takes: pinned, then the best that nothing speaks against."""
    told = {r.story.id for r in untold.told}
    repeats = dict(_repeats(untold))
    order = untold.wanted.places(own=())
    pinned = [r for r in untold.ranked if r.story.id in untold.wanted.pin and r.story.id not in told]
    pinned.sort(key=lambda r: order[r.story.id])
    open_to_choice = [
        r
        for r in untold.ranked
        if r.story.proposed
        and r.story.id not in told | untold.wanted.drop | untold.wanted.pin
        and r.story.id not in repeats
    ]
    open_to_choice.sort(key=lambda r: order.get(r.story.id, len(order)))
    choice = choose(
        open_to_choice,
        pinned=pinned,
        told=untold.told,
        most=max(untold.most, len(pinned)),
        per_publisher=untold.limits.per_publisher,
    )
    fates = {r.story.id: _fate(r, untold, choice, repeats) for r in untold.ranked}
    fates |= {name: Fate("told", "a take names it, and a take brings in any story.") for name in told}
    return Below(choice=choice, fates=fates, remarks=tuple(_said(untold, choice, repeats)))


def _repeats(untold: Untold) -> Iterator[tuple[str, Repeat]]:
    named = {r.story.id for r in untold.told} | untold.wanted.pin
    for r in untold.ranked:
        if (r.story.proposed or r.story.id in named) and (before := untold.memory.repeat_of(r.story)):
            yield r.story.id, before


def _said(untold: Untold, choice: Choice, repeats: Mapping[str, Repeat]) -> Iterator[Remark]:
    """What is to be said of repeats: of stories with takes, of pinned ones, and of those that would stand here else."""
    told, wanted, folder = {r.story.id for r in untold.told}, untold.wanted, f"issues/{untold.week}"
    free = [one.ranked for one in choice.chosen if one.ranked.story.id not in wanted.pin]
    lowest = min((r.score for r in free), default=0.0) if len(choice.chosen) >= untold.most else 0.0
    for r in untold.ranked:
        before = repeats.get(r.story.id)
        if before is None or r.story.id in wanted.drop:
            continue
        if r.story.id in told:
            # The same page is for `attach` to decide: it puts the take apart, unless its author wants it again.
            if before.how != "address":
                what = f"{_before(r, before)}; a take prints it all the same."
                mend = "The same again? Take the take back, or say in it what is new."
                yield Remark(folder, 0, "warning", "repeat", what, (mend,))
        elif r.story.id in wanted.pin:
            what = f"{_before(r, before)}; pinned, it is printed again."
            yield Remark(untold.wishes.path, untold.wishes.lines.get("pin", 0), "notice", "repeat", what)
        elif r.score >= lowest:
            yield Remark(folder, 0, "notice", "repeat", f"{_before(r, before)}; left out.")


def _before(ranked: Ranked, before: Repeat) -> str:
    earlier = before.issue.reference
    head = f'"{clip(ranked.story.headline, _CLIP)}"'
    if before.how == "likeness":
        was = clip(before.headline, _CLIP)
        return f'{head} is like "{was}" of {earlier.title} ({earlier.week}), by {before.likeness:.2f}'
    return f"{head} was printed in {earlier.title} ({earlier.week})"


def _fate(ranked: Ranked, untold: Untold, choice: Choice, repeats: Mapping[str, Repeat]) -> Fate:
    story, wanted = ranked.story, untold.wanted
    if story.id in wanted.drop:
        return Fate("dropped", "issue.toml drops it.", "take it out of `drop` in issue.toml.")
    chosen = [one.ranked.story.id for one in choice.chosen]
    if story.id in chosen:
        if story.id in wanted.pin:
            return Fate("pinned", "issue.toml pins it.")
        if story.id in wanted.order:
            return Fate("headline", "issue.toml orders it.")
        place = chosen.index(story.id) + 1
        return Fate("headline", f"its score makes it number {place} of {_headlines(len(chosen))} without a take.")
    left = choice.left_out.get(story.id)
    if left is not None and left.below is not None:
        head = clip(left.below.story.headline, _CLIP)
        return Fate("thread", f'it stands as a line under "{head}", which stands for its thread.')
    if story.id in repeats:
        return Fate("repeat", f"{_before(ranked, repeats[story.id])}.", _AGAIN)
    if not story.proposed and (printed := untold.memory.story_before(story)) is not None:
        earlier = printed.reference
        return Fate("repeat", f"it was printed in {earlier.title} ({earlier.week}).", _AGAIN)
    if not story.proposed:
        return Fate("outside", _outside(ranked, untold.window), "a take on it brings it in, or `pin` in issue.toml.")
    return _left_out(ranked, left, untold)


def _outside(ranked: Ranked, window: Window) -> str:
    story = ranked.story
    began = f"{utc(window.start):%d %b %Y %H:%M} UTC"
    if story.published is None:
        return f"its feeds give no date, and it was seen before this week's window began ({began})."
    when = f"{utc(story.published):%d %b %Y %H:%M} UTC"
    if story.published > window.end:
        return f"it is of {when}, after this week's window ends ({utc(window.end):%d %b %Y %H:%M} UTC)."
    return f"it is of {when}, or was seen before this week's window began ({began}): an earlier issue could print it."


def _left_out(ranked: Ranked, left: LeftOut | None, untold: Untold) -> Fate:
    if left is not None and left.cap == "thread":
        stands = left.instead[0].story
        because = (
            f'it belongs to a thread that "{clip(stands.headline, _CLIP)}" stands for, and four others are better.'
        )
        return Fate("same-thread", because, "a take on it, or `pin` in issue.toml")
    if left is not None and left.cap == "publisher":
        before = " and ".join(f'"{clip(r.story.headline, _CLIP)}"' for r in left.instead)
        because = f"{left.publisher} leads {_headlines(len(left.instead))} before it: {before}."
        change = "a take on it, `pin`, or a higher limits.per_publisher in newsletter.toml"
        return Fate("publisher", because, change)
    if not untold.most:
        return Fate("below", "limits.headlines is 0: only stories with takes are printed.", _BELOW)
    last = left.instead[0] if left is not None and left.instead else None
    if last is None:
        return Fate("below", "pinned stories take all the places for headlines.", _BELOW)
    missing = round(last.score - ranked.score, 1)
    because = f"its score is {ranked.score:.1f}; the last of {_headlines(untold.most)} has {last.score:.1f}."
    if missing <= 0:
        because = "those that stand before it are as good and older, or issue.toml orders them."
    return Fate("below", because, f"{_BELOW}; by score, {missing:.1f} more" if missing > 0 else _BELOW)


def _headlines(count: int) -> str:
    return f"{count} headline{'' if count == 1 else 's'}"
