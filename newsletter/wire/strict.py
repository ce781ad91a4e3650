"""Reads feeds that are well-formed XML: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0. Pure.

Twenty times as fast as the lenient reader (`fence`), and held to the same answers by a test over real documents.
Nothing outside the document is read: no DTD, no external entity; entities are mended away before (`scrub`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree
from lxml.etree import _Element as Element

from newsletter.model.feeds import Hints
from newsletter.wire.entry import Setting, read_entry
from newsletter.wire.hints import hints_of
from newsletter.wire.inline import inner, joined
from newsletter.wire.markup import plain
from newsletter.wire.parsed import Parsed
from newsletter.wire.vocabulary import names

#: Tags in one document; each element costs memory by the hundred bytes, and no feed has so many.
MOST_TAGS = 1_000_000
_RSS = {"0.90": "RSS 0.90", "0.91": "RSS 0.91", "0.92": "RSS 0.92", "0.93": "RSS 0.93", "0.94": "RSS 0.94"}
_ATOM = {"0.1": "Atom 0.1", "0.2": "Atom 0.2", "0.3": "Atom 0.3"}
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: What may stand between the root and its entries; nothing else is searched for them.
_CONTAINERS = frozenset(("channel", "feed", "rss", "rdf:rdf", "rdf", "items", "entries"))
_DEPTH = 4

_Name = Callable[[str, str | None], str]


def read_well_formed(body: bytes, *, url: str) -> Parsed | None:
    """Read a feed in UTF-8; None if it is not well-formed, declares entities, or is no feed that is known here."""
    if b"<!DOCTYPE" in body[:100_000] or b"<!ENTITY" in body[:100_000]:
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return _read(root, url=url, based=b"xml:base" in body)


def _read(root: Element, *, url: str, based: bool) -> Parsed | None:
    name = names(str(root.tag))
    kind = name(str(root.tag), root.prefix)
    if kind not in _CONTAINERS:
        return None
    format_ = _format(root, kind)
    head = next((child for child in root if name(str(child.tag), child.prefix) in ("channel", "feed")), root)
    told = _told(head, name)
    language = told.get("language", "") or head.get(_LANG) or root.get(_LANG) or ""
    base = _base(head, _base(root, url)) if head is not root else _base(root, url)
    feed = Setting(base=base, language=language.replace("_", "-"), atom=format_.startswith("Atom"), name=name)
    entries = []
    for element, parents in _entries(root, name, 0, ()):
        setting = feed
        if based:
            own = url
            for one in (*parents, element):
                own = _base(one, own)
            setting = Setting(base=own, language=feed.language, atom=feed.atom, name=name, rebased=own != url)
        if len(element):
            entries.append(read_entry(element, setting))
    if format_ == "RSS" and not entries and kind != "rss":
        return None
    return Parsed(
        kind="feed",
        format=format_,
        title=plain(told.get("title", ""))[:500],
        site=_site(head, name, base),
        entries=tuple(entries),
        hints=_hints(head, told, name),
    )


def _format(root: Element, kind: str) -> str:
    space = str(root.tag)[1:].rpartition("}")[0].lower()
    version = (root.get("version") or "").strip()
    if kind == "rss":
        return _RSS.get(version) or ("RSS 2.0" if version.startswith("2.") else "RSS")
    if kind == "feed":
        if space == "http://www.w3.org/2005/atom":
            return "Atom 1.0"
        return _ATOM.get(version) or ("Atom 0.3" if space == "http://purl.org/atom/ns#" else "Atom")
    if kind in ("rdf:rdf", "rdf"):
        spaces = {str(child.tag)[1:].rpartition("}")[0].lower() for child in root}
        if "http://my.netscape.com/rdf/simple/0.9/" in spaces:
            return "RSS 0.90"
        return "RSS 1.0" if "http://purl.org/rss/1.0/" in spaces else "RSS"
    return "RSS"


def _entries(
    above: Element, name: _Name, depth: int, parents: tuple[Element, ...]
) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Entries with the elements around them, in document order; an entry inside an entry is none."""
    parents = (*parents, above)
    for child in above:
        kind = name(str(child.tag), child.prefix)
        if kind == "item":
            yield child, parents
        elif kind in _CONTAINERS and depth < _DEPTH:
            yield from _entries(child, name, depth + 1, parents)


def _told(head: Element, name: _Name) -> dict[str, str]:
    """What the feed says of itself, by name; the first that says anything counts."""
    told: dict[str, str] = {}
    for child in head:
        key = name(str(child.tag), child.prefix)
        if key in ("item", "image", "textinput") or key in told:
            continue
        if text := inner(child) if key == "title" else (child.text or "").strip():
            told[key] = text
    return told


def _site(head: Element, name: _Name, base: str) -> str:
    """The address of the site: the first link that is none to another form of the feed."""
    for child in head:
        if name(str(child.tag), child.prefix) == "link":
            told = (child.get("href") or child.text or "").strip()
            page = (child.get("type") or "text/html").lower() in ("text/html", "application/xhtml+xml")
            if told and page and (child.get("rel") or "alternate").lower() == "alternate":
                return joined(base, told)
    return ""


def _hints(head: Element, told: dict[str, str], name: _Name) -> Hints:
    def inside(key: str) -> list[str]:
        lists = (child for child in head if name(str(child.tag), child.prefix) == key)
        return [one.text or "" for listed in lists for one in listed]

    return hints_of(
        ttl=told.get("ttl", ""),
        period=told.get("sy:updateperiod", ""),
        frequency=told.get("sy:updatefrequency", ""),
        hours=inside("skiphours"),
        days=inside("skipdays"),
    )


def _base(element: Element, above: str) -> str:
    """What addresses inside the element are relative to (XML Base, 4.2)."""
    written = element.get(_BASE)
    if not written:
        return above
    own = joined(above, written.strip())
    return own if own.startswith(("http://", "https://")) else above
