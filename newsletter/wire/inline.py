"""Text inside elements: what Atom calls a text construct, and markup that stands there as elements. Pure."""

from __future__ import annotations

import base64
import binascii
import html
import re
from urllib.parse import urljoin

from lxml.etree import _Element as Element

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ADDRESSES = frozenset(("href", "src", "poster"))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_XHTML = frozenset(("xhtml", "application/xhtml+xml"))
_HTML = frozenset(("html", "text/html"))
_TEXT = frozenset(("", "text", "plain", "text/plain"))
#: No value reaches past the next quote or tag, so each attempt ends there: linear, whatever a publisher sends.
_ADDRESS = re.compile(r"""(\s(?:href|src|poster)\s{0,9}=\s{0,9})("[^"<>]*"|'[^'<>]*')""", re.I)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|#", re.I)


def atom_text(element: Element) -> tuple[str, bool]:
    """An Atom text construct or content element, and whether it is markup (RFC 4287, 3.1 and 4.1.3; Atom 0.3 too).

    Elements inside text count as markup, whatever the type says. Content of other media types, such as
    pictures or another Atom document, gives "".
    """
    kind = (element.get("type") or "").strip().lower()
    if kind not in _TEXT and kind not in _HTML and kind not in _XHTML and not kind.startswith("text/"):
        return "", False
    if element.get("mode") == "base64":
        return _from_base64(element.text or ""), kind in _HTML
    if len(element):
        return inner(element, xhtml=kind in _XHTML), True
    return (element.text or "").strip(), kind in _HTML or kind in _XHTML


def inner(element: Element, *, xhtml: bool = False) -> str:
    """What stands inside the element, as HTML: prefixes and namespaces gone, a lone div around it too.

    Text before the first element counts as markup already, unless the type is XHTML: tools that put elements
    among escaped markup escape it once more.
    """
    if len(element) == 0:
        return (element.text or "").strip()
    around = element[0]
    text = (element.text or "").strip()
    if len(element) == 1 and not text and not (around.tail or "").strip() and _local(around) == "div":
        element = around
    out: list[str] = []
    if element.text:
        out.append(element.text if text and not xhtml else html.escape(element.text, quote=False))
    _write(element, out, (element.get(_BASE) or "").strip() if element is around else "")
    return "".join(out).strip()


def _write(element: Element, out: list[str], base: str) -> None:
    # The parser lets no document nest deeper than 256.
    for child in element:
        name = _local(child)
        own = joined(base, written.strip()) if (written := child.get(_BASE)) else base
        out.append(f"<{name}{''.join(_attribute(str(key), str(child.get(key)), own) for key in child.attrib)}>")
        if name not in _VOID:
            if child.text:
                out.append(html.escape(child.text, quote=False))
            _write(child, out, own)
            out.append(f"</{name}>")
        if child.tail:
            out.append(html.escape(child.tail, quote=False))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(key: str, value: str, base: str) -> str:
    """The attribute as it is written; addresses under an xml:base relative to what that is relative to."""
    if key[:1] == "{":
        return ""
    if base and key in _ADDRESSES and (address := value.strip()) and not _ABSOLUTE.match(address):
        value = joined(base, address)
    return f' {key}="{html.escape(value)}"'


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8").strip()
    except (binascii.Error, ValueError):
        return ""


def rebased(markup: str, base: str) -> str:
    """The markup with the addresses of its links and pictures made absolute against `base` (RFC 4287, 2)."""

    def absolute(found: re.Match[str]) -> str:
        quote, address = found[2][0], found[2][1:-1].strip()
        if not address or _ABSOLUTE.match(address):
            return found[0]
        return f"{found[1]}{quote}{joined(base, address)}{quote}"

    return _ADDRESS.sub(absolute, markup)


def joined(base: str, address: str) -> str:
    """The address, absolute; "" if it is none, or none that can be understood."""
    if address.startswith(("http://", "https://")) and "[" not in address:
        return address
    try:
        return urljoin(base, address) if address else ""
    except ValueError:
        return ""
