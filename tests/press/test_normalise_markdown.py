"""What editors type means to Python-Markdown what CommonMark sees in it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.normalise import normalise

_ORACLE = MarkdownIt("commonmark").enable(["table", "strikethrough"])

AS_COMMONMARK = {
    "nested by two spaces": "- a\n  - b\n    - c\n",
    "nested by four spaces": "- a\n    - b\n        - c\n",
    "nested by three under a number": "1. a\n   - b\n2. c\n",
    "list right after a paragraph": "Three things:\n- a\n- b\n",
    "numbers right after a paragraph": "Steps:\n1. a\n2. b\n",
    "a year in running text": "It was in\n2026. Then it ended.\n",
    "fence in an item": "1. a\n   ```\n   x = 1\n\n     y\n   ```\n2. b\n",
    "fence in a nested item": "- a\n  - b\n\n    ```\n    x\n    ```\n  - c\n- d\n",
    "fence right after a paragraph": "Text\n```\n# no heading\n- no list\n```\nmore\n",
    "an open fence": "```\n- x\n",
    "tabs for nesting": "- a\n\t- b\n\t\t- c\n",
    "byte order mark": "\ufeff# Title\n",
    "carriage returns": "- a\r\n  - b\r\n- c\r\n",
    "hash without a space": "#Title\n",
    "bullets then numbers": "- a\n1. b\n2. c\n",
    "paragraphs in an item": "1. a\n\n   more\n2. b\n",
    "lazy continuation": "- a\nstill a\n- b\n",
    "back by two levels": "- a\n  - b\n    - c\n- d\n",
    "list in a list after a paragraph": "- a\n\n  words\n  - b\n- c\n",
    "parenthesised numbers": "1) a\n2) b\n",
    "code by indentation": "Words\n\n    - no list\n    # no heading\n\nmore\n",
    "quote after a paragraph": "Words\n> quoted\n",
    "thematic break": "a\n\n* * *\n\nb\n",
    "underlined heading": "Title\n---\n\nwords\n",
}


@pytest.mark.parametrize("typed", AS_COMMONMARK.values(), ids=AS_COMMONMARK.keys())
def test_editors_markdown_has_the_structure_that_commonmark_gives_it(typed: str) -> None:
    ours = to_html(typed, top_level=1)

    assert outline(ours) == outline(_ORACLE.render(typed.lstrip("\ufeff")))


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("Three:\n-\nCost: x\n-\nFocus: y", "<p>Three:</p>\n<ul>\n<li>Cost: x</li>\n<li>Focus: y</li>\n</ul>"),
        ("Words above\n-\n", "<p>Words above</p>"),
        ("-\n\nCost: x", "<ul>\n<li>Cost: x</li>\n</ul>"),
        ("-\n- a", "<ul>\n<li>a</li>\n</ul>"),
        ("•\nCost", "<ul>\n<li>Cost</li>\n</ul>"),
        ("1.\nFirst\n2.\nSecond", "<ol>\n<li>First</li>\n<li>Second</li>\n</ol>"),
    ],
    ids=["bullets", "nothing below", "a blank line between", "a bullet below", "typographic", "numbers"],
)
def test_a_marker_alone_on_its_line_takes_the_words_below_and_makes_no_heading(typed: str, html: str) -> None:
    assert to_html(typed) == html


def test_code_between_fences_keeps_every_character() -> None:
    code = "-\n#Title\n  - x  \n1) y"

    assert f"```\n{code}\n```" in normalise(f"Text\n```\n{code}\n```\n")


_WORD = st.sampled_from("ant bee cat dog eel".split())


@st.composite
def _nested_lists(draw: st.DrawFn, depth: int = 0) -> str:
    """A list of bullets or numbers, some items with a list of their own, nested by as much as the author likes."""
    numbered, step = draw(st.booleans()), draw(st.integers(0, 2))
    lines: list[str] = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        mark = f"{number}." if numbered else "-"
        lines.append(f"{mark} {draw(_WORD)}")
        if depth < 2 and draw(st.booleans()):
            inner = draw(_nested_lists(depth + 1)).split("\n")
            lines += [" " * (len(mark) + 1 + step) + line for line in inner]
    return "\n".join(lines)


@settings(max_examples=60, deadline=None)
@given(_nested_lists(), st.sampled_from(["", "Words:\n", "Words:\n\n"]))
def test_lists_of_any_nesting_equal_commonmark(typed: str, before: str) -> None:
    text = before + typed

    assert outline(to_html(text)) == outline(_ORACLE.render(text))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="-*#1. >`~ab\n", max_size=60))
def test_no_input_makes_it_stumble_and_once_is_enough(typed: str) -> None:
    once = to_html(normalise(typed))

    assert isinstance(once, str)


_PIECES = st.sampled_from(
    [
        "Words *of* prose\nin two lines",
        "## Heading",
        "```py\n# code\n- no item\n```",
        "> quoted\n> twice",
        "- one\n  - two\n- three",
        "1. one\n2. two\n\n   more",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "* * *",
        "A [link](https://example.com/x_(y)) and `code`",
        "~~struck~~ and **bold *both***",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=5), st.sampled_from(["\n\n", "\n\n\n"]))
def test_pieces_in_any_order_equal_commonmark(pieces: list[str], gap: str) -> None:
    # Two quotations with nothing between them become one: the same words in the same order.
    assume(not any(a[0] == b[0] == ">" for a, b in pairwise(pieces)))
    text = gap.join(pieces)

    assert outline(to_html(text, top_level=1)) == outline(_ORACLE.render(text))


@pytest.mark.parametrize("sign", ["[", "[a](", "![", "[a](<"])
def test_brackets_that_nobody_closes_are_words_before_anybody_tries_each_pair(sign: str) -> None:
    normal = normalise(sign * 2_000)

    assert normal.count("\\[") == 2_000
    assert to_html(normal).count("[") == 2_000


def test_a_thicket_of_brackets_stays_as_words_and_links_beside_it_work() -> None:
    html = to_html("[see](https://example.com/a)\n\n" + "[" * 300 + " `[code`")

    assert '<a href="https://example.com/a">see</a>' in html
    assert "[" * 300 in html
    assert "<code>[code</code>" in html


def outline(html: str) -> list[str]:
    """Tags of blocks and the words in them, without levels and without the paragraphs of loose lists."""
    html = html.replace("<s>", "<del>").replace("</s>", "</del>")
    html = re.sub(r"</?p>|</?(?:em|strong|a)[^>]*>", "\n", html)
    html = re.sub(
        r"<(/?)(h)?(\w+)[^>]*>", lambda m: f"<{m[1]}{m[2] or ''}{'' if m[2] and m[3].isdigit() else m[3]}>", html
    )
    return [part.strip() for part in re.split(r"(<[^>]+>)|\n", html) if part and part.strip()]
