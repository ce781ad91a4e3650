"""What editors do with a week: report on it, hold it, leave it out, bring it back, make it again. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.desk.compose import compose
from newsletter.desk.sealing import changed_since, digests
from newsletter.errors import NotReady, UsageFault
from newsletter.files.folder import relative, take_files, takes_folder, weeks_on_disk, write_whole
from newsletter.files.record import read_record
from newsletter.files.state import read_seal, read_state, write_state
from newsletter.model.issue import Draft
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.model.week_state import Pause
from newsletter.newsroom.calendar import standing
from newsletter.newsroom.corrected import told_by_others
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.records import not_left_out, sealed_files, week_files
from newsletter.newsroom.room import Newsroom
from newsletter.press.libraries import versions
from newsletter.press.render import render
from newsletter.store.engine import Store
from newsletter.text import one_line

_PLACES = {"attached": "under", "own": "as a story of its own", "apart": "apart", "held": "held"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an editor should know of a draft: the title, where each take stands, every remark."""

    week: Week
    title: str
    stories: tuple[str, ...]
    takes: tuple[str, ...]
    remarks: tuple[Remark, ...]
    held: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """For reading; remarks last, so that they stay on the screen."""
        return (
            self.title,
            *(f"  {line}" for line in self.stories),
            *(f"  {line}" for line in self.takes),
            *(f"would be held: {why}" for why in self.held),
            *map(str, self.remarks),
        )

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "title": self.title,
            "stories": list(self.stories),
            "takes": list(self.takes),
            "held": list(self.held),
            "remarks": [remark.as_json() for remark in self.remarks],
        }


def report_on(draft: Draft, remarks: tuple[Remark, ...]) -> Report:
    """The report on a draft; stories in printed order, takes in the order of their files."""
    issue = draft.issue
    scores = {ranked.story.id: ranked.score for ranked in (*draft.kept.ranked, *draft.ranked)}
    shown = [
        f"#{story.id}  {story.headline}"
        + (f"  ({', '.join([story.source, *(c.source for c in story.also_covered)])})" if story.source else "")
        + f"  {len(story.takes)} take{'' if len(story.takes) == 1 else 's'}"
        + (f", score {scores[story.id]:.1f}" if story.id in scores else "")
        for story in (*issue.stories, *issue.headlines)
    ]
    takes = []
    for placement in draft.placements:
        where = _PLACES[placement.outcome]
        target = f" #{placement.story}" if placement.outcome == "attached" else ""
        takes.append(f"{placement.take.path}:{placement.take.line}  {placement.take.author}: {where}{target}")
    return Report(
        week=issue.week,
        title=issue.title,
        stories=tuple(shown),
        takes=tuple(takes),
        remarks=remarks,
        held=draft.held,
    )


# Holding, leaving out ------------------------------------------------------------------------------


def hold(room: Newsroom, week: Week, store: Store, *, why: str, by: str) -> Pause:
    """Stop a week: it still closes at its deadline, and nothing of it is approved, published or sent.

    Whoever holds a held week gives it a new reason. Raises NotReady once letters have left and for a week that is
    left out, UsageFault without a reason or a name.
    """
    if not why.strip():
        raise UsageFault(f"{week} is not held without a reason.", mend='Say why:  --why "a source called"')
    if not by.strip():
        raise UsageFault("A hold needs a name.", mend="Say who stops it:  --by NAME")
    not_left_out(room, week)
    state = read_state(room.root, week)
    if state.sent is not None or standing(room, week, store).begun:
        began = f" on {room.local(state.sent.started)}" if state.sent else ""
        raise NotReady(
            f"{week} began to leave{began} and cannot be held any more.",
            mend=f'What it says wrong is put right on its page and in the feed:  newsletter correct {week} "…"',
        )
    pause = Pause(why=one_line(why), by=one_line(by), at=room.clock.now())
    write_state(room.root, week, replace(state, pause=pause))
    return pause


def release(room: Newsroom, week: Week) -> Pause:
    """Let a held week go on, as it was; the hold that ends. Raises NotReady if nobody holds it."""
    state = read_state(room.root, week)
    if state.pause is None:
        if state.held:
            raise NotReady(
                f"Nobody holds {week}; it could not be closed: {state.held}.",
                mend=f"File what is missing and freeze again:  newsletter freeze {week}",
            )
        raise NotReady(f"{week} is not held.", mend=f"Where it stands:  newsletter status {week}")
    write_state(room.root, week, replace(state, pause=None))
    return state.pause


