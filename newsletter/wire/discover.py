"""The feeds that a web page names. Pure."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

_IGNORED = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.I | re.S)
_LINK = re.compile(r"<link\b([^<>]*)>", re.I)
_BASE = re.compile(r"<base\b([^<>]*)>", re.I)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_TYPES = frozenset(
    """application/rss+xml application/atom+xml application/feed+json application/rdf+xml application/xml text/xml
    application/json application/x.atom+xml application/x-atom+xml""".split()
)


def feeds_of(page: str, *, url: str) -> tuple[str, ...]:
    """Absolute http and https addresses of the feeds that the page's head names, in its order; may be empty."""
    text = _IGNORED.sub("", page)
    base = next((urljoin(url, href) for m in _BASE.finditer(text) if (href := _attributes(m[1]).get("href"))), url)
    found: list[str] = []
    for match in _LINK.finditer(text):
        named = _attributes(match[1])
        kind = named.get("type", "").split(";")[0].strip().lower()
        if "alternate" not in named.get("rel", "").lower().split() or kind not in _TYPES:
            continue
        try:
            address = urljoin(base, named.get("href", "").strip())
        except ValueError:
            continue
        if address.startswith(("http://", "https://")) and address not in found and named.get("href", "").strip():
            found.append(address)
    return tuple(found)


def _attributes(inside: str) -> dict[str, str]:
    return {
        m[1].lower(): html.unescape(next(value for value in m.groups()[1:] if value is not None))
        for m in reversed(list(_ATTRIBUTE.finditer(inside)))
    }
