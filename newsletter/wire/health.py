"""How a feed is, by what it used to bring: seen from its standing, its fetch log and its arrivals. Pure.

A feed can answer well for months and bring nothing: each is measured by its own habit, never by a common one.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from newsletter.model.feeds import GOOD, NOT_ASKED, Fault, Feed, FeedState, FetchRow
from newsletter.text import content_words
from newsletter.wire.moves import RUNS
from newsletter.wire.standing import GAP_IS_NEWS, asks_person, mend_of, site_of

Condition = Literal[
    "gone",
    "page",
    "login",
    "blocked",
    "failing",
    "renamed",
    "gap",
    "dates",
    "shrunk",
    "quiet",
    "moved",
    "new",
    "off",
    "good",
]
#: Worst first; "failing" counts as the last alarm while nobody need be told yet.
_ORDER: tuple[Condition, ...] = (
    "gone", "page", "login", "blocked", "failing", "renamed", "gap", "dates", "shrunk", "quiet", "moved", "new",
    "good", "off",
)  # fmt: skip
_NO_ALARM = frozenset(("moved", "new", "good", "off"))
_OF_FAULT: dict[Fault, Condition] = {
    "gone": "gone", "not-feed": "page", "login": "login", "challenge": "blocked", "forbidden": "blocked",
}  # fmt: skip
#: Pauses between arrivals that make a habit, and how far beyond it a feed counts as silent.
_ENOUGH_PAUSES, _BEYOND, _LEAST_SILENCE = 5, 3, timedelta(days=7)
#: Silence of a feed whose habit is not known.
_LONG_SILENCE = timedelta(days=50)
#: Documents that make a habit, how many of the last are looked at, and how small one may be to say anything.
_ENOUGH_DOCUMENTS, _LAST_DOCUMENTS, _FEW_ENTRIES = 3, 20, 4
_MOST_SLOTS = 6
#: Faults after which no answer came, in a word.
_NO_ANSWER: dict[Fault, str] = {
    "dns": "its name is not known", "connect": "no connection", "tls": "no valid certificate", "timeout": "timeout",
    "broken-off": "broken off",
}  # fmt: skip
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one feed is."""

    feed: str
    name: str
    condition: Condition
    #: Since when it is so; None where that says nothing.
    since: datetime | None
    #: When an entry of it was last seen for the first time; None if there was none.
    last_new: datetime | None
    #: Between two fetches that brought something, as a rule; None if it is not known yet.
    usual_gap: timedelta | None
    #: In its last document, and in its documents as a rule; None if it is not known.
    entries_now: int | None
    entries_usual: int | None
    #: Documents in the log that had to be mended; harmless.
    repaired: int
    #: Of the requests in the log, the part answered "not modified", 0 to 1.
    share_304: float
    wire_bytes: int
    #: One sentence.
    words: str
    #: What a person may do, where possible ready to type; "" if nothing.
    mend: str
    #: Whether a person should be told.
    needs_a_look: bool


