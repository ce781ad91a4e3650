"""The HTML part of the letter: its frame in every shape of issue, what stands in texts, what it weighs."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.model.issue import Credit, Image, Issue, Reference, Sibling, ToldCorrection
from newsletter.model.theme import Logo, Theme
from newsletter.model.week import Week
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS
from newsletter.press.letter.html import LIMIT, Letter, letter
from tests.press import stress
from tests.press.build import (
    FileTemplates,
    make_explainer,
    make_issue,
    make_story,
    make_take,
    make_wording,
)

_FILL = filler(FileTemplates(), FILTERS)
_EARLIER = Reference(week=Week(2024, 22), title="Week #22", link="https://pulse.example.com/issues/2024-W22/")
_HEADED = "# One\n\nWords.\n\n### Two\n\nWords."
_PARTS: dict[str, Any] = {
    "intro": _HEADED,
    "explainer": make_explainer(_HEADED, tldr=_HEADED, subtitle="Deck"),
    "stories": (make_story(takes=(make_take(text=_HEADED), make_take("Dika", "Short."))),),
    "apart": (make_take("Sari", _HEADED, about=_EARLIER),),
    "headlines": (make_story("Rules", id="rules", takes=()),),
    "corrections": (ToldCorrection(reference=_EARLIER, day=_EARLIER.week.monday, text=_HEADED),),
    "previous": _EARLIER,
}


def made(issue: Issue) -> Letter:
    return letter(issue, _FILL)


def tree(issue: Issue) -> Any:
    return lxml_html.document_fromstring(made(issue).html)


def body_of(markdown: str, **changes: Any) -> Any:
    """The letter's tree of an issue whose explainer says this."""
    return tree(make_issue(explainer=make_explainer(markdown), stories=(), **changes))


def links(issue: Issue) -> list[str]:
    return [str(one) for one in tree(issue).xpath("//a/@href")]


def test_in_every_combination_of_parts_headings_skip_no_level_and_none_is_empty() -> None:
    for given in product((True, False), repeat=len(_PARTS)):
        nothing = {"intro": "", "explainer": None, "previous": None}
        parts = {
            name: value if has else nothing.get(name, ())
            for has, (name, value) in zip(given, _PARTS.items(), strict=True)
        }

        found = tree(make_issue(**parts)).xpath("//h1|//h2|//h3|//h4|//h5|//h6")

        levels = [int(one.tag[1]) for one in found]
        assert levels[0] == 1, parts
        assert levels.count(1) == 1, parts
        assert all(after - before <= 1 for before, after in pairwise(levels)), (levels, parts)
        assert all(one.text_content().strip() for one in found), parts


@pytest.mark.parametrize("name", ["stress", "arabic", "japanese", "headlines", "hostile"])
def test_a_block_is_a_row_and_every_table_says_what_it_is(name: str) -> None:
    found = tree(stress.issues()[name])

    rows = found.xpath("//table[contains(@class, 'frame')]/tbody/tr")
    assert len(rows) > 5
    assert {len(row.xpath("./td")) for row in rows} == {1}
    assert [
        one for one in found.xpath("//table") if not (one.get("role") == "presentation" or one.xpath(".//th[@scope]"))
    ] == []
    assert found.xpath("//img[not(@alt)]") == []
    assert [one for one in found.xpath("//a//*") if one.tag in ("p", "div", "table", "h1", "h2", "h3")] == []


@pytest.mark.parametrize("name", ["stress", "hostile"])
def test_the_style_sheet_is_short_flat_and_loads_nothing(name: str) -> None:
    text = made(stress.issues()[name]).html

    sheet = re.findall(r"<style>(.*?)</style>", text, re.S)[-1]
    inside = [block for _, block in re.findall(r"@media([^{]*)\{((?:[^{}]*\{[^{}]*\})*)\s*\}", sheet)]
    outside = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", sheet)
    assert len(sheet) < 4096
    assert len(inside) == 3
    assert outside.strip() == ""
    assert "!important" not in "".join(re.findall(r'style="([^"]*)"', text))
    assert not re.search(r"url\(|@import|@font-face|<script|<link", text)


