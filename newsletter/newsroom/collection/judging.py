"""What a feed's answer means: its row in the report, how the feed stands now, and what is to be kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.model.feeds import Fault, Feed, FeedOutcome, FeedState, Fetched, FetchRow, FetchState
from newsletter.model.news import Known
from newsletter.store.news import Kept
from newsletter.text import one_line, visible
from newsletter.wire.identity import apart, is_gap, reach, same_entries
from newsletter.wire.job import Reading
from newsletter.wire.moves import is_strange, move_after, shares_half
from newsletter.wire.standing import final_state, mend_of, standing_after, unblamed

#: A feed that gave nothing for so long begins anew, as one that is added.
_A_BACKLOG = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer judged. The outcome does not yet know how many of its entries are new; the store does."""

    outcome: FeedOutcome
    kept: Kept


def judge(
    feed: Feed,
    before: FeedState | None,
    fetched: Fetched,
    reading: Reading | None,
    *,
    known: Sequence[Known],
    now: datetime,
    network_down: bool = False,
) -> Judged:
    """Judge one answer. `reading` is what its document came to, None if it brought none.

    `known` are the feed's entries in the store. With `network_down` the failure is not the feed's: it stands as before.
    """
    state, fault, problem = _found(fetched, reading)
    problem = visible(one_line(problem))
    state = final_state(before, state, fault, now)
    entries = apart(reading.entries, known) if reading and state == "new" else ()
    renamed = same_entries(entries, known)
    target = fetched.url
    if is_strange(feed, entries, known, renamed, before=before.url if before else "", now=target):
        problem = f"sent on to {target}, which shares nothing with what we know of it; nothing of that was taken"
        state, fault, entries, renamed = "refused", "redirects", (), {}
        # Where it answered before stays the measure, and no replay takes what was refused.
        fetched = replace(fetched, url=before.url if before else "", document=None)
    # It cannot be told of a feed of which only some entries are wanted, nor of one that begins afresh.
    some = bool(feed.include or feed.exclude or feed.max_items)
    gap = not some and not begins_anew(before, now) and len(entries) > 1 and is_gap(entries, known, renamed)
    if network_down:
        standing = unblamed(before, feed, now)
    else:
        standing = standing_after(
            before,
            feed,
            fetched,
            state=state,
            fault=fault,
            problem=problem,
            hints=reading.parsed.hints if reading and state == "new" else None,
            own_title=reading.parsed.title if reading and state == "new" else "",
            now=now,
        )
        shares = state == "new" and shares_half(entries, known, standing.move)
        standing = replace(standing, move=move_after(standing.move, feed, fetched, shares=shares, now=now))
    repairs = reading.parsed.repairs if reading and state == "new" else ()
    outcome = FeedOutcome(
        feed=feed.id,
        name=feed.name,
        state=state,
        fault=fault,
        status=fetched.status,
        entries=len(entries),
        repairs=repairs,
        problem=f"{problem} (our own network seems to be down)" if network_down else problem,
        mend="" if network_down else visible(_mend(feed, fault, reading, target=target)),
        gap=gap,
        last_good=before.last_good if before else None,
    )
    row = FetchRow(
        feed=feed.id,
        at=now,
        state=state,
        fault=fault,
        status=fetched.status,
        wire_bytes=fetched.wire_bytes,
        seconds=fetched.seconds,
        entries=reading.count if reading and state == "new" else 0,
        gap=gap,
        reach=reach(entries),
        repairs="; ".join(repairs),
        problem=outcome.problem,
        body_hash=fetched.document.sha256 if fetched.document else "",
        url=fetched.url,
        content_type=fetched.content_type,
    )
    return Judged(outcome, Kept(row=row, state=standing, entries=entries, aliases=renamed))


def begins_anew(before: FeedState | None, now: datetime) -> bool:
    """Whether what the feed holds is a backlog: at its first fetch, and after months in which it gave nothing."""
    return before is None or before.last_good is None or now - before.last_good > _A_BACKLOG


def _found(fetched: Fetched, reading: Reading | None) -> tuple[FetchState, Fault, str]:
    """State, fault and problem after the document was looked at."""
    if reading is None:
        return fetched.state, fetched.fault, fetched.problem
    problem = reading.parsed.problem
    if fetched.document is None:
        # A page came with a failure: it may say that it is a login, or a check for robots.
        if reading.page in ("login", "challenge") and fetched.state == "failed":
            return reading.page, reading.page, f"{fetched.problem}: {problem}"
        return fetched.state, fetched.fault, fetched.problem
    if reading.parsed.kind == "feed":
        return fetched.state, fetched.fault, fetched.problem
    if reading.parsed.kind == "refused":
        return "refused", "unreadable", problem
    if reading.page in ("login", "challenge"):
        return reading.page, reading.page, problem
    return "not-feed", "not-feed", problem


def _mend(feed: Feed, fault: Fault, reading: Reading | None, *, target: str) -> str:
    if fault == "redirects" and reading is not None:
        return f'If it is the same publisher, write  url = "{target}"  into the feed "{feed.id}"; else take it out.'
    if reading is not None and reading.parsed.discovers:
        return f'If it moved there, write  url = "{reading.parsed.discovers[0]}"  into the feed "{feed.id}".'
    return mend_of(fault, feed)
