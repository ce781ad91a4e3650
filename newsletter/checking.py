"""Everything that is to be said of a week, as it stands; looking changes nothing of it. I/O: disk, SQLite, network

The issue is composed and rendered in memory. What keeps it from being composed is a remark as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.desk.members import member_named
from newsletter.desk.sealing import changed_since, digests
from newsletter.errors import FaultyFiles
from newsletter.files.explainers import read_own_explainer
from newsletter.files.issue_toml import read_wishes
from newsletter.files.record import read_memory
from newsletter.files.sources_toml import read_sources
from newsletter.files.state import read_seal, read_state
from newsletter.files.takes import read_takes
from newsletter.model.remarks import Level, Remark, errors_in, in_order
from newsletter.model.week import Week
from newsletter.model.week_state import Seal
from newsletter.newsroom.about_news import about_news
from newsletter.newsroom.checking_links import about_links, ask_links, known_verdicts, printed_links
from newsletter.newsroom.composing import Composed, composed
from newsletter.newsroom.envelope import envelope_changes
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.records import sealed_files, words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is to be said of a week: every remark, by file and line."""

    #: None where the workspace could not be opened, so that no week is known.
    week: Week | None
    remarks: tuple[Remark, ...]

    def count(self, level: Level) -> int:
        return sum(1 for remark in self.remarks if remark.level == level)

    @property
    def is_sound(self) -> bool:
        """Whether nothing keeps the week from going out."""
        return not errors_in(self.remarks)

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week) if self.week else None,
            "errors": self.count("error"),
            "warnings": self.count("warning"),
            "notices": self.count("notice"),
            "remarks": [remark.as_json() for remark in self.remarks],
        }


def check(
    room: Newsroom,
    week: Week,
    store: Store,
    *,
    online: bool = False,
    on_start: Callable[[int], None] | None = None,
    on_link: Callable[[str, str], None] | None = None,
) -> Checked:
    """Every remark on the week. With `online` its links are asked, those of which nothing is known any more.

    `on_start` is told how many links are asked, `on_link` each as its answer comes, with what is wrong.
    """
    try:
        inputs = week_inputs(room, week, store)
    except FaultyFiles as fault:
        remarks = (*findings(fault), *_of_files(room, week), *_standing(room, week))
        return Checked(week=week, remarks=in_order(remarks))
    found = composed(room, inputs)
    links = printed_links(inputs, found.draft)
    folder = f"issues/{week}"
    unasked = ask_links(room, store, links, folder=folder, on_start=on_start, on_link=on_link) if online else ()
    remarks = (
        *found.remarks,
        *_of_news(room, week, store, found),
        *_would_be_held(room, week, found),
        *_standing(room, week),
        *about_links(links, known_verdicts(store, room), folder=folder),
        *unasked,
    )
    return Checked(week=week, remarks=in_order(remarks))


def unopened(fault: FaultyFiles) -> Checked:
    """What is to be said where newsletter.toml itself cannot be used."""
    return Checked(week=None, remarks=in_order(findings(fault)))


def findings(fault: FaultyFiles) -> Iterable[Remark]:
    """The remarks behind a fault; a fault that came as a sentence is one of no file in particular."""
    for one in fault.findings:
        yield one if isinstance(one, Remark) else Remark("newsletter.toml", 0, "error", "fault", str(one))


def _of_files(room: Newsroom, week: Week) -> tuple[Remark, ...]:
    """What is to be said of each file by itself, where one of them keeps the week from being composed."""
    root = room.root
    if read_state(root, week).frozen is not None:
        return ()
    read = (
        read_wishes(root, week),
        read_sources(root),
        read_memory(root, before=week),
        read_own_explainer(root, week),
        read_takes(root, week, inbox=True),
    )
    return tuple(remark for _, remarks in read for remark in remarks)


def _of_news(room: Newsroom, week: Week, store: Store, found: Composed) -> tuple[Remark, ...]:
    """Headlines that changed and feeds that need a look; nothing of a week that was sent, for it is over."""
    if read_state(room.root, week).sent is not None:
        return ()
    return about_news(room, store, found.draft)


def _would_be_held(room: Newsroom, week: Week, found: Composed) -> tuple[Remark, ...]:
    state = read_state(room.root, week)
    if state.frozen is not None or state.skipped or found.inputs.desk.frozen:
        return ()
    mend = (f"File what is missing before it closes, or leave the week out:  newsletter skip {week} --why …",)
    return tuple(
        Remark(f"issues/{week}", 0, "warning", "would-be-held", f"Closed now, it would be held: {why}.", mend)
        for why in found.draft.held
    )


def _standing(room: Newsroom, week: Week) -> tuple[Remark, ...]:
    """What people decided on the week, and an approval that holds no longer."""
    state, path = read_state(room.root, week), f"issues/{week}"
    if state.sent is not None:
        return ()
    if state.skipped:
        return (Remark(path, 0, "notice", "left-out", f"The week is left out: {state.skipped}."),)
    said = []
    if state.pause is not None:
        mend = (f"To let it go on:  newsletter hold {week} --release",)
        said.append(Remark(path, 0, "warning", "held", f"It is {words_of_pause(room, state.pause)}.", mend))
    seal = read_seal(room.root, week) if state.frozen is not None else None
    if seal is not None and (changed := _changed(room, week, seal)):
        member = member_named(seal.by, room.settings.members)
        what = f"Changed since {member.name if member else seal.by} approved it ({', '.join(changed)})."
        mend = (f"Look again:  newsletter diff {week} --since-approval",)
        said.append(Remark(path, 0, "error", "not-approved", what, mend))
    return tuple(said)


def _changed(room: Newsroom, week: Week, seal: Seal) -> tuple[str, ...]:
    """Files that are not as they were approved, and what newsletter.toml says of the letters since."""
    files = changed_since(seal, digests(sealed_files(room.root, week)))
    return (*files, *(f"newsletter.toml: {key}" for key in envelope_changes(seal, room.settings.mail)))
