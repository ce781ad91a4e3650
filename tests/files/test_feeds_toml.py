from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.files.feeds_toml import add_feeds, fitted, new_id, read_feeds, read_sections
from newsletter.files.outlines import Section, section_groups, section_path
from newsletter.model.feeds import Feed
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
intranet = true
user_agent = "Reader/1.0 (+https://pulse.example.com)"
opml = {{ category = "/AI", "xmlns:r" = "urn:r", "r:note" = "two\\nlines" }}
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
            intranet=True,
            user_agent="Reader/1.0 (+https://pulse.example.com)",
            opml=(("category", "/AI"), ("xmlns:r", "urn:r"), ("r:note", "two\nlines")),
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
        ('intranet = "yes"', 5, "value", '"intranet" is true or false, not "yes".'),
        ('user_agent = "Läser"', 5, "value", 'of ASCII signs only, not "Läser"'),
        ('opml = "x"', 5, "value", '"opml" is a table of lines'),
        ('opml = { "a b" = "x" }', 5, "value", '"a b" is no name of an attribute.'),
        ('opml = { "r:a" = "x" }', 5, "value", '"xmlns:r" = "…"'),
        ('opml = { "xmlns:r" = "" }', 5, "value", '"xmlns:r" cannot be declared as "".'),
        ('opml = { xmlns = "x" }', 5, "value", '"xmlns" is no name of an attribute.'),
        ('opml = { a = "\\u0001" }', 5, "value", "control character"),
        ('opml = { "xmlns:r" = "u", "xmlns:s" = "u", "r:a" = "", "s:a" = "" }', 5, "value", "same attribute"),
        ('include = ["a{99999999999}"]', 5, "pattern", "is no regular expression"),
        ("[[section]]\nname = 'A'\n[[section]]\nname = 'A'", 8, "duplicate", 'The section "A" stands on line 5'),
        ("[[section]]\nopml = {}", 5, "missing-key", 'The section has no "name".'),
        ("[[section]]\nname = 'A'\ncolour = 'red'", 7, "unknown-key", '"colour"'),
        ("[section]\nname = 'A'", 5, "value", "Each section is a table  [[section]]"),
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


# Sections ------------------------------------------------------------------------------------------


def test_sections_stand_beside_the_feeds(tmp_path: Path) -> None:
    text = f'{GOOD}[[section]]\nname = "AI /  Labs"\nopml = {{ category = "/AI" }}\n[[section]]\nname = "Empty"\n'

    feeds, remarks = feeds_of(tmp_path, text)

    assert ([feed.id for feed in feeds], remarks) == (["coast"], ())
    assert read_sections(tmp_path) == (
        Section(name="AI / Labs", opml=(("category", "/AI"),), line=5),
        Section(name="Empty", line=8),
    )


