"""How a feed stands after a fetch, and when it may be asked again. Pure.

A feed is never given up: after every failure there is a next try within a day. Only a server's Retry-After is
binding; a publisher's hints and our own back-off are soft.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType

from newsletter.links import host_of
from newsletter.model.feeds import (
    GOOD,
    NETWORK_FAULTS,
    NOT_ASKED,
    Fault,
    Feed,
    FeedState,
    Fetched,
    FetchRow,
    FetchState,
    Hints,
    Validators,
)
from newsletter.text import same_text

#: Bounds of every wait but a server's own wish.
SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
#: Bound of a server's wish: longer would be a mistake in its clock.
LONGEST_RETRY = timedelta(days=7)
#: A server that answers "not modified" for ever is asked without conditions after so long.
VALIDATORS_LIVE = timedelta(days=8)
#: Platforms answer 404 for days; after so long it is believed.
NOT_FOUND_IS_GONE = timedelta(days=30)
#: For so long a gap is told, and its feed asked between the slots.
GAP_IS_NEWS = timedelta(days=14)
#: So much of a back-off, at most, is taken off by chance, so that feeds that failed together do not return together.
_JITTER = 0.25
#: The part of a wait after which a feed may be asked again.
_ENOUGH = 0.75
#: Fewer feeds, or a single host, say nothing of our own network.
_FEW_FEEDS, _FEW_HOSTS = 3, 2
#: So long a feed's failures may be called our own network's.
_UNBLAMED = timedelta(days=2)
_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What follows from one class of failure."""

    #: The wait after the first failure; it doubles with each further one, up to a day.
    first: timedelta
    #: So long it may last before a person is asked.
    patience: timedelta
    #: What the person may do, with {site}, {url} and {id} of the feed; "" if only waiting helps.
    mend: str = ""


_QUARTER, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
_FIND = "newsletter feeds add {site}"
POLICIES: Mapping[Fault, Policy] = MappingProxyType(
    {
        "dns": Policy(
            first=_QUARTER,
            patience=3 * _DAY,
            mend=f"Look whether its site still exists, and find its feed again:  {_FIND}",
        ),
        "connect": Policy(first=_QUARTER, patience=3 * _DAY, mend="Look in a browser whether its site answers: {site}"),
        "tls": Policy(
            first=_HOUR,
            patience=2 * _DAY,
            mend=f"Its owner has to mend the certificate; the feed may have another address:  {_FIND}",
        ),
        "timeout": Policy(
            first=_QUARTER,
            patience=3 * _DAY,
            mend="If the server is only slow, raise  timeout  under [collect] in newsletter.toml.",
        ),
        "broken-off": Policy(first=_QUARTER, patience=3 * _DAY),
        "forbidden": Policy(
            first=_HOUR,
            patience=_DAY,
            mend='If a browser gets it, ask its owner to let us in, or set  user_agent  for "{id}" in feeds.toml.',
        ),
        "challenge": Policy(
            first=6 * _HOUR,
            patience=_DAY,
            mend=f"Ask its owner to let feed readers in, or look for another address of it:  {_FIND}",
        ),
        "login": Policy(first=6 * _HOUR, patience=_DAY, mend=f"Look for an address of it without a login:  {_FIND}"),
        "not-found": Policy(first=_HOUR, patience=3 * _DAY, mend=f"If it stays so, find it again:  {_FIND}"),
        "gone": Policy(
            first=LONGEST,
            patience=_AT_ONCE,
            mend=f'Find its successor:  {_FIND}  or write  enabled = false  for "{{id}}" into feeds.toml.',
        ),
        "rate-limited": Policy(first=_HOUR, patience=7 * _DAY),
        "server-error": Policy(first=_QUARTER, patience=7 * _DAY),
        "http": Policy(first=_HOUR, patience=3 * _DAY, mend="See what it answers:  newsletter feeds test {url}"),
        "redirects": Policy(first=_HOUR, patience=_DAY, mend=f"Find its address again:  {_FIND}"),
        "address": Policy(
            first=_QUARTER,
            patience=_AT_ONCE,
            mend='If it is meant to lead into our own network, write  intranet = true  for "{id}" into feeds.toml.',
        ),
        "too-big": Policy(first=6 * _HOUR, patience=_AT_ONCE, mend=f"Look for a shorter feed of the site:  {_FIND}"),
        "not-feed": Policy(first=_HOUR, patience=_DAY, mend=f"Find its feed again:  {_FIND}"),
        "unreadable": Policy(first=_HOUR, patience=_DAY, mend="See what is wrong:  newsletter feeds test {url}"),
        "feeds-toml": Policy(first=_HOUR, patience=_AT_ONCE, mend="Mend its table in feeds.toml."),
    }
)
#: For a failure without a class of its own.
_OTHER = Policy(first=_HOUR, patience=3 * _DAY)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a feed may be asked now; if not, why not and from when on."""

    now: bool
    #: Begins a sentence that goes on "until" and the instant; "" if it may be asked.
    why: str = ""
    at: datetime | None = None


def standing_after(
    before: FeedState | None,
    feed: Feed,
    fetched: Fetched,
    *,
    state: FetchState,
    fault: Fault,
    problem: str,
    hints: Hints | None,
    own_title: str,
    now: datetime,
) -> FeedState:
    """How the feed stands after one fetch; its move is left as it was.

    `state`, `fault` and `problem` are what was found after parsing (`final_state`), `hints` and `own_title` what
    the document says; None and "" where there was none, then those from before stay.
    Of a feed that was not asked only a new Retry-After, learnt from its neighbours at the host, is remembered.
    """
    known = replace(before or FeedState(feed=feed.id), title=feed.name, asked=feed.url)
    retry_at = min(fetched.retry_at, now + LONGEST_RETRY) if fetched.retry_at is not None else None
    if state in NOT_ASKED:
        return replace(known, retry_at=retry_at or known.retry_at)
    known = replace(known, url=fetched.url if fetched.status and fetched.url else known.url, last_checked=now)
    if state not in GOOD:
        # Not the validators either: what did not parse must not be "the same as last time" next time.
        failures = known.failures + 1
        return replace(
            known,
            retry_at=retry_at,
            next_check=now + back_off(feed.id, fault, failures),
            failures=failures,
            failing_since=known.failing_since or now,
            fault=fault,
            last_problem=problem or fetched.problem,
        )
    stated = hints if hints is not None else known.hints
    return replace(
        _titled(_validated(known, fetched, now), own_title),
        first_good=known.first_good or now,
        last_good=now,
        retry_at=retry_at,
        next_check=_expected(fetched.fresh_until, stated, now),
        failures=0,
        failing_since=None,
        fault="",
        last_problem="",
        hints=stated,
    )


def final_state(before: FeedState | None, state: FetchState, fault: Fault, now: datetime) -> FetchState:
    """The state that the fetch comes to: "gone" for a 410, and for a 404 once they have lasted a month."""
    lasting = (
        fault == "not-found"
        and before is not None
        and before.fault in ("not-found", "gone")
        and before.failing_since is not None
        and now - before.failing_since >= NOT_FOUND_IS_GONE
    )
    return "gone" if fault == "gone" or lasting else state


def unblamed(before: FeedState | None, feed: Feed, now: datetime) -> FeedState:
    """How the feed stands after a failure that was our own network's: as before, but for when it was checked."""
    return replace(before or FeedState(feed=feed.id), title=feed.name, last_checked=now)


