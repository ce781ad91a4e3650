"""What was printed before is known again: by its page, its headline, its words; and a topic by its name."""

from __future__ import annotations

import pytest

from newsletter.desk.past.memory import Memory
from newsletter.desk.vectors import count_titles
from newsletter.links import Link
from newsletter.model.issue import Printed
from newsletter.model.news import Story
from tests.desk.builders import LAST, make_entry, make_printed, make_story

RECALL = "Lumen recalls its Aria headset after overheating batteries injure three"
PAGE = "https://wire.example/2024/lumen-recall"
OTHERS = (
    "Harbour council approves the tidal turbine at last",
    "Nordwind doubles its research budget for storage",
    "Court rules the weather archive belongs to the public",
    "Small printer maker sells its scanner division",
)


def remember(*printed: Printed) -> Memory:
    """A memory with a fair idea of what words are worth."""
    said = (RECALL, *OTHERS, *(title for issue in printed for title, _ in issue.stories))
    return Memory(printed, count_titles(said))


def printed_as(headline: str, link: str = PAGE, *, weeks_ago: int = 1, called: tuple[str, ...] = ()) -> Printed:
    return make_printed(
        LAST.after(1 - weeks_ago),
        stories=((headline, (link,) if link else ()),),
        also_called=tuple((title, headline) for title in called),
    )


def told(headline: str, link: str = "https://elsewhere.example/new/page", *titles: str) -> Story:
    entries = tuple(
        make_entry(title, link=Link(link if place == 0 else f"{link}/{place}"))
        for place, title in enumerate((headline, *titles))
    )
    return make_story(headline, link=link, entries=entries)


def test_a_page_that_was_printed_is_a_repeat_under_any_headline() -> None:
    memory = remember(printed_as(RECALL))

    found = memory.repeat_of(told("Everything about batteries", f"{PAGE}?utm_source=mail"))

    assert found is not None
    assert (found.how, found.headline, found.reference.week) == ("address", RECALL, LAST)


FRONT_PAGES = ["https://lumen.example/", "https://status.lumen.example/incidents", "https://lumen.example/en/blog"]


@pytest.mark.parametrize("link", FRONT_PAGES)
def test_a_page_that_changes_every_week_repeats_only_under_a_like_headline(link: str) -> None:
    memory = remember(printed_as(RECALL, link))

    again = memory.repeat_of(told("Lumen recalls the Aria headset: batteries overheating", link))
    other = memory.repeat_of(told("Lumen hires a new head of optics", link))

    assert again is not None
    assert other is None


def test_a_story_printed_under_the_same_headline_is_a_repeat() -> None:
    found = remember(printed_as(RECALL)).repeat_of(told(RECALL.upper()))

    assert found is not None
    assert (found.how, found.likeness) == ("headline", 1.0)


def test_a_story_is_known_by_any_headline_that_it_had() -> None:
    memory = remember(printed_as(RECALL, called=("Batteries of the Aria burn: Lumen calls it back",)))

    found = memory.repeat_of(told("Batteries of the Aria burn: Lumen calls it back"))

    assert found is not None
    assert (found.how, found.headline) == ("headline", RECALL)


@pytest.mark.parametrize(
    "headline", ["Here's the latest", "This week in tidal energy and storage", "Links for May #12"]
)
def test_headlines_that_say_nothing_repeat_nothing(headline: str) -> None:
    memory = remember(printed_as(headline))

    assert memory.repeat_of(told(headline)) is None
    assert memory.may_continue(told(headline)) is None


def test_a_headline_about_weeks_is_no_column() -> None:
    headline = "Lumen counts nine million weekly users of its newsletter"

    assert remember(printed_as(headline)).repeat_of(told(headline)) is not None


def test_a_story_under_much_the_same_words_is_a_repeat() -> None:
    found = remember(printed_as(RECALL)).repeat_of(told("Lumen recalls Aria headset over overheating batteries"))

    assert found is not None
    assert found.how == "likeness"
    assert 0.55 <= found.likeness < 1


def test_likeness_reads_all_headlines_of_both() -> None:
    memory = remember(printed_as(RECALL, called=("Three injured: burning headsets go back to Lumen",)))

    found = memory.repeat_of(
        told("Burning headsets: three injured", "https://a.example/b", "Lumen recalls its Aria headset")
    )

    assert found is not None
    assert found.headline == RECALL


def test_another_version_of_a_thing_is_no_repeat_and_may_continue() -> None:
    memory = remember(printed_as("Moa 5.1 fixes the memory leak in the scheduler"))
    story = told("Moa 5.2 fixes the memory leak in the scheduler")

    assert memory.repeat_of(story) is None
    assert memory.may_continue(story) is not None


def test_a_story_that_shares_some_words_may_continue_and_is_not_suppressed() -> None:
    memory = remember(printed_as(RECALL))
    story = told("Overheating batteries: Lumen knew of its headset for a year")

    found = memory.may_continue(story)

    assert memory.repeat_of(story) is None
    assert found is not None
    assert (found.headline, found.reference.week) == (RECALL, LAST)
    assert set(found.shared) == {"lumen", "headset", "batteri", "overh"}


def test_one_word_in_common_continues_nothing() -> None:
    memory = remember(printed_as("Lumen falls"))

    assert memory.may_continue(told("Lumen rises")) is None