def test_only_classes_that_the_style_sheet_names_stay() -> None:
    text = made(stress.stress()).html

    sheet = re.findall(r"<style>(.*?)</style>", text, re.S)[-1]
    used = {name for classes in re.findall(r' class="([^"]*)"', text) for name in classes.split()}
    assert used
    assert {name for name in used if not re.search(rf"\.{name}\b", sheet)} == set()


def test_a_hostile_issue_has_nothing_active_and_one_way_out() -> None:
    found = tree(stress.hostile())

    assert found.xpath("//script|//iframe|//form|//input|//button|//svg|//object|//body//style") == []
    assert [name for one in found.iter() for name in one.attrib if name.lower().startswith("on")] == []
    schemes = {str(one).split(":")[0] for one in found.xpath("//@href|//@src")}
    assert schemes == {"https", "@@UNSUBSCRIBE@@"}
    assert found.xpath("count(//a[@href='@@UNSUBSCRIBE@@'])") == 1
    # An unclosed tag of a text ends with its cell: the footer is no part of it.
    assert [one.tag for one in found.xpath("//a[@href='@@UNSUBSCRIBE@@']/ancestor::*")][-3:] == ["tr", "td", "p"]


def test_code_keeps_its_lines_and_gaps_where_white_space_is_not_kept() -> None:
    (code,) = body_of("```python\nif x:\n    y =  1  # <b>\n\n\tz\n```").xpath("//pre")

    assert lxml_html.tostring(code, encoding="unicode", with_tail=False).split(">", 1)[1] == (
        "if x:<br>\u00a0\u00a0\u00a0\u00a0y =\u00a0 1\u00a0 # &lt;b&gt;<br><br>\u00a0\u00a0\u00a0\u00a0z</pre>"
    )
    assert "white-space:normal" in code.get("style")
    assert code.get("dir") == "ltr"


@pytest.mark.parametrize(("signs", "breaks"), [("x" * 61, True), ("x" * 60, False), ("&" * 60, False)])
def test_a_run_of_signs_longer_than_a_line_of_code_may_break_anywhere(signs: str, breaks: bool) -> None:
    (code,) = body_of(f"```\n{signs} y\n```").xpath("//pre")

    assert ("break-all" in code.get("style")) is breaks


def table(columns: int, cell: str = "v") -> str:
    """A table of one row of values; each cell says its column."""
    head, values = (" | ".join(f"{word}{n}" for n in range(columns)) for word in ("H", cell))
    return f"| {head} |\n|{'---|' * columns}\n| {values} |\n"


def test_a_table_of_three_columns_stays_a_table() -> None:
    found = body_of(table(3))

    assert found.xpath("//th/text()") == ["H0", "H1", "H2"]
    assert found.xpath("//table[contains(@class, 'stack')]") == []


def test_cells_of_a_wider_table_are_led_by_their_heading_on_phones_alone() -> None:
    found = body_of(table(4))

    (stacked,) = found.xpath("//table[contains(@class, 'stack')]")
    assert [cell.text_content() for cell in stacked.xpath(".//td")] == ["H0: v0", "H1: v1", "H2: v2", "H3: v3"]
    assert {one.get("style") for one in stacked.xpath(".//td/b")} == {"display:none;mso-hide:all"}
    assert len(stacked.xpath(".//th[@scope='col']")) == 4


def test_a_table_that_no_screen_holds_is_told_row_by_row() -> None:
    found = body_of(table(7))

    rows = [[cell.text_content() for cell in row] for row in found.xpath("//tr[th]")]
    assert rows == [[f"H{n}", f"v{n}"] for n in range(7)]
    assert len(found.xpath("//th[@scope='row']")) == 7


def test_short_words_of_a_narrow_table_stay_whole_and_long_ones_may_break() -> None:
    (short,), (long,) = (body_of(table(3, cell)).xpath("//table[thead]") for cell in ("v", "incomprehensible"))

    assert "word-break:normal" in short.get("style")
    assert "word-break" not in long.get("style")


def test_a_picture_is_no_wider_than_the_letter_and_comes_from_the_archive() -> None:
    image = Image(typed="flow.png", path="x/flow.png", name="images/flow.png", width=1200, height=480, sha256="")

    (shown,) = body_of("![A flow](flow.png)", images=(image,)).xpath("//img")

    assert dict(shown.attrib) == {
        "src": "https://pulse.example.com/issues/2024-W23/images/flow.png",
        "alt": "A flow",
        "width": "576",
        "height": "230",
        "style": "display:block;max-width:100%;height:auto;border:0",
    }


