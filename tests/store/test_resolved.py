"""Where a short link leads is asked for until it is known, a few times at most, and then kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.store.engine import Store
from newsletter.store.resolved import MOST_TRIES, PATIENCE
from tests.store.builders import NOW, later

LINK, OTHER = "https://t.co/a", "bit.ly/b"
STORY = "https://news.example.org/1"


def test_what_is_known_comes_back_and_what_failed_does_not(store: Store) -> None:
    store.resolved.keep({LINK: STORY, OTHER: None}, NOW)

    assert store.resolved.all() == {LINK: STORY}


def test_links_never_tried_are_due_each_once_and_in_their_order(store: Store) -> None:
    store.resolved.keep({LINK: STORY}, NOW)

    assert store.resolved.due(["z", LINK, "a", "z", ""], NOW) == ("z", "a")


def test_a_link_that_failed_rests_for_an_hour(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)

    assert store.resolved.due([LINK], NOW) == ()
    assert store.resolved.due([LINK], NOW + PATIENCE - timedelta(seconds=1)) == ()
    assert store.resolved.due([LINK], NOW + PATIENCE) == (LINK,)


def test_a_clock_that_was_put_back_keeps_no_link_waiting(store: Store) -> None:
    store.resolved.keep({LINK: None}, later(days=300))

    assert store.resolved.due([LINK], NOW) == (LINK,)


def test_a_link_that_failed_five_times_is_given_up(store: Store) -> None:
    dues = []
    for hour in range(MOST_TRIES + 2):
        dues.append(store.resolved.due([LINK], later(hours=hour)))
        if dues[-1]:
            store.resolved.keep({LINK: None}, later(hours=hour))

    assert dues == [(LINK,)] * MOST_TRIES + [()] * 2


def test_a_later_try_may_find_what_the_first_did_not_and_none_takes_it_away(store: Store) -> None:
    store.resolved.keep({LINK: None}, NOW)

    store.resolved.keep({LINK: STORY}, later(hours=1))
    store.resolved.keep({LINK: None}, later(hours=2))

    assert store.resolved.all() == {LINK: STORY}
    assert store.resolved.due([LINK], later(days=1)) == ()


def test_thousands_of_links_are_looked_up_at_once(store: Store) -> None:
    links = [f"https://t.co/{n}" for n in range(1200)]
    store.resolved.keep(dict.fromkeys(links[:1100], STORY), NOW)

    assert store.resolved.due(links, NOW) == tuple(links[1100:])


@pytest.mark.parametrize("link", ["https://t.co/\x00a", "https://t.co/\ud800"])
def test_a_link_that_no_database_takes_is_known_the_second_time(store: Store, link: str) -> None:
    assert store.resolved.due([link], NOW) == (link,)
    store.resolved.keep({link: STORY}, NOW)

    assert store.resolved.due([link], NOW) == ()


def test_a_link_that_nobody_shortened_is_never_due(store: Store) -> None:
    assert store.resolved.due([f"https://t.co/{'é' * 1000}"], NOW) == ()
