"""The fence around feedparser: what goes in has been scrubbed, what comes out is our own types. Pure.

The only module that knows feedparser. It gets text of known encoding without a document type, is driven past its
own front (which tries bytes as a file's name first), its sanitiser and its resolver are off (they cost half its
time; what readers see is made plain in `normalise`), and nothing that it raises leaves this module.
"""

from __future__ import annotations

import html
import io
import re
import xml.sax
from contextlib import suppress
from datetime import datetime
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import feature_external_ges, feature_namespaces

import feedparser.api

from newsletter.model.news import RawEntry
from newsletter.wire.dates import read_date
from newsletter.wire.entry import PAGES, points_of
from newsletter.wire.hints import hints_in
from newsletter.wire.inline import joined, rebased
from newsletter.wire.markup import plain
from newsletter.wire.parsed import Parsed

#: Whatever a document can make it raise: surrogates, odd attributes, deep nesting, foreign encodings.
_RAISED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    SAXException,
    TypeError,
    ValueError,
)
_RAISED_BY_ELEMENTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_NAMES = {
    "rss090": "RSS 0.90",
    "rss091n": "RSS 0.91",
    "rss091u": "RSS 0.91",
    "rss092": "RSS 0.92",
    "rss093": "RSS 0.93",
    "rss094": "RSS 0.94",
    "rss10": "RSS 1.0",
    "rss20": "RSS 2.0",
    "atom": "Atom",
    "atom01": "Atom 0.1",
    "atom02": "Atom 0.2",
    "atom03": "Atom 0.3",
    "atom10": "Atom 1.0",
    "cdf": "CDF",
}
_MAIL = re.compile(r"[^\s@]{1,100}@\S{1,200}")
_AUTHOR = 400
_HTML = ("text/html", "application/xhtml+xml")
_TEXT = ("", "text/plain")
_ENTRIES = frozenset(("item", "entry"))
#: What `scrub` leaves of references: those that stand for signs of markup.
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|apos);")
#: It takes a second for each thirty thousand; no feed that breaks off has so many.
_MOST_MARKS = 200_000
#: Its expression for the end of a tag takes memory by the hundred bytes for each sign inside.
_LONG_TAG = re.compile(rb"<(/?[A-Za-z][\w:.-]{0,200}+)[^<>]{20000,}+>?")


class _Patient(feedparser.api._FeedParserMixin):  # type: ignore[misc]  # noqa: SLF001
    """What both of its parsers must leave alone, and go on after."""

    #: Ids are names, not addresses, and what stands for a discussion may be no address: as published, so that both
    #: readers give the same.
    can_be_relative_uri = feedparser.api._FeedParserMixin.can_be_relative_uri - {"id", "comments"}  # noqa: SLF001

    #: Its count of open drawings; one that nobody closes makes it take all that follows for the drawing's.
    svgOK = property(lambda _: 0, lambda _, _count: None)  # noqa: N815

    def _sync_author_detail(self, key: str = "author") -> None:
        """Look for no mailbox: the original's expression has quadratic cost (kurtmckee/feedparser#562)."""

    # One element that it stumbles over costs that element, not the feed.
    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        with suppress(*_RAISED_BY_ELEMENTS):
            super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        with suppress(*_RAISED_BY_ELEMENTS):
            super().unknown_endtag(tag)

    def handle_charref(self, ref: str) -> None:
        with suppress(*_RAISED_BY_ELEMENTS):
            super().handle_charref(ref)

    # An empty address is none; the original takes it for that of the feed. And it takes replies for a page unless
    # they say otherwise; they are a feed (RFC 4685, 4).
    def _start_link(self, attrs_d: dict[str, str]) -> None:
        if attrs_d.get("rel", "").strip().lower() == "replies":
            attrs_d.setdefault("type", "application/atom+xml")
        if attrs_d.get("href", "-").strip():
            super()._start_link(attrs_d)

    # Of an element that it does not know it keeps the attributes, if there are any, and drops the words.
    def _start_comments(self, _attrs_d: dict[str, str]) -> None:
        self.push("comments", 1)

    def _start_re_rank(self, _attrs_d: dict[str, str]) -> None:
        self.push("re_rank", 1)


