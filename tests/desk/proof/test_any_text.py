"""Whatever people type, proofreading comes to an end and says something that can be shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.proof.proofread import proofread
from newsletter.model.settings import Checking
from tests.desk.builders import make_explainer, make_take
from tests.desk.proof.builders import HEADLINE, desk_with, on_take, proof_of

PIECES = st.sampled_from(
    [
        *("[", "](", ")", "![", "`", "```\n", "<", ">", "<img src=", "|", "\n", "\n\n", "- ", "TK", "TODO:", "??", "©"),
        *("2023", "https://", "www.", "a.example", "?utm_source=x", "the article", "the", "\u200b", "ö", "@", "#", "%"),
        *("(", "week #2"),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map("".join)


@settings(max_examples=25, deadline=None)
@given(text=TEXTS, words=TEXTS)
def test_any_text_in_any_place_can_be_proofread(text: str, words: str) -> None:
    explainer = make_explainer(text, subtitle=words, tldr=text, body=words, sources=(text, words))
    wishes = {"subject": text, "preheader": words, "intro": text, "retitle": {HEADLINE: words}}
    checking = Checking(avoid=(words,), spelling=(text,))
    desk = desk_with(make_take(HEADLINE, text), explainer=explainer, wishes=wishes, checking=checking)

    found = proofread(proof_of(desk, html=text + words))

    assert all(remark.what.strip() and remark.line >= 0 for remark in found)
    assert found == proofread(proof_of(desk, html=text + words))


def test_a_take_without_a_word_that_carries_meaning_is_no_summary() -> None:
    assert on_take("it is what it is and that was that " * 5, "summary") == ()
