"""The cuts of an issue that a reader may choose: what stands in each, and what in all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.errors import NotReady
from newsletter.model.audience import Variant
from newsletter.model.issue import Issue, Renditions
from newsletter.model.marks import LETTER_MARKS
from newsletter.press.filling.specimen import specimens
from newsletter.press.render import render
from newsletter.press.variants import VARIANTS, in_variant
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take

FULL, ARABIC, BARE = specimens()
#: Words that stand in the explainer alone, and in the news alone.
OF_EXPLAINER, OF_NEWS = ("Numbers you may", "Start small", "What fits on a laptop"), ("Deepfakes attend", "Coastwire")


def made(issue: Issue, variant: Variant) -> Renditions:
    return render(issue, templates=FileTemplates(), variant=variant)


def letters(renditions: Renditions) -> tuple[str, str, str]:
    return renditions.markdown, renditions.email_html, renditions.email_text


@pytest.mark.parametrize("issue", [FULL, ARABIC], ids=["english", "arabic"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_bears_title_previous_issue_corrections_and_the_way_out(issue: Issue, variant: Variant) -> None:
    found = made(issue, variant)

    assert found.variant == variant
    for part in letters(found):
        assert issue.title in part
        assert "Week #22 2024 - Vectors" in part
        assert "Tuesday" in part
        assert "A short week" in part
    for part in (found.email_html, found.email_text):
        assert all(part.count(mark) >= 1 for mark in LETTER_MARKS)
        assert "1 Harbour Lane" in part


def test_the_news_alone_hold_no_word_of_the_explainer() -> None:
    found = made(FULL, "news")

    for part in letters(found):
        assert not [words for words in (*OF_EXPLAINER, "TL;DR") if words in part]
        assert all(words in part for words in OF_NEWS)


def test_the_explainer_alone_holds_no_word_of_the_news() -> None:
    found = made(FULL, "explainer")

    for part in letters(found):
        assert not [
            words for words in (*OF_NEWS, "Tech News", "Also in the news", "Also from the team") if words in part
        ]
        assert all(words in part for words in OF_EXPLAINER)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_page_is_that_of_the_whole_issue_in_every_variant(variant: Variant) -> None:
    assert made(FULL, variant).page == made(FULL, "full").page


def test_the_whole_issue_is_the_issue_itself() -> None:
    assert in_variant(FULL, "full") is FULL
    assert in_variant(BARE, "full") is BARE


def test_a_variant_that_nothing_is_left_in_is_none_and_cannot_be_rendered() -> None:
    without_news = make_issue(stories=())

    assert in_variant(without_news, "news") is None
    assert in_variant(BARE, "explainer") is None
    with pytest.raises(NotReady, match="2024-W22"):
        made(BARE, "explainer")


@pytest.mark.parametrize("kept", [{"apart": (make_take(),)}, {"headlines": (make_story(takes=()),)}])
def test_takes_apart_and_headlines_are_news_enough(kept: dict[str, object]) -> None:
    assert in_variant(make_issue(stories=(), **kept), "news") is not None


def test_a_preheader_made_of_the_explainer_gives_way_to_headlines_where_that_is_left_out() -> None:
    issue = make_issue(preheader="Numbers you may download.")

    news, explainer = in_variant(issue, "news"), in_variant(issue, "explainer")

    assert news is not None
    assert explainer is not None
    assert news.preheader == "Deepfakes attend meetings"
    assert explainer.preheader == issue.preheader


def test_a_preheader_made_of_headlines_gives_way_to_the_subtitle_of_the_explainer() -> None:
    topic = make_explainer(tldr="", subtitle="What fits on a laptop")
    issue = make_issue(explainer=topic, preheader="Deepfakes attend meetings")

    cuts = [
        in_variant(issue, "explainer"),
        in_variant(replace(issue, explainer=replace(topic, subtitle="")), "explainer"),
    ]

    assert [cut.preheader if cut else None for cut in cuts] == ["What fits on a laptop", ""]


def test_a_preheader_that_the_editor_wrote_stands_in_every_variant() -> None:
    issue = make_issue(preheader="Ten years of this letter")

    cuts = [in_variant(issue, variant) for variant in VARIANTS]

    assert {cut.preheader for cut in cuts if cut} == {"Ten years of this letter"}


def test_a_term_is_linked_where_it_is_first_mentioned_in_that_variant() -> None:
    story = make_story(takes=(make_take(text="My model says no."),))
    issue = make_issue(
        explainer=make_explainer("## Introduction\n\nA model is numbers."), stories=(story,), terms=FULL.terms
    )

    assert "issues/2024-W20" in made(issue, "news").email_text
    assert "issues/2024-W20" in made(issue, "explainer").email_text
    assert made(issue, "full").markdown.count("issues/2024-W20") == 1


@pytest.mark.parametrize("variant", VARIANTS)
def test_equal_issues_give_equal_bytes_in_every_variant(variant: Variant) -> None:
    assert made(FULL, variant) == made(replace(FULL), variant)
