"""Counts against what the house runs."""

from __future__ import annotations

from newsletter.model.settings import Limits
from tests.desk.builders import DIKA, RANI, WEEK, YOGA, make_explainer, make_printed, make_take
from tests.desk.proof.builders import EXPLAINER_PATH, HEADLINE, desk_with, remarks_on

STORIES = [f"{name} opens a second office" for name in ("Alder", "Birch", "Cedar", "Dogwood")]


def test_stories_with_takes_are_counted() -> None:
    takes = [make_take(story, f"{story}? I asked my neighbour.", author="yoga") for story in STORIES]

    many = remarks_on(desk_with(*takes, stories=STORIES, limits=Limits(stories=(1, 3))), "stories")
    few = remarks_on(desk_with(takes[0], stories=STORIES, limits=Limits(stories=(2, 7))), "stories")
    none = remarks_on(desk_with(stories=STORIES, limits=Limits(stories=(2, 7))), "stories")

    assert [remark.what for remark in (*many, *few, *none)] == [
        "4 stories have takes; the house runs 1–3.",
        "1 story has a take; the house runs 2–7.",
    ]


def test_takes_on_one_story_are_counted() -> None:
    takes = [make_take(HEADLINE, f"{who.name} was there.", author=who.id) for who in (YOGA, DIKA, RANI)]

    (found,) = remarks_on(desk_with(*takes, limits=Limits(takes_per_story=2)), "many-takes")

    assert (found.level, "has 3 takes" in found.what) == ("notice", True)


def test_an_explainer_of_another_length_is_told() -> None:
    explainer = make_explainer(body="word " * 40, tldr="Short.")
    limits = Limits(explainer_words=(50, 90), tldr_words=(5, 9))

    desk = desk_with(explainer=explainer, limits=limits)

    assert [r.what for r in remarks_on(desk, "explainer-length")] == [
        "The explainer has 40 words; the house runs 50–90."
    ]
    assert [(r.path, r.what) for r in remarks_on(desk, "tldr-length")] == [
        (EXPLAINER_PATH, "TL;DR has 1 word; the house runs 5–9.")
    ]


def test_addresses_are_no_words_of_an_explainer() -> None:
    explainer = make_explainer(body="[word](https://a.example/many/words/in/an/address) " * 40)

    assert remarks_on(desk_with(explainer=explainer, limits=Limits(explainer_words=(40, 40))), "explainer-length") == ()


def printed_takes(count: int, words: int) -> tuple[tuple[str, str, str], ...]:
    return tuple(("Yoga", "word " * words, "A headline") for _ in range(count))


def test_a_short_take_is_told_where_the_house_runs_longer_ones() -> None:
    take = make_take(HEADLINE, "It answers, and I stopped asking on Tuesday.")
    keeps = [make_printed(WEEK.after(-1), takes=printed_takes(10, 60))]
    varies = [make_printed(WEEK.after(-1), takes=(*printed_takes(8, 60), *printed_takes(2, 9)))]
    young = [make_printed(WEEK.after(-1), takes=printed_takes(3, 60))]

    (found,) = remarks_on(desk_with(take, memory=keeps), "short-take")

    assert str(found) == (
        f"{take.path}:1: notice [short-take] 8 words; the house runs 30–130. It stands as it is.\n"
        "    A sentence on why would tell readers more."
    )
    assert remarks_on(desk_with(take, memory=varies), "short-take") == ()
    assert remarks_on(desk_with(take, memory=young), "short-take") == ()


def test_a_take_of_a_word_is_told_in_any_house() -> None:
    (found,) = remarks_on(desk_with(make_take(HEADLINE, "Agreed.")), "short-take")

    assert (found.level, found.what) == ("notice", "1 word; the house runs 30–130. It stands as it is.")
