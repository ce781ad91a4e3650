"""Everything one issue is composed from, read off the workspace and the store. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from newsletter.clock import local_instant
from newsletter.desk.compose import Desk
from newsletter.desk.due import slots_of
from newsletter.desk.members import names_of
from newsletter.desk.reach import references
from newsletter.files.explainers import read_explainer, read_explainers, read_own_explainer
from newsletter.files.folder import take_files, takes_folder, weeks_on_disk
from newsletter.files.issue_toml import read_wishes
from newsletter.files.news import read_news
from newsletter.files.record import read_memory
from newsletter.files.sources_toml import read_sources
from newsletter.files.state import read_seal, read_state
from newsletter.files.takes import read_take_files, read_takes
from newsletter.model.issue import Draft, Explainer, Take
from newsletter.model.news import News
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week, Window, window_of
from newsletter.model.week_state import Frozen, Listed, WeekState
from newsletter.newsroom.collection.feed_list import refuse_errors
from newsletter.newsroom.collection.week_news import week_news
from newsletter.newsroom.corrected import to_be_told
from newsletter.newsroom.images import ExplainersImages
from newsletter.newsroom.room import Newsroom
from newsletter.press.libraries import versions
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the desk gets, the window it covers, and what is to be said of the files it came from."""

    desk: Desk
    window: Window
    remarks: tuple[Remark, ...]


def week_inputs(
    room: Newsroom, week: Week, store: Store | None, *, freeze: datetime | None = None, asked: Sequence[str] = ()
) -> Inputs:
    """The inputs of a week: of its freeze if it was frozen, else as files and store are now.

    `store` may be None for a frozen week: its folder holds all that is needed. `freeze` closes the window
    earlier than the slot. `asked` names stories that somebody asks for, however old they are.
    Raises FaultyFiles if a file that people wrote cannot be used.
    """
    state = read_state(room.root, week)
    wishes, about_wishes = read_wishes(room.root, week)
    memory, about_memory = read_memory(room.root, before=week, until=_known_until(room.root, week, state))
    explainers, about_explainers = _explainers(room.root, week, state.frozen)
    if state.frozen is not None:
        takes, about_takes = _frozen_takes(room, state.frozen)
        news = read_news(room.root, week) or News()
        about_sources: tuple[Remark, ...] = ()
        window = _frozen_window(state.frozen)
        corrections = state.frozen.corrections
    else:
        assert store is not None
        takes, about_takes = _open_takes(room, week)
        window = open_window(room, week, freeze=freeze)
        corrections = to_be_told(room.root, memory, room.settings.week.zone, until=window.seen_until)
        sources, about_sources = read_sources(room.root)
        news = week_news(room, store, window, sources, named=(*references(takes, wishes), *asked))
    remarks = in_order((*about_wishes, *about_sources, *about_memory, *about_explainers, *about_takes))
    # A take with a fault is held or printed as it can be; without these files the issue would be another one.
    refuse_errors(tuple(r for r in remarks if r.path.endswith((".toml", ".json", ".jsonl", "topics.txt"))))
    desk = Desk(
        week=week,
        settings=room.settings,
        window=window,
        news=news,
        takes=takes,
        explainers=explainers,
        wishes=wishes,
        memory=memory,
        frozen=state.frozen is not None,
        corrections=corrections,
        images=ExplainersImages(room.root, explainers),
        renderer=versions(),
    )
    return Inputs(desk=desk, window=window, remarks=remarks)


def freeze_of(inputs: Inputs, draft: Draft, *, at: datetime, run_at: datetime) -> Frozen:
    """What a freeze fixes: the window, every file of takes with its digest, the explainer, the corrections it tells."""
    listed = {Listed(path=take.path, sha256=take.sha256) for take in inputs.desk.takes}
    return Frozen(
        at=at,
        run_at=run_at,
        window_start=inputs.window.start,
        window_end=inputs.window.end,
        takes=tuple(sorted(listed, key=lambda one: one.path)),
        explainer=draft.issue.explainer.path if draft.issue.explainer else "",
        corrections=draft.issue.corrections,
    )


def fit_to_freeze(week: Week, remarks: tuple[Remark, ...]) -> None:
    """Raises FaultyFiles where a freeze would close without what was written for the week.

    That is if its own explainer or its wishes hold errors, or if a folder of takes may not be read.
    """
    own = (f"issues/{week}/explainer.md", f"issues/{week}/issue.toml")
    lost = tuple(
        r for r in remarks if r.path in own or (r.code == "unreadable" and not r.path.endswith((".md", ".txt")))
    )
    refuse_errors(lost)


def open_window(room: Newsroom, week: Week, *, freeze: datetime | None = None) -> Window:
    """The window of a week that is not frozen; its freeze is the slot's instant unless another is given."""
    settings = room.settings
    instant = freeze or slots_of(week, settings.schedule, settings.week.zone).freeze
    window = window_of(
        week,
        settings.week.zone,
        mode=settings.week.window,
        freeze=instant,
        last_freeze=_last_freeze(room.root, week),
    )
    if settings.week.window == "iso-week" and (first := _first_given_back(room.root, week)) != week:
        # The weeks between were not sent: what they proposed is proposed again.
        return replace(window, start=local_instant(first.monday, time(), settings.week.zone))
    return window


def is_sample(root: Path, week: Week) -> bool:
    """Whether the week is the repository's sample, which no owner's issue counts."""
    return read_wishes(root, week)[0].sample


