"""Bytes into feeds, or into the reason why they are none."""

from __future__ import annotations

import codecs
import gzip
import json
import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.feeds import Hints
from newsletter.wire.parse import Parsed, parse

URL = "https://news.example.org/feed.xml"


ORIGINAL = "<x:origLink xmlns:x='http://rssnamespace.org/feedburner/ext/1.0'>https://news.example.org/9</x:origLink>"


def rss(items: str, *, head: str = "", version: str = "2.0", declaration: str = '<?xml version="1.0"?>') -> str:
    return (
        f'{declaration}<rss version="{version}"><channel><title>The Wire</title>'
        f"<link>https://news.example.org/</link>{head}{items}</channel></rss>"
    )


def read(document: str | bytes, *, url: str = URL) -> Parsed:
    return parse(document.encode() if isinstance(document, str) else document, url=url)


ITEM = (
    "<item><title>A compiler learns to wait</title><link>https://news.example.org/1</link>"
    "<guid isPermaLink='false'>n-1</guid><pubDate>Mon, 03 Feb 2025 10:20:30 GMT</pubDate>"
    "<description>It &lt;b&gt;waits&lt;/b&gt;.</description></item>"
)
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>The Wire</title>
<link href="https://news.example.org/"/><entry><id>tag:news.example.org,2025:1</id>
<title>A compiler learns to wait</title><link rel="self" href="/1.atom"/><link href="/1"/>
<published>2025-02-03T10:20:30Z</published><updated>2025-02-09T00:00:00Z</updated>
<author><name>Ada Example</name><email>ada@example.org</email></author>
<summary>It waits.</summary></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>The Wire</title>
<link rel="alternate" type="text/html" href="https://news.example.org/"/>
<entry><title>A compiler learns to wait</title><id>x</id><issued>2025-02-03T10:20:30Z</issued>
<link rel="alternate" type="text/html" href="https://news.example.org/1"/></entry></feed>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example.org/"><title>The Wire</title>
<link>https://news.example.org/</link></channel><item rdf:about="https://news.example.org/1">
<title>A compiler learns to wait</title><link>https://news.example.org/1</link>
<dc:date>2025-02-03T10:20:30Z</dc:date></item></rdf:RDF>"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Wire",
    "home_page_url": "https://news.example.org/",
    "language": "en",
    "items": [
        {
            "id": "1",
            "url": "/1",
            "title": "A compiler learns to wait",
            "content_html": "<p>It waits.</p>",
            "date_published": "2025-02-03T10:20:30Z",
            "authors": [{"name": "Ada Example"}, {"name": "Ben Example"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (rss(ITEM), "RSS 2.0"),
        (rss(ITEM, version="0.91"), "RSS 0.91"),
        (RSS_10, "RSS 1.0"),
        (ATOM, "Atom 1.0"),
        (ATOM_03, "Atom 0.3"),
        (json.dumps(JSON), "JSON Feed 1.1"),
        (json.dumps({**JSON, "version": "https://jsonfeed.org/version/1"}), "JSON Feed 1.0"),
    ],
    ids=["rss-2.0", "rss-0.91", "rss-1.0", "atom-1.0", "atom-0.3", "json-1.1", "json-1.0"],
)
def test_every_format_tells_the_same_story(document: str, name: str) -> None:
    parsed = read(document)

    assert (parsed.kind, parsed.format, parsed.problem, parsed.repairs) == ("feed", name, "", ())
    assert (parsed.title, parsed.site) == ("The Wire", "https://news.example.org/")
    (entry,) = parsed.entries
    assert entry.title == "A compiler learns to wait"
    assert entry.link == "https://news.example.org/1"
    assert entry.published == datetime(2025, 2, 3, 10, 20, 30, tzinfo=UTC)


def test_an_atom_entry_has_its_author_without_mailbox_and_its_language() -> None:
    (entry,) = read(ATOM).entries

    assert (entry.author, entry.language, entry.title_is_html) == ("Ada Example", "en-GB", False)


RANKED = "<re:rank xmlns:re='http://purl.org/atompub/rank/1.0' scheme='https://a.example'>12</re:rank>"
TALK = "https://talk.example.org/7"


# What is broken is read by the other reader.
@pytest.mark.parametrize("broken", ["", "<p>"], ids=["well-formed", "broken"])
@pytest.mark.parametrize(
    ("document", "inside", "discussion"),
    [
        (rss(ITEM), f"<comments>{TALK}</comments>", TALK),
        (rss(ITEM), f"<comments n='3'> {TALK}\n</comments>", TALK),
        (rss(ITEM), "<comments/>", ""),
        (rss(ITEM), "<s:comments xmlns:s='http://purl.org/rss/1.0/modules/slash/'>7</s:comments>", ""),
        (ATOM, f"<link rel='replies' type='text/html' href='{TALK}'/>", TALK),
        (ATOM, "<link rel='replies' type='text/html' href='/talk'/>", "https://news.example.org/talk"),
        (ATOM, f"<link rel='replies' type='application/atom+xml' href='{TALK}'/>", ""),
        (ATOM, f"<link rel='replies' href='{TALK}'/>", ""),
    ],
)
def test_a_discussion_is_read_where_feeds_name_it(document: str, inside: str, discussion: str, broken: str) -> None:
    end = "</entry>" if "</entry>" in document else "</item>"

    (entry,) = read(document.replace(end, f"{inside}{RANKED}{end}{broken}")).entries

    assert (entry.discussion, entry.points, entry.link) == (discussion, 12, "https://news.example.org/1")


def test_a_json_entry_has_its_authors_and_the_feeds_language() -> None:
    (entry,) = read(json.dumps(JSON)).entries

    assert (entry.author, entry.language, entry.content) == ("Ada Example, Ben Example", "en", "<p>It waits.</p>")


def test_a_json_entry_has_summary_and_content_each_as_markup() -> None:
    items = [
        {"id": "1", "summary": "a < b", "content_text": "Q & A", "content_html": "<p>Q</p>"},
        {"content_text": "c > d"},
    ]

    one, other = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})).entries

    assert (one.summary, one.content) == ("a &lt; b", "<p>Q</p>")
    assert (other.summary, other.content) == ("", "c &gt; d")


