"""What a delivery would come to if it began now: letters, relays, rates, how long it takes. I/O: disk, SQLite"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.errors import CannotSend, NotReady
from newsletter.files.folder import read_kept
from newsletter.files.record import read_record
from newsletter.mail.preflight.findings import Finding, errors_in
from newsletter.model.settings import Settings
from newsletter.model.week import Week
from newsletter.newsroom.letters.mailings import (
    fit_to_open,
    kept_mailings,
    mailings_of,
    not_older,
    not_stopped,
    signing_keys,
)
from newsletter.newsroom.letters.preflighting import findings_of
from newsletter.newsroom.records import require_seal, variants_of
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: Where a ramp begins: this part of the full rate.
_FIRST = 0.1
#: Stands for the secret where none was set.
_NO_SECRET = "a dry run's own, in no way secret"  # noqa: S105 - as it says


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One relay that letters would leave over."""

    name: str
    #: Where it is: host and port, the service's address, or the folder.
    place: str
    connections: int
    #: Letters a minute; 0 sets no bound.
    per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one variant would come to."""

    variant: str
    letters: int
    #: At the rates that are set; None where none is: then the relay alone decides.
    takes: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A delivery before it begins."""

    week: Week
    transport: str
    ways: tuple[Way, ...]
    #: Letters a minute to one receiving domain; 0 sets no bound.
    per_domain: int
    #: How long the rates take to rise from a tenth to what they are.
    ramp: timedelta
    #: In the order in which they leave.
    variants: tuple[Expected, ...]
    #: What preflight finds in the letters; an error keeps every one of them from leaving.
    findings: tuple[Finding, ...] = ()
    #: What else keeps them from leaving now, in sentences with their mends.
    obstacles: tuple[str, ...] = ()

    @property
    def may_leave(self) -> bool:
        """Whether `deliver` would begin: nothing is in the way, and preflight finds no error."""
        return not self.obstacles and not errors_in(self.findings)

    @property
    def letters(self) -> int:
        return sum(one.letters for one in self.variants)

    @property
    def takes(self) -> timedelta | None:
        """All variants, one after the other."""
        known = [one.takes for one in self.variants if one.takes is not None]
        return sum(known, timedelta()) if len(known) == len(self.variants) else None

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "letters": self.letters,
            "transport": self.transport,
            "relays": [
                {"name": w.name, "place": w.place, "connections": w.connections, "per_minute": w.per_minute}
                for w in self.ways
            ],
            "per_domain": self.per_domain,
            "seconds": _seconds(self.takes),
            "variants": [
                {"variant": one.variant, "letters": one.letters, "seconds": _seconds(one.takes)}
                for one in self.variants
            ],
            "findings": [
                {"letters": one.letters, "check": one.check, "level": one.level, "what": one.what, "mend": one.mend}
                for one in self.findings
            ],
            "obstacles": list(self.obstacles),
        }


@dataclass(slots=True)
class _Audience:
    letters: int = 0
    by_domain: Counter[str] = field(default_factory=Counter)


def forecast(room: Newsroom, week: Week, store: Store) -> Forecast:
    """What would leave now, by variant: those who wait, or, before the first letter, everybody on the list.

    Raises CannotSend for keys that are no good, and for a secret or keys that are not those of letters that have left.
    """
    settings = room.settings
    ways, bound = _ways(room), settings.delivering.per_domain
    rates = [way.per_minute for way in ways]
    rate = sum(rates) if all(rates) else 0
    found = _audiences(room, week, store)
    findings, obstacles = _looked_through(room, week, store)
    return Forecast(
        week=week,
        transport=settings.mail.transport,
        ways=ways,
        per_domain=bound,
        ramp=settings.delivering.ramp,
        variants=tuple(
            Expected(
                variant=variant,
                letters=one.letters,
                takes=_takes(one, rate=rate, per_domain=bound, ramp=settings.delivering.ramp),
            )
            for variant, one in found.items()
        ),
        findings=findings,
        obstacles=obstacles,
    )


