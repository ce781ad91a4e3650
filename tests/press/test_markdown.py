"""Markdown of people as safe HTML."""

from __future__ import annotations

import pytest

from newsletter.press.prose.markdown import to_html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a <script>alert(1)</script> b", "<p>a  b</p>"),
        ('<b onclick="x()">b</b>', "<p><b>b</b></p>"),
        ("[x](javascript:alert(1))", "<p>x</p>"),
        ("[x](java&#115;cript:alert(1))", "<p>x</p>"),
        ("[x](data:text/html,hi)", "<p>x</p>"),
        ("a <iframe src='https://e.example'></iframe> b", "<p>a  b</p>"),
        ("a <svg onload=x>q</svg> b", "<p>a  b</p>"),
        ("a <style>p{}</style> b", "<p>a  b</p>"),
        ("a <!-- note --> b", "<p>a  b</p>"),
        ('<img src="https://a.example/i" onerror="x()" alt="A">', '<p><img src="https://a.example/i" alt="A"></p>'),
        ("![a map](map.png)", "<p>a map</p>"),
        ("[x](//e.example/a)", "<p>x</p>"),
        ("<u>x</u>", "<p><u>x</u></p>"),
        ('<p style="color:red">x</p>', "<p>x</p>"),
        ("<a>x</a>", "<p>x</p>"),
    ],
    ids=lambda value: value if isinstance(value, str) and not value.startswith("<p>") else "",
)
def test_what_could_act_is_removed_and_words_stay(typed: str, html: str) -> None:
    assert to_html(typed) == html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("put a <script> tag at the end", "&lt;script&gt; tag at the end"),
        ("a List<String> of <T>", "List&lt;String&gt; of &lt;T&gt;"),
        ("left <!-- open", "left &lt;!-- open"),
        ("`<script>` and <style> stay", "&lt;style&gt; stay"),
        ("a < b and c > d", "a &lt; b and c &gt; d"),
        ("A[^1]\n\n[^1]: Horoscopes.", "<p>¹ Horoscopes.</p>"),
    ],
    ids=["script named", "generics", "open comment", "code and style", "arithmetic", "footnote of one word"],
)
def test_angle_brackets_that_are_no_tags_lose_no_word(typed: str, words: str) -> None:
    assert words in to_html(typed)


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("see www.a.example now", "http://www.a.example"),
        ("ann@a.example", "mailto:ann@a.example"),
        ("<https://a.example/y>", "https://a.example/y"),
        ("[r](more/page)", "https://pulse.example.com/e/more/page"),
    ],
    ids=["bare", "www", "mailbox", "angled", "relative"],
)
def test_addresses_become_links(typed: str, href: str) -> None:
    assert f'href="{href}"' in to_html(typed, base_url="https://pulse.example.com/e/")


def test_headings_start_at_the_given_level_and_skip_none() -> None:
    html = to_html("# One\n\n#### Deep\n\n## Two\n\n# Three", top_level=3)

    assert [html[i + 1 : i + 3] for i in range(len(html)) if html.startswith("<h", i)] == ["h3", "h4", "h4", "h3"]


def test_an_empty_heading_is_dropped() -> None:
    assert to_html("##\n\nwords") == "<p>words</p>"


def test_a_table_names_what_its_headings_head() -> None:
    html = to_html("| a | b |\n|---|--:|\n| 1 | 2 |")

    assert '<th scope="col">a</th>' in html
    assert '<td style="text-align:right">2</td>' in html


def test_code_keeps_its_language_its_spaces_and_its_brackets() -> None:
    html = to_html("```python\nrecall = 40 / (40 + 10)     # <b>\n```")

    assert html == '<pre><code class="language-python">recall = 40 / (40 + 10)     # &lt;b&gt;</code></pre>'


def test_strike_through_is_struck_and_typed_quotation_marks_stay() -> None:
    assert to_html("~~no~~ \"yes\" 'so'") == "<p><del>no</del> \"yes\" 'so'</p>"


def test_nothing_makes_nothing() -> None:
    assert to_html("") == ""


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a <i>b\n\n```\nx\n```", "<p>a <i>b</i></p>\n<pre><code>x</code></pre>"),
        ("<b>one\n\ntwo</b> three", "<p><b>one</b></p>\n<p><b>two</b> three</p>"),
        ("- <s>x\n- y</s>", "<ul>\n<li><s>x</s></li>\n<li><s>y</s></li>\n</ul>"),
        ("<u>a *b* c</u>", "<p><u>a <em>b</em> c</u></p>"),
        (
            "[![a](https://example.com/b.png)](https://example.com)",
            '<p><a href="https://example.com"><img alt="a" src="https://example.com/b.png"></a></p>',
        ),
    ],
    ids=["before code", "across paragraphs", "across items", "closed", "linked picture"],
)
def test_no_block_stands_inside_an_inline_element_that_nobody_closed(typed: str, html: str) -> None:
    assert to_html(typed) == html
