"""Weeks, slots and windows: which instant belongs to which issue. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.clock import local_instant

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.I)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week with its ISO year (ISO 8601, 3.2.2): 30 December 2024 lies in 2025-W01."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date.fromisocalendar(self.year, self.number, 1)

    @classmethod
    def read(cls, text: str) -> Week:
        """Read "2024-W23" or "2024W23". Raises ValueError for other forms and for weeks a year does not have."""
        match = _WEEK.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a week such as 2024-W23")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Week:
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    def after(self, weeks: int = 1) -> Week:
        """The week so many weeks later; earlier where negative."""
        return Week.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


@dataclass(frozen=True, slots=True)
class SlotTime:
    """A time of the week, as the clocks of the publication's zone show it; `day` 0 is Monday, None is every day."""

    day: int | None
    at: time

    def __str__(self) -> str:
        return f"{'daily' if self.day is None else DAYS[self.day]} {self.at:%H:%M}"

    def in_week(self, week: Week, zone: ZoneInfo) -> tuple[datetime, ...]:
        """Its instants in that week, UTC, earliest first: one, or seven for every day."""
        days = range(7) if self.day is None else (self.day,)
        return tuple(local_instant(week.monday + timedelta(days=d), self.at, zone) for d in days)

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The last of its instants that is not after `now`; always exists."""
        week = Week.of(now.astimezone(zone).date())
        for back in (week, week.after(-1), week.after(-2)):
            due = [instant for instant in self.in_week(back, zone) if instant <= now]
            if due:
                return due[-1]
        raise AssertionError("a weekly slot lies in every pair of weeks")

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first of its instants after `now`."""
        week = Week.of(now.astimezone(zone).date())
        return min(i for w in (week, week.after(1), week.after(2)) for i in self.in_week(w, zone) if i > now)


@dataclass(frozen=True, slots=True)
class Window:
    """The time one issue covers.

    `start` and `end` bound the dates of publication, `seen_after` and `seen_until` the instants at which we
    first saw an entry; all UTC. In `iso_week` mode start and end are the two Mondays.
    """

    start: datetime
    end: datetime
    #: The freeze of the last issue sent; None before the first.
    seen_after: datetime | None
    #: The freeze of this issue.
    seen_until: datetime
    iso_week: bool = False

    def admits(
        self,
        *,
        published: datetime | None,
        first_seen: datetime,
        previous_fetch: datetime | None,
        late_grace: timedelta,
    ) -> bool:
        """Whether an entry proposes itself for this issue (architecture, section 8).

        `previous_fetch` is the feed's good fetch before the one that brought the entry, None at the feed's
        first fetch: there no grace is given and no undated entry enters, so that a backlog never floods.
        """
        if previous_fetch is None:
            if published is None or not self.start <= published or not self._before_end(published):
                return False
            return self.iso_week or self._seen(first_seen)
        if not self._seen(first_seen):
            return False
        if published is None:
            return True
        return min(self.start, previous_fetch) - late_grace <= published and self._before_end(published)

    def _before_end(self, published: datetime) -> bool:
        # A freeze takes in its own instant, as it does with what is first seen then; a Monday belongs to its week.
        return published < self.end if self.iso_week else published <= self.end

    def _seen(self, first_seen: datetime) -> bool:
        return (self.seen_after is None or self.seen_after < first_seen) and first_seen <= self.seen_until


def window_of(
    week: Week,
    zone: ZoneInfo,
    *,
    mode: str,
    freeze: datetime,
    last_freeze: datetime | None,
) -> Window:
    """The window of an issue frozen at `freeze`, when the last issue that was sent was frozen at `last_freeze`.

    `mode` is "since-last-issue" (the first issue reaches 7 days back) or "iso-week".
    """
    if mode == "iso-week":
        start = local_instant(week.monday, time(), zone)
        end = local_instant(week.after().monday, time(), zone)
        return Window(start, end, last_freeze, freeze, iso_week=True)
    start = last_freeze if last_freeze is not None else freeze - timedelta(days=7)
    return Window(start, freeze, last_freeze, freeze)


def send_date(week: Week, slot: SlotTime) -> date:
    """The day, in the publication's zone, on which an issue is dated."""
    return week.monday + timedelta(days=slot.day if slot.day is not None else 4)
