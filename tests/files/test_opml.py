from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.files.feeds_toml import add_feeds, fitted, read_feeds, read_sections
from newsletter.files.opml import LARGEST, FeedList, read_opml, write_opml
from newsletter.files.outlines import OWN, Section
from newsletter.model.feeds import Feed

NOW = datetime(2024, 6, 7, 20, 0, tzinfo=UTC)
#: An outline: its attributes, and the outlines inside of it.
Tree = list[tuple[dict[str, str], "Tree"]]

SUBSCRIPTIONS = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:fr="https://reader.example/opml" xmlns:x="urn:x">
  <head><title>My feeds</title><ownerName>Ada</ownerName></head>
  <body>
    <outline text="AI" title="AI" x:icon="🤖" category="/Tech">
      <outline text="Labs / University" isOpen="true">
        <outline text="Lab  Notes" title="Lab Notes" type="atom" xmlUrl="https://lab.example.edu/a?b=1&amp;c=2"
          htmlUrl="https://lab.example.edu/" language="en-us" description="" version="ATOM"
          fr:xPath="//a[@class=&quot;x&quot;]" fr:unread="3" category="/AI,/Labs"/>
      </outline>
      <outline text="&quot;Quoted&quot; &amp; 'so'" type="rss" xmlUrl="https://quoted.example/feed"/>
    </outline>
    <outline text="Alone" title="Another title" type="rss" xmlUrl="http://alone.example/rss" language="unknown"/>
    <outline text="Empty" title="Empty"/>
    <outline text="AI/ML">
      <outline text="山田の日記&#10;二行" xmlUrl="https://yamada.example/feed" htmlUrl="no address"/>
    </outline>
  </body>
