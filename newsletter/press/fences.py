"""Which parts of a Markdown text are code, and so nobody's business but their author's. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

_FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,})(?P<word>.*)")

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\1(?!`)", re.S)
_ITEM = re.compile(r" *(?:[-*+]|\d{1,9}[.)]) ")


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
    """Each line, and whether it belongs to a block of code, fences included; an open block runs to the end."""
    fence: str | None = None
    for line in lines:
        if fence is not None:
            yield line, True
            fence = None if closes(line, fence) else fence
        else:
            fence = opens(line)
            yield line, fence is not None


def outside_code(markdown: str, change: Callable[[str], str], code: Callable[[str], str] = str) -> str:
    """Apply the change to each stretch of prose; fenced, indented and inline code stay, or become what `code` says.

    `code` sees a line or a span at a time, with its marks.
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
                out.append(around(_CODE_SPAN, "\n".join(prose), change, code))
                prose = []
            out.append(code(line))
        else:
            prose.append(line)
            in_list = bool(_ITEM.match(line)) or (in_list and (line.startswith(" ") or not line.strip()))
        after_blank = indented or not line.strip()
    if prose:
        out.append(around(_CODE_SPAN, "\n".join(prose), change, code))
    return "\n".join(out)


def around(
    kept: re.Pattern[str], text: str, change: Callable[[str], str], with_kept: Callable[[str], str] = str
) -> str:
    """Apply the change to the text between the matches of what is kept, and `with_kept` to those."""
    out, at = [], 0
    for match in kept.finditer(text):
        out += [change(text[at : match.start()]), with_kept(match[0])]
        at = match.end()
    return "".join([*out, change(text[at:])])
