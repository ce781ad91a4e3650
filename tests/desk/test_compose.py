"""The issue put together: order, wishes, headlines, what is left out, and reasons to hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from newsletter.desk.compose import compose
from newsletter.model.issue import Draft
from newsletter.model.settings import Empty, Limits
from newsletter.model.week import Week
from tests.desk.builders import NOON, TEXT, days, make_desk, make_explainer, make_printed, make_story, make_take

ONE, TWO, THREE = "Alpha robots learn knitting", "Beta robots forget swimming", "Gamma robots play chess"
FOUR, FIVE = "Delta robots paint houses", "Epsilon robots bake bread"
ALL = (ONE, TWO, THREE, FOUR, FIVE)
TAKES = tuple(
    make_take(headline, f"My word on {headline}, and no more.", path=f"issues/2024-W23/takes/{n}.md")
    for n, headline in enumerate(ALL)
)
ELSEWHERE = "https://elsewhere.example/a"


def _told(draft: Draft) -> list[str]:
    return [story.headline for story in draft.issue.stories]


def _untold(draft: Draft) -> list[str]:
    return [story.headline for story in draft.issue.headlines]


def _codes(draft: Draft) -> list[str]:
    return [remark.code for remark in draft.remarks]


def test_stories_with_takes_stand_by_score() -> None:
    assert _told(compose(make_desk(ALL, TAKES[::-1]))) == list(ALL)


def test_pinned_ones_stand_first_in_the_order_of_the_file_then_the_order_wished_then_the_score() -> None:
    wishes = {"pin": (FOUR, "#gamma-robots-play"), "order": (f"#{'epsilon-robots-bake'}", TWO)}

    assert _told(compose(make_desk(ALL, TAKES, wishes=wishes))) == [FOUR, THREE, FIVE, TWO, ONE]


@pytest.mark.parametrize("name", [f"{ELSEWHERE}?utm_source=x", "A quiet paper on robots", "#quiet-paper-robots"])
def test_a_story_that_a_take_brought_stands_last_unless_it_is_wished_elsewhere(name: str) -> None:
    takes = (*TAKES[:2], make_take(ELSEWHERE, headline="A quiet paper on robots"))

    as_it_comes, wished = compose(make_desk(ALL, takes)), compose(make_desk(ALL, takes, wishes={"order": (name,)}))

    assert _told(as_it_comes) == [ONE, TWO, "A quiet paper on robots"]
    assert _told(wished) == ["A quiet paper on robots", ONE, TWO]
    assert "unknown-story" not in _codes(wished)


def test_a_new_headline_is_printed_and_the_old_one_still_finds_the_story() -> None:
    wishes = {"retitle": {ONE: "Robots knit"}}
    takes = (
        TAKES[0],
        make_take("robots knit", author="dika"),
        make_take("#alpha-robots-learn", "Third.", author="rani"),
    )

    draft = compose(make_desk(ALL[:1], takes, wishes=wishes))

    assert [(s.headline, s.id, len(s.takes)) for s in draft.issue.stories] == [("Robots knit", "alpha-robots-learn", 3)]


def test_a_new_headline_reaches_a_story_that_a_take_brought() -> None:
    draft = compose(make_desk([], [make_take(ELSEWHERE)], wishes={"retitle": {ELSEWHERE: "A quiet paper"}}))

    assert _told(draft) == ["A quiet paper"]


def test_a_dropped_story_is_nowhere_and_its_take_is_held() -> None:
    draft = compose(make_desk(ALL, TAKES[:2], wishes={"drop": (ONE, f"#{'gamma-robots-play'}")}))

    assert (_told(draft), _untold(draft)) == ([TWO], [FOUR, FIVE])
    assert [p.outcome for p in draft.placements] == ["held", "attached"]
    assert [draft.fates[r.story.id].rule for r in draft.ranked if r.story.headline == ONE] == ["dropped"]


def test_a_story_that_a_take_brought_can_be_dropped() -> None:
    draft = compose(make_desk(ALL, [make_take(ELSEWHERE)], wishes={"drop": (ELSEWHERE,)}))

    assert _told(draft) == []
    assert "dropped-story" in _codes(draft)


def test_what_is_both_pinned_and_dropped_is_dropped_with_a_remark() -> None:
    draft = compose(make_desk(ALL, wishes={"pin": (ONE,), "drop": (ONE,)}))

    assert ONE not in _untold(draft)
    assert "pin-and-drop" in _codes(draft)


@pytest.mark.parametrize("key", ["pin", "drop", "order", "retitle"])
def test_a_wish_that_names_nothing_is_a_remark_on_its_line(key: str) -> None:
    value: Any = {"Alpha robot learns kniting": "X"} if key == "retitle" else ("Alpha robot learns kniting",)

    draft = compose(make_desk(ALL, wishes={key: value, "lines": {key: 4}}))

    (remark,) = [r for r in draft.remarks if r.code == "unknown-story"]
    assert str(remark) == (
        f'issues/2024-W23/issue.toml:4: warning [unknown-story] {key} names "Alpha robot learns kniting", '
        "which is no story of this week.\n"
        f'    Did you mean  #alpha-robots-learn "{ONE}"?'
    )


@pytest.mark.parametrize(("most", "expected"), [(0, []), (2, [ONE, TWO]), (5, list(ALL))])
def test_at_most_so_many_headlines_stand_without_takes(most: int, expected: list[str]) -> None:
    desk = make_desk([*ALL, "Zeta robots dig tunnels"], limits=Limits(per_publisher=0, headlines=most))

    assert _untold(compose(desk)) == expected


def test_pinned_headlines_stand_even_beyond_the_limit() -> None:
    desk = make_desk(ALL, wishes={"pin": (FIVE, TWO)}, limits=Limits(per_publisher=0, headlines=0))

    assert _untold(compose(desk)) == [FIVE, TWO]


def test_only_proposed_stories_become_headlines_but_a_pin_brings_any_in() -> None:
    old = make_story(TWO, proposed=False)

    assert _untold(compose(make_desk([ONE, old]))) == [ONE]
    assert _untold(compose(make_desk([ONE, old], wishes={"pin": (TWO,)}))) == [TWO, ONE]


@pytest.mark.parametrize(
    "stories",
    [(("Other words", (f"https://ars.example/{'alpha-robots-learn-knitting'}?utm_source=x",)),), ((ONE.upper(), ()),)],
    ids=["by address", "by headline"],
)
def test_a_headline_printed_before_is_left_out_with_a_notice(stories: Any) -> None:
    draft = compose(make_desk(ALL[:2], memory=[make_printed(stories=stories)]))

    assert _untold(draft) == [TWO]
    (remark,) = [r for r in draft.remarks if r.code == "repeat"]
    assert str(remark) == (
        f'issues/2024-W23: notice [repeat] "{ONE}" was printed in '
        "Week #22 2024 - Many-Shot Learning (2024-W22); left out."
    )


def test_a_short_headline_printed_before_proves_nothing() -> None:
    memory = [make_printed(stories=(("Here's the latest", ()),))]

    assert _untold(compose(make_desk(["Here's the latest"], memory=memory))) == ["Here's the latest"]


def test_a_take_on_a_story_printed_before_points_at_that_issue() -> None:
    memory = [make_printed(stories=((ONE, ("https://ars.example/alpha-robots-learn-knitting",)),))]

    draft = compose(make_desk(ALL, TAKES[:1], memory=memory))

    (take,) = draft.issue.apart
    assert (take.author, take.about) == ("Yoga", memory[0].reference)


def test_an_issue_without_explainer_has_no_topic_in_its_title() -> None:
    issue = compose(make_desk(ALL)).issue

    assert (issue.title, issue.subject, issue.topic, issue.explainer) == ("Week #23 2024", "Week #23 2024", "", None)


def test_an_issue_bears_topic_number_date_and_the_issue_before() -> None:
    memory = [make_printed(Week(2024, 20)), make_printed()]

    issue = compose(
        make_desk(ALL, explainers=[make_explainer()], memory=memory, title="{name} #{number} - {topic}")
    ).issue

    assert (issue.title, issue.topic, issue.number) == ("Tech Pulse #3 - Open Weights", "Open Weights", 3)
    assert (issue.date, issue.previous) == (date(2024, 6, 7), memory[-1].reference)


def test_the_first_issue_has_none_before_it() -> None:
    assert compose(make_desk(ALL)).issue.previous is None


def test_subject_preheader_and_intro_are_as_wished() -> None:
    wishes = {"subject": "Robots \n knit", "preheader": " And swim ", "intro": "\nHello *you*\n\n"}

    issue = compose(make_desk(ALL, wishes=wishes)).issue

    assert (issue.subject, issue.preheader, issue.intro) == ("Robots knit", "And swim", "Hello *you*")


def test_the_preheader_is_the_tldr_else_the_headlines() -> None:
    explainer = make_explainer(tldr="Weights you can\nhold.")

    assert compose(make_desk(ALL, explainers=[explainer])).issue.preheader == "Weights you can hold."
    assert compose(make_desk([ONE, TWO])).issue.preheader == f"{ONE} · {TWO}"
    assert len(compose(make_desk(ALL)).issue.preheader) <= 110


HOLD = {
    "no takes": ({}, [], ["0 takes can be printed, min_takes is 1"]),
    "too few": (
        {"limits": Limits(min_takes=3)},
        list(TAKES[:2]),
        ["2 takes can be printed, min_takes is 3"],
    ),
    "a held take does not count": ({}, [make_take(author="x")], ["0 takes can be printed, min_takes is 1"]),
    "a take apart counts": ({}, [make_take()], []),
    "headlines instead": ({"empty": Empty(no_takes="headlines")}, [], []),
    "no explainer": ({"empty": Empty(no_explainer="hold")}, list(TAKES[:1]), ["there is no explainer"]),
}


@pytest.mark.parametrize(("changes", "takes", "expected"), HOLD.values(), ids=HOLD.keys())
def test_reasons_to_hold_the_issue(changes: Any, takes: Any, expected: list[str]) -> None:
    assert list(compose(make_desk(ALL, takes, **changes)).held) == expected


def test_a_week_without_stories_is_held_unless_the_house_goes_without() -> None:
    take = [make_take()]

    assert compose(make_desk([], take)).held == ("there is no story",)
    assert compose(make_desk([], take, empty=Empty(no_stories="without"))).held == ()


def test_an_issue_of_headlines_has_some_even_where_the_house_prints_none() -> None:
    desk = make_desk(ALL, limits=Limits(per_publisher=0, headlines=0), empty=Empty(no_takes="headlines"))

    assert _untold(compose(desk)) == list(ALL)


def test_members_who_filed_nothing_are_named_in_the_report_only() -> None:
    draft = compose(make_desk(ALL, TAKES[:1]))

    (remark,) = [r for r in draft.remarks if r.code == "silent"]
    assert str(remark) == "issues/2024-W23: notice [silent] No take this week from Dika, Rani."
    assert "silent" not in _codes(compose(make_desk(ALL)))


def test_long_takes_and_tldrs_are_named_with_their_length() -> None:
    take = make_take(ONE, " ".join(["robots"] * 131))
    explainer = make_explainer(tldr=" ".join(["weights"] * 111))

    remarks = [str(r) for r in compose(make_desk(ALL, [take], explainers=[explainer])).remarks]

    assert "issues/2024-W23/takes/yoga.md:1: notice [long-take] 131 words; the house runs 30–130." in remarks
    assert (
        "issues/explainers/open-weights.md: warning [tldr-length] TL;DR has 111 words; the house runs 40–110."
        in remarks
    )


def test_lengths_on_the_bound_are_no_remark() -> None:
    take, explainer = make_take(ONE, " ".join(["robots"] * 130)), make_explainer(tldr=" ".join(["weights"] * 110))

    assert not {"long-take", "tldr-length"} & set(_codes(compose(make_desk(ALL, [take], explainers=[explainer]))))


def test_the_order_of_takes_and_explainers_makes_no_difference() -> None:
    takes = (*TAKES, make_take(ELSEWHERE), make_take("", f"{TEXT} Twice.", author="dika"))
    explainers = (make_explainer("Zeta"), make_explainer("Alpha"))

    one, other = make_desk(ALL, takes, explainers=explainers), make_desk(ALL, takes[::-1], explainers=explainers[::-1])

    assert compose(one) == compose(other)


def test_a_take_is_printed_under_the_members_own_name() -> None:
    (story,) = compose(make_desk([ONE], [replace(TAKES[0], author="YOGA")])).issue.stories

    assert [(t.author, t.author_link, t.member) for t in story.takes] == [("Yoga", "https://yoga.example/", "yoga")]


def test_a_story_is_dated_in_the_publications_zone() -> None:
    late = make_story(ONE, published=NOON + days(0.25))

    assert compose(make_desk([late])).issue.headlines[0].published == date(2024, 6, 6)


def test_a_pin_on_a_headline_printed_before_is_printed_with_a_notice() -> None:
    address = "https://ars.example/alpha-robots-learn-knitting"
    draft = compose(make_desk(ALL[:1], wishes={"pin": (ONE,)}, memory=[make_printed(stories=((ONE, (address,)),))]))

    assert _untold(draft) == [ONE]
    assert [r.level for r in draft.remarks if r.code == "repeat" and "(2024-W22); pinned" in r.what] == ["notice"]


def test_a_take_on_a_story_printed_without_an_address_stands_apart() -> None:
    draft = compose(make_desk(ALL, TAKES[:1], memory=[make_printed(stories=((ONE, ()),))]))

    assert [p.outcome for p in draft.placements] == ["apart"]
    assert "story-before" in _codes(draft)


def test_of_two_copies_the_one_that_names_a_story_is_printed() -> None:
    loose = replace(TAKES[0], path="issues/2024-W23/takes/-a.md", ref="", ref_line=0)

    draft = compose(make_desk(ALL, (loose, TAKES[0])))

    assert [(p.take.path, p.outcome) for p in draft.placements] == [(loose.path, "held"), (TAKES[0].path, "attached")]
