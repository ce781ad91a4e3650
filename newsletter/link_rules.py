"""One address in the light of the rules: what it wraps, its canonical form, the place in the page it names. Pure."""

from __future__ import annotations

import binascii
import posixpath
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, quote_plus, unquote, unquote_plus, urlsplit

from newsletter.domains import ascii_host, registrable
from newsletter.link_table import Rules, Shape, Site, table

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+|localhost")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid|cfid|cftoken)=[^/;?]*", re.I)
_PLAIN = re.compile(r"(?:/[\w~!$&'()*+,=:@-]+(?:\.[\w~!$&'()*+,=:@-]+)*)*/?", re.ASCII)
_CODED = re.compile(r"%([0-9A-Fa-f]{2})")
#: Signs that mean the same in a path whether they are percent-coded or not. "/", "?", "#", "%" and ";" do not.
_FREE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@")
#: A parameter that is the same coded and uncoded.
_UNCODED = re.compile(r"[\w.~-]*=?[\w.~-]*", re.ASCII)
#: "a=1&b=2", and "a=1;b=2" as some servers still write it.
_BETWEEN = re.compile(r"&(?:amp;)?|;(?=[\w.\[\]-]+=)")
#: What a browser marks inside the place that was named.
_TEXT = re.compile(r"(?<=.):~:text=.*", re.S)
_LAYERS = 4
#: Signs of a name that can be looked up (RFC 1035, 2.3.4).
_LONGEST_HOST = 253


class Canonical(NamedTuple):
    """An address for comparing: no scheme, no tracking, one spelling; and the place in the page, "" if none."""

    identity: str
    anchor: str


def with_scheme(typed: str) -> str:
    """The typed address as one that can be fetched: https is assumed where no scheme was typed."""
    text = typed.strip()
    if text.startswith("//"):
        return f"https:{text}"
    return text if _SCHEME.match(text) else f"https://{text}"


def parameters(query: str) -> list[str]:
    """The query's parameters as they are written, "name=value" or "name"; those without a name are left out."""
    return [pair for pair in _BETWEEN.split(query) if pair and not pair.startswith("=")]


def canonical(url: str, rules: Rules) -> Canonical | None:
    """The canonical form of an address; None if it is no http or https address with a host, or has a user in it."""
    opened = _opened(url, rules)
    if opened is None:
        return None
    parts, asked_host = opened
    if "@" in parts.netloc or not _HOST.fullmatch(asked_host):
        return None
    try:
        port = parts.port
    except ValueError:
        return None
    host = plain_host(asked_host, rules)
    site = rules.site(host)
    path = _plain_path(parts.path, site, rules)
    place = _TEXT.sub("", parts.fragment) if parts.fragment else ""
    route = f"#{place}" if place.startswith(("!", "/")) else ""
    anchor = place if place and not route and rules.is_place(place) else ""
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    elif (page := _page(host, path, parts.query, site)) is not None:
        name, hash_, inside = page.partition("#")
        return Canonical(name, inside if hash_ else anchor)
    return Canonical(f"{host}{path}{_plain_query(parts.query, path, site)}{route}", anchor)


def redirect_target(url: str) -> str | None:
    """The address that a known redirector carries in its own, one layer; None if it is none."""
    split = _split(url)
    return _target(*split, table()) if split else None


def leads_elsewhere(url: str, rules: Rules) -> bool:
    """Whether only the network can tell where an address leads; what carries its target is no such address."""
    opened = _opened(url, rules)
    if opened is None:
        return False
    parts, host = opened
    asked = _asked(parts)
    return any(shape.pattern.match(asked) is not None for shape in rules.site(host.removeprefix("www.")).hop)


def _opened(url: str, rules: Rules) -> tuple[SplitResult, str] | None:
    """The address inside redirectors' addresses, and its host; the address itself where there is none."""
    split = _split(url)
    for _ in range(_LAYERS):
        target = _target(*split, rules) if split else None
        if target is None:
            return split
        split = _split(target)
    return split


def _split(url: str) -> tuple[SplitResult, str] | None:
    """The parts of an http or https address, and its host in plain letters; None for all else."""
    try:
        # Half a character can be neither asked for nor compared.
        url.encode()
        parts = urlsplit(with_scheme(url))
        host = parts.hostname
    except ValueError:
        return None
    if not host or len(host) > _LONGEST_HOST or parts.scheme not in ("http", "https"):
        return None
    return parts, ascii_host(host)


def _target(parts: SplitResult, host: str, rules: Rules) -> str | None:
    for shape in rules.site(host.removeprefix("www.")).unwrap:
        if (target := _carried(shape, parts)) is not None:
            return target
    return None


