"""The two clocks: the machine's, and one that stands where it was set. I/O: clock"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.clock import utc


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StandingClock:
    """A clock that shows one instant, so that any week can be played again."""

    instant: datetime

    def now(self) -> datetime:
        return utc(self.instant)
