"""Whatever a feed, a file or a person may write, in every field of an issue: nothing of it is active anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from newsletter.archive.feeds.entries import content_of
from newsletter.archive.lists.shelves import around, shelves
from newsletter.archive.plan import Bound, plan
from newsletter.archive.search.index import searchable
from newsletter.model.issue import Credit, Image, Issue, PrintedTake, Reference, Sibling, TermLink, ToldCorrection
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.shelf import Around, Site
from newsletter.model.week import Week
from newsletter.press.filling.environment import FixedTemplates
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.normalise import normalise
from newsletter.press.prose.plain import to_text
from newsletter.press.prose.printable import printable
from newsletter.press.prose.safe_markdown import harmless
from newsletter.press.render import render
from newsletter.press.site.pages import archived_page, index_page, list_page, shelf_page
from newsletter.press.variants import VARIANTS
from tests.press.build import (
    TEMPLATES,
    make_explainer,
    make_issue,
    make_story,
    make_take,
    make_wording,
)

_TEMPLATES = FixedTemplates(
    {
        path.relative_to(TEMPLATES).as_posix(): (path.read_text(encoding="utf-8"), path.name)
        for path in TEMPLATES.rglob("*.j2")
    }
)
#: As GitHub and generators of sites read it, but for their own refusals.
_READER = MarkdownIt("commonmark", {"html": True}).enable("table")
_READER.validateLink = lambda url: True  # type: ignore[method-assign]

_NASTY = [
    *"""<script>alert(1)</script> </script> <svg/onload=a()> <math> <template> <iframe> <form> <style> </style>
    <plaintext> <textarea> <title> </td></tr></table> </p> <td> <b> </b> <i> <h1> <table> <li> <a> </a> </body>
    <!--[if•mso]> <![endif]--> <!-- --> --!> ]]> <![CDATA[ <?php <!DOCTYPE•x> <img•src=x•onerror=a()> <b•onclick=a()>
    <a•href= <a•href="javascript:a()">x</a> <a•href="jAvA•javascript:a()">x</a> <img•alt="<!--"•src="https://a.example/i.png">
    [x](javascript:a(1)) [x](jAvA&#115;cript:a) [x](foo:1•javascript:a(1)) [x](data:text/html,x) [x](//e.example)
    [x](<vbscript:a>) [r]: [r] javascript:a javascript:a(1) data:x ![<!--[if•mso]>](https://a.example/i.png)
    [x](https://a.example/•"-->") [](https://a.example/) https://a.example/<b> [x]( ]( ) [ < > " ' & &lt; &#60; \\ \\`
    ` `` ``` ~~~ `<i>` | - > # 1. === * ** _ [^1] [^1]: {{•1•}} {%•raw•%} @@UNSUBSCRIBE@@ @@UNSUB SCRIBE@@ word term
    العربية 日本語 👩‍👩‍👧‍👦 \u202e \u202d \u2066 \u2067 \u2069 \u202c \u200b \x1b[1m""".replace("\n", " ").split(" "),
    *(" ", " ", "\n", "\n\n", "\n> ", "\n- ", "    ", "\t", "\x00", "\x0c", "\u2028", "\ud800", "\uffff", "\n|-|-|\n"),
]  # fmt: skip
_TEXT = st.lists(st.sampled_from([one.replace("•", " ") for one in _NASTY]), min_size=1, max_size=9).map("".join)
_LINKS = (
    "javascript:a()", "https://ok.example/?a=1&b=2", 'https://ok.example/"><b>', "//e.example", "https://ok.example/`|\\",
    "https://a\u202eb.example/", "mailto:a@b.example?subject=<b>", "http://[",
)  # fmt: skip
_ACTIVE = frozenset(
    """script style iframe object embed svg math template form input button select textarea base meta link frameset
    noscript plaintext xmp video audio source title""".split()
)
_MARKDOWN = frozenset(
    """p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong b i u s del sub sup a img table thead tbody tr
    th td abbr""".split()
)
_ATTRIBUTES = frozenset(
    """href src alt width height title class style id lang dir role aria-label aria-hidden aria-labelledby
    aria-roledescription aria-current cellpadding cellspacing border align scope start datetime tabindex loading
    decoding rel type""".split()
)
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class _Tags(HTMLParser):
    """Tags of a page behind <body>, and what is neither tag nor text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        #: Ends of what is not the innermost open element.
        self.misplaced: list[str] = []
        self.others: list[str] = []
        self._open: list[str] = []
        body = page[max(0, page.find("<body")) :].partition("</body>")[0]
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("br", "hr", "img", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.misplaced.append(tag)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


def made_of(texts: list[str]) -> Issue:
    """An issue every field of which says one of the texts, in turn."""
    turn, links, numbers = cycle(texts), cycle(_LINKS), iter(range(99))
    text, link = (lambda: next(turn)), (lambda: next(links))
    earlier = Reference(week=Week(2024, 20), title=text(), link=link())

    def take(**more: Any) -> PrintedTake:
        return make_take(text(), text(), author_link=link(), language=text(), **more)

    def story(**more: Any) -> Any:
        sibling = Sibling(id=f"s{next(numbers)}", headline=text(), link=link(), source=text(), language=text())
        return make_story(
            text(), id=f"s{next(numbers)}", link=link(), source=text(), summary=text(), language=text(),
            also_covered=(Credit(source=text(), link=link()),), thread=(sibling,), **more,
        )  # fmt: skip

    return make_issue(
        title=text(), preheader=text(), intro=text(), previous=earlier,
        wording=make_wording(
            name=text(), tagline=text(), news_heading=text(), pulse_heading=text(), pulse_intro=text(),
            apart_heading=text(), headlines_heading=text(), postal_address=text(),
        ),
        explainer=make_explainer(
            text(), title=text(), subtitle=text(), tldr=text(), author=text(), level=text(), series=text(), part=text(),
            tags=(text(),), sources=(link(), link()), base_url="https://pulse.example.com/e/", language=text(),
        ),
        stories=(story(takes=(take(), take())), story(takes=(take(),))),
        apart=(take(about=earlier),),
        headlines=(story(takes=()),),
        corrections=(ToldCorrection(reference=earlier, day=date(2024, 5, 1), text=text()),),
        terms=(TermLink(term="term", link="https://pulse.example.com/issues/2024-W01/", title=text()),),
        images=(Image(typed=text(), path="i.png", name="images/i.png", width=9, height=9, sha256="0"),),
    )  # fmt: skip


def faults(page: str, *, comments: int = 0, search: bool = False) -> Iterator[str]:
    """What is active, broken or bodiless in a page."""
    found = _Tags(page)
    for tag, attributes in found.tags:
        if tag in _ACTIVE - ({"form", "input", "button"} if search else frozenset()):
            yield f"<{tag}>"
        yield from (f"{tag} {name}" for name in attributes if not search and name not in _ATTRIBUTES)
        for address in (attributes[name] for name in ("href", "src") if name in attributes):
            relative = re.match(r"(#|\.\./|images/|[a-z]+/|issue\.md|[a-z]+\.xml|index\.html)", address)
            if not relative and not re.match(rf"https?://|mailto:|{UNSUBSCRIBE_MARK}$", address, re.I):
                yield f"{tag} to {address!r}"
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    if len(ids) != len(set(ids)):
        yield "ids"
    if found.misplaced:
        yield f"{found.misplaced}"
    if len(found.others) != comments:
        yield f"{found.others}"
    if odd := _ODD.search(page):
        yield f"{odd[0]!r}"


@settings(max_examples=12, deadline=None)
@given(st.lists(_TEXT, min_size=5, max_size=19))
def test_nothing_of_any_text_in_any_field_is_active_in_any_form(texts: list[str]) -> None:
    issue = made_of(texts)

    for variant in VARIANTS:
        made = render(issue, templates=_TEMPLATES, variant=variant)

        assert list(faults(made.email_html, comments=2)) == []
        assert made.email_html.count(UNSUBSCRIBE_MARK) == made.email_text.count(UNSUBSCRIBE_MARK) == 1
        assert made.email_html.count("<!--") == made.email_html.count("-->") == made.email_html.count("<![endif]") == 3
        rows = lxml_html.document_fromstring(made.email_html).xpath("//table[contains(@class, 'frame')]/tbody/*")
        assert {(row.tag, len(row)) for row in rows} == {("tr", 1)}
        assert list(faults(made.page)) == []
        assert UNSUBSCRIBE_MARK not in made.page + made.markdown
        assert not _ODD.search(made.email_text + made.markdown)
        assert_tame(made.markdown.partition("\n---\n")[2])


@settings(max_examples=6, deadline=None)
@given(st.lists(_TEXT.filter(lambda text: any(map(str.isalpha, text))), min_size=5, max_size=19))
def test_nothing_of_any_text_is_active_in_archive_feeds_and_search(texts: list[str]) -> None:
    issue = made_of(texts)
    shelved = shelves([issue], members=[], corrected=[])
    site = Site(wording=issue.wording, theme=issue.theme, lists=("members", "sources", "terms", "search"))

    page = archived_page(issue, around=around(issue, shelved), templates=_TEMPLATES, site=site)
    pages = [
        page,
        *(list_page(kind, shelved, site=site, templates=_TEMPLATES) for kind in ("members", "sources", "terms")),
    ]
    pages += [
        shelf_page(kind, shelf, site=site, templates=_TEMPLATES)
        for kind, of_kind in (("members", shelved.members), ("sources", shelved.sources), ("terms", shelved.terms))
        for shelf in of_kind[:2]
    ]
    content = content_of(
        archived_page(issue, around=Around(), templates=_TEMPLATES, site=site), "https://pulse.example.com/i/"
    )
    bound = Bound(issue=issue, page=b"", markdown=b"", id="x", contents=dict.fromkeys(VARIANTS, content))
    files = dict(plan([bound], wording=issue.wording, pages={}))

    assert [fault for one in pages for fault in faults(one)] == []
    assert list(faults(index_page(shelved, site=site, templates=_TEMPLATES), search=True)) == []
    for name in ("feed.xml", "news.xml", "explainers.xml", "sitemap.xml"):
        etree.fromstring(files[name])
    assert list(faults(json.loads(files["feed.json"])["items"][0]["content_html"])) == []
    json.loads(files["issues.json"])
    assert searchable("a", "t", date(2024, 6, 7), page)


def assert_tame(markdown: str) -> None:
    """No reader of Markdown makes anything of it but text, plain formats and links that may be followed."""
    found = _Tags(_READER.render(markdown))
    assert {tag for tag, _ in found.tags} <= _MARKDOWN
    assert found.others == []
    for _, attributes in found.tags:
        assert attributes.keys() <= {"href", "src", "alt", "title", "start", "class", "style"}
        for address in (attributes.get("href"), attributes.get("src")):
            assert not address or re.match(r"https?://|mailto:|[^:]*$", address, re.I), address


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_markdown_of_people_is_tame_for_a_reader_that_refuses_nothing(typed: str) -> None:
    assert_tame(harmless(typed, base_url="https://pulse.example.com/"))


@pytest.mark.parametrize(
    "typed",
    [
        "[r]\n\n- [r]: javascript:a",
        "[r]\n\n> [r]: javascript:a",
        "[r\nq]\n\n[r\nq]: javascript:a",
        "[r]\n\n- [r]:\n    javascript:a",
        "[x](foo:1 javascript:a(1))",
        '<a href="jAvA javascript:a(1)">x</a>',
        "\\`<svg onload=a()>`",
        "`a\n- <svg onload=a()>`",
        "`a\n```\n<svg onload=a()>\n```\n`",
        "a `b\n2. c` <svg onload=a()> `d`",
        "[a](`x) <svg onload=a()> `",
        "| a | b |\n|---|---|\n| `c | <svg onload=a()>` |",
        "<b>\n`<svg onload=a()>`\n</b>",
        "    ~~~\n\n<svg onload=a()>",
        "* * *\n\n    ~~~\n\n<svg onload=a()>",
        "<b>~~~\n\n~~~\n<svg onload=a()>",
        "<<b>[svg](javascript:a) onload=a()>",
        "<!Xa@b.example:-->",
    ],
)
def test_what_readers_of_markdown_read_in_two_ways_is_tame_in_both(typed: str) -> None:
    assert_tame(harmless(typed))


def test_a_take_that_begins_with_code_stays_code_behind_its_authors_name() -> None:
    issue = make_issue(stories=(make_story(takes=(make_take(text="    <script>alert(1)</script>"),)),))

    assert_tame(render(issue, templates=_TEMPLATES).markdown.partition("\n---\n")[2])


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("a\x00b\x1b[1mc\x7f\ud800\uffff", "ab[1mc"),
        ("a\x0bb\x0cc\x85d\u2028e", "a b c d e"),
        ("a\rb\r\nc\x00", "a\nb\nc"),
        ("\u202eabc", "abc"),
        ("\u2067C++\u2069 is", "\u2067C++\u2069 is"),
        ("\u2067C++ is\nnext\u2069", "C++ is\nnext"),
        ("\u202ba\u2069b\u202c", "ab"),
        ("\u200fa\u200d", "\u200fa\u200d"),
    ],
    ids="plain controls gaps breaks override paired open crossed scopeless".split(),
)
def test_signs_that_nobody_sees_go_and_paired_marks_of_direction_stay(typed: str, printed: str) -> None:
    assert printable(typed) == printed


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("# a\n\n<h2>b<ul><li>c</ul></h2>", "<h3>a</h3>\n<h4>b</h4>\n<ul><li>c</li></ul>"),
        ("[](https://a.example/)", '<p><a href="https://a.example/">https://a.example/</a></p>'),
        ("see `a\nb <c>` now", "<p>see <code>a b &lt;c&gt;</code> now</p>"),
    ],
    ids="heading link span".split(),
)
def test_what_is_odd_but_meant_well_comes_out_in_good_order(typed: str, html: str) -> None:
    assert re.sub(r"\n+", "\n", to_html(typed)) == html


def test_an_inline_tag_that_nobody_closes_does_not_reach_the_next_paragraph() -> None:
    assert harmless("a <b>b\n\nc <i>d</i> </u>") == "a b\n\nc <i>d</i>"


@pytest.mark.parametrize(
    "typed", ["<b>" * 3000 + "x", "> " * 3000 + "x", "<ul><li>" * 1500 + "x", "[a\\]" * 1000 + "x"]
)
def test_what_is_nested_thousands_deep_stays_as_words_in_every_form(typed: str) -> None:
    assert "x" in to_html(typed)
    assert "x" in to_text(typed)
    assert "x" in harmless(typed)


def test_lists_nested_without_end_keep_every_item() -> None:
    typed = "\n".join(f"{'  ' * depth}- item{depth}." for depth in range(120))

    found = re.findall(r"<li>item(\d+)\.", to_html(typed))

    assert found == [str(depth) for depth in range(120)]


def test_brackets_that_only_seem_closed_are_a_thicket_too() -> None:
    assert normalise("[a\\]" * 200).count("\\[") == 200
