"""The copies of an e-mail that stand for what mail programs do to it."""

from __future__ import annotations

import pytest

from newsletter.press.simulations import (
    has_images,
    in_the_dark,
    in_the_light,
    without_images,
    without_style_sheets,
)


@pytest.mark.parametrize("condition", ["(prefers-color-scheme:dark)", "( prefers-color-scheme : DARK )"])
def test_in_the_dark_the_rules_for_dark_screens_hold_everywhere(condition: str) -> None:
    html = f'<meta name="color-scheme" content="light dark"><style>@media {condition}{{p{{color:#fff}}}}</style>'

    dark, light = in_the_dark(html), in_the_light(html)

    assert "@media (min-width:0){p" in dark
    assert 'content="dark"' in dark
    assert "@media (max-width:0){p" in light
    assert 'content="light"' in light


def test_a_rule_for_light_screens_is_turned_the_other_way() -> None:
    html = "<style>@media screen and (prefers-color-scheme: light){p{color:#000}}</style>"

    assert in_the_dark(html) == "<style>@media screen and (max-width:0){p{color:#000}}</style>"


def test_without_images_the_words_for_them_stay() -> None:
    html = (
        '<img class="x" alt="a > b, src=it" src="https://a.example/1.png" srcset=\'2.png 2x\' width="9">'
        '<td background="https://a.example/2.png" style="color:red;background:url(3.png)">url(stays) src="stays"</td>'
        '<style>p{background:url("4.png")}</style>'
    )

    assert without_images(html) == (
        '<img class="x" alt="a > b, src=it" width="9">'
        '<td style="color:red;background:none">url(stays) src="stays"</td>'
        "<style>p{background:none}</style>"
    )


def test_without_style_sheets_the_styles_on_elements_stay() -> None:
    html = '<!--[if mso]><style>a{}</style><![endif]--><STYLE type="text/css">\nb{}\n</STYLE ><p style="color:red">'

    assert without_style_sheets(html) == '<!--[if mso]><![endif]--><p style="color:red">'


def test_whether_an_e_mail_shows_images() -> None:
    assert (has_images('<p><img src="a.png" alt=""></p>'), has_images("<p>an img</p>")) == (True, False)
