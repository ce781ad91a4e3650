"""Links as readers would get them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.links import Link
from newsletter.model.news import News
from tests.desk.builders import make_explainer, make_ranked, make_story, make_take
from tests.desk.proof.builders import HEADLINE, TAKE_PATH, desk_with, on_body, on_take, remarks_on

#: Every code that a link may get.
CODES = (
    "tracked-link",
    "shortener",
    "relative-link",
    "data-uri",
    "click-here",
    "empty-link",
    "address",
    "duplicate-link",
)


def codes_on(text: str) -> list[str]:
    return [code for code in CODES for _ in on_take(text, code)]


def test_tracking_parameters_are_named_with_the_clean_address() -> None:
    (found,) = on_take("Yes.\n\nSee [the paper](https://a.example/p?id=7&utm_source=mail&fbclid=x).", "tracked-link")

    assert str(found) == (
        f"{TAKE_PATH}:3: warning [tracked-link] https://a.example/p?id=7&utm_source=mail&fbclid=x tells the page where "
        "its reader came from (utm_source, fbclid).\n"
        "    Without that:  https://a.example/p?id=7"
    )


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://letters.us1.list-manage.com/track/click?u=1&id=2&e=3", "tracked-link"),
        ("https://links.news.example/ls/click?upn=AbC", "tracked-link"),
        ("https://www.google.com/url?q=https%3A%2F%2Fnews.example%2Fa&sa=D", "tracked-link"),
        ("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnews.example%2Fa&data=05", "tracked-link"),
        ("https://bit.ly/3AbC", "shortener"),
        ("https://t.co/Ab12", "shortener"),
    ],
)
def test_addresses_that_only_lead_on_are_named(link: str, code: str) -> None:
    assert codes_on(f"See [the paper]({link}).") == [code]
    assert codes_on(f"See {link}.") == [code]


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/p?id=7#part-2",
        "http://a.example/",
        "mailto:pulse@example.com",
        "https://youtu.be/aB3_dE-9fGh",
        "https://web.archive.org/web/20240601000000/https://news.example/a",
        "https://archive.ph/2024.06.01-101010/https://news.example/a",
        "https://en.wikipedia.org/wiki/Mercury_(planet)",
        "https://ä.example/ö",
    ],
)
def test_a_pages_own_address_is_left_alone(link: str) -> None:
    assert codes_on(f"See [the paper]({link}).") == []
    assert codes_on(f"See <{link}> or not.") == []


def test_where_a_short_link_leads_is_told_if_the_wire_knows() -> None:
    desk = desk_with(make_take(HEADLINE, "See [the paper](https://bit.ly/3AbC)."))
    resolved = {"https://bit.ly/3AbC": "https://a.example/p?utm_source=x"}
    desk = replace(desk, news=replace(desk.news, resolved=resolved))

    (found,) = remarks_on(desk, "shortener")

    assert found.mend == ("It leads to  https://a.example/p",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("See [the guide](../guide.html).", "relative-link"),
        ("See [below](#conclusion).", "relative-link"),
        ("See [the guide](www.a.example/guide).", "relative-link"),
        ("See [the guide](data:text/html,hello).", "data-uri"),
        ("See [the guide](javascript:alert(1)).", "address"),
        ("See [the guide](https://).", "address"),
        ("See [the guide](https://a.example/my guide.html).", "address"),
        ("See [the guide](https://user@a.example/).", "address"),
        ("See [the guide]().", "empty-link"),
        ("See [](https://a.example/guide).", "empty-link"),
        ("Read it [here](https://a.example/guide).", "click-here"),
        ("[Click here](https://a.example/guide) for more.", "click-here"),
        ("It is long, [read more](https://a.example/guide).", "click-here"),
        ('Read it <a href="https://a.example/guide">here</a>.', "click-here"),
    ],
)
def test_links_that_fail_the_reader_are_named(text: str, code: str) -> None:
    assert codes_on(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "The value of `[x]()` is 1.",
        "```\n[here](https://a.example/)\n```",
        "It is \\[not](one).",
        "Here is [what it says here](https://a.example/guide).",
        "[1]: The note that is no address.",
        "A footnote.[^1]\n\n[^1]: Its text.",
        "example.com/path is only mentioned.",
    ],
)
def test_what_is_no_link_or_a_good_one_is_left_alone(text: str) -> None:
    assert codes_on(text) == []


def test_a_base_address_makes_relative_links_whole() -> None:
    assert on_body("See [the guide](../guide.html).", "relative-link", base_url="https://a.example/x/") == ()
    assert len(on_body("See [the guide](../guide.html).", "relative-link")) == 1


def test_one_page_twice_in_a_paragraph_is_told() -> None:
    twice = "See [the paper](https://a.example/p) and [the code](https://www.a.example/p/)."

    (found,) = on_body(f"One.\n\n{twice}", "duplicate-link")

    assert (found.level, found.line) == ("notice", 7)
    assert found.what == '"the paper" and "the code" lead to one page: https://www.a.example/p/.'


@pytest.mark.parametrize(
    "body",
    [
        "See [the paper](https://a.example/p).\n\nAgain [the paper](https://a.example/p).",
        "- [the paper](https://a.example/p)\n- [it again](https://a.example/p)",
        "See [one part](https://a.example/p#one) and [another](https://a.example/p#two).",
    ],
)
def test_one_page_in_two_paragraphs_or_at_two_places_is_left_alone(body: str) -> None:
    assert on_body(body, "duplicate-link") == ()


def test_the_sources_of_an_explainer_are_read_as_well() -> None:
    explainer = make_explainer(
        sources=("https://a.example/p?utm_source=x", "https://b.example/q", "http://www.b.example/q/", "A book, 1987")
    )
    desk = desk_with(explainer=explainer)

    assert len(remarks_on(desk, "tracked-link")) == 1
    assert len(remarks_on(desk, "duplicate-link")) == 1


def test_a_story_that_leads_through_a_counted_click_is_named_at_its_take() -> None:
    take = make_take("https://bit.ly/3AbC", headline="A quiet paper on loud tests", ref_line=2)

    (found,) = remarks_on(desk_with(take), "shortener")

    assert (found.path, found.line) == (TAKE_PATH, 2)
    assert found.what.startswith('"A quiet paper on loud tests": https://bit.ly/3AbC is a short link')


def test_a_story_of_a_feed_that_leads_through_one_is_named_for_the_week() -> None:
    link = Link("https://feeds.feedburner.com/~r/letters/~4/AbC")
    desk = desk_with(stories=[make_story(link=link)])

    (found,) = remarks_on(replace(desk, news=News(ranked=make_ranked(make_story(link=link)))), "tracked-link")

    assert found.path == "issues/2024-W23"
