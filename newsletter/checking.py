"""Everything that is to be said of a week, as it stands; looking changes nothing of it. I/O: disk, SQLite, network

The issue is composed and rendered in memory. What keeps it from being composed is a remark as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.errors import EditorMustAct, FaultyFiles
from newsletter.model.remarks import Level, Remark, errors_in, in_order
from newsletter.model.week import Week
from newsletter.newsroom.checking_links import about_links, ask_links, known_verdicts, printed_links
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.week_remarks import remarks_despite, remarks_of, week_remarks
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
        found = composed(room, inputs)
    except EditorMustAct as fault:
        return Checked(week=week, remarks=remarks_despite(room, week, fault))
    links = printed_links(inputs, found.draft)
    folder = f"issues/{week}"
    unasked = ask_links(room, store, links, folder=folder, on_start=on_start, on_link=on_link) if online else ()
    remarks = (
        *found.remarks,
        *week_remarks(room, store, found),
        *about_links(links, known_verdicts(store, room), folder=folder),
        *unasked,
    )
    return Checked(week=week, remarks=in_order(remarks))


def unopened(fault: FaultyFiles) -> Checked:
    """What is to be said where newsletter.toml itself cannot be used."""
    return Checked(week=None, remarks=remarks_of(fault, "newsletter.toml"))
