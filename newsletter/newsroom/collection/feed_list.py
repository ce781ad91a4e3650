"""The feeds that a workspace names. I/O: disk"""

from __future__ import annotations

from newsletter.errors import FaultyFiles
from newsletter.files.feeds_toml import feeds_path, read_feeds
from newsletter.model.feeds import Feed
from newsletter.model.remarks import Remark, errors_in
from newsletter.newsroom.room import Newsroom

#: Faults after which nothing of the file can be believed.
_WHOLE_FILE = ("toml", "unreadable")


def feeds_in(room: Newsroom) -> tuple[Feed, ...]:
    """The feeds of feeds.toml. Raises FaultyFiles with every fault of it."""
    feeds, remarks = read_feeds(room.root)
    refuse_errors(remarks)
    return feeds


def sound_feeds(room: Newsroom) -> tuple[tuple[Feed, ...], tuple[Remark, ...]]:
    """The feeds of feeds.toml that hold no fault, and the faults of the others: one feed does not end the week.

    Raises FaultyFiles if the file cannot be read, or no feed in it is sound.
    """
    feeds, remarks = read_feeds(room.root)
    faults = errors_in(remarks)
    if any(fault.code in _WHOLE_FILE for fault in faults) or (faults and not feeds):
        refuse_errors(faults)
    return feeds, faults


def feeds_to_collect(room: Newsroom) -> tuple[tuple[Feed, ...], tuple[Remark, ...]]:
    """The same. Raises FaultyFiles also where there is no feeds.toml: an empty report would look like a quiet day."""
    if not feeds_path(room.root).exists():
        mend = ("Write one; newsletter init DIR lays one with a dozen feeds into a new folder.",)
        raise FaultyFiles((Remark("feeds.toml", 0, "error", "no-file", "There is no feeds.toml.", mend),))
    return sound_feeds(room)


def refuse_errors(remarks: tuple[Remark, ...]) -> None:
    """Raises FaultyFiles if there is an error among the remarks; it names all of them."""
    if errors_in(remarks):
        raise FaultyFiles(remarks)
