"""The lines of an old issue as they are looked at: what is code, what is a mark of Jekyll's, what links say. Pure.

Every step takes time in proportion to the text, whatever signs it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.model.remarks import Remark
from newsletter.text import one_line

#: Signs that no reader sees: zero-width spaces and joints between Latin letters, byte order marks, soft hyphens.
_UNSEEN = re.compile("[\u00ad\u2060\ufeff\ufffc]|(?<![\u0600-\u0fff\u1000-\u109f\u1780-\u17ff])[\u200b]")
_ODD_SPACES = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000), " ")
_ENTITY = re.compile(r"&(ldquo|rdquo|quot|bdquo|laquo|raquo|lsquo|rsquo|sbquo|apos|nbsp|hellip|ndash|mdash|#\d{2,5});")
_ENTITIES = dict(
    zip(
        "ldquo rdquo quot bdquo laquo raquo lsquo rsquo sbquo apos nbsp hellip ndash mdash".split(),
        "“”\"„«»‘’‚' …–—",
        strict=True,
    )
)
_QUOTES = frozenset(map(ord, "\"'“”„«»‘’‚ …–—"))
#: Icons by their names, ":newspaper:", as Jekyll's plug-ins draw them; a time or an address has none of these.
SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?![\w:/])")
_FENCE = re.compile(r"\s*(```+|~~~+)(.*)")
_MARK = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}|\{:[^{}]*\}")
_TAG = re.compile(
    r"\s*</?(?:p|div|center|section|article|span|font|small|big|br|hr|blockquote|ul|ol|li)\b[^<>]*>", re.I
)
_A_OPEN = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>", re.I)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LIST = re.compile(r"\s*(?:(?:[-*+•▪●◦‣–]|\d{1,3}[.)]|>)\s+)+")
_DEFINITION = re.compile(r"\s{0,3}\[([^\]\[]{1,100})\]:\s*<?([^\s<>]+)>?\s*(?:[\"'(].*)?")
_ATX = re.compile(r"\s{0,3}(#{1,6})[ \t]*(?=[^#\s])")
_ENDED = re.compile(r"[ \t]+#+[ \t]*$")
#: Signs of a line beyond which nothing is read off it but its beginning.
_LONG = 6000


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file, its words as typed, and whether it is code."""

    number: int
    text: str
    code: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing that is read stands on it: white space, a break, a tag that opens or closes a block."""
        return not self.text.strip() or (not self.code and self.text.lstrip()[:1] == "<" and not unwrapped(self.text))


@dataclass(frozen=True, slots=True)
class TextLink:
    """A link on a line, and what stands around it."""

    before: str
    words: str
    to: str
    after: str


# From the file to its lines ------------------------------------------------------------------------


def lines_of(numbered: Sequence[tuple[int, str]], path: str) -> tuple[tuple[Line, ...], tuple[Remark, ...]]:
    """The lines without marks that only a machine reads, and a notice for every such mark, once."""
    texts = [_UNSEEN.sub("", text) for _, text in numbered]
    code = fenced(texts)
    texts, remarks = _without_comments([number for number, _ in numbered], texts, code, path)
    marks: dict[str, list[int]] = {}
    out = []
    for (number, _), text, is_code in zip(numbered, texts, code, strict=True):
        kept = text
        if not is_code:
            if "{" in text:
                for mark in _MARK.findall(text):
                    marks.setdefault(one_line(mark), []).append(number)
                kept = _MARK.sub("", text)
            kept = _ENTITY.sub(_sign, kept) if "&" in kept else kept
        out.append(Line(number, kept.rstrip(" \t") + ("  " if kept.endswith("  ") and kept.strip() else ""), is_code))
    for mark, where in marks.items():
        times = f", {len(where)} times" if len(where) > 1 else ""
        what = f"Left out, since only Jekyll reads it{times}: {mark}"
        remarks.append(Remark(path, where[0], "notice", "jekyll-mark", what))
    return tuple(out), tuple(remarks)


def fenced(texts: Sequence[str]) -> tuple[bool, ...]:
    """For each line, whether it belongs to a fenced block, its fences included; a fence never closed is none."""
    kinds = [(m[1][0], not m[2].strip()) if (m := _FENCE.fullmatch(text[:200])) else None for text in texts]
    following: dict[str, int] = {}
    closing: list[int | None] = [None] * len(texts)
    for at in range(len(texts) - 1, -1, -1):
        if (kind := kinds[at]) is not None:
            closing[at] = following.get(kind[0])
            if kind[1]:
                following[kind[0]] = at
    inside, at = [False] * len(texts), 0
    while at < len(texts):
        end = closing[at]
        if end is not None:
            inside[at : end + 1] = [True] * (end + 1 - at)
            at = end
        at += 1
    return tuple(inside)


def _without_comments(
    numbers: Sequence[int], texts: Sequence[str], code: Sequence[bool], path: str
) -> tuple[list[str], list[Remark]]:
    """The lines without HTML comments, each of which is told; one never closed stays."""
    out, remarks = list(texts), list[Remark]()
    last = max((at for at, text in enumerate(texts) if "-->" in text and not code[at]), default=-1)
    opened, said = -1, ""
    for at, text in enumerate(texts):
        if code[at] and opened < 0:
            continue
        kept, left = "", text
        while left:
            if opened < 0:
                begin = left.find("<!--")
                if begin < 0 or (at >= last and "-->" not in left[begin:]):
                    kept, left = kept + left, ""
                else:
                    kept, left, opened = kept + left[:begin], left[begin + 4 :], at
            else:
                inside, closed, left = left.partition("-->")
                said += f" {inside}"
                if closed:
                    if words := one_line(said):
                        what = f'A comment that no reader saw is left out: "{words}".'
                        remarks.append(Remark(path, numbers[opened], "notice", "comment", what))
                    opened, said = -1, ""
        out[at] = kept
    return out, remarks


def _sign(entity: re.Match[str]) -> str:
    name = entity[1]
    if name[0] != "#":
        return _ENTITIES[name]
    return chr(int(name[1:])) if int(name[1:]) in _QUOTES else entity[0]


def definitions(lines: Sequence[Line]) -> Mapping[str, tuple[Line, str]]:
    """Link definitions, `[1]: https://…`, by their name in small letters: the line and the address."""
    found: dict[str, tuple[Line, str]] = {}
    for line in lines:
        if not line.code and line.text.lstrip()[:1] == "[" and len(line.text) < _LONG:
            match = _DEFINITION.fullmatch(line.text.rstrip())
            if match is not None and not match[1].startswith("^"):
                found.setdefault(match[1].lower(), (line, match[2]))
    return found


# What a line says ----------------------------------------------------------------------------------


def shape_of(text: str) -> str:
    """The line for looking at: plain spaces, no tags around it, none of a list's marks before it."""
    plain = unwrapped(text.translate(_ODD_SPACES))
    marker = _LIST.match(plain[:60])
    return plain[marker.end() :].strip() if marker and not is_rule(plain) else plain


