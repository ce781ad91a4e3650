"""Footnotes as readers can use them everywhere: a raised number in the text, the notes at its end. Pure.

Many mail programs follow no link within a letter, and two takes may both have a note "1": so notes bear no address,
and are words of the text like all others. Typed as GitHub and Pandoc read them: "[^1]", and "[^1]: The note."
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from newsletter.press.prose import fences

_DEFINITION = re.compile(r" {0,3}\[\^(?P<label>[^\[\]\s^]{1,80})\]:(?: +(?P<words>.*)|\s*)")
_MENTION = re.compile(r"\[\^([^\[\]\s^]{1,80})\]")
_MENTIONS = re.compile(r"(?<!\\)(?:\[\^[^\[\]\s^]{1,80}\])+(?!:)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)(?: |$)")
_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789", _SIGNS)


@dataclass(slots=True)
class _Note:
    label: str
    lines: list[str] = field(default_factory=list)


def with_notes(text: str) -> str:
    """Number the notes by their first mention and set them below the text; the text itself if it defines none.

    A mention without a note stays as typed; a note that nothing mentions comes last, so that no word is lost.
    """
    if "[^" not in text:
        return text
    kept, notes = _parted(text.split("\n"))
    if not notes:
        return text
    known = {note.label for note in notes}
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        out = ""
        for mention in _MENTION.finditer(match[0]):
            label = mention[1].casefold()
            raised = _raised(numbers.setdefault(label, len(numbers) + 1)) if label in known else ""
            # Two numbers side by side would read as one.
            out += ("\u00a0" if raised and out and out[-1] in _SIGNS else "") + (raised or mention[0])
        return out

    def numbered(words: str) -> str:
        return _MENTIONS.sub(number, words)

    body = fences.outside_code("\n".join(kept), numbered).rstrip("\n")
    written: list[tuple[int, str]] = []
    for note in notes:
        numbers.setdefault(note.label, len(numbers) + 1)
    for note in notes:
        words = fences.outside_code("\n".join(note.lines).strip("\n"), numbered)
        written.append((numbers[note.label], words))
    below = "\n\n".join(_printed(n, words) for n, words in sorted(written, key=lambda row: row[0]))
    return f"{body}\n\n{below}\n" if body else f"{below}\n"


def _parted(lines: Iterable[str]) -> tuple[list[str], list[_Note]]:
    """The lines that are no notes, and the notes in the order of their definitions."""
    kept: list[str] = []
    notes: list[_Note] = []
    inside, after_blank = False, False
    for line, code in fences.with_code(lines):
        match = None if code else _DEFINITION.fullmatch(line)
        if match is not None:
            notes.append(_Note(match["label"].casefold(), [match["words"] or ""]))
            inside = True
        elif inside and not line.strip():
            notes[-1].lines.append("")
        elif inside and line.startswith(("    ", "\t")):
            notes[-1].lines.append(line.removeprefix("\t") if line[0] == "\t" else line[4:])
        elif inside and not after_blank and not code and not _ITEM.match(line):
            notes[-1].lines.append(line.strip())
        else:
            inside = False
            kept.append(line)
        after_blank = not line.strip()
    return kept, notes


def _printed(number: int, words: str) -> str:
    """The note behind its number; one that begins with a list or with code has the number on a line of its own."""
    begins_block = not words or _ITEM.match(words) or fences.opens(words.split("\n", 1)[0]) is not None
    return f"{_raised(number)}\n\n{words}".rstrip("\n") if begins_block else f"{_raised(number)} {words}"


def _raised(number: int) -> str:
    return str(number).translate(_RAISED)
