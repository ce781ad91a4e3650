"""Header lines `key: value` at the top of a file that a person wrote. Pure.

Split at the first colon, the value taken as typed: never YAML, where one headline in seven would break.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.links import looks_like_address, printed, with_scheme
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.text import nearest

_LINE = re.compile(r"\s{0,3}([^\W\d][\w-]{0,30})\s*:(?!//)\s*(.*)")
_FENCE = re.compile(r"-{3,}\s*")
#: The same where a word processor made dashes of it.
_BREAK = re.compile(r"(?:-{3,}|[-–—]*[–—][-–—]*)\s*")
_ITEM = re.compile(r"\s*-\s+(.*)")
_YES = ("yes", "y", "true", "on", "1")
_NO = ("no", "n", "false", "off", "0", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a file; without one, no values and the body from the first line on."""

    values: Mapping[str, str] = field(default_factory=dict)
    #: The line of each key, from 1.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Index of the first line of the body.
    body: int = 0
    remarks: tuple[Remark, ...] = ()

    def get(self, key: str) -> str:
        return self.values.get(key, "")

    def line(self, key: str) -> int:
        return self.lines.get(key, 0)


def read_header(lines: Sequence[str], path: str, known: Sequence[str]) -> Header:
    """Read the header, if the file begins with one.

    A `---` line that is followed by a `key: value` line opens a header, which then reaches to the next `---`.
    Without it, a file begins with a header if its first line has a known key, or one that is a letter off,
    and a second header line, a `---` or a blank line follows. Typed with a capital ("Links: …"), a key that is
    a letter off and stands alone is taken for a headline: headlines with a colon are common.
    Blank lines and `---` end the header.
    """
    start = _first_filled(lines, 0)
    if start < len(lines) and _FENCE.fullmatch(lines[start]):
        first = _first_filled(lines, start + 1)
        if first < len(lines) and _LINE.fullmatch(lines[first]):
            return _fenced(lines, first, path, known)
        return Header()
    if start == len(lines) or not _opens_header(lines, start, known):
        return Header(remarks=_missed(lines, start, path, known))
    end = start
    while end < len(lines) and _LINE.fullmatch(lines[end]):
        end += 1
    return _collected(lines, range(start, end), path, known, body=_after_break(lines, end))


def _opens_header(lines: Sequence[str], start: int, known: Sequence[str]) -> bool:
    match = _LINE.fullmatch(lines[start])
    if match is None:
        return False
    typed = match[1]
    if not any(_one_off(typed.lower(), key) for key in known):
        return False
    following = lines[start + 1] if start + 1 < len(lines) else ""
    if _BREAK.fullmatch(following):
        return True
    second = _LINE.fullmatch(following)
    if second is not None and second[1].lower() in known:
        return True
    if typed.lower() in known:
        return second is not None or not following.strip()
    return typed.islower() and not following.strip()


def _missed(lines: Sequence[str], start: int, path: str, known: Sequence[str]) -> tuple[Remark, ...]:
    match = _LINE.fullmatch(lines[start]) if start < len(lines) else None
    if match is None or match[1] not in known:
        return ()
    what = f'"{match[1]}:" was read as text, since text follows it on the next line.'
    return (Remark(path, start + 1, "warning", "header", what, ("Put a blank line below the header.",)),)


def _fenced(lines: Sequence[str], first: int, path: str, known: Sequence[str]) -> Header:
    end = next((i for i in range(first, len(lines)) if _BREAK.fullmatch(lines[i])), -1)
    if end < 0:
        end = next((i for i in range(first, len(lines)) if not _LINE.fullmatch(lines[i])), len(lines))
    return _collected(lines, range(first, end), path, known, body=_after_break(lines, end), fenced=True)


