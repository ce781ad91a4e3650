"""Markdown as plain text in columns."""

from __future__ import annotations

import pytest

from newsletter.press.prose.columns import columns, wrap
from newsletter.press.prose.plain import to_text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("one *two* **three** ~~four~~ `five`", "one _two_ *three* ~four~ five"),
        (
            "see [this](https://a.example/x) and [that](https://b.example)",
            "see this [1] and that [2]\n\n[1] https://a.example/x\n[2] https://b.example",
        ),
        ("see https://a.example/x now", "see https://a.example/x now"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> said\n> he", "> said he"),
        ("```\nx = 1\n  y\n```", "    x = 1\n      y"),
        ("# Head\n\nwords", "Head\n----\n\nwords"),
        ("| n | size |\n|---|--:|\n| a | 1 |\n| 語 | 20 |", "n    size\n---  ----\na       1\n語     20"),
        ("![a map](https://a.example/m.png)", "[a map]"),
        ("a  \nb", "a\nb"),
        ("", ""),
    ],
    ids="emphasis links bare nested numbers quote code heading table image break nothing".split(),
)
def test_markdown_reads_well_as_plain_text(typed: str, text: str) -> None:
    assert to_text(typed) == text


def test_a_table_wider_than_the_page_becomes_pairs() -> None:
    wide = "| Name | What it does |\n|---|---|\n| a | " + "long words " * 8 + "|"

    text = to_text(wide)

    assert text.startswith("Name: a\nWhat it does: long words")
    assert max(map(len, text.split("\n"))) <= 72


def test_no_line_of_running_text_is_wider_than_asked() -> None:
    text = to_text("word " * 60 + "\n\n- " + "日本語の文" * 30, width=40)

    assert max(columns(line) for line in text.split("\n")) <= 40


def test_an_address_is_never_broken() -> None:
    address = "https://a.example/" + "x" * 100

    assert address in to_text(f"see {address} there").split("\n")


def test_no_line_starts_with_a_closing_sign() -> None:
    lines = wrap("あ" * 5 + "。" + "い" * 3, 10)

    assert lines == ["あああああ。", "いいい"]


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("abc", 3),
        ("日本", 4),
        ("e\u0301", 1),
        ("\u200d", 0),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 2),
        ("\u2764\ufe0f", 2),
        ("العربية", 7),
        ("日\x07b", 3),
    ],
    ids="latin cjk mark joiner family heart arabic control".split(),
)
def test_columns_count_what_a_terminal_shows(text: str, wide: int) -> None:
    assert columns(text) == wide
