"""Lines of a terminal: cut and broken at its columns, of which a sign of East Asia takes two. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.press.prose.columns import columns, wrap
from newsletter.text import clip

#: Columns of a line where nobody says otherwise.
WIDTH = 100
_COMMAND = re.compile(r'newsletter (?:feeds )?[a-z]+(?: \d{4}-W\d\d)?(?: "…")?(?: --[a-z-]+(?: (?:NAME|…))?)*')
#: Stand for the spaces in a command, and for all but the first of other gaps, while lines are broken.
_GLUE, _GAP = "\ue000", "\ue001"
_WIDE_GAP = re.compile(r"(?<= ) +")


def fit(text: str, width: int) -> str:
    """As much of the text as so many columns hold, cut at a word."""
    length = len(text)
    while columns(text) > width and length > 0:
        length -= 1
        text = clip(text, length)
    return text


def wrapped(words: str, width: int, indent: str = "", *, first: str | None = None) -> Iterator[str]:
    """Lines of at most the screen's width; no command is broken in two."""
    kept = _COMMAND.sub(lambda command: command[0].replace(" ", _GLUE), words)
    kept = _WIDE_GAP.sub(lambda gap: _GAP * len(gap[0]), kept)
    begun, rest = indent if first is None else first, indent or "    "
    for at, line in enumerate(wrap(kept, width, first=begun, rest=rest)):
        before = rest if at else begun
        yield before + line[len(before) :].lstrip(_GAP).replace(_GAP, " ").replace(_GLUE, " ")
