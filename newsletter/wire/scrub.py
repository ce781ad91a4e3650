"""Bytes as they came, made fit for a parser that trusts its input too much. Pure.

Each mend stands for a document met in the wild or for a fault of the parser that it keeps away from it.
"""

from __future__ import annotations

import codecs
import re
import zlib

_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: How "<" and the character after it begin in encodings without a byte order mark (XML 1.0, appendix F).
_WIDE_STARTS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""(<\?xml\b[^>]*?encoding\s*=\s*["'])([A-Za-z0-9._:-]+)""", re.I)
_BLANK = b" \t\r\n\x0b\x0c\0"
_FORBIDDEN = bytes(c for c in range(0x20) if c not in (0x09, 0x0A, 0x0D))
_REFERENCES = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]+|[0-9]+);)+")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
#: Sections whose ampersands are their own, or an ampersand that begins no reference.
_BARE_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&(?!#\d+;|#[xX][0-9a-fA-F]+;|[A-Za-z][\w.-]*;)", re.S)
_LONG_TAG = re.compile(rb"<(/?[A-Za-z][\w:.-]*)[^<>]{4000,}?(/?)>")
_MOST_ATTRIBUTES = 300
_LONG_AUTHOR = re.compile(
    rb"(<(?:[\w.-]+:)?(?:author|creator|managingEditor|webMaster|publisher|owner|contributor|name|email)\b[^<>]{0,300}>"
    rb"\s*(?:<!\[CDATA\[)?[^<\]]{400})[^<\]]+",
    re.I,
)


def inflated(body: bytes, *, most: int) -> bytes | None:
    """The body without the gzip around it, if there is any; None if it inflates to more than `most` bytes.

    A gzip stream that breaks off or is damaged gives what can be read of it.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, most + 1)
    except zlib.error:
        return b""
    return plain if len(plain) <= most else None


def narrowed(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The document in an encoding that agrees with ASCII, without blanks and marks before it; and what was mended."""
    repairs: list[str] = []
    wide = next((name for bom, name in _WIDE_BOMS if body.startswith(bom)), None)
    if wide is None:
        wide = next((name for start, name in _WIDE_STARTS if body[:400].lstrip(b" \t\r\n").startswith(start)), None)
    if wide is not None:
        text = body.decode(wide, "replace").lstrip("\ufeff \t\r\n\0")
        body = _DECLARED.sub(rb"\g<1>utf-8", text.encode("utf-8", "replace"), count=1)
    stripped = _without_blanks(body)
    if stripped != body.removeprefix(codecs.BOM_UTF8):
        repairs.append("blank space before the document removed")
    declared = _DECLARED.match(stripped)
    if declared and declared[2].lower().startswith((b"utf-16", b"utf-32", b"ucs-", b"iso-10646")) and wide is None:
        stripped = _DECLARED.sub(rb"\g<1>utf-8", stripped, count=1)
        repairs.append(f"declared as {declared[2].decode('ascii')}, but is not")
    return stripped, tuple(repairs)


def _without_blanks(body: bytes) -> bytes:
    while True:
        stripped = body.lstrip(_BLANK).removeprefix(codecs.BOM_UTF8)
        if stripped == body:
            return body
        body = stripped


def scrubbed(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The XML document without what would break or stall a parser; and what was mended."""
    repairs: list[str] = []
    declared = _DECLARED.match(body)
    # In ISO-2022 the escape character switches alphabets.
    if not (declared and declared[2].lower().startswith(b"iso-2022")):
        clean = body.translate(None, _FORBIDDEN)
        if len(clean) != len(body):
            repairs.append("control characters removed")
        body = clean
    for mend, said in (
        (_mend_references, "references to characters that do not exist mended"),
        (_mend_ampersands, "bare ampersands mended"),
        (_drop_attributes, "hundreds of attributes on one element dropped"),
        (_shorten_authors, "a very long author's name cut"),
    ):
        mended = mend(body)
        if mended != body:
            repairs.append(said)
        body = mended
    return body, tuple(repairs)


def _mend_references(body: bytes) -> bytes:
    return _REFERENCES.sub(_possible, body)


def _possible(run: re.Match[bytes]) -> bytes:
    """Join halves of a surrogate pair, drop what names no character of XML 1.0 (2.2)."""
    out: list[bytes] = []
    high = 0
    for ref in _REFERENCE.finditer(run[0]):
        digits, base = (ref[1], 16) if ref[1] else (ref[2], 10)
        code = int(digits.lstrip(b"0")[:9] or b"0", base)
        if 0xDC00 <= code < 0xE000 and high:
            out.append(b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
            high = 0
            continue
        high = code if 0xD800 <= code < 0xDC00 else 0
        if code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
            out.append(ref[0])
    return b"".join(out)


def _mend_ampersands(body: bytes) -> bytes:
    return _BARE_AMPERSAND.sub(lambda m: b"&amp;" if m[0] == b"&" else m[0], body)


def _drop_attributes(body: bytes) -> bytes:
    # The parser's time grows with the square of their number; thirty thousand of them cost it twelve seconds.
    def bare(tag: re.Match[bytes]) -> bytes:
        return b"<" + tag[1] + tag[2] + b">" if tag[0].count(b"=") > _MOST_ATTRIBUTES else tag[0]

    return _LONG_TAG.sub(bare, body)


def _shorten_authors(body: bytes) -> bytes:
    # feedparser looks for a mailbox in each author with an expression of quadratic cost (kurtmckee/feedparser#562).
    return _LONG_AUTHOR.sub(rb"\g<1>", body)
