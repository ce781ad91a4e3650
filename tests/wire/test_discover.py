"""The feeds that a page names."""

from __future__ import annotations

from lxml import etree

from newsletter.wire.discover import feeds_of


def found(page: str, *, url: str = "https://news.example.org/page/1") -> tuple[str, ...]:
    return feeds_of(etree.fromstring(page, etree.HTMLParser(remove_comments=True)), url=url)


def test_a_pages_feeds_are_found_in_its_order_and_made_absolute() -> None:
    page = """<head><base href="/sub/"><!-- <link rel=alternate type="application/rss+xml" href="/old.xml"> -->
    <LINK REL='Alternate' TYPE='application/feed+json' HREF='feed.json'>
    <link href="rss?x=1&amp;y=2" rel="alternate nofollow" type="application/rss+xml; charset=utf-8">
    <link rel="alternate" type="application/rss+xml" href="feed.json"><link rel=stylesheet href=x.css>
    <link rel="alternate" hreflang="de" href="/de/"><link rel=alternate type=application/atom+xml href="javascript:x">
    <link rel=alternate type=application/atom+xml href="http://[bad"><link rel=alternate type=text/xml></head>"""

    assert found(page) == ("https://news.example.org/sub/feed.json", "https://news.example.org/sub/rss?x=1&y=2")


def test_links_in_the_text_scripts_and_interfaces_of_publishing_software_are_no_feeds() -> None:
    page = """<head><script>document.write('<link rel=alternate type=application/rss+xml href=/a>')</script>
    <link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>
    <link rel="alternate stylesheet" type=text/xml href=/x.xsl></head>
    <body><a rel=alternate type=application/rss+xml href=/b>RSS</a></body>"""

    assert found(page) == ()


def test_a_feed_named_in_the_body_counts_all_the_same() -> None:
    assert found("<body><p>x<link rel=alternate type=application/atom+xml href=/c>") == ("https://news.example.org/c",)


def test_a_page_without_feeds_names_none() -> None:
    assert found("<html><body>nothing</body></html>") == ()