def test_json_halves_of_surrogate_pairs_are_dropped() -> None:
    document = (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "up \\ud83d", "url": "/1"}]}'
    )

    assert read(document).entries[0].title == "up"


FRENCH = rss("<item><title>L’été coûte 5 €</title></item>", declaration='<?xml version="1.0" encoding="{}"?>')


@pytest.mark.parametrize(
    ("declared", "coding", "mark"),
    [
        ("utf-8", "utf-8", b""),
        ("utf-8", "utf-8", codecs.BOM_UTF8),
        ("windows-1252", "cp1252", b""),
        ("iso-8859-1", "cp1252", b""),
        ("utf-8", "cp1252", b""),
        ("utf-16", "utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16", "utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16", "utf-16-le", b""),
        ("utf-16", "utf-16-be", b""),
        ("utf-16", "utf-8", b""),
        ("nonsense-9", "utf-8", b""),
    ],
)
def test_letters_are_read_right_whatever_the_declaration_says(declared: str, coding: str, mark: bytes) -> None:
    parsed = read(mark + FRENCH.format(declared).encode(coding))

    assert [entry.title for entry in parsed.entries] == ["L’été coûte 5 €"]


def test_latin_1_is_read_right() -> None:
    document = rss("<item><title>Été à Köln</title></item>", declaration='<?xml version="1.0" encoding="iso-8859-1"?>')

    assert read(document.encode("latin-1")).entries[0].title == "Été à Köln"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"\n  \t" + rss(ITEM).encode(), "blank space before the document removed"),
        (b"\0\0" + codecs.BOM_UTF8 + b" " + rss(ITEM).encode(), "blank space before the document removed"),
        (b"<br />\n<b>Warning</b>: line 3<br />\n" + rss(ITEM).encode(), "text before the document removed"),
        (rss(ITEM.replace("compiler", "compiler\x0b")).encode(), "control characters removed"),
        (
            rss(ITEM.replace("learns", "&#xD83D;&#3;learns")).encode(),
            "references to characters that do not exist mended",
        ),
        (rss(ITEM + "<item><title>Q & A</title></item>").encode(), "bare ampersands mended"),
        (rss(ITEM).encode() + b"<script>x</script>", "text after the document removed"),
        (rss(ITEM)[:-30].encode(), "not well-formed, read leniently"),
        (rss(ITEM + "<item><title>caf&eacute;</title></item>").encode(), "names of characters that XML does not know"),
        (rss(ITEM + "<item><x:y>1</x:y></item>").encode(), "prefixes that nobody declared let pass"),
        (rss(ITEM + "<!-- a -- b -->").encode(), "malformed comments removed"),
        (gzip.compress(rss(ITEM).encode()), "gzip without a header that says so"),
    ],
    ids=[
        "blank",
        "nul-bom",
        "warning",
        "control",
        "surrogate",
        "ampersand",
        "junk",
        "cut",
        "entity",
        "prefix",
        "comment",
        "gzip",
    ],
)
def test_a_damaged_document_is_read_and_the_mend_is_told(document: bytes, said: str) -> None:
    parsed = read(document)

    assert parsed.kind == "feed"
    assert parsed.entries[0].title == "A compiler learns to wait"
    assert any(repair.startswith(said) for repair in parsed.repairs), parsed.repairs


