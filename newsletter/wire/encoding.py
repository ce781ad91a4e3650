"""The letters of a document: whatever encoding it came in, out comes UTF-8. Pure.

The bytes decide before the declaration, the declaration before the server's header (RFC 7303, section 3): a
header says what the server was set up for, not what this document is.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: How "<", "{" or "[" begins in encodings without a byte order mark (XML 1.0, appendix F; RFC 4627, 3).
_WIDE = (
    ("utf-32-le", re.compile(rb"(?:[ \t\r\n]\0\0\0){0,99}[<{\[]\0\0\0")),
    ("utf-32-be", re.compile(rb"(?:\0\0\0[ \t\r\n]){0,99}\0\0\0[<{\[]\0")),
    ("utf-16-le", re.compile(rb"(?:[ \t\r\n]\0){0,99}[<{\[]\0[^\0]\0")),
    ("utf-16-be", re.compile(rb"(?:\0[ \t\r\n]){0,99}\0[<{\[]\0[^\0]")),
)
_BLANK = b" \t\r\n\x0b\x0c\0"
_DECLARED = re.compile(rb"""(<\?xml\b[^<>]{0,200}?\bencoding\s{0,20}=\s{0,20}["'])([A-Za-z0-9._:-]{1,40})""", re.I)
_CHARSET = re.compile(r"""charset\s{0,20}=\s{0,20}["']?([A-Za-z0-9._:-]{1,40})""", re.I)
#: Names on the web, and the codec that reads them as browsers do (WHATWG Encoding, 4.2): Latin-1 is Windows-1252.
_LABELS = {
    "cp1252": "ascii us-ascii ansi latin1 latin-1 l1 iso-8859-1 iso8859-1 iso_8859-1 windows-1252 cp1252 x-cp1252",
    "cp1254": "iso-8859-9 iso8859-9 latin5 windows-1254 cp1254",
    "cp874": "tis-620 iso-8859-11 windows-874 cp874",
    "gb18030": "gb2312 gbk gb_2312 gb_2312-80 x-gbk gb18030 cp936",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932",
    "euc_jp": "euc-jp x-euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "cp949": "euc-kr ks_c_5601-1987 korean windows-949 cp949",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "koi8_r": "koi8-r koi8 koi",
    "koi8_u": "koi8-u koi8-ru",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp866": "cp866 866 ibm866 csibm866",
    "iso8859_8": "iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-i iso-8859-8-e hebrew visual logical",
    "johab": "johab",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8",
    **{f"cp{n}": f"cp{n} ibm{n}" for n in (437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 869)},
    **{f"cp{n}": f"windows-{n} cp{n} x-cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"iso8859_{n}": f"iso-8859-{n} iso8859-{n} iso_8859-{n}" for n in (2, 3, 4, 5, 6, 7, 10, 13, 14, 15, 16)},
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_SEVERAL_BYTES = frozenset(("gb18030", "cp932", "euc_jp", "iso2022_jp", "cp949", "johab", "big5hkscs"))
#: Where a document in ISO-2022-JP turns to letters of two bytes.
_SHIFT = b"\x1b$"
_ASCII = bytes(range(0x80))
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: What Windows-1252 puts where Latin-1 has controls; the five it leaves open stay controls, as browsers read them.
_WINDOWS = {c: ord(bytes([c]).decode("cp1252", "ignore") or chr(c)) for c in range(0x80, 0xA0)}
_BACK = {letter: byte for byte, letter in _WINDOWS.items()}
_TYPOGRAPHY = re.compile("[‘’“”–—…]")
_MOJIBAKE = re.compile("â€|ðŸ")


def as_utf8(body: bytes, *, content_type: str = "") -> tuple[bytes, tuple[str, ...]]:
    """The document in UTF-8 without blanks and marks before it, its declaration in accord; and what was mended.

    `content_type` is the server's header; its charset counts only where the document itself says nothing, or
    says what its bytes disprove. Bytes that no reading explains become U+FFFD.
    """
    wide = next((name for bom, name in _BOMS if body.startswith(bom)), None)
    if wide is None:
        wide = next((name for name, start in _WIDE if start.match(body)), None)
    if wide is not None:
        body = body.decode(wide, "replace").encode("utf-8", "replace")
    marked = wide is not None or body.startswith(codecs.BOM_UTF8)
    bare = body.removeprefix(codecs.BOM_UTF8)
    document = _without_blanks(bare)
    repairs = ["blank space before the document removed"] if len(document) != len(bare) else []
    found = _DECLARED.match(document)
    declared = found[2].decode("ascii").lower() if found else ""
    utf8, said = (document, "") if wide is not None else _decoded(document, declared, _charset(content_type), marked)
    if said:
        repairs.append(said)
    if found and _CODECS.get(declared) != "utf-8":
        utf8 = _DECLARED.sub(rb"\g<1>utf-8", utf8, count=1)
    return utf8, tuple(repairs)


def _without_blanks(body: bytes) -> bytes:
    while True:
        stripped = body.lstrip(_BLANK).removeprefix(codecs.BOM_UTF8)
        if len(stripped) == len(body):
            return body
        body = stripped


def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type[:500])
    return found[1].lower() if found else ""


def _decoded(body: bytes, declared: str, header: str, marked: bool) -> tuple[bytes, str]:
    """The body in UTF-8, and in words what was wrong with it; "" if its own word was right."""
    codec = _CODECS.get("" if marked else declared, "utf-8")
    named = not declared or declared in _CODECS
    if codec == "utf-8" and _SHIFT in body and _CODECS.get(header) == "iso2022_jp":
        # Its bytes are all ASCII, and so valid UTF-8.
        codec = "iso2022_jp"
    if codec in _SEVERAL_BYTES and (utf8 := _through(body, codec)) is not None:
        return utf8, ""
    if _is_utf8(body):
        # Text of one byte a letter is never valid UTF-8 by accident, but for plain ASCII, where nothing is wrong.
        wrong = not named or (codec != "utf-8" and not body.isascii())
        return body, f"declared as {declared}, but is UTF-8" if wrong else ""
    if codec == "utf-8":
        return _not_utf8(body, declared=bool(declared) or marked, header=_CODECS.get(header, ""))
    if (utf8 := _through(body, codec)) is not None:
        return utf8, ""
    return body.decode(codec, "replace").encode(), f"letters that are not of {declared} replaced"


def _not_utf8(body: bytes, *, declared: bool, header: str) -> tuple[bytes, str]:
    """The body that counts as UTF-8 and is not: in the header's encoding, or UTF-8 mixed with Windows-1252."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.reason == "unexpected end of data":
            return body[: fault.start], ""
    if header not in ("", "utf-8") and (not declared or not _is_mostly_utf8(body)) and (utf8 := _through(body, header)):
        return utf8, "" if not declared else f"declared as UTF-8, but is {header}"
    return body.decode("utf-8", "newsletter.windows").encode(), "not UTF-8 throughout, the rest read as Windows-1252"


def _is_mostly_utf8(body: bytes) -> bool:
    """Whether most bytes beyond ASCII stand where UTF-8 has them; in other encodings some do by accident."""
    beyond = len(body.translate(None, _ASCII))
    return sum(map(len, _SEQUENCE.findall(body))) * 4 > beyond * 3


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _through(body: bytes, codec: str) -> bytes | None:
    """The body from one encoding to UTF-8; None if it is not in that encoding."""
    if codec == "cp1252":
        return body.decode("latin-1").translate(_WINDOWS).encode()
    try:
        return body.decode(codec).encode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None


def _windows(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("latin-1").translate(_WINDOWS), fault.end


codecs.register_error("newsletter.windows", _windows)


def is_honest(text: str) -> bool:
    """Whether the text holds quotes, dashes or dots that are right as they stand."""
    return not text.isascii() and _TYPOGRAPHY.search(text) is not None and _MOJIBAKE.search(text) is None


def undoubled(text: str, *, windows: bool = True) -> str:
    """The text whose UTF-8 somebody took for Latin-1 and encoded once more, as it was meant.

    With `windows` also where it was taken for Windows-1252. Only where the whole of it reads as UTF-8; signs
    beyond Latin-1 must come with one of the sequences that stand for quotes, dashes or emoji. Honest text is
    not touched.
    """
    if text.isascii():
        return text
    try:
        encoded = text.encode("latin-1")
        if encoded.endswith(b"\xc3"):
            # The no-break space that belongs to it went as a blank at the end.
            encoded += b"\xa0"
    except UnicodeEncodeError:
        if not windows or _MOJIBAKE.search(text) is None:
            return text
        try:
            encoded = text.translate(_BACK).encode("latin-1")
        except UnicodeEncodeError:
            return text
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError:
        return text