def skip(room: Newsroom, week: Week, *, why: str) -> None:
    """Leave a week out: its entries and takes are free for the next.

    Raises NotReady once letters have left, UsageFault without a reason.
    """
    if not why.strip():
        raise UsageFault(f"{week} is not left out without a reason.", mend='Say why:  --why "holidays"')
    state = read_state(room.root, week)
    if state.sent is not None:
        raise NotReady(f"{week} has been sent; it cannot be left out any more.")
    write_state(room.root, week, replace(state, skipped=one_line(why)))


def bring_back(room: Newsroom, week: Week) -> tuple[tuple[str, Week], ...]:
    """Undo the leaving out: the week stands where it stood before.

    Files of takes that another week was frozen with meanwhile stay there: those, by path, each with that week; taken
    off the week's own list, they are printed once. So are corrections that another week tells.
    Raises NotReady if the week is not left out.
    """
    state = read_state(room.root, week)
    if not state.skipped:
        raise NotReady(f"{week} is not left out.", mend=f"Where it stands:  newsletter status {week}")
    own = {listed.path for listed in state.frozen.takes} if state.frozen else set()
    own |= {relative(room.root, path) for path in take_files(room.root, takes_folder(room.root, week))}
    moved: dict[str, Week] = {}
    for other in weeks_on_disk(room.root):
        found = read_state(room.root, other)
        if other != week and found.frozen is not None and not found.skipped:
            moved |= {listed.path: other for listed in found.frozen.takes if listed.path in own}
    frozen = state.frozen
    if frozen is not None:
        told = {(one.reference.week, one.text) for one in told_by_others(room.root, week)}
        frozen = replace(
            frozen,
            takes=tuple(listed for listed in frozen.takes if listed.path not in moved),
            corrections=tuple(one for one in frozen.corrections if (one.reference.week, one.text) not in told),
        )
    write_state(room.root, week, replace(state, skipped="", frozen=frozen))
    return tuple(sorted(moved.items()))


# Making again --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What making a week again came to: files that differ, and where to look for the reason."""

    differing: tuple[str, ...]
    #: Inputs that are not those that were approved.
    inputs_changed: tuple[str, ...]
    #: Libraries whose version is another than the record names, as "name then → now".
    renderer_changed: tuple[str, ...]


def rebuild(room: Newsroom, week: Week, *, verify: bool) -> Rebuilt:
    """Make a frozen week again from its folder alone; `verify` only compares, else missing files are put back.

    Files of an issue that was not sent are written anew; those of one that was are never changed.
    Raises UsageFault if the week was never frozen.
    """
    state = read_state(room.root, week)
    if state.frozen is None:
        raise UsageFault(f"{week} was never frozen: there is nothing to make it from.", mend=f"newsletter draft {week}")
    record = read_record(room.root, week)
    inputs = week_inputs(room, week, None)
    issue = compose(inputs.desk).issue
    if record is not None:
        # The versions say who rendered it then; they are compared below, not as bytes.
        issue = replace(issue, renderer=record.renderer)
    files = week_files(room, issue, render(issue, templates=room.templates))
    differing = _differing(files)
    if not verify:
        for path, text in files.items():
            if state.sent is None or not path.exists():
                write_whole(path, text)
    return Rebuilt(
        differing=tuple(path.relative_to(room.root).as_posix() for path in differing),
        inputs_changed=_inputs_changed(room, week, {path.relative_to(room.root).as_posix() for path in files}),
        renderer_changed=_renderer_changed(record.renderer if record else ()),
    )


def _differing(files: Mapping[Path, str]) -> tuple[Path, ...]:
    return tuple(
        path for path, text in files.items() if not path.is_file() or path.read_bytes() != text.encode("utf-8")
    )


def _inputs_changed(room: Newsroom, week: Week, outputs: set[str]) -> tuple[str, ...]:
    seal = read_seal(room.root, week)
    if seal is None:
        return ()
    changed = changed_since(seal, digests(sealed_files(room.root, week)))
    return tuple(path for path in changed if path not in outputs)


def _renderer_changed(then: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    now = dict(versions())
    changed = [f"{name} {version} → {now.get(name, 'gone')}" for name, version in then if now.get(name) != version]
    return (*changed, *(f"{name}, not named then → {now[name]}" for name in now if then and name not in dict(then)))
