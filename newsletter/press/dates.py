"""Dates in the words of the issue: an English table of our own, so that no machine's locale shows. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from newsletter.model.week import Week

_MONTHS = """January February March April May June July August September October November December""".split()


def day(when: date) -> str:
    """As in "3 June 2024"."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def span(week: Week) -> str:
    """Monday to Sunday: "3–9 June 2024", "29 April – 5 May 2024", "30 December 2024 – 5 January 2025"."""
    first, last = week.monday, week.monday + timedelta(days=6)
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} – {day(last)}"
    return f"{first.day}–{day(last)}"
