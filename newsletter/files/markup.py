"""What people type around their words: comments, quotation marks, marks never closed, bullets, images. Pure.

Nothing is repaired here but comments and the marks around a whole text; the press does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_COMMENT_OR_CODE = re.compile(
    r"^(?P<fence>```+|~~~+)[^\n]*\n(?:.*?\n)??(?P=fence)[^\n]*$|(?P<tick>`+)(?!`)[^\n]*?(?<!`)(?P=tick)(?!`)|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)
_FENCE = re.compile(r"\s*(```+|~~~+)")
_CLOSING = {
    '"': '"”',
    "“": '”"“',
    "”": "”",
    "„": '“”"',
    "«": "»",
    "»": "«",
    "‘": "’",
    "「": "」",
    "『": "』",
}
#: Quotation marks that open one; the single ones are apostrophes as often.
OPENING = tuple('"“„«「『')
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_NOT_PROSE = re.compile(r"\\.|\]\((?:[^()\s]|\([^()\s]*\))*\)|<[a-zA-Z/!][^>\n]*>|https?://\S+")
_MARK = re.compile(r"\*\*|__|(?<![\w_])_(?!_)|(?<!_)_(?![\w_])|`+")
_LONE_BULLET = re.compile(r"\s*[-*+•]\s*")
_IMAGE = re.compile(r"!\[\s*\](?:\(\s*<?([^)\s>]*)>?[^)]*\)|\[([^\]]*)\])")
_IMG_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"\s*[^"\s][^"]*"|'\s*[^'\s][^']*'|[^\s"'>]+)""", re.IGNORECASE)
_SRC = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def without_comments(text: str) -> str:
    """The text without its HTML comments, each line where it stood; code and comments never closed stay."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n") if match[0].startswith("<!--") else match[0]

    return _COMMENT_OR_CODE.sub(blank, text)


def in_code(lines: Sequence[str]) -> tuple[bool, ...]:
    """For each line, whether it belongs to a fenced block, its fences included; a fence never closed is none."""
    inside = [False] * len(lines)
    at = 0
    while at < len(lines):
        end = _fence_end(lines, at)
        if end is not None:
            inside[at : end + 1] = [True] * (end + 1 - at)
            at = end
        at += 1
    return tuple(inside)


def _fence_end(lines: Sequence[str], at: int) -> int | None:
    opening = _FENCE.match(lines[at])
    if opening is None:
        return None
    mark = opening[1]
    for end in range(at + 1, len(lines)):
        closing = _FENCE.fullmatch(lines[end].rstrip())
        if closing and closing[1][0] == mark[0] and len(closing[1]) >= len(mark):
            return end
    return None


def unquoted(text: str) -> str:
    """The text without quotation marks that wrap the whole of it; marks inside are kept.

    Several paragraphs may each begin with an opening mark, as books do, or each have a pair of their own.
    A text in which nothing would be left comes back empty.
    """
    stripped = text.strip()
    paragraphs = re.split(r"(\n[ \t]*\n\s*)", stripped)
    if len(paragraphs) > 1:
        proses = paragraphs[::2]
        if all(_wrapped(prose) for prose in proses):
            return "".join(part[1:-1].strip() if i % 2 == 0 else part for i, part in enumerate(paragraphs)).strip()
        if all(prose[0] == proses[0][0] and prose[0] in _CLOSING for prose in proses):
            joined = "".join(part[1:] if i and i % 2 == 0 else part for i, part in enumerate(paragraphs))
            return joined[1:-1].strip() if _wrapped(joined) else stripped
    return stripped[1:-1].strip() if _wrapped(stripped) else stripped


def _wrapped(text: str) -> bool:
    """Whether the first and the last sign are one pair of quotation marks."""
    if len(text) < 2 or text[-1] not in _CLOSING.get(text[0], ""):
        return False
    opener, closer, inner = text[0], text[-1], text[1:-1]
    if opener == closer or '"' in (opener, closer):
        return not _closes_first(inner, opener, closer)
    depth = 1
    for i, sign in enumerate(inner):
        apostrophe = sign == "’" and i + 1 < len(inner) and inner[i + 1].isalnum()
        if sign == closer and not apostrophe:
            depth -= 1
        elif sign == opener:
            depth += 1
        if depth == 0:
            return False
    return True


def _closes_first(inner: str, opener: str, closer: str) -> bool:
    """Whether the next mark of either kind inside stands like one that closes: `A" and "B`."""
    for i, sign in enumerate(inner):
        if sign in (opener, closer):
            before = inner[i - 1] if i else " "
            after = inner[i + 1] if i + 1 < len(inner) else " "
            return not before.isspace() and before not in "([{-–—" and not after.isalnum()
    return False


def opens_quote(text: str) -> bool:
    """Whether the text begins with a quotation mark that is the only one of its pair: the other was forgotten."""
    stripped = text.strip()
    if not stripped or stripped[0] not in OPENING:
        return False
    return not any(sign in _CLOSING[stripped[0]] or sign == stripped[0] for sign in stripped[1:])


def quote_is_open(text: str) -> bool:
    """Whether the text begins with a quotation mark whose partner has not come yet at a place where one may close."""
    stripped = text.strip()
    if not stripped or stripped[0] not in OPENING:
        return False
    return stripped[-1] not in _CLOSING[stripped[0]] or len(stripped) == 1


def unclosed_marks(text: str) -> tuple[tuple[int, str], ...]:
    """Marks `**`, `__`, `_` and backticks that open in a paragraph and never close: (index of the line, mark)."""
    lines = text.split("\n")
    code = in_code(lines)
    found: list[tuple[int, str]] = []
    start = 0
    for i in range(len(lines) + 1):
        if i == len(lines) or code[i] or not lines[i].strip():
            found.extend((start + at, mark) for at, mark in _open_in("\n".join(lines[start:i])))
            start = i + 1
    return tuple(found)


def _open_in(paragraph: str) -> Iterator[tuple[int, str]]:
    prose = _NOT_PROSE.sub(_dots, _INLINE_CODE.sub(_dots, paragraph))
    waiting: dict[str, int] = {}
    for match in _MARK.finditer(prose):
        mark = match[0]
        before = prose[match.start() - 1] if match.start() else " "
        after = prose[match.end()] if match.end() < len(prose) else " "
        if mark in waiting and (not before.isspace() or mark[0] == "`"):
            del waiting[mark]
        elif mark not in waiting and (
            mark[0] == "`" or not (after.isspace() or before.isalnum() or (mark == "_" and after in ")/.,;:!?"))
        ):
            waiting[mark] = match.start()
    for mark, at in sorted(waiting.items(), key=lambda pair: pair[1]):
        yield prose.count("\n", 0, at), mark


def _dots(match: re.Match[str]) -> str:
    """Stand-ins of the same length and lines for what is no prose."""
    return re.sub(r"[^\n]", ".", match[0])


def lone_bullets(text: str) -> tuple[int, ...]:
    """Indexes of the lines that hold a bullet and nothing else, while text stands below."""
    lines = text.split("\n")
    code = in_code(lines)
    return tuple(
        i
        for i, line in enumerate(lines[:-1])
        if not code[i] and _LONE_BULLET.fullmatch(line) and any(below.strip() for below in lines[i + 1 : i + 3])
    )


def wordless_images(text: str) -> tuple[tuple[int, str], ...]:
    """Images without an alternative text: (index of the line, address), in order."""
    lines = text.split("\n")
    code = in_code(lines)
    found: list[tuple[int, int, str]] = []
    for i, line in enumerate(lines):
        if code[i]:
            continue
        prose = _INLINE_CODE.sub(_dots, line)
        found.extend((i, m.start(), m[1] or m[2] or "") for m in _IMAGE.finditer(prose))
        for tag in _IMG_TAG.finditer(prose):
            if not _ALT.search(tag[0]):
                source = _SRC.search(tag[0])
                found.append((i, tag.start(), source[1] if source else ""))
    return tuple((i, address) for i, _, address in sorted(found))
