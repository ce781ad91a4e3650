"""Markdown that stays Markdown, and does nothing but read well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.press.prose.safe_markdown import escaped, harmless, link

_READER = MarkdownIt("commonmark", {"html": True})


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("# One\n\n### Two", "### One\n\n#### Two"),
        ("One\n===\n\nTwo\n---", "### One\n\n#### Two"),
        ("a <script>alert(1)</script>b", "a b"),
        ("<b onclick=x>q</b>", "<b>q</b>"),
        ('<a href="https://e.example/p" onclick="x()">w</a>', "[w](https://e.example/p)"),
        ('<a href="javascript:x(1)">w</a> <a name=q>v</a>', "w v"),
        ('<img src=x.png onerror=y(1) alt="a map"> <img src="data:x" alt="b">', "![a map](https://a.example/x.png) b"),
        ('<div style="display:none" onclick="x()">seen</div>.', "seen ."),
        ("<div><p><section><span>seen</span></section></p></div>", "seen"),
        ("a <div> and a List<String> are words", "a &lt;div> and a List&lt;String> are words"),
        ("<<span x>script>y()<<p z>/script>", "< script>y()< /script>"),
        ("<u>x</u> `<i>`", "<u>x</u> `<i>`"),
        ("A[^1] b.\n\n[^1]: The note.", "A¹ b.\n\n¹ The note."),
        (
            "[Update]: Withdrawn.\n[r]: javascript:1\n[s]: /p (t)",
            "\\[Update]: Withdrawn.\n[r]: <>\n[s]: https://a.example/p (t)",
        ),
        ("[x](javascript:1)", "x"),
        ("[x](java&#115;cript:1)", "x"),
        ("[a\n](javascript:1)", "a"),
        ("[[x](javascript:1)](javascript:2)", "x"),
        ("<javascript:1>", "&lt;javascript:1>"),
        ("[r](b.html) ![m](c.png)", "[r](https://a.example/b.html) ![m](https://a.example/c.png)"),
        ("```\n[x](javascript:1) <b>\n```", "```\n[x](javascript:1) <b>\n```"),
        ("", ""),
    ],
    ids=(
        "levels underlined script attribute link dead-link image block blocks word rejoined "
        "inline footnote reference scheme entity broken nested angled relative code nothing"
    ).split(),
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


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from('< > / script b p div span a img =x " \n javascript: ( ) onclick href src'.split(" ")),
        max_size=25,
    ).map("".join)
)
def test_no_tag_but_a_bare_inline_one_is_left(typed: str) -> None:
    tokens = _READER.parse(harmless(typed))

    raw = [child.content for token in tokens for child in token.children or [] if child.type == "html_inline"]
    assert [token for token in tokens if token.type == "html_block"] == []
    assert {tag.strip("</>") for tag in raw} <= {"b"}
