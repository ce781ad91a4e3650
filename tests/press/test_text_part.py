"""The text part holds what the HTML part holds: every link, headline and take, in 72 columns."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model.issue import Credit, Issue, Sibling
from newsletter.press.prose.columns import columns
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take

_WORDS = st.lists(
    st.sampled_from(
        ["model", "weights", "日本語の見出し", "العربية", "naïve", "🦙", "“quoted”", "it’s", "C++", "a&b", "x<y"]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
_LINKS = st.integers(0, 999).map(lambda n: f"https://news.example.com/{n}?a=1&b=_{n}_")


@st.composite
def _issues(draw: st.DrawFn) -> Issue:
    stories = tuple(
        make_story(
            draw(_WORDS),
            id=f"s{n}",
            link=draw(_LINKS),
            summary=draw(_WORDS),
            takes=tuple(make_take(f"Member {k}", draw(_WORDS)) for k in range(draw(st.integers(0, 2)))),
            also_covered=(Credit(source="Coastwire", link=draw(_LINKS)),),
            thread=(Sibling(id="t", headline=draw(_WORDS), link=draw(_LINKS)),),
        )
        for n in range(draw(st.integers(0, 3)))
    )
    body = f"## Introduction\n\nSee [{draw(st.sampled_from(['this', 'that']))}]({draw(_LINKS)}).\n\n- {draw(_WORDS)}"
    apart = (make_take("Sari", f"Read [the paper]({draw(_LINKS)})."),)
    return make_issue(stories=stories, explainer=make_explainer(body), apart=apart)


@settings(max_examples=25, deadline=None)
@given(_issues())
def test_every_link_headline_and_take_of_the_mail_stands_in_its_text(issue: Issue) -> None:
    made = render(issue, templates=FileTemplates())

    text = made.email_text
    for address in re.findall(r'href="([^"]+)"', made.email_html):
        assert unescape(address) in text
    flat = _flat(text)
    for story in issue.stories:
        assert _flat(story.headline) in flat
        for take in story.takes:
            assert _flat(f"{take.author}:") in flat
            assert _flat(take.text) in flat


@settings(max_examples=25, deadline=None)
@given(_issues())
def test_no_line_takes_more_than_72_columns_but_an_address(issue: Issue) -> None:
    text = render(issue, templates=FileTemplates()).email_text

    assert [line for line in text.split("\n") if columns(line) > 72 and "://" not in line] == []


@pytest.mark.parametrize("address", ["https://example.com/" + "x" * 90, "https://example.com/日本語"])
def test_an_address_stands_whole_on_a_line_so_that_it_can_be_opened(address: str) -> None:
    text = render(make_issue(stories=(make_story(link=address),)), templates=FileTemplates()).email_text

    assert address in text.split("\n")


def _flat(words: str) -> str:
    """Letters and signs alone: where lines break says nothing."""
    return "".join(words.split())
