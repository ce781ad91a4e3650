"""Which explainer a week gets: its own, the one named, the one planned, the ready one nearest to the news."""

from __future__ import annotations

import pytest

from newsletter.desk.choose import choose_explainer, remarks_on
from newsletter.desk.past.memory import Memory
from newsletter.desk.radar import WeekNews
from newsletter.model.issue import Explainer
from tests.desk.builders import WEEK, make_explainer, make_printed, make_ranked, make_wishes

OWN = make_explainer("The week's own", path=f"issues/{WEEK}/explainer.md", ready=False)
NAMED = make_explainer("Mixture of experts", path="issues/explainers/moe.md", ready=False)
PLANNED = make_explainer("Planned for now", week=WEEK, ready=False)
READY = make_explainer("Ready when you are")
LATER = make_explainer("Planned for later", week=WEEK.after(), ready=True)
UNREADY = make_explainer("Not yet", ready=False)
ALL = (UNREADY, LATER, READY, PLANNED, NAMED, OWN)
NOTHING = Memory()

CHOICE: dict[str, tuple[tuple[Explainer, ...], str, Explainer | None]] = {
    "own before all": (ALL, "moe", OWN),
    "named before planned": (ALL[:5], "moe", NAMED),
    "named with its ending": (ALL[:5], "moe.md", NAMED),
    "named with its folder": (ALL[:5], "issues/explainers/moe.md", NAMED),
    "planned before ready": (ALL[:4], "", PLANNED),
    "ready": (ALL[:3], "", READY),
    "planned for another week is not ready for this": (ALL[:2], "", None),
    "none": ((), "", None),
}


@pytest.mark.parametrize(("explainers", "named", "expected"), CHOICE.values(), ids=CHOICE.keys())
@pytest.mark.parametrize("turn", [1, -1], ids=["in order", "turned round"])
def test_the_explainer_of_a_week(
    explainers: tuple[Explainer, ...], named: str, expected: Explainer | None, turn: int
) -> None:
    chosen, _ = choose_explainer(WEEK, explainers[::turn], make_wishes(explainer=named), NOTHING)

    assert chosen == expected


TWINS = WeekNews(ranked=make_ranked("Digital twins sit in meetings", "Twins answer the post", "A bridge opens"))


def test_of_several_ready_ones_the_one_that_the_news_speaks_of_is_taken_and_the_reason_said() -> None:
    two = (make_explainer("Alpha"), make_explainer("Twins", tags=("digital twins",)))

    chosen, remarks = choose_explainer(WEEK, two, make_wishes(), NOTHING, TWINS)

    assert chosen == two[1]
    assert remarks[0].what == (
        'No explainer was named; "Twins" from the backlog is taken: 2 stories say digital twins, Twins.'
    )


def test_where_the_news_speaks_of_none_the_oldest_is_taken_and_that_is_said() -> None:
    two = (make_explainer("Alpha", path="issues/explainers/2024-05.md"), make_explainer("Beta", path="issues/b.md"))

    chosen, remarks = choose_explainer(WEEK, two, make_wishes(), NOTHING, TWINS)

    assert chosen == make_explainer("Beta", path="issues/b.md")
    assert remarks[0].what.endswith('"Beta" from the backlog is taken: the oldest of those that are ready.')


def test_the_first_ready_one_is_taken_by_path_whatever_the_order() -> None:
    two = (make_explainer("Zeta"), make_explainer("Alpha"))

    assert choose_explainer(WEEK, two, make_wishes(), NOTHING) == choose_explainer(
        WEEK, two[::-1], make_wishes(), NOTHING
    )


def test_what_is_taken_from_the_backlog_unasked_is_said() -> None:
    _, remarks = choose_explainer(WEEK, [READY], make_wishes(), NOTHING)

    assert [str(remark) for remark in remarks] == [
        (
            'issues/2024-W23: notice [backlog-explainer] No explainer was named; "Ready when you are" '
            "from the backlog is taken.\n"
            '    Another? In issues/2024-W23/issue.toml: explainer = "…".'
        )
    ]


