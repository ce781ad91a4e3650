"""Plain words out of markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.wire.markup import as_text, plain


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("Open maps adds <b>x</b>", "Open maps adds x"),
        ("<b>m</b>achine-<em>read</em>", "machine-read"),
        ("<p>One</p><p>Two<br>Three</p>", "One Two Three"),
        ("a < b and c > d", "a < b and c > d"),
        ("std::vector<int> or map<string, T>", "std::vector<int> or map<string, T>"),
        ("R&amp;D &#8217;s caf&eacute; &#x2014; AT&T", "R&D ’s café — AT&T"),
        ("decoded &amp;lt;once&amp;gt;", "decoded &lt;once&gt;"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("a &bogus; b &copy 2025", "a &bogus; b &copy 2025"),
        ("<script>alert('<p>')</script>Hello<style>p{}</style>", "Hello"),
        ("<SCRIPT src=x>\nx()\n</SCRIPT >Hello", "Hello"),
        ("<!-- hidden --><!--[if mso]><p>no</p><![endif]-->seen", "seen"),
        ("<![CDATA[inside]]>", "inside]]>"),
        ('<img alt="a > b" src="x.png">after', "after"),
        ('<a href="x>broken</a>', "broken"),
        ("<o:p>Office</o:p>", "Office"),
        ("one\u00a0two\u2028three\tfour\r\n", "one two three four"),
        ("zero\u200bwidth\u00adsoft\ufeffbom", "zerowidthsoftbom"),
        ("evil \u202egnp.exe\u202c end", "evil gnp.exe end"),
        ("it\u0092s \u0093quoted\u0094", "it’s “quoted”"),
        ("bell\x07 here", "bell here"),
        ("Cafe\u0301 한국", "Café 한국"),
        ("👩🏽\u200d💻 ships", "👩🏽\u200d💻 ships"),
        ("", ""),
    ],
)
def test_markup_becomes_the_words_that_a_reader_sees(markup: str, words: str) -> None:
    assert plain(markup) == words


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("Why <div> is not enough", "Why <div> is not enough"),
        ("Why <b>bold</b> is enough", "Why bold is enough"),
        ("one<br>two", "one two"),
        ("<span class='x'>cut", "cut"),
    ],
)
def test_a_lone_element_in_a_title_is_a_word(markup: str, words: str) -> None:
    assert plain(markup, keep_lone=True) == words


@pytest.mark.parametrize("bait", ['<b "', "<b '", "<!--", "<script ", "<a ", "&#", "<svg>", "<b a='<"])
def test_a_long_text_of_broken_markup_takes_no_time(bait: str) -> None:
    # A quadratic expression would need minutes for it.
    assert isinstance(plain(bait * 20_000), str)


@given(st.text(max_size=200))
def test_the_outcome_is_one_line_and_stable(text: str) -> None:
    line = as_text(text)

    assert "\n" not in line
    assert line == line.strip()
    assert as_text(line) == line