def own_network_down(fetched: Sequence[Fetched], states: Mapping[str, FeedState]) -> bool:
    """Whether a run's failures are our own network's; `states` are the feeds' before it.

    So it is if more than half of the feeds that stood well, and of their hosts, gave nothing but failures that a
    network can be to blame for; a few feeds, or one host, prove nothing. A host with many feeds alone does not
    either. Feeds that failed before, or for two days without blame, are no witnesses: else a few that are dead would
    be the majority for ever wherever most others need not be asked.
    """
    asked = [one for one in fetched if one.state not in NOT_ASKED and _stood_well(states.get(one.feed))]
    at_host: dict[str, list[bool]] = defaultdict(list)
    for one in asked:
        at_host[host_of(one.url) or one.feed].append(one.state not in GOOD and one.fault in NETWORK_FAULTS)
    if len(asked) < _FEW_FEEDS or len(at_host) < _FEW_HOSTS:
        return False
    feeds_down = sum(map(sum, at_host.values()))
    hosts_down = sum(map(all, at_host.values()))
    return 2 * feeds_down > len(asked) and 2 * hosts_down > len(at_host)


def _stood_well(state: FeedState | None) -> bool:
    """Whether the feed answered when it was last blamed or praised, and has not failed unblamed for too long since."""
    if state is None or state.failures or state.last_good is None or state.last_checked is None:
        return False
    return state.last_checked - state.last_good <= _UNBLAMED


def usable(state: FeedState | None, now: datetime) -> Validators:
    """What to ask the feed's server with. Eight days after the last full answer only the body's hash is left."""
    if state is None:
        return Validators()
    at = state.validators_at
    # Neither are they believed if they come from the future: our clock was wrong then.
    live = at is not None and abs(now - at) <= VALIDATORS_LIVE
    return state.validators if live else Validators(body_hash=state.validators.body_hash)


def may_ask(feed: Feed, state: FeedState | None, now: datetime, *, every: bool = False) -> Turn:
    """Whether a feed may be asked now.

    Retry-After is strict. Of a wait that we set ourselves three quarters are enough: runs come at slots, and a feed
    that said "24 h" some seconds after one slot, or some hours after one that was late, means the next day's. With
    `every` hints and back-off are passed over, and so is all that was learnt of another address than the one in
    feeds.toml now. An instant further away than we ever set one was written under a wrong clock.
    """
    if state is None or (state.asked and state.asked != feed.url):
        return Turn(now=True)
    if state.retry_at is not None and now < state.retry_at <= now + LONGEST_RETRY:
        return Turn(now=False, why="its server asks to be left alone", at=state.retry_at)
    due = state.next_check
    if every or due is None or not now < due <= now + LONGEST:
        return Turn(now=True)
    began = state.last_checked
    if began is not None and began <= now and now - began >= _ENOUGH * (due - began):
        return Turn(now=True)
    why = "left alone after it failed" if state.failures else "its publisher expects nothing new"
    return Turn(now=False, why=why, at=due)


