"""The bytes of an OPML list as a tree, safely, and mended where lists are broken most. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5

from lxml import etree

from newsletter.model.remarks import Level

#: Takes level, line, code and sentence of a remark.
Tell = Callable[[Level, int, str, str], None]

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: How "<" begins in encodings without a byte order mark (XML 1.0, appendix F).
_WIDE_STARTS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARATION = re.compile(
    r"""\A\s{0,99}<\?xml\b[^>]{0,99}?(?:encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["'][^>]{0,99})?\?>""", re.I
)
#: Encodings that lists come in, apart from UTF-8; others that Python knows are no texts, or invite mischief.
_ENCODINGS = re.compile(
    r"iso-?8859-\d+|latin-?\d|windows-\d+|cp\d+|koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(?:jp|kr)|shift[_-]jis|"
    r"iso-2022-(?:jp|kr)|macintosh"
)
#: Encodings that people declare without thought: text that is sound UTF-8 is that, else it is Windows-1252.
_THOUGHTLESS = ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.I)
_REST_OF_DOCTYPE = re.compile(r"[^\[>]*(?:\[[^\]]*\]\s*)?>")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,8};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)")
_REFERENCE = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*));")


def list_text(raw: bytes, tell: Tell) -> str:
    """The list as text without the declaration of its encoding and without its document type; lines stay in place.

    What is not as declared is taken as Windows-1252. A document type that defines entities is left as it is: such a
    list is not to be read.
    """
    text = _decoded(raw, tell)
    text = _DECLARATION.sub(_empty_lines, text, count=1)
    if (start := _DOCTYPE.search(text)) and (rest := _REST_OF_DOCTYPE.match(text, start.end())):
        doctype = text[start.start() : rest.end()]
        if "<!ENTITY" not in doctype:
            text = text[: start.start()] + "\n" * doctype.count("\n") + text[rest.end() :]
    mended = _REFERENCE.sub(_reference, _BARE_AMPERSAND.sub("&amp;", _NOT_XML.sub("", text)))
    if mended != text:
        tell("notice", 0, "opml", "Characters that XML does not allow as they are, such as a bare &, were mended.")
    return mended


def list_tree(text: str, tell: Tell) -> etree._Element | None:
    """The tree of a list's text; of broken XML what can be read of it, and a remark. None if there is no element."""
    raw = text.encode()
    root, _ = _tree(raw, recover=False)
    if root is None:
        root, faults = _tree(raw, recover=True)
        for line, why in faults[:1]:
            what = f"The XML is broken here ({' '.join(why.split())}); what could be read of the list was read."
            tell("warning", line, "opml", what)
    return root


def _decoded(raw: bytes, tell: Tell) -> str:
    wide = next((name for mark, name in (*_BOMS, *_WIDE_STARTS) if raw.startswith(mark)), "")
    if wide:
        return raw.decode(wide, "replace").removeprefix("\ufeff")
    found = _DECLARATION.match(raw[:300].decode("latin-1"))
    declared = ((found[1] if found else "") or "utf-8").lower()
    if declared in _THOUGHTLESS:
        tried = ("utf-8", "cp1252")
    else:
        tried = (declared if _ENCODINGS.fullmatch(declared) else "utf-8", "utf-8")
    for encoding in tried:
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    tell("notice", 0, "opml", f"The list is not in {declared}, as which it comes; it was read as Windows-1252.")
    return raw.decode("cp1252", "replace")


def _empty_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _reference(found: re.Match[str]) -> str:
    """The reference itself; a character for an entity of HTML, nothing for what is no character of XML."""
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        return "" if number > 0x10FFFF or _NOT_XML.match(chr(number)) else found[0]
    return html.escape(html5.get(f"{name};", "")) or f"&amp;{name};"


def _tree(raw: bytes, *, recover: bool) -> tuple[etree._Element | None, list[tuple[int, str]]]:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None, []
    return root, [(fault.line, fault.message) for fault in parser.error_log]
