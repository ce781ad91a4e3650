"""YAML front matter of posts: valid, broken or never closed, as texts and nothing else. Pure.

One headline in seven breaks YAML where nobody quoted it; then each line is split at its first colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from newsletter.model.remarks import Remark
from newsletter.text import one_line

#: Lines in which the end of front matter is looked for; nobody writes more.
_MOST = 200
#: Signs of front matter beyond which only its lines are read.
_LONGEST = 20_000
#: Spaces of a word processor, and signs that nobody sees.
_SPACES = {0xA0: " ", 0x202F: " ", 0x200B: None, 0xFEFF: None}
_OPENS = re.compile(r"-{3,}\s*")
_CLOSES = re.compile(r"(?:-{3,}|\.{3})\s*")
_KEY = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:(?:[ \t]+(.*)|)$")
_ITEM = re.compile(r"\s*-\s+(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What stands above a post. Keys in small letters; a list or table is its texts, one behind another."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The line of each key, from 1.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Index of the first line of the text.
    body: int = 0
    remarks: tuple[Remark, ...] = ()

    def get(self, *keys: str) -> str:
        """The first of these keys that says something, on one line; "" if none does."""
        return next((one_line(" ".join(self.values[key])) for key in keys if any(self.values.get(key, ()))), "")

    def texts(self, *keys: str) -> tuple[str, ...]:
        """All that these keys say, each part by itself; what commas part counts as several."""
        parts = (part.strip() for key in keys for text in self.values.get(key, ()) for part in text.split(","))
        return tuple(dict.fromkeys(filter(None, parts)))


def read_front_matter(lines: Sequence[str], path: str) -> FrontMatter:
    """The front matter with which the lines begin; without one, no values and the text from the first line on."""
    lines = [line.translate(_SPACES) for line in lines[: 2 * _MOST]]
    start = next((i for i, line in enumerate(lines[:_MOST]) if line.strip()), len(lines))
    if start == len(lines) or not _OPENS.fullmatch(lines[start]):
        return FrontMatter()
    inside = lines[start + 1 : start + 1 + _MOST]
    length = next((i for i, line in enumerate(inside) if _CLOSES.fullmatch(line)), None)
    if length is None or _has_prose(inside[:length]):
        return _never_closed(lines, start, path)
    if not any(line.strip() for line in inside[:length]):
        return FrontMatter(body=start + length + 2)
    if not any(_KEY.match(line) for line in inside[:length]):
        # A rule above the text, and another one further down.
        return FrontMatter()
    typed, where = _by_lines(inside[:length], start + 2)
    read = _by_yaml("\n".join(inside[:length]))
    remarks: tuple[Remark, ...] = ()
    if read is None:
        what = "The front matter is no YAML: a value with a colon, a hash or a quotation mark stands unquoted. "
        remarks = (Remark(path, start + 1, "notice", "front-matter", f"{what}Its lines were read as they are typed."),)
        read = typed
    else:
        cut = [key for key, values in typed.items() if _is_cut(read.get(key, ()), values)]
        for key in cut:
            what = f'YAML ends "{key}" at a blank and a hash; the whole line was read.'
            remarks = (*remarks, Remark(path, where[key], "notice", "front-matter", what))
        read = {**read, **{key: typed[key] for key in cut}}
    return FrontMatter(values=read, lines=where, body=start + length + 2, remarks=remarks)


def site_address(config: str) -> str:
    """Where a Jekyll site stands on the web, by its _config.yml: no final slash; "" if that does not tell."""
    read = _by_yaml(config) or {}
    url, base = (one_line(" ".join(read.get(key, ()))) for key in ("url", "baseurl"))
    whole = f"{url.rstrip('/')}/{base.strip('/')}".rstrip("/")
    return whole if re.match(r"https?://[^/\s]+\.[^/\s]", whole) and not re.search(r"\s", whole) else ""


def _by_yaml(text: str) -> dict[str, tuple[str, ...]] | None:
    """Every value as a text, dates and numbers too; None if that is no YAML, or refers to itself."""
    if len(text) > _LONGEST or re.search(r"^[^#'\"\n]*[:\-,\[{]\s*[&*]\w", text, re.M):
        return None
    try:
        read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - this loader makes texts, lists and tables alone
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(read, dict):
        return None
    return {str(key).lower(): tuple(_texts(value)) for key, value in read.items()}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (str(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value:
        yield str(value)


def _by_lines(lines: Sequence[str], first: int) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """Each `key: value` as typed, without quotation marks around the value, and its line."""
    found: dict[str, list[str]] = {}
    where: dict[str, int] = {}
    key = ""
    for number, line in enumerate(lines, first):
        if (match := _KEY.match(line)) is not None:
            key = match[1].lower()
            where.setdefault(key, number)
            found[key] = [_plain(match[2] or "")]
        elif key and line.strip() and not line.lstrip().startswith("#"):
            item = _ITEM.fullmatch(line)
            found[key].append(_plain(item[1] if item else line))
    return {key: tuple(filter(None, values)) for key, values in found.items()}, where


def _plain(typed: str) -> str:
    text = typed.strip()
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        return text[1:-1].replace(text[0] * 2 if text[0] == "'" else '\\"', text[0])
    if len(text) > 1 and text[0] == "[" and text[-1] == "]":
        return ", ".join(part.strip().strip("\"'") for part in text[1:-1].split(","))
    return text


def _is_cut(read: Sequence[str], typed: Sequence[str]) -> bool:
    """Whether YAML took the end of a typed line for a comment."""
    one, whole = " ".join(read), " ".join(typed)
    return whole.startswith(f"{one} #" if one else "#")


def _has_prose(inside: Sequence[str]) -> bool:
    """Whether a text begins behind a gap below the keys, so that the fence further down is a rule of that text."""
    gap = next((i for i, line in enumerate(inside) if not line.strip()), len(inside))
    below = next((line for line in inside[gap:] if line.strip()), "")
    if gap == 0 or not below or _KEY.match(below) or below[:1] in " \t-}]":
        return False
    return all(_KEY.match(line) or line[:1] in " \t-#" for line in inside[:gap])


def _never_closed(lines: Sequence[str], start: int, path: str) -> FrontMatter:
    """Lines with keys below a fence that nobody closed; the text begins with the first other line."""
    end = start + 1
    while end < len(lines) and _KEY.match(lines[end]):
        end += 1
    if end == start + 1:
        return FrontMatter()
    values, where = _by_lines(lines[start + 1 : end], start + 2)
    what = f"The front matter never ends; lines up to {end} were read as such."
    return FrontMatter(
        values=values, lines=where, body=end, remarks=(Remark(path, start + 1, "notice", "front-matter", what),)
    )
