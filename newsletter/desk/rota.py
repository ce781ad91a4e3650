"""Whose week it is: the rota, absences, and who has not filed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from newsletter.desk.due import slots_of
from newsletter.model.members import Away, Member
from newsletter.model.settings import Schedule
from newsletter.model.week import Week

#: The week that the turns are counted from, as number 0.
_FIRST = Week.of(date(1970, 1, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Those whose week it is, in the order of newsletter.toml: who writes, and who is away."""

    writing: tuple[Member, ...]
    #: With the absence that covers the freeze.
    away: tuple[tuple[Member, Away], ...]

    def missing(self, filed: Collection[str]) -> tuple[Member, ...]:
        """Those who write this week and whose id is not among `filed`."""
        return tuple(member for member in self.writing if member.id not in filed)


def on_rota(member: Member, week: Week) -> bool:
    """Whether the week is the member's. Guests and former members are never asked, whatever their rota."""
    if member.rota is None or member.role not in ("editor", "chief"):
        return False
    number = (week.monday - _FIRST.monday).days // 7
    return number % member.rota.every == member.rota.turn - 1


def absence(member: Member, day: date) -> Away | None:
    """The absence that covers the day, the one that lasts longest if several do; None if the member is there."""
    found = [away for away in member.away if away.first <= day <= away.last]
    return max(found, key=lambda away: away.last, default=None)


def freeze_day(week: Week, schedule: Schedule, zone: ZoneInfo) -> date:
    """The day on which the week closes, as the publication's calendar shows it."""
    return slots_of(week, schedule, zone).freeze.astimezone(zone).date()


def turn_of(members: Sequence[Member], week: Week, schedule: Schedule, zone: ZoneInfo) -> Turn:
    """Whose turn the week is; who is away on the day on which it closes is away for all of it."""
    day = freeze_day(week, schedule, zone)
    asked = [(member, absence(member, day)) for member in members if on_rota(member, week)]
    return Turn(
        writing=tuple(member for member, away in asked if away is None),
        away=tuple((member, away) for member, away in asked if away is not None),
    )