CYRILLIC = rss("<item><title>Новая модель</title></item>", declaration='<?xml version="1.0"{}?>')


@pytest.mark.parametrize(
    ("declared", "coding", "header"),
    [
        ("", "cp1251", "application/rss+xml; charset=windows-1251"),
        ("", "koi8-r", 'text/xml; charset="KOI8-R"'),
        (' encoding="windows-1251"', "cp1251", "text/xml; charset=iso-8859-1"),
        (' encoding="koi8-r"', "koi8-r", "text/xml"),
        (' encoding="utf-8"', "cp1251", "text/xml; charset=windows-1251"),
        (' encoding="utf-8"', "utf-8", "text/xml; charset=windows-1251"),
        ("", "utf-8", "text/xml; charset=windows-1251"),
        (' encoding="unicode_escape"', "utf-8", ""),
    ],
)
def test_the_headers_charset_counts_only_where_the_document_says_nothing_or_what_cannot_be(
    declared: str, coding: str, header: str
) -> None:
    parsed = parse(CYRILLIC.format(declared).encode(coding), url=URL, content_type=header)

    assert parsed.entries[0].title == "Новая модель"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CataluÃ±a", "Cataluña"),
        ("Itâ€™s â€œfineâ€\x9d", "It’s “fine”"),
        ("ðŸš€ up", "🚀 up"),
        ("Catalunya", "Catalunya"),
        ("CAFÉ’S", "CAFÉ’S"),
        ("AMANHÃ… e depois", "AMANHÃ… e depois"),
        ("«AMANHû", "«AMANHû"),
        ("How “Ã©” came into é", "How “Ã©” came into é"),
        ("INFORMAÇÃO é", "INFORMAÇÃO é"),
    ],
)
def test_letters_encoded_twice_are_mended_and_honest_ones_are_not_touched(written: str, meant: str) -> None:
    parsed = read(rss(f"<item><title>{written}</title></item>"))

    assert parsed.entries[0].title == meant
    assert parsed.repairs == (("letters encoded twice mended",) if written != meant else ())


def test_a_feed_whose_own_quotes_are_right_may_quote_a_mishap() -> None:
    items = "<item><title>If youâ€™ve seen this</title></item><item><title>It’s fine</title></item>"

    parsed = read(rss(items))

    assert [entry.title for entry in parsed.entries] == ["If youâ€™ve seen this", "It’s fine"]
    assert parsed.repairs == ()


def test_single_bytes_of_windows_1252_inside_utf_8_leave_the_other_letters_alone() -> None:
    document = rss("<item><title>caf\x00 — déjà</title></item>").encode().replace(b"\0", b"\xe9")

    assert read(document).entries[0].title == "café — déjà"


@pytest.mark.parametrize("reader", ["strict", "lenient"])
def test_the_hints_of_a_publisher_are_read(reader: str) -> None:
    head = (
        "<ttl>120</ttl><skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>99</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>monday</day><day>never</day></skipDays>"
        "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'> daily </sy:updatePeriod>"
        "<sy:updateFrequency xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>2</sy:updateFrequency>"
    )

    parsed = read(rss(ITEM, head=head) if reader == "strict" else rss(ITEM, head=head)[:-20])

    assert parsed.hints == Hints(every=timedelta(hours=12), skip_hours=(0, 23), skip_days=(0, 6))


