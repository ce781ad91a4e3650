"""The feeds that a web page names. Pure."""

from __future__ import annotations

from lxml.etree import _Element as Element

from newsletter.links import without_controls
from newsletter.wire.inline import joined

_TYPES = frozenset(
    """application/rss+xml application/atom+xml application/feed+json application/rdf+xml application/xml text/xml
    application/json application/x.atom+xml application/x-atom+xml application/x-rss+xml text/rss""".split()
)
#: Publishing software names its interface for programs in the same way.
_INTERFACES = ("/wp-json/", "/oembed")
_MOST = 50


def feeds_of(page: Element, *, url: str) -> tuple[str, ...]:
    """Absolute http and https addresses of the feeds that the page's link elements name, in its order; may be empty.

    Links that readers click on are no such naming (RSS Advisory Board, RSS Autodiscovery; WHATWG HTML, 4.6.7.1).
    """
    base = url
    for one in page.iter("base"):
        if href := (one.get("href") or "").strip():
            base = joined(url, href) or url
            break
    found: dict[str, None] = {}
    for one in page.iter("link"):
        relations = (one.get("rel") or "").lower().split()
        kind = (one.get("type") or "").split(";")[0].strip().lower()
        named = "alternate" in relations and kind in _TYPES and "stylesheet" not in relations
        if not named and not ("feed" in relations and kind in ("", *_TYPES)):
            continue
        address = joined(base, without_controls((one.get("href") or "").strip()))
        if address.startswith(("http://", "https://")) and not any(sign in address for sign in _INTERFACES):
            found[address] = None
    return tuple(found)[:_MOST]
