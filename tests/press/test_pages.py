"""The site's small pages."""

from __future__ import annotations

import re

import pytest

from newsletter.model.week import Week
from newsletter.press import dates
from newsletter.press.pages import index_page, missing_page, unsubscribe_page
from tests.press.build import FileTemplates, make_issue, make_wording


def test_the_index_lists_years_and_issues_newest_first() -> None:
    issues = [make_issue(week=week, title=str(week)) for week in (Week(2024, 9), Week(2025, 1), Week(2024, 23))]

    page = index_page(issues, wording=make_wording(), templates=FileTemplates())

    assert re.findall(r"<h2>(\d+)</h2>", page) == ["2025", "2024"]
    assert re.findall(r'<a href="(issues/[^"]+)"', page) == [
        "issues/2025-W01/index.html",
        "issues/2024-W23/index.html",
        "issues/2024-W09/index.html",
    ]


def test_an_index_without_issues_says_so() -> None:
    assert "No issue has been sent yet." in index_page([], wording=make_wording(), templates=FileTemplates())


def test_the_missing_page_leads_home_by_an_absolute_address() -> None:
    page = missing_page(make_wording(), templates=FileTemplates())

    assert 'href="https://pulse.example.com/"' in page


def test_the_way_out_asks_once_and_posts() -> None:
    page = unsubscribe_page(make_wording(), templates=FileTemplates(), action='/u/a"b', state="ask")

    assert '<form method="post" action="/u/a&#34;b">' in page
    assert page.count("<button") == 1


@pytest.mark.parametrize(("state", "words"), [("done", "You are unsubscribed."), ("unknown", "not one of ours")])
def test_after_the_way_out_there_is_nothing_left_to_press(state: str, words: str) -> None:
    page = unsubscribe_page(make_wording(), templates=FileTemplates(), action="/u/x", state=state)  # type: ignore[arg-type]

    assert words in page
    assert "<button" not in page


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (Week(2024, 23), "3–9 June 2024"),
        (Week(2024, 18), "29 April – 5 May 2024"),
        (Week(2025, 1), "30 December 2024 – 5 January 2025"),
    ],
    ids=["one month", "two months", "two years"],
)
def test_a_week_is_named_by_its_monday_and_sunday(week: Week, words: str) -> None:
    assert dates.span(week) == words
