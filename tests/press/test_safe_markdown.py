"""Markdown that stays Markdown, and does nothing but read well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.press.safe_markdown import escaped, harmless, link

_READER = MarkdownIt("commonmark", {"html": True})


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("# One\n\n### Two", "### One\n\n#### Two"),
        ("One\n===\n\nTwo\n---", "### One\n\n#### Two"),
        ("a <script>alert(1)</script>b", "a b"),
        ("<b onclick=x>q</b>", "&lt;b onclick=x>q</b>"),
        ("<u>x</u> `<i>`", "<u>x</u> `<i>`"),
        ("[x](javascript:1)", "x"),
        ("[x](java&#115;cript:1)", "x"),
        ("[a\n](javascript:1)", "a"),
        ("[[x](javascript:1)](javascript:2)", "x"),
        ("<javascript:1>", "&lt;javascript:1>"),
        ("[r](b.html) ![m](c.png)", "[r](https://a.example/b.html) ![m](https://a.example/c.png)"),
        ("```\n[x](javascript:1) <b>\n```", "```\n[x](javascript:1) <b>\n```"),
        ("", ""),
    ],
    ids="levels underlined script attribute inline scheme entity broken nested angled relative code nothing".split(),
)
def test_markdown_of_people_becomes_harmless(typed: str, printed: str) -> None:
    assert harmless(typed, base_url="https://a.example/") == printed


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab*_`[]()<>#-+1.&!~\\|= ", min_size=1, max_size=30).filter(str.strip))
def test_escaped_words_read_exactly_as_they_were(words: str) -> None:
    tokens = _READER.parseInline(escaped(words))[0].children or []

    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens) == " ".join(words.split())


@pytest.mark.parametrize("words", ["# x", "- x", "+ x", "1. x", "1) x", "> x", "===", "---", "***", "    x"])
def test_an_escaped_line_starts_no_block(words: str) -> None:
    html = _READER.render(escaped(words))

    assert html.startswith("<p>")
    assert "<" not in html.strip().removeprefix("<p>").removesuffix("</p>")


def test_an_address_with_parentheses_stays_whole() -> None:
    assert link("x", "https://a.example/(b)") == "[x](<https://a.example/(b)>)"