def test_a_section_with_a_fault_falls_away(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('[[section]]\nname = 3\n[[section]]\nname = "B"\n', encoding="utf-8")

    assert read_sections(tmp_path) == (Section(name="B", line=3),)


def test_without_a_file_there_are_no_sections(tmp_path: Path) -> None:
    assert read_sections(tmp_path) == ()


@pytest.mark.parametrize(
    ("groups", "path"),
    [
        ((), ""),
        (("AI",), "AI"),
        (("AI", "Labs"), "AI / Labs"),
        (("AI/ML",), "AI/ML"),
        (("AI / ML",), r"AI \/ ML"),
        ((r"AI \/ ML", "/"), r"AI \\/ ML / \/"),
        (("x /", "/ y"), r"x \/ / \/ y"),
    ],
)
def test_a_path_of_groups_is_one_line_and_comes_apart_again(groups: tuple[str, ...], path: str) -> None:
    assert section_path(groups) == path
    assert section_groups(path) == groups


# Adding --------------------------------------------------------------------------------------------

NEW = Feed(id="lab", name="Lab", url="https://lab.example.edu/atom")
ADDED = '[[feed]]\nid = "lab"\nname = "Lab"\nurl = "https://lab.example.edu/atom"\n'


def test_a_feed_is_added_where_there_is_no_file(tmp_path: Path) -> None:
    assert add_feeds(tmp_path, (NEW,)) == ADDED
    assert (tmp_path / "feeds.toml").read_text(encoding="utf-8") == ADDED


@pytest.mark.parametrize(
    ("before", "joint"),
    [
        (b"", b""),
        (b"# none yet\n", b"\n"),
        (b"# none yet, no line end", b"\n\n"),
        (b"\xef\xbb\xbf# marked\n", b"\n"),
        (b"\xef\xbb\xbf", b""),
        (b"# of Windows\r\n" + GOOD.replace("\n", "\r\n").encode(), b"\r\n"),
        (b"# of Windows\r\n  # no line end", b"\r\n\r\n"),
        (b"# of an old Mac\r", b"\r"),
        ((GOOD + "weight = 0.70 # as typed\n\n\n").encode(), b"\n"),
        (b"\n\n", b""),
    ],
)
def test_what_stands_in_the_file_stays_byte_for_byte(tmp_path: Path, before: bytes, joint: bytes) -> None:
    file = tmp_path / "feeds.toml"
    file.write_bytes(before)
    end = joint[: len(joint) // 2] if joint in (b"\n\n", b"\r\n\r\n") else joint or b"\n"

    add_feeds(tmp_path, (NEW,))

    assert file.read_bytes() == before + joint + ADDED.encode().replace(b"\n", end)
    assert read_feeds(tmp_path)[0][-1].id == "lab"


def test_nothing_to_add_leaves_the_file_alone(tmp_path: Path) -> None:
    assert add_feeds(tmp_path, ()) == ""
    assert not (tmp_path / "feeds.toml").exists()


def test_every_key_that_is_not_as_usual_is_written_and_read_as_it_was(tmp_path: Path) -> None:
    feed = Feed(
        id="lab",
        name="\"Lab\" 'n' C:\\ 日本 🤖",
        url="https://lab.example.edu/?a=1&b='",
        site="https://lab.example.edu",
        section=r"AI / x \/ y",
        weight=1e-05,
        language="en",
        aggregator=True,
        include=("C\\+\\+", "'\\bx\\b'", "a\nb\x7f\u202e"),
        exclude=("",),
        max_items=40,
        enabled=False,
        intranet=True,
        user_agent='Reader "1"',
        opml=(("(without)", "title"), ("Über", "\t\r\n\u2028\\"), ("xmlns:a", "urn:a"), ("a:b.c", "")),
    )
    section = Section(name=r"AI / x \/ y", opml=(("k", "'\\"),))

    text = add_feeds(tmp_path, (section, feed))
    feeds, remarks = read_feeds(tmp_path)

    assert remarks == ()
    assert feeds == (replace(feed, line=5),)
    assert read_sections(tmp_path) == (replace(section, line=1),)
    assert "include = ['C\\+\\+', " in text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("[[feed]\n", "feeds.toml:1: error [toml]"),
        ('feed = [{ id = "a", name = "A", url = "https://a.example/" }]\n', "written as one list"),
        (GOOD.replace("coast", "lab", 1), 'feeds.toml:7: error [duplicate] The id "lab"'),
    ],
)
def test_a_file_that_nothing_can_be_added_to_is_left_alone(tmp_path: Path, before: str, words: str) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(before, encoding="utf-8")

    with pytest.raises(NewsletterError) as caught:
        add_feeds(tmp_path, (NEW,))

    assert words in str(caught.value)
    assert file.read_text(encoding="utf-8") == before


def test_a_feed_that_could_not_be_read_again_is_not_added(tmp_path: Path) -> None:
    with pytest.raises(FaultyFiles, match="address"):
        add_feeds(tmp_path, (replace(NEW, url="ftp://lab.example.edu/"),))

    assert not (tmp_path / "feeds.toml").exists()


@pytest.mark.parametrize(
    ("name", "url", "made"),
    [
        ("The Coast Wire", "https://a.example/", "coast-wire"),
        ("Coast", "https://a.example/", "coast-3"),
        ("山田の日記", "https://www.yamada.example/feed", "yamada-example"),
        ("X & Y", "https://x.example/", "example"),
        ("…", "https://10.0.0.1/", "10-0-0"),
    ],
)
def test_an_id_comes_from_the_name_or_the_host_and_is_unlike_the_others(name: str, url: str, made: str) -> None:
    assert new_id(name, url, {"coast", "coast-2"}) == made


def test_of_a_list_only_what_is_new_is_to_be_added() -> None:
    there = (Feed(id="lab", name="Lab", url="http://LAB.example.edu/atom/"),)
    other = Feed(id="lab", name="Lab", url="https://other.example/")
    twice = Feed(id="", name="Lab", url="https://other.example")
    old, new = Section(name="AI"), Section(name="AI / Labs")

    found = fitted((old, new, new, NEW, other, twice), there, (old,))

    assert found.new == (new, replace(other, id="lab-2"))
    assert found.known == ((NEW, there[0]), (twice, replace(other, id="lab-2")))
