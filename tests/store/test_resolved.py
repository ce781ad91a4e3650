"""Where a short link leads is asked for until it is known, a few times at most, and then kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.store.engine import Store
from newsletter.store.resolved import MOST_TRIES, PATIENCE
from tests.store.builders import NOW, later

LINK, OTHER = "https://t.co/a", "bit.ly/b"
STORY = "https://news.example.org/1"


def test_what_is_known_comes_back_and_what_failed_does_not(store: Store) -> None:
    store.resolved.keep({LINK: STORY, OTHER: None}, NOW)

    assert store.resolved.all() == {LINK: STORY}


def _waiting(store: Store, now: datetime = NOW) -> tuple[str, ...]:
    return store.resolved.waiting(now, most=5_000)


def test_a_link_that_failed_rests_for_an_hour(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)

    assert _waiting(store) == ()
    assert _waiting(store, NOW + PATIENCE - timedelta(seconds=1)) == ()
    assert _waiting(store, NOW + PATIENCE) == (LINK,)


def test_a_clock_that_was_put_back_keeps_no_link_waiting(store: Store) -> None:
    store.resolved.keep({LINK: None}, later(days=300))

    assert _waiting(store) == (LINK,)


def test_a_link_that_failed_five_times_is_given_up(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)
    waits = []
    for hour in range(1, MOST_TRIES + 3):
        waits.append(_waiting(store, later(hours=hour)))
        if waits[-1]:
            store.resolved.keep({LINK: None}, later(hours=hour))

    assert waits == [(LINK,)] * (MOST_TRIES - 1) + [()] * 3


def test_a_later_try_may_find_what_the_first_did_not_and_none_takes_it_away(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)

    store.resolved.keep({LINK: STORY}, later(hours=1))
    store.resolved.keep({LINK: None}, later(hours=2))

    assert store.resolved.all() == {LINK: STORY}
    assert _waiting(store, later(days=1)) == ()


def test_of_many_links_the_least_tried_come_first(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)
    store.resolved.keep({LINK: None}, NOW)
    store.resolved.keep({OTHER: None}, NOW)

    assert store.resolved.waiting(later(hours=2), most=1) == (OTHER,)


@pytest.mark.parametrize("link", ["https://t.co/\x00a", "https://t.co/\ud800"])
def test_a_link_that_no_database_takes_is_kept_as_it_can_be(store: Store, link: str) -> None:
    store.resolved.keep({link: STORY}, NOW)

    assert len(store.resolved.all()) == 1


def test_a_link_that_nobody_shortened_is_not_kept(store: Store) -> None:
    store.resolved.keep({f"https://t.co/{'é' * 1000}": STORY}, NOW)

    assert store.resolved.all() == {}
