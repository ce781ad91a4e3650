"""An issue in all its forms: the house format, and what must never stand in it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter.errors import FaultyTemplate
from newsletter.model.issue import Credit, Issue, Reference, Renditions
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.week import Week
from newsletter.press import versions
from newsletter.press.render import render
from tests.press.build import (
    FileTemplates,
    make_explainer,
    make_issue,
    make_story,
    make_take,
    make_wording,
)

GOLDENS = Path(__file__).with_name("goldens")

_BODY = """## Introduction
Three reasons come up:
-
Cost: no meter running.
-
Privacy: the text stays <u>at home</u>.

## Counting

| | said yes | said no |
|---|--:|--:|
| was yes | 40 | 10 |

```python
recall = 40 / (40 + 10)     # of those we should have
```

## Conclusion

Start small; see [the notes](notes.html).
"""


def full_issue() -> Issue:
    """One of everything."""
    return make_issue(
        intro="A short week.",
        explainer=make_explainer(_BODY, base_url="https://pulse.example.com/e/", subtitle="What fits on a laptop"),
        stories=(
            make_story(
                takes=(
                    make_take(author_link="https://team.example/yoga"),
                    make_take("José Peña", 'They say "the bot has it".\n\n**Nobody** came.'),
                ),
                also_covered=(
                    Credit(source="Coastwire", link="https://coastwire.example/1"),
                    Credit(source="Lab Notes"),
                ),
            ),
            make_story(
                "Codestral: Hello, World!",
                id="codestral",
                link="https://models.example.net/codestral",
                source="",
                summary="",
                published=date(2024, 5, 29),
                takes=(make_take("Firman", "It says “I know”, and does not:\n\n- good: Go\n- poor: make"),),
            ),
        ),
        apart=(make_take("Sari", "Start with the fourth question."),),
        headlines=(make_story("Rules for chatbots", id="rules", link="https://coastwire.example/2", takes=()),),
        previous=Reference(
            week=Week(2024, 22), title="Week #22 2024 - Many Shots", link="https://pulse.example.com/issues/2024-W22/"
        ),
    )


def press(issue: Issue) -> Renditions:
    return render(issue, templates=FileTemplates())


@pytest.mark.parametrize("form", ["markdown", "email_html", "email_text", "page"])
def test_the_house_format_is_as_it_was(form: str) -> None:
    """Set NEWSLETTER_REWRITE_GOLDENS=1 to write the goldens anew, then read their difference like code."""
    golden = GOLDENS / f"{form}.golden"
    made = getattr(press(full_issue()), form)

    if os.environ.get("NEWSLETTER_REWRITE_GOLDENS") == "1":
        golden.write_text(made, encoding="utf-8")

    assert made == golden.read_text(encoding="utf-8")


def test_parts_stand_in_the_order_of_the_house() -> None:
    order = """Week 23, 2024|3–9 June 2024|Week #23 2024 - Open-Weight Models|A short week|TL;DR|Numbers you may|
        What fits on a laptop|Beginner · 1 min read · Rani|Introduction|Conclusion|Tech News|Current Tech Pulse|
        What we make|Deepfakes attend|Byteline|twin in every|Yoga: |José Peña: |Also covered by|Codestral: Hello|
        Firman: |Also from the team|Sari: |Also in the news|Rules for chatbots|Week #22 2024|Unsubscribe|Harbour"""
    text = press(full_issue()).email_text

    places = [
        text.find(words.strip()) for words in order.split("|") if words.strip() not in ("Beginner · 1 min read · Rani",)
    ]

    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("form", ["email_html", "page"])
def test_html_has_one_first_heading_and_skips_no_level(form: str) -> None:
    levels = [int(n) for n in re.findall(r"<h([1-6])[ >]", getattr(press(full_issue()), form))]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("form", ["email_html", "page"])
def test_every_tag_is_closed_in_order(form: str) -> None:
    reader = _Balance()

    reader.feed(getattr(press(full_issue()), form))

    assert reader.faults == []
    assert reader.open == []


def test_the_mail_loads_nothing_and_stays_small() -> None:
    html = press(full_issue()).email_html

    assert not re.findall(r"<(?:img|script|link|iframe)\b|url\(|@import|@font-face", html)
    assert len(html.encode()) < 100_000
    assert len(re.findall(r"<style>(.*?)</style>", html, re.S)[-1]) < 4096


def test_a_week_of_24_stories_with_two_takes_each_is_not_clipped() -> None:
    words = "I would send mine to status meetings first, and count how many survive. " * 5
    takes = (make_take(text=words), make_take("Dika", words))

    html = press(make_issue(stories=tuple(make_story(id=f"story-{n}", takes=takes) for n in range(24)))).email_html

    assert len(html.encode()) <= 100_000