</opml>
"""


def a_list(*outlines: str, head: str = "") -> bytes:
    return f'<opml version="2.0"><head>{head}</head><body>{"".join(outlines)}</body></opml>'.encode()


def a_feed(name: str = "Coast", **more: str) -> str:
    attributes = {"text": name, "xmlUrl": f"https://{name.lower()}.example.com/feed"} | more
    return f"<outline {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}/>"


def tree_of(raw: bytes) -> Tree:
    """The outlines as an XML parser sees them, names with their namespaces."""

    def inside(holder: etree._Element) -> Tree:
        return [({str(k): str(v) for k, v in one.attrib.items()}, inside(one)) for one in holder]

    body = etree.fromstring(raw).find("body")
    assert body is not None
    return inside(body)


def bring_in(root: Path, raw: bytes) -> FeedList:
    """Import the list into the feeds.toml of the folder."""
    found = read_opml(raw)
    assert found.unreadable is None
    add_feeds(root, fitted(found.tables, read_feeds(root)[0], read_sections(root)).new)
    return found


def give_out(root: Path) -> bytes:
    feeds, remarks = read_feeds(root)
    assert remarks == ()
    return write_opml(feeds, read_sections(root), title="Pulse", now=NOW)


def whats(found: FeedList, level: str) -> list[str]:
    return [remark.what for remark in found.remarks if remark.level == level]


# Reading -------------------------------------------------------------------------------------------


def test_the_feeds_of_a_list_come_in_order_with_their_groups() -> None:
    found = read_opml(SUBSCRIPTIONS.encode())

    assert found.title == "My feeds"
    assert [(feed.name, feed.section, feed.url, feed.site, feed.language) for feed in found.feeds] == [
        (
            "Lab Notes",
            r"AI / Labs \/ University",
            "https://lab.example.edu/a?b=1&c=2",
            "https://lab.example.edu/",
            "en-us",
        ),
        ("\"Quoted\" & 'so'", "AI", "https://quoted.example/feed", "", ""),
        ("Alone", "", "http://alone.example/rss", "", ""),
        ("山田の日記 二行", "AI/ML", "https://yamada.example/feed", "", ""),
    ]
    assert [section.name for section in found.sections] == ["AI", r"AI / Labs \/ University", "Empty", "AI/ML"]
    assert whats(found, "error") == []


@pytest.mark.parametrize(
    ("outline", "name", "url"),
    [
        ('<outline title="Only a title" xmlUrl="https://a.example/f"/>', "Only a title", "https://a.example/f"),
        ('<outline xmlUrl="https://www.a.example/f"/>', "a.example", "https://www.a.example/f"),
        ('<outline text=" " title="" xmlUrl="https://a.example/f"/>', "a.example", "https://a.example/f"),
        ('<outline TEXT="A" XMLURL="https://a.example/f"/>', "A", "https://a.example/f"),
        ('<Outline text="A" xmlurl="https://a.example/f"/>', "A", "https://a.example/f"),
        ('<outline text="A" type="rss" url="https://a.example/f"/>', "A", "https://a.example/f"),
        ('<outline text="A" xmlUrl="feed://a.example/f"/>', "A", "http://a.example/f"),
        ('<outline text="A" xmlUrl="feed:https://a.example/f"/>', "A", "https://a.example/f"),
        ('<outline text="A" xmlUrl=" https://a.example/a b "/>', "A", "https://a.example/a%20b"),
        ('<outline text="A" xmlUrl="//a.example/f"/>', "A", "https://a.example/f"),
        ('<outline text="A" xmlUrl="www.a.example/f"/>', "A", "https://www.a.example/f"),
        ('<outline text="A&amp;B" xmlUrl="https://a.example/?a=1&b=2&c"/>', "A&B", "https://a.example/?a=1&b=2&c"),
        ('<outline text="Caf&eacute;&#0;&#xD83D;" xmlUrl="https://a.example/f"/>', "Café", "https://a.example/f"),
        ('<outline text="a < b" xmlUrl="https://a.example/f"/>', "a < b", "https://a.example/f"),
    ],
)
def test_a_feed_is_known_however_its_outline_is_written(outline: str, name: str, url: str) -> None:
    found = read_opml(a_list(outline))

    assert [(feed.name, feed.url) for feed in found.feeds] == [(name, url)]


@pytest.mark.parametrize(
    "frame",
    [
        '<opml version="1.0"><head/><body>{}</body></opml>',
        '<opml version="1.1"><head><title/></head><body>{}</body></opml>',
        '<?xml version="1.0"?>\n<!-- a comment -->\n<opml><body>{}</body></opml>',
        '<!DOCTYPE opml SYSTEM "http://list.example/opml.dtd" [<!ELEMENT opml ANY>]>\n<opml><body>{}</body></opml>',
        '<opml xmlns="http://opml.org/spec2"><body>{}</body></opml>',
        "<OPML><Body>{}</Body></OPML>",
        "<opml>{}</opml>",
        "\n\n <opml><body>{}</body></opml> trailing words",
    ],
)
def test_every_version_and_frame_is_read(frame: str) -> None:
    found = read_opml(frame.format(a_feed()).encode())

    assert [feed.name for feed in found.feeds] == ["Coast"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-32", None),
        ("cp1252", "iso-8859-1"),
        ("cp1252", "utf-8"),
        ("utf-8", "utf-16"),
        ("utf-8", "us-ascii"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "unicode_escape"),
        ("iso-8859-2", "ISO-8859-2"),
        ("shift_jis", "Shift_JIS"),
    ],
)
def test_a_list_is_read_in_its_encoding_and_in_another_than_it_says(encoding: str, declared: str | None) -> None:
    name = "日記" if encoding == "shift_jis" else "Café"
    start = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f"{start}<opml><body>{a_feed('Coast', title=name)}</body></opml>".replace('"Coast"', f'"{name}"')

    found = read_opml(text.encode(encoding))

    assert [feed.name for feed in found.feeds] == [name]


def test_what_is_neither_a_feed_nor_a_group_is_named_and_left_out() -> None:
    raw = a_list(
        a_feed(),
        "\n<outline text='A page' type='link' url='https://page.example/'/>",
        "\n<outline text='More' type='include' url='https://lists.example/more.opml'/>",
        "\n<outline text='File' xmlUrl='file:///etc/passwd'/>",
        "\n<outline text='Mine' xmlUrl='https://ada:word@private.example/feed'/>",
        "\n<item/>",
        "\n<outline/>",
    )

    found = read_opml(raw, path="my.opml")

    assert [feed.name for feed in found.feeds] == ["Coast"]
    assert [(remark.line, remark.level, remark.code) for remark in found.remarks] == [
        (2, "error", "outline"),
        (3, "error", "outline"),
        (4, "error", "address"),
        (5, "error", "address"),
        (6, "error", "outline"),
        (7, "error", "outline"),
    ]
    page, include, file, private, item, nothing = map(str, found.remarks)
    assert page.startswith('my.opml:2: error [outline] "A page" is a link without the address of a feed')
    assert "https://lists.example/more.opml" in include
    assert '"file:///etc/passwd" is not an address' in file
    assert "word" not in private
    assert "<item>" in item
    assert '"Untitled" is an outline without the address of a feed' in nothing


def test_a_feed_that_stands_twice_keeps_its_first_place() -> None:
    raw = a_list(
        f"<outline text='A'>{a_feed('One')}</outline>",
        a_feed("Two"),
        f"<outline text='B'>{a_feed('Again', xmlUrl='http://ONE.example.com/feed/')}</outline>",
    )

    found = read_opml(raw)

    assert [(feed.name, feed.section) for feed in found.feeds] == [("One", "A"), ("Two", "")]
    assert whats(found, "notice") == ['"Again" has the address of "One" on line 1 and stays in "A".']


def test_groups_of_one_name_become_one_and_it_is_said() -> None:
    raw = a_list(*(f"<outline text='A'>{a_feed(name)}</outline>" for name in ("One", "Two")))

    found = read_opml(raw)

    assert [(feed.name, feed.section) for feed in found.feeds] == [("One", "A"), ("Two", "A")]
    assert whats(found, "notice") == ['The group "A" stands twice: both become one.']


def test_outlines_inside_of_a_feed_stand_beside_it() -> None:
    raw = a_list(a_feed("One").replace("/>", f">{a_feed('Two')}</outline>"))

    found = read_opml(raw)

    assert [feed.name for feed in found.feeds] == ["One", "Two"]
    assert len(whats(found, "notice")) == 1


def test_a_commented_outline_is_a_feed_at_rest() -> None:
    found = read_opml(a_list(a_feed("One", isComment="true"), a_feed("Two", isComment="false")))

    assert [feed.enabled for feed in found.feeds] == [False, True]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"a,b,c", "no OPML list"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "no OPML list"),
        (b"\x00\x01\x02\xff" * 20, "no OPML list"),
        (b"<rss version='2.0'><channel/></rss>", "a feed, not a list of feeds"),
        (b"<!DOCTYPE html><html><body><p>x</body></html>", "a web page"),
        (b"<playlist/>", "<playlist>"),
        (b"<opml" + b" " * LARGEST, "5 MB"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;"/></body></opml>', "entities"),
        (b'<!DOCTYPE opml [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><opml/>', "entities"),
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "entities"),
    ],
)
def test_what_is_no_list_or_a_hostile_one_is_refused_with_a_sentence(raw: bytes, words: str) -> None:
    found = read_opml(raw)

    assert found.unreadable is not None
    assert words in found.unreadable.what
    assert found.tables == ()


HOSTILE = {
    "groups without end": b"<opml><body>" + b'<outline text="g">' * 100_000,
    "groups 200 deep": a_list('<outline text="g">' * 200 + a_feed() + "</outline>" * 200),
    "attributes": a_list("<outline " + " ".join(f"a{n}=''" for n in range(20_000)) + " xmlUrl='https://a.example/'/>"),
    "namespaces": ("<opml " + " ".join(f"xmlns:p{n}='u{n}'" for n in range(5_000)) + ">").encode()
    + b"<outline p1:a='' xmlUrl='http://a.example/'/>" * 5_000
    + b"</opml>",
    "outlines": a_list(a_feed(), "<outline/>" * 60_000),
    "an attribute without end": a_list(a_feed("One", note="x" * 3_000_000)),
    "document types": b"<!DOCTYPE [" * 400_000,
    "declarations": b'<?xml encoding="' * 30_000,
    "ampersands": a_list(f"<outline text='{'&a' * 50_000}'/>", a_feed()),
    "cut off": SUBSCRIPTIONS.encode()[:900],
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_list_costs_little_and_is_spoken_of(raw: bytes) -> None:
    begun = process_time()

    found = read_opml(raw)

    assert found.unreadable or [
        remark for remark in found.remarks if remark.level != "notice" or "deeper" in remark.what
    ]
    assert len(found.tables) <= 20_000
    assert process_time() - begun < 2


def test_deeper_groups_than_we_keep_give_their_feeds_to_the_deepest_one() -> None:
    found = read_opml(HOSTILE["groups 200 deep"])

    assert [(feed.name, feed.section.count("/")) for feed in found.feeds] == [("Coast", 31)]


# There and back ------------------------------------------------------------------------------------


def test_a_list_that_is_imported_and_exported_says_the_same(tmp_path: Path) -> None:
    bring_in(tmp_path, SUBSCRIPTIONS.encode())

    assert tree_of(give_out(tmp_path)) == tree_of(SUBSCRIPTIONS.encode())


def test_what_most_lists_say_needs_no_keys_of_its_own(tmp_path: Path) -> None:
    usual = a_feed("Coast", title="Coast", type="rss", htmlUrl="https://coast.example.com/")
    bring_in(tmp_path, a_list(f"<outline text='News' title='News'>{usual}</outline>"))

    assert (tmp_path / "feeds.toml").read_text(encoding="utf-8") == (
        '[[feed]]\nid = "coast"\nname = "Coast"\nurl = "https://coast.example.com/feed"\n'
        'site = "https://coast.example.com/"\nsection = "News"\n'
    )


def test_a_list_can_be_read_by_others(tmp_path: Path) -> None:
    bring_in(tmp_path, SUBSCRIPTIONS.encode())

    head, _, rest = give_out(tmp_path).decode().partition("  <body>\n")

    assert head == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0" xmlns:fr="https://reader.example/opml" xmlns:x="urn:x">\n'
        "  <head>\n    <title>Pulse</title>\n    <dateCreated>Fri, 07 Jun 2024 20:00:00 GMT</dateCreated>\n"
        "    <docs>http://opml.org/spec2.opml</docs>\n  </head>\n"
    )
    assert rest.startswith('    <outline text="AI" title="AI" x:icon="🤖" category="/Tech">\n      <outline')


def test_keys_that_opml_has_no_place_for_come_back_from_our_namespace(tmp_path: Path) -> None:
    text = r"""