def unwrapped(text: str) -> str:
    """The line without the tags of blocks at its two ends, and without white space there."""
    kept = text.strip()
    while kept[:1] == "<" and (tag := _TAG.match(kept)) is not None:
        kept = kept[tag.end() :].lstrip()
    while kept[-1:] == ">" and (at := kept.rfind("<")) >= 0 and _TAG.fullmatch(kept[at:]):
        kept = kept[:at].rstrip()
    return kept


def is_rule(text: str) -> bool:
    """Whether the line is a rule, or the underline of a heading: three signs of one kind or more."""
    signs = "".join(text.split())
    return (len(signs) > 2 and set(signs) in ({"-"}, {"*"}, {"_"}, {"="}, {"—"}, {"–"})) or signs in ("==", "--")


def heading_of(text: str) -> tuple[int, str]:
    """Level and words of a line with `#` before it, or in heading tags; (0, "") for every other."""
    tag = re.match(r"\s*<h([1-6])\b[^<>]*>", text[:300], re.I)
    if tag is not None:
        inside = text[tag.end() :].strip()
        at = inside.lower().rfind("</h")
        return int(tag[1]), (inside[:at] if at >= 0 else inside).strip()
    match = _ATX.match(text)
    if match is None:
        return 0, ""
    words = text[match.end() :].strip()
    return len(match[1]), (_ENDED.sub("", words) if words[-1:] == "#" and len(words) < _LONG else words)


def bold_line(shape: str) -> str:
    """The words of a line that is bold from end to end, a colon behind it or not; "" for every other."""
    text = shape.rstrip(": ")
    for mark in ("***", "**", "__"):
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark) and text.count(mark) == 2:
            return text[len(mark) : -len(mark)].strip()
    match = re.match(r"<(b|strong)>", text, re.I)
    if match is not None and text.lower().endswith(f"</{match[1].lower()}>"):
        return text[match.end() : -len(match[0]) - 1].strip()
    return ""


