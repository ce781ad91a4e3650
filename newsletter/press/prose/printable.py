"""Text without the signs that no reader sees and that break what is around them. Pure."""

from __future__ import annotations

import re

#: White space that HTML, XML or programs for mail do not know as such.
_GAPS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
#: Other controls; halves of a pair, which cannot be encoded (Unicode, 3.9, D91); what is no sign and never will be
#: (23.7); and the two that turn whatever comes after them (UAX 9, 2.2).
_DROPPED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202d\u202e]")
_TURNING = re.compile("[\u202a-\u202c\u2066-\u2069]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_CLOSING = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}


def printable(text: str) -> str:
    """The text as it may be printed; the text itself if there is nothing to mend, as nearly always.

    Marks that set words in the other direction stay on a line that closes each that it opens; on others they go, for
    they would turn what is printed beside. Those without scope (U+200E, U+200F, U+061C) stay.
    """
    # Quick, and true of most texts of one line.
    if text.isprintable() or not _ODD.search(text):
        return text
    text = _DROPPED.sub("", _GAPS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(map(_balanced, text.split("\n"))) if _TURNING.search(text) else text


def _balanced(line: str) -> str:
    """The line as it is, or without any mark of direction."""
    expected: list[str] = []
    for mark in _TURNING.findall(line):
        if mark in _CLOSING:
            expected.append(_CLOSING[mark])
        elif not expected or expected.pop() != mark:
            return _TURNING.sub("", line)
    return _TURNING.sub("", line) if expected else line