@pytest.mark.parametrize(
    ("typed", "width"), [('width="9000" height="2"', "576"), ('width="50%"', None), ('width="90"', "90"), ("", None)]
)
def test_a_picture_from_elsewhere_has_a_width_that_outlook_reads_and_always_alt(typed: str, width: str | None) -> None:
    (shown,) = body_of(f'<img src="https://a.example/x.png" {typed}>').xpath("//img")

    assert (shown.get("width"), shown.get("alt")) == (width, "")


def test_a_list_longer_than_a_page_of_outlook_goes_over_rows_and_keeps_its_numbers() -> None:
    items = "\n".join(f"{n}. Item {n} {'of words ' * 16}" for n in range(3, 43))

    rows = body_of(f"## Steps\n\n{items}\n\nAfter.").xpath("//td[ol]")

    numbered = [
        int(one.get("start", "1")) + at
        for row in rows
        for one in row.xpath("./ol")
        for at, _ in enumerate(one.xpath("./li"))
    ]
    assert numbered == list(range(3, 43))
    assert [row[0].tag for row in rows][:2] == ["h3", "ol"]
    assert max(len(row.text_content()) for row in rows) < 2_200


def test_a_long_text_without_headings_is_cut_into_rows_that_are_not_too_tall() -> None:
    paragraphs = [f"Paragraph {n} " + "of a long explainer. " * 20 for n in range(12)]

    rows = body_of("\n\n".join(paragraphs)).xpath("//td[p[starts-with(., 'Paragraph')]]")

    assert [len(row.xpath("./p")) for row in rows] == [4, 4, 4]


def test_a_heading_is_not_cut_off_from_what_it_heads() -> None:
    words = "of a long explainer. " * 90

    rows = body_of(f"## First\n\n{words}\n\n### Below\n\n{words}\n\n## Next\n\nEnd.").xpath("//td[h3 or h4]")

    assert [[one.tag for one in row] for row in rows] == [["h3", "p"], ["h4", "p"], ["h3", "p"]]


@pytest.mark.parametrize(("language", "side"), [("en", "left"), ("ar", "right")])
def test_a_take_bears_its_bar_on_the_side_on_which_its_text_begins(language: str, side: str) -> None:
    story = make_story(takes=(make_take("نور", "رأي", language="ar"), make_take("Dika", "A word.", language="en")))

    takes = tree(make_issue(wording=make_wording(language=language), stories=(story,))).xpath("//td[p/strong[@style]]")

    assert ["border-right:4px" in one.get("style") for one in takes[:2]] == [True, False]
    assert [one.get("dir") for one in takes[:2]] == (["rtl", None] if side == "left" else [None, "ltr"])


def test_a_name_that_runs_the_other_way_leaves_the_date_beside_it_in_order() -> None:
    text = made(make_issue(stories=(make_story(source="منبر التقنية"),))).html

    assert '<span dir="rtl">منبر التقنية</span>\u200e · 3 June 2024' in text


def test_a_language_that_is_no_tag_is_not_printed() -> None:
    text = made(make_issue(stories=(make_story(language='en" onload="x'),))).html

    assert "onload" not in text


def test_the_logo_stands_in_the_place_of_the_name_where_there_is_a_site_to_fetch_it_from() -> None:
    theme = Theme(logo=Logo(path="logo.png", name="logo.png", width=120, height=28, sha256=""))

    with_site = tree(make_issue(theme=theme)).xpath("//p[contains(@class, 'brand')]")[0]
    without = tree(make_issue(theme=theme, wording=make_wording(base_url=""))).xpath("//p[contains(@class, 'brand')]")[
        0
    ]

    (shown,) = with_site.xpath("./img")
    assert (shown.get("src"), shown.get("alt")) == ("https://pulse.example.com/logo.png", "Tech Pulse")
    assert (without.text_content(), without.xpath(".//img")) == ("Tech Pulse", [])


def test_links_to_the_page_lead_to_the_place_of_the_issue_in_the_archive() -> None:
    found = links(make_issue(slug="2024-06-07-week23-2024"))

    assert "https://pulse.example.com/issues/2024-06-07-week23-2024/" in found
    assert not [one for one in found if "2024-W23" in one]


