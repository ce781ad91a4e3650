"""How fast letters leave, and how long the rest takes, in words. I/O: clock, terminal"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import click

from newsletter.clock import words_of_span

#: Seconds over which the rate is measured: long enough to be steady, short enough to follow a relay that slows down.
_WINDOW = 15.0


class Tempo:
    """Counts letters as they leave. One thread tells it at a time; another may ask for its words."""

    def __init__(self, total: int, *, line_each: float | None, ticks: Callable[[], float] = time.monotonic) -> None:
        """`line_each` prints a line to stderr, at most once in so many seconds; None prints none."""
        self.done = 0
        self._total, self._line_each, self._ticks = total, line_each, ticks
        #: What went otherwise than accepted, by state.
        self._others: dict[str, int] = {}
        self._printed = ticks()
        #: Instants and how many were done then, oldest first.
        self._marks = deque([(self._printed, 0)])
        self._finishing = False

    def tell(self, state: str) -> None:
        """Count one letter that was handed over, or a reader who left."""
        self.done += 1
        if state != "accepted":
            self._others[state] = self._others.get(state, 0) + 1
        if self._line_each is not None and (now := self._ticks()) - self._printed >= self._line_each:
            self._printed = now
            click.echo(self.words(), err=True)

    def finish(self) -> None:
        """Say from now on that what is in the air is being finished."""
        self._finishing = True

    def words(self) -> str:
        """ "412 of 1000 letters, 82 a second, about 7 seconds left; 3 deferred"."""
        now, done = self._ticks(), self.done
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= _WINDOW:
            self._marks.popleft()
        since, before = self._marks[0]
        rate = (done - before) / (now - since) if now > since else 0.0
        if self._finishing:
            return f"{done} of {self._total} letters; finishing what is in the air (Ctrl-C again ends at once)"
        said = [f"{done} of {self._total} letters"]
        if rate:
            said.append(_pace(rate))
        if rate and done < self._total:
            said.append(f"about {_span((self._total - done) / rate)} left")
        others = ", ".join(f"{count} {state}" for state, count in self._others.copy().items())
        return ", ".join(said) + (f"; {others}" if others else "")


def _pace(per_second: float) -> str:
    if per_second >= 10:
        return f"{per_second:.0f} a second"
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{per_second * 60:.0f} a minute"


def _span(seconds: float) -> str:
    if seconds < 60:
        whole = max(1, round(seconds))
        return f"{whole} second{'' if whole == 1 else 's'}"
    # Of a relay that hardly takes anything the rest may be longer than the calendar.
    return words_of_span(timedelta(seconds=min(seconds, 1e9)))
