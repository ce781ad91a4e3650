"""Headlines are read as weighted words: one thing, one spelling."""

from __future__ import annotations

import math

import pytest
import snowballstemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.vectors import centroid, clean_title, cosine, count_titles, rarity, tokens, vector
from newsletter.text import stem

CLEANED = {
    "a site behind a bar": ("Zoom sends a twin | The Lab", "Zoom sends a twin"),
    "an aggregator's credit": ("Zoom sends a twin (Jo Doe/Ars)", "Zoom sends a twin"),
    "a year": ("Why bread rises (2014)", "Why bread rises"),
    "a forum's prefix": ("Show HN: A bread oven", "A bread oven"),
    "a kind of file": ("Why bread rises [pdf]", "Why bread rises"),
    "nothing else": ("Show HN:", "Show HN:"),
    "a bracket that belongs": ("Zoom (the firm) grows", "Zoom (the firm) grows"),
}


@pytest.mark.parametrize(("title", "cleaned"), CLEANED.values(), ids=CLEANED.keys())
def test_what_a_site_added_is_taken_off_a_title(title: str, cleaned: str) -> None:
    assert clean_title(title) == cleaned


SPELT = {
    "initials": ("A.I. landlords", "AI landlords"),
    "initials spelt out": ("Artificial intelligence landlords", "AI landlords"),
    "sums": ("raises $30bn", "raises 30 billion"),
    "sums in letters": ("raises $30B", "raises $30 bn"),
    "thousands": ("cuts 4,000 jobs", "cuts 4000 jobs"),
    "thousands in a letter": ("cuts 4k jobs", "cuts 4,000 jobs"),
    "quotes": ("Zoom\u2019s \u201ctwin\u201d", 'Zooms "twin"'),
    "versions": ("Marrow3.8-27B", "Marrow 3.8 27B"),
    "forms of a word": ("hackers hijacked accounts", "hacker hijacks account"),
}


@pytest.mark.parametrize(("one", "other"), SPELT.values(), ids=SPELT.keys())
def test_two_spellings_are_the_same_stems(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != ()


APART = {
    "versions": ("Marrow 5.1", "Marrow 5.2"),
    "a version and its parts": ("Marrow 5.5", "Marrow 5"),
    "sums": ("$3B", "$30B"),
    "units": ("$3M", "$3B"),
    "languages": ("C#", "C++"),
    "a language and its elder": ("C++", "C"),
    "a name that begins with a point": (".NET", "net"),
}


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART.keys())
def test_other_numbers_are_other_stems(one: str, other: str) -> None:
    assert set(tokens(one)) != set(tokens(other))


def test_texts_without_words_have_no_stems_and_an_empty_vector() -> None:
    terms = count_titles(["🎉", ""])

    assert tokens("🎉") == ()
    assert vector((), terms) == {}
    assert centroid([{}, {}]) == {}
    assert cosine({}, {"zoom": 1.0}) == 0


def test_rarer_stems_weigh_more_and_none_weighs_nothing() -> None:
    terms = count_titles(["Zoom grows", "Zoom zooms", "Zoom rests"])

    assert terms.counts["zoom"] == 3
    assert rarity("unheard", terms) > rarity("grow", terms) > rarity("zoom", terms) > 0


def test_vectors_are_of_length_one_and_alike_to_themselves() -> None:
    terms = count_titles(["Zoom grows", "Bread rises"])
    one = vector(tokens("Zoom grows and zooms"), terms)

    assert math.isclose(cosine(one, one), 1)
    assert math.isclose(cosine(one, centroid([one, one])), 1)
    assert cosine(one, vector(tokens("Bread rises"), terms)) == 0


_ENDS = ("", "s", "ly", "ist", "ish", "nt", "al", "el", "ll", "ic", "or", "an", "on", "ion", "ism", "um", "li", "bl")


@settings(max_examples=300, deadline=None)
@given(st.text("aeioulsyrtncdgmbpkf", min_size=1, max_size=8), st.sampled_from(_ENDS))
def test_words_that_the_stemmer_is_not_asked_about_are_those_it_leaves_alone(start: str, end: str) -> None:
    assert stem(start + end) == snowballstemmer.stemmer("english").stemWord(start + end)
