from __future__ import annotations

import pytest

from newsletter.files.headers import Header, read_header, read_switch, read_week
from newsletter.model.week import Week

KNOWN = ("author", "story", "headline", "week", "tags", "link", "note", "again", "lang")


def header_of(text: str) -> Header:
    return read_header(text.split("\n"), "a.md", KNOWN)


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("story: Codestral: Hello, World!\n\ntext", {"story": "Codestral: Hello, World!"}, 2),
        ("author: Yoga\nstory: #a\n---\ntext", {"author": "Yoga", "story": "#a"}, 3),
        ("---\nauthor: Yoga\n\nstory: #a\n---\n\ntext", {"author": "Yoga", "story": "#a"}, 5),
        ("\n\nauthor: Yoga\n\n---\ntext", {"author": "Yoga"}, 5),
        ("Author: Yoga\nSTORY : #a\n\ntext", {"author": "Yoga", "story": "#a"}, 3),
        ("author:Yoga\nstory:\ttyped  \ntext", {"author": "Yoga", "story": "typed"}, 2),
        ('story: it\'s "quoted" # not a comment\n\nx', {"story": 'it\'s "quoted" # not a comment'}, 2),
        ("story: x", {"story": "x"}, 1),
        ("---\nstory: x\ntext without an end", {"story": "x"}, 2),
    ],
    ids=["colon", "rule", "fences", "blank lines above", "case", "blanks", "as typed", "nothing else", "open fence"],
)
def test_header_lines_are_split_at_the_first_colon(text: str, values: dict[str, str], body: int) -> None:
    header = header_of(text)

    assert header.values == values
    assert header.body == body
    assert header.remarks == ()


@pytest.mark.parametrize(
    "text",
    [
        "Codestral: Hello, World!\n\ntext",
        "Links: Awakening comes to phones\n\ntext",
        "Linux: a new kernel\n\ntext",
        "Gains: what we saw\n\ntext",
        "https://example.com/a\n\ntext",
        "We tried it: it works.\n\ntext",
        "---\nJust a rule above words\n---\n",
        "",
        "\n\n",
        "plain words",
    ],
    ids=["headline", "near miss", "Linux", "Gains", "address", "sentence", "rule", "empty", "blank", "words"],
)
def test_a_headline_with_a_colon_is_no_header(text: str) -> None:
    assert header_of(text) == Header()


def test_a_known_key_with_text_right_below_is_read_as_text_and_named() -> None:
    header = header_of("note: this is not a product.\nIt is a plan.")

    assert header.values == {}
    assert [remark.code for remark in header.remarks] == ["header"]


def test_a_key_one_letter_off_is_an_error_with_the_right_one() -> None:
    header = header_of("author: Dika\nstroy: #a\n\ntext")

    assert header.values == {"author": "Dika"}
    assert [str(remark) for remark in header.remarks] == [
        'a.md:2: error [unknown-key] "stroy" is not a key. Did you mean "story"? Keys: '
        + ", ".join(KNOWN)
        + '.\n    Used nowhere: "#a".'
    ]


@pytest.mark.parametrize("typed", ["stroy", "stor", "storyy", "sttory", "stary"])
def test_a_header_may_begin_with_a_misspelt_key(typed: str) -> None:
    assert [remark.code for remark in header_of(f"{typed}: #a\n\ntext").remarks] == ["unknown-key"]


def test_a_key_that_stands_twice_is_an_error_and_the_first_one_counts() -> None:
    header = header_of("story: #a\nstory: #b\n\ntext")

    assert header.get("story") == "#a"
    assert [(remark.line, remark.code) for remark in header.remarks] == [(2, "duplicate-key")]


def test_words_inside_fences_that_are_no_header_line_are_named() -> None:
    header = header_of("---\nstory: #a\nsome words\n---\ntext")

    assert [(remark.line, remark.code) for remark in header.remarks] == [(3, "header")]


@pytest.mark.parametrize(
    ("typed", "said", "faults"),
    [("yes", True, 0), ("Yes", True, 0), ("1", True, 0), ("no", False, 0), ("", False, 0), ("maybe", False, 1)],
)
def test_a_switch_is_yes_or_no(typed: str, said: bool, faults: int) -> None:
    found, remarks = read_switch(Header(values={"again": typed}, lines={"again": 1}), "again", "a.md")

    assert found is said
    assert len(remarks) == faults


def test_a_week_that_no_year_has_is_an_error() -> None:
    assert read_week(Header(values={"week": "2024-W25"}), "a.md") == (Week(2024, 25), ())
    assert [remark.code for remark in read_week(Header(values={"week": "2023-W53"}), "a.md")[1]] == ["week"]


@pytest.mark.parametrize("text", ["story: #a\nstory:\n\ntext", "story:\nstory: #a\n\ntext"])
def test_a_key_left_empty_gives_way_to_one_that_is_filled(text: str) -> None:
    header = header_of(text)

    assert header.get("story") == "#a"
    assert header.remarks == ()


@pytest.mark.parametrize("rule", ["---", "—", "–––", "—-", "---\u00a0"])
def test_a_rule_that_a_word_processor_made_a_dash_of_ends_the_header(rule: str) -> None:
    header = header_of(f"author\u00a0: Yoga\nstory: #a\n{rule}\ntext")

    assert (header.values, header.body) == ({"author": "Yoga", "story": "#a"}, 3)