@dataclass(frozen=True, slots=True)
class _Finding:
    condition: Condition
    words: str
    since: datetime | None = None
    mend: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the conditions are judged by."""

    feed: Feed
    state: FeedState
    #: Oldest first: all requests, and those that brought a document.
    asked: Sequence[FetchRow]
    documents: Sequence[FetchRow]
    #: Oldest first, each instant once.
    arrivals: Sequence[datetime]
    now: datetime

    @property
    def usual(self) -> int | None:
        """Entries in a document as a rule."""
        counts = [row.entries for row in self.documents[-_LAST_DOCUMENTS:]]
        return round(median(counts)) if len(counts) >= _ENOUGH_DOCUMENTS else None


def health(
    feed: Feed, state: FeedState | None, rows: Sequence[FetchRow], arrivals: Sequence[datetime], now: datetime
) -> Health:
    """How the feed is: the worst that is found.

    `rows` are its fetch log, oldest first, of about two months; `arrivals` when its entries were first seen,
    oldest first, of as long a time as there is.
    """
    asked = [row for row in rows if row.state not in NOT_ASKED]
    seen = _Seen(
        feed=feed,
        state=state or FeedState(feed=feed.id),
        asked=asked,
        documents=[row for row in asked if row.state == "new"],
        arrivals=sorted(set(arrivals)),
        now=now,
    )
    found = next(one for one in _findings(seen) if one is not None)
    pauses = _pauses(seen.arrivals)
    return Health(
        feed=feed.id,
        name=feed.name,
        condition=found.condition,
        since=found.since,
        last_new=seen.arrivals[-1] if seen.arrivals else None,
        usual_gap=_middle(pauses) if len(pauses) >= _ENOUGH_PAUSES else None,
        entries_now=seen.documents[-1].entries if seen.documents else None,
        entries_usual=seen.usual,
        repaired=sum(bool(row.repairs) for row in asked),
        share_304=sum(row.status == 304 for row in asked) / len(asked) if asked else 0.0,
        wire_bytes=sum(row.wire_bytes for row in asked),
        words=found.words,
        mend=found.mend,
        needs_a_look=found.condition not in _NO_ALARM and (not seen.state.failures or bool(found.mend)),
    )


def worst_first(found: Iterable[Health]) -> tuple[Health, ...]:
    """Those that need a look first, each kind by how long it has been so, then by name."""

    def key(one: Health) -> tuple[bool, int, bool, float, str, str]:
        began = one.since.timestamp() if one.since else 0.0
        return not one.needs_a_look, _ORDER.index(one.condition), one.since is None, began, one.name, one.feed

    return tuple(sorted(found, key=key))


def span_words(span: timedelta) -> str:
    """A span of time in its largest unit that tells it well: "12 days", "9 h", "40 min"."""
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes >= 48 * 60:
        return f"{round(minutes / 1440)} days"
    return f"{round(minutes / 60)} h" if minutes >= 60 else f"{minutes} min"


def _findings(seen: _Seen) -> Iterable[_Finding | None]:
    """What is to be said of the feed, the worst first; the last is never None."""
    yield _off(seen)
    yield _failing(seen)
    yield _new(seen)
    yield _renamed(seen)
    yield _gap(seen)
    yield _dates(seen)
    yield _shrunk(seen)
    yield _quiet(seen)
    yield _moved(seen)
    yield _good(seen)


def _off(seen: _Seen) -> _Finding | None:
    return None if seen.feed.enabled else _Finding("off", "Switched off in feeds.toml.")


def _failing(seen: _Seen) -> _Finding | None:
    state = seen.state
    if not state.failures or state.failing_since is None:
        return None
    condition = _OF_FAULT.get(state.fault, "failing")
    if seen.asked and seen.asked[-1].state == "gone":
        condition = "gone"
    times = "once" if state.failures == 1 else f"{state.failures} times in {span_words(seen.now - state.failing_since)}"
    never = "" if state.last_good else "; it never gave anything"
    mend = ""
    if condition == "gone" or asks_person(state, seen.now):
        mend = mend_of("gone" if condition == "gone" else state.fault, seen.feed) or _find_again(seen.feed)
    return _Finding(
        condition,
        f"Failed {times}: {state.last_problem.rstrip('.') or 'no reason was given'}{never}.",
        state.failing_since,
        mend,
    )


def words_of_failure(state: FeedState, now: datetime) -> str:
    """Why a feed that fails gave nothing, and for how long, for people who do not read logs; no final stop.

    "no answer (timeout, third week in a row)"; the first week is no row yet.
    """
    weeks = 1 if state.failing_since is None else (now - state.failing_since) // timedelta(days=7) + 1
    lasting = f"{_ORDINALS[weeks]} week in a row" if weeks < len(_ORDINALS) else f"for {weeks} weeks"
    if state.fault in _NO_ANSWER:
        return (
            f"no answer ({', '.join(part for part in (_NO_ANSWER[state.fault], lasting if weeks > 1 else '') if part)})"
        )
    problem = state.last_problem.rstrip(".") or "gave nothing"
    return f"{problem} ({lasting})" if weeks > 1 else problem


def _find_again(feed: Feed) -> str:
    return f"If it stays so, find it again:  newsletter feeds add {shlex.quote(site_of(feed))}"


def _new(seen: _Seen) -> _Finding | None:
    if seen.state.first_good:
        return None
    return _Finding("new", "It has given nothing yet." if seen.state.last_checked else "Not asked yet.")


def _renamed(seen: _Seen) -> _Finding | None:
    """Its document has another name than it had, and than it has with us: not a word is the same."""
    own, former = seen.state.own_title, seen.state.former_title
    words = set(content_words(own))
    if not words or not former or words & set(content_words(f"{former} {seen.feed.name}")):
        return None
    mend = f'If it is still the same, write its new name into feeds.toml for "{seen.feed.id}"; else take it out.'
    return _Finding("renamed", f"It calls itself “{own}” now; before it was “{former}”.", None, mend)


def _gap(seen: _Seen) -> _Finding | None:
    gaps = [row for row in seen.asked if row.gap and timedelta(0) <= seen.now - row.at <= GAP_IS_NEWS]
    # A feed that shows one entry at a time shares none with its last document as a rule.
    if not gaps or (seen.usual or 0) == 1 or any(row.entries < 2 for row in gaps):
        return None
    times = "once" if len(gaps) == 1 else f"{len(gaps)} times"
    words = f"Entries may have been lost between two fetches, {times} in {GAP_IS_NEWS.days} days"
    spans = [row.reach for row in seen.documents[-_LAST_DOCUMENTS:] if row.reach]
    if not spans:
        return _Finding("gap", f"{words}.", gaps[0].at, "Collect more often: more slots in  collect  under [schedule].")
    held = _middle(spans)
    before = [row.at for row in seen.asked if row.state in GOOD and row.at < gaps[-1].at]
    if before and gaps[-1].at - before[-1] < held / 2:
        # It reaches back far beyond the fetch before: time alone took nothing away.
        words = f"Nothing in its document was known, though it holds {span_words(held)} of news"
        return _Finding("gap", f"{words}: rebuilt, or another feed.", gaps[-1].at, _look(seen.feed))
    return _Finding("gap", f"{words}; it holds {span_words(held)} of news.", gaps[0].at, _more_often(held / 2))


def _more_often(every: timedelta) -> str:
    """What to write so that two documents overlap."""
    slots = math.ceil(timedelta(days=1) / every)
    if slots > _MOST_SLOTS:
        return f"Collect every {span_words(every)}: more slots in  collect  under [schedule] in newsletter.toml."
    hours = [24 * n // slots for n in range(slots)] if slots > 1 else [0, 12]
    times = ", ".join(f'"daily {hour:02}:00"' for hour in hours)
    return f"Write under [schedule] in newsletter.toml:  collect = [{times}]"


def _dates(seen: _Seen) -> _Finding | None:
    """Its entries carry one date all, or none, where they used to differ."""
    documents = [row for row in seen.documents if row.entries >= _FEW_ENTRIES]
    run = _trailing(documents, lambda row: not row.reach)
    before = documents[: len(documents) - len(run)]
    # Where only some entries are wanted, the dates of the others are not known.
    if seen.feed.include or seen.feed.exclude or seen.feed.max_items:
        return None
    if not run or len(before) < _ENOUGH_DOCUMENTS or any(not row.reach for row in before):
        return None
    what = "no dates" if run[-1].reach is None else "one and the same date"
    return _Finding("dates", f"Its entries carry {what} now, which they did not before.", run[0].at, _look(seen.feed))


def _look(feed: Feed) -> str:
    with_password = "@" in feed.url.partition("://")[2].partition("/")[0]
    return "" if with_password else f"See what is in it:  newsletter feeds test {shlex.quote(feed.url)}"


def _shrunk(seen: _Seen) -> _Finding | None:
    """Its last documents hold less than half of the usual, which none did before."""
    documents = seen.documents[-_LAST_DOCUMENTS:]
    usual = seen.usual
    if usual is None or usual < _FEW_ENTRIES:
        return None
    run = _trailing(documents, lambda row: 2 * row.entries < usual)
    before = documents[: len(documents) - len(run)]
    if not run or len(before) < _ENOUGH_DOCUMENTS or any(2 * row.entries < usual for row in before):
        return None
    held = "no entry" if run[-1].entries == 0 else "1 entry" if run[-1].entries == 1 else f"{run[-1].entries} entries"
    return _Finding("shrunk", f"Its document holds {held} now, as a rule {usual}.", run[0].at, _look(seen.feed))


def _quiet(seen: _Seen) -> _Finding | None:
    """It answers and brings nothing, for much longer than it used to pause. Counted to its last good answer."""
    state, pauses = seen.state, sorted(_pauses(seen.arrivals))
    if state.last_good is None or state.first_good is None:
        return None
    since = seen.arrivals[-1] if seen.arrivals else max([state.first_good, *(row.at for row in seen.asked[:1])])
    silence = state.last_good - since
    longest = pauses[-1] if pauses else timedelta(0)
    known = len(pauses) >= _ENOUGH_PAUSES
    habit = pauses[math.ceil(0.9 * len(pauses)) - 1] if known else longest
    if silence <= max(_BEYOND * habit, _LEAST_SILENCE if known else _LONG_SILENCE):
        return None
    later = [row for row in seen.asked if row.at > since]
    how = "its server answers “not modified”" if later and all(row.status == 304 for row in later) else "it answers"
    usual = f"; as a rule something comes every {span_words(_middle(pauses))}" if known else ""
    site = site_of(seen.feed)
    mend = f"If its site has newer stories, find its feed again:  newsletter feeds add {shlex.quote(site)}"
    return _Finding("quiet", f"Nothing new for {span_words(silence)}, though {how}{usual}.", since, mend)


def _moved(seen: _Seen) -> _Finding | None:
    move, feed = seen.state.move, seen.feed
    if move is None or move.of != feed.url or move.state == "undone":
        return None
    if move.state == "kept":
        undo = f"newsletter feeds undo {shlex.quote(feed.id)}"
        mend = f'Write  url = "{move.to}"  for "{feed.id}" into feeds.toml; if it is wrong:  {undo}'
        return _Finding("moved", f"It has moved and is asked at {move.to}.", move.since, mend)
    if move.runs == 0:
        return _Finding("moved", f"Redirected for good to {move.to}, which does not bring what we know.", move.since)
    proof = f"{min(move.runs, RUNS)} of {RUNS} runs brought what we know"
    return _Finding("moved", f"Redirected for good to {move.to}; {proof}.", move.since)


def _good(seen: _Seen) -> _Finding:
    pauses = _pauses(seen.arrivals)
    habit = (
        f"Something new every {span_words(_middle(pauses))} as a rule." if len(pauses) >= _ENOUGH_PAUSES else "Well."
    )
    is_mended = 2 * sum(bool(row.repairs) for row in seen.documents) > len(seen.documents)
    return _Finding("good", f"{habit} Its documents need mending, which is done and harmless." if is_mended else habit)


def _pauses(arrivals: Sequence[datetime]) -> list[timedelta]:
    return [after - before for before, after in pairwise(arrivals)]


def _middle(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def _trailing(rows: Sequence[FetchRow], holds: Callable[[FetchRow], bool]) -> Sequence[FetchRow]:
    """The last rows, as many as it holds for without a break; may be empty."""
    first = len(rows)
    while first and holds(rows[first - 1]):
        first -= 1
    return rows[first:]
