"""Well-formed feeds: every dialect, read by the strict reader itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.model.news import RawEntry
from newsletter.wire.parsed import Parsed
from newsletter.wire.strict import read_well_formed

RDF = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='{}'><channel/>{{}}</r:RDF>"
URL = "https://news.example.org/feed.xml"
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
XHTML = 'xmlns:x="http://www.w3.org/1999/xhtml"'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


def read(document: str) -> Parsed:
    parsed = read_well_formed(document.encode(), url=URL)
    assert parsed is not None
    return parsed


def rss(inside: str, *, spaces: str = "") -> RawEntry:
    (entry,) = read(
        f'<rss version="2.0" {spaces}><channel><title>t</title><item>{inside}</item></channel></rss>'
    ).entries
    return entry


def atom(inside: str, *, feed: str = "") -> RawEntry:
    (entry,) = read(f'<feed xmlns="http://www.w3.org/2005/Atom" {feed}><entry>{inside}</entry></feed>').entries
    return entry


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("<rss version='2.0'><channel>{}</channel></rss>", "RSS 2.0"),
        ("<rss version='0.91'><channel>{}</channel></rss>", "RSS 0.91"),
        ("<rss><channel/>{}</rss>", "RSS"),
        ("<rss>{}</rss>", "RSS"),
        ("<rss version='2.0' xmlns='http://backend.userland.com/rss2'><channel>{}</channel></rss>", "RSS 2.0"),
        ("<rss version='2.0' xmlns='http://example.com/odd'><channel>{}</channel></rss>", "RSS 2.0"),
        ("<x:rss version='2.0' xmlns:x='urn:odd'><x:channel>{}</x:channel></x:rss>", "RSS 2.0"),
        ("<rss version='2.0' xmlns='http://www.w3.org/1999/xhtml'><channel>{}</channel></rss>", "RSS 2.0"),
        ("<RSS VERSION='2.0'><CHANNEL>{}</CHANNEL></RSS>", "RSS"),
        (RDF.format("http://purl.org/rss/1.0/"), "RSS 1.0"),
        (RDF.format("http://my.netscape.com/rdf/simple/0.9/"), "RSS 0.90"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>", "Atom 1.0"),
        ("<feed xmlns='http://www.w3.org/2005/atom'>{}</feed>", "Atom 1.0"),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'>{}</feed>", "Atom 0.3"),
        ("<feed>{}</feed>", "Atom"),
    ],
)
@pytest.mark.parametrize("tag", ["item", "entry"])
def test_every_dialect_gives_its_entries(document: str, name: str, tag: str) -> None:
    parsed = read(document.format(f"<{tag}><title>first</title></{tag}><{tag}><title>second</title></{tag}>"))

    assert parsed.format == name
    assert [entry.title for entry in parsed.entries] == ["first", "second"]


def test_prefixed_atom_reads_like_any_other() -> None:
    parsed = read(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>T</a:title><a:link href='https://news.example.org/'/>"
        "<a:entry><a:id>1</a:id><a:title>x</a:title><a:link href='/x'/></a:entry></a:feed>"
    )

    assert (parsed.format, parsed.title, parsed.site) == ("Atom 1.0", "T", "https://news.example.org/")
    assert (parsed.entries[0].id, parsed.entries[0].link) == ("1", "https://news.example.org/x")


def test_an_entry_inside_an_entry_is_no_entry_of_the_feed() -> None:
    inner = "<entry xmlns='http://www.w3.org/2005/Atom'><title>inner</title><id>i</id></entry>"

    entry = atom(f"<title>outer</title><content type='application/atom+xml'>{inner}</content>")

    assert (entry.title, entry.id, entry.content) == ("outer", "", "")
    assert rss("<title>a</title><item/>").title == "a"


def test_titles_of_images_sources_and_media_do_not_become_the_entrys() -> None:
    inside = (
        "<image><title>no</title><link>https://no.example.com/</link></image><source url='u'>no</source>"
        "<media:group><media:title>no</media:title><media:description>of the media</media:description></media:group>"
        "<title>yes</title>"
    )

    entry = rss(inside, spaces=MEDIA)

    assert (entry.title, entry.link, entry.summary) == ("yes", "", "of the media")


def test_the_media_title_stands_in_where_there_is_no_other() -> None:
    assert rss("<media:content><media:title>clip</media:title></media:content>", spaces=MEDIA).title == "clip"


def test_a_title_that_says_nothing_is_not_replaced_by_that_of_a_clip_in_the_entry() -> None:
    told = "<title><![CDATA[ ]]></title><media:group><media:title>clip</media:title></media:group>"

    assert rss(told, spaces=MEDIA).title == ""


def test_the_feeds_own_name_is_not_that_of_its_image() -> None:
    assert (
        read("<rss><channel><image><title>no</title></image><title>A &amp;amp; B</title></channel></rss>").title
        == "A & B"
    )


@pytest.mark.parametrize(
    ("inside", "title", "is_html"),
    [
        ("<title>1 &lt; 2 &amp;amp; &lt;b&gt;</title>", "1 < 2 &amp; <b>", False),
        ("<title type='text'>A &amp; B</title>", "A & B", False),
        ("<title type='html'>A &amp;amp; B</title>", "A &amp; B", True),
        ("<title type='text/html' mode='escaped'>&lt;b&gt;x</title>", "<b>x", True),
        (f"<title type='xhtml'><x:div {XHTML}>1 &lt; <x:em>2</x:em></x:div></title>", "1 &lt; <em>2</em>", True),
        ("<title>plain <b>bold</b> tail</title>", "plain <b>bold</b> tail", True),
    ],
)
def test_an_atom_title_says_what_it_is(inside: str, title: str, is_html: bool) -> None:
    entry = atom(inside)

    assert (entry.title, entry.title_is_html) == (title, is_html)


@pytest.mark.parametrize(
    ("content", "markup"),
    [
        ("<content>a &lt; b</content>", "a &lt; b"),
        ("<content type='html'>&lt;p&gt;a&lt;/p&gt;</content>", "<p>a</p>"),
        (
            f"<content type='xhtml'><x:div {XHTML}><x:p class='x'>a<x:br/>b &amp; c</x:p></x:div></content>",
            '<p class="x">a<br>b &amp; c</p>',
        ),
        ("<content type='xhtml'><p>a</p><p>b</p></content>", "<p>a</p><p>b</p>"),
        ("<content type='image/png'>AAEC</content>", ""),
        ("<content mode='base64' type='text/html'>PGI+eDwvYj4=</content>", "<b>x</b>"),
        ("<content mode='base64' type='text/html'>%%%</content>", ""),
        ("<content type='text/html' src='https://news.example.org/full'/>", ""),
    ],
)
def test_atom_content_becomes_markup(content: str, markup: str) -> None:
    assert atom(f"<title>t</title>{content}<summary>s</summary>").content == markup


def test_summary_and_full_text_are_kept_apart() -> None:
    space = "xmlns:c='http://purl.org/rss/1.0/modules/content/'"

    entry = rss("<c:encoded>&lt;p&gt;all&lt;/p&gt;</c:encoded><description>short</description>", spaces=space)

    assert (entry.summary, entry.content) == ("short", "<p>all</p>")
    assert rss("<c:encoded>all</c:encoded>", spaces=space).summary == ""


def test_relative_links_follow_every_xml_base_above_them() -> None:
    entry = atom(
        "<title>t</title><link href='../up.html'/>"
        "<content type='html' xml:base='c/'>&lt;a href=\"x\"&gt;&lt;img src='/y'&gt;&lt;a href='#z'&gt;</content>",
        feed="xml:base='https://other.example.com/blog/deep/'",
    )

    assert entry.link == "https://other.example.com/blog/up.html"
    assert entry.content == (
        "<a href=\"https://other.example.com/blog/deep/c/x\"><img src='https://other.example.com/y'><a href='#z'>"
    )


def test_without_an_xml_base_links_in_texts_stay_as_they_are() -> None:
    assert atom("<content type='html'>&lt;a href='x'&gt;</content>").content == "<a href='x'>"


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<guid>https://news.example.org/g</guid>", "https://news.example.org/g"),
        ("<guid isPermaLink='false'>https://news.example.org/g</guid>", ""),
        ("<guid>n-1</guid>", ""),
        ("<link/><guid>n-1</guid>", ""),
        ("<link>\n /a?x=1&amp;y=2\n</link>", "https://news.example.org/a?x=1&y=2"),
        (
            "<x:link xmlns:x='http://www.w3.org/2005/Atom' rel='self' href='/no'/><link>/yes</link>",
            "https://news.example.org/yes",
        ),
        ("<link>http://[bad</link>", ""),
        ("<link>//[bad</link>", ""),
    ],
)
def test_the_link_is_the_pages(inside: str, link: str) -> None:
    assert rss(f"<title>t</title>{inside}").link == link


def test_the_id_is_as_published() -> None:
    assert rss("<guid>n-1</guid>").id == "n-1"
    assert atom("<id>../x</id>", feed="xml:base='https://other.example.com/'").id == "../x"


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        ("<author>ada@example.org (Ada Example)</author>", "Ada Example"),
        (f"<dc:creator {DC}>Ada</dc:creator><dc:creator {DC}>Ben</dc:creator>", "Ada, Ben"),
        ("<author><name>Ada</name><email>ada@example.org</email></author>", "Ada"),
        ("<author><email>ada@example.org</email></author>", ""),
        ("<author>by <a href='x'>Ada</a></author>", "by Ada"),
        ("<i:author xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'>Cast</i:author>", "Cast"),
        (f"<author>{'a' * 300_000}@</author>", "a" * 400),
    ],
)
def test_the_author_is_a_name(inside: str, author: str) -> None:
    assert rss(inside).author == author


def test_the_last_date_of_publication_counts_before_any_change() -> None:
    inside = f"<dc:date {DC}>2025-01-01</dc:date><pubDate>2025-01-02</pubDate><pubDate>2025-01-03</pubDate><pubDate/>"

    assert rss(inside).published == datetime(2025, 1, 3, tzinfo=UTC)


def test_arxiv_says_what_kind_of_item_it_is() -> None:
    inside = "<arxiv:announce_type>Replace-Cross</arxiv:announce_type>"

    assert rss(inside, spaces="xmlns:arxiv='http://arxiv.org/schemas/atom'").kind == "replace-cross"


@pytest.mark.parametrize(
    ("inside", "feed", "language"),
    [
        ("", "xml:lang='en_GB'", "en-GB"),
        ("<title xml:lang='fr'>t</title>", "xml:lang='en'", "fr"),
        (f"<dc:language {DC}>de</dc:language>", "xml:lang='en'", "de"),
        ("", "", ""),
    ],
)
def test_the_nearest_language_counts(inside: str, feed: str, language: str) -> None:
    assert atom(f"<id>1</id>{inside}", feed=feed).language == language


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><item>",
        "<rss>&eacute;</rss>",
        "<rss>&#xD800;</rss>",
        "<rss><a:b/></rss>",
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
        '<!DOCTYPE rss SYSTEM "https://news.example.org/x.dtd"><rss/>',
        "<urlset/>",
        "<rss>" + "<x>" * 300 + "</x>" * 300 + "</rss>",
        "",
    ],
)
def test_what_is_not_plainly_a_well_formed_feed_is_left_to_others(document: str) -> None:
    assert read_well_formed(document.encode(), url=URL) is None


def test_addresses_inside_xhtml_follow_the_xml_base_of_the_elements_around_them() -> None:
    body = (
        '<content type="xhtml"><x:div xml:base="https://a.example/b/"><x:img src="c.png"/><x:p xml:base="d/">'
        '<x:a href="e">f</x:a></x:p></x:div></content>'
    )

    content = atom(body, feed=XHTML).content

    assert 'src="https://a.example/b/c.png"' in content
    assert 'href="https://a.example/b/d/e"' in content


def test_a_relative_xml_base_inside_xhtml_is_relative_to_that_of_the_feed() -> None:
    body = '<content type="xhtml"><x:div><x:p xml:base="d/"><x:a href="e">f</x:a></x:p></x:div></content>'

    content = atom(body, feed=f'{XHTML} xml:base="https://a.example/b/"').content

    assert 'href="https://a.example/b/d/e"' in content
