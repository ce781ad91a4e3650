"""Footnotes: numbers in the text, notes below it, no word lost, the same in every form of the issue."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.press.prose.footnotes import with_notes
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.plain import to_text
from newsletter.press.prose.safe_markdown import harmless


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("A claim[^1].\n\n[^1]: The proof.", "A claim¹.\n\n¹ The proof.\n"),
        ("A[^b] and B[^a].\n\n[^a]: One.\n[^b]: Two.", "A¹ and B².\n\n¹ Two.\n\n² One.\n"),
        ("A[^a][^b]\n\n[^a]: One.\n[^b]: Two.", "A¹\u00a0²\n\n¹ One.\n\n² Two.\n"),
        ("A[^1]\n\n[^1]: One\ntwo\n\n    three\n\nAfter.", "A¹\n\nAfter.\n\n¹ One\ntwo\n\nthree\n"),
        ("A[^1]\n\n[^1]:\n    - x\n    - y", "A¹\n\n¹\n\n- x\n- y\n"),
        ("Nothing asks.\n\n[^1]: Still here.", "Nothing asks.\n\n¹ Still here.\n"),
        ("A[^1] and `[^1]`.\n\n[^1]: One.", "A¹ and `[^1]`.\n\n¹ One.\n"),
        ("A[^N]\n\n[^n]: One.", "A¹\n\n¹ One.\n"),
        ("A[^missing].", "A[^missing]."),
        ("Escaped \\[^1].\n\n[^1]: One.", "Escaped \\[^1].\n\n¹ One.\n"),
        ("```\n[^1]: code\n```", "```\n[^1]: code\n```"),
    ],
    ids="plain order side-by-side long list unasked code case missing escaped fence".split(),
)
def test_notes_are_numbered_by_their_mention_and_stand_below(typed: str, printed: str) -> None:
    assert with_notes(typed) == printed


def test_every_form_of_the_issue_shows_the_same_note() -> None:
    typed = "A claim[^1].\n\n[^1]: The *proof* is [here](https://example.com/proof)."

    assert to_html(typed).endswith('<p>¹ The <em>proof</em> is <a href="https://example.com/proof">here</a>.</p>')
    assert "¹ The _proof_ is here [1]." in to_text(typed)
    assert harmless(typed).endswith("¹ The *proof* is [here](https://example.com/proof).")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["ant[^1] ", "[^2]: bee", "[^1]: cat", "    dog", "", "eel", "- fox[^2]", "`gnu`"]), max_size=9
    )
)
def test_no_word_is_lost_and_once_is_enough(lines: list[str]) -> None:
    typed = "\n".join(lines)

    once = with_notes(typed)

    assert sorted(re.findall("[a-z]+", once)) == sorted(re.findall("[a-z]+", typed))
    assert with_notes(once) == once
