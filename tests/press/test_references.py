"""A take on a story of an earlier issue, and an explainer that is one of several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model.issue import Reference
from newsletter.model.week import Week
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_explainer, make_issue, make_take

EARLIER = Reference(
    week=Week(2024, 22), title="Week #22 2024 - Many Shots", link="https://pulse.example/issues/2024-W22/"
)


@pytest.mark.parametrize("form", ["markdown", "email_html", "email_text", "page"])
def test_a_take_on_a_story_of_an_earlier_issue_says_which_issue(form: str) -> None:
    issue = make_issue(apart=(replace(make_take(), about=EARLIER),))

    made = getattr(render(issue, templates=FileTemplates()), form)

    assert "On a story of" in made
    assert EARLIER.link in made


def test_in_the_text_part_the_earlier_issue_s_address_stands_apart_from_the_take() -> None:
    issue = make_issue(apart=(replace(make_take("Yoga"), about=EARLIER),))

    made = render(issue, templates=FileTemplates()).email_text

    assert f"\n{EARLIER.link}\n\n  Yoga: " in made


def test_in_the_text_part_an_earlier_issue_without_a_usable_address_leaves_no_trace_of_one() -> None:
    for link in ("", "javascript:alert(1)"):
        issue = make_issue(apart=(replace(make_take("Yoga"), about=replace(EARLIER, link=link)),))

        made = render(issue, templates=FileTemplates()).email_text

        assert f"On a story of {EARLIER.title}:\n\n  Yoga: " in made


@pytest.mark.parametrize("form", ["markdown", "email_html", "email_text", "page"])
def test_an_explainer_of_a_series_says_which_part_it_is(form: str) -> None:
    issue = make_issue(explainer=make_explainer(series="Models at home", part="2"))

    made = getattr(render(issue, templates=FileTemplates()), form)

    assert "Models at home, part 2" in made


def test_the_markdown_issue_carries_the_explainers_tags_for_site_generators() -> None:
    issue = make_issue(explainer=make_explainer(tags=("LLMs", "open weights: terms")))

    made = render(issue, templates=FileTemplates()).markdown

    assert 'tags: ["LLMs", "open weights: terms"]' in made.split("---")[1]
