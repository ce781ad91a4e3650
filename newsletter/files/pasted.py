"""What word processors and browsers leave in a text that is pasted: odd spaces, bullets, the same twice. Pure.

Lines stay where they stand, so that remarks name the line that its author sees.
"""

from __future__ import annotations

import re

from newsletter.files.markup import in_code
from newsletter.text import fold

#: Spaces that are none of the keyboard's: unbreakable, thin, wide, figure; and separators of lines inside of one.
_ODD = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
#: Signs without width that no reader misses: soft hyphens, joints, byte order marks, the place of a picture.
_UNSEEN = re.compile("[\u00ad\u2060\ufeff\ufffc]|(?<![\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff])\u200b")
_ODD_SPACE = re.compile(f"[{_ODD}]")
_SPACES = re.compile(f"[ \t]*[{_ODD}][ \t{_ODD}]*")
_MARGIN = re.compile(f"^[ \t{_ODD}]*[{_ODD}][ \t{_ODD}]*|[ \t{_ODD}]*[{_ODD}][ \t{_ODD}]*$")
#: What a space that must not break stands before, and behind: French marks, and a number's unit or next figures.
_BEFORE = re.compile(r"[;:!?»›](?![\w/])")
_UNIT = re.compile(
    r"(?:[%‰€$£¥°]|°?[CF]|[kMGTPEµnmcd]?(?:bit|[BbWVAJ]|Hz|Pa|Wh|m|g|s|l|L|t)|[KMGT]iB|min|h|x|×|px|pt|dpi|fps"
    r"|thousand|million|billion|trillion|bn|tn|Mio|Mrd|Md)(?!\w)"
)
_NESTED = "◦○▪‣■\uf0a7\uf076o"
#: A bullet as a word processor writes it into plain text. A middle dot and an "o" are one only before a wide gap.
_BULLET = re.compile(
    rf"(?P<in>[ \t{_ODD}]*)(?:(?P<dot>[•‣▪●∙■◦○\uf0b7\uf0a7\uf076])[ \t{_ODD}]*"
    rf"|(?P<wide>[·o])(?:\t|[ \t{_ODD}]*[{_ODD}]|[ {_ODD}]{{2,}})[ \t{_ODD}]*)(?=\S)"
)
_ITEM = re.compile(r"\s*([-*+]|\d{1,9}[.)])\s")
#: What belongs to the word before it: a full stop, marks that close.
_CLOSED = re.compile(r"[^\w\s“„«‘(\[{]*")
#: Letters and digits that a text must have before the same again counts as pasted twice.
_ENOUGH = 40
_MOST_COPIES = 4


def tidied(text: str) -> str:
    """The text with plain spaces and Markdown's bullets where a word processor wrote its own; lines stay.

    A space that must not break stays where readers need it: before ; : ! ? », after «, between a number and its
    unit, and between the figures of one number.
    """
    lines = [_UNSEEN.sub("", line) for line in text.split("\n")]
    code = in_code(lines)
    out: list[str] = []
    top = ""
    for i, line in enumerate(lines):
        bullet = None if code[i] else _BULLET.match(line)
        if bullet is not None:
            top = top or bullet["dot"] or bullet["wide"]
            out.append(_item(bullet, top))
        else:
            out.append(_ODD_SPACE.sub(" ", line) if code[i] else _plain(line))
            item = _ITEM.match(line)
            top = (top or item[1]) if item else "" if line.strip() else top
    return "\n".join(out)


def _item(bullet: re.Match[str], top: str) -> str:
    """A line that a bullet begins, with Markdown's; one of the second level is nested below the list's `top` mark."""
    mark = bullet["dot"] or bullet["wide"]
    indent = bullet["in"] if set(bullet["in"]) <= {" "} else ""
    nested = "  " if mark != top and mark in _NESTED and not indent else ""
    return f"{indent}{nested}- {_plain(bullet.string[bullet.end() :])}"


def _plain(line: str) -> str:
    return _SPACES.sub(_space, _MARGIN.sub("", line)) if _ODD_SPACE.search(line) else line


def _space(match: re.Match[str]) -> str:
    """One space for a run with an odd one: an unbreakable one where it belongs, else a plain one."""
    line = match.string
    before, after = line[: match.start()], line[match.end() :]
    kept = "\u202f" if "\u202f" in match[0] else "\u00a0"
    if before.endswith(("«", "‹")) or _BEFORE.match(after):
        return kept
    figures = before[-1:].isdigit() and (after[:3].isdigit() or _UNIT.match(after) is not None)
    return kept if figures else " "


def pasted_again(text: str) -> int:
    """Where the first copy ends, in signs, if the text is nothing but the same words twice or more; else 0."""
    whole = fold(text)
    for copies in range(2, _MOST_COPIES + 1):
        once, left = divmod(len(whole), copies)
        if left or once < _ENOUGH or whole != whole[:once] * copies:
            continue
        folded = ""
        for at, sign in enumerate(text):
            folded += fold(sign)
            if len(folded) >= once:
                closed = _CLOSED.match(text, at + 1)
                return closed.end() if closed and folded == whole[:once] else 0
    return 0
