"""Plain words out of markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.wire.markup import as_text, beginning, known_tags, plain


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
        ("<![CDATA[in]]>side <![CDATA[left open", "inside left open"),
        ('<img alt="a > b" src="x.png">after', "after"),
        ('<a href="x>broken</a>', "broken"),
        ("<o:p>Office</o:p>", "Office"),
        ('<g-emoji alias="tada">🎉</g-emoji> out', "🎉 out"),
        ("<turbo-frame>one</turbo-frame> Option<my-type>", "one Option<my-type>"),
        ("one\u00a0two\u2028three\tfour\r\n", "one two three four"),
        ("zero\u200bwidth\u00adsoft\ufeffbom", "zerowidthsoftbom"),
        ("evil \u202egnp.exe\u202c end", "evil gnp.exe end"),
        ("cut\u0085 \u0085 off", "cut… … off"),
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


@pytest.mark.parametrize("bait", ['<b "', "<b '", "<!--", "<script ", "<a ", "&#", "<svg>", "<b a='<", "<x-"])
def test_a_long_text_of_broken_markup_takes_no_time(bait: str) -> None:
    # A quadratic expression would need minutes for it.
    assert isinstance(plain(bait * 20_000), str)
    assert isinstance(beginning(bait * 20_000, least=1000), str)
    assert known_tags(bait * 20_000)[1] >= 0


@given(st.text(max_size=200))
def test_the_outcome_is_one_line_and_stable(text: str) -> None:
    line = as_text(text)

    assert "\n" not in line
    assert line == line.strip()
    assert as_text(line) == line


@given(st.text(st.sampled_from("a é\u00a0\u0085\u0093\u200b\u202e\x1c\x07\t\n\xad\u0301\ud800"), max_size=30))
def test_a_line_is_the_same_whichever_way_it_was_found_clean(text: str) -> None:
    clean = as_text(text)

    assert clean == as_text(f" {text}\x07")
    assert clean.isprintable()


PIECES = st.sampled_from(
    [*"ab <>&;\"'", "<p>", "</p>", "<b class='x > y'>", "<!-- c -->", "&amp;", "&#8217;", "<svg>s</svg>", "vector<int>"]
)


@given(st.lists(PIECES, max_size=80).map("".join))
def test_the_beginning_of_a_text_is_how_the_whole_begins(markup: str) -> None:
    whole, part = plain(markup), beginning(markup, least=10)

    assert len(part) >= min(10, len(whole))
    assert whole[:10] == part[:10]


def test_the_beginning_of_a_long_text_is_read_without_the_rest() -> None:
    markup = "<p>A few words.</p>" * 1000

    assert 100 <= len(beginning(markup, least=100)) < 300
    assert beginning("<p style='x'></p>" * 500 + "at last", least=100) == "at last"


@pytest.mark.parametrize(
    ("markup", "known"),
    [
        ("vector<int> & <b>x</b>", "vector&lt;int> & <b>x</b>"),
        ("<!-- c --><p>1 < 2</p>", " <p>1 &lt; 2</p>"),
        ('<a href="x>y</a>', "<a>y</a>"),
        ("<script>x</script><o:p>y</o:p><noscript>z</noscript>", " yz"),
    ],
)
def test_only_elements_of_html_keep_their_angle_brackets(markup: str, known: str) -> None:
    assert known_tags(markup)[0] == known


def test_the_cost_of_nesting_grows_with_depth_and_not_with_length() -> None:
    assert known_tags("<p>x</p><br>" * 100)[1] == 0
    assert known_tags("<div>" * 10)[1] == sum(range(1, 11))
    assert known_tags("<div></div>" * 10)[1] == 10
