"""Which entries of two months are read for one issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from newsletter.desk.reach import Reach, reach, references
from newsletter.links import identity
from newsletter.model.news import Glimpse
from newsletter.model.week import Window
from tests.desk.builders import NOON, make_take, make_wishes

WINDOW = Window(NOON - timedelta(days=7), NOON, NOON - timedelta(days=7), NOON)


def _glimpse(title: str, *, days: float, link: str = "", discussion: str = "", former: tuple[str, ...] = ()) -> Glimpse:
    seen: datetime = NOON - timedelta(days=days)
    return Glimpse(
        feed="ars",
        id=title,
        title=title,
        former_titles=former,
        identity=identity(link) or "" if link else "",
        discussion=discussion,
        published=seen,
        first_seen=seen,
        previous_fetch=seen - timedelta(hours=3),
    )


def _reach(glimpses: Sequence[Glimpse], *named: str, resolved: Mapping[str, str] | None = None) -> Reach:
    return reach(glimpses, WINDOW, late_grace=timedelta(days=3), named=named, resolved=resolved or {})


def _needed(glimpses: Sequence[Glimpse], *named: str, resolved: Mapping[str, str] | None = None) -> set[str]:
    return {id_ for _, id_ in _reach(glimpses, *named, resolved=resolved).needed}


def test_entries_of_the_window_are_read_and_older_ones_passed_over() -> None:
    found = _reach([_glimpse("Of this week", days=2), _glimpse("Of last month", days=30)])

    assert found.proposed == found.needed == {("ars", "Of this week")}
    assert found.since == WINDOW.start - timedelta(days=3)


def test_an_older_entry_on_the_page_of_one_of_this_week_is_read() -> None:
    page = "https://ars.example/robots"
    old = _glimpse("Robots", days=30, link=page)

    assert _needed([_glimpse("Robots, again", days=1, link=f"{page}?utm_source=x"), old]) == {"Robots, again", "Robots"}


def test_an_older_entry_is_read_where_a_take_names_its_address_or_its_discussion() -> None:
    paged = _glimpse("Robots", days=30, link="https://ars.example/robots")
    discussed = _glimpse("Chips", days=30, discussion="https://news.ycombinator.com/item?id=1")

    named = ("see http://www.ars.example/robots/", "https://news.ycombinator.com/item?id=1")
    assert _needed([paged, discussed, _glimpse("Laws", days=30)], *named) == {"Robots", "Chips"}


def test_an_older_entry_is_read_where_enough_of_what_was_typed_stands_in_one_of_its_headlines() -> None:
    old = _glimpse("The Kestrel robot folds laundry", days=30)
    renamed = _glimpse("A machine that folds", days=30, former=("A robot named Kestrel",))

    others = [_glimpse(f"Foundry number {n} delays its line", days=30) for n in range(20)]
    assert _needed([old, *others], "kestrell rebot folding laundri") == {old.title}
    assert _needed([old, renamed, *others], "#kestrel-robot-folds") == {old.title, renamed.title}


def test_one_word_that_is_all_that_was_typed_is_enough() -> None:
    assert _needed([_glimpse("Daybreak is here", days=30), _glimpse("Nightfall", days=30)], "Daybreak") == {
        "Daybreak is here"
    }


def test_an_older_entry_under_a_short_link_is_read_where_its_page_is_named() -> None:
    old = _glimpse("Robots", days=30, link="https://t.co/Ab12Cd")
    resolved = {"https://t.co/Ab12Cd": "https://ars.example/robots"}

    assert _needed([old], "https://ars.example/robots", resolved=resolved) == {"Robots"}


def test_words_that_every_headline_has_do_not_make_an_older_one_needed() -> None:
    crowd = [_glimpse(f"OpenAI AI news number {n}", days=30) for n in range(60)]
    meant = _glimpse("OpenAI AI pact with Malta signed", days=30)

    assert _needed([*crowd, meant], "OpenAI AI pact gives Malta a year for free") == {meant.title}


def test_a_proposed_entry_is_read_however_old_it_is_dated() -> None:
    late = Glimpse(
        feed="ars",
        id="late",
        title="Late",
        former_titles=(),
        identity="",
        discussion="",
        published=NOON - timedelta(days=50),
        first_seen=NOON - timedelta(days=1),
        previous_fetch=NOON - timedelta(days=51),
    )

    found = _reach([late])

    assert found.proposed == found.needed == {("ars", "late")}


def test_everything_that_may_name_a_story_is_a_reference() -> None:
    wishes = make_wishes(
        pin=("#a",), merge=(("#b", "C d"),), split=("https://e.example/f",), retitle={"#g": "New words"}
    )

    found = references([make_take("Zoom twin", link="https://h.example/i", headline="Own words")], wishes)

    assert found == ("Zoom twin", "https://h.example/i", "Own words", "#a", "https://e.example/f", "#g", "#b", "C d")
