"""The news of a week is made once for the same inputs, and what is kept of it never makes it another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.files.sources_toml import read_sources
from newsletter.links import Link
from newsletter.model.news import Entry, News
from newsletter.newsroom.collection.news_memo import NewsMemo
from newsletter.newsroom.collection.week_news import week_news
from newsletter.newsroom.inputs import open_window
from tests.room import FREEZE, WEEK, Workspace, workspace
from tests.store.builders import keep, make_entry

WORDS = "Kea raises prices cuts memory model 5.1 opens office in Oslo Ñandú 日本 \ud83d\ude00 again".split()
HEADLINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=FREEZE - timedelta(hours=5)) as space:
        yield space


def an_entry(n: int, title: str, *, hours: int = 1, summary: str = "") -> Entry:
    when = FREEZE - timedelta(hours=5 + hours)
    return make_entry(
        f"e{n}",
        title=title,
        summary=summary,
        link=Link(f"https://gazette.example/{n % 7}"),
        published=when,
        first_seen=when,
    )


def kept(space: Workspace, *entries: Entry) -> None:
    keep(space.store, *entries, now=space.clock.now())


def news(space: Workspace, *, worth: int, named: tuple[str, ...] = ()) -> News:
    """The news as a process that starts now has it; `worth` is from how many entries on a file is kept."""
    room = replace(space.room, memo=NewsMemo())
    return week_news(room, space.store, open_window(room, WEEK), read_sources(space.root)[0], named=named, worth=worth)


def cached(space: Workspace) -> list[Path]:
    return sorted((space.root / "var" / "cache").glob("*"))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.tuples(HEADLINES, st.integers(1, 400), HEADLINES), min_size=1, max_size=12))
def test_news_from_a_file_is_the_news_made_anew(space: Workspace, titles: list[tuple[str, int, str]]) -> None:
    kept(space, *(an_entry(n, title, hours=hours, summary=said) for n, (title, hours, said) in enumerate(titles)))

    written, read, made = news(space, worth=1), news(space, worth=1), news(space, worth=10_000)

    assert written == read == made
    assert [list(ranked.story.entries) for ranked in read.ranked] == [list(r.story.entries) for r in made.ranked]
    assert list(read.terms.counts) == list(made.terms.counts)


def test_a_file_that_was_harmed_is_made_anew(space: Workspace) -> None:
    kept(space, an_entry(1, "Kea raises prices"), an_entry(2, "Kea opens an office"))
    whole = news(space, worth=1)
    (file,) = cached(space)
    good = file.read_text(encoding="utf-8")

    for harmed in ("", "{}", good[: len(good) // 2], good.replace("Kea raises", "Kea lowers"), "\0" * 100):
        file.write_text(harmed, encoding="utf-8")
        assert news(space, worth=1) == whole
        assert file.read_text(encoding="utf-8") == good


def test_whatever_changes_the_news_is_seen(space: Workspace) -> None:
    kept(space, an_entry(1, "Kea raises prices"))
    first = news(space, worth=1)
    kept(space, an_entry(1, "Kea raises its prices"))
    second = news(space, worth=1)
    space.write("sources.toml", "default = 0.9\n")
    third = news(space, worth=1)
    kept(space, an_entry(2, "Memory opens an office"))

    fourth = news(space, worth=1)

    assert first.ranked[0].story.headline == "Kea raises prices"
    assert second.ranked[0].story.headline == "Kea raises its prices"
    assert third.ranked[0].score > second.ranked[0].score
    assert len(fourth.ranked) == 2


def test_a_few_files_are_kept_and_none_where_the_disk_refuses(space: Workspace) -> None:
    for n in range(5):
        kept(space, an_entry(n, f"Story number {n}"))
        news(space, worth=1)
    many = cached(space)
    for file in many:
        file.unlink()
    many[0].parent.rmdir()
    many[0].parent.write_text("no folder", encoding="utf-8")

    found = news(space, worth=1)

    assert len(many) == 3
    assert len(found.ranked) == 5


def test_one_process_makes_the_same_news_once_and_other_takes_change_nothing(space: Workspace) -> None:
    kept(space, an_entry(1, "Kea raises prices"), an_entry(2, "Memory opens an office"))
    window, sources = open_window(space.room, WEEK), read_sources(space.root)[0]

    first = week_news(space.room, space.store, window, sources, named=())
    second = week_news(space.room, space.store, window, sources, named=("Kea raises prices",))

    assert second is first
    assert cached(space) == []
