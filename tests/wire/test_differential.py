"""The strict reader held to the answers of feedparser: on documents made here, and on real ones where they lie.

Compared are number, id, title, link and date of the entries: what identity and the page are made of.
"""

from __future__ import annotations

import csv
import html
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model.news import RawEntry
from newsletter.wire.encoding import as_utf8, undoubled
from newsletter.wire.fence import read_leniently
from newsletter.wire.markup import as_text, plain
from newsletter.wire.strict import read_well_formed

URL = "https://news.example.org/feed.xml"
#: Real documents in which the two differ: file, field, and why ours is right.
DIFFERENCES = {
    ("pcmag.com-9d532e32.xml", "link"): "an empty item inside each item; feedparser gives it what follows",
}
FIELDS = ("id", "title", "link", "published", "discussion", "points")

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=30)
NAME = st.text("abcdefghij-", min_size=1, max_size=8)
DATE = st.sampled_from(["Mon, 03 Feb 2025 10:20:30 GMT", "2025-02-03T10:20:30Z", "2025-02-03", "soon", ""])


def told(entry: RawEntry) -> dict[str, object]:
    title = undoubled(entry.title)
    return {
        "id": undoubled(entry.id),
        "title": plain(title, keep_lone=True) if entry.title_is_html else as_text(title),
        "link": undoubled(entry.link),
        "published": entry.published,
        "discussion": undoubled(entry.discussion),
        "points": entry.points,
    }


def differing(document: bytes) -> set[str]:
    strict = read_well_formed(document, url=URL)
    assert strict is not None
    lenient = read_leniently(document, url=URL)
    if len(strict.entries) != len(lenient.entries):
        return {"number"}
    pairs = [(told(one), told(other)) for one, other in zip(strict.entries, lenient.entries, strict=True)]
    return {field for one, other in pairs for field in FIELDS if one[field] != other[field]}


@st.composite
def rss_documents(draw: st.DrawFn) -> str:
    items = []
    for _ in range(draw(st.integers(0, 3))):
        title, words, name = html.escape(draw(WORDS)), draw(WORDS), draw(NAME)
        parts = [
            draw(
                st.sampled_from([f"<title>{title}</title>", f"<title><![CDATA[{words.replace(']]>', '')}]]></title>"])
            ),
            f"<link>{draw(st.sampled_from(['https://news.example.org/', '/', '?p=']))}{name}</link>",
            draw(
                st.sampled_from(
                    [f"<guid>https://a.example/{name}</guid>", f"<guid isPermaLink='false'>{name}</guid>", ""]
                )
            ),
            f"<pubDate>{draw(DATE)}</pubDate>",
            f"<dc:date>{draw(DATE)}</dc:date>",
            f"<description>{html.escape(draw(WORDS))}</description>",
            "<m:group><m:title>clip</m:title><m:description>x</m:description></m:group>",
            f"<enclosure url='https://cdn.example.com/{name}.mp3'/><category>{title}</category><comments>{title}</comments>",
        ]
        items.append(f"<item>{''.join(draw(st.permutations(parts)))}</item>")
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:m="http://search.yahoo.com/mrss/"><channel>'
        f"<title>t</title><link>https://news.example.org/</link>{''.join(items)}</channel></rss>"
    )


@st.composite
def atom_documents(draw: st.DrawFn) -> str:
    entries = []
    for _ in range(draw(st.integers(0, 3))):
        words, name = html.escape(draw(WORDS)), draw(NAME)
        kind = draw(st.sampled_from(["", " type='text'", " type='html'"]))
        xhtml = f"<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><b>{words}</b></div></title>"
        parts = [
            draw(st.sampled_from([f"<title{kind}>{words}</title>", xhtml])),
            draw(
                st.sampled_from([f"<link href='{name}'/>", f"<link rel='alternate' type='text/html' href='/{name}'/>"])
            ),
            f"<link rel='self' href='/{name}.atom'/><link rel='enclosure' href='/{name}.mp3'/>",
            draw(st.sampled_from([f"<id>tag:a.example,2025:{name}</id>", f"<id>https://a.example/{name}</id>", ""])),
            f"<updated>{draw(DATE)}</updated>",
            draw(st.sampled_from(["", f"<published>{draw(DATE)}</published>"])),
            f"<summary>{words}</summary><content type='html'>{words}</content>",
            "<author><name>Ada</name></author>",
        ]
        base = draw(st.sampled_from(["", " xml:base='https://other.example.com/a/'", " xml:base='deep/er/'"]))
        entries.append(f"<entry{base}>{''.join(draw(st.permutations(parts)))}</entry>")
    base = draw(st.sampled_from(["", " xml:base='https://b.example/c/'"]))
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{base}><title>t</title>{"".join(entries)}</feed>'


@settings(max_examples=60)
@given(st.one_of(rss_documents(), atom_documents()))
def test_both_readers_say_the_same_of_any_well_formed_feed(document: str) -> None:
    assert differing(document.encode()) == set()


@pytest.mark.skipif("NEWSLETTER_CORPUS" not in os.environ, reason="NEWSLETTER_CORPUS names no folder of documents")
def test_both_readers_say_the_same_of_real_feeds_but_for_the_listed_differences() -> None:
    feeds = Path(os.environ["NEWSLETTER_CORPUS"]) / "feeds"
    with (feeds / "index.tsv").open(encoding="utf-8", newline="") as lines:
        files = [row["file"] for row in csv.DictReader(lines, delimiter="\t") if row["format"] != "json"]

    found = set()
    compared = 0
    for file in files:
        document, _ = as_utf8((feeds / file).read_bytes())
        if read_well_formed(document, url=URL) is not None:
            compared += 1
            found |= {(Path(file).name, field) for field in differing(document)}

    assert compared > len(files) * 0.9
    assert found == set(DIFFERENCES)
