"""Whose week it is: turns counted from one Monday, absences by the day on which a week closes."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from newsletter.desk.rota import absence, freeze_day, on_rota, turn_of
from newsletter.model.members import Away, Member, Rota
from newsletter.model.week import Week
from tests.desk.builders import WEEK, make_schedule

JAKARTA = ZoneInfo("Asia/Jakarta")
FIRST = Week.of(date(1970, 1, 5))
FRIDAY = date(2024, 6, 7)


def make_member(**changes: object) -> Member:
    return Member(**{"id": "wren", "name": "Wren", **changes})  # type: ignore[arg-type]


def test_who_writes_weekly_is_asked_every_week() -> None:
    assert all(on_rota(make_member(), FIRST.after(n)) for n in range(-3, 60))


def test_turns_are_counted_from_the_first_monday_of_1970() -> None:
    weeks = [FIRST.after(n) for n in range(6)]

    assert [on_rota(make_member(rota=Rota(1, 3)), week) for week in weeks] == [True, False, False, True, False, False]
    assert [on_rota(make_member(rota=Rota(3, 3)), week) for week in weeks] == [False, False, True, False, False, True]


def test_over_a_year_with_53_weeks_every_turn_comes_in_its_order() -> None:
    weeks = [Week(2020, 50).after(n) for n in range(8)]

    turns = [[on_rota(make_member(rota=Rota(turn, 2)), week) for turn in (1, 2)].index(True) for week in weeks]

    assert turns in ([0, 1] * 4, [1, 0] * 4)


@pytest.mark.parametrize("role", ["guest", "former"])
def test_guests_and_former_members_are_never_asked(role: str) -> None:
    assert not on_rota(make_member(role=role), WEEK)


def test_who_is_on_no_rota_is_never_asked() -> None:
    assert not on_rota(make_member(rota=None), WEEK)


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2024, 6, 4), True),
        (date(2024, 6, 5), False),
        (date(2024, 6, 7), False),
        (date(2024, 6, 8), True),
    ],
)
def test_both_ends_of_an_absence_belong_to_it(day: date, *, there: bool) -> None:
    wren = make_member(away=(Away(date(2024, 6, 5), date(2024, 6, 7)),))

    assert (absence(wren, day) is None) == there


def test_of_two_absences_the_one_that_lasts_is_told() -> None:
    short, long = Away(FRIDAY, FRIDAY), Away(date(2024, 6, 1), date(2024, 6, 20))

    assert absence(make_member(away=(long, short)), FRIDAY) == long


def test_who_is_away_on_the_day_of_the_freeze_is_away_for_the_week() -> None:
    monday_to_thursday = make_member(away=(Away(date(2024, 6, 3), date(2024, 6, 6)),))
    on_friday = make_member(away=(Away(FRIDAY, FRIDAY),))

    turn = turn_of([monday_to_thursday, on_friday], WEEK, make_schedule(), JAKARTA)

    assert turn.writing == (monday_to_thursday,)
    assert turn.away == ((on_friday, Away(FRIDAY, FRIDAY)),)


def test_the_day_of_the_freeze_is_that_of_the_publications_calendar() -> None:
    assert freeze_day(WEEK, make_schedule(freeze=(4, 1), send=(4, 20)), JAKARTA) == FRIDAY
    assert freeze_day(WEEK, make_schedule(freeze=(6, 20), send=(0, 8)), JAKARTA) == date(2024, 6, 2)


def test_a_turn_names_who_writes_who_is_away_and_who_is_missing() -> None:
    yoga, dika = make_member(id="yoga"), make_member(id="dika", away=(Away(FRIDAY, FRIDAY),))
    turn = turn_of((yoga, dika, make_member(id="guest", role="guest")), WEEK, make_schedule(), JAKARTA)

    assert turn.writing == (yoga,)
    assert turn.away == ((dika, dika.away[0]),)
    assert turn.missing([]) == (yoga,)
    assert turn.missing(["yoga"]) == ()