def test_a_repeat_is_not_also_a_continuation() -> None:
    assert remember(printed_as(RECALL)).may_continue(told(RECALL)) is None


def test_likeness_reaches_eight_issues_back_and_no_further() -> None:
    fillers = [printed_as(OTHERS[n % 4], f"https://f.example/{n}", weeks_ago=7 - n) for n in range(7)]
    story = told("Lumen recalls Aria headset over overheating batteries")

    eighth = remember(printed_as(RECALL, weeks_ago=8), *fillers)
    ninth = remember(printed_as(RECALL, weeks_ago=9), printed_as("A filler more", weeks_ago=8), *fillers)

    assert eighth.repeat_of(story) is not None
    assert ninth.repeat_of(story) is None
    assert ninth.repeat_of(told("Other words", PAGE)) is not None


def test_of_two_issues_the_later_is_named() -> None:
    memory = remember(printed_as(RECALL, weeks_ago=3), printed_as(RECALL, weeks_ago=1))

    found = memory.repeat_of(told("Anything", PAGE))

    assert found is not None
    assert found.reference.week == LAST


def test_without_counts_of_the_week_the_memory_weighs_by_its_own_headlines() -> None:
    memory = Memory((printed_as(RECALL), printed_as(OTHERS[0], "https://o.example/a", weeks_ago=0)))

    assert memory.repeat_of(told("Lumen recalls Aria headset over overheating batteries")) is not None
    assert Memory().repeat_of(told(RECALL)) is None
    assert Memory().may_continue(told(RECALL)) is None


SAME_TOPIC = [
    ("Federated Learning", "Introduction to Federated Learning"),
    ("Federated Learning", "Federated learning: what you need to know"),
    ("Neural Radiance Fields (NeRF)", "NeRFs"),
    ("Neural Radiance Fields (NeRF)", "Understanding Neural Radiance Fields"),
    ("RAG: Retrieval-Augmented Generation", "What Is RAG?"),
    ("Mixture of Experts", "A Deep Dive into Mixture of Experts"),
    ("Open-Weight Models", "Understanding Open-Weight AI Models"),
    ("Quantization", "Quantization, Explained"),
    ("C++", "C++, explained"),
]
OTHER_TOPIC = [
    ("Open-Weight Models", "Fine-Tuning Open-Weight Models"),
    ("Large Language Models: Hallucinations", "Large Language Models"),
    ("Learning", "Deep Learning"),
    ("Transformers", "Transformation"),
    ("RAG", "Evaluating RAG"),
    ("AI", "AI Safety"),
    ("Agents (browsers)", "Agents (phones)"),
    ("What is it?", "How does it work?"),
    ("C++", "What is C#?"),
    ("Introduction to C++", "Introduction to C"),
]


@pytest.mark.parametrize(("before", "now"), SAME_TOPIC)
def test_a_topic_is_known_again_under_slightly_other_words(before: str, now: str) -> None:
    memory = Memory((make_printed(topic=before),))

    assert memory.topic_before(now) is not None
    assert Memory((make_printed(topic=now),)).topic_before(before) is not None


@pytest.mark.parametrize(("before", "now"), OTHER_TOPIC)
def test_a_topic_beside_another_is_another(before: str, now: str) -> None:
    assert Memory((make_printed(topic=before),)).topic_before(now) is None


def test_a_topic_is_known_by_the_terms_that_its_explainer_gave_it() -> None:
    memory = Memory((make_printed(topic="Seeing in three dimensions", aliases=("neural radiance field",)),))

    assert memory.topic_before("Neural Radiance Fields") is not None
    assert memory.topic_before("") is None


ANOTHER_STORY = {
    "another sum": ("Kea raises $15bn in new funding round", "Kea raises $1.5bn in new funding round"),
    "another version": ("Heron 3.11 is out with a faster core", "Heron 3.1.1 is out with a faster core"),
    "other signs": ("A survey of C# developers and their tools", "A survey of C++ developers and their tools"),
    "no signs": ("A survey of C developers and their tools", "A survey of C++ developers and their tools"),
    "the contrary": ("Kestrel shares fall after the export ban", "Kestrel shares rise after the export ban"),
    "another place": ("Kestrel opens research lab in Italy", "Kestrel opens research lab in France"),
}


@pytest.mark.parametrize(("now", "before"), ANOTHER_STORY.values(), ids=ANOTHER_STORY.keys())
def test_a_headline_that_says_the_same_of_another_thing_is_no_repeat(now: str, before: str) -> None:
    memory = remember(printed_as(before))

    assert memory.repeat_of(told(now)) is None
    assert memory.headline_before(now) is None
    assert memory.repeat_of(told(before)) is not None
    assert memory.headline_before(before.upper()) is not None


def test_what_was_printed_without_an_address_is_known_by_all_of_its_headline() -> None:
    memory = remember(printed_as("A survey of C++ developers and their tools", ""))

    assert memory.story_before(told("A survey of C++ developers and their tools")) is not None
    assert memory.story_before(told("A survey of C# developers and their tools")) is None


def test_a_headline_of_one_form_is_a_repeat_where_another_title_is_the_printed_one() -> None:
    memory = remember(printed_as("Kestrel shares rise after the export ban"))

    found = memory.repeat_of(
        told("Kestrel shares fall after the ban", "https://a.example/b", "Shares of Kestrel rise after the export ban")
    )

    assert found is not None