def _looked_through(room: Newsroom, week: Week, store: Store) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    keys, obstacles = signing_keys(room), []
    # A dry run makes no secret: any will do for letters that nobody gets.
    secret = room.settings.secret or (read_kept(room.var / "secret") or "").strip() or _NO_SECRET
    issue, kept = read_record(room.root, week), tuple(one for _, one in kept_mailings(store, week))
    for look in (
        lambda: require_seal(room, week),
        lambda: _require_relays(room),
        lambda: _require_no_end(room, week, store),
        lambda: not_stopped(room, week, store),
        lambda: not_older(room, week, store),
        lambda: None if kept else fit_to_open(room, week, store),
    ):
        try:
            look()
        except (NotReady, CannotSend) as fault:
            obstacles.append(str(fault))
    if issue is None:
        return (), tuple(obstacles)
    try:
        mailings = kept or mailings_of(room, week, date=room.clock.now(), keys=keys, secret=secret)
    except NotReady as fault:
        return (), (*obstacles, str(fault))
    return findings_of(room, issue, mailings, keys=keys, secret=secret), tuple(obstacles)


def _require_relays(room: Newsroom) -> None:
    # The outbox would make its folder.
    if room.settings.mail.transport != "outbox":
        room.open_transport()


def _require_no_end(room: Newsroom, week: Week, store: Store) -> None:
    for one in store.ledger.progress(str(week), room.clock.now()):
        if one.state == "cancelled" and one.changed is not None:
            raise NotReady(
                f"{week} was cancelled on {room.local(one.changed)}: {one.why}; nothing more of it leaves.",
                mend=f"Who had theirs, and who had not:  newsletter deliveries {week}",
            )


def _ways(room: Newsroom) -> tuple[Way, ...]:
    settings: Settings = room.settings
    match settings.mail.transport:
        case "smtp":
            return tuple(
                Way(name=s.name, place=f"{s.host}:{s.port}", connections=s.connections, per_minute=s.per_minute)
                for s in (settings.smtp, *settings.further_relays)
            )
        case "postmark":
            service = settings.postmark
            return (
                Way(
                    name="postmark",
                    place=service.api,
                    connections=service.connections,
                    per_minute=service.per_minute,
                ),
            )
    return (Way(name="outbox", place=str(room.var / "outbox"), connections=1, per_minute=0),)


def _audiences(room: Newsroom, week: Week, store: Store) -> Mapping[str, _Audience]:
    begun = store.ledger.progress(str(week), room.clock.now())
    if begun:
        going = {one.variant: _Audience(one.tally.waiting if one.state != "cancelled" else 0) for one in begun}
        if not room.settings.delivering.per_domain:
            return going
        listed = _listed(room, store, tuple(going))
        # Of those who wait the ledger tells no domains: as many of each wait as there are readers at most.
        return {
            variant: _Audience(
                one.letters, Counter({d: min(n, one.letters) for d, n in listed[variant].by_domain.items()})
            )
            for variant, one in going.items()
        }
    issue = read_record(room.root, week)
    variants = (variants_of(issue) or ("full",)) if issue is not None else room.settings.mail.variants
    return _listed(room, store, variants)


def _listed(room: Newsroom, store: Store, variants: Sequence[str]) -> dict[str, _Audience]:
    """Everybody who may be written to, by variant; whoever chose none of these has the first."""
    found = {variant: _Audience() for variant in variants}
    first = next(iter(found))
    if len(found) == 1 and not room.settings.delivering.per_domain:
        found[first].letters = store.subscribers.count_readers()
        return found
    for reader in store.subscribers.readers():
        one = found.get(reader.variant, found[first])
        one.letters += 1
        one.by_domain[reader.address.rpartition("@")[2]] += 1
    return found


def _takes(audience: _Audience, *, rate: int, per_domain: int, ramp: timedelta) -> timedelta | None:
    """How long it takes at these rates: that of all letters, or that of the largest domain, whichever is slower."""
    largest = max(audience.by_domain.values(), default=0)
    bounds = [(audience.letters, rate), (largest, per_domain)]
    times = [_minutes(letters, bound, ramp) for letters, bound in bounds if bound]
    return timedelta(minutes=max(times)) if times else None


def _minutes(letters: int, per_minute: int, ramp: timedelta) -> float:
    """Minutes until the last letter goes; the first goes at once."""
    rest, rising = max(0, letters - 1) / per_minute, ramp / timedelta(minutes=1)
    during = rising * (1 + _FIRST) / 2
    if rest >= during:
        return rising + rest - during
    # While it rises, after t minutes as many letters went as FIRST·t + (1 − FIRST)·t²/2r full minutes hold.
    slope = (1 - _FIRST) / rising
    return (math.sqrt(_FIRST**2 + 2 * slope * rest) - _FIRST) / slope


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
