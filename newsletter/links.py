"""Addresses: `printed` is what a reader gets, `identity` is what we compare. Pure.

Two addresses with one identity lead to the same page. An identity is never printed and never fetched. What is known
of other people's addresses stands in tables/links.txt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NewType
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from newsletter.domains import ascii_host, registrable
from newsletter.link_rules import Canonical, canonical, leads_elsewhere, redirect_target, with_scheme
from newsletter.link_table import table

__all__ = (
    "Identity",
    "Link",
    "anchor",
    "glued",
    "host_of",
    "identity",
    "is_redirector",
    "looks_like_address",
    "printed",
    "registrable",
    "same",
    "with_scheme",
    "without_controls",
)

#: An absolute http, https or mailto address without tracking parameters, as readers get it.
Link = NewType("Link", str)
#: The canonical form of an address, for comparing only; has no scheme.
Identity = NewType("Identity", str)

_TYPED_BARE = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?::\d+)?(?:[/?#]\S*)?", re.I)
_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))
_CONTROLS = re.compile('[\x00-\x20\x7f-\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069"<>]')
_UNPRINTABLE = re.compile('[\x00-\x20\x7f-\x9f\\s<>"\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_SECOND = re.compile(r"https?://(?=[\w-]+\.[\w-])", re.I)
#: A part of a path that is a headline: whoever nests addresses has no such part before the inner one.
_HEADLINE = re.compile(r"[^/]*[^/-]-[^/-]+-[^/-]+[^/]*|[^/]+\.html?", re.I)


def looks_like_address(typed: str) -> bool:
    """Whether a person typed an address rather than words; "example.com/a" counts, "v2.0" and "Node.js" do not."""
    text = typed.strip()
    if re.match(r"https?://\S+$", text, re.I):
        return True
    return bool(_TYPED_BARE.fullmatch(text)) and ("/" in text or text.lower().startswith("www."))


def without_controls(written: str) -> str:
    """An address as browsers read it: line ends and tabs dropped, blanks and controls encoded (WHATWG URL, 4.4)."""
    return _CONTROLS.sub(lambda sign: quote(sign[0]), written.translate(_DROPPED))


@lru_cache(maxsize=4096)
def printed(url: str) -> Link | None:
    """The address as readers get it: tracking parameters removed, nothing else touched.

    None for what must not be printed: other schemes than http, https and mailto, addresses without a
    host, with a user name in them, or with white space, control characters or marks that turn the reading order inside.
    """
    text = url.strip()
    if _UNPRINTABLE.search(text):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() == "mailto":
        return Link(text) if "@" in parts.path else None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[@\\]", parts.netloc):
        return None
    query = _without_tracking(parts.query, host, parts.path) if parts.query else ""
    fragment = "" if table().is_trail(parts.fragment) else parts.fragment
    return Link(urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, query, fragment)))


def identity(url: str) -> Identity | None:
    """The canonical form of an address; None if it is no http or https address with a host."""
    form = _form(url)
    return None if form is None else Identity(form.identity)


def same(one: str, other: str) -> bool:
    """Whether the two addresses lead to one page.

    Equal identities with two different anchors do not: release notes and development logs keep
    several pieces of news on one page.
    """
    first, second = _form(one), _form(other)
    if first is None or second is None or first.identity != second.identity:
        return False
    return first.anchor == second.anchor or not (first.anchor and second.anchor)


def anchor(url: str) -> str:
    """What names a place inside the page: a fragment, or a comment's id; "" if none, or if it only tracks or routes."""
    form = _form(url)
    return "" if form is None else form.anchor


@lru_cache(maxsize=32768)
def host_of(url: str) -> str:
    """The host of an address in lower case without "www."; "" if there is none."""
    try:
        return (urlsplit(with_scheme(url)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_redirector(url: str) -> bool:
    """Whether only the network can tell where an address leads: short links, counted clicks of feeds and letters.

    Never for a redirector that carries its target, which `identity` reads off, nor for a page's own short address
    (youtu.be/ID); for one that carries a short link, yes. The hosts stand in tables/links.txt.
    """
    return leads_elsewhere(url, table())


def glued(text: str) -> tuple[str, str] | None:
    """Two addresses in one: the first and the rest, where the second begins without any sign between them.

    None for one address alone, for words, and where addresses rightly stand inside others: as a parameter, behind
    an archive or another redirector that is known, behind a proxy. A slash before the second is a sign between,
    unless it ends a story's own name. The rest may hold a third one.
    """
    typed = text.strip()
    first = _SECOND.match(typed)
    if re.search(r"\s", typed) or not (first or looks_like_address(typed)):
        return None
    for second in _SECOND.finditer(typed, first.end() if first else 1):
        before, rest = typed[: second.start()], typed[second.start() :]
        ending = re.search(r"%20$|/$|[\w)%]$" if "?" not in before else r"\w(?<!%20)$", before)
        if ending is None or redirect_target(typed) is not None:
            return None
        if ending[0] != "/" or _HEADLINE.fullmatch(before.rstrip("/").rpartition("/")[2]):
            return before.removesuffix("%20"), rest
        return None
    return None


@lru_cache(maxsize=32768)
def _form(url: str) -> Canonical | None:
    return canonical(url, table())


def _without_tracking(query: str, host: str, path: str) -> str:
    site = table().site(ascii_host(host).removeprefix("www."))
    pairs = (pair.partition("=") for pair in query.split("&"))
    kept = (pair for pair in pairs if not site.tracks(unquote(pair[0]), unquote(pair[2]), path, printing=True))
    return "&".join(map("".join, kept))
