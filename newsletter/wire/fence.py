"""The fence around feedparser: what goes in has been scrubbed, what comes out is our own types. Pure.

The only module that knows feedparser. Its sanitiser and its resolver are off (they cost half its time; what
readers see is made plain in `normalise`), it gets a stream and never bytes (bytes it first tries as a file's
name), and nothing that it raises leaves this module.
"""

from __future__ import annotations

import html
import io
import re
from datetime import datetime
from typing import Any
from xml.sax import SAXException

import feedparser

from newsletter.model.news import RawEntry
from newsletter.wire.dates import read_date
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
_MAIL = re.compile(r"\S+@\S+")
_HTML = ("text/html", "application/xhtml+xml")


def read_xml_feed(body: bytes, *, url: str) -> Parsed:
    """Read RSS 0.9x, 1.0 and 2.0, RDF, Atom 0.3 and 1.0, CDF; `body` has been scrubbed.

    A document that is not well-formed is read leniently and says so in `repairs`.
    """
    try:
        document = feedparser.parse(
            io.BytesIO(body),
            # Names in lower case, or it does not see them; the type so that it believes the XML declaration.
            response_headers={"content-location": url, "content-type": "application/xml"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _RAISED as fault:
        return Parsed(kind="refused", problem=f"cannot be read ({type(fault).__name__}: {str(fault)[:120]})")
    return _read(document)


def _read(document: dict[str, Any]) -> Parsed:
    version = str(document.get("version") or "")
    feed = document["feed"]
    atom = version.startswith("atom")
    # An element without anything inside is no entry; some feeds nest one in each of theirs.
    items = [one for one in document["entries"] if len(one)]
    entries = tuple(_entry(one, atom=atom, language=_text(feed, "language")) for one in items)
    if not version and not entries:
        return Parsed(kind="not-feed", problem="an XML document without entries, not a feed")
    fault = document.get("bozo_exception")
    repairs: tuple[str, ...] = ()
    if isinstance(fault, feedparser.CharacterEncodingOverride):
        repairs = (str(fault),)
    elif fault is not None:
        said = fault.getMessage() if isinstance(fault, SAXException) else str(fault)
        repairs = (f"not well-formed, read leniently: {said[:120]}",)
    return Parsed(
        kind="feed",
        format=_NAMES.get(version, "RSS"),
        title=plain(_text(feed, "title"))[:500],
        site=_text(feed, "link"),
        entries=entries,
        repairs=repairs,
    )


def _entry(one: dict[str, Any], *, atom: bool, language: str) -> RawEntry:
    title = _mapping(one, "title_detail")
    summary, text = _mapping(one, "summary_detail"), _text(one, "summary")
    if not text:
        content = next(iter(_mappings(one, "content")), {})
        summary, text = content, _text(content, "value")
    # Atom says what its text is; RSS does not, and is taken for markup.
    if atom and _text(summary, "type") in ("", "text/plain"):
        text = html.escape(text, quote=False)
    return RawEntry(
        id=_text(one, "id"),
        title=_text(one, "title"),
        title_is_html=not atom or _text(title, "type") in _HTML,
        link=_link(one),
        published=_published(one),
        summary=text,
        author=_author(one),
        language=_text(one, "language") or _text(title, "language") or language,
    )


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


def _link(one: dict[str, Any]) -> str:
    """The address of the page: the publisher's original, else the HTML alternate, else a permanent id."""
    if original := _text(one, "feedburner_origlink"):
        return original
    links = [
        link for link in _mappings(one, "links") if _text(link, "rel") in ("", "alternate") and _text(link, "href")
    ]
    pages = [link for link in links if _text(link, "type") in ("", *_HTML)]
    if pages or links:
        return _text((pages or links)[0], "href")
    own = _text(one, "link")
    return own if own.startswith(("http://", "https://")) else ""


def _published(one: dict[str, Any]) -> datetime | None:
    """The date of publication, else of the last change, else of creation; UTC.

    Read from what stands there: feedparser's own reading fills what it does not find from today's date.
    """
    dates = (read_date(_text(one, key)) for key in ("published", "updated", "created"))
    return next((date for date in dates if date is not None), None)


def _author(one: dict[str, Any]) -> str:
    """Names joined by commas, without mailboxes."""
    names = dict.fromkeys(name for person in _mappings(one, "authors") if (name := _text(person, "name")))
    joined = ", ".join(names) or _text(one, "author")
    return _MAIL.sub("", joined).strip(" ()<>,")
