"""Remarks in the forms that other programs show: annotations on a change, a comment on a pull request. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from newsletter.model.remarks import Level, Remark
from newsletter.text import one_line, visible

#: Characters of one comment; GitHub takes 65,536.
MOST = 60_000
#: Room for what is said after the remarks.
_END = 300
_LEVELS: tuple[tuple[Level, str], ...] = (("error", "error"), ("warning", "warning"), ("notice", "notice"))
_MARKUP = re.compile(r"([\\`*_\[\]~|#!$])")
#: "@name" would call somebody, "#12" and "GH-12" would name a discussion: a mark of no width keeps them apart.
_CALLS = re.compile(r"@(?=[\w-])|(?<=#)(?=\d)|(?<=GH-)(?=\d)", re.I)
_ADDRESS = re.compile(r"(\b(?:https?://|www\.)[^\s`]*[^\s`.,;:!?)\]}'\"…])", re.I)
_APART = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a comment's readers find files."""

    #: The workspace below the root of its repository: "newsletter/"; "" if it is the root itself.
    prefix: str = ""
    #: What the path of a file is put behind: "https://github.com/team/news/blob/0f1e2d/"; "" for none.
    files: str = ""
    #: The page that explains the codes, each under its own name; "" for none.
    codes: str = ""


def counts(remarks: Sequence[Remark]) -> str:
    """How many there are of each level: "2 errors, 1 warning"; "nothing to mend" if none."""
    found = [(sum(1 for remark in remarks if remark.level == level), name) for level, name in _LEVELS]
    said = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in found if count]
    return ", ".join(said) or "nothing to mend"


# Annotations ---------------------------------------------------------------------------------------


def workflow_commands(remarks: Iterable[Remark], place: Place) -> Iterator[str]:
    """Workflow commands as GitHub's runners read them, one a line."""
    for remark in remarks:
        line = f",line={remark.line}" if remark.line else ""
        said = _data("\n".join((remark.what, *remark.mend)))
        file, title = _property(f"{place.prefix}{remark.path}"), _property(remark.code)
        yield visible(f"::{remark.level} file={file}{line},title={title}::{said}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# A comment -----------------------------------------------------------------------------------------


def comment(title: str, remarks: Sequence[Remark], place: Place) -> str:
    """Markdown for a pull request: errors and warnings by file, notices folded away, mends folded below each.

    Nothing that is quoted calls anybody, opens a tag or becomes markup. At most 60,000 characters: what goes beyond
    is counted and left out, notices first.
    """
    head = f"### {_words(title)}: {counts(remarks)}\n"
    grave = [remark for remark in remarks if remark.level != "notice"]
    mild = [remark for remark in remarks if remark.level == "notice"]
    written, left = _within(_by_file(grave, place), MOST - _END - len(head))
    parts = [head, *written]
    if mild:
        fold = f"\n<details><summary>{counts(mild)}</summary>\n"
        more, left_mild = _within(_by_file(mild, place), MOST - _END - sum(map(len, parts)) - len(fold))
        parts += [fold, *more, "\n</details>\n"]
        left += left_mild
    if left:
        parts.append(f"\n{left} more {'remark is' if left == 1 else 'remarks are'} not shown here.\n")
    return "".join(parts)


def _by_file(remarks: Sequence[Remark], place: Place) -> Iterator[tuple[str, str]]:
    """The heading of each remark's file, and the remark."""
    for path, some in groupby(remarks, key=lambda remark: remark.path):
        heading = f"\n**{_code(f'{place.prefix}{path}')}**\n"
        for remark in some:
            yield heading, _item(remark, place)


def _within(items: Iterable[tuple[str, str]], most: int) -> tuple[list[str], int]:
    """As many items as have room, each heading once, and how many had none."""
    parts: list[str] = []
    size, left, last = 0, 0, ""
    for heading, item in items:
        text = item if heading == last else heading + item
        if left or size + len(text) > most:
            left += 1
            continue
        parts.append(text)
        size, last = size + len(text), heading
    return parts, left


def _item(remark: Remark, place: Place) -> str:
    code = f"[{_code(remark.code)}]({place.codes}#{quote(remark.code)})" if place.codes else _code(remark.code)
    item = f"- **{remark.level}**{_line(remark, place)} {code}: {_words(remark.what)}\n"
    if not remark.mend:
        return item
    said = visible("\n".join(remark.mend))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", said)), default=0))
    lines = "\n".join(f"  {line}" for line in (f"{fence}text", *said.split("\n"), fence))
    return f"{item}  <details><summary>Mend</summary>\n\n{lines}\n\n  </details>\n"


def _line(remark: Remark, place: Place) -> str:
    if not remark.line:
        return ""
    words = f"line {remark.line}"
    path = quote(f"{place.prefix}{remark.path}")
    return f" [{words}]({place.files}{path}#L{remark.line})" if place.files else f" {words}"


def _code(text: str) -> str:
    """A name between marks that hold it as it is."""
    return f"`{visible(one_line(text)).replace('`', chr(39))}`"


def _words(text: str) -> str:
    """Words as they are, on one line: no tag, no markup, no call; addresses stand as code."""
    parts = _ADDRESS.split(visible(one_line(text)))
    return "".join(_code(part) if at % 2 else _plain(part) for at, part in enumerate(parts))


def _plain(words: str) -> str:
    apart = _CALLS.sub(lambda call: f"{call[0]}{_APART}", words)
    return html.escape(_MARKUP.sub(r"\\\1", apart), quote=False)