# What it weighs -------------------------------------------------------------------------------------


def heavy(**changes: Any) -> Issue:
    """More than Gmail shows, because of its explainer."""
    body = "## Introduction\n\n" + "\n\n".join("Words of a very long explainer. " * 15 for _ in range(260))
    given: dict[str, Any] = {
        "explainer": make_explainer(body, sources=("https://example.org/source",)),
        "stories": (make_story(also_covered=(Credit(source="Coastwire", link="https://coastwire.example/1"),)),),
    }
    return make_issue(**given | changes)


def crowded(**changes: Any) -> Issue:
    """More than Gmail shows, because of its lists."""
    thread = tuple(
        Sibling(
            id=f"more-{n}", headline=f"Sibling {n} of a story", link=f"https://news.example.com/{n}", source="Byteline"
        )
        for n in range(9)
    )
    also = tuple(Credit(source=f"Source {n}", link=f"https://source{n}.example/") for n in range(9))
    stories = tuple(make_story(f"Story {n}", id=f"story-{n}", thread=thread, also_covered=also) for n in range(24))
    headlines = tuple(make_story(f"Headline {n}", id=f"head-{n}", takes=()) for n in range(40))
    return make_issue(**{"explainer": None, "stories": stories, "headlines": headlines} | changes)


def test_the_stress_issue_is_whole_within_the_budget() -> None:
    issue = stress.stress()

    found = made(issue)

    assert len(issue.stories) == 24
    assert sum(len(story.takes) for story in issue.stories) == 40
    assert len(found.html.encode()) < 90_000
    assert found.shortened == ()


def test_a_letter_that_gmail_would_cut_carries_the_beginning_of_its_explainer_and_leads_to_the_rest() -> None:
    found = made(heavy())

    assert found.html.count("Words of a very long explainer.") == 15
    assert '<a href="https://pulse.example.com/issues/2024-W23/#_explainer"' in found.html
    assert "Read the rest on the web" in found.html
    assert "example.org/source" not in found.html
    assert "https://coastwire.example/1" in found.html
    assert found.shortened == ("the explainer (91 of 23,401 words)",)


def test_a_beginning_that_is_one_endless_paragraph_is_cut_within_it() -> None:
    found = made(heavy(explainer=make_explainer("Endless words. " * 9000)))

    assert 50 < found.html.count("Endless words.") < 70
    assert "…</p>" in found.html


def test_lists_are_shortened_in_order_until_the_letter_fits_and_say_so() -> None:
    found = made(crowded())

    assert len(found.html.encode()) <= LIMIT
    assert found.shortened[0] == '"More on this" (48 of 216 lines)'
    assert found.html.count("7 more on the web") == 24
    assert "https://pulse.example.com/issues/2024-W23/#story-23" in found.html


def test_takes_and_their_headlines_are_never_left_out() -> None:
    takes = tuple(make_take("Yoga", "A take of some length, which nobody shortens. " * 8) for _ in range(4))
    issue = crowded(explainer=heavy().explainer)
    issue = replace(issue, stories=tuple(replace(story, takes=takes) for story in issue.stories))

    found = made(issue)

    assert [words.split(" (")[0] for words in found.shortened] == [
        "the explainer",
        '"More on this"',
        '"Also in the news"',
        '"Also covered by"',
    ]
    assert found.html.count("A take of some length") == 24 * 4 * 8
    assert all(f">Story {n}</a>" in found.html for n in range(24))
    assert "40 headlines on the web" in found.html


@pytest.mark.parametrize("base_url", ["", "javascript:alert(1)"])
def test_without_a_page_on_the_web_the_letter_stays_whole(base_url: str) -> None:
    found = made(heavy(wording=make_wording(base_url=base_url)))

    assert len(found.html.encode()) > LIMIT
    assert found.shortened == ()
    assert "javascript:" not in found.html


def test_a_template_that_knows_of_no_cuts_is_not_said_to_have_cut() -> None:
    own = "{{ issue.title }} {{ issue.explainer.body }}"

    found = letter(heavy(), filler(FileTemplates({"email.html.j2": own}), FILTERS))

    assert found.shortened == ()
