"""Instants and durations, and clocks that are put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.clock import (
    from_now,
    local_instant,
    read_duration,
    read_instant,
    utc,
    words_of_span,
    write_duration,
    write_instant,
)

LOCAL = {
    "plain": ("Asia/Jakarta", date(2024, 6, 7), time(20), "2024-06-07T13:00:00Z"),
    "Berlin gap": ("Europe/Berlin", date(2024, 3, 31), time(2, 30), "2024-03-31T01:30:00Z"),
    "Berlin fold, the first": ("Europe/Berlin", date(2024, 10, 27), time(2, 30), "2024-10-27T00:30:00Z"),
    "Cairo gap at midnight": ("Africa/Cairo", date(2024, 4, 26), time(0, 15), "2024-04-25T22:15:00Z"),
    "Cairo fold at midnight": ("Africa/Cairo", date(2024, 10, 31), time(23, 30), "2024-10-31T20:30:00Z"),
    "Apia's missing day": ("Pacific/Apia", date(2011, 12, 30), time(12), "2011-12-30T22:00:00Z"),
    "Apia the day before": ("Pacific/Apia", date(2011, 12, 29), time(12), "2011-12-29T22:00:00Z"),
    "Apia the day after": ("Pacific/Apia", date(2011, 12, 31), time(12), "2011-12-30T22:00:00Z"),
    "Los Angeles gap": ("America/Los_Angeles", date(2024, 3, 10), time(2, 30), "2024-03-10T10:30:00Z"),
    "Los Angeles fold, the first": ("America/Los_Angeles", date(2024, 11, 3), time(1, 30), "2024-11-03T08:30:00Z"),
}


@pytest.mark.parametrize(("zone", "day", "at", "expected"), LOCAL.values(), ids=LOCAL.keys())
def test_the_clocks_of_a_zone_show_a_time_at_one_instant(zone: str, day: date, at: time, expected: str) -> None:
    assert write_instant(local_instant(day, at, ZoneInfo(zone))) == expected


def test_a_fold_given_by_hand_makes_no_difference() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), date(2024, 10, 27)

    assert local_instant(day, time(2, 30, fold=1), berlin) == local_instant(day, time(2, 30), berlin)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        utc(datetime(2024, 6, 7))  # noqa: DTZ001  the naive one is what is refused
    with pytest.raises(ValueError, match="has no time zone"):
        read_instant("2024-06-07T12:00")


@pytest.mark.parametrize("text", ["2024-06-07T13:00:00Z", "2024-06-07T13:00:00.000001Z"])
def test_an_instant_is_written_as_it_was_read(text: str) -> None:
    assert write_instant(read_instant(text)) == text


def test_an_instant_is_read_into_utc() -> None:
    assert read_instant(" 2024-06-07T20:00:00+07:00 ") == datetime(2024, 6, 7, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("45m", timedelta(minutes=45)),
        ("6 h", timedelta(hours=6)),
        ("1d 12h", timedelta(hours=36)),
        ("1D12H", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    assert read_duration(text) == expected


@pytest.mark.parametrize("text", ["", " ", "6", "h", "6 hours", "-3d", "1.5h", "3d!"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        read_duration(text)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(0), "0s"),
        (timedelta(minutes=45), "45m"),
        (timedelta(days=2, hours=3, minutes=4), "2d 3h"),
        (timedelta(hours=1, seconds=1), "1h 1s"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(span: timedelta, expected: str) -> None:
    assert write_duration(span) == expected


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=2, hours=3, minutes=40), "2 days 3 hours"),
        (timedelta(days=897, hours=13), "897 days"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(minutes=12), "12 minutes"),
        (timedelta(seconds=59), "less than a minute"),
    ],
)
def test_a_length_of_time_is_told_in_two_units(span: timedelta, words: str) -> None:
    now = datetime(2024, 6, 5, 12, tzinfo=UTC)

    assert words_of_span(span) == words
    assert from_now(now + span, now) == f"in {words}"
    assert from_now(now - span, now) == f"{words} ago"