def test_the_mark_of_the_way_out_stands_once_in_each_part_of_the_letter() -> None:
    made = press(full_issue())

    assert made.email_html.count(f'href="{UNSUBSCRIBE_MARK}"') == made.email_html.count(UNSUBSCRIBE_MARK) == 1
    assert made.email_text.split("\n").count(UNSUBSCRIBE_MARK) == made.email_text.count(UNSUBSCRIBE_MARK) == 1
    assert UNSUBSCRIBE_MARK not in made.markdown + made.page


@pytest.mark.parametrize(
    "typed",
    ["@@UNSUBSCRIBE@@", "&#64;@UNSUBSCRIBE@@", "@<b></b>@UNSUBSCRIBE@@", "`@@UNSUBSCRIBE@@`", "[x](https://a.example/@@UNSUBSCRIBE@@)"],
    ids=["plain", "entity", "tag inside", "code", "address"],
)  # fmt: skip
def test_a_mark_that_somebody_typed_is_broken(typed: str) -> None:
    made = press(
        make_issue(
            title="@@UNSUBSCRIBE@@",
            stories=(make_story(typed, summary=typed, takes=(make_take(typed, typed),)),),
            explainer=make_explainer(typed),
        )
    )

    assert made.email_html.count(UNSUBSCRIBE_MARK) == 1
    assert made.email_text.count(UNSUBSCRIBE_MARK) == 1


def test_an_address_that_bears_a_mark_leads_where_it_did_in_both_parts() -> None:
    typed = "https://a.example/@@UNSUBSCRIBE@@?x"
    take = make_take(f"[one]({typed}), <{typed}> and @@UNSUBSCRIBE@@.")

    made = press(make_issue(stories=(make_story(link=typed, takes=(take,)),)))

    for part in (made.email_html, made.email_text):
        assert part.count("https://a.example/@%40UNSUBSCRIBE@@?x") >= 3
        assert "and @ @UNSUBSCRIBE@@." in part


@pytest.mark.parametrize("form", ["markdown", "email_html", "email_text", "page"])
@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"explainer": None}, ("TL;DR", "min read", "Introduction")),
        ({"stories": (), "apart": ()}, ("Current Tech Pulse", "What we make", "Also from the team", "Yoga")),
        ({"apart": ()}, ("Also from the team",)),
        ({"headlines": ()}, ("Also in the news",)),
        ({"intro": ""}, ("A short week",)),
        ({"previous": None}, ("Previous issue",)),
        ({"stories": (), "apart": (), "headlines": ()}, ("Tech News",)),
    ],
    ids=["no explainer", "no takes", "nothing apart", "no headlines", "no intro", "no previous", "no news"],
)
def test_a_part_without_content_disappears_with_its_heading(
    form: str, changes: dict[str, object], gone: tuple[str, ...]
) -> None:
    issue = full_issue()
    before, after = getattr(press(issue), form), getattr(press(replace(issue, **changes)), form)

    assert [words for words in gone if words not in before and words not in ("Introduction",)] == []
    assert [words for words in gone if words in after] == []


def test_an_empty_issue_of_a_house_without_words_still_is_a_letter() -> None:
    wording = make_wording(tagline="", base_url="", pulse_intro="", postal_address="")

    made = press(make_issue(wording=wording, explainer=None, stories=(), preheader=""))

    assert re.findall(r"<h[1-6][^>]*>(.*?)</h", made.email_html) == ["Week #23 2024 - Open-Weight Models"]
    assert "View in browser" not in made.email_html
    assert "http" not in made.email_text


def test_a_take_stands_in_quotation_marks_that_differ_from_its_own() -> None:
    made = press(full_issue())

    assert 'Yoga: "I would send mine to status meetings first."' in made.email_text
    assert 'José Peña: “They say "the bot has it".' in made.email_text
    assert "*Nobody* came.”" in made.email_text
    assert 'Firman: "It says “I know”, and does not:' in made.email_text
    assert '- poor: make"' in made.email_text
    assert '[Yoga](https://team.example/yoga): "I would send mine to status meetings first."' in made.markdown


def test_a_take_that_begins_with_a_list_is_quoted_whole() -> None:
    made = press(make_issue(stories=(make_story(takes=(make_take("Dika", "- one\n- two"),)),)))

    assert re.search(r"Dika</strong>:</p>\s*<ul[^>]*>\s*<li[^>]*>“one</li>\s*<li[^>]*>two”</li>", made.email_html)


def test_a_take_that_ends_in_code_keeps_the_code_clean() -> None:
    made = press(make_issue(stories=(make_story(takes=(make_take("Dika", "Run:\n\n```\nmake\n```"),)),)))

    assert ">make</pre>" in made.email_html
    assert "Dika: Run:\n\n```\nmake\n```\n" in made.markdown


@pytest.mark.parametrize("form", ["markdown", "email_html", "email_text", "page"])
def test_markup_from_feeds_and_takes_is_words_or_gone(form: str) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror="alert(2)"> a & b <b>c</b>'
    made = press(
        make_issue(
            stories=(
                make_story(
                    hostile, link="javascript:alert(3)", summary=hostile, takes=(make_take(text=f"ok {hostile}"),)
                ),
            )
        )
    )

    text = getattr(made, form)

    assert not re.findall(r"<(?:script|img)\b", text) or form == "email_text"
    assert "javascript:" not in text


