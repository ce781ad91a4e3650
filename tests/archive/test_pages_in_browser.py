"""The pages of the archive as a browser shows them, from a folder: whole, reached by keys, never wider than a phone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from newsletter.archive.lists.shelves import around, shelves
from newsletter.model.issue import Issue
from newsletter.model.shelf import Site
from newsletter.model.theme import HOUSE
from newsletter.model.week import Week
from newsletter.press.site.pages import archived_page, index_page, list_page, missing_page, shelf_page, year_page
from tests.browser import CHROMIUM, Page, browser
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take, make_wording

BODY = """## Introduction

Numbers, [linked](https://a.example.com/) and `coded`.

| Model | Licence | Parameters | Context length | Price in cents |
|:------|:-------:|-----------:|----------------|----------------|
| Alpha | open | 7,000,000,000 | 128,000 | 0.15 |

```
a line of code that is much longer than the screen of any telephone that was ever made, and then some more of it
```
"""
HEADLINES = (
    "Deepfakes attend meetings",
    "أطلق المختبر نموذجا مفتوح الأوزان",
    "ラボがオープンウェイトモデルを公開",
    "🧨🔥👩‍👩‍👧‍👦",
    "W" * 200,
    "A headline of three hundred letters " * 8,
)


def make_issues() -> list[Issue]:
    coded = make_take("Yoga", "I ran `rm`:\n\n```\nrm -r /\n```")
    stories = tuple(
        make_story(words, id=f"story-{n}", takes=(coded, make_take("Dika", tags=("open weights",))))
        for n, words in enumerate(HEADLINES)
    )
    full = make_issue(
        explainer=make_explainer(BODY, tags=("basics",)), stories=stories, headlines=(make_story(id="head"),)
    )
    arabic = make_wording(language="ar", name="نبض التقنية")
    return [
        full,
        replace(full, week=Week(2024, 22), wording=arabic, title=HEADLINES[1], headlines=(), stories=stories[:2]),
        replace(full, week=Week(2023, 23), title=HEADLINES[4], explainer=None, stories=()),
    ]


def write_site(root: Path) -> tuple[str, ...]:
    """Write every kind of page; their names."""
    issues, templates = make_issues(), FileTemplates()
    site = Site(wording=make_wording(), theme=HOUSE, lists=("members", "sources", "terms", "search"))
    found = shelves(issues, members=(), corrected=("2024-W22",))
    pages = {
        "index.html": index_page(found, site=site, templates=templates),
        "404.html": missing_page(site, templates=templates),
        "years/2024/index.html": year_page(2024, found, site=site, templates=templates),
        "terms/index.html": list_page("terms", found, site=site, templates=templates),
        "members/yoga/index.html": shelf_page("members", found.members[1], site=site, templates=templates),
        "sources/byteline/index.html": shelf_page("sources", found.sources[0], site=site, templates=templates),
    }
    for issue in issues:
        here = around(issue, found, lists=site.lists)
        pages[f"issues/{issue.place}/index.html"] = archived_page(issue, around=here, templates=templates, site=site)
    for name, page in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(page, encoding="utf-8")
    return tuple(pages)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_pages_are_whole_by_day_and_by_night_wide_and_narrow(tmp_path: Path) -> None:
    names = write_site(tmp_path)

    with browser() as page:
        # The last is like the others, but for a title of one endless word.
        for turn, name in enumerate(names):
            page.emulate(dark=bool(turn % 2), width=320)
            page.open((tmp_path / name).as_uri())
            _nothing_scrolls_sideways(page, name)
            if name != names[-1]:
                _no_rule_of_accessibility_is_broken(page, name)
            assert page.value("performance.getEntriesByType('resource').length") == 0
        page.emulate(dark=True)
        page.open((tmp_path / "issues/2024-W23/index.html").as_uri())
        _no_rule_of_accessibility_is_broken(page, "the issue in the dark")
        _keys_reach_the_content(page)
        _code_stands_on_a_ground_of_its_own(page)
        _paper_holds_whole_lines_of_code_and_one_margin(page)
        _links_lead_through_the_archive(page)
        page.open((tmp_path / "issues/2023-W23/index.html").as_uri())
        _a_lone_list_of_headlines_stays_with_its_heading(page)
        page.open((tmp_path / "index.html").as_uri())
        _what_a_field_asks_for_can_be_read(page)
        assert page.complaints == []


def _nothing_scrolls_sideways(page: Page, name: str) -> None:
    assert (name, page.value("document.documentElement.scrollWidth")) == (name, 320)


def _no_rule_of_accessibility_is_broken(page: Page, name: str) -> None:
    page.value(Axe().axe_script)
    found = page.value("axe.run(document, {preload: false}).then(all => [all.passes.length > 9, all.violations])")
    assert (name, found[0], [json.dumps(one)[:2000] for one in found[1]]) == (name, True, [])


def _keys_reach_the_content(page: Page) -> None:
    page.press("Tab")
    assert page.value("document.activeElement.textContent") == "Skip to the content"
    assert page.value("document.activeElement.getBoundingClientRect().left >= 0")
    page.press("Enter")
    page.until("location.hash === '#_main'")
    page.press("Tab")
    assert page.value("document.querySelector('main').contains(document.activeElement)")


def _code_stands_on_a_ground_of_its_own(page: Page) -> None:
    grounds = page.value("""[".take", ".take pre", ".take p code", "main"].map(
        one => getComputedStyle(document.querySelector(one)).backgroundColor)""")
    assert grounds[1] == grounds[2] == grounds[3] != grounds[0]


def _paper_holds_whole_lines_of_code_and_one_margin(page: Page) -> None:
    page.send("Emulation.setEmulatedMedia", media="print")
    wide = page.value("[...document.querySelectorAll('pre')].map(one => one.scrollWidth - one.clientWidth)")
    begins = page.value("""[".brand", "h1", ".foot p"].map(
        one => document.querySelector(one).getBoundingClientRect().left)""")
    page.send("Emulation.setEmulatedMedia", media="")
    assert len(set(begins)) == 1, begins
    assert len(wide) > 1
    assert set(wide) == {0}


def _a_lone_list_of_headlines_stays_with_its_heading(page: Page) -> None:
    gap = page.value("""document.querySelector(".headlines").getBoundingClientRect().top
        - document.querySelector(".news .label").getBoundingClientRect().bottom""")
    assert 0 < gap <= 16


def _what_a_field_asks_for_can_be_read(page: Page) -> None:
    page.emulate(dark=True)
    asked = page.value("getComputedStyle(document.querySelector('.search input'), '::placeholder').color")
    assert asked == page.value("getComputedStyle(document.querySelector('.deck')).color")


def _links_lead_through_the_archive(page: Page) -> None:
    """From a take to all that its author wrote, and back to where it stands."""
    page.open(page.value("document.querySelector('.voice a').href"))
    assert page.value("document.querySelector('h1').textContent") == "Yoga"
    page.open(page.value("document.querySelector('.story h3 a').href"))
    assert page.value("document.querySelector(':target').matches('article.story')")
