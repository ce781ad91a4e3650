"""Short links in the news and in takes: asked once where they lead, and read so ever after. I/O: disk, network, SQLite

What cannot be resolved stays as it was typed or published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import NewsletterError
from newsletter.files.folder import inbox_folder, relative, take_files, takes_folder, weeks_on_disk
from newsletter.files.state import read_state
from newsletter.files.takes import read_take_files
from newsletter.links import Link, identity, is_redirector, looks_like_address, with_scheme
from newsletter.model.issue import Take
from newsletter.model.news import Entry
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.resolved import can_be_kept

if TYPE_CHECKING:
    from newsletter.wire.resolve import Resolved

#: Links in one run: at a second between two requests to one host, the others wait for the next collect.
_MOST = 100
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"]{1,2000}", re.I)


def resolve_short_links(
    room: Newsroom, store: Store, *, on_link: Callable[[Resolved], None] | None = None
) -> tuple[Resolved, ...]:
    """Ask where the short links lead that are due, at most a hundred, and keep the answers; one outcome a link.

    Those in takes come first, then those that entries came with. `on_link` hears of each outcome as it is known.
    """
    if not room.settings.collecting.short_links:
        return ()
    # Only who asks pays for the network's libraries.
    from newsletter.wire.resolve import resolve_all

    now = room.clock.now()
    known = store.resolved.all()
    # What a person typed and waits for is asked at every collect.
    typed = (
        link
        for link in _typed(room.root)
        if link not in known and can_be_kept(link) and is_redirector(with_scheme(link))
    )
    due = tuple(dict.fromkeys((*typed, *store.resolved.waiting(now, most=_MOST))))[:_MOST]
    found: dict[str, Resolved] = {}

    def hear(one: Resolved) -> None:
        found[one.link] = one
        if on_link is not None:
            on_link(one)

    try:
        resolve_all(due, collecting=room.settings.collecting, now=now, hosts=room.hosts, on_resolved=hear)
    finally:
        # What is known is kept, whatever ended the run.
        store.resolved.keep({one.link: one.target or None for one in found.values()}, now)
    return tuple(found[link] for link in due)


def with_resolved(entries: Iterable[Entry], resolved: Mapping[str, str]) -> tuple[Entry, ...]:
    """The entries, in their order, with links that lead where `resolved` says; the others as they are."""
    return tuple(
        _leading_to(Link(target), entry) if (target := resolved.get(entry.link, "")) else entry for entry in entries
    )


def _leading_to(target: Link, entry: Entry) -> Entry:
    is_talk = entry.discussion != "" and identity(entry.discussion) == identity(target)
    return replace(entry, link=target, discussion=Link("") if is_talk else entry.discussion)


def _typed(root: Path) -> Iterator[str]:
    """What may be a short link in takes that are not printed yet, as typed."""
    takes, _ = read_take_files(root, _unprinted(root))
    for take in takes:
        yield from _addresses(take)


def _unprinted(root: Path) -> Iterator[Path]:
    """The inbox, and the files of takes of each week that was not sent, or that its freeze did not list."""
    yield from take_files(root, inbox_folder(root))
    for week in weeks_on_disk(root):
        files = take_files(root, takes_folder(root, week))
        try:
            state = read_state(root, week) if files else None
        except NewsletterError:
            # Drafting says so.
            state = None
        printed = {one.path for one in state.frozen.takes} if state and state.sent and state.frozen else set()
        yield from (file for file in files if relative(root, file) not in printed)


def _addresses(take: Take) -> Iterator[str]:
    for typed in (take.ref.strip(), take.link.strip()):
        if looks_like_address(typed):
            yield typed
        else:
            yield from (found.rstrip(".,;:!?'") for found in _ADDRESS.findall(typed))
