from __future__ import annotations

import pytest

from newsletter.files.markup import (
    in_code,
    lone_bullets,
    opens_quote,
    unclosed_marks,
    unquoted,
    without_comments,
    wordless_images,
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('"all of it"', "all of it"),
        ("“all of it”", "all of it"),
        ("«all of it»", "all of it"),
        ("„all of it“", "all of it"),
        ("„all of it”", "all of it"),
        ("»all of it«", "all of it"),
        ("”all of it”", "all of it"),
        ("‘all of it’", "all of it"),
        ("‘it’s all of it’", "it’s all of it"),
        ("「all of it」", "all of it"),
        ('“all of it"', "all of it"),
        ("  “ all of it ” \n", "all of it"),
        ("“It says “no” and means it”", "It says “no” and means it"),
        ("“no” is what it says”", "“no” is what it says”"),
        ('"It says "no" and means it"', 'It says "no" and means it'),
        ("“One.\n\n“Two.”", "One.\n\nTwo."),
        ('"One.\n\n"Two."', "One.\n\nTwo."),
        ("“One.”\n\n“Two.”", "One.\n\nTwo."),
        ("“One.\n\nTwo.”", "One.\n\nTwo."),
        ("“A” and “B”", "“A” and “B”"),
        ('"A" and "B"', '"A" and "B"'),
        ('"A" is what it says', '"A" is what it says'),
        ("it says “A”", "it says “A”"),
        ("'tis the season", "'tis the season"),
        ("“”", ""),
        ('"', '"'),
        ("", ""),
    ],
)
def test_quotation_marks_are_dropped_only_where_they_wrap_the_whole(typed: str, text: str) -> None:
    assert unquoted(typed) == text


@pytest.mark.parametrize(
    ("text", "forgotten"),
    [("“never closed", True), ('"never closed', True), ("“closed” here", False), ("none", False), ("", False)],
)
def test_an_opening_mark_without_a_partner_is_seen(text: str, forgotten: bool) -> None:
    assert opens_quote(text) is forgotten


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <!-- b --> c", "a  c"),
        ("a\n<!-- b\nc -->\nd", "a\n\n\nd"),
        ("a `<!-- b -->` c", "a `<!-- b -->` c"),
        ("```\n<!-- b -->\n```\nx <!-- y -->", "```\n<!-- b -->\n```\nx "),
        ("a <!-- never closed", "a <!-- never closed"),
    ],
    ids=["inline", "lines stay", "code", "block", "open"],
)
def test_comments_are_no_text_and_lines_stay_where_they_are(text: str, left: str) -> None:
    assert without_comments(text) == left


def test_a_fence_is_closed_by_its_own_kind_only() -> None:
    lines = ["```", "~~~", "``", "```", "x", "~~~~", "~~~", "~~~~", "```", "never closed"]

    assert in_code(lines) == (True, True, True, True, False, True, True, True, False, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a **b** c", ()),
        ("a **b c", ((0, "**"),)),
        ("a\nb **c\n\nd** e", ((1, "**"),)),
        ("a **b\nc** d", ()),
        ("2 ** 3 and 2**3", ()),
        ("snake_case_name and __init__", ()),
        ("a _b_ c", ()),
        ("a _b c", ((0, "_"),)),
        ("a `b c", ((0, "`"),)),
        ("a `**b` c", ()),
        ("a ``b ` c`` d", ()),
        (r"a \**b c", ()),
        ("see https://example.com/_a_/_b and [x](y_z) <https://example.com/_q>", ()),
        ("```\n**a\n```", ()),
        ("```\nnever closed", ((0, "```"),)),
        ("**a _b", ((0, "**"), (0, "_"))),
    ],
)
def test_a_mark_that_opens_and_never_closes_is_named_with_its_line(
    text: str, found: tuple[tuple[int, str], ...]
) -> None:
    assert unclosed_marks(text) == found


def test_bullets_alone_on_their_line_are_counted_outside_of_code() -> None:
    text = "-\nOne\n\n*\n\nTwo\n---\n- three\n```\n-\nx\n```\n-"

    assert lone_bullets(text) == (0, 3)


def test_images_without_words_are_found_in_every_spelling() -> None:
    text = (
        '![](a.png) ![words](b.png) ![ ](<c.png> "title")\n![][ref]\n`![](code.png)`\n'
        '<img src="d.png"><IMG alt="" src=e.png><img alt="words" src="f.png">\n```\n![](g.png)\n```'
    )

    assert wordless_images(text) == ((0, "a.png"), (0, "c.png"), (1, "ref"), (3, "d.png"), (3, "e.png"))
