"""Faults in many wordings, each named, and honest words that look like them, each left alone."""

from __future__ import annotations

import pytest

from newsletter.desk.compose import compose
from newsletter.desk.proof.proofread import proofread
from newsletter.model.week import Week
from tests.desk.builders import make_desk, make_entry, make_explainer, make_printed, make_story
from tests.desk.proof.builders import HEADLINE, on_take, on_wishes, proof_of, remarks_on

PAGE = "https://gusts.example/2024"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The gust was XXX knots.", "placeholder"),
        ("It costs tk euros.", "placeholder"),
        ("Availability: TBD", "placeholder"),
        ("As told [LINK HERE].", "placeholder"),
        ("[Headline goes here]", "placeholder"),
        ("[check figure!]", "placeholder"),
        ("(NOTE TO SELF: call the port)", "placeholder"),
        ("We measured it twice (todo: numbers).", "placeholder"),
        ("- [ ] TODO check the number", "placeholder"),
        ("Hello {{ first_name }}, welcome.", "placeholder"),
        ("Hello [First Name], welcome.", "placeholder"),
        ("Placeholder text, say more.", "placeholder"),
        ("The plot is in the attachment.", "attached"),
        ("We attach our logs to this mail.", "attached"),
        ("In the attached spreadsheet you see them.", "attached"),
        ("The attached PDF has every number.", "attached"),
        (f"See [this article]({PAGE}).", "click-here"),
        (f"[Read the full article here]({PAGE})", "click-here"),
        (f"[Click here to read it]({PAGE})", "click-here"),
        (f"[**here**]({PAGE})", "click-here"),
        (f"Click here: {PAGE}", "click-here"),
        (f"See [the logs] ({PAGE}) now.", "address"),
        (f"See [the logs]({PAGE} and be done.", "address"),
        ("See [the logs](http://localhost:8000/logs).", "address"),
        ("See [the logs](http://192.168.1.20/logs).", "address"),
        ("See [the logs](http://https://gusts.example/a).", "address"),
        (f"![]({PAGE}/a.png)", "alt"),
        (f"![Image of a chart]({PAGE}/a.png)", "default-alt"),
        (f"![Enter image description here]({PAGE}/a.png)", "default-alt"),
        (f"![A screenshot of a computer Description automatically generated]({PAGE}/a.png)", "default-alt"),
        ('The foreman said "never again and walked off.', "unclosed"),
        ("The foreman said “never again and walked off.", "unclosed"),
    ],
)
def test_a_fault_is_named(text: str, code: str) -> None:
    (found,) = on_take(text, code)

    assert found.level == "warning"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("My insurer, TK, pays, and Techniker (TK) was quick.", "placeholder"),
        ("In tennis TK stands for nothing; Tcl/Tk does. In Estonia TK is a school.", "placeholder"),
        ("We practise trunk-based development (TBD) and like it.", "placeholder"),
        (
            "The page is full of lorem ipsum, and placeholder text such as lorem ipsum makes all look fine.",
            "placeholder",
        ),
        ("XXX is a rating, and grade XX steel is steel. Super Bowl XXX was none.", "placeholder"),
        ("A Vec<name> holds them, and `{{ name }}` prints them.", "placeholder"),
        ("Copyright 2015 to 2020 was a mess for maps.", "stale-year"),
        ("Find attached cranes anywhere, and you find a fjord. See the attachment theory.", "attached"),
        ("The malware was in the attachment, and the attached PDF was opened by half of us.", "attached"),
        (f"The [harbour logs from here to Stavanger]({PAGE}) are public.", "click-here"),
        ("The mail said “click here”, and they did.", "click-here"),
        ("Open http://localhost:8000 and see.", "address"),
        (f"See [another]({PAGE}/a_(b)_c).", "address"),
        (f"See [one]({PAGE}/a 'its title'), and (so it goes) on.", "address"),
        (f"![A chart: swings fall by a third]({PAGE}/a.png)", "default-alt"),
        ('A 5" hook and a 6\' boom, "waiting" and waiting.', "unclosed"),
        ("“One paragraph of the letter.\n\n“A second one,” wrote the foreman.", "unclosed"),
        ("„So ist es“, said the captain; «oui», said the pilot; »ja« said all.", "unclosed"),
        ("He said “she said ‘wait’ and I waited”.", "unclosed"),
    ],
)
def test_what_only_looks_like_a_fault_is_left_alone(text: str, code: str) -> None:
    assert on_take(text, code) == ()


@pytest.mark.parametrize(
    "subject",
    [
        "KW 22: Cranes that wait",
        "Wk 22 - Cranes that wait",
        "Tech Pulse, week 22: cranes that wait",
        "Tech Pulse 31.05.2024",
        "Tech Pulse, 31 May",
    ],
)
def test_an_old_week_or_day_in_the_subject_is_named(subject: str) -> None:
    assert len(on_wishes("week", subject=subject)) == 1


@pytest.mark.parametrize(
    "subject",
    ["KW 23: Cranes that wait", "The 5 May outage, and why", "A motor of 22 kW: cranes", "Remembering 31 May"],
)
def test_other_numbers_in_the_subject_are_left_alone(subject: str) -> None:
    assert on_wishes("week", subject=subject) == ()


def test_a_greeting_to_an_old_week_is_named() -> None:
    assert len(on_wishes("week", intro="Welcome to week #22 of our year.")) == 1
    assert on_wishes("week", intro="Nothing like week #22 of our year.") == ()


def test_a_story_given_the_headline_of_another_is_named() -> None:
    other = "Volunteers chart every undersea cable and repeater"
    story = make_story(HEADLINE, entries=(make_entry(HEADLINE),))
    wrong, witty = "Undersea cable repeater finds volunteers", "Send in the clowns, twice over"

    found = [
        remarks.what
        for words in (wrong, witty)
        for remarks in compose(make_desk([story, other], wishes={"retitle": {f"#{story.id}": words}})).remarks
        if remarks.code == "link"
    ]

    assert found == [f'"{wrong}" shares no word with its story and reads like "{other}".']


def test_an_explainer_planned_for_the_week_is_printed_although_its_topic_ran_before() -> None:
    explainer = make_explainer(title="Bloom Filters", week=Week(2024, 23))
    memory = [make_printed(Week(2024, 22), title="Week #22 2024 - Bloom Filters", topic="Bloom Filters")]
    desk = make_desk([HEADLINE], explainers=[explainer], memory=memory)

    codes = {remark.code for remark in (*compose(desk).remarks, *proofread(proof_of(desk)))}

    assert "explained-before" in codes
    assert "no-explainer" not in codes
    assert remarks_on(desk, "no-explainer") == ()