def test_feed_words_mean_nothing_to_markdown() -> None:
    made = press(make_issue(stories=(make_story("*Stars* [and](x) `ticks`", summary="# not a heading"),)))

    assert r"### [\*Stars\* \[and\](x) \`ticks\`](https://byteline.example.com/2024/06/03/deepfakes)" in made.markdown
    assert "\n\\# not a heading\n" in made.markdown


def test_an_address_that_must_not_be_printed_leaves_its_headline() -> None:
    made = press(make_issue(stories=(make_story("Bare", link="ftp://a.example/x"),)))

    assert "Bare" in made.email_html
    assert "ftp:" not in made.email_html + made.email_text + made.page


def test_other_scripts_bear_their_language_and_direction() -> None:
    hebrew = make_story("חדשות השבוע", language="he", takes=(make_take("נועה", "דעה קצרה", language="he"),))
    japanese = make_story("人工知能が会議に出席する時代がやってくると社長が語った", id="ja", language="ja")

    made = press(make_issue(stories=(hebrew, japanese)))

    assert '<h3 lang="he" dir="rtl">' in made.page
    assert re.search(r'<td(?=[^>]* lang="he")(?=[^>]* dir="rtl")(?=[^>]* class="tint[^"]* rtl")', made.email_html)
    assert '<h3 lang="ja">' in made.page
    assert "2. 人工知能が会議に出席する時代がやってくると社長が語った" in made.email_text


def test_an_issue_in_a_language_from_right_to_left_is_set_that_way() -> None:
    made = press(
        make_issue(wording=make_wording(language="ar"), stories=(make_story(takes=(make_take("نور", "١٢"),)),))
    )

    assert '<html lang="ar" dir="rtl"' in made.email_html
    assert '<html lang="ar" dir="rtl"' in made.page
    assert "border-right:4px" in made.email_html


def test_no_line_of_the_text_part_is_wider_than_72_columns_but_addresses() -> None:
    lines = press(full_issue()).email_text.split("\n")

    assert [line for line in lines if len(line) > 72 and "://" not in line] == []


def test_code_and_tables_keep_their_exact_words() -> None:
    made = press(full_issue())

    assert "recall = 40 / (40 + 10)&nbsp;&nbsp;&nbsp;&nbsp; # of those" in made.email_html
    assert "    recall = 40 / (40 + 10)     # of those" in made.email_text
    assert '<a href="https://pulse.example.com/e/notes.html"' in made.page
    assert "[the notes](https://pulse.example.com/e/notes.html)" in made.markdown


@pytest.mark.parametrize(
    ("name", "source", "where"),
    [
        ("email.html.j2", "a\nb\n{{ issue.colour }}\n", "templates/email.html.j2:3: "),
        ("email.txt.j2", "a\n{% if %}\n", "templates/email.txt.j2:2: "),
        ("issue.md.j2", "\n\n{{ nobody.name }}", "templates/issue.md.j2:3: "),
        ("pages/issue.html.j2", "{{ 1 / 0 }}", "templates/pages/issue.html.j2:1: "),
        ("email.txt.j2", "x\n{{ issue.week | spam }}", "templates/email.txt.j2:2: "),
        ("parts/email_rows.html.j2", "{% macro take(a, b) %}\n{{ c }}\n{% endmacro %}", "templates/email.html.j2:"),
        ("email.txt.j2", "{% include 'parts/none.j2' %}", "templates/email.txt.j2:1: there is no template"),
        ("email.txt.j2", "no way out", "templates/email.txt.j2: @@UNSUBSCRIBE@@ stands nowhere"),
    ],
    ids=[
        "unknown field",
        "syntax",
        "unknown name",
        "arithmetic",
        "unknown filter",
        "missing macro",
        "missing",
        "no mark",
    ],
)
def test_a_mistake_in_a_template_is_named_by_file_and_line(name: str, source: str, where: str) -> None:
    with pytest.raises(FaultyTemplate) as caught:
        render(full_issue(), templates=FileTemplates({name: source}))

    assert caught.value.what.startswith(where)
    assert caught.value.mend


def test_the_same_issue_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    program = "from tests.press.test_render import digest, full_issue, press; print(digest(press(full_issue())))"
    root = Path(__file__).resolve().parents[2]

    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": zone, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Jakarta"))
    }

    assert digests == {digest(press(full_issue()))}


def test_this_program_and_the_rendering_libraries_are_named_with_their_versions() -> None:
    named = dict(versions())

    assert list(named) == sorted(named)
    libraries = {"jinja2", "markdown", "nh3", "css-inline", "pymdown-extensions", "snowballstemmer"}
    assert libraries | {"tech-pulse"} == set(named)


def digest(made: Renditions) -> str:
    return hashlib.sha256(repr(made).encode()).hexdigest()


class _Balance(HTMLParser):
    """Notes every end tag that does not close the tag opened last."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "link", "br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)
