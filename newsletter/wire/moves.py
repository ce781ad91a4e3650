"""Permanent redirects: believed once their content has proved them, given up if it fails, undone by a person. Pure.

A redirect is followed at every fetch anyway. To ask at its target from the start is worth it because the old
address dies one day, and a risk because addresses are sold. So it is kept only after three runs over two days
in which every hop was permanent and the target brought the stories that we know. What a kept move's target brings
is watched: if it gives nothing that we know for ten days, the old address is asked again, and the proof begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from newsletter.links import host_of, identity
from newsletter.model.feeds import GOOD, NOT_ASKED, Feed, Fetched, Move
from newsletter.model.news import Entry, Known
from newsletter.wire.identity import same_entries

#: Runs that must agree, and the time from the first to the last of them.
RUNS = 3
SPREAD = timedelta(hours=48)
#: A kept move whose target gave nothing good for so long is given up; longer than from one weekly run to the next.
PATIENCE = timedelta(days=10)


def address_to_ask(feed: Feed, move: Move | None) -> str:
    """The target of a kept move, else the address in feeds.toml. A move away from another address counts no more."""
    return move.to if move is not None and move.state == "kept" and move.of == feed.url else feed.url


def move_after(before: Move | None, feed: Feed, fetched: Fetched, *, shares: bool, now: datetime) -> Move | None:
    """The feed's move after one fetch; None if none is under observation.

    `shares` is whether the document brought what we know (`shares_half`); False if there was none. A move with 0
    runs is a permanent redirect to content that we do not know: only what was known before it began proves it.
    A fetch that failed and a 304 neither prove nor contradict; any other answer but the same target with content
    that we know starts over.
    """
    move = before if before is not None and before.of == feed.url else None
    if fetched.state in NOT_ASKED:
        return move
    if move is not None and move.state == "kept":
        return _kept_after(move, fetched, shares=shares, now=now)
    if fetched.state not in GOOD:
        return move
    if move is not None and move.state == "undone":
        return move if fetched.url == move.to else _seen_after(None, feed, fetched, shares=shares, now=now) or move
    return _seen_after(move, feed, fetched, shares=shares, now=now)


def is_strange(
    feed: Feed,
    entries: Sequence[Entry],
    known: Sequence[Known],
    renamed: Mapping[str, str],
    *,
    before: str,
    now: str,
) -> bool:
    """Whether a document that a redirect brought from another host shares nothing with what we knew of the feed.

    A name that was sold answers so. `before` and `now` are the addresses that answered last time and this time. The
    host that feeds.toml names is never a stranger; and it cannot be told of a feed of which only some entries are
    wanted.
    """
    if not entries or not known or renamed or feed.include or feed.exclude or feed.max_items:
        return False
    if not before or _site(now) in (_site(before), _site(feed.url)):
        return False
    ids, pages = {one.id for one in known}, {one.identity for one in known if one.identity}
    return not any(entry.id in ids or identity(entry.link) in pages for entry in entries)


def undone(move: Move) -> Move:
    """The move after a person said no: the old address is asked, and this target is never kept again."""
    return replace(move, state="undone")


def shares_half(entries: Sequence[Entry], known: Sequence[Known], move: Move | None = None) -> bool:
    """Whether at least half of a document's entries are known, or half of what is known if that is less.

    Known are those under the same id, link or, as `same_entries` finds them, name. A document without entries
    shares nothing; where nothing was known before, every other one does: it is what the feed was added for.
    While `move` is unproved (0 runs) only what was first seen before it began counts.
    """
    if move is not None and move.state == "seen" and move.runs == 0:
        known = [one for one in known if one.first_seen < move.since]
        if not known:
            return False
    if not entries or not known:
        return bool(entries)
    ids, links = {one.id for one in known}, {one.identity: one.id for one in known if one.identity}
    enough = (min(len(entries), len(known)) + 1) // 2
    found = {entry.id for entry in entries if entry.id in ids}
    if len(found) < enough:
        found |= {links[link] for entry in entries if (link := identity(entry.link)) is not None and link in links}
    if len(found) < enough:
        found |= set(same_entries(entries, known).values())
    return len(found) >= enough


def _seen_after(move: Move | None, feed: Feed, fetched: Fetched, *, shares: bool, now: datetime) -> Move | None:
    """A move under observation after one good answer; `move` is None where there is none yet."""
    if not fetched.moved or not _may_be_kept(feed, fetched.url):
        return None
    here = move if move is not None and move.to == fetched.url else None
    if fetched.status == 304:
        return here
    first = Move(of=feed.url, to=fetched.url, since=now, last=now, runs=1)
    if here is None or here.runs == 0:
        # Bytes that parsed before are content that we know, unless it was the strange target that brought them.
        if shares or (here is None and fetched.state == "same"):
            return first
        return here or replace(first, runs=0)
    if not shares and fetched.state != "same":
        return replace(first, runs=0)
    proved = here.runs + 1 >= RUNS and now - here.since >= SPREAD
    return replace(here, last=now, runs=here.runs + 1, state="kept" if proved else "seen")


def _may_be_kept(feed: Feed, target: str) -> bool:
    """Not a circle; not without the password that the address in feeds.toml holds; not from https down to http."""
    if target == feed.url:
        return False
    try:
        asked, led = urlsplit(feed.url), urlsplit(target)
    except ValueError:
        return False
    return "@" not in asked.netloc and not (asked.scheme.lower() == "https" and led.scheme.lower() != "https")


def _kept_after(move: Move, fetched: Fetched, *, shares: bool, now: datetime) -> Move | None:
    """`last` is when the target last gave what we know; a while without that, and the old address is asked again."""
    if fetched.state == "same" or (fetched.state == "new" and shares):
        return replace(move, last=now)
    return move if now - move.last < PATIENCE else None


def _site(url: str) -> str:
    return host_of(url).removeprefix("www.")
