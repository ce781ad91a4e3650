"""Print Markdown as Markdown: our own words escaped, other people's Markdown made harmless. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

from newsletter import links
from newsletter.press.pictures.shown import ShownImage
from newsletter.press.prose import fences
from newsletter.press.prose.headings import levels
from newsletter.press.prose.markdown import absolute
from newsletter.press.prose.normalise import normalise
from newsletter.press.prose.raw_html import inactive

_SPECIAL = re.compile(r"([\\`*_\[\]~])")
_LINE_START = re.compile(r"^( {0,3})(#{1,6}(?= |$)|[-+>](?= |$)|=+$|-+$)")
_NUMBER_START = re.compile(r"^( {0,3}\d{1,9})([.)])(?= |$)")
_HEADING = re.compile(r"(#{1,6})(?:[ ]+(.*?))?(?:[ ]+#+)?[ ]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,}) *")
#: The address of a link or an image, with or without angle brackets.
_INLINE = re.compile(
    r"""(?P<open>(?<!\\)!?(?<!\\)\[(?P<words>(?:\\.|[^\[\]\\])*)\]\()\s*
        (?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))
        (?P<rest>[^()\n]*\))""",
    re.X,
)
#: The same where the words hold brackets of their own, as an image inside a link.
_TARGET = re.compile(r"(\]\(\s*)(<[^<>\n]*>|[^\s()<>]+)")
#: What begins like the definition of a link, within lists and quotations too; the rest is there only where it is one,
#: with nothing or a title behind the address: "[1]: The note." is a sentence (CommonMark 0.31, 4.7).
_REFERENCE = re.compile(
    r"""^(?P<label>[ \t>]*+(?:(?:[-+*]|\d{1,9}[.)])[ \t>]++)*+\[(?:\\.|[^\[\]\\])++\])(?P<colon>:)
        (?:(?P<gap>[ \t]*(?:\n[ \t]*)?)(?P<address><[^<>\n]*>|[^ \t\n<>]+)(?P<rest>[ ]*(?:["'(][^\n]*)?)$)?""",
    re.M | re.X,
)
#: The inline tags that `inactive` leaves, and what ends the paragraph that they stand in.
_TAG_OR_END = re.compile(r"<(?P<end>/)?(?P<name>[a-z]+) ?/?>|\n[ \t>]*(?=\n|#|[-+*][ ]|\d{1,9}[.)][ ]|`{3}|~{3})", re.I)
#: More are nobody's writing.
_ROUNDS = 6
_ALONE = re.compile(r"[ \t]*(?:\n|\Z)")


def escaped(words: str) -> str:
    """One line of plain text, so that Markdown shows it as it is."""
    line = " ".join(words.split())
    line = _SPECIAL.sub(r"\\\1", line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NUMBER_START.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", line))


def link(words: str, address: str) -> str:
    """A link around plain words; the words alone where the address must not be printed."""
    if not address or links.printed(address) is None:
        return escaped(words)
    return f"[{escaped(words)}]({_destination(address)})"


def _destination(address: str) -> str:
    return f"<{address}>" if re.search(r"[()\s\\]", address) else address


def harmless(text: str, *, base_url: str = "", top_level: int = 3, images: tuple[ShownImage, ...] = ()) -> str:
    """Normalise Markdown that people typed; tags and refused addresses become words, headings start at `top_level`.

    An image whose address is that of one of `images` is fetched from where that says. Code keeps every character.
    No final line break; "" for an empty text.
    """
    places = {one.typed: one.src for one in images}
    tame = _tame(_with_headings(normalise(text), top_level))
    return fences.outside_code(tame, lambda prose: _with_safe_addresses(prose, base_url, places)).strip("\n")


def _tame(markdown: str) -> str:
    """Normalised Markdown without tags that do more than format a few words.

    Where one goes at the start of a line, what stands behind it may begin a block: so until nothing changes.
    """
    for _ in range(_ROUNDS):
        before, markdown = markdown, _with_paired_tags(inactive(markdown))
        if markdown == before or "<" not in markdown:
            return markdown
        markdown = normalise(markdown)
    return markdown.replace("<", "&lt;")


def _with_paired_tags(text: str) -> str:
    """Without the inline tags that no partner in their paragraph closes, or that stand alone on the first line of one.

    The former would format all that stands below, the latter make raw HTML of it (CommonMark 0.31, 4.6).
    """
    if "<" not in text:
        return text
    prose = fences.outside_code(text, str, code=lambda code: "`" * len(code))
    kept = _paired_tags(prose)
    out, at = [], 0
    for tag in _TAG_OR_END.finditer(prose):
        if tag["name"] and tag.start() not in kept:
            out.append(text[at : tag.start()])
            at = tag.end()
    return "".join([*out, text[at:]])


def _paired_tags(prose: str) -> set[int]:
    """Where the tags stand that have their partner, or need none."""
    kept: set[int] = set()
    waiting: dict[str, list[int]] = {}
    for tag in _TAG_OR_END.finditer(prose):
        name, start = (tag["name"] or "").lower(), tag.start()
        if not name:
            waiting.clear()
        elif _is_alone(prose, start, tag.end()):
            continue
        elif name == "br":
            kept.add(start)
        elif not tag["end"]:
            waiting.setdefault(name, []).append(start)
        elif opened := waiting.get(name):
            kept |= {opened.pop(), start}
    return kept


def _is_alone(prose: str, start: int, end: int) -> bool:
    """Whether nothing but the marks of a list or a quotation shares the line with what stands there."""
    before = prose[prose.rfind("\n", 0, start) + 1 : start] if _ALONE.match(prose, end) else "x"
    return not before.strip(" \t>-+*.)0123456789")


def _with_headings(text: str, top: int) -> str:
    """Shift headings outside of fences; underlined ones become "#" ones."""
    lines: list[tuple[str, int]] = []
    for line, code in fences.with_code(text.split("\n")):
        match = None if code else _HEADING.fullmatch(line)
        underline = None if code else _UNDERLINE.fullmatch(line)
        if match is not None:
            lines.append((match[2] or "", len(match[1])))
        elif underline is not None and lines and lines[-1][0].strip() and lines[-1][1] == 0:
            lines[-1] = (lines[-1][0], 1 if underline[1][0] == "=" else 2)
        else:
            lines.append((line, -1 if code else 0))
    shifted = iter(levels((level for words, level in lines if level > 0 and words), top))
    return "\n".join(f"{'#' * next(shifted)} {words}" if level > 0 and words else words for words, level in lines)


def _with_safe_addresses(prose: str, base_url: str, places: Mapping[str, str]) -> str:
    before = ""
    while prose != before:
        before, prose = prose, _INLINE.sub(lambda m: _checked(m, base_url, places), prose)
    # An address that goes must leave one behind: what stands after it would become the address.
    prose = _TARGET.sub(lambda m: f"{m[1]}{_or_nowhere(_allowed(m[2].strip('<>'), base_url))}", prose)
    return _REFERENCE.sub(lambda m: _defined(m, base_url, places), prose)


def _defined(match: re.Match[str], base_url: str, places: Mapping[str, str]) -> str:
    """The definition with an address that may be printed, or with none; what is no definition can become none."""
    if match["address"] is None:
        return f"{match['label']}\\:"
    address = _allowed(match["address"].strip("<>"), base_url, places)
    return f"{match['label']}:{match['gap']}{_or_nowhere(address)}{match['rest']}"


def _or_nowhere(address: str | None) -> str:
    return _destination(address) if address else "<>"


def _checked(match: re.Match[str], base_url: str, places: Mapping[str, str]) -> str:
    typed = match["angled"] if match["angled"] is not None else match["bare"]
    address = _allowed(typed, base_url, places if match["open"].startswith("!") else {})
    if address is None:
        return match["words"]
    return f"{match['open']}{_destination(address)}{match['rest']}"


def _allowed(typed: str, base_url: str, places: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """The address if every reader of it may follow it; entities and escapes are read as a browser would.

    An image of the workspace has another one: `places` gives it by the address as typed.
    """
    plain = re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", html.unescape(typed))
    if (place := places.get(plain.strip())) is not None:
        return place
    if re.match(r"[\x00-\x20]*(?:javascript|data|vbscript|file)\s*:", unquote(plain), re.I):
        return None
    return absolute(plain, base_url)
