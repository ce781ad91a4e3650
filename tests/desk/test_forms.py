"""Two headlines that say the same of two things are told from two that say one thing in other words."""

from __future__ import annotations

import pytest

from newsletter.desk.forms import names, one_form
from newsletter.desk.vectors import clean_title, tokens


def _one_form(one: str, other: str) -> bool:
    first, second = (tuple(dict.fromkeys(tokens(clean_title(title)))) for title in (one, other))
    return one_form(one, first, other, second)


FORMS = {
    "another subject": ("Orbita prepares IPO", "Halcyon prepares IPO"),
    "another subject, another sum": ("Orbita to cut 4,000 jobs in AI push", "Fennel to cut 600 jobs in AI push"),
    "another object": ("Orbita launches robotaxis in Denver", "Orbita launches robotaxis in Nashville"),
    "another version": ("Moa 5.1 released with longer context", "Moa 5.2 released with longer context"),
    "another number": ("How we built our engine, part 1", "How we built our engine, part 2"),
    "a variant": ("Moa 6 released to all customers", "Moa 6 mini released to all customers"),
    "two variants": ("Moa 6 Flash tops the leaderboard", "Moa 6 Pro tops the leaderboard"),
    "the contrary": ("Orbita raises prices for agents", "Orbita cuts prices for agents"),
    "a beginning and an end": ("Orbita launches the Moa app in Europe", "Orbita suspends the Moa app in Europe"),
    "signs without capitals": ("阿里巴巴发布新模型，性能大幅提升", "字节跳动发布新模型，性能大幅提升"),
    "Cyrillic": ("Сбер представил новую языковую модель", "Орбита представила новую языковую модель"),
}


@pytest.mark.parametrize(("one", "other"), FORMS.values(), ids=FORMS.keys())
def test_the_same_said_of_two_things_is_one_form(one: str, other: str) -> None:
    assert _one_form(one, other)
    assert _one_form(other, one)


TOLD_TWICE = {
    "equal": ("Orbita prepares IPO", "Orbita Prepares I.P.O."),
    "another verb": ("Orbita launches robotaxis in Denver", "Orbita starts robotaxis in Denver"),
    "more detail": ("Orbita prepares IPO", "Orbita is preparing for an IPO in autumn, sources say"),
    "turned round": ("Orbita picks Halcyon for its cockpit", "Halcyon to build cockpit for Orbita"),
    "a name cut short": ("Postgres 19 Beta 1 released", "PostgreSQL 19 Beta 1 Released!"),
    "a count that grew": ("Quake in Orbita hurts 12 people", "Quake in Orbita hurts 14 people"),
    "a share": ("Orbita shares rise 5% in Oslo", "Orbita shares rise 6% in Oslo"),
    "too little shared": ("Orbita signs a pact with Fennel for ships", "Halcyon signs a treaty on drones with Quarry"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("one", "other"), TOLD_TWICE.values(), ids=TOLD_TWICE.keys())
def test_one_thing_in_other_words_is_not_one_form(one: str, other: str) -> None:
    assert not _one_form(one, other)
    assert not _one_form(other, one)


def test_a_headline_with_capitals_throughout_names_nothing() -> None:
    assert names("Orbita Launches Robotaxis in Denver") == frozenset()
    assert names("Today Orbita launches robotaxis in Denver") == {"orbita", "denver"}


def test_headlines_of_any_length_are_compared_at_once() -> None:
    long = "A1" * 50_000

    assert not _one_form(f"{long} flies home", f"{long} stays home " + "and away " * 1_000)
