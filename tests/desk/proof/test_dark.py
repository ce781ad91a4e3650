"""Black text on what a mail program turns dark."""

from __future__ import annotations

import pytest

from tests.desk.builders import make_take
from tests.desk.proof.builders import HEADLINE, desk_with, remarks_on

DARK = "<style>p{margin:0}@media (prefers-color-scheme:dark){%s}</style>"


def told(html: str) -> list[str]:
    return [remark.what for remark in remarks_on(desk_with(make_take(HEADLINE)), "black-text", html=html)]


@pytest.mark.parametrize("colour", ["#000", "#000000", "black", "rgb(0, 0, 0)", "#0a0a0a"])
def test_black_that_nothing_changes_is_named(colour: str) -> None:
    html = f'<div><p class="x" style="margin:0;color:{colour}">Some <b>words</b></p></div>'

    assert told(html) == [f'Black on dark in dark mode: <p> {colour} "Some words".']


@pytest.mark.parametrize(
    "html",
    [
        DARK % ".x{color:#eee!important}" + '<p class="x y" style="color:#000">Words</p>',
        DARK % "div.box .x,h1{color:#eee !important}"
        + '<div class="box"><i><p class="x" style="color:#000">W</p></i></div>',
        '<p style="color:#57606a">Grey.</p><p style="background-color:#000">Ground.</p>',
        '<div style="background:#fff"><br><p style="color:#1c2128">Nearly black on a ground of its own.</p></div>',
        '<div style="display:none"><p style="color:#000">Hidden.</p></div>',
        "<p>No colour.</p>",
    ],
)
def test_text_that_stays_readable_is_left_alone(html: str) -> None:
    assert told(html) == []


@pytest.mark.parametrize(
    "html",
    [
        DARK % ".x{color:#eee}" + '<p class="x" style="color:#000">Words</p>',
        DARK % ".y .x{color:#eee!important}" + '<div class="y"></div><p class="x" style="color:#000">Words</p>',
        "<style>.x{color:#eee!important}</style>" + '<p class="x" style="color:#000">Words</p>',
        '<p style="color:#1c2128">Words</p>',
        '<font color="black">Words</font>',
    ],
)
def test_a_rule_that_does_not_reach_it_does_not_help(html: str) -> None:
    assert len(told(html)) == 1


def test_many_black_elements_are_one_remark() -> None:
    html = "".join(f'<p style="color:#000">Line {n}</p>' for n in range(9))

    (found,) = told(html)

    assert found.endswith('"Line 2" and 6 more.')