class _Wellformed(_Patient, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    pass


class _Lenient(_Patient, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    #: Entries that began inside a text that is still open.
    _inner = 0

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        if self.incontent and tag in _ENTRIES:
            self._inner += 1
        super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        if tag in _ENTRIES:
            # A text that nobody closed ends with its entry, or it would take in those that follow.
            while self.incontent and not self._inner and self.elementstack:
                with suppress(*_RAISED_BY_ELEMENTS):
                    self.pop_content(self.elementstack[-1][0])
            self._inner = max(0, self._inner - 1)
        super().unknown_endtag(tag)

    @staticmethod
    def _normalize_attributes(pair: tuple[str, str]) -> tuple[str, str]:
        name, value = pair[0].lower(), _decoded(pair[1])
        return name, value.lower() if name in ("rel", "type") else value

    @staticmethod
    def strattrs(attrs: list[tuple[str, str]]) -> str:
        return "".join(f' {name}="{html.escape(value)}"' for name, value in attrs)

    def decode_entities(self, element: str, data: str) -> str:
        """References decoded once; the original decodes some twice, and none in addresses and names."""
        if self.contentparams.get("type", "").endswith("xml"):
            return str(super().decode_entities(element, data))
        return _decoded(data)


def _decoded(text: str) -> str:
    return _REFERENCE.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text


def read_leniently(body: bytes, *, url: str) -> Parsed:
    """Read RSS 0.9x, 1.0 and 2.0, RDF, Atom 0.3 and 1.0, CDF; `body` is UTF-8 and has been scrubbed.

    A document that is not well-formed says so in `repairs`.
    """
    if body.count(b"<") > _MOST_MARKS:
        return Parsed(kind="refused", problem=f"not well-formed, with more than {_MOST_MARKS} tags")
    body = _LONG_TAG.sub(rb"<\1>", body)
    try:
        feed, entries, version, fault = _driven(body, url)
        return _read(feed, entries, version=version, fault=fault, url=url, body=body)
    except _RAISED as raised:
        return Parsed(kind="refused", problem=f"cannot be read ({type(raised).__name__}: {str(raised)[:120]})")


def _driven(body: bytes, url: str) -> tuple[dict[str, Any], list[dict[str, Any]], str, Exception | None]:
    """What feedparser holds after the document: of the feed, of its entries, the format, what was wrong."""
    reader: Any = _Wellformed(url, None, "utf-8")
    reader.sanitize_html = reader.resolve_relative_uris = False
    sax = xml.sax.make_parser()  # noqa: S317 - no entity is left in it, and none outside is followed
    sax.setFeature(feature_namespaces, True)
    sax.setFeature(feature_external_ges, False)
    sax.setContentHandler(reader)
    sax.setErrorHandler(reader)
    source = xml.sax.xmlreader.InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO(body))
    fault: Exception | None = None
    try:
        sax.parse(source)
    except SAXException as raised:
        fault = raised
        reader = _Lenient(url, None, "utf-8", {})
        reader.sanitize_html = reader.resolve_relative_uris = False
        # As parsers of XML have to (XML 1.0, 2.11).
        reader.feed(body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "replace"))
    return reader.feeddata, reader.entries, reader.version, fault


def _read(
    feed: dict[str, Any],
    items: list[dict[str, Any]],
    *,
    version: str,
    fault: Exception | None,
    url: str,
    body: bytes,
) -> Parsed:
    atom = version.startswith("atom")
    # An element without anything inside is no entry; some feeds nest one in each of theirs.
    entries = tuple(_entry(one, atom=atom, language=_text(feed, "language"), url=url) for one in items if len(one))
    if not version and not entries:
        return Parsed(kind="not-feed", problem="an XML document without entries, not a feed")
    repairs: tuple[str, ...] = ()
    if fault is not None:
        said = fault.getMessage() if isinstance(fault, SAXException) else str(fault)
        repairs = (f"not well-formed, read leniently: {said[:120]}",)
    return Parsed(
        kind="feed",
        format=_NAMES.get(version, "RSS"),
        title=plain(_text(feed, "title"))[:500],
        site=_link(feed, "", url),
        entries=entries,
        repairs=repairs,
        hints=hints_in(body),
    )


