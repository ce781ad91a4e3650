"""Dates as publishers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.clock import write_instant
from newsletter.wire.dates import read_date


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mon, 03 Feb 2025 10:20:30 GMT", "2025-02-03T10:20:30Z"),
        ("Mon, 3 Feb 2025 10:20 +0100", "2025-02-03T09:20:00Z"),
        ("Mon,03 Feb 2025 10:20:30 -0330", "2025-02-03T13:50:30Z"),
        ("03 Feb 25 10:20:30 EST", "2025-02-03T15:20:30Z"),
        ("Monday, 03 February 2025 10:20:30 PDT", "2025-02-03T17:20:30Z"),
        ("Mon, 03 Feb 2025 10:20:30 GMT+0100", "2025-02-03T09:20:30Z"),
        ("Mon, 03 Feb 2025 10:20:30 Z (somewhere)", "2025-02-03T10:20:30Z"),
        ("Mon, 03 Feb 2025 10:20:30", "2025-02-03T10:20:30Z"),
        ("03 Feb 2025", "2025-02-03T00:00:00Z"),
        ("03-Feb-2025", "2025-02-03T00:00:00Z"),
        ("Feb 3, 2025", "2025-02-03T00:00:00Z"),
        ("February 3rd, 2025 10:20 PM", "2025-02-03T22:20:00Z"),
        ("Feb 3, 2025 12:05 a.m.", "2025-02-03T00:05:00Z"),
        ("Mon Feb  3 10:20:30 2025", "2025-02-03T10:20:30Z"),
        ("Mon Feb 3 10:20:30 CET 2025", "2025-02-03T09:20:30Z"),
        ("2025-02-03T10:20:30Z", "2025-02-03T10:20:30Z"),
        ("2025-02-03t10:20:30.123456+05:30", "2025-02-03T04:50:30Z"),
        ("2025-02-03T10:20-08", "2025-02-03T18:20:00Z"),
        ("2025-02-03 10:20:30 UTC", "2025-02-03T10:20:30Z"),
        ("2025/02/03 10:20:30", "2025-02-03T10:20:30Z"),
        ("20250203T102030Z", "2025-02-03T10:20:30Z"),
        ("20250203", "2025-02-03T00:00:00Z"),
        ("2025-02-03", "2025-02-03T00:00:00Z"),
        ("2025-02", "2025-02-01T00:00:00Z"),
        ("1738578030", "2025-02-03T10:20:30Z"),
        ("1738578030000", "2025-02-03T10:20:30Z"),
        ("2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z"),
        ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00Z"),
        ("  Mon,\n 03 Feb\t2025 10:20:30 GMT ", "2025-02-03T10:20:30Z"),
        ("Tue, 03 Feb 1998 10:20:30 GMT", "1998-02-03T10:20:30Z"),
        ("03 Feb 98 10:20:30 GMT", "1998-02-03T10:20:30Z"),
        ("Monday, February 3, 2025 - 10:20", "2025-02-03T10:20:00Z"),
        ("2025-02-03T10Z", "2025-02-03T10:00:00Z"),
        ("Feb 3, 2025 8am", "2025-02-03T08:00:00Z"),
        ("lun., 03 févr. 2025 10:20:30 +0100", "2025-02-03T09:20:30Z"),
        ("mar., 04 mars 2025 10:20:30 GMT", "2025-03-04T10:20:30Z"),
        ("Mo, 3. März 2025 10:20 Uhr", "2025-03-03T10:20:00Z"),
        ("3 de enero de 2025", "2025-01-03T00:00:00Z"),
        ("Ср, 05 мая 2025 08:30:00 +0300", "2025-05-05T05:30:00Z"),
        ("2025年2月3日 10:20", "2025-02-03T10:20:00Z"),
    ],
)
def test_a_date_is_read_into_utc(written: str, expected: str) -> None:
    date = read_date(written)

    assert date is not None
    assert write_instant(date) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2025-02-30",
        "Mon, 31 Feb 2025 10:20:30 GMT",
        "2023-02-29T10:00:00Z",
        "0000-00-00 00:00:00",
        "2025-13-01",
        "2025-02-03T25:00:00Z",
        "2025-02-03T10:61:00Z",
        "2025-02-03T10:20:30+99:00",
        "Feb 3, 2025 13:20 PM",
        "03/02/2025",
        "2025",
        "١٢٣٤٥٦٧٨٩٠",
        "Mon, 03 Feb 2025 10:20:30 GMT " + "x" * 100,
        "0001-01-01T00:00:00+14:00",
        "lun., 31 févr. 2025",
        "3 février",
        "5 days ago",
        "de",
    ],
)
def test_what_no_calendar_has_is_no_date(written: str) -> None:
    assert read_date(written) is None


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(written: str) -> None:
    date = read_date(written)

    assert date is None or date.utcoffset() is not None
