"""How fast letters may go: one after the other by relay and by receiving domain, slowly at first. Pure.

Letters are spaced evenly: so many a minute means one each minute's so-manieth part, and never a burst.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from newsletter.model.audience import Reader
from newsletter.model.ports import Claim

#: Where a ramp begins: this part of the full rate.
_FIRST = 0.1
#: Domains that are remembered before those are forgotten that may be written to again.
_CROWD = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One reader of a claim, to be written to."""

    claim: Claim
    reader: Reader

    @property
    def domain(self) -> str:
        return self.reader.address.rpartition("@")[2]


class Pace:
    """When the next letter may go. Instants are seconds of one clock that never goes back."""

    def __init__(self, per_minute: Mapping[str, int], *, per_domain: int, ramp: float, begun: float) -> None:
        """`per_minute` by relay; 0 sets no bound, and so does `per_domain`. `ramp` is in seconds."""
        self._per_minute, self._per_domain = per_minute, per_domain
        self._ramp, self._begun = ramp, begun
        self._relays: dict[str, float] = {}
        self._domains: dict[str, float] = {}
        self._crowd = _CROWD

    @property
    def minds_domains(self) -> bool:
        return self._per_domain > 0

    def relay_from(self, relay: str) -> float:
        """The instant from which the relay may have another letter; one gone by if it may now."""
        return self._relays.get(relay, self._begun)

    def domain_from(self, domain: str) -> float:
        return self._domains.get(domain, self._begun)

    def went(self, relay: str, domain: str, at: float) -> None:
        """Note a letter that goes at this instant."""
        if rate := self._per_minute.get(relay, 0):
            self._relays[relay] = max(self.relay_from(relay), at) + self._spacing(rate, at)
        if self._per_domain:
            if len(self._domains) >= self._crowd:
                # Of whom the instant has gone by nothing need be known: a list may have a domain for each reader.
                self._domains = {name: since for name, since in self._domains.items() if since > at}
                self._crowd = max(_CROWD, 2 * len(self._domains))
            self._domains[domain] = max(self.domain_from(domain), at) + self._spacing(self._per_domain, at)

    def _spacing(self, per_minute: int, at: float) -> float:
        part = min(1.0, (at - self._begun) / self._ramp) if self._ramp > 0 else 1.0
        return 60.0 / (per_minute * (_FIRST + (1 - _FIRST) * part))


class Lanes:
    """Turns that wait, in order; a lane for each domain where their pace is bounded."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._one: deque[Turn] = deque()
        self._by_domain: dict[str, deque[Turn]] = {}
        #: Each domain that has a lane once, by the instant of its next letter and the order in which it came.
        self._next: list[tuple[float, int, str]] = []
        self._came = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Turn]:
        yield from self._one
        for lane in self._by_domain.values():
            yield from lane

    def add(self, turn: Turn, *, first: bool = False) -> None:
        self._count += 1
        lane = self._one
        if self._pace.minds_domains:
            domain = turn.domain
            if domain not in self._by_domain:
                self._by_domain[domain] = deque()
                self._came += 1
                heapq.heappush(self._next, (self._pace.domain_from(domain), self._came, domain))
            lane = self._by_domain[domain]
        if first:
            lane.appendleft(turn)
        else:
            lane.append(turn)

    def ready_from(self) -> float | None:
        """The instant from which a domain may have a letter; None if no turn waits."""
        if self._one:
            return self._pace.domain_from("")
        return self._next[0][0] if self._next else None

    def take(self, relay: str, at: float) -> Turn | None:
        """The next turn that may go to this relay at this instant, which counts as gone; None if there is none."""
        if self._pace.relay_from(relay) > at:
            return None
        if self._one:
            turn = self._one.popleft()
        elif self._next and self._next[0][0] <= at:
            _, came, domain = heapq.heappop(self._next)
            turn = self._by_domain[domain].popleft()
        else:
            return None
        self._count -= 1
        self._pace.went(relay, turn.domain if self._pace.minds_domains else "", at)
        if self._pace.minds_domains:
            if self._by_domain[domain]:
                heapq.heappush(self._next, (self._pace.domain_from(domain), came, domain))
            else:
                del self._by_domain[domain]
        return turn

    def remove(self, readers: Collection[int]) -> tuple[Turn, ...]:
        """Take these readers' turns out; they are given back."""
        return self.remove_where(lambda turn: turn.reader.id in readers)

    def remove_where(self, is_out: Callable[[Turn], bool]) -> tuple[Turn, ...]:
        out = tuple(turn for turn in self if is_out(turn))
        if not out:
            return ()
        kept = [turn for turn in self if not is_out(turn)]
        self._one.clear()
        self._by_domain.clear()
        self._next.clear()
        self._count = 0
        for turn in kept:
            self.add(turn)
        return out
