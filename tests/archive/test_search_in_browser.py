"""The search as readers use it: in a browser, from a disk, without a server."""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from newsletter.archive.search.index import Searchable, searchable
from newsletter.archive.search.words import words
from newsletter.model.issue import PrintedStory
from tests.archive.build import FIRST, page_of, plain_page, read_issue, weekly, write_search
from tests.browser import CHROMIUM, Page, browser
from tests.press.build import make_story, make_take

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH (apt install chromium)"),
]
_HOSTILE = "<img src=x onerror='window.hurt=1'> robots & \"quotes\""
_VOCABULARY = (
    "robot robots Robotics robotic's bus buses city cities new news batch batches a of C++ 3.5 3.51 naïve Straße "
    "人工知能 人工 工場 人 ไทยแลนด์ 삼성은 삼성 شركة الشركة 𐐨x"
).split()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@cache
def _issues() -> tuple[tuple[str, str, Searchable], ...]:
    """Fourteen issues: place, page, and what each brings to the search."""
    stories: list[tuple[PrintedStory, ...]] = [(make_story("Robots cook soup", id="soup"),)] * 12
    stories.append((make_story(_HOSTILE, id="hostile"),))
    stories.append(
        (
            make_story("الروبوتات تطبخ", id="rtl", summary="A robot that nobody ordered brought soup.", language="ar"),
            make_story("Codestral writes", id="codestral", takes=(make_take("Yoga", "Not soup, but code."),)),
        )
    )
    issues = [weekly(number, stories=told) for number, told in enumerate(stories)]
    return tuple((issue.place, page_of(issue), read_issue(issue)) for issue in issues)


def site(folder: Path) -> str:
    """A site of these issues with its search; the address of the search."""
    for place, page, _ in _issues():
        (folder / "issues" / place).mkdir(parents=True)
        (folder / "issues" / place / "index.html").write_text(page, encoding="utf-8")
    write_search(folder, [part for _, _, part in _issues()])
    return (folder / "search" / "index.html").as_uri()


def type_in(page: Page, text: str) -> None:
    """Put a text in the box as if it was typed."""
    page.value(f"_q.value = {json.dumps(text)}, _q.dispatchEvent(new Event('input'))")


def headings(page: Page) -> list[str]:
    found: list[str] = page.value("[..._found.querySelectorAll('h2')].map(one => one.textContent)")
    return found


# The same words -----------------------------------------------------------------------------------


def test_the_browser_finds_the_same_words_as_the_index(page: Page, tmp_path: Path) -> None:
    write_search(tmp_path, [])
    page.open((tmp_path / "search" / "index.html").as_uri())
    assigned = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) not in ("Cn", "Cs", "Co")]
    # Of the long rows of letters without case every so many; all that can be folded.
    some = [c for n, c in enumerate(assigned) if n % 97 == 0 or c < "\u3400" or unicodedata.category(c) != "Lo"]
    draw, tricky = random.Random(23), "aB3.' +#ßσΣ’ﬁ人か\u3099ก\u0301"
    texts = ["".join(f"{sign}a{sign}'s {sign}# " for sign in some[n : n + 500]) for n in range(0, len(some), 500)]
    texts += ["".join(draw.choice(draw.choice((some, tricky))) for _ in range(40)) for _ in range(300)]

    found = page.value(f"{json.dumps(texts)}.map(text => archiveSearch.words(text))")

    assert [(one, other) for one, other in zip(found, map(words, texts), strict=True) if one != other] == []


def _forms(word: str) -> set[str]:
    """The word with its plain plural or singular, for a reader who knows no more of English."""
    known = (("robot", "robots"), ("bus", "buses"), ("city", "cities"), ("batch", "batches"), ("robotic", "robotics"))
    return {word}.union(*(pair for pair in (*known, ("new", "news")) if word in pair))


@cache
def _words(text: str) -> list[str]:
    return words(text)


