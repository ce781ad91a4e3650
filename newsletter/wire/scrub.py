"""Documents as they came, made fit for parsers that are strict, or that trust their input too much. Pure.

Each mend stands for a document met in the wild or for a fault of a parser that it keeps away from it. Every
step reads the document once: none looks back, whatever a publisher sends.
"""

from __future__ import annotations

import html
import html.entities
import re
import zlib

_FORBIDDEN = bytes(c for c in range(0x20) if c not in (0x09, 0x0A, 0x0D))
#: Sections with their own rules, closed or not, and between them whatever an ampersand begins.
_PARTS = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    rb"|(?:&#(?:[xX][0-9a-fA-F]{1,9}|[0-9]{1,9});)+|&([A-Za-z][\w.-]{0,60});|&",
    re.S,
)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
#: References that must not become what they stand for: signs of markup, and C1 controls, which mean something else
#: (`markup`). By name, since feedparser writes out the numbers of quotes before it looks for the ends of attributes.
_KEPT = {ord(html.unescape(f"&{name};")): f"&{name};".encode() for name in ("amp", "lt", "gt", "quot", "apos")}
_KEPT |= {code: b"&#%d;" % code for code in range(0x7F, 0xA0)}
_BUILT_IN = frozenset((b"lt", b"gt", b"amp", b"quot", b"apos"))
_HTML = {name.encode(): chr(code).encode() for name, code in html.entities.name2codepoint.items()}
_DECLARATION = re.compile(rb"<\?xml\b[^<>]{0,300}>", re.I)
_DOCTYPE = re.compile(rb"<!DOCTYPE\b[^\[<>]{0,2000}(\[)?", re.I)
_ENTITY = re.compile(
    rb"""<!ENTITY\s{1,20}([A-Za-z_][\w.-]{0,60})\s{1,20}(?:"([^"&<%]{0,500})"|'([^'&<%]{0,500})')\s{0,20}>"""
)
_SUBSET_END = re.compile(rb"\]\s{0,50}>")
_TYPE_END = re.compile(rb">")
#: Bytes in which a document type may begin.
_PROLOG = 100_000
#: How much declared entities may add to a document, in bytes.
_GROWTH = 1_000_000
_SECTIONS = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.S)
_TAG = re.compile(rb"<[A-Za-z_/][^<>]*+>")
_PREFIX = re.compile(rb"(?:</?|\s)([A-Za-z_][\w.-]{0,60}):[A-Za-z_]")
_DECLARED_PREFIX = re.compile(rb"\bxmlns:([A-Za-z_][\w.-]{0,60})\s{0,9}=")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?(?:rss|feed|rdf|channel)(?=[\s/>])", re.I)
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,60}:)?(?:rss|feed|rdf)\s{0,20}>", re.I)
_ENTRY = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?(?:item|entry)\b", re.I)
_LONG_TAG = re.compile(rb"<(/?[A-Za-z][\w:.-]{0,200})([^<>]{4000,})>")
_MOST_ATTRIBUTES = 300
#: From so many signs of equality on it is worth to look for elements with hundreds of attributes.
_MANY = 20_000


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


