"""Tables as mail programs show them: narrow ones as they are, wide ones so that a phone can stack them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from newsletter.press.prose.fragments import words_of

#: Columns that stand side by side on a phone, and on any screen: 576 pixels hold no more that can be read.
_NARROW, _WIDE = 3, 6
#: Signs of words side by side, one from each column, that have room on a phone of 320 pixels, and on a wide screen.
_ON_A_PHONE, _ON_A_SCREEN = 25, 56
_TABLE = re.compile(r"<table>((?:(?!</?table>).)*)</table>", re.S)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
_CELL = re.compile(r"<(t[hd])((?:\s+[a-z]+=\"[^\"]*\")*)>(.*?)</\1>", re.S)
_SPANNED = re.compile(r"<t[hd][^>]*\s(?:col|row)span=")


class _Cell(NamedTuple):
    name: str
    attributes: str
    inside: str


_Row = tuple[_Cell, ...]


def tables_in_letter(fragment: str) -> str:
    """Up to 3 columns: as typed. 4 to 6: a table of the class "stack", each cell led by its column's heading, which
    shows only where a phone sets the cells below each other. More: one row of two cells, heading and value, for each.

    Words of the letter may break anywhere, so that nothing is wider than a phone; the class "whole" says that those of
    the table need not, "fits" that they need not on a wide screen. Spanning cells, and a table within another, stay.
    """
    return _TABLE.sub(_table, fragment)


def _table(match: re.Match[str]) -> str:
    rows = tuple(_rows(match[1]))
    columns = max(map(len, rows), default=0)
    room = sum(_longest(row[n].inside for row in rows if n < len(row)) for n in range(columns))
    kind = "fits" if room <= _ON_A_SCREEN else ""
    if columns <= _NARROW or _SPANNED.search(match[1]):
        kind = "whole" if room <= _ON_A_PHONE else kind
        return f'<table class="{kind}">{match[1]}</table>' if kind else match[0]
    heads, body = _parted(rows)
    labels = [words_of(cell.inside) for cell in heads]
    labels += [""] * (columns - len(labels))
    if columns > _WIDE:
        return _listed(body, labels)
    return f'<table class="{" ".join(filter(None, ("stack", kind)))}">{_stacked(heads, body, labels)}</table>'


def _longest(cells: Iterable[str]) -> int:
    """Signs of the longest word of a column; code is set wider."""
    return max(
        (len(word) + ("<code>" in cell) for cell in cells for word in re.split(r"[\s-]", words_of(cell))), default=0
    )


def _rows(table: str) -> Iterator[_Row]:
    for row in _ROW.finditer(table):
        yield tuple(_Cell(*cell) for cell in _CELL.findall(row[1]))


def _parted(rows: Sequence[_Row]) -> tuple[_Row, Sequence[_Row]]:
    """The row of headings, if the first is one, and the others."""
    if all(cell.name == "th" for cell in rows[0]):
        return rows[0], rows[1:]
    return (), rows


def _stacked(heads: _Row, body: Sequence[_Row], labels: Sequence[str]) -> str:
    top = f"<thead><tr>{''.join(_written(cell) for cell in heads)}</tr></thead>" if heads else ""
    lines = "\n".join(
        f"<tr>{''.join(_written(cell, label) for cell, label in zip(row, labels, strict=False))}</tr>" for row in body
    )
    return f"{top}<tbody>\n{lines}\n</tbody>"


def _written(cell: _Cell, label: str = "") -> str:
    # A <b>: filters for spam count hidden <span>s and <div>s against a letter.
    lead = f'<b class="lead">{_escaped(label)}: </b>' if label and words_of(cell.inside) else ""
    return f"<{cell.name}{cell.attributes}>{lead}{cell.inside}</{cell.name}>"


def _listed(body: Sequence[_Row], labels: Sequence[str]) -> str:
    """A row for each cell that says something, headed by its column; the first of each record is set off."""
    lines: list[str] = []
    for row in body:
        kind = ' class="record"'
        for cell, label in zip(row, labels, strict=False):
            if not cell.inside.strip():
                continue
            lines.append(f'<tr><th scope="row"{kind}>{_escaped(label)}</th><td{kind}>{cell.inside}</td></tr>')
            kind = ""
    return "<table><tbody>\n" + "\n".join(lines) + "\n</tbody></table>"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