def words_alone(text: str) -> str:
    """The words of a line of Markdown or HTML: links by their words, no emphasis around, no tags."""
    kept = _ANY_TAG.sub("", with_markdown_links(text)) if "<" in text else text
    for _ in range(8):
        if (link := first_link(kept)) is None:
            break
        kept = f"{link.before}{link.words}{link.after}"
    return one_line(without_emphasis(kept))


def without_emphasis(text: str) -> str:
    """The words without marks of emphasis around the whole of them."""
    kept = text.strip()
    while kept[:1] in ("*", "_") and kept[-1:] == kept[:1] and len(kept) > 2:
        kept = kept[1:-1].strip()
    return kept


def with_markdown_links(text: str) -> str:
    """The line with `<a href="…">words</a>` written as Markdown; a tag never closed stays."""
    if "<a" not in text and "<A" not in text:
        return text
    low, out, at = text.lower(), [], 0
    for tag in _A_OPEN.finditer(text):
        if tag.start() < at:
            continue
        end = low.find("</a>", tag.end())
        if end < 0:
            break
        out += [text[at : tag.start()], f"[{text[tag.end() : end].strip()}]({tag[1].replace('&amp;', '&')})"]
        at = end + 4
    return "".join((*out, text[at:]))


def first_link(text: str, defined: Mapping[str, tuple[Line, str]] | None = None) -> TextLink | None:
    """The first link of a line that is no picture: `[words](address)` or `[words][1]`; None if there is none."""
    if len(text) > _LONG:
        return None
    start = 0
    for _ in range(6):
        at = text.find("[", start)
        if at < 0:
            return None
        end = _partner(text, at)
        if end < 0:
            return None
        picture = at > 0 and text[at - 1] == "!"
        address, after = _address(text, end + 1, text[at + 1 : end], defined or {})
        if address is not None and not picture:
            return TextLink(text[:at], text[at + 1 : end].strip(), address, text[after:])
        start = after if picture and address is not None else at + 1
    return None


def without_pictures(text: str) -> str:
    """The line without its pictures, Markdown's and HTML's, and those that are called by a name."""
    kept = re.sub(r"<img\b[^<>]*>", "", text, flags=re.I) if "<" in text else text
    kept = SHORTCODE.sub("", kept) if ":" in kept else kept
    for _ in range(6):
        at = kept.find("![")
        if at < 0 or (end := _partner(kept, at + 1)) < 0 or kept[end + 1 : end + 2] != "(":
            break
        close = kept.find(")", end)
        kept = kept[:at] + (kept[close + 1 :] if close >= 0 else "")
    return kept


def _address(text: str, at: int, words: str, defined: Mapping[str, tuple[Line, str]]) -> tuple[str | None, int]:
    """The address behind a bracket, and where the line goes on."""
    if text[at : at + 1] == "(":
        end = _partner(text, at, "(", ")")
        if end < 0:
            # The last bracket was forgotten: the address ends with the line, or with the next blank.
            rest = text[at + 1 :].strip()
            return (rest, len(text)) if rest.startswith(("http://", "https://")) and " " not in rest else (None, at)
        inside = text[at + 1 : end].strip()
        address = inside[1 : inside.find(">")] if inside[:1] == "<" and ">" in inside else inside.split(" ")[0]
        return address.replace("&amp;", "&"), end + 1
    if text[at : at + 1] == "[" and (end := text.find("]", at)) > 0:
        name = (text[at + 1 : end] or words).lower()
        return (defined[name][1], end + 1) if name in defined else (None, at)
    return (defined[words.lower()][1], at) if words.lower() in defined else (None, at)


def _partner(text: str, at: int, opening: str = "[", closing: str = "]") -> int:
    """Where the bracket that opens at this place is closed; -1 if nowhere."""
    depth = 0
    for i in range(at, len(text)):
        sign = text[i]
        if sign == opening:
            depth += 1
        elif sign == closing:
            depth -= 1
            if depth == 0:
                return i
    return -1


def following(lines: Sequence[Line], start: int, end: int) -> Iterator[int]:
    """Indexes of the lines with something on them, from `start` on."""
    return (i for i in range(start, end) if not lines[i].blank)
