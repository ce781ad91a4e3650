"""The index of the full-text search, as files that a page can load where there is no server. Pure.

A page from a disk may not fetch a file, but may run it as a script. Each file is therefore one call of the function
that templates/parts/search.js.j2 defines, with the file's name (without ".js") and its content:

- contents: the issues as [place, title, day, name of its texts], oldest first, and the word files as [first word,
  name], by word. It is all that a page loads before somebody searches.
- words-…: the words that begin alike, by UTF-16 unit as JavaScript compares, parted by "|". A word is followed by a
  blank and its places: for each issue that holds it how far that is from the one before (base 36), then its documents.
- issue-…: the documents of one issue as [anchor, heading, lines parted by line feeds].

A document is a capital letter, "+" before it for each 26 documents of the issue that come before; then, "!" if the word
stands in a take, or "*" if it stands in the heading. "codestral 0B2A*C!" is in the second document of the first issue,
and in the heading of the first and a take of the third document of the third issue.

All names but the first bear a digest of the content: what a browser has kept always fits the contents that name it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from newsletter.archive.search.findables import Findable, Part, documents
from newsletter.archive.search.words import words

#: Changes with all that a cache must not serve from an earlier version of this code.
_FORM = 1
#: Characters of words and places in one file, about; a word is never parted.
_FULL = 20_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: From the part that counts least to the one that counts most, each with the sign behind a document.
_SIGNS: dict[Part, str] = {"body": "", "take": "!", "heading": "*"}
_WEIGHTS = {part: weight for weight, part in enumerate(_SIGNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """What one issue brings to the search."""

    #: Its folder below issues/.
    place: str
    title: str
    day: date
    documents: tuple[Findable, ...]
    #: Each word with the documents that hold it, as the word files write them.
    words: Mapping[str, str]


def searchable(place: str, title: str, day: date, page_html: str) -> Searchable:
    """Read the page of an issue as it lies in the archive. Without a <main> it brings nothing."""
    found = documents(page_html)
    places: dict[str, str] = {}
    for number, document in enumerate(found):
        signs: dict[str, str] = {}
        for part, text in sorted(document.parts(), key=_weight):
            signs.update(dict.fromkeys(words(text), _SIGNS[part]))
        name = "+" * (number // 26) + chr(65 + number % 26)
        for word, sign in signs.items():
            places[word] = places.get(word, "") + name + sign
    return Searchable(
        place=place,
        title=title,
        day=day,
        documents=found,
        words={word: places[word] for word in sorted(places)},
    )


def _weight(part: tuple[Part, str]) -> int:
    return _WEIGHTS[part[0]]


def dump(part: Searchable) -> bytes:
    """Write it for a cache."""
    return json.dumps(
        {
            "form": _FORM,
            "place": part.place,
            "title": part.title,
            "day": part.day.isoformat(),
            "documents": [[one.anchor, one.heading, one.lines, one.takes] for one in part.documents],
            "words": part.words,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode(errors="surrogatepass")


def load(data: bytes) -> Searchable | None:
    """Read it back; None if it was written by another version, or is damaged."""
    try:
        plain = json.loads(data)
        if plain["form"] != _FORM or not isinstance(plain["words"], dict):
            return None
        return Searchable(
            place=plain["place"],
            title=plain["title"],
            day=date.fromisoformat(plain["day"]),
            documents=tuple(
                Findable(anchor=anchor, heading=heading, lines=tuple(lines), takes=tuple(takes))
                for anchor, heading, lines, takes in plain["documents"]
            ),
            words=plain["words"],
        )
    except (ValueError, LookupError, TypeError):
        return None


def search_files(parts: Sequence[Searchable]) -> tuple[tuple[str, bytes], ...]:
    """Write all files of the search; names are relative to its folder, by name. No two parts may share a place.

    The order of `parts` does not matter: issues stand by day, those of one day by place.
    """
    issues = sorted(parts, key=lambda part: (part.day, part.place))
    texts = [
        _named("issue", [[one.anchor, one.heading, "\n".join(one.lines)] for one in part.documents]) for part in issues
    ]
    shards = [(first, *_named("words", text)) for first, text in _shards(_merged(issues))]
    contents = {
        "issues": [
            [part.place, part.title, part.day.isoformat(), name] for part, (name, _) in zip(issues, texts, strict=True)
        ],
        "words": [[first, name] for first, name, _ in shards],
    }
    files = dict(
        [*texts, *((name, data) for _, name, data in shards), ("contents", _call("contents", _json(contents)))]
    )
    return tuple((f"{name}.js", files[name]) for name in sorted(files))


def _merged(issues: Sequence[Searchable]) -> dict[str, str]:
    """Each word with its places in all issues."""
    steps = [_base_36(step) for step in range(len(issues))]
    merged: dict[str, str] = {}
    last: dict[str, int] = {}
    for number, issue in enumerate(issues):
        for word, places in issue.words.items():
            merged[word] = merged.get(word, "") + steps[number - last.get(word, 0)] + places
            last[word] = number
    return merged


def _shards(merged: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Cut the words into files of about the same length: the first word of each, and its text."""
    first, length = "", 0
    lines: list[str] = []
    for word in sorted(merged, key=lambda word: word if word.isascii() else _units(word)):
        line = f"{word} {merged[word]}"
        if length and length + len(line) > _FULL:
            yield first, "|".join(lines)
            lines, length = [], 0
        if not lines:
            first = word
        lines.append(line)
        length += len(line) + 1
    if lines:
        yield first, "|".join(lines)


def _units(word: str) -> str:
    """A key that sorts as JavaScript does: by UTF-16 unit, so that signs beyond U+FFFF come before U+E000."""
    units = word.encode("utf-16-be", errors="surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True))


def _base_36(number: int) -> str:
    text = ""
    while number >= 36:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return _DIGITS[number] + text


def _named(kind: str, content: Any) -> tuple[str, bytes]:
    written = _json(content)
    name = f"{kind}-{sha256(written).hexdigest()[:10]}"
    return name, _call(name, written)


def _call(name: str, written: bytes) -> bytes:
    return b'archiveSearch("%b",%b);\n' % (name.encode(), written)


def _json(content: Any) -> bytes:
    # Line ends to old readers of scripts (before ECMAScript 2019), text to JSON.
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode(errors="replace")
