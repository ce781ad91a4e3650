"""Texts without markup: the short way to their HTML leads where the long one does."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.press.prose import shortcut as plain_prose
from newsletter.press.prose.markdown import to_html

_WORDS = st.sampled_from(
    """word and So it's "quoted" “q” (x) x: a/b e.g. 50% ! ? – — … é 日本語 العربية 😀 A. 'tis
    - * # 1. _a_ `b` <i> & [c] http: www.a.example a@b.example | ~~ = \\ \u3000 \u200d""".split(" ")
)
_BETWEEN = st.sampled_from([" "] * 8 + ["\n", "\n\n", "\n\n\n", "  ", ""])


@given(st.lists(st.tuples(_WORDS, _BETWEEN), max_size=8).map(lambda parts: "".join(a + b for a, b in parts)))
@settings(max_examples=150)
@example("One paragraph\nof two lines.\n\nAnd “another” one, isn't it?")
@example("trailing \n\nblank")
def test_the_short_way_gives_what_the_long_one_gives_or_nothing(text: str) -> None:
    short = plain_prose.paragraphs(text)

    if short is not None:
        # A reference that nothing uses sends the text the long way, and leaves no trace.
        assert short == to_html(f"{text}\n\n[unused]: https://a.example/")


@pytest.mark.parametrize("text", ["Plain words.", "Two lines,\none paragraph.", "“Quoted”: 50% of it (at least)…"])
def test_plain_words_take_the_short_way(text: str) -> None:
    assert plain_prose.paragraphs(text) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*a*",
        "a_b_c",
        "- a",
        "1. a",
        "# a",
        "a\n===",
        "a & b",
        "<b>",
        "www.a.example",
        "see http://a.example",
        "    a",
    ],
)
def test_what_may_be_markup_takes_the_long_way(text: str) -> None:
    assert plain_prose.paragraphs(text) is None