[[feed]]
id = "other"
name = "Coast"
url = "http://10.0.0.1/feed"
weight = 0.8
aggregator = true
include = ["AI|\\bmodel", 'C\+\+ "x"']
exclude = ["deals"]
max_items = 40
enabled = false
intranet = true
user_agent = "Reader/1.0 (+https://a.example)"

[[feed]]
id = "coast"
name = "Coast"
url = "https://coast.example/feed"
"""
    (tmp_path / "feeds.toml").write_text(text, encoding="utf-8")
    raw = give_out(tmp_path)
    (tmp_path / "copy").mkdir()

    bring_in(tmp_path / "copy", raw)

    def without_line(feeds: tuple[Feed, ...]) -> list[dict[str, object]]:
        return [{key: getattr(feed, key) for key in Feed.__slots__ if key != "line"} for feed in feeds]

    assert raw.count(OWN.encode()) == 1
    assert b'<outline text="Coast" title="Coast" type="rss" xmlUrl="https://coast.example/feed"/>' in raw
    assert without_line(read_feeds(tmp_path / "copy")[0]) == without_line(read_feeds(tmp_path)[0])
    assert give_out(tmp_path / "copy") == raw


def test_our_own_attributes_are_checked_before_they_are_taken() -> None:
    own = {
        "weight": "7",
        "include": '["("]',
        "exclude": "{}",
        "max_items": "x",
        "enabled": "yes",
        "id": "A b",
        "far": "",
    }
    typed = " ".join(f"p:{key}={quoteattr(value)}" for key, value in own.items())

    found = read_opml(f"<opml xmlns:p='{OWN}'><body>{a_feed().replace('/>', f' {typed}/>')}</body></opml>".encode())

    assert [(feed.weight, feed.include, feed.enabled, feed.id) for feed in found.feeds] == [(None, (), True, "")]
    assert len(whats(found, "error")) == len(own)


def test_what_a_person_changed_since_the_import_counts(tmp_path: Path) -> None:
    raw = a_list(
        a_feed("Coast", text="Coast\tWire", xmlUrl="feed://coast.example/f", htmlUrl="coast page", category="/news")
    )
    bring_in(tmp_path, raw)
    file = tmp_path / "feeds.toml"
    typed = file.read_text(encoding="utf-8").replace('name = "Coast Wire"', 'name = "Shore"')
    file.write_text(
        typed.replace('//coast.example/f"\nopml', '//shore.example/f"\nsite = "https://shore.example"\nopml')
    )

    (outline, _), *_ = tree_of(give_out(tmp_path))

    assert outline == {
        "text": "Shore",
        "xmlUrl": "http://shore.example/f",
        "htmlUrl": "https://shore.example",
        "category": "/news",
        # So that what is known of the feed stays with it.
        f"{{{OWN}}}id": "coast-wire",
    }


def test_a_prefix_that_means_two_things_keeps_both(tmp_path: Path) -> None:
    raw = a_list(
        a_feed("One", **{"xmlns:pulse": "urn:one", "pulse:a": "1"}),
        a_feed("Two", **{"xmlns:pulse": "urn:two", "pulse:a": "2"}),
    )
    bring_in(tmp_path, raw)
    file = tmp_path / "feeds.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('id = "two"', 'id = "second"'), encoding="utf-8")

    trees = tree_of(give_out(tmp_path))

    assert [outline.get("{urn:one}a") for outline, _ in trees] == ["1", None]
    assert [outline.get("{urn:two}a") for outline, _ in trees] == [None, "2"]
    assert [outline.get(f"{{{OWN}}}id") for outline, _ in trees] == [None, "second"]


def test_groups_stand_where_feeds_toml_names_them_first() -> None:
    feeds = (
        Feed(id="b", name="B", url="https://b.example/", section="Two / Inner", line=3),
        Feed(id="a", name="A", url="https://a.example/", line=9),
        Feed(id="c", name="C", url="https://c.example/", section="Two", line=12),
    )
    sections = (
        Section(name="One", line=20),
        Section(name="Zero", line=1),
        Section(name="Two", opml=(("k", "v"),), line=30),
    )

    raw = write_opml(feeds, sections, title="A & B", now=NOW)

    def names(tree: Tree) -> list[object]:
        return [(outline["text"], names(inside)) if inside else outline["text"] for outline, inside in tree]

    assert names(tree_of(raw)) == ["Zero", ("Two", [("Inner", ["B"]), "C"]), "A", "One"]
    assert b"<title>A &amp; B</title>" in raw
    assert raw == write_opml(reversed(feeds), sections[::-1], title="A & B", now=NOW)


# Anything at all

_SIGNS = st.characters(
    exclude_categories=["Cs"], exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
)
_VALUES = st.one_of(
    st.text(_SIGNS, max_size=8),
    st.sampled_from(
        ("", "A", "a / b", "/", "\\/ x", "x /", "\"'", "a\nb", "\r\n", "\\", "{", "]]>", "&amp;", "é", "e\u0301")
    ),
)
_NAMES = st.sampled_from(
    (
        "title",
        "type",
        "htmlUrl",
        "language",
        "description",
        "isComment",
        "Über",
        "a.b-c",
        "{urn:one}a",
        "{urn:two}a",
        "{http://www.w3.org/XML/1998/namespace}lang",
    )
)
_ATTRIBUTES = st.tuples(_VALUES, st.dictionaries(_NAMES, _VALUES, max_size=3)).map(
    lambda pair: {"text": pair[0]} | pair[1]
)
_FEEDS = st.tuples(_ATTRIBUTES, st.none())
_OUTLINES = st.recursive(
    _FEEDS, lambda inside: st.tuples(_ATTRIBUTES, st.lists(inside, min_size=1, max_size=3)), max_leaves=4
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_OUTLINES, min_size=1, max_size=3))
def test_whatever_a_list_says_it_says_again(outlines: list[Any]) -> None:
    raw = _written(outlines)
    found = read_opml(raw)
    with TemporaryDirectory() as folder:
        bring_in(Path(folder), raw)
        again = give_out(Path(folder))

        assert [feed.name for feed in read_feeds(Path(folder))[0]] == [feed.name for feed in found.feeds]

    assert whats(found, "error") == whats(found, "warning") == []
    if not found.remarks:
        assert tree_of(again) == tree_of(raw)
    assert sorted(_leaves(tree_of(again))) == sorted(_leaves(tree_of(raw)))


def _written(outlines: list[Any]) -> bytes:
    """The list as a well-behaved program writes it, each feed with an address of its own."""
    numbers = count()
    root = etree.Element("opml", version="2.0", nsmap={"one": "urn:one", "two": "urn:two"})

    def write(holder: etree._Element, inside: list[Any]) -> None:
        for attributes, children in inside:
            one = etree.SubElement(holder, "outline")
            for key, value in attributes.items():
                one.set(key, value)
            if children is None:
                one.set("xmlUrl", f"https://h{next(numbers)}.example/f?a=1&b=%C3%A9")
            else:
                write(one, children)

    write(etree.SubElement(root, "body"), outlines)
    return etree.tostring(root, encoding="utf-8")


def _leaves(tree: Tree) -> list[list[tuple[str, str]]]:
    return [
        leaf for attributes, inside in tree for leaf in (_leaves(inside) if inside else [sorted(attributes.items())])
    ]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda words: a_list(words)[:-9])))
def test_reading_never_breaks(raw: bytes) -> None:
    found = read_opml(raw)

    assert found.unreadable or found.remarks or found.feeds
