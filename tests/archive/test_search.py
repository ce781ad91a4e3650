"""The index of the search: what can be found, by which words, in files that need no server."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.archive.search.findables import Findable, documents
from newsletter.archive.search.index import Searchable, dump, load, search_files, searchable
from newsletter.archive.search.words import words
from newsletter.model.issue import Credit, PrintedStory, Reference, Sibling, ToldCorrection
from newsletter.model.week import Week
from tests.archive.build import page_of, plain_page, read_issue, search_html, weekly
from tests.press.build import make_explainer, make_story, make_take

DAY = date(2024, 6, 7)


def plain_part(place: str, *texts: str, day: date = DAY) -> Searchable:
    return searchable(place, f"Issue {place}", day, plain_page(*(("", text) for text in texts)))


def contents_of(files: tuple[tuple[str, bytes], ...]) -> dict[str, object]:
    """What each file hands to the page, by name without ending."""
    found = {}
    for name, data in files:
        call = re.fullmatch(r'archiveSearch\("([a-z0-9-]+)",(.*)\);\n', data.decode(), re.S)
        assert call, name
        assert f"{call[1]}.js" == name
        found[call[1]] = json.loads(call[2])
    return found


def read_index(files: tuple[tuple[str, bytes], ...]) -> dict[str, set[tuple[str, int, str]]]:
    """Each word with its places, as (issue, document, sign), read as the form of the files is described."""
    content = contents_of(files)
    contents = content["contents"]
    assert isinstance(contents, dict)
    index: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for first, name in contents["words"]:
        lines = str(content[name]).split("|")
        assert lines[0].split(" ")[0] == first
        for line in lines:
            word, places = line.split(" ")
            issue = 0
            for step, held in re.findall(r"([0-9a-z]+)([^0-9a-z]+)", places):
                issue += int(step, 36)
                for before, letter, sign in re.findall(r"(\+*)([A-Z])([!*]?)", held):
                    index[word].add((contents["issues"][issue][0], len(before) * 26 + ord(letter) - 65, sign))
    return index


# What can be found --------------------------------------------------------------------------------


def test_the_opening_the_explainer_each_story_each_take_apart_and_each_headline_are_documents_of_their_own() -> None:
    earlier = Reference(week=Week(2024, 22), title="Week #22", link="https://pulse.example.com/issues/2024-W22/")
    issue = weekly(
        0,
        title="Week #23",
        intro="Good morning.",
        explainer=make_explainer("## Introduction\n\nA model is a *list*.\n\n| a | b |\n|---|---|\n| c | d |"),
        stories=(make_story(also_covered=(Credit(source="Wirepost", link="https://wirepost.example.com/a"),)),),
        apart=(make_take("Rani", "A quiet week."), make_take("Rani", "And a long one.")),
        headlines=(
            PrintedStory(
                id="chips",
                headline="Chips get *smaller*",
                link="https://byteline.example.com/chips",
                source="Byteline",
                thread=(
                    Sibling(id="fabs", headline="Fabs grow", link="https://byteline.example.com/f", source="Wirepost"),
                ),
            ),
        ),
        corrections=(ToldCorrection(reference=earlier, text="Zed is not a planet.", day=date(2024, 6, 1)),),
    )

    opening, topic, story, first, second, headline, corrections = documents(page_of(issue))

    assert (opening.anchor, opening.heading) == ("", "Week #23")
    assert opening.lines[-2:] == ("Good morning.", "Numbers you may download.")
    assert (topic.anchor, topic.heading) == ("_explainer", "Open-Weight Models")
    assert topic.lines[-4:] == ("Introduction", "A model is a list.", "a b", "c d")
    assert (story.anchor, story.heading) == ("deepfakes", "Deepfakes attend meetings")
    assert story.lines[1] == "A founder imagines a twin in every meeting."
    assert [story.lines[place] for place in story.takes] == ["Yoga: “I would send mine to status meetings first.”"]
    assert story.lines[-1] == "Also covered by Wirepost"
    assert first == Findable(
        anchor="_apart--rani", heading=issue.wording.apart_heading, lines=(first.lines[0],), takes=(0,)
    )
    assert (second.anchor, second.lines) == ("_apart--rani-2", ("Rani: “And a long one.”",))
    assert (headline.anchor, headline.heading) == ("chips", "Chips get *smaller*")
    assert headline.lines == ("Byteline", "Fabs grow Wirepost")
    assert (corrections.anchor, corrections.heading) == ("_corrections", "Corrections")
    assert "Zed is not a planet" in " ".join(corrections.lines)


def test_what_says_the_same_in_every_issue_cannot_be_found() -> None:
    issue = weekly(0, stories=(make_story(), make_story("Second", id="second")))

    found = read_issue(issue).words

    assert not {"pulse", "contents", "skip", "markdown", "feed"} & set(found)
    assert "what we make of the week" not in " ".join(" ".join(d.lines) for d in documents(page_of(issue))).lower()


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("one<b>two</b> three", "onetwo three"),
        ("<p>one</p><p>two</p>", "one|two"),
        ("<ul><li>one<ul><li>two</li></ul>three</li></ul>", "one|two|three"),
        ("one<br>two", "one two"),
        ("AT&amp;T &lt;b&gt; &#x1F600;", "AT&T <b> 😀"),
        ('one <a href="#note-1">1</a> <a href="#x">↩</a> two <a href="#x">three</a>', "one two three"),
        ('<span aria-hidden="true">one</span>two<span hidden>three</span>', "two"),
        ("<nav>one</nav><script>two</script><style>three</style>four<!-- five -->", "four"),
        ("<nav>one<nav>two</nav>three</nav>four", "four"),
        ('<img alt="one > two" src="x">three', "three"),
        ("one < two", "one < two"),
        ("İİİİİİİİ one", "İİİİİİİİ one"),
        ("one</b></i></section> two", "one two"),
        ("one <b 'two> three", "one <b 'two> three"),
        ("one\n \t two\u00a0three", "one two three"),
    ],
)
def test_text_is_taken_as_readers_see_it(inside: str, line: str) -> None:
    (found,) = documents(f"<main>{inside}</main>")

    assert "|".join(found.lines) == line


def test_a_page_of_another_template_is_one_document() -> None:
    (found,) = documents('<body><MAIN class="x"><h1>Our week</h1><h2>News</h2><div>Chips</div></MAIN></body>')

    assert found == Findable(anchor="", heading="Our week", lines=("News", "Chips"))
    assert documents("<p>Nothing of the kind</p>") == ()


def test_elements_nested_without_end_are_read_to_the_bottom() -> None:
    (found,) = documents("<main>" + "<blockquote>" * 5000 + "deep" + "</main>")

    assert found.lines == ("deep",)


def test_a_thousand_broken_tags_take_no_time_to_speak_of() -> None:
    (found,) = documents("<main>" + "<a href='" * 1000 + "</main>")

    assert found.lines[0].startswith("<a href='")


# By which words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OpenAI’s GPT-4o: “faster”", "openai gpt 4o faster"),
        ("Llama 3.1 costs $0.25, not 3,000.", "llama 3.1 costs 0.25 not 3 000"),
        ("C++, C# and .NET", "c++ c# and net"),
        ("Crème brûlée; CRÈME BRÛLÉE", "creme brulee creme brulee"),
        ("Straße STRASSE Łódź Ørsted Æon œuvre", "strasse strasse lodz orsted aeon oeuvre"),
        ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
        ("ΛΌΓΟΣ λόγος", "λογοσ λογοσ"),
        ("Ёлка, ёлка", "елка елка"),
        ("l’avion d'Orsay", "l avion d orsay"),
        ("Ｆｕｌｌ ﬁle Acme™ CO²", "full file acme co2"),
        ("co\u00adop\u200cera\u2060tion", "cooperation"),
        ("שָׁלוֹם شَرِكَة كتــــاب", "שלום شركة كتاب"),
        ("हिन्दी में", "हिन्दी में"),
        ("人工知能", "人工 工知 知能 能"),
        ("AIの本 2024年", "ai の本 本 2024 年"),
        ("がぎ かき", "がぎ ぎ かき き"),
        ("삼성은", "삼성 성은 은"),
        ("ไทย", "ไท ทย ย"),
        ("𠀀𠀁", "𠀀𠀁 𠀁"),
        ("x" * 50, "x" * 40),
        ("!!! — 😀 …", ""),
        ("_a_b", "a b"),
    ],
)
def test_words_are_found_however_they_are_typed(text: str, found: str) -> None:
    assert words(text) == found.split()


@given(st.text(), st.text())
def test_words_do_not_depend_on_what_stands_in_another_line(one: str, other: str) -> None:
    assert words(f"{one} | {other}") == words(one) + words(other)


# The files ----------------------------------------------------------------------------------------

_PIECES = st.lists(
    st.sampled_from("alpha beta beta's Gamma gammas 3.5 naïve 人工知能 工場 ไทย 𠀀𠀁 \uf900x ｶﾞ".split()), max_size=5
)


@settings(max_examples=50)
@given(st.lists(st.lists(_PIECES.map(" ".join), min_size=1, max_size=4), max_size=4))
def test_each_word_leads_to_all_documents_that_hold_it_and_to_no_other(issues: list[list[str]]) -> None:
    parts = [plain_part(f"p{n}", *texts, day=DAY + timedelta(n)) for n, texts in enumerate(issues)]
    held: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for part in parts:
        for number, document in enumerate(part.documents):
            for line in document.lines:
                for word in words(line):
                    held[word].add((part.place, number, ""))

    assert read_index(search_files(parts)) == held


def test_a_word_counts_by_the_weightiest_part_that_holds_it() -> None:
    story = make_story("Robots cook", summary="Robots serve soup.", takes=(make_take("Yoga", "Soup by robots."),))

    index = read_index(search_files([read_issue(weekly(0, stories=(story,)))]))

    place = "2024-W23"
    assert (index["robots"], index["soup"], index["serve"]) == ({(place, 1, "*")}, {(place, 1, "!")}, {(place, 1, "")})
    assert index["yoga"] == {(place, 1, "!")}


def test_an_issue_may_hold_more_documents_than_there_are_letters() -> None:
    part = plain_part("big", *(f"shared only{number}" for number in range(60)))

    index = read_index(search_files([part]))

    assert index["only59"] == {("big", 59, "")}
    assert {number for _, number, _ in index["shared"]} == set(range(60))


@cache
def _many() -> tuple[Searchable, ...]:
    letters = [chr(97 + n) for n in range(20)]
    told = [" ".join(f"{a}{b}{c}{n % 7}" for a in letters for b in letters for c in "vwxyz") for n in range(6)]
    return tuple(plain_part(f"p{n}", text, "𐐨 \ufe73", day=DAY + timedelta(n)) for n, text in enumerate(told))


def test_words_are_spread_over_files_of_a_few_kilobytes_in_the_order_of_javascript() -> None:
    files = search_files(_many())

    content = contents_of(files)
    sizes = [len(data) for name, data in files if name.startswith("words-")]
    assert len(sizes) > 3
    assert max(sizes) < 24_000
    contents = content["contents"]
    assert isinstance(contents, dict)
    in_order = [line.split(" ")[0] for _, name in contents["words"] for line in str(content[name]).split("|")]
    assert in_order == sorted(in_order, key=lambda word: word.encode("utf-16-be"))
    assert in_order != sorted(in_order)


def test_the_order_of_issues_does_not_matter_and_two_of_one_day_stay_apart() -> None:
    parts = [*_many(), plain_part("b", "one", day=DAY), plain_part("a", "two", day=DAY)]

    files = search_files(parts)

    assert files == search_files(parts[::-1])
    assert [name for name, _ in files] == sorted({name for name, _ in files})


def test_a_name_never_stands_for_another_content() -> None:
    old = dict(search_files(_many()))
    new = dict(search_files([*_many()[:-1], replace(_many()[-1], words={"aax0": "A", "zebra": "A"})]))

    same = old.keys() & new.keys() - {"contents.js"}

    assert same
    assert old.keys() != new.keys()
    assert all(old[name] == new[name] for name in same)


def test_an_archive_without_issues_has_a_search_without_words() -> None:
    assert search_files([]) == (("contents.js", b'archiveSearch("contents",{"issues":[],"words":[]});\n'),)


def test_no_text_ends_the_script_that_carries_it() -> None:
    hostile = '");alert(1)// </script> \u2028 \\" ${1} \x00'
    part = searchable("a", hostile, DAY, plain_page((hostile.replace("<", "&lt;"), "x")))

    content = contents_of(search_files([part]))

    contents = content["contents"]
    assert isinstance(contents, dict)
    assert contents["issues"][0][1] == hostile
    assert not any(b"\xe2\x80\xa8" in data for _, data in search_files([part]))


def test_the_first_page_of_the_search_is_small_for_two_hundred_issues() -> None:
    words_of_its_own = " ".join(f"word{n}" for n in range(600))
    parts = [
        replace(
            plain_part(f"2020-W{n:03}", words_of_its_own if n < 9 else "few", day=DAY + timedelta(n)),
            title=f"Week #{n % 53} 2020 - What Everybody Should Know of It",
        )
        for n in range(200)
    ]

    at_first = len(search_html().encode()) + len(dict(search_files(parts))["contents.js"])

    assert at_first < 60_000


# The cache ----------------------------------------------------------------------------------------


def test_what_an_issue_brings_comes_back_from_a_cache_as_it_was() -> None:
    part = read_issue(weekly(0, stories=(make_story("日本語 \u2028 “quoted”"),)))

    assert load(dump(part)) == part


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"[]", b"null", b"\xff", b'{"form":0,"words":{}}', b'{"form":1,"words":{}}']
)
def test_a_damaged_cache_is_no_cache(damage: bytes) -> None:
    assert load(damage) is None
    assert load(dump(plain_part("a", "one"))[:-3]) is None


# The page -----------------------------------------------------------------------------------------


def test_without_javascript_the_page_says_how_to_search_otherwise() -> None:
    page = search_html(base_url="https://pulse.example.com/all")
    told = re.search(r'<div id="_otherwise">(.*?)</div>', page, re.S)

    assert told
    assert re.findall(r'href="([^"]+)"', told[1]) == [
        "../index.html",
        "../members/index.html",
        "../terms/index.html",
        "../sources/index.html",
    ]
    assert "<code>site:pulse.example.com/all</code>" in told[1]
    assert '<form class="search" role="search" id="_form" hidden>' in page


def test_the_script_is_small_and_asks_nobody_else_for_anything() -> None:
    page = search_html()
    script = re.search(r"<script>(.*?)</script>", page, re.S)

    assert script
    assert len(script[1].encode()) < 9_500
    assert not re.search(r"https?:|fetch|XMLHttpRequest|innerHTML|eval|import", script[1])
