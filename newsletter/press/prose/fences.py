"""Which parts of a Markdown text are code, and so nobody's business but their author's. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

_FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,})(?P<word>.*)")

_ITEM = re.compile(r" *(?!([-*])(?: *\1){2,} *$)(?:[-*+]|(?P<number>\d{1,9})[.)]) ")
#: A sign that is escaped, or a run of backticks.
_TICKS = re.compile(r"\\.|`+")
_BLANK_LINE = re.compile(r"\n[ \t>]*\n")
#: The address and title of a link that nothing closed yet: there a backtick is no mark of code.
_IN_TARGET = re.compile(r"\]\([^)]*\Z")
#: The line below a table's head, and a sign that ends a cell even within code.
_RULED = re.compile(r"^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\||$)", re.M)
_CELL_END = re.compile(r"(?<!\\)\|")
#: Lines of a code span that begin nothing but a line.
_BROKEN_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)[^`\n]*(?:\n[ \t]*(?![-+*>#|=~<`\s]|\d{1,9}[.)])[^`\n]+)+(?<!`)\1(?!`)")


def opens(line: str) -> str | None:
    """The fence that opens on this line, as typed ("```"); None if none does (CommonMark 0.31, 4.5)."""
    match = _FENCE.fullmatch(line)
    if match is None or (match["mark"][0] == "`" and "`" in match["word"]):
        return None
    return match["mark"]


def closes(line: str, fence: str) -> bool:
    """Whether the line ends a block of code that `fence` began."""
    text = line.strip()
    return len(text) >= len(fence) and not text.strip(fence[0])


def with_code(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a block of code, fences included; an open block runs to the end.

    Four columns in, a fence begins a block only within a list: elsewhere it is indented code.
    """
    fence: str | None = None
    in_list, after_blank = False, True
    for line in lines:
        if fence is not None:
            yield line, True
            fence = None if closes(line, fence) else fence
            after_blank = False
        else:
            in_list = _goes_on(line, in_list, after_blank)
            fence = opens(line) if in_list or not line.startswith("    ") else None
            yield line, fence is not None
            after_blank = not line.strip()


def _goes_on(line: str, in_list: bool, after_blank: bool) -> bool:
    """Whether the line belongs to a list; a number other than 1 begins none below a line of words."""
    item = _ITEM.match(line)
    if item is not None and (in_list or after_blank or item["number"] in (None, "1")):
        return True
    return in_list and (line.startswith(" ") or not line.strip() or not after_blank)


def outside_code(markdown: str, change: Callable[[str], str], code: Callable[[str], str] = str) -> str:
    """Apply the change to each stretch of prose; fenced, indented and inline code stay, or become what `code` says.

    `code` sees a line or a span at a time, with its marks. Code within a line is taken for such only in paragraphs
    where every reader of Markdown sees the same code.
    """
    if not any(mark in markdown for mark in ("`", "~~~", "\n    ")) and not markdown.startswith("    "):
        return change(markdown)
    out: list[str] = []
    prose: list[str] = []
    in_list, after_blank = False, True
    for line, fenced in with_code(markdown.split("\n")):
        indented = line.startswith("    ") and after_blank and not in_list
        if fenced or indented:
            if prose:
                out.append(_outside_spans("\n".join(prose), change, code))
                prose = []
            out.append(code(line))
        else:
            prose.append(line)
            in_list = bool(_ITEM.match(line)) or (in_list and (line.startswith(" ") or not line.strip()))
        after_blank = indented or not line.strip()
    if prose:
        out.append(_outside_spans("\n".join(prose), change, code))
    return "\n".join(out)


def with_whole_spans(markdown: str) -> str:
    """The text with each code span on one line that its author broke over several: a break in code is a space."""

    def joined(prose: str) -> str:
        return _BROKEN_SPAN.sub(lambda span: re.sub(r"[ \t]*\n[ \t]*", " ", span[0]), prose)

    return outside_code(markdown, joined) if _BROKEN_SPAN.search(markdown) else markdown


def _outside_spans(text: str, change: Callable[[str], str], code: Callable[[str], str]) -> str:
    out, at = [], 0
    for start, end in _spans(text):
        out += [change(text[at:start]), code(text[start:end])]
        at = end
    return "".join([*out, change(text[at:])])


def _spans(text: str) -> list[tuple[int, int]]:
    """Where code stands within lines; nowhere in a paragraph whose backticks readers may pair in another way."""
    found: list[tuple[int, int]] = []
    start = 0
    for blank in [*_BLANK_LINE.finditer(text), None] if "`" in text else ():
        end = blank.start() if blank else len(text)
        found += _paired(text, start, end) or ()
        start = blank.end() - 1 if blank else end
    return found


def _paired(text: str, start: int, end: int) -> list[tuple[int, int]] | None:
    """The code of a paragraph; None if a run of backticks has no partner on its line."""
    found: list[tuple[int, int]] = []
    is_table = _RULED.search(text[start:end]) is not None
    at = start
    while (ticks := _TICKS.search(text, at, end)) is not None:
        at = ticks.end()
        if ticks[0][0] == "\\":
            continue
        line_end = text.find("\n", at, end)
        partner = re.compile(rf"(?<!`){ticks[0]}(?!`)").search(text, at, line_end if line_end >= 0 else end)
        if partner is None or _IN_TARGET.search(text, found[-1][1] if found else start, ticks.start()):
            return None
        if is_table and _CELL_END.search(text, at, partner.start()):
            return None
        at = partner.end()
        found.append((ticks.start(), at))
    return found


def around(
    kept: re.Pattern[str], text: str, change: Callable[[str], str], with_kept: Callable[[str], str] = str
) -> str:
    """Apply the change to the text between the matches of what is kept, and `with_kept` to those."""
    out, at = [], 0
    for match in kept.finditer(text):
        out += [change(text[at : match.start()]), with_kept(match[0])]
        at = match.end()
    return "".join([*out, change(text[at:])])
