"""A permanent redirect is believed once its content has proved it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.links import Link, identity
from newsletter.model.feeds import Feed, Fetched, FetchState, Move
from newsletter.model.news import Entry, Known
from newsletter.wire.moves import PATIENCE, RUNS, SPREAD, address_to_ask, move_after, shares_half, undone

NOW = datetime(2025, 3, 5, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = "http://old.example/feed", "https://new.example/feed"
FEED = Feed(id="gazette", name="The Gazette", url=OLD)
KEPT = Move(of=OLD, to=NEW, since=NOW - 9 * DAY, last=NOW, runs=3, state="kept")


def answer(state: FetchState = "new", *, moved: bool = True, url: str = NEW, status: int = 200, **more: Any) -> Fetched:
    return Fetched(feed="gazette", state=state, moved=moved, url=url, status=status, **more)


FAILED = answer("failed", moved=False, status=0, fault="dns")


def after(before: Move | None, one: Fetched, *, shares: bool = True, days: float = 0, feed: Feed = FEED) -> Move | None:
    return move_after(before, feed, one, shares=shares, now=NOW + days * DAY)


def observed(*runs: tuple[float, Fetched, bool]) -> Move | None:
    move: Move | None = None
    for days, one, shares in runs:
        move = after(move, one, shares=shares, days=days)
    return move


def test_three_runs_over_two_days_that_bring_what_we_know_make_a_move() -> None:
    move = observed((0, answer(), True), (1, answer(), True), (2, answer(), True))

    assert move == Move(of=OLD, to=NEW, since=NOW, last=NOW + 2 * DAY, runs=3, state="kept")
    assert address_to_ask(FEED, move) == NEW


def test_three_runs_within_a_day_do_not() -> None:
    move = observed((0, answer(), True), (0.5, answer(), True), (1, answer(), True))

    assert move is not None
    assert (move.state, address_to_ask(FEED, move)) == ("seen", OLD)


def test_a_fetch_that_failed_and_a_304_neither_prove_nor_contradict() -> None:
    quiet = (answer("same", status=304), FAILED, answer("waiting", moved=False, url="", status=0))

    move = observed((0, answer(), True), *((1.0, one, False) for one in quiet))

    assert move == Move(of=OLD, to=NEW, since=NOW, last=NOW, runs=1)


def test_the_same_bytes_as_before_prove_it_as_well() -> None:
    move = observed(*((days, answer("same"), False) for days in (0, 1, 2)))

    assert move is not None
    assert move.state == "kept"


@pytest.mark.parametrize(
    ("contradiction", "left"),
    [
        pytest.param(answer(moved=False), None, id="a temporary redirect"),
        pytest.param(answer(moved=False, url=OLD), None, id="no redirect"),
        pytest.param(answer("same", moved=False, url=OLD, status=304), None, id="not modified at the old address"),
        pytest.param(
            answer(url="https://other.example/feed"),
            Move(of=OLD, to="https://other.example/feed", since=NOW + 1.5 * DAY, last=NOW + 1.5 * DAY, runs=1),
            id="another target",
        ),
        pytest.param(
            answer("same", url="https://other.example/feed", status=304), None, id="not modified at another target"
        ),
    ],
)
def test_a_run_that_contradicts_starts_over(contradiction: Fetched, left: Move | None) -> None:
    assert observed((0, answer(), True), (1, answer(), True), (1.5, contradiction, True)) == left


def test_strange_content_starts_over_and_does_not_prove_itself() -> None:
    strange = observed((0, answer(), True), (1, answer(), True), (2, answer(), False))

    still = after(strange, answer("same"), shares=False, days=5)

    assert strange == Move(of=OLD, to=NEW, since=NOW + 2 * DAY, last=NOW + 2 * DAY, runs=0)
    assert still == strange


def test_strange_content_is_proved_only_by_what_was_known_before_it() -> None:
    strange = after(None, answer(), shares=False)
    entries = [make_entry("x"), make_entry("y")]
    its_own = [known("x", first_seen=NOW), known("y", first_seen=NOW)]
    older = [known("x", first_seen=NOW - DAY)]

    assert shares_half(entries, its_own)
    assert not shares_half(entries, its_own, strange)
    assert shares_half(entries, [*its_own, *older], strange)


def test_the_three_runs_count_from_the_first_that_brought_what_we_know() -> None:
    move = observed((0, answer(), False), (1, answer(), True), (2, answer(), True), (2.5, answer(), True))

    assert move is not None
    assert (move.state, move.since, move.runs) == ("seen", NOW + DAY, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.sampled_from(["new", "same", "failed", "waiting"]),
            st.sampled_from([200, 304]),
            st.booleans(),
            st.sampled_from([NEW, OLD, "https://other.example/"]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_no_move_is_kept_without_three_proofs_over_two_days(runs: list[tuple[Any, ...]]) -> None:
    move, days, proofs = None, 0.0, list[float]()
    for pause, state, status, moved, url, shares in runs:
        days += pause
        one = answer(state, moved=moved, url=url, status=status)
        move = after(move, one, shares=shares, days=days)
        if moved and state in ("new", "same") and status == 200:
            proofs.append(days)
        if move is not None and move.state == "kept":
            assert len(proofs) >= RUNS
            assert (proofs[-1] - proofs[0]) * DAY >= SPREAD - timedelta(seconds=1)
            break


# Undone ------------------------------------------------------------------------------------------------


def test_a_move_undone_is_never_made_again() -> None:
    move: Move | None = undone(KEPT)
    assert address_to_ask(FEED, move) == OLD

    for days, one in enumerate(
        (answer(), answer(), answer(moved=False, url=OLD), FAILED, answer(), answer(), answer())
    ):
        move = after(move, one, days=days)

    assert move == undone(KEPT)


def test_another_target_than_the_one_refused_may_be_proved() -> None:
    other = answer(url="https://other.example/feed")
    move: Move | None = undone(KEPT)

    for days in range(3):
        move = after(move, other, days=days)

    assert address_to_ask(FEED, move) == "https://other.example/feed"


# Kept --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [answer(moved=False), answer("same", moved=False, status=304)])
def test_a_kept_move_lives_as_long_as_its_target_gives_what_we_know(one: Fetched) -> None:
    assert after(KEPT, one, days=30) == replace(KEPT, last=NOW + 30 * DAY)


@pytest.mark.parametrize(
    ("one", "shares"), [(FAILED, False), (answer(moved=False), False), (answer("new", moved=False, status=200), False)]
)
def test_a_kept_move_whose_target_gives_nothing_for_long_is_given_up(one: Fetched, shares: bool) -> None:
    lasting = PATIENCE - timedelta(seconds=1)

    assert after(KEPT, one, shares=shares, days=lasting / DAY) == KEPT
    assert after(KEPT, one, shares=shares, days=PATIENCE / DAY) is None


def test_another_address_in_feeds_toml_voids_a_move() -> None:
    feed = replace(FEED, url="https://third.example/feed")

    assert address_to_ask(feed, KEPT) == "https://third.example/feed"
    assert after(KEPT, answer(moved=False, url=feed.url), feed=feed) is None


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        pytest.param("https://old.example/feed", "http://new.example/feed", id="down to http"),
        pytest.param("https://me:secret@old.example/feed", NEW, id="away from a password"),
        pytest.param(NEW, NEW, id="in a circle"),
    ],
)
def test_some_redirects_are_followed_and_never_kept(asked: str, target: str) -> None:
    assert after(None, answer(url=target), feed=replace(FEED, url=asked)) is None


# Content ---------------------------------------------------------------------------------------------


def make_entry(id_: str, *, link: str = "", title: str = "") -> Entry:
    link = link or f"https://new.example/{id_}"
    return Entry(feed="gazette", id=id_, title=title or f"Story {id_}", link=Link(link), published=None, first_seen=NOW)


def known(id_: str, *, link: str = "", title: str = "", first_seen: datetime = NOW - DAY) -> Known:
    own = identity(link or f"https://new.example/{id_}") or ""
    return Known(id=id_, title=title or f"Story {id_}", identity=own, published=None, first_seen=first_seen)


@pytest.mark.parametrize(
    ("brought", "stored", "shares"),
    [
        ("abcd", "ab", True),
        ("abcd", "abxyz", True),
        ("abcd", "axyz", False),
        ("abcdefgh", "abc", True),
        ("ab", "abcdefgh", True),
        ("abc", "xyz", False),
        ("", "abc", False),
        ("abc", "", True),
        ("", "", False),
    ],
)
def test_half_of_the_document_or_of_what_we_knew_must_be_shared(brought: str, stored: str, shares: bool) -> None:
    assert shares_half([make_entry(id_) for id_ in brought], [known(id_) for id_ in stored]) is shares


def test_entries_are_recognised_by_their_links_and_by_ids_at_another_host() -> None:
    by_link = [make_entry(f"new-{n}", link=f"https://site.example/{n}?utm_source=x") for n in range(4)]
    linked = [known(f"old-{n}", link=f"http://www.site.example/{n}") for n in range(4)]
    title = "A compiler learns to wait for its turn, part {}"
    moved = [make_entry(f"https://new.example/{n}/", title=title.format(n)) for n in range(4)]
    stayed = [
        known(f"http://old.example/{n}/", link=f"http://old.example/{n}/", title=title.format(n)) for n in range(4)
    ]

    assert shares_half(by_link, linked)
    assert shares_half(moved, stayed)


def test_entries_that_all_lead_to_one_page_share_one_thing() -> None:
    entries = [make_entry(f"new-{n}", link="https://site.example/") for n in range(6)]
    stored = [known(f"old-{n}", link="https://site.example/") for n in range(6)]

    assert not shares_half(entries, stored)