def _first_given_back(root: Path, week: Week) -> Week:
    """The first of the weeks right before this one that were begun and not sent; the week itself if there is none."""
    begun = weeks_on_disk(root)
    before = week.after(-1)
    while before in begun and read_state(root, before).sent is None and not is_sample(root, before):
        week, before = before, before.after(-1)
    return week


def _last_freeze(root: Path, week: Week) -> datetime | None:
    """The freeze of the last issue sent before this week."""
    for earlier in reversed(weeks_on_disk(root)):
        if earlier < week and not is_sample(root, earlier):
            state = read_state(root, earlier)
            if state.sent is not None and state.frozen is not None:
                return state.frozen.at
    return None


def _known_until(root: Path, week: Week, state: WeekState) -> datetime | None:
    """The approval of an issue that was sent: what left after it can have had no part in it. None before that."""
    seal = read_seal(root, week) if state.sent is not None else None
    return seal.at if seal is not None else None


def _frozen_window(frozen: Frozen) -> Window:
    return Window(frozen.window_start, frozen.window_end, frozen.window_start, frozen.at)


def _explainers(root: Path, week: Week, frozen: Frozen | None) -> tuple[tuple[Explainer, ...], tuple[Remark, ...]]:
    """The week's own explainer first, then the backlog; after the freeze the one it fixed, and no other."""
    own, about_own = read_own_explainer(root, week)
    if frozen is not None and frozen.explainer and own is None:
        fixed, about_fixed = read_explainer(root, root / frozen.explainer)
        return ((fixed,) if fixed else ()), about_fixed
    if frozen is not None:
        return ((own,) if own and frozen.explainer else ()), about_own
    backlog, about_backlog = read_explainers(root)
    return ((own, *backlog) if own else backlog), (about_own if own else (*about_own, *about_backlog))


def _frozen_takes(room: Newsroom, frozen: Frozen) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """The takes on the freeze's list as they are now; one that was edited since is named."""
    names = names_of(room.settings.members)
    takes, remarks = read_take_files(room.root, [listed.path for listed in frozen.takes], names=names)
    digests = {listed.path: listed.sha256 for listed in frozen.takes}
    edited = sorted({take.path for take in takes if take.sha256 != digests.get(take.path)})
    changed = tuple(
        Remark(path, 0, "notice", "edited", "Edited since the freeze; the new words are used.") for path in edited
    )
    return takes, (*remarks, *changed)


def _open_takes(room: Newsroom, week: Week) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """The week's own takes, the inbox, and what was filed late for weeks that are closed."""
    root = room.root
    states = {w: read_state(root, w) for w in weeks_on_disk(root) if w != week and not is_sample(root, w)}
    taken = [listed for state in states.values() if state.frozen and not state.skipped for listed in state.frozen.takes]
    names = names_of(room.settings.members)
    takes, remarks = read_takes(root, week, inbox=True, used=_used(root, taken, states), names=names)
    late, about_late = read_take_files(root, _filed_late(root, week, states, taken), names=names)
    rolled = tuple(
        Remark(path, 0, "notice", "late-take", f"Filed after its week was frozen; it stands in {week}.")
        for path in sorted({take.path for take in late})
    )
    return (*takes, *late), (*remarks, *about_late, *rolled, *_left_behind(room, week, states))


def _used(root: Path, taken: list[Listed], states: dict[Week, WeekState]) -> tuple[Listed, ...]:
    """Takes to pass over: while its week is unsent, a listed file is that week's, edited or not."""
    unsent = {
        listed.path
        for state in states.values()
        if state.frozen and not state.sent and not state.skipped
        for listed in state.frozen.takes
    }
    edited = read_take_files(root, sorted(path for path in unsent if (root / path).exists()))[0]
    seals = [seal for week, state in states.items() if state.sent and (seal := read_seal(root, week)) is not None]
    # What was approved may have been edited since the freeze: those words are printed as well.
    approved = (Listed(path=path, sha256=sha256) for seal in seals for path, sha256 in seal.digests.items())
    return (*taken, *(Listed(path=take.path, sha256=take.sha256) for take in edited), *approved)


def _filed_late(root: Path, week: Week, states: dict[Week, WeekState], taken: list[Listed]) -> tuple[Path, ...]:
    """Files in earlier weeks' folders that no freeze has listed, and all of a week that was skipped."""
    listed = {one.path for one in taken}
    return tuple(
        path
        for earlier, state in sorted(states.items())
        if earlier < week and (state.frozen or state.skipped or state.sent)
        for path in take_files(root, takes_folder(root, earlier))
        if path.relative_to(root).as_posix() not in listed
    )


def _left_behind(room: Newsroom, week: Week, states: dict[Week, WeekState]) -> tuple[Remark, ...]:
    """Earlier weeks with takes that were never frozen, or never sent: their words wait for a decision.

    Not those whose hour to leave is still to come.
    """
    remarks = []
    for earlier, state in sorted(states.items()):
        leaves = slots_of(earlier, room.settings.schedule, room.settings.week.zone).send
        if earlier >= week or state.sent or state.skipped or room.clock.now() <= leaves:
            continue
        listed = state.frozen is not None and state.frozen.takes
        if not (listed or take_files(room.root, takes_folder(room.root, earlier))):
            continue
        missing, verb = ("sent", "approve") if state.frozen else ("frozen", "freeze")
        what = f"{earlier} holds takes and was never {missing}."
        mend = f"Send it:  newsletter {verb} {earlier}   or move them here:  newsletter skip {earlier} --why …"
        remarks.append(Remark(f"issues/{earlier}", 0, "warning", "left-behind", what, (mend,)))
    return tuple(remarks)