@pytest.mark.parametrize(
    "head",
    ["", "<ttl>soon</ttl>", "<ttl>0</ttl>", "<ttl>-5</ttl>", "<ttl>²</ttl>", "<skipHours><hour/></skipHours>"],
)
def test_what_says_nothing_of_the_rhythm_is_no_hint(head: str) -> None:
    assert read(rss(ITEM, head=head)).hints == Hints()


def test_a_title_in_two_halves_of_a_surrogate_pair_comes_out_whole() -> None:
    assert read(rss("<item><title>&#xD83D;&#xDE80; up</title></item>")).entries[0].title == "🚀 up"


def test_an_ampersand_inside_a_cdata_section_is_left_alone() -> None:
    assert read(rss("<item><title><![CDATA[Q & A]]></title></item>")).entries[0].title == "Q & A"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "an empty document"),
        (b" \n\0 ", "an empty document"),
        (b"<!DOCTYPE html><html><body>no</body></html>", "a web page, not a feed"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "a web page, not a feed"),
        (b"<div>Please sign in</div>", "a web page, not a feed"),
        (
            b'<html><head><link rel="alternate" type="application/rss+xml" href="/posts.xml"></head></html>',
            "a web page, not a feed; it names this feed: https://news.example.org/posts.xml",
        ),
        (b"<html><!-- <rss> --><body>we have <rss></body></html>", "a web page, not a feed"),
        (b"<urlset><url/></urlset>", "an XML document of another kind (<urlset>), not a feed"),
        (b"<opml version='2.0'><body/></opml>", "an XML document of another kind (<opml>), not a feed"),
        (b"just words", "neither XML nor JSON, not a feed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "neither XML nor JSON, not a feed"),
        (b'{"error": "no"}', "JSON, but not a feed: it names no version of JSON Feed"),
        (b"[1, 2]", "JSON, but not a feed: it holds no object"),
        (b"/etc/passwd", "neither XML nor JSON, not a feed"),
        (
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x/></rdf:RDF>',
            "an XML document without entries, not a feed",
        ),
    ],
)
def test_what_is_no_feed_is_named(document: bytes, problem: str) -> None:
    parsed = read(document)

    assert (parsed.kind, parsed.problem, parsed.entries) == ("not-feed", problem, ())


@pytest.mark.parametrize(
    ("document", "page"),
    [
        ("<title>Welcome</title><form action=/in><input name=u><input type=PASSWORD name=p></form>", "login"),
        ("<title>Sign in to Example</title><p>Choose your account", "login"),
        ("<title>Anmelden</title><div id=app></div>", "login"),
        ("<title>Just a moment...</title><meta http-equiv=refresh content=390>", "challenge"),
        ("<title>example.org</title><script src='/cdn-cgi/challenge-platform/h/b/x.js'></script>", "challenge"),
        ("<title>x</title><meta http-equiv=refresh content=5><noscript>Enable JavaScript</noscript>", "challenge"),
        ("<title>example.org</title><p>This domain is for sale!", "parked"),
        ("<title>example.org</title><script src=//www.sedoparking.com/x.js></script>", "parked"),
        ("<title>404</title><p>There is nothing here", ""),
        ("<title>How to log in to a server</title><p>" + "Words of an article. " * 300, ""),
        ("<title>Captchas are dead</title><p>" + "Words of an article. " * 300, ""),
        ("<title>A blog</title><link rel=alternate type=application/rss+xml href=/f><p>" + "Words. " * 600
         + "<form><input type=password></form>", ""),
    ],
)  # fmt: skip
def test_a_page_instead_of_a_feed_says_what_it_is(document: str, page: str) -> None:
    parsed = read(f"<!DOCTYPE html><html><head>{document}")

    assert (parsed.kind, parsed.page) == ("not-feed", page)
    assert parsed.problem.startswith(
        "a page that" if page in ("login", "challenge") else "a page of" if page else "a web"
    )


def test_a_page_tells_which_feeds_it_names() -> None:
    page = "<html><link rel=alternate type=application/rss+xml href=/a><link rel=feed href=/b></html>"

    assert read(page).discovers == ("https://news.example.org/a", "https://news.example.org/b")


