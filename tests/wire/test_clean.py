"""Markup that is shown: harmless, absolute, and with the author's words."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsletter.wire.clean import safe_html
from newsletter.wire.markup import plain
from newsletter.wire.parse import parse

BASE = "https://news.example.org/blog/feed.xml"
CORPUS = Path(os.environ.get("NEWSLETTER_CORPUS", "")) / "feeds" / "adversarial"
ACTIVE = frozenset("script iframe form input base meta object embed style svg math button link noscript".split())


class Seen(HTMLParser):
    """What a browser would find: elements, attributes with their values, comments, words."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.comments: list[str] = []
        self.words = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_schemes_are_written_as_every_reader_of_mail_knows_them() -> None:
    shown = safe_html('<a href="HTTPS://News.example.org/A">x</a><a href=MailTo:A@b.example>y</a>', base_url=BASE)

    assert Seen(shown).attributes["href"] == ["https://News.example.org/A", "mailto:A@b.example"]


def assert_harmless(markup: str) -> Seen:
    seen = Seen(markup)
    assert not seen.tags & ACTIVE, markup
    assert not [name for name in seen.attributes if name.startswith("on") or name in ("style", "srcset")], markup
    for address in [*seen.attributes.get("href", ()), *seen.attributes.get("src", ())]:
        assert address.startswith(("http://", "https://", "mailto:")), markup
    assert not seen.comments, markup
    return seen


ACTIVE_MARKUP = [
    "<script>alert(1)</script>safe",
    "<scr<script>ipt>alert(1)</script>safe",
    '<img src=x onerror="alert(1)">safe',
    "<a href='javascript:alert(1)'>safe</a>",
    '<a href="jav&#x09;ascript:alert(1)">safe</a>',
    '<a href=" &#14; javascript:alert(1)">safe</a>',
    '<a href="data:text/html,<script>alert(1)</script>">safe</a>',
    '<a href="vbscript:x">safe</a>',
    "<iframe src=https://evil.example></iframe>safe",
    "<svg onload=alert(1)><g/></svg>safe",
    "<svg><style><img src=x onerror=alert(1)></style></svg>safe",
    "<style>body{background:url(javascript:1)}</style>safe",
    "<form action=x><input name=p type=password><button>b</button></form>safe",
    "<base href=https://evil.example/>safe",
    '<meta http-equiv="refresh" content="0;url=https://evil.example">safe',
    '<div style="position:fixed" onclick=x>safe</div>',
    "<object data=x.swf></object><embed src=y>safe",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">safe',
    "<!--[if mso]><img src=x onerror=alert(1)><![endif]-->safe",
    '<img srcset="javascript:x 2x" src="https://a.example/i.png">safe',
    "<link rel=stylesheet href=https://evil.example/x.css>safe",
    "<xml:namespace prefix=o /><o:p>safe</o:p>",
    "<template><script>x</script></template>safe",
    '<a href="x>safe</a>',
]


@pytest.mark.parametrize("markup", ACTIVE_MARKUP)
def test_nothing_active_is_left_and_no_word_is_lost(markup: str) -> None:
    html, words = safe_html(markup, base_url=BASE), plain(markup)

    assert "safe" in assert_harmless(html).words
    assert "safe" in words
    assert "alert" not in words.replace("onerror=alert(1)", "")


def test_markup_that_browsers_read_in_two_ways_is_harmless() -> None:
    markup = '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">x'

    assert_harmless(safe_html(markup, base_url=BASE))


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/img/a.png", "https://news.example.org/img/a.png"),
        ("rel/b.html", "https://news.example.org/blog/rel/b.html"),
        ("../c", "https://news.example.org/c"),
        ("?q=1", "https://news.example.org/blog/feed.xml?q=1"),
        ("//cdn.example.com/d", "https://cdn.example.com/d"),
        ("https://other.example/e", "https://other.example/e"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
    ],
)
def test_addresses_are_absolute(address: str, absolute: str) -> None:
    seen = assert_harmless(safe_html(f'<a href="{address}">a</a><img src="{address}">', base_url=BASE))

    assert seen.attributes["href"] == seen.attributes["src"] == [absolute]


@pytest.mark.parametrize("base", ["", "nonsense", "file:///etc/", "https://[broken", "http://a b/"])
def test_relative_addresses_go_where_there_is_nothing_to_resolve_them_against(base: str) -> None:
    seen = assert_harmless(safe_html('<a href="/a">words</a>', base_url=base))

    assert (seen.attributes.get("href"), seen.words) == (None, "words")


def test_the_shape_of_an_article_stays() -> None:
    article = "<h2>One</h2><p>Two <em>three</em></p><ul><li>four</li></ul><pre><code>five</code></pre><hr>"

    assert safe_html(article, base_url=BASE) == article


@pytest.mark.parametrize("prose", ["vector<int> x", "map<string, T> is one", "if a < b and b > c", "Option<T>"])
def test_what_an_author_wrote_in_angle_brackets_is_words(prose: str) -> None:
    assert Seen(safe_html(prose, base_url=BASE)).words == prose
    assert plain(prose) == prose


def test_paragraphs_do_not_grow_together_as_text() -> None:
    assert plain("<p>One</p><p>Two</p>") == "One Two"


@pytest.mark.parametrize(
    "bait",
    [
        "<div>" * 10_000,
        "<li><ul>" * 10_000,
        "<rt>" * 20_000,
        "<p>" + "".join(f"<b id={n}>" for n in range(100)) + "</p><p>x" * 20_000,
        "<" * 50_000,
        "<a '" * 10_000,
        "<x-" + "a-" * 50_000,
        "<svg>" * 10_000,
        "<p>word</p>" * 25_000,
    ],
    ids=["divs", "lists", "ruby", "formatting", "angles", "quotes", "custom", "svg", "long"],
)
def test_no_markup_takes_long_or_grows_beyond_measure(bait: str) -> None:
    # What grows with the square of the depth would need minutes, or gigabytes, for these.
    assert len(safe_html(bait, base_url=BASE)) <= 1_000_000


@pytest.mark.skipif("NEWSLETTER_CORPUS" not in os.environ, reason="NEWSLETTER_CORPUS names no folder of documents")
def test_hostile_documents_come_out_harmless() -> None:
    lines = (CORPUS / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    judged = [one for one in map(json.loads, lines) if one.get("html_safe") or one.get("content_has")]

    for expected in judged:
        entries = parse((CORPUS.parent / expected["file"]).read_bytes(), url=expected["url"]).entries
        shown = [safe_html(one.content or one.summary, base_url=expected["url"]) for one in entries]
        for html in shown:
            assert_harmless(html)
        assert all(any(text in html for html in shown) for text in expected.get("content_has", ()))
    assert judged