def _collected(
    lines: Sequence[str], span: range, path: str, known: Sequence[str], *, body: int, fenced: bool = False
) -> Header:
    values: dict[str, str] = {}
    at: dict[str, int] = {}
    remarks: list[Remark] = []
    last = ""
    for i in span:
        match = _LINE.fullmatch(lines[i])
        item = _ITEM.fullmatch(lines[i]) if match is None else None
        if item is not None and last in known and at.get(last):
            # A list of front matter, an item a line.
            values[last] = ", ".join(filter(None, (values[last], _bare(item[1].strip()))))
            continue
        if match is None:
            if lines[i].strip():
                what = f'"{lines[i].strip()}" is no header line.'
                mend: tuple[str, ...] = ("A header line reads  key: value  and stands on one line.",)
                remarks.append(Remark(path, i + 1, "error", "header", what, mend))
            continue
        key, value = match[1].lower(), " ".join(match[2].split())
        if fenced:
            listed = key == "tags" and value.startswith("[") and value.endswith("]")
            value = ", ".join(map(_bare, split_list(value[1:-1]))) if listed else _bare(value)
        last = key
        if key not in known:
            mend = (f'Used nowhere: "{value}".',) if value else ()
            remarks.append(Remark(path, i + 1, "error", "unknown-key", unknown_key(match[1], known), mend))
        elif key in values and not value:
            continue
        elif values.get(key):
            what = f'"{key}" stands twice in the header, first on line {at[key]}.'
            mend = (f'Keep one of the two. Used nowhere: "{value}".',)
            remarks.append(Remark(path, i + 1, "error", "duplicate-key", what, mend))
        else:
            values[key] = value
            at[key] = i + 1
    return Header(values=values, lines=at, body=body, remarks=tuple(remarks))


def _bare(value: str) -> str:
    """A value of front matter without the quotation marks around the whole of it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]
    return value[1:-1] if quoted else value


def with_keys(text: str, values: Mapping[str, str], known: Sequence[str]) -> str:
    """The text with these header lines where it has no line for their key yet; without a header it gets one.

    Keys without a value are left out; all else stays as typed.
    """
    lines = text.split("\n")
    header = read_header([line.rstrip("\r").removeprefix("\ufeff") for line in lines], "", known)
    added = [f"{key}: {' '.join(value.split())}" for key, value in values.items() if value and not header.get(key)]
    if not added:
        return text
    if not header.values:
        return "\n".join((*added, "---", text))
    first = min(header.lines.values()) - 1
    return "\n".join((*lines[:first], *added, *lines[first:]))


def unknown_key(typed: str, known: Sequence[str]) -> str:
    """The sentences about a key that nobody reads: the nearest one that somebody does, and all of them."""
    near = nearest(typed, known)
    hint = f' Did you mean "{near}"?' if near else ""
    return f'"{typed}" is not a key.{hint} Keys: {", ".join(known)}.'


def split_list(value: str) -> tuple[str, ...]:
    """The parts of "a, b, c" without blanks around them; empty ones fall away."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def read_switch(header: Header, key: str, path: str) -> tuple[bool, tuple[Remark, ...]]:
    """The yes or no under a key; no if it is not there."""
    typed = header.get(key).lower()
    if typed in _YES or typed in _NO:
        return typed in _YES, ()
    what = f'"{key}" is yes or no, not "{header.get(key)}".'
    return False, (Remark(path, header.line(key), "error", "value", what),)


def read_week(header: Header, path: str) -> tuple[Week | None, tuple[Remark, ...]]:
    """The week under `week:`; None if it is not there."""
    typed = header.get("week")
    if not typed:
        return None, ()
    try:
        return Week.read(typed), ()
    except ValueError:
        what = f'"{typed}" is not a week such as 2024-W23.'
        return None, (Remark(path, header.line("week"), "error", "week", what),)


def read_address(header: Header, key: str, path: str) -> tuple[str, tuple[Remark, ...]]:
    """The web address under a key, with its scheme; "" if it is not there or is no address."""
    typed = header.get(key).strip("<> ")
    if not typed:
        return "", ()
    address = with_scheme(typed)
    if looks_like_address(typed) and printed(address) is not None:
        return address, ()
    what = f'"{typed}" is not an address.'
    mend = ("An address reads  https://example.org/page",)
    return "", (Remark(path, header.line(key), "error", "address", what, mend),)


def _first_filled(lines: Sequence[str], start: int) -> int:
    return next((i for i in range(start, len(lines)) if lines[i].strip()), len(lines))


def _after_break(lines: Sequence[str], end: int) -> int:
    """Past the blank lines and the one `---` that close a header."""
    body = _first_filled(lines, end)
    return body + 1 if body < len(lines) and _BREAK.fullmatch(lines[body]) else body


def _one_off(typed: str, key: str) -> bool:
    """Whether two words are equal, or one letter is missing, added, changed, or swapped with its neighbour."""
    if typed == key:
        return True
    if abs(len(typed) - len(key)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(typed, key, strict=False)) if a != b), min(len(typed), len(key)))
    one, other = typed[same:], key[same:]
    swapped = len(one) > 1 and len(other) > 1 and (one[0], one[1]) == (other[1], other[0]) and one[2:] == other[2:]
    return swapped or one[1:] == other or one == other[1:] or one[1:] == other[1:]
