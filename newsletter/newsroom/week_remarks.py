"""What is to be said of a week beside what its files say: its feeds, letters, deadline, approval. I/O: disk, SQLite"""

from __future__ import annotations

import re

from newsletter.desk.members import names_of
from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.files.explainers import read_own_explainer
from newsletter.files.issue_toml import read_wishes
from newsletter.files.record import read_memory
from newsletter.files.sources_toml import read_sources
from newsletter.files.state import read_seal, read_state
from newsletter.files.takes import read_takes
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.newsroom.collection.about_news import about_news
from newsletter.newsroom.composing import Composed
from newsletter.newsroom.letters.fitness import about_letters
from newsletter.newsroom.records import changed_since_approval, name_of, words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: A fault of a template as FaultyTemplate writes it.
_TEMPLATE = re.compile(r"(?P<path>\S+\.j2)(?::(?P<line>\d+))?: ")


def week_remarks(room: Newsroom, store: Store | None, found: Composed) -> tuple[Remark, ...]:
    """Of a week that could be composed; what composing said of it is not repeated. In no order. Nothing is written.

    Without a store nothing is known of the feeds.
    """
    week = found.inputs.desk.week
    # Feeds and headlines that changed since are nothing to a week that has left, nor is what letters may hold now.
    is_over = read_state(room.root, week).sent is not None
    news = () if store is None or is_over else about_news(room, store, found.draft)
    letters = () if is_over else about_letters(room, found.draft.issue, found.renditions)
    return (*news, *letters, *_would_be_held(room, week, found), *decided(room, week))


def _would_be_held(room: Newsroom, week: Week, found: Composed) -> tuple[Remark, ...]:
    state = read_state(room.root, week)
    if state.frozen is not None or state.skipped or found.inputs.desk.frozen:
        return ()
    mend = (f"File what is missing before it closes, or leave the week out:  newsletter skip {week} --why …",)
    return tuple(
        Remark(f"issues/{week}", 0, "warning", "would-be-held", f"Closed now, it would be held: {why}.", mend)
        for why in found.draft.held
    )


def decided(room: Newsroom, week: Week) -> tuple[Remark, ...]:
    """What people decided on the week, and an approval that holds no longer; nothing of a week that was sent."""
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
    if seal is not None and (changed := changed_since_approval(room, week, seal)):
        what = f"Changed since {name_of(room, seal.by)} approved it ({', '.join(changed)})."
        mend = (f"Look again:  newsletter diff {week} --since-approval",)
        said.append(Remark(path, 0, "error", "not-approved", what, mend))
    return tuple(said)


def remarks_despite(room: Newsroom, week: Week, fault: NewsletterError) -> tuple[Remark, ...]:
    """Of a week that cannot be composed: what keeps it from that, and what is to be said of each file by itself."""
    of_files = _of_files(room, week) if isinstance(fault, FaultyFiles) else ()
    return in_order((*remarks_of(fault, f"issues/{week}"), *of_files, *decided(room, week)))


def remarks_of(fault: NewsletterError, path: str) -> tuple[Remark, ...]:
    """An error as remarks: each fault of a file on its line, anything else on `path`."""
    found = fault.findings if isinstance(fault, FaultyFiles) else (fault,)
    return in_order(one if isinstance(one, Remark) else _sentence(str(one), path) for one in found)


def _of_files(room: Newsroom, week: Week) -> tuple[Remark, ...]:
    root = room.root
    if read_state(root, week).frozen is not None:
        return ()
    read = (
        read_wishes(root, week),
        read_sources(root),
        read_memory(root, before=week),
        read_own_explainer(root, week),
        read_takes(root, week, inbox=True, names=names_of(room.settings.members)),
    )
    return tuple(remark for _, remarks in read for remark in remarks)


def _sentence(words: str, path: str) -> Remark:
    what, *mend = (line.strip() for line in words.split("\n"))
    if (found := _TEMPLATE.match(what)) is not None:
        line = int(found["line"] or 0)
        return Remark(found["path"], line, "error", "template", what[found.end() :], tuple(mend))
    return Remark(path, 0, "error", "fault", what, tuple(mend))
