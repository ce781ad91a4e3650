"""The letter on narrow and wide screens, by day and by night, with and without its style sheet, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.model.issue import Credit, Issue, Sibling
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.letter.html import email_html
from tests.browser import CHROMIUM, Page, browser
from tests.press import stress
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take, make_wording

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH (apt install chromium)"),
]

_WORD = "W" * 200
_FILL = filler(FileTemplates(), FILTERS)
#: The smallest letters of all that is shown, and the widest point, in pixels.
_SMALLEST = """Math.min(...[...document.querySelectorAll("body *")]
    .filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
_WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as page:
        yield page


def endless() -> Issue:
    """Words of 200 letters in every field, and tables and code as wide as they come."""
    tables = "\n\n".join(
        f"| {' | '.join(f'Heading{n}' for n in range(many))} |\n|{'---|' * many}\n"
        f"| {' | '.join(_WORD if n % 2 else 'incomprehensibilities' for n in range(many))} |"
        for many in (3, 4, 6, 7, 12)
    )
    body = (
        f"{_WORD}\n\n{tables}\n\n```\n    {_WORD}\n```\n\n> - {_WORD}\n>     - `{_WORD}`\n\n<https://e.example/{_WORD}>"
    )
    story = make_story(
        _WORD,
        source=_WORD,
        summary=_WORD,
        takes=(make_take(_WORD, f"{_WORD}\n\n```\n{_WORD}\n```\n\n{tables}"),),
        also_covered=(Credit(source=_WORD),),
        thread=(Sibling(id="more", headline=_WORD, link="https://news.example.com/", source=_WORD),),
    )
    return make_issue(
        title=_WORD,
        intro=_WORD,
        explainer=make_explainer(body, title=_WORD, subtitle=_WORD, tldr=_WORD, level=_WORD),
        stories=(story,),
        headlines=(story,),
        wording=make_wording(name=_WORD, tagline=_WORD, postal_address=_WORD, pulse_intro=_WORD, news_heading=_WORD),
    )


_ISSUES = {
    "stress": stress.stress,
    "hostile": stress.hostile,
    "endless": endless,
    "endless, right to left": lambda: replace(endless(), wording=replace(endless().wording, language="ar")),
}


@pytest.mark.parametrize("name", _ISSUES)
def test_nothing_scrolls_sideways_and_nothing_is_too_small(page: Page, tmp_path: Path, name: str) -> None:
    # Pictures are not fetched: a letter must stand without them.
    styled = re.sub(r'(<img[^>]*) src="[^"]*"', r'\1 src=""', email_html(_ISSUES[name](), _FILL))
    bare = re.sub(r"<style>.*?</style>", "", styled, flags=re.S)
    found = {}

    for kind, text in (("styled", styled), ("bare", bare)):
        file = tmp_path / f"{kind}.html"
        file.write_text(text, encoding="utf-8")
        page.open(file.as_uri())
        for width in (320, 640):
            page.emulate(width=width)
            found[kind, width] = (page.value(_WIDTH) <= width, page.value(_SMALLEST) >= 13)

    assert set(found.values()) == {(True, True)}, found


def test_the_way_to_the_page_in_the_masthead_is_not_broken_over_lines(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "letter.html"
    file.write_text(email_html(stress.stress(), _FILL), encoding="utf-8")
    page.open(file.as_uri())
    lines = {}

    for width in (320, 360, 375, 390, 640):
        page.emulate(width=width)
        lines[width] = page.value("document.querySelector('.mast a').getClientRects().length")

    assert set(lines.values()) == {1}, lines


def test_labels_of_a_stacked_table_show_on_a_phone_alone(page: Page, tmp_path: Path) -> None:
    table = "| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |"
    file = tmp_path / "table.html"
    file.write_text(email_html(make_issue(explainer=make_explainer(table)), _FILL), encoding="utf-8")
    page.open(file.as_uri())
    said = {}

    for width in (320, 640):
        page.emulate(width=width)
        said[width] = page.value("document.querySelector('.stack').innerText").split()

    assert said[320] == "a: 1 b: 2 c: 3 d: 4".split()
    assert said[640] == "a b c d 1 2 3 4".split()


def test_dark_mode_reaches_every_ground_and_every_text(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "dark.html"
    file.write_text(email_html(stress.stress(), _FILL), encoding="utf-8")
    page.emulate(dark=True)
    page.open(file.as_uri())

    bright = page.value("""[...document.querySelectorAll("body, body *")].filter(e => {
        const ground = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number)
        return e.offsetParent !== null && ground[3] !== 0 && ground[0] > 100 && !e.closest(".button")
    }).map(e => e.outerHTML.slice(0, 80))""")
    dim = page.value("""[...document.querySelectorAll("body *")].filter(e => {
        const brightest = Math.max(...getComputedStyle(e).color.match(/\\d+/g).map(Number))
        const says = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
        return e.offsetParent !== null && says && brightest < 150 && !e.closest(".button")
    }).map(e => e.outerHTML.slice(0, 80))""")

    assert bright == []
    assert dim == []
