"""What links led to is believed for as long as that is likely to hold, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.store.engine import Store
from newsletter.store.link_checks import BELIEVED, LinkCheck, Verdict
from tests.store.builders import NOW, later

LINK, OTHER = "https://news.example.org/a", "https://news.example.org/b"
SECOND = timedelta(seconds=1)


def a_check(verdict: Verdict = "ok", *, link: str = LINK, at: timedelta = timedelta(0), what: str = "") -> LinkCheck:
    return LinkCheck(link=link, at=NOW + at, verdict=verdict, what=what)


@pytest.mark.parametrize(("verdict", "span"), BELIEVED.items())
def test_a_verdict_is_believed_until_its_time_is_over(store: Store, verdict: Verdict, span: timedelta) -> None:
    store.link_checks.keep([a_check(verdict)], NOW)

    assert store.link_checks.good(NOW + span - SECOND) == {LINK: a_check(verdict)}
    assert store.link_checks.good(NOW + span) == {}


def test_a_clock_that_was_put_back_makes_no_verdict_last_longer(store: Store) -> None:
    store.link_checks.keep([a_check(at=timedelta(days=300))], later(days=300))

    assert store.link_checks.good(NOW) == {}


def test_the_last_verdict_takes_the_place_of_the_one_before(store: Store) -> None:
    first = a_check("gone", what="HTTP 404")
    second = LinkCheck(link=LINK, at=later(minutes=5), verdict="ok", moved=OTHER)
    store.link_checks.keep([first, a_check(link=OTHER)], NOW)

    store.link_checks.keep([second], later(minutes=5))

    assert store.link_checks.good(later(minutes=6)) == {LINK: second, OTHER: a_check(link=OTHER)}


def test_links_that_nobody_prints_any_more_are_forgotten(store: Store) -> None:
    store.link_checks.keep([a_check()], NOW)

    store.link_checks.keep([a_check(link=OTHER, at=timedelta(days=61))], later(days=61))

    assert store.link_checks.good(later(days=1)) == {}


def test_an_address_too_long_to_be_kept_costs_the_others_nothing(store: Store) -> None:
    store.link_checks.keep([a_check(link=f"{LINK}/{'x' * 2000}"), a_check()], NOW)
    store.link_checks.keep([], NOW)

    assert store.link_checks.good(NOW) == {LINK: a_check()}
