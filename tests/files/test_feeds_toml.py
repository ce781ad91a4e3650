from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.files.feeds_toml import read_feeds
from newsletter.model.news import Feed
from newsletter.model.remarks import Remark

GOOD = '[[feed]]\nid = "coast"\nname = "Coast Wire"\nurl = "https://coast.example.com/feed"\n'


def feeds_of(root: Path, text: str | bytes) -> tuple[tuple[Feed, ...], tuple[Remark, ...]]:
    (root / "feeds.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_feeds(root)


def test_without_a_file_there_are_no_feeds(tmp_path: Path) -> None:
    assert read_feeds(tmp_path) == ((), ())


def test_an_empty_file_has_no_feeds_and_no_fault(tmp_path: Path) -> None:
    assert feeds_of(tmp_path, "# none yet\n") == ((), ())


def test_every_key_finds_its_field(tmp_path: Path) -> None:
    text = f"""# feeds
{GOOD}
[[feed]]
id = "lab"
name = "Lab  Notes"
url = "http://127.0.0.1:8000/atom?a=1"
site = "https://lab.example.edu"
section = "AI"
weight = 1
language = "en"
aggregator = true
include = ["AI|model"]
exclude = ["deals"]
max_items = 40
enabled = false
"""

    feeds, remarks = feeds_of(tmp_path, text)

    assert remarks == ()
    assert feeds == (
        Feed(id="coast", name="Coast Wire", url="https://coast.example.com/feed", line=2),
        Feed(
            id="lab",
            name="Lab Notes",
            url="http://127.0.0.1:8000/atom?a=1",
            site="https://lab.example.edu",
            section="AI",
            weight=1.0,
            language="en",
            aggregator=True,
            include=("AI|model",),
            exclude=("deals",),
            max_items=40,
            enabled=False,
            line=7,
        ),
    )


@pytest.mark.parametrize(
    ("more", "line", "code", "words"),
    [
        ("wieght = 0.5", 5, "unknown-key", 'Did you mean "weight"?'),
        ("weight = 1.2", 5, "value", '"weight" lies between 0 and 1, not at 1.2.'),
        ('weight = "high"', 5, "value", '"weight" is a number, not "high".'),
        ("weight = true", 5, "value", '"weight" is a number, not true.'),
        ("max_items = -1", 5, "value", '"max_items" is 0 or more, not -1.'),
        ('include = ["AI|(model"]', 5, "pattern", "missing ), unterminated subpattern, at sign 4"),
        ('include = "AI"', 5, "value", "a list of texts"),
        ('site = "lab.example"', 5, "address", "http://"),
        (GOOD.replace("coast.example", "lab.example"), 6, "duplicate", 'The id "coast" is that of the feed on line 1'),
        (GOOD.replace('"coast"', '"coast2"'), 8, "duplicate", '"coast2" has the address of "coast" on line 1.'),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, more: str, line: int, code: str, words: str) -> None:
    _, remarks = feeds_of(tmp_path, GOOD + more)

    assert [(remark.path, remark.line, remark.level, remark.code) for remark in remarks] == [
        ("feeds.toml", line, "error", code)
    ]
    assert words in remarks[0].what


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (GOOD.replace("https://", "ftp://"), ["address"]),
        (GOOD.replace("https://coast.example.com/feed", "https://user:word@coast.example.com/"), ["address"]),
        (GOOD.replace("https://coast.example.com/feed", "a feed"), ["address"]),
        (GOOD.replace('"coast"', '"Coast Wire"'), ["value"]),
        ("[[feed]]\n", ["missing-key", "missing-key", "missing-key"]),
        (GOOD.replace('"Coast Wire"', '" "'), ["missing-key"]),
        ("[feed]\nid = 'a'", ["value"]),
        ("feed = 3", ["value"]),
        ("[[feeds]]\nid = 'a'", ["unknown-key"]),
        ("[[feed]\n", ["toml"]),
        (b"\xff\xfe", ["toml"]),
    ],
)
def test_a_feed_with_a_fault_falls_away(tmp_path: Path, text: str | bytes, codes: list[str]) -> None:
    feeds, remarks = feeds_of(tmp_path, text)

    assert feeds == ()
    assert [remark.code for remark in remarks] == codes


def test_all_faults_of_all_feeds_are_named_in_order(tmp_path: Path) -> None:
    second = '[[feed]]\nid = "b"\nname = "B"\nurl = "x"\nweight = 2\n'

    feeds, remarks = feeds_of(tmp_path, GOOD + second + "\n[[feed]]\nid = 'c'\n")

    assert [feed.id for feed in feeds] == ["coast"]
    assert [remark.line for remark in remarks] == [8, 9, 11, 11]
