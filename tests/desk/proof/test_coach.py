"""Take or summary: told to the author where the signs are strong, and never in doubt."""

from __future__ import annotations

import pytest

from tests.desk.builders import make_entry, make_story, make_take
from tests.desk.proof.builders import desk_with, remarks_on

LIBRARY = make_story(
    "City library answers questions offline on a shelf of old laptops",
    summary="The library's system searches its own catalogue, hands the passages to a small language model and prints "
    "every answer with the shelf mark of the book it comes from. Nothing leaves the building.",
)
TWIN = make_story(
    "Zoom's chief executive wants a digital twin to sit in your meetings",
    summary="In an interview this week Eric Yuan describes a future in which software that speaks and decides like you "
    "joins the call while you are elsewhere.",
)


def said(story: object, text: str, **take: str) -> list[str]:
    desk = desk_with(make_take(story.headline, text, **take), stories=[story])  # type: ignore[attr-defined]
    return [remark.what for remark in remarks_on(desk, "summary")]


@pytest.mark.parametrize(
    ("story", "text", "what"),
    [
        (
            LIBRARY,
            (
                "The post explains how a city library answers questions offline. Its system searches the "
                "catalogue, passes passages to a small language model and prints every answer with the shelf "
                "mark of the book."
            ),
            'Says "the post explains" and 86 % of its words stand in the feed\'s own summary: what do you make of it?',
        ),
        (
            LIBRARY,
            (
                "The library's system searches its own catalogue, hands the passages to a small language model "
                "and prints every answer with the shelf mark of the book it comes from. Great stuff, I think."
            ),
            "81 % of its words stand in the feed's own summary: what do you make of it?",
        ),
        (
            TWIN,
            (
                "This article discusses how artificial intelligence could attend Zoom meetings. The CEO, Eric "
                "Yuan, talks about digital twins which can make decisions and change how we work every day."
            ),
            (
                'Says "this article discusses" and 30 % of its words stand in the feed\'s own summary: '
                "what do you make of it?"
            ),
        ),
    ],
)
def test_a_summary_is_asked_what_its_author_makes_of_it(story: object, text: str, what: str) -> None:
    assert said(story, text) == [what]


@pytest.mark.parametrize(
    ("story", "text"),
    [
        (
            LIBRARY,
            (
                "This is the best system I read about all month, and there is nothing new in it: a search, a "
                "small model, and a rule that every answer carries its shelf mark. We build larger things that "
                "cannot do that."
            ),
        ),
        (
            LIBRARY,
            (
                "Every answer with the shelf mark of its book: that is a rule most companies with a thousand "
                "times the budget would not dare to print. Worth copying before the next demo."
            ),
        ),
        (
            TWIN,
            (
                "A digital twin in a meeting is a polite way to say that nobody needs to be there. Cancel the "
                "call, send the page, and give everybody an hour back for work that a twin cannot do."
            ),
        ),
        (
            TWIN,
            (
                "The article forgets to ask who is to blame when the twin promises a date. Anybody who has ever "
                "been volunteered in absence knows how that ends, and no software will make it kinder."
            ),
        ),
        (TWIN, "The article describes software that speaks like you."),
        (
            TWIN,
            (
                "“In an interview this week Eric Yuan describes a future in which software that speaks and "
                "decides like you joins the call.” That sentence has a butler in it, and the butler is out of "
                "work by Friday already."
            ),
        ),
    ],
)
def test_a_take_is_left_alone(story: object, text: str) -> None:
    assert said(story, text) == []


def test_a_copy_of_any_telling_counts() -> None:
    words = "Nine towns share one model of their river, and the smallest pays for the pumps of the largest in spring."
    entries = (make_entry("Nine towns, one river"), make_entry("River model shared", feed="lab", summary=words))
    story = make_story("Nine towns share a river model", entries=entries)

    assert len(said(story, f"{words} The pumps run in spring.")) == 1


def test_other_languages_are_not_judged() -> None:
    assert said(LIBRARY, LIBRARY.summary, language="de") == []
    assert len(said(LIBRARY, LIBRARY.summary)) == 1


def test_a_retelling_of_a_page_that_no_feed_carries_is_known_by_its_words() -> None:
    text = (
        "The article explains eleven runs of one benchmark and describes the rankings that came out of them. It also "
        "covers the seeds that were used and lists the models in a table."
    )
    take = make_take("https://papers.example/quiet", text, headline="A quiet paper")

    (found,) = remarks_on(desk_with(take), "summary")

    assert (found.level, found.line) == ("notice", 1)
    assert found.what == 'Says "the article explains", and nobody speaks in it: what do you make of it?'
