"""Addresses: `printed` is what a reader gets, `identity` is what we compare. Pure.

Two addresses with one identity lead to the same page. An identity is never printed and never fetched.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import NewType
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from newsletter import link_rules as rules

#: An absolute http, https or mailto address without tracking parameters, as readers get it.
Link = NewType("Link", str)
#: The canonical form of an address, for comparing only; has no scheme.
Identity = NewType("Identity", str)

_AMP_PATH = re.compile(r"/amp/?$|\.amp$|-amp(?=\.html?$)")
_INDEX = re.compile(r"/(index\.(html?|php)|default\.aspx?)$", re.I)
_HOST_LABEL = re.compile(r"[\w-]+(\.[\w-]+)+", re.UNICODE)
_TYPED_BARE = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?::\d+)?(?:[/?#]\S*)?", re.I)


_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))
_CONTROLS = re.compile('[\x00-\x20\x7f-\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069"<>]')


def looks_like_address(typed: str) -> bool:
    """Whether a person typed an address rather than words; "example.com/a" counts, "v2.0" and "Node.js" do not."""
    text = typed.strip()
    if re.match(r"https?://\S+$", text, re.I):
        return True
    return bool(_TYPED_BARE.fullmatch(text)) and ("/" in text or text.lower().startswith("www."))


def without_controls(written: str) -> str:
    """An address as browsers read it: line ends and tabs dropped, blanks and controls encoded (WHATWG URL, 4.4)."""
    return _CONTROLS.sub(lambda sign: quote(sign[0]), written.translate(_DROPPED))


def with_scheme(typed: str) -> str:
    """The typed address as one that can be fetched: https is assumed where no scheme was typed."""
    text = typed.strip()
    return text if re.match(r"[a-z][a-z0-9+.-]*://", text, re.I) else f"https://{text}"


def printed(url: str) -> Link | None:
    """The address as readers get it: tracking parameters removed, nothing else touched.

    None for what must not be printed: other schemes than http, https and mailto, addresses without a
    host, with a user name in them, or with white space or control characters inside.
    """
    text = url.strip()
    if re.search(r"[\x00-\x20\x7f-\x9f\s<>\"]", text):
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
    pairs = parts.query.split("&")
    kept = [p for p in pairs if not rules.is_tracking(_name(p), host)]
    query = "&".join(kept)
    fragment = "" if rules.is_tracking_fragment(parts.fragment) else parts.fragment
    return Link(urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, query, fragment)))


def _name(pair: str) -> str:
    return unquote(pair.split("=", 1)[0])


@lru_cache(maxsize=32768)
def identity(url: str) -> Identity | None:
    """The canonical form of an address; None if it is no http or https address with a host."""
    try:
        parts = urlsplit(with_scheme(_unwrapped(url.strip())))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if "@" in parts.netloc:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or not _HOST_LABEL.fullmatch(host.rstrip(".")):
        return None if not host or host != "localhost" else Identity(f"localhost:{port}{parts.path}")
    host = _plain_host(host.rstrip("."))
    if (
        known := rules.platform_identity(host, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
    ) is not None:
        return Identity(known)
    path = _plain_path(parts.path)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not rules.is_tracking(name, host) and (name, value) not in rules.EMPTY_PARAMETERS
    )
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    port_part = f":{port}" if port not in (None, 80, 443) else ""
    return Identity(f"{host}{port_part}{path}{'?' + urlencode(query) if query else ''}{route}")


def same(one: str, other: str) -> bool:
    """Whether the two addresses lead to one page.

    Equal identities with two different fragments do not: release notes and development logs keep
    several pieces of news on one page.
    """
    if (first := identity(one)) is None or first != identity(other):
        return False
    return anchor(one) == anchor(other) or not (anchor(one) and anchor(other))


def anchor(url: str) -> str:
    """The fragment that names a place inside the page; "" if none, or if it only tracks or routes."""
    fragment = url.partition("#")[2]
    return "" if fragment.startswith(("!", "/")) or rules.is_tracking_fragment(fragment) else fragment


def host_of(url: str) -> str:
    """The host of an address in lower case without "www."; "" if there is none."""
    try:
        return (urlsplit(with_scheme(url)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _unwrapped(url: str) -> str:
    """The address inside a redirector's address, read off without a network; at most three layers."""
    for _ in range(3):
        inner = rules.redirect_target(url)
        if inner is None:
            return url
        url = inner
    return url


def _plain_host(host: str) -> str:
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = host.lower()
    name = name.removeprefix("www.")
    first, _, rest = name.partition(".")
    if first in rules.MOBILE_LABELS and rest.count(".") >= 1:
        name = rest
    elif (match := re.fullmatch(r"([a-z]{2,3})\.m\.(.+\..+)", name)) is not None:
        name = f"{match[1]}.{match[2]}"
    return rules.HOST_ALIASES.get(name, name)


def _plain_path(path: str) -> str:
    text = quote(unquote(path.replace("%2F", "%252F").replace("%2f", "%252F")), safe="/:@!$&'()*+,;=~-._%")
    text = re.sub(r"/{2,}", "/", text or "/")
    text = posixpath.normpath(text) if "/." in text else text
    text = _INDEX.sub("/", text)
    if not rules.is_page_named_amp(text):
        text = _AMP_PATH.sub("", text)
        text = text.removeprefix("/amp") if text.startswith("/amp/") else text
    return text.rstrip("/")
