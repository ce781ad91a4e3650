"""Two headlines that say the same of two things are told from two that say one thing in other words."""

from __future__ import annotations

import pytest

from newsletter.desk.stories.forms import names, one_form
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
    "a name with a small letter first": ("Moa unveils oPhone 17 in Oslo", "Moa unveils oPhone 16 in Oslo"),
    "a name that is a letter and a number": ("Orbita releases o3 to developers", "Orbita releases o4 to developers"),
    "a size": ("Orbita starts 2nm production", "Orbita starts 3nm production"),
    "another count": ("Orbita to cut 6,000 jobs in Oslo", "Orbita cuts 9,000 jobs in Oslo"),
    "another round sum": ("Moa reaches 600 million weekly users", "Moa reaches 700M weekly users"),
    "ten times the sum": ("Fennel raises $1.5bn in new funding", "Fennel raises $15bn in new funding"),
    "a variant before its number": ("Orbita Releases Moa Opus 4", "Orbita Releases Moa Sonnet 4"),
    "a sign": ("A Survey of C++ Developers and Tools", "A Survey of C# Developers and Tools"),
    "a letter": ("Fennel Closes Series B for Ships", "Fennel Closes Series C for Ships"),
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
    "a count that grew, all with capitals": ("Fire Leaves 17 Dead in Oslo", "Fire Leaves 25 Dead in Oslo"),
    "a large count that grew": ("Flood kills 1,700 in Orbita", "Flood kills 2,100 in Orbita"),
    "a rounded sum": ("Fennel raises $1.2B from Halcyon", "Fennel raises $1.25B from Halcyon"),
    "a sum written out": ("Fennel raises $1.2B from Halcyon", "Fennel raises 1.2 billion from Halcyon"),
    "another currency": ("Oslo fines Orbita €1.8bn over ads", "Oslo fines Orbita $2.2bn over ads"),
    "another year": ("Orbita Delays Moa: Not Before 2027", "Orbita Delays Moa: Not Before 2028"),
    "another day": ("Orbita sets the launch for 5 May", "Orbita sets the launch for 9 May"),
    "another hour": ("Orbita launch begins at 5 pm", "Orbita launch begins at 9 p.m."),
    "a count in other words": ("Orbita cuts 4,000 jobs in Oslo", "Orbita drops 3,000 jobs in its Oslo offices"),
    "a sum among others": ("Fennel to raise funds at a $950B value", "Fennel to raise $30bn at a $900bn value"),
    "a name in one word": ("Moa5 weights are out for all", "Moa 5 weights are out for all"),
    "a share in words": ("Shares Rise 5 Percent at Orbita", "Shares Rise 9 Percent at Orbita"),
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


def test_a_sum_is_no_name() -> None:
    assert names("Today Orbita raised $1.2B in Denver") == {"orbita", "denver"}


def test_headlines_of_any_length_are_compared_at_once() -> None:
    long = "A1" * 50_000

    assert not _one_form(f"{long} flies home", f"{long} stays home " + "and away " * 1_000)