def hurry(state: FeedState, gap: FetchRow, now: datetime) -> datetime | None:
    """When a feed that lost entries between two fetches is to be asked again, slot or no slot; None if not at all.

    `gap` is the fetch that found it. After half of the time that its document reached back: two documents overlap
    then. For two weeks; by then the slots should be as the health table says.
    """
    if gap.reach is None or not gap.gap or not _AT_ONCE <= now - gap.at <= GAP_IS_NEWS:
        return None
    # One that fails is left alone, as others are.
    if state.last_checked is None or state.failures:
        return None
    due = state.last_checked + max(SHORTEST, min(LONGEST, gap.reach / 2))
    return max(due, state.retry_at) if state.retry_at is not None else due


def back_off(feed_id: str, fault: Fault, failures: int) -> timedelta:
    """How long to leave a feed alone after so many failures in a row, 1 or more; up to a day, never nothing.

    A quarter of it is left to chance, the same for the same feed and number, so that it can be told beforehand.
    """
    wait = min(LONGEST, POLICIES.get(fault, _OTHER).first * (1 << min(failures - 1, 10)))
    digest = blake2b(f"{feed_id}\n{failures}".encode("utf-8", "replace"), digest_size=4).digest()
    return wait * (1 - _JITTER * int.from_bytes(digest, "big") / 2**32)


def mend_of(fault: Fault, feed: Feed) -> str:
    """What a person may do about such a failure of the feed; "" if only waiting helps."""
    words = POLICIES.get(fault, _OTHER).mend
    return words.format(site=shlex.quote(site_of(feed)), url=shlex.quote(_without_password(feed.url)), id=feed.id)


def asks_person(state: FeedState, now: datetime) -> bool:
    """Whether the feed has failed for longer than its kind of failure may last without anybody being told."""
    if state.failing_since is None:
        return False
    return now - state.failing_since >= POLICIES.get(state.fault, _OTHER).patience


def site_of(feed: Feed) -> str:
    """The feed's site, else the front page of its host, without a password."""
    if feed.site:
        return feed.site
    scheme, slashes, rest = _without_password(feed.url).partition("//")
    return f"{scheme}{slashes}{re.split('[/?#]', rest, maxsplit=1)[0]}/"


def _without_password(url: str) -> str:
    scheme, slashes, rest = url.partition("//")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}{slashes}{rest[host.rfind('@') + 1 :]}"


def _validated(known: FeedState, fetched: Fetched, now: datetime) -> FeedState:
    """With the validators of a full answer: what it does not name is no longer so.

    A 304 may bring new ones (RFC 9110, 15.4.5), and makes none of them younger.
    """
    if fetched.status == 304:
        told = fetched.validators
        kept = replace(
            known.validators,
            etag=told.etag or known.validators.etag,
            last_modified=told.last_modified or known.validators.last_modified,
        )
        return replace(known, validators=kept)
    kept = replace(fetched.validators, body_hash=fetched.validators.body_hash or known.validators.body_hash)
    return replace(known, validators=kept, validators_at=now)


def _titled(known: FeedState, own_title: str) -> FeedState:
    """With the name that its document gives; the one before is kept if it said something else."""
    if not own_title or own_title == known.own_title:
        return known
    is_other = bool(known.own_title) and not same_text(own_title, known.own_title)
    return replace(known, own_title=own_title, former_title=known.own_title if is_other else known.former_title)


def _expected(fresh_until: datetime | None, hints: Hints, now: datetime) -> datetime | None:
    """When the publisher expects something new, between a quarter of an hour and a day ahead; None if it said nothing.

    The later of HTTP's freshness (RFC 9111, 4.2) and the document's own hints counts, moved out of the hours and
    days in which it publishes nothing (RSS 2.0).
    """
    wishes = [fresh_until] if fresh_until is not None else []
    if hints.every is not None:
        wishes.append(now + min(hints.every, LONGEST))
    earliest, latest = now + SHORTEST, now + LONGEST
    wish = min(max([earliest, *wishes]), latest)
    at = _out_of_silence(wish, hints, latest)
    return at if wishes or at != wish else None


def _out_of_silence(at: datetime, hints: Hints, latest: datetime) -> datetime:
    """The first instant not before `at` that is in no hour and no day skipped, `latest` at the latest."""
    at = at.astimezone(UTC)
    while at < latest and (at.hour in hints.skip_hours or at.weekday() in hints.skip_days):
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return min(at, latest)
