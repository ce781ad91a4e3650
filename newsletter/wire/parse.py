"""Bytes of a document into a feed, or into the reason why it is none. Pure.

The bytes decide: content types lie. Documents go to the reader of their kind (`json_feed`, `fence`) after what
breaks readers has been mended (`scrub`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter.wire.discover import feeds_of
from newsletter.wire.fence import read_xml_feed
from newsletter.wire.json_feed import read_json_feed
from newsletter.wire.parsed import Parsed as Parsed
from newsletter.wire.scrub import inflated, narrowed, scrubbed

#: Bytes of a document, inflated.
MOST_BYTES = 20 * 1024 * 1024
#: Bytes in which the root element must begin.
_HEAD = 200_000
_MARK = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<!DOCTYPE[^\[<>]*\[.*?\]\s*>|<![^>]*>|<\?.*?\?>"
    rb"|<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)",
    re.I | re.S,
)
_ROOTS = frozenset((b"rss", b"feed", b"rdf", b"channel"))
_PAGES = frozenset((b"html", b"head", b"body", b"title", b"meta", b"link", b"main", b"nav", b"header"))
#: What servers print before a document when something else went wrong.
_NOISE = frozenset(b"br b p i pre font div span hr a center table tr td tbody script style small strong em".split())


def parse(body: bytes, *, url: str) -> Parsed:
    """Read one document; `url` is what its relative addresses are relative to."""
    plain = inflated(body, most=MOST_BYTES)
    if plain is None or len(plain) > MOST_BYTES:
        return Parsed(kind="refused", problem=f"larger than {MOST_BYTES // 1024 // 1024} MB")
    document, repairs = narrowed(plain)
    if plain is not body:
        repairs = ("gzip without a header that says so", *repairs)
    if not document.strip():
        return Parsed(kind="not-feed", problem="an empty document")
    parsed = _read(document, url=url)
    return replace(parsed, repairs=(*repairs, *parsed.repairs)) if parsed.kind == "feed" else parsed


def _read(document: bytes, *, url: str) -> Parsed:
    if document[:1] in (b"{", b"["):
        return read_json_feed(document, url=url)
    start, root = _root(document[:_HEAD])
    if root in _ROOTS:
        clean, mended = scrubbed(document[start:])
        parsed = read_xml_feed(clean, url=url)
        said = ("text before the document removed", *mended) if start else mended
        return replace(parsed, repairs=(*said, *parsed.repairs)) if parsed.kind == "feed" else parsed
    if root in _PAGES or root in _NOISE:
        return Parsed(kind="not-feed", problem=_page_sentence(document, url=url))
    if root and document[:1] == b"<":
        name = root.decode("ascii", "replace")[:40]
        return Parsed(kind="not-feed", problem=f"an XML document of another kind (<{name}>), not a feed")
    return Parsed(kind="not-feed", problem="neither XML nor JSON, not a feed")


def _root(head: bytes) -> tuple[int, bytes]:
    """Where the document begins, and the name of its root element in lower case; b"" if there is none.

    Elements that servers print before a document are passed over, unless nothing else comes.
    """
    start: int | None = None
    first = b""
    for mark in _MARK.finditer(head):
        name = (mark[1] or b"").lower()
        if not name:
            if start is None and mark[0][:5].lower() in (b"<?xml", b"<!doc"):
                start = mark.start()
        elif name in _ROOTS:
            return (mark.start() if start is None else start), name
        elif name in _NOISE:
            first, start = first or name, None
        else:
            return 0, first or name
    return 0, first


def _page_sentence(document: bytes, *, url: str) -> str:
    found = feeds_of(document[:_HEAD].decode("utf-8", "replace"), url=url)
    return f"a web page, not a feed; it names this feed: {found[0]}" if found else "a web page, not a feed"
