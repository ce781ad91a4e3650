from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.toml_lines import TomlFault, read_toml

TEXT = b"""\
name = "a # b"
# comment = 1

[table]
long = \"\"\"
[not-a-table]
key = 3
\"\"\"
list = [
  "x", # ]
  'y = 1',
]
dotted . "quoted key" = 1

[[row]]
id = 1
[[row]]
id = { a = 1, b = "]" }
[row.sub]
z = '''
w = 1'''
last = 2
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("name",), 1),
        (("table",), 4),
        (("table", "long"), 5),
        (("table", "list"), 9),
        (("table", "dotted", "quoted key"), 13),
        (("row", 0, "id"), 16),
        (("row", 1), 17),
        (("row", 1, "id"), 18),
        (("row", 1, "sub", "last"), 22),
    ],
    ids=str,
)
def test_every_key_knows_its_line(place: tuple[str | int, ...], line: int) -> None:
    assert read_toml(TEXT).line_of(*place) == line


def test_a_key_that_is_not_there_stands_where_its_table_stands() -> None:
    assert read_toml(TEXT).line_of("row", 1, "missing") == 17
    assert read_toml(TEXT).line_of("nowhere") == 1


def test_words_inside_long_texts_and_comments_are_no_keys() -> None:
    places = read_toml(TEXT).lines

    assert ("table", "key") not in places
    assert ("comment",) not in places


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"a = 1\nb = oops\n", 2),
        (b'a = "open\n', 1),
        (b"a = [1,\n\n", 2),
        (b"a = 1\n\na = 2\n", 3),
        (b"a = 1\n# \xe9\n", 2),
    ],
    ids=["value", "quote", "end of file", "twice", "not utf-8"],
)
def test_what_is_not_toml_is_named_with_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(TomlFault) as caught:
        read_toml(raw)

    assert abs(caught.value.line - line) <= 1
    assert "(at " not in caught.value.what


def test_text_without_quotation_marks_has_its_mend() -> None:
    with pytest.raises(TomlFault) as caught:
        read_toml(b"name = Tech Pulse\n")

    assert caught.value.mend == ('Write  name = "Tech Pulse"',)


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    found = read_toml(b"\xef\xbb\xbfa = 1\r\n\r\nb = 2\r\n")

    assert found.values == {"a": 1, "b": 2}
    assert found.line_of("b") == 3


@given(st.text(alphabet="ab=[]{}\"'#\n\\., 1", max_size=60))
def test_walking_the_lines_agrees_with_the_reader(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert {place[0] for place in read_toml(text.encode()).lines} == set(values)


@pytest.mark.parametrize(
    ("typed", "line", "what", "mend"),
    [
        ("pin = [", 1, "A list that opens with [ is never closed", "Close it with ]; its texts are parted by commas."),
        ('pin = ["#a"\nsubject = "x"', 2, "A list that opens with [ is never closed", "Close it with ]"),
        ("subject: Hello there", 1, 'Behind "subject" stands a colon', 'Write  subject = "Hello there"'),
        (
            "subject = “Hello there”",
            1,
            "The text of subject stands in typographic quotation marks",
            'Straight ones:  subject = "Hello there"',
        ),
        (
            'subject = Say "hello"',
            1,
            "The text of subject stands in no quotation marks",
            "Write  subject = 'Say \"hello\"'",
        ),
        ('subject = "Hello', 1, "A quotation mark is never closed on its line", "Close it; a text of several lines"),
        ('subject = "a"\nsubject = "b"', 2, '"subject" stands twice', "Keep one of the two lines."),
        ("subject", 1, 'Expected "=" after a key in a key/value pair', 'A line reads  key = "text"'),
        ('a = "b" c', 1, "Expected newline or end of document after a statement", 'A line reads  key = "text"'),
    ],
)
def test_mistakes_that_people_make_are_told_in_their_words(typed: str, line: int, what: str, mend: str) -> None:
    with pytest.raises(TomlFault) as found:
        read_toml(typed.encode())

    assert (found.value.line, found.value.what) == (line, what)
    assert found.value.mend[0].startswith(mend)
