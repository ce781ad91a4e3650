"""Takes that will look odd in print."""

from __future__ import annotations

import pytest

from tests.desk.builders import make_take
from tests.desk.proof.builders import HEADLINE, desk_with, on_take, remarks_on

TABLE = "Three things.\n\n| what | how many |\n|---|--:|\n| stars | 2 |"


def test_a_table_in_a_take_is_told_with_its_line() -> None:
    (found,) = on_take(TABLE, "table")

    assert (found.level, found.line, found.what) == ("notice", 3, "A table in a take is squeezed on phones.")


@pytest.mark.parametrize("text", ["a | b, take your pick\n\n---\n\nEnd.", f"```\n{TABLE}\n```", "Yes | no\nor maybe."])
def test_bars_and_rules_are_no_table(text: str) -> None:
    assert on_take(text, "table") == ()


def test_blocks_of_html_are_told_and_inline_tags_are_not() -> None:
    assert len(on_take("<div>In a box.</div>", "raw-html")) == 1
    assert len(on_take("<table><tr><td>1</td></tr></table>", "table")) == 1
    assert on_take("This is <u>stressed</u>, H<sub>2</sub>O and List<String>, `<div>`.", "raw-html") == ()


def test_the_second_take_by_one_member_on_one_story_names_the_first() -> None:
    first = make_take(HEADLINE, "I would send mine.", path="issues/2024-W23/takes/yoga.md")
    second = make_take(HEADLINE, "On second thoughts, I would not.", path="issues/2024-W23/takes/zoom-yoga.md")
    other = make_take(HEADLINE, "Mine says yes.", author="dika")

    (found,) = remarks_on(desk_with(first, second, other), "two-takes")

    assert str(found) == (
        f'{second.path}:1: notice [two-takes] A second take by Yoga on "{HEADLINE}"; the first is in {first.path}. '
        "Both are printed.\n"
        "    Make one of the two, or delete the one that is left over."
    )


def test_two_takes_on_two_stories_are_left_alone() -> None:
    other = "Regulator wants chatbots to name the page"
    takes = (make_take(HEADLINE, "I would send mine."), make_take(other, "Which page?", path="issues/inbox/yoga.md"))

    assert remarks_on(desk_with(*takes, stories=[HEADLINE, other]), "two-takes") == ()
