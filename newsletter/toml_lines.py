"""TOML with the line of every key, so that a fault can be shown where it stands. Pure.

The standard library's reader gives values without places; this one walks the same text once more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Where a value stands: keys, and numbers from 0 inside arrays of tables.
Place = tuple[str | int, ...]

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
#: A line as people type it who do not know the form: key, what stands between, the value.
_TYPED = re.compile(r"\s*(?P<key>[\w-]+)\s*(?P<sign>[=:]?)\s*(?P<value>.*?)\s*")
_FORM = 'A line reads  key = "text"  with the text in quotation marks; a " inside is typed \\".'
_CURLY = re.compile("[“”„«»]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)


class TomlFault(ValueError):
    """The text is not TOML; `line` counts from 1, `what` is one sentence without its stop."""

    def __init__(self, line: int, what: str, *mend: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what
        #: How to mend the mistakes that people make most; empty for the others.
        self.mend = mend


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlText:
    """What the text says, and where."""

    values: dict[str, Any]
    lines: Mapping[Place, int]

    def line_of(self, *place: str | int) -> int:
        """The line of the value, or of the nearest thing that holds it; 1 if nothing does."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return 1


def read_toml(raw: bytes) -> TomlText:
    """Read a TOML 1.0 file; a byte order mark and any line ends are taken. Raises TomlFault."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise TomlFault(line, "The file is not UTF-8; save it as UTF-8") from fault
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _AT.search(str(fault))
        last = text.rstrip("\n").count("\n") + 1
        line = int(found[1]) if found and found[1] else last
        raise TomlFault(line, *_explained(text.split("\n"), line, _AT.sub("", str(fault)))) from fault
    except RecursionError as fault:
        raise TomlFault(1, "Brackets are nested too deep") from fault
    except ValueError as fault:  # a number of thousands of digits, which the reader hands to int() as it is
        raise TomlFault(1, "A number has too many digits") from fault
    return TomlText(values=values, lines=_lines(text))


def _explained(lines: list[str], line: int, said: str) -> tuple[str, ...]:
    """What the reader said in words for people, and the mend, for the mistakes that they make most."""
    typed = lines[line - 1] if line <= len(lines) else ""
    match = _TYPED.fullmatch(typed)
    key, sign, value = (match["key"], match["sign"], match["value"]) if match else ("", "", "")
    if said in ("Unclosed array", "Invalid value") and (value == "[" or said == "Unclosed array"):
        return "A list that opens with [ is never closed", "Close it with ]; its texts are parted by commas."
    if sign == ":" and said.startswith("Expected '='"):
        return f'Behind "{key}" stands a colon', f"Write  {key} = {_quoted(value)}"
    if said.startswith("Expected '='"):
        return said.replace("'", '"'), _FORM
    if said == "Invalid value" and sign and _CURLY.match(value):
        return f"The text of {key} stands in typographic quotation marks", f"Straight ones:  {key} = {_quoted(value)}"
    if said == "Invalid value" and sign and re.match(r"[^\W\d]", value):
        return f"The text of {key} stands in no quotation marks", f"Write  {key} = {_quoted(value)}"
    if said.startswith(("Illegal character '\\n'", "Unterminated")):
        return "A quotation mark is never closed on its line", (
            'Close it; a text of several lines stands between """ and """.'
        )
    if said.startswith("Cannot overwrite"):
        return f'"{key}" stands twice', "Keep one of the two lines."
    if said.startswith(("Invalid value", "Illegal character", "Expected newline")):
        return said, _FORM
    return (said,)


def _quoted(value: str) -> str:
    """The value as TOML, out of whatever marks it was typed in."""
    plain = value.strip("\"'“”„«» ") if value[:1] in tuple("\"'“”„«»") else value
    plain = plain or "…"
    return f"'{plain}'" if '"' in plain or "\\" in plain else f'"{plain}"'


def _lines(text: str) -> dict[Place, int]:
    """The line of every key and table of a text that is known to be TOML; the first one where several open a table."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    at = counted = 0
    line = 1
    while (at := _skip_blank(text, at)) < len(text):
        line += text.count("\n", counted, at)
        counted = at
        if text[at] == "[":
            several = text.startswith("[[", at)
            keys, at = _keys(text, at + (2 if several else 1))
            table = (*_inside(keys[:-1], counts), keys[-1])
            if several:
                lines.setdefault(table, line)
                counts[table] = counts.get(table, -1) + 1
            table = (*table, counts[table]) if table in counts else table
            at = text.index("]", at) + (2 if several else 1)
            lines.setdefault(table, line)
        else:
            keys, at = _keys(text, at)
            for end in range(1, len(keys) + 1):
                lines.setdefault((*table, *keys[:end]), line)
            at = _skip_value(text, text.index("=", at) + 1)
    return lines


def _inside(keys: tuple[str, ...], counts: dict[Place, int]) -> Place:
    """The place of nested table names: each array of tables on the way means its last one."""
    place: Place = ()
    for key in keys:
        place = (*place, key)
        if place in counts:
            place = (*place, counts[place])
    return place


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "#"):
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            at += 1
    return at


def _keys(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The dotted key that starts at `at`, and where it ends."""
    keys: list[str] = []
    while True:
        at = _skip_spaces(text, at)
        match = _STRING.match(text, at) or _BARE.match(text, at)
        assert match is not None  # the text has been read as TOML before
        typed = match[0]
        keys.append(str(tomllib.loads(f"k = {typed}")["k"]) if typed[0] in "\"'" else typed)
        at = _skip_spaces(text, match.end())
        if at >= len(text) or text[at] != ".":
            return tuple(keys), at
        at += 1


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _skip_value(text: str, at: int) -> int:
    """The end of the value that starts at or after `at`: the line's end outside of strings and brackets."""
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign in "\"'" and (string := _STRING.match(text, at)):
            at = string.end()
            continue
        if sign == "#":
            at = _skip_comment(text, at)
            continue
        if sign == "\n" and depth == 0:
            return at
        depth += (sign in "[{") - (sign in "]}")
        at += 1
    return at


def _skip_comment(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