@pytest.mark.parametrize(
    "document",
    [
        rss(""),
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>',
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []}),
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": None}),
    ],
    ids=["rss", "atom", "json", "json-null"],
)
def test_a_feed_without_entries_is_a_feed(document: str) -> None:
    parsed = read(document)

    assert (parsed.kind, parsed.entries, parsed.problem) == ("feed", (), "")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "JSON that breaks off"),
        (b'{"a":' * 100_000, "JSON nested too deeply"),
        (gzip.compress(bytes(21 * 1024 * 1024)), "larger than 20 MB"),
        (b"<rss>" + b"<x/>" * 1_000_000 + b"</rss>", "more than 1000000 tags"),
        (b"<rss><x>" + b"=" * 1_000_001 + b"</x></rss>", "more than 1000000 attributes"),
        (b"<rss>" + b"<x>" * 250_000, "not well-formed, with more than 200000 tags"),
        (b'{"items": [' + b"{}," * 600_000 + b"{}]}", "more than 500000 objects"),
    ],
    ids=["cut", "deep", "bomb", "tags", "attributes", "unclosed", "objects"],
)
def test_what_cannot_be_read_safely_is_refused(document: bytes, problem: str) -> None:
    parsed = read(document)

    assert (parsed.kind, parsed.entries) == ("refused", ())
    assert parsed.problem.startswith(problem)


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>/posts/a</link>", "https://news.example.org/posts/a"),
        (
            f"<link>https://proxy.example.com/9</link>{ORIGINAL}",
            "https://news.example.org/9",
        ),
        ("<guid>https://news.example.org/g</guid>", "https://news.example.org/g"),
        ("<guid isPermaLink='false'>https://news.example.org/g</guid>", ""),
        ("<guid>tag:x,2025:1</guid>", ""),
        (
            "<guid isPermaLink='false'>n</guid><link>https://news.example.org/l?a=1&amp;b=2</link>",
            "https://news.example.org/l?a=1&b=2",
        ),
        ("<enclosure url='https://cdn.example.com/x.mp3' type='audio/mpeg'/>", ""),
    ],
    ids=["relative", "original", "permalink", "no-permalink", "tag", "query", "enclosure"],
)
def test_the_link_is_the_address_of_the_page(inside: str, link: str) -> None:
    assert read(rss(f"<item><title>x</title>{inside}</item>")).entries[0].link == link


def test_an_atom_link_follows_xml_base_and_prefers_the_page() -> None:
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example.com/blog/"><entry><title>x</title>'
        '<link rel="alternate" type="application/pdf" href="x.pdf"/><link rel="alternate" type="text/html" href="x"/>'
        "</entry></feed>"
    )

    assert read(document).entries[0].link == "https://other.example.com/blog/x"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<pubDate>1738578030</pubDate>", datetime(2025, 2, 3, 10, 20, 30, tzinfo=UTC)),
        ("<pubDate>2025-02-30</pubDate>", None),
        ("<pubDate>someday</pubDate>", None),
        ("<pubDate>2025년 02월</pubDate>", None),
        ("<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2025-02-03</dc:date>", datetime(2025, 2, 3, tzinfo=UTC)),
    ],
    ids=["epoch", "impossible", "words", "never-filled-from-today", "dublin-core"],
)
def test_a_date_is_read_from_what_stands_there(inside: str, expected: datetime | None) -> None:
    assert read(rss(f"<item><title>x</title>{inside}</item>")).entries[0].published == expected


@pytest.mark.parametrize(
    "inside",
    [
        f"<author>{'a' * 200_000}</author>",
        f"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'><![CDATA[{'a@' * 100_000}]]></dc:creator>",
        "<category " + " ".join(f"a{n}='1'" for n in range(30_000)) + "/>",
        "<links>x</links><authors>y</authors><title_detail>z</title_detail><content>w</content>",
        "<x>" * 5_000,
    ],
    ids=["author", "creator", "attributes", "names-of-the-parser", "depth"],
)
def test_no_element_stalls_or_breaks_the_reading(inside: str) -> None:
    # Unfenced, the first three take between ten seconds and minutes.
    parsed = read(rss(f"<item><title>first</title>{inside}</item><item><title>second</title></item>"))

    assert parsed.kind == "feed"
    assert parsed.entries[0].title == "first"


