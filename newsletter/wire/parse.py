"""Bytes of a document into a feed, or into the reason why it is none. Pure.

The bytes decide: content types lie. A document becomes UTF-8 (`encoding`) and goes to the reader of its kind:
`json_feed`, `strict` for XML that is well-formed, at once or after what breaks readers has been mended (`scrub`),
`fence` for what stays broken, `pages` for web pages.
"""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter.model.news import RawEntry
from newsletter.wire.encoding import as_utf8, is_honest, undoubled
from newsletter.wire.fence import read_leniently
from newsletter.wire.json_feed import read_json_feed
from newsletter.wire.pages import read_page
from newsletter.wire.parsed import Parsed as Parsed
from newsletter.wire.scrub import inflated, scrubbed, thinned
from newsletter.wire.strict import MOST_TAGS, read_well_formed

#: Bytes of a document, inflated.
MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 50_000
#: Bytes in which the root element must begin.
_HEAD = 200_000
_MARK = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!DOCTYPE[^\[<>]*+\[.*?(?:\]\s{0,50}>|\Z)|<![^>]*+>?|<\?xml\b[^<>]*+>|<\?.*?(?:\?>|\Z)"
    rb"|<(?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})",
    re.I | re.S,
)
_COMMENT = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.S)
_ROOTS = frozenset((b"rss", b"feed", b"rdf", b"channel"))
_PAGES = frozenset((b"html", b"head", b"body", b"title", b"main", b"nav", b"header"))
#: What servers print before a document when something else went wrong.
_NOISE = frozenset(
    b"""a b br button center code dd div dl dt em font form h1 h2 h3 h4 h5 h6 hr i img input kbd label li link meta ol p
    pre s samp script section small span strong style table tbody td th thead tr tt u ul""".split()
)
#: Where XML begins after something that looked like JSON.
_DECLARED = re.compile(rb"^(?:<\?xml\s|<(?:rss|feed|rdf:RDF)[\s>])", re.M)
_ENTRY = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?(?:item|entry)[\s>]", re.I)


def parse(body: bytes, *, url: str, content_type: str = "") -> Parsed:
    """Read one document; `url` is what its relative addresses are relative to, `content_type` the server's header.

    Of the header only the charset is looked at, and only where the document says nothing of its encoding, or
    what cannot be.
    """
    plain = inflated(body, most=MOST_BYTES)
    if plain is None or len(plain) > MOST_BYTES:
        return Parsed(kind="refused", problem=f"larger than {MOST_BYTES // 1024 // 1024} MB")
    document, repairs = as_utf8(plain, content_type=content_type)
    if plain is not body:
        repairs = ("gzip without a header that says so", *repairs)
    if not document.strip():
        return Parsed(kind="not-feed", problem="an empty document")
    parsed = _read(document, url=url)
    if len(parsed.entries) > MOST_ENTRIES:
        return Parsed(kind="refused", problem=f"more than {MOST_ENTRIES} entries")
    return _with_letters(_told(parsed, repairs)) if parsed.kind == "feed" else parsed


def _told(parsed: Parsed, repairs: tuple[str, ...]) -> Parsed:
    """The feed with what was mended before put before what was mended after."""
    return replace(parsed, repairs=(*repairs, *parsed.repairs)) if repairs and parsed.kind == "feed" else parsed


def _read(document: bytes, *, url: str) -> Parsed:
    if document[:1] in (b"{", b"["):
        parsed = read_json_feed(document, url=url)
        if parsed.kind != "refused" or _DECLARED.search(document, 0, _HEAD) is None:
            return parsed
    start, root = _root(document[:_HEAD])
    if root in _ROOTS:
        parsed = _read_xml(document[start:], url=url)
        return _told(parsed, ("text before the document removed",)) if _is_text(document, start) else parsed
    if root in _PAGES or (root in _NOISE and document[:1] == b"<"):
        return read_page(document, url=url)
    if root and document[:1] == b"<":
        name = root.decode("ascii", "replace")[:40]
        return Parsed(kind="not-feed", problem=f"an XML document of another kind (<{name}>), not a feed")
    return Parsed(kind="not-feed", problem="neither XML nor JSON, not a feed")


def _read_xml(document: bytes, *, url: str) -> Parsed:
    thin, dropped = thinned(document)
    if thin.count(b"<") > MOST_TAGS:
        return Parsed(kind="refused", problem=f"more than {MOST_TAGS} tags")
    if thin.count(b"=") > MOST_TAGS:
        return Parsed(kind="refused", problem=f"more than {MOST_TAGS} attributes")
    parsed = read_well_formed(thin, url=url)
    if parsed is not None and _is_whole(parsed, thin):
        return _told(parsed, dropped)
    clean, mended = scrubbed(thin)
    parsed = read_well_formed(clean, url=url)
    if parsed is None or not _is_whole(parsed, clean):
        parsed = read_leniently(clean, url=url)
    return _told(parsed, (*dropped, *mended))


def _is_whole(parsed: Parsed, document: bytes) -> bool:
    """Whether it has entries, or there are none: they may stand where only the lenient reader looks."""
    return bool(parsed.entries) or _ENTRY.search(document) is None


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


def _is_text(document: bytes, start: int) -> bool:
    """Whether what stands before the document does not belong there: only an XML declaration may be first."""
    return start > 0 and (document[start : start + 5] == b"<?xml" or bool(_COMMENT.sub(b"", document[:start]).strip()))


def _with_letters(parsed: Parsed) -> Parsed:
    """The feed with the letters mended that somebody encoded twice.

    Where some texts carry their quotes and dashes right, those that do not may quote somebody else's mishap.
    """
    strange = [entry for entry in parsed.entries if not all(map(str.isascii, _letters(entry)))]
    if not strange and parsed.title.isascii():
        return parsed
    windows = not any(is_honest(text) for entry in strange for text in _letters(entry))
    mended = {id(entry): _lettered(entry, windows=windows) for entry in strange}
    title = undoubled(parsed.title, windows=windows)
    entries = tuple(mended.get(id(entry), entry) for entry in parsed.entries)
    if title == parsed.title and all(one is other for one, other in zip(entries, parsed.entries, strict=True)):
        return parsed
    return replace(parsed, title=title, entries=entries, repairs=(*parsed.repairs, "letters encoded twice mended"))


def _letters(entry: RawEntry) -> tuple[str, ...]:
    return entry.title, entry.summary, entry.content, entry.author, entry.id, entry.link


def _lettered(entry: RawEntry, *, windows: bool) -> RawEntry:
    told = _letters(entry)
    title, summary, content, author, own_id, link = (undoubled(text, windows=windows) for text in told)
    if (title, summary, content, author, own_id, link) == told:
        return entry
    return replace(entry, title=title, summary=summary, content=content, author=author, id=own_id, link=link)