def test_a_week_without_explainer_says_how_to_get_one() -> None:
    _, remarks = choose_explainer(WEEK, [], make_wishes(), NOTHING)

    assert [str(remark) for remark in remarks] == [
        (
            "issues/2024-W23: warning [no-explainer] No explainer for this week: "
            "the issue goes without a topic and without a TL;DR.\n"
            '    Write issues/2024-W23/explainer.md, or name one in issues/2024-W23/issue.toml: explainer = "…".'
        )
    ]


def test_a_name_that_is_not_there_is_an_error_with_the_nearest() -> None:
    wishes = make_wishes(explainer="mo", lines={"explainer": 3})

    chosen, remarks = choose_explainer(WEEK, [NAMED, READY], wishes, NOTHING)

    assert chosen is None
    assert [str(remark) for remark in remarks] == [
        (
            'issues/2024-W23/issue.toml:3: error [unknown-explainer] issues/explainers has no "mo".\n'
            '    Did you mean "moe"?'
        )
    ]


def test_a_name_like_no_other_lists_what_there_is() -> None:
    _, remarks = choose_explainer(WEEK, [NAMED, READY], make_wishes(explainer="xyz"), NOTHING)
    _, with_none = choose_explainer(WEEK, [], make_wishes(explainer="xyz"), NOTHING)

    assert remarks[0].mend == ("There are: moe, ready.",)
    assert with_none[0].mend == ("There are: none yet.",)


USED = {
    "by its title": make_printed(topic="READY when you are!"),
    "by its file, though the title was mended since": make_printed(topic="Reddy", explainer_path=READY.path),
}


@pytest.mark.parametrize("printed", USED.values(), ids=USED.keys())
def test_what_was_explained_is_not_taken_from_the_backlog_again(printed: object) -> None:
    memory = Memory((printed,))  # type: ignore[arg-type]

    chosen, _ = choose_explainer(WEEK, [READY], make_wishes(), memory)

    assert chosen is None


def test_what_was_explained_is_taken_if_it_is_named() -> None:
    memory = Memory((make_printed(topic=READY.title),))

    chosen, _ = choose_explainer(WEEK, [READY], make_wishes(explainer="ready"), memory)

    assert chosen == READY


BEFORE = Memory((make_printed(topic="Many-Shot Learning", subtitle="What to know"),))


@pytest.mark.parametrize("subtitle", ["Many-shot learning", "what to know "])
def test_a_subtitle_left_over_from_an_earlier_issue_is_named(subtitle: str) -> None:
    remarks = remarks_on(make_explainer(subtitle=subtitle), BEFORE)

    assert [str(remark) for remark in remarks] == [
        (
            f'issues/explainers/open-weights.md: warning [stale-subtitle] "{subtitle}" is the title of '
            "Week #22 2024 - Many-Shot Learning (2024-W22).\n"
            "    Left over from an earlier file? Change the subtitle or take it out."
        )
    ]


def test_a_topic_explained_before_is_named() -> None:
    remarks = remarks_on(make_explainer("Many-shot Learning", path="issues/explainers/many.md"), BEFORE)

    assert [str(remark) for remark in remarks] == [
        (
            'issues/explainers/many.md: warning [explained-before] "Many-shot Learning" ran in '
            "Week #22 2024 - Many-Shot Learning (2024-W22).\n"
            "    Second part? Say  series: …"
        )
    ]


def test_the_second_part_of_a_series_is_no_repeat() -> None:
    assert remarks_on(make_explainer("Many-shot Learning", series="Learning from few"), BEFORE) == ()


def test_a_new_topic_needs_no_remark() -> None:
    assert remarks_on(make_explainer(subtitle="A first look"), BEFORE) == ()