def _holds(query: str, text: str) -> bool:
    """Whether a text holds all words of a query: brute force."""
    wanted = _words(query)
    for number, word in enumerate(wanted):
        # The last word may be a beginning, and so may a sign of a script without blanks.
        begins = ord(word) > 0xE00 if len(word) == 1 else number == len(wanted) - 1
        if not any(one in _forms(word) or (begins and one.startswith(word)) for one in _words(text)):
            return False
    return True


def test_what_is_found_is_what_holds_all_words_and_nothing_else(page: Page, tmp_path: Path) -> None:
    draw = random.Random(6)
    texts = [[" ".join(draw.choices(_VOCABULARY, k=draw.randint(1, 9))) for _ in range(4)] for _ in range(40)]
    parts = [
        searchable(f"p{n:02}", "", FIRST + timedelta(n), plain_page(*(("", text) for text in told)))
        for n, told in enumerate(texts)
    ]
    write_search(tmp_path, parts)
    page.open((tmp_path / "search" / "index.html").as_uri())
    typed = [*_VOCABULARY, "robo", "人", "工", "absent"]
    queries = [" ".join(draw.choices(typed, k=draw.choice((1, 1, 2, 3)))) for _ in range(150)]

    found = page.value(f"""Promise.all({json.dumps(queries)}.map(async (query) =>
        (await archiveSearch.find(query)).map((one) => [one.issue[0], one.number])))""")

    for query, places in zip(queries, found, strict=True):
        held = {(f"p{n:02}", i) for n, told in enumerate(texts) for i, text in enumerate(told) if _holds(query, text)}
        assert {(place, number) for place, number in places} == held, query
        assert len(places) == len(held)


def test_whole_words_come_first_by_heading_take_and_rest_then_the_newer(page: Page, tmp_path: Path) -> None:
    told = (("x", "kiwi"), ("x", 'kiwi<div class="take">kiwi</div>'), ("kiwi", ""), ("x", "kiwis"), ("Kiwifruit", ""))
    parts = [searchable(f"p{n}", "", FIRST + timedelta(n), plain_page(one)) for n, one in enumerate((*told, told[0]))]
    write_search(tmp_path, parts)
    page.open((tmp_path / "search" / "index.html").as_uri())

    found = page.value("archiveSearch.find('kiwi').then((all) => all.map((one) => one.issue[0]))")

    assert found == ["p2", "p1", "p5", "p0", "p3", "p4"]


# The page -----------------------------------------------------------------------------------------


def test_the_page_answers_while_one_types_and_leads_to_the_story_and_back(page: Page, tmp_path: Path) -> None:
    page.complaints.clear()
    address = site(tmp_path)
    page.open(address)

    _it_waits_for_words(page)
    _it_shows_where_the_words_stand(page)
    _it_tells_what_is_wrong_with_a_query(page)
    _no_text_of_the_archive_becomes_html(page)
    _ten_are_shown_and_more_on_demand(page)
    _a_query_has_an_address_and_a_place_in_the_history(page, address)
    _nothing_is_asked_of_anybody_else(page, tmp_path)


def _it_waits_for_words(page: Page) -> None:
    page.until("_said.textContent.startsWith('Results hold all')")
    assert page.value("!_form.hidden && _otherwise.hidden && _more.hidden && document.activeElement === _q")


def _it_shows_where_the_words_stand(page: Page) -> None:
    type_in(page, "yoga codestr")
    page.until("_said.textContent === 'One result'")

    assert headings(page) == ["Codestral writes"]
    assert page.value("_found.querySelector('.meta').textContent") == "Week #36 2024 · 6 September 2024"
    assert page.value("_found.querySelector('li > p:last-child').textContent") == "Yoga: “Not soup, but code.”"
    assert page.value("[..._found.querySelectorAll('mark')].map(one => one.textContent)") == ["Codestral", "Yoga"]


