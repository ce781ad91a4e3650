"""Choose the week's explainer: its own, the one named, the one planned, the ready one nearest to the news. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from newsletter.desk.past.memory import Memory
from newsletter.desk.past.topic_names import topic_names
from newsletter.desk.radar import WeekNews, echoes
from newsletter.model.issue import Explainer, Printed, Wishes
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.text import clip, nearest, same_text


def choose_explainer(
    week: Week,
    explainers: Sequence[Explainer],
    wishes: Wishes,
    memory: Memory,
    news: WeekNews | None = None,
) -> tuple[Explainer | None, tuple[Remark, ...]]:
    """The explainer of a week and what an editor should know of the choice; None if there is none.

    `explainers` are the week's own (in its folder) and the backlog. With nothing named and nothing planned it is the
    ready one whose topic the week's `news` says most of; of equals the oldest, that is the first by path: names of
    files that begin with a date stand in that order. An explainer that was printed is never taken from the backlog
    by itself.
    """
    folder = f"issues/{week}"
    own = next((e for e in explainers if e.path.startswith(f"{folder}/")), None)
    if own is not None:
        return own, ()
    backlog = sorted((e for e in explainers if not e.path.startswith(f"{folder}/")), key=lambda e: e.path)
    if wishes.explainer:
        return _named(wishes, backlog)
    # Somebody wrote this week into it: that its topic ran before is said, and is no reason to leave it out.
    planned = next((e for e in backlog if e.week == week and memory.explainer_before(e.path) is None), None)
    if planned is not None:
        return planned, ()
    ready = [e for e in backlog if e.ready and e.week is None and explained_before(e, memory) is None]
    if not ready:
        what = "No explainer for this week: the issue goes without a topic and without a TL;DR."
        mend = (f'Write {folder}/explainer.md, or name one in {folder}/issue.toml: explainer = "…".',)
        return None, (Remark(folder, 0, "warning", "no-explainer", what, mend),)
    nearest_one = echoes(ready, news or WeekNews())[0]
    taken = nearest_one.explainer
    because = nearest_one.because or ("the oldest of those that are ready" if len(ready) > 1 else "")
    what = f'No explainer was named; "{taken.title}" from the backlog is taken{because and f": {because}"}.'
    mend = (f'Another? In {folder}/issue.toml: explainer = "…".',)
    return taken, (Remark(folder, 0, "notice", "backlog-explainer", what, mend),)


def explained_before(explainer: Explainer, memory: Memory) -> Printed | None:
    """The issue that explained this topic, or printed this very file; None if none did."""
    return memory.topic_before(explainer.title) or memory.explainer_before(explainer.path)


def _named(wishes: Wishes, backlog: Sequence[Explainer]) -> tuple[Explainer | None, tuple[Remark, ...]]:
    by_name = {PurePosixPath(e.path).stem: e for e in backlog}
    wanted = PurePosixPath(wishes.explainer).stem
    if wanted in by_name:
        return by_name[wanted], ()
    near = nearest(wanted, by_name)
    mend = f'Did you mean "{near}"?' if near else f"There are: {', '.join(sorted(by_name)) or 'none yet'}."
    what = f'issues/explainers has no "{wishes.explainer}".'
    line = wishes.lines.get("explainer", 0)
    return None, (Remark(wishes.path, line, "error", "unknown-explainer", what, (mend,)),)


def remarks_on(explainer: Explainer, memory: Memory) -> tuple[Remark, ...]:
    """Left-overs and repeats: a subtitle, a topic or a file that an earlier issue had."""
    found = []
    if explainer.subtitle and (before := _titled(explainer, memory)) is not None:
        what = f'"{explainer.subtitle}" is the title of {before.reference.title} ({before.reference.week}).'
        mend = ("Left over from an earlier file? Change the subtitle or take it out.",)
        found.append(Remark(explainer.path, 0, "warning", "stale-subtitle", what, mend))
    earlier = explained_before(explainer, memory)
    if not explainer.series and earlier is not None:
        what = f'"{explainer.title}" ran in {clip(earlier.reference.title, 80)} ({earlier.reference.week}).'
        if earlier.topic and not same_text(earlier.topic, explainer.title):
            what = f'{what[:-1]}, as "{clip(earlier.topic, 80)}".'
        found.append(Remark(explainer.path, 0, "warning", "explained-before", what, ("Second part? Say  series: …",)))
    return tuple(found)


def _titled(explainer: Explainer, memory: Memory) -> Printed | None:
    """The issue whose topic or subtitle the subtitle is; None if several had it, for then it is the house's own.

    A subtitle that says the explainer's own topic again is no leftover.
    """
    if not topic_names(explainer.subtitle) & topic_names(explainer.title):
        if (explained := memory.topic_before(explainer.subtitle)) is not None:
            return explained
        had = [issue for issue in memory.issues if same_text(issue.subtitle, explainer.subtitle)]
        return had[0] if len(had) == 1 else None
    return None
