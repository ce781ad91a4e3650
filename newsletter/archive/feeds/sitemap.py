"""What search engines ask for: sitemap.xml (sitemaps.org, 0.9) and robots.txt (RFC 9309). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from itertools import islice
from urllib.parse import quote

#: A sitemap may hold so many addresses.
MOST = 50_000


def sitemap(base_url: str, pages: Iterable[tuple[str, date | None]]) -> str:
    """Write the sitemap of pages given by their file's name and the day of their last change, weightiest first.

    `base_url` is the site's address without a final slash. Beyond what a sitemap may hold, pages fall off the end:
    search engines find them by their links.
    """
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(_url(f"{base_url}/{_shown(name)}", changed) for name, changed in islice(pages, MOST)),
        "</urlset>",
    ]
    return "\n".join(lines) + "\n"


def robots(base_url: str) -> str:
    """Everybody may read everything; `base_url` "" if the site has no address."""
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {base_url}/sitemap.xml\n" if base_url else "")


def _url(address: str, changed: date | None) -> str:
    lastmod = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address, quote=False)}</loc>{lastmod}</url>"


def _shown(name: str) -> str:
    """The address of a folder rather than of the page in it: the one that pages call their own."""
    return quote(name.removesuffix("index.html"))