def thinned(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The document without elements of hundreds of attributes, which cost any parser memory and time; and the mend."""
    if body.count(b"=") < _MANY:
        return body, ()
    thin = _LONG_TAG.sub(_bare, body)
    return thin, ("hundreds of attributes on one element dropped",) if len(thin) != len(body) else ()


def _bare(tag: re.Match[bytes]) -> bytes:
    if tag[2].count(b"=") <= _MOST_ATTRIBUTES:
        return tag[0]
    return b"<" + tag[1] + (b"/>" if tag[2].endswith(b"/") else b">")


def scrubbed(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The XML document in UTF-8 without what breaks parsers that is not its structure; and what was mended."""
    repairs: list[str] = []
    clean = body.translate(None, _FORBIDDEN)
    if len(clean) != len(body):
        repairs.append("control characters removed")
    # It is UTF-8 by now, which is what XML counts as where nothing is declared.
    clean = _DECLARATION.sub(b"", clean, count=1)
    opened = _opened(clean)
    if len(opened) != len(clean):
        repairs.append("comments and sections that nobody closed opened up")
    clean, entities = _without_doctype(opened)
    clean, said = _mend_text(clean, entities)
    repairs += said
    for mend, words in (
        (_cut_after_end, "text after the document removed"),
        (_declare_prefixes, "prefixes that nobody declared let pass"),
    ):
        mended = mend(clean)
        if len(mended) != len(clean):
            repairs.append(words)
        clean = mended
    return clean, tuple(repairs)


def _opened(body: bytes) -> bytes:
    """The document without beginnings of comments and sections that have no end, if they would swallow entries."""
    for start, end in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>")):
        at = body.find(start, body.rfind(end) + 1)
        if at >= 0 and _ENTRY.search(body, at):
            body = body[:at] + body[at:].replace(start, b"")
    return body


def _without_doctype(body: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The document without its type, and the entities that stand for plain text; nothing outside is asked for."""
    found = _DOCTYPE.search(body, 0, _PROLOG)
    if found is None:
        return body, {}
    end = (_SUBSET_END if found[1] else _TYPE_END).search(body, found.end())
    if end is None:
        return body, {}
    declared = body[found.end() : end.start()] if found[1] else b""
    entities = {m[1]: m[2] if m[2] is not None else m[3] for m in _ENTITY.finditer(declared)}
    return body[: found.start()] + body[end.end() :], entities


def _mend_text(body: bytes, entities: dict[bytes, bytes]) -> tuple[bytes, list[str]]:
    """References resolved or taken for text, comments that XML forbids removed; and what was mended."""
    said: dict[str, None] = {}
    grown = 0

    def mend(part: re.Match[bytes]) -> bytes:
        nonlocal grown
        text = part[0]
        if text[:1] == b"<":
            if text[:4] != b"<!--" or (b"--" not in text[4:-3] and text.endswith(b"-->") and text[-4:-3] != b"-"):
                return text
            said["malformed comments removed"] = None
            return b""
        if text[:2] == b"&#":
            possible, all_exist = _possible(text)
            if not all_exist:
                said["references to characters that do not exist mended"] = None
            return possible
        name = part[1]
        if name in _BUILT_IN:
            return text
        if name in entities and grown < _GROWTH:
            grown += len(entities[name])
            return entities[name]
        if name in _HTML:
            said["names of characters that XML does not know written out"] = None
            return _HTML[name]
        said["bare ampersands mended"] = None
        return b"&amp;" + text[1:]

    return _PARTS.sub(mend, body), list(said)


def _possible(run: bytes) -> tuple[bytes, bool]:
    """The characters referred to, and whether all of them exist (XML 1.0, 2.2); halves of surrogate pairs joined."""
    out: list[bytes] = []
    high = 0
    all_exist = True
    for ref in _REFERENCE.finditer(run):
        code = int(ref[1], 16) if ref[1] else int(ref[2])
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        high = code if 0xD800 <= code < 0xDC00 else 0
        if code in _KEPT:
            out.append(_KEPT[code])
        elif code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
            out.append(chr(code).encode())
        else:
            all_exist = False
    return b"".join(out), all_exist


def _cut_after_end(body: bytes) -> bytes:
    """Without what servers print after the last end of a root, unless there are entries in it."""
    last = max((end.end() for end in _END.finditer(body)), default=len(body))
    rest = body[last:]
    return body[:last] if rest.strip() and not _ENTRY.search(rest) else body


def _declare_prefixes(body: bytes) -> bytes:
    root = _ROOT.search(body)
    if root is None:
        return body
    tags = b"".join(tag for tag in _TAG.findall(_SECTIONS.sub(b"", body)) if b":" in tag)
    missing = sorted(set(_PREFIX.findall(tags)) - set(_DECLARED_PREFIX.findall(tags)) - {b"xml", b"xmlns"})
    if not missing or len(missing) > 50:
        return body
    spaces = b"".join(b' xmlns:%s="urn:undeclared:%s"' % (prefix, prefix) for prefix in missing)
    return body[: root.end()] + spaces + body[root.end() :]
