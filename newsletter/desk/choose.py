"""Choose the week's explainer: the week's own, the one named, the one planned, the first that is ready. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from newsletter.desk.memory import Memory
from newsletter.model.issue import Explainer, Wishes
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.text import clip, nearest


def choose_explainer(
    week: Week,
    explainers: Sequence[Explainer],
    wishes: Wishes,
    memory: Memory,
) -> tuple[Explainer | None, tuple[Remark, ...]]:
    """The explainer of a week and what an editor should know of the choice; None if there is none.

    `explainers` are the week's own (in its folder) and the backlog. An explainer that was printed is
    never taken from the backlog by itself.
    """
    folder = f"issues/{week}"
    own = next((e for e in explainers if e.path.startswith(f"{folder}/")), None)
    if own is not None:
        return own, ()
    backlog = sorted((e for e in explainers if not e.path.startswith(f"{folder}/")), key=lambda e: e.path)
    if wishes.explainer:
        return _named(wishes, backlog)
    unused = [e for e in backlog if memory.topic_before(e.title) is None and not memory.explained_from(e.path)]
    planned = next((e for e in unused if e.week == week), None)
    if planned is not None:
        return planned, ()
    ready = next((e for e in unused if e.ready and e.week is None), None)
    if ready is None:
        what = "No explainer for this week: the issue goes without a topic and without a TL;DR."
        mend = (f'Write {folder}/explainer.md, or name one in {folder}/issue.toml: explainer = "…".',)
        return None, (Remark(folder, 0, "warning", "no-explainer", what, mend),)
    what = f'No explainer was named; "{ready.title}" from the backlog is taken.'
    mend = (f'Another? In {folder}/issue.toml: explainer = "…".',)
    return ready, (Remark(folder, 0, "notice", "backlog-explainer", what, mend),)


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
    """Left-overs and repeats: a subtitle or a topic that an earlier issue had."""
    found = []
    if explainer.subtitle and (before := _titled(explainer.subtitle, memory)) is not None:
        what = f'"{explainer.subtitle}" is the title of {before}.'
        mend = ("Left over from an earlier file? Change the subtitle or take it out.",)
        found.append(Remark(explainer.path, 0, "warning", "stale-subtitle", what, mend))
    if not explainer.series and (earlier := memory.topic_before(explainer.title)) is not None:
        what = f'"{explainer.title}" ran in {clip(earlier.reference.title, 80)} ({earlier.reference.week}).'
        found.append(Remark(explainer.path, 0, "warning", "explained-before", what, ("Second part? Say  series: …",)))
    return tuple(found)


def _titled(text: str, memory: Memory) -> str | None:
    """The issue whose title, topic or subtitle this text is."""
    from_topic = memory.topic_before(text)
    if from_topic is None:
        from_topic = next((i for i in memory.issues if i.subtitle and _same(i.subtitle, text)), None)
    return f"{from_topic.reference.title} ({from_topic.reference.week})" if from_topic else None


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