def test_no_entity_reads_a_file_or_grows_without_bound() -> None:
    document = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
        + "]>"
        + rss("<item><title>&f;&i;</title></item>", declaration="")
    )

    parsed = read(document)

    assert "root:" not in repr(parsed)
    assert len(repr(parsed)) < 10_000


def test_json_entries_of_odd_types_are_read_as_far_as_they_go() -> None:
    items = [
        "text",
        None,
        {"id": 7, "title": 3.5, "url": ["x"], "content_text": "a < b"},
        {"id": "https://news.example.org/2", "external_url": "https://far.example.com/", "author": {"name": "Ada"}},
    ]

    parsed = read(json.dumps({"version": "https://jsonfeed.org/version/1", "title": None, "items": items}))

    assert parsed.repairs == ("2 entries that are no objects left out",)
    assert [(entry.id, entry.title, entry.link) for entry in parsed.entries] == [
        ("7", "3.5", ""),
        ("https://news.example.org/2", "", "https://far.example.com/"),
    ]
    assert parsed.entries[0].content == "a &lt; b"
    assert parsed.entries[1].author == "Ada"


BAIT = (
    b"< & <!-- <![CDATA[ <a <a> </ <? <! &# &#1; &#xD800; &x; [ ]]> --> = : a: <item> <author>a] <rss> \xc3\xa9 \xff \0"
    b" <x/ <!DOCTYPE <!ENTITY { [ \" ' <item>".split(b" ")
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"<rss><channel><item><title>x</title><description>", b"</description></item></channel></rss>"),
        (b"<rss><channel><item ", b"/></channel></rss>"),
        (b'<?xml version="1.0"?>', b"<rss/>"),
        (b"<!DOCTYPE rss [ ", b" ]><rss/>"),
        (b"<html><head>", b""),
    ],
    ids=["bare", "text", "tag", "prolog", "doctype", "page"],
)
def test_the_time_for_any_bait_grows_with_its_length_only(before: bytes, after: bytes) -> None:
    started = time.process_time()

    kinds = {parse(before + bait * (20_000 // len(bait)) + after, url=URL).kind for bait in BAIT if b"<" not in bait}
    kinds |= {parse(before + bait * (3_000 // len(bait)) + after, url=URL).kind for bait in BAIT if b"<" in bait}

    assert kinds <= {"feed", "not-feed", "refused"}
    # A step of quadratic cost takes seconds for one of them.
    assert time.process_time() - started < 5


WHOLE = (
    rss(ITEM * 2, head="<ttl>60</ttl>").encode(),
    ATOM.encode(),
    RSS_10.encode(),
    json.dumps(JSON).encode(),
    b"<html><head><title>x</title><link rel=alternate type=application/rss+xml href=a></head><body>a</body></html>",
)
PIECES = (
    b"<", b">", b"&", b"<![CDATA[", b"]]>", b"<!--", b"&#xD800;", b"\0", b"\xff", b"<?", b"<!DOCTYPE x [", b'"',
    b"<item>", b"</item>", b"<textInput>", b"<image>", b"<source>", b"<svg>", b"</textInput>", b"<links>",
    b"{", b"\xc3",
)  # fmt: skip


def test_no_damage_to_a_document_makes_it_raise() -> None:
    dice = random.Random(20251101)

    for _ in range(400):
        document = bytearray(dice.choice(WHOLE))
        for _ in range(dice.randint(1, 5)):
            at = dice.randrange(len(document) + 1)
            to = min(len(document), at + dice.randrange(80))
            match dice.randrange(5):
                case 0:
                    del document[at:]
                case 1:
                    document[at:to] = bytes(dice.randrange(256) for _ in range(3))
                case 2:
                    document[at:at] = document[to : to + 200]
                case 3:
                    del document[at:to]
                case _:
                    document[at:at] = dice.choice(PIECES)
        parsed = parse(bytes(document), url=URL)

        assert bool(parsed.problem) == (parsed.kind != "feed"), bytes(document)
        assert bool(parsed.entries) <= (parsed.kind == "feed"), bytes(document)


@given(st.binary(max_size=200), st.sampled_from([b"", b"<rss><channel><item>", b"<feed>", b"{", b"\x1f\x8b\x08"]))
def test_no_bytes_make_it_raise(noise: bytes, before: bytes) -> None:
    parsed = read(before + noise)

    assert bool(parsed.problem) == (parsed.kind != "feed")