def _entry(one: dict[str, Any], *, atom: bool, language: str, url: str) -> RawEntry:
    title = _mapping(one, "title_detail")
    own_id = _text(one, "id")
    summary = _markup(_mapping(one, "summary_detail"), _text(one, "summary"), atom=atom, url=url)
    contents = (_markup(part, _text(part, "value"), atom=atom, url=url) for part in _mappings(one, "content"))
    return RawEntry(
        id=own_id,
        title=_text(one, "title"),
        title_is_html=not atom or _text(title, "type") in _HTML,
        link=_link(one, own_id, url),
        published=_published(one),
        # Without a detail it is feedparser's copy of the content.
        summary=summary if "summary_detail" in one else "",
        content=next((text for text in contents if text), ""),
        author=_author(one),
        language=_text(one, "language") or _text(title, "language") or language,
        kind=_text(one, "arxiv_announce_type").lower()[:40],
        discussion=_discussion(one),
        points=points_of(_text(one, "re_rank")),
    )


def _markup(detail: dict[str, Any], text: str, *, atom: bool, url: str) -> str:
    """A text as markup. Atom says what its text is; RSS does not, and is taken for markup."""
    kind = _text(detail, "type")
    if atom and kind in _TEXT:
        return html.escape(text, quote=False)
    if atom and kind not in _HTML:
        return ""
    base = _text(detail, "base")
    return rebased(text, base) if base and base != url else text


def _text(one: dict[str, Any], key: str) -> str:
    """The text the document gave; feedparser's own look-up answers with other keys' values, and warns."""
    value = dict.get(one, key)
    return value.strip() if isinstance(value, str) else ""


# An element that a publisher calls "links" or "authors" stands where feedparser keeps its own: hence the checks.
def _mapping(one: dict[str, Any], key: str) -> dict[str, Any]:
    value = dict.get(one, key)
    return value if isinstance(value, dict) else {}


def _mappings(one: dict[str, Any], key: str) -> tuple[dict[str, Any], ...]:
    value = dict.get(one, key)
    return tuple(v for v in value if isinstance(v, dict)) if isinstance(value, list) else ()


def _link(one: dict[str, Any], own_id: str, url: str) -> str:
    """The address of the page: the publisher's original, else the HTML alternate, else a permanent id."""
    if original := _text(one, "feedburner_origlink"):
        return joined(url, original)
    links = [
        link for link in _mappings(one, "links") if _text(link, "rel") in ("", "alternate") and _text(link, "href")
    ]
    pages = [link for link in links if _text(link, "type") in ("", *_HTML)]
    if pages or links:
        return _text((pages or links)[0], "href")
    own = _text(one, "link")
    return own if own and own == own_id and own.startswith(("http://", "https://")) else ""


def _discussion(one: dict[str, Any]) -> str:
    """Where readers talk about it, as published; a feed of their replies is no page."""
    if said := _text(one, "comments"):
        return said
    replies = (link for link in _mappings(one, "links") if _text(link, "rel").lower() == "replies")
    return next((_text(link, "href") for link in replies if _text(link, "type").lower() in PAGES), "")


def _published(one: dict[str, Any]) -> datetime | None:
    """The date of publication, else of the last change, else of creation; UTC.

    Read from what stands there: feedparser's own reading fills what it does not find from today's date.
    """
    dates = (read_date(_text(one, key)) for key in ("published", "updated", "created"))
    return next((date for date in dates if date is not None), None)


def _author(one: dict[str, Any]) -> str:
    """Names joined by commas, without mailboxes."""
    names = [name for person in _mappings(one, "authors") if (name := _text(person, "name"))] or [_text(one, "author")]
    bare = (_MAIL.sub("", name[:_AUTHOR]).strip(" ()<>,") for name in names)
    return ", ".join(dict.fromkeys(name for name in bare if name))