def _it_tells_what_is_wrong_with_a_query(page: Page) -> None:
    for query, answer in (("zzz soup", "Nothing has all"), ("!?", "Type at least"), ("", "Results hold all")):
        type_in(page, query)
        page.until(f"_said.textContent.startsWith({answer!r})")
        assert headings(page) == []


def _no_text_of_the_archive_becomes_html(page: Page) -> None:
    type_in(page, "onerror")
    page.until("_said.textContent === 'One result'")

    assert headings(page) == [_HOSTILE]
    assert page.value("document.querySelectorAll('main img').length") == 0
    assert page.value("window.hurt === undefined")


def _ten_are_shown_and_more_on_demand(page: Page) -> None:
    type_in(page, "soup")
    page.until("_said.textContent === '14 results'")
    assert len(headings(page)) == 10

    page.value("_more.click()")
    page.until("_found.children.length === 14")

    assert page.value("_more.hidden")
    assert page.value("document.activeElement === _found.children[10].querySelector('a')")
    assert page.value("_found.querySelector('li > p:last-child').textContent").startswith("A founder imagines")
    assert page.value("[..._found.children].every(one => one.querySelector('h2').dir === 'auto')")


def _a_query_has_an_address_and_a_place_in_the_history(page: Page, address: str) -> None:
    type_in(page, "codestral")
    page.value("_q.focus()")
    page.press("Enter")
    page.until("location.search === '?q=codestral' && _said.textContent === 'One result'")
    type_in(page, "الروبوتات")
    page.press("Enter")
    page.until("_found.querySelector('a').hash === '#rtl'")
    page.value("history.back()")
    page.until("_q.value === 'codestral' && _found.querySelector('a').hash === '#codestral'")

    page.open(page.value("_found.querySelector('a').href"))
    assert page.value("document.querySelector(':target').textContent").strip().startswith("Codestral writes")
    page.open(f"{address}?q=yoga+C%2B%2B+soup")
    page.until("_q.value === 'yoga C++ soup' && _said.textContent.startsWith('Nothing')")


def _nothing_is_asked_of_anybody_else(page: Page, folder: Path) -> None:
    asked = page.value("[...document.querySelectorAll('[src]')].map(one => one.src)")

    assert f"{folder.as_uri()}/search/contents.js" in asked
    assert [address for address in asked if not address.startswith(folder.as_uri())] == []
    assert page.complaints == []


def test_files_that_were_replaced_meanwhile_are_asked_for_anew(page: Page, tmp_path: Path) -> None:
    address = site(tmp_path)
    page.open(address)
    page.until("_said.textContent")
    write_search(tmp_path, [read_issue(weekly(0, stories=(make_story("Robots cook anew", id="anew"),)))])

    type_in(page, "robots")
    page.until("_said.textContent === 'One result'")
    assert headings(page) == ["Robots cook anew"]

    for file in (tmp_path / "search").glob("*.js"):
        file.unlink()
    page.open(f"{address}?q=robots")
    page.until("_said.textContent.startsWith('The search could not be loaded')")
    assert page.value("_otherwise.innerText.includes('the issues by year')")


def test_it_is_accessible_by_day_and_by_night_and_on_a_narrow_screen(page: Page, tmp_path: Path) -> None:
    address = site(tmp_path)

    for dark in (False, True):
        page.emulate(dark=dark, width=320, height=900)
        page.open(f"{address}?q=soup")
        page.until("_found.children.length === 10")
        assert page.value("document.documentElement.scrollWidth") == 320
        page.value(Axe().axe_script)
        assert [json.dumps(one)[:2000] for one in page.value("axe.run(document)")["violations"]] == []


def test_without_javascript_no_box_stands_there_that_does_nothing(page: Page, tmp_path: Path) -> None:
    address = site(tmp_path)
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(f"{address}?q=soup")
        seen = page.value("document.querySelector('main').innerText")
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)

    assert "needs its JavaScript" in seen
    assert "the issues by year" in seen
    assert "Show more" not in seen