@lru_cache(maxsize=8192)
def plain_host(host: str, rules: Rules) -> str:
    """The host whose pages these are: without "www." and the marks of phones and caches, by one of its names."""
    name = bare if "." in (bare := host.removeprefix("www.")) else host
    if (known := rules.alias(name)) != name:
        return known
    first, _, rest = name.partition(".")
    second, _, end = rest.partition(".")
    plain = name
    if first in rules.labels and rest not in rules.whole:
        plain = rest
    elif second in rules.labels and (second == "m" or len(first) == 2):
        plain = f"{first}.{end}"
    # "amp.dev", "mobile.github.io": there the mark is the owner's name.
    if plain != name and "." in plain and registrable(plain) == registrable(name):
        name = plain
    return rules.alias(name)


def _carried(shape: Shape, parts: SplitResult) -> str | None:
    target: str | None
    if shape.to == r"\1":
        match = shape.pattern.match(_asked(parts))
        target = match[1] if match else None
        if target and parts.fragment:
            target += f"#{parts.fragment}"
    elif parts.query and shape.pattern.match(parts.path or "/"):
        coding, _, names = shape.to.rpartition(":")
        values = {name.lower(): found[0] for name, found in parse_qs(parts.query).items()}
        target = next((values[name] for name in names.split(",") if values.get(name)), None)
        target = _CODINGS[coding](target) if target else None
    else:
        return None
    if not target:
        return None
    if re.match(r"https?(?:%3A|:%2F)", target, re.I):
        target = unquote(target)
    target = re.sub(r"^(https?):/+(?=[^/])", r"\1://", target, flags=re.I)
    if "://" not in target.partition("?")[0]:
        target = f"https://{target.lstrip('/')}"
    return target if re.match(r"https?://[^/?#]+\.[^/?#]", target, re.I) else None


def _from_base64(text: str) -> str:
    """As Bing writes it: two letters, then base64 without its filling."""
    try:
        return urlsafe_b64decode(text[2:] + "=" * (-len(text[2:]) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _from_dashes(text: str) -> str:
    """As Proofpoint's second version writes it: "-" for "%", "_" for "/"."""
    return unquote(text.replace("-", "%").replace("_", "/"))


def _as_it_is(text: str) -> str:
    return text


_CODINGS: Mapping[str, Callable[[str], str]] = {"": _as_it_is, "base64": _from_base64, "dashes": _from_dashes}


def _asked(parts: SplitResult) -> str:
    """Path and query, as they are asked for."""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _plain_path(path: str, site: Site, rules: Rules) -> str:
    """The path in one spelling, without a final slash; "" for the root."""
    if not _PLAIN.fullmatch(path):
        path = _spelt(path)
    path = path.rstrip("/")
    for shape in site.fold:
        if (match := shape.pattern.match(path)) is not None:
            path = match[0].lower() + path[match.end() :]
    for shape in site.path:
        # Replacing costs more than looking, and hardly any path needs it.
        if shape.pattern.search(path) is not None:
            path = shape.pattern.sub(shape.to, path)
    folder, _, file = path.rpartition("/")
    if file.lower() in rules.index:
        path = folder
    if not site.names:
        while (match := rules.copy.search(path)) is not None and not _is_name(path, match, rules):
            path = path[: match.start()] + path[match.end() :]
    return path.rstrip("/")


def _spelt(path: str) -> str:
    """The path with one percent-coding, no empty and no dotted parts, no session in it."""
    text = _CODED.sub(_uncoded, quote(_SESSION.sub("", path), safe="/%:@!$&'()*+,;=~"))
    text = re.sub(r"/{2,}", "/", text)
    return posixpath.normpath(text) if "/." in text else text


def _uncoded(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if sign in _FREE else match[0].upper()


def _is_name(path: str, mark: re.Match[str], rules: Rules) -> bool:
    """Whether the last part of a path is the page's own name and no mark: "/amp", "/wiki/amp", "/guitars/amp"."""
    if mark.end() < len(path) or not mark[0].startswith("/"):
        return False
    above, _, before = path[: mark.start()].rpartition("/")
    return not before or before.lower() in rules.named or (not above and before.isalpha())


def _page(host: str, path: str, query: str, site: Site) -> str | None:
    for shape in site.page:
        asked = f"{path}?{query}" if shape.with_query else path
        if (match := shape.pattern.match(asked)) is not None:
            return match.expand(shape.to.replace("{host}", host))
    return None


def _plain_query(query: str, path: str, site: Site) -> str:
    """The parameters that choose content, sorted, with a "?" before them; "" if there are none."""
    if not query:
        return ""
    kept = []
    for pair in parameters(query):
        name, _, value = pair.partition("=")
        if _UNCODED.fullmatch(pair):
            written = f"{name}={value}"
        else:
            # Bytes that are no UTF-8 stay themselves: they tell two addresses apart.
            name, value = (unquote_plus(text, errors="surrogateescape") for text in (name, value))
            written = "=".join(quote_plus(text, errors="surrogateescape") for text in (name, value))
        if not site.tracks(name, value, path):
            kept.append(written)
    return f"?{'&'.join(sorted(kept))}" if kept else ""
