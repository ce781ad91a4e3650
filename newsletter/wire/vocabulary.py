"""Names of elements as publishers mean them, whatever prefix or address their namespace carries. Pure."""

from __future__ import annotations

from collections.abc import Callable

#: Namespaces of the formats themselves, in lower case: their elements go by their bare names.
_OWN = frozenset(
    """http://backend.userland.com/rss http://blogs.law.harvard.edu/tech/rss http://purl.org/rss/1.0/
    http://my.netscape.com/rdf/simple/0.9/ http://example.com/newformat# http://example.com/necho
    http://purl.org/echo/ uri/of/echo/namespace# http://purl.org/pie/ http://purl.org/atom/ns#
    http://www.w3.org/2005/atom http://purl.org/rss/1.0/modules/rss091#""".split()
)
_XHTML = "http://www.w3.org/1999/xhtml"
_MODULES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    _XHTML: "xhtml",
    "http://arxiv.org/schemas/atom": "arxiv",
}
#: Several names of one thing.
_SYNONYMS = {
    "entry": "item",
    "issued": "published",
    "pubdate": "published",
    "dcterms:issued": "published",
    "modified": "updated",
    "lastbuilddate": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "dcterms:created": "created",
    "guid": "id",
    "summary": "description",
    "abstract": "description",
    "managingeditor": "author",
    "dc:author": "author",
    "dc:creator": "author",
    "dc:language": "language",
    "dc:title": "title",
    "content:encoded": "content",
    "fullitem": "content",
    "body": "content",
    "xhtml:body": "content",
    "feedburner:origlink": "original",
    "arxiv:announce_type": "kind",
}


def names(root: str = "") -> Callable[[str, str | None], str]:
    """A function from an element's tag as lxml writes it, "{namespace}local", and its prefix to its name here.

    A name is in lower case, bare ("title") for the formats' own elements, with the usual prefix for those of
    modules ("media:title"), and one of several synonyms. Namespaces that nobody knows go by the prefix the
    publisher gave, and that of the document's own `root`, given as its tag, counts as the format's. The function
    remembers its answers; take a new one for each document.
    """
    known: dict[str, str] = {}
    own = _space(root).lower()
    own = own if own not in _MODULES or own == _XHTML else ""

    def name(tag: str, prefix: str | None) -> str:
        found = known.get(tag)
        if found is None:
            found = known[tag] = _name(tag, prefix, own)
        return found

    return name


def _space(tag: str) -> str:
    return tag[1:].rpartition("}")[0] if tag[:1] == "{" else ""


def _name(tag: str, prefix: str | None, own: str) -> str:
    space, local = _space(tag).lower(), tag.rpartition("}")[2].lower()
    if not space or space == own or space in _OWN or "backend.userland.com/rss" in space:
        name = local
    else:
        module = _MODULES.get(space, (prefix or "").lower())
        name = f"{module}:{local}" if module else local
    return _SYNONYMS.get(name, name)
