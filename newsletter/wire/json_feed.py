"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org). Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from urllib.parse import urljoin

from newsletter.model.news import RawEntry
from newsletter.wire.dates import read_date
from newsletter.wire.markup import as_text
from newsletter.wire.parsed import Parsed

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d+(?:\.\d+)?)/?")

#: Each costs memory by the hundred bytes; no feed has so many.
_MOST_OBJECTS = 500_000
#: Line breaks and other controls inside texts are let pass, though JSON wants them escaped (RFC 8259, 7).
_DECODER = json.JSONDecoder(strict=False)
#: Half of a surrogate pair: no character, and no encoding takes it.
_HALF = re.compile("[\ud800-\udfff]+")


def read_json_feed(body: bytes, *, url: str) -> Parsed:
    """Read a document that begins like JSON; `body` has no byte order mark and no blanks before it."""
    if max(body.count(b"{"), body.count(b"[")) > _MOST_OBJECTS:
        return Parsed(kind="refused", problem=f"more than {_MOST_OBJECTS} objects or lists")
    repairs: list[str] = []
    text = body.decode("utf-8", "replace")
    try:
        document, end = _DECODER.raw_decode(text)
    except RecursionError:
        return Parsed(kind="refused", problem="JSON nested too deeply to be read")
    except ValueError as fault:
        return Parsed(kind="refused", problem=f"JSON that breaks off or is malformed: {fault}")
    if rest := text[end:].strip(" \t\r\n\0"):
        if not isinstance(document, dict) or "items" not in document:
            return Parsed(kind="refused", problem=f"JSON that breaks off or is malformed: {rest[:40]!r} after its end")
        repairs.append("text after the document removed")
    if not isinstance(document, dict):
        return Parsed(kind="not-feed", problem="JSON, but not a feed: it holds no object")
    version = _VERSION.fullmatch(_text(document.get("version")))
    listed = document.get("items")
    told = isinstance(listed, list) and any(isinstance(one, dict) and _tells(one) for one in listed)
    if version is None and not told:
        return Parsed(kind="not-feed", problem="JSON, but not a feed: it names no version of JSON Feed")
    if version is None:
        repairs.append("JSON without the version of JSON Feed, read as 1.1")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if isinstance(listed, list) and len(entries) < len(listed):
        repairs.append(f"{len(listed) - len(entries)} entries that are no objects left out")
    language = _text(document.get("language"))
    return Parsed(
        kind="feed",
        format=f"JSON Feed {version[1].removesuffix('.0') if version[1] != '1' else '1.0'}" if version else "JSON Feed",
        title=as_text(_text(document.get("title"))),
        site=_absolute(_text(document.get("home_page_url")), url),
        entries=tuple(_entry(one, url=url, language=language) for one in entries),
        repairs=tuple(repairs),
    )


def _tells(one: Mapping[str, object]) -> bool:
    return bool(one.get("id") or one.get("url")) and any(
        one.get(key) for key in ("title", "content_html", "content_text", "summary")
    )


def _entry(one: Mapping[str, object], *, url: str, language: str) -> RawEntry:
    own_id = _text(one.get("id"))
    link = _text(one.get("url")) or _text(one.get("external_url"))
    if not link and own_id.startswith(("http://", "https://")):
        link = own_id
    # Titles and texts are plain by definition; they are carried as markup.
    content = _text(one.get("content_html")) or html.escape(_text(one.get("content_text")), quote=False)
    dates = (read_date(_text(one.get(key))) for key in ("date_published", "date_modified"))
    return RawEntry(
        id=own_id,
        title=_text(one.get("title")),
        title_is_html=False,
        link=_absolute(link, url),
        published=next((date for date in dates if date is not None), None),
        summary=html.escape(_text(one.get("summary")), quote=False),
        content=content,
        author=_authors(one),
        language=_text(one.get("language")) or language,
    )


def _authors(one: Mapping[str, object]) -> str:
    """Names joined by commas; 1.1 has a list, 1.0 one object."""
    several = one.get("authors")
    people = several if isinstance(several, list) else [one.get("author")]
    return ", ".join(name for person in people if isinstance(person, dict) and (name := _text(person.get("name"))))


def _text(value: object) -> str:
    """The value as text: numbers as readers must take them (JSON Feed 1.1, "id"), all else but text as ""."""
    if isinstance(value, str):
        return value.strip() if value.isascii() else _HALF.sub("", value).strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _absolute(link: str, base: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""
