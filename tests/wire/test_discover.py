"""The feeds that a page names."""

from __future__ import annotations

from newsletter.wire.discover import feeds_of


def test_a_pages_feeds_are_found_in_its_order_and_made_absolute() -> None:
    page = """<head><base href="/sub/"><!-- <link rel=alternate type="application/rss+xml" href="/old.xml"> -->
    <LINK REL='Alternate' TYPE='application/feed+json' HREF='feed.json'>
    <link href="rss?x=1&amp;y=2" rel="alternate nofollow" type="application/rss+xml; charset=utf-8">
    <link rel="alternate" type="application/rss+xml" href="feed.json"><link rel=stylesheet href=x.css>
    <link rel="alternate" hreflang="de" href="/de/"><link rel=alternate type=application/atom+xml href="javascript:x">
    <link rel=alternate type=application/atom+xml href="http://[bad"><link rel=alternate type=text/xml></head>"""

    found = feeds_of(page, url="https://news.example.org/page/1")

    assert found == ("https://news.example.org/sub/feed.json", "https://news.example.org/sub/rss?x=1&y=2")


def test_a_page_without_feeds_names_none() -> None:
    assert feeds_of("<html><body>nothing</body></html>", url="https://news.example.org/") == ()
