"""Which known words a misspelt one may have been."""

from __future__ import annotations

import pytest

from newsletter.desk.takes.spelling import Spellings, is_slip

KNOWN = Spellings(("years", "almost", "princeton", "graduation", "gradually", "kea"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("yeras", "years"), ("alomst", "almost"), ("princton", "princeton"), ("graduattion", "graduation")],
)
def test_a_misspelt_word_is_near_the_one_that_was_meant(typed: str, meant: str) -> None:
    assert KNOWN.near(typed, 0.8) == (meant,)


def test_a_word_is_not_near_itself_nor_near_another_word() -> None:
    assert KNOWN.near("years", 0.8) == ()
    assert KNOWN.near("foundry", 0.8) == ()
    assert KNOWN.near("", 0.8) == ()


def test_the_best_comes_first_and_the_order_of_the_words_makes_no_difference() -> None:
    words = ("gradual", "gradually", "graduals")

    assert Spellings(words).near("graduall", 0.8) == Spellings(words[::-1]).near("graduall", 0.8)
    assert Spellings(words).near("graduall", 0.8)[0] == "gradually"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("kestral", "kestrel"), ("yeras", "years"), ("princton", "princeton"), ("bok", "book"), ("ap", "app"),
     ("bycicles", "bicycles"), ("centre", "center"), ("naer", "near"), ("ehlp", "help")],
)  # fmt: skip
def test_one_letter_or_the_order_of_letters_is_a_slip(typed: str, meant: str) -> None:
    assert is_slip(typed, meant)
    assert is_slip(meant, typed)


@pytest.mark.parametrize(
    ("typed", "other"),
    [("iran", "iraq"), ("niger", "nigeria"), ("hire", "fire"), ("v15", "v16"), ("ai", "air"), ("rise", "fall"),
     ("kea", "kea"), ("", "a")],
)  # fmt: skip
def test_another_word_is_no_slip(typed: str, other: str) -> None:
    assert not is_slip(typed, other)
    assert not is_slip(other, typed)
