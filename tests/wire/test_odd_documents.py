"""Documents that are odd in more than their markup: their letters, what stands around them, what nobody closed."""

from __future__ import annotations

import json

import pytest

from newsletter.wire.parse import Parsed, parse

URL = "https://news.example.org/feed.xml"


def rss(items: str, *, declaration: str = "<?xml version='1.0'?>") -> str:
    return f"{declaration}<rss version='2.0'><channel><title>The Wire</title>{items}</channel></rss>"


def item(title: str, inside: str = "") -> str:
    return f"<item><title>{title}</title><link>https://news.example.org/{title[:1]}</link>{inside}</item>"


def read(document: str | bytes, *, header: str = "") -> Parsed:
    return parse(document.encode() if isinstance(document, str) else document, url=URL, content_type=header)


def titles(parsed: Parsed) -> list[str]:
    return [entry.title for entry in parsed.entries]


@pytest.mark.parametrize(
    ("label", "codec", "title"),
    [
        ("ibm866", "cp866", "Новая модель"),
        ("x-mac-cyrillic", "mac_cyrillic", "Новая модель"),
        ("iso-8859-8-i", "iso8859_8", "שלום עולם"),
        ("cp850", "cp850", "Café"),
        ("johab", "johab", "한국어 제목"),
        ("windows-874", "cp874", "สวัสดีชาวโลก"),
        ("gbk", "gbk", "中文标题新聞"),
        ("euc-jp", "euc_jp", "日本語のタイトル"),
        ("iso-2022-jp", "iso2022_jp", "日本語のタイトル"),
    ],
)
def test_old_encodings_are_read_by_declaration_and_by_header(label: str, codec: str, title: str) -> None:
    declared = rss(item(title), declaration=f"<?xml version='1.0' encoding='{label}'?>").encode(codec)
    said_otherwise = rss(item(title), declaration="<?xml version='1.0' encoding='utf-8'?>").encode(codec)
    header = f"text/xml; charset={label}"

    found = [read(declared), read(rss(item(title)).encode(codec), header=header), read(said_otherwise, header=header)]

    assert [titles(parsed) for parsed in found] == [[title]] * 3


def test_a_few_wrong_bytes_in_utf_8_are_no_reason_to_believe_the_header() -> None:
    declared = rss(item("Été à Köln") + item("caf\0"), declaration="<?xml version='1.0' encoding='utf-8'?>")

    parsed = read(declared.encode().replace(b"\0", b"\xe9"), header="text/xml; charset=windows-1251")

    assert titles(parsed) == ["Été à Köln", "café"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_letters_are_known_without_a_mark_after_blanks_and_in_json(codec: str) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Ünïcode"}]}

    found = [read(("\r\n " + rss(item("Ünïcode"))).encode(codec)), read(json.dumps(feed).encode(codec))]

    assert [titles(parsed) for parsed in found] == [["Ünïcode"]] * 2


def test_a_letter_encoded_twice_is_mended_at_the_end_too() -> None:
    assert titles(read(rss(item("dÃ©jÃ\u00a0")))) == ["déjà"]


@pytest.mark.parametrize(
    "before",
    [
        "<?xml version='1.0' encoding='utf-8'>",
        "<?xml version='1.0' encoding='utf-8' ? >",
        "<link rel='stylesheet' href='x.css'>",
        "<table class='error'><tr><th>Warning</th></tr></table>",
        "<ul><li>Notice</li></ul>",
        '{"error": null}\n<?xml version="1.0"?>',
        "[12:00:01] started\n",
    ],
)
def test_what_stands_before_a_feed_does_not_hide_it(before: str) -> None:
    assert titles(read(before + rss(item("one") + item("two"), declaration=""))) == ["one", "two"]


def test_a_page_that_begins_with_its_links_is_a_page() -> None:
    parsed = read("<link rel='alternate' type='application/rss+xml' href='/f'><meta name=a><title>x</title><p>y")

    assert (parsed.kind, parsed.discovers) == ("not-feed", ("https://news.example.org/f",))


@pytest.mark.parametrize("after", ["\0\0", "\n<!-- cached -->", "<script>x</script>"])
def test_json_is_read_with_raw_line_breaks_and_junk_after_it(after: str) -> None:
    document = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "one\ntwo"}]}'

    assert titles(read(document + after)) == ["one\ntwo"]


@pytest.mark.parametrize(
    "inside",
    [
        "<description>left open",
        "<description><svg onload=x>",
        "<description><svg onload=x></description>",
        "<description><![CDATA[left open",
        "<description>left open <!-- here",
    ],
)
def test_what_one_entry_leaves_open_swallows_no_other(inside: str) -> None:
    assert titles(read(rss(item("one", inside) + item("two") + item("three")))) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#61;", "="),
        ("&#x2F;", "/"),
        ("&eacute;", "é"),
        ("&#x0A;", ""),
    ],
)
def test_references_in_the_addresses_of_a_broken_feed_are_decoded_once(written: str, meant: str) -> None:
    entry = f"<entry><title>one</title><link href='https://news.example.org/a?b{written}'/></entry>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}<br></feed>"
    link = f"https://news.example.org/a?b{meant}"

    (ours,) = read(feed).entries
    (rss_entry,) = read(rss(f"<item><link>https://news.example.org/a?b{written}</link></item><br>")).entries

    assert (ours.link.strip(), rss_entry.link) == (link, link)


def test_references_in_the_texts_of_a_broken_feed_are_decoded_once() -> None:
    broken = rss(item("one", "<description>A &amp;quot;b&amp;quot; &amp;amp;lt;i> c</description>") + "<br>")

    assert read(broken).entries[0].summary == "A &quot;b&quot; &amp;lt;i> c"


def test_attributes_inside_the_markup_of_a_broken_feed_stay_quoted() -> None:
    link = '<a title="&quot;x&quot; onclick=&quot;y" href="/a?b&amp;c">d</a>'
    markup = f'<div xmlns="http://www.w3.org/1999/xhtml">{link}</div>'
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>one</title>"
        f"<content type='xhtml'>{markup}</content></entry><br></feed>"
    )

    assert 'title="&quot;x&quot; onclick=&quot;y" href="/a?b&amp;c"' in read(feed).entries[0].content


def test_an_empty_address_in_a_broken_feed_is_none() -> None:
    links = "<link href=''/><link href='/one'/>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>one</title>{links}</entry><br></feed>"

    assert read(feed).entries[0].link == "https://news.example.org/one"
