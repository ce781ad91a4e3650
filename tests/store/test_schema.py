"""What goes into a column comes out of it the same, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from newsletter.store.columns import Instant, Words
from newsletter.store.deliveries.snapshot import pack, unpack

DIALECT = sqlite.dialect()


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-9))])))
def test_an_instant_comes_back_as_the_same_instant_in_utc(instant: datetime) -> None:
    stored = Instant().process_bind_param(instant, DIALECT)

    back = Instant().process_result_value(stored, DIALECT)

    assert back == instant
    assert back.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_sort_as_stored(one: datetime, other: datetime) -> None:
    stored_one, stored_other = (Instant().process_bind_param(i, DIALECT) for i in (one, other))

    assert stored_one is not None
    assert stored_other is not None
    assert (stored_one < stored_other) == (one < other)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Instant().process_bind_param(datetime(2024, 6, 7), DIALECT)  # noqa: DTZ001 - what is tested


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_text_that_can_be_stored_is_not_touched(text: str) -> None:
    assert Words().process_bind_param(text, DIALECT) == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("a\x00b", "ab", id="NUL in ASCII"),
        pytest.param("é\x00", "é", id="NUL beside other letters"),
        pytest.param("a\ud800b", "a?b", id="half of a surrogate pair"),
    ],
)
def test_text_that_no_database_takes_is_mended(text: str, stored: str) -> None:
    assert Words().process_bind_param(text, DIALECT) == stored


@given(st.sets(st.integers(1, 5000), min_size=1, max_size=60))
def test_a_snapshot_names_exactly_those_who_are_in_it(ids: set[int]) -> None:
    ascending = sorted(ids)

    assert unpack(ascending[0], pack(ascending)) == tuple(ascending)


def test_a_full_batch_of_neighbours_takes_a_bit_for_each() -> None:
    assert len(pack(range(1, 501))) == 63
