"""What hides an element: its own style, or a rule of a style sheet, as far as mail programs know rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"opacity\s*:\s*(?:0+(?:\.0*)?|\.0+)(?![.\d])|(?:max-)?(?:height|width)\s*:\s*0*(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:!|;|$)|"
    r"font-size\s*:\s*[01]?(?:\.\d*)?(?:px|pt)\b|font-size\s*:\s*0*(?:\.0*)?(?:em|rem|%)?\s*(?:!|;|$)|"
    r"text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0)",
    re.I,
)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
#: A rule, or the beginning of a block of rules, or its end.
_PIECE = re.compile(r"([^{}]*)([{}])")
_COMPOUND = re.compile(r"(?:[.#]?-?[\w-]+)+")
_NAME = re.compile(r"[.#]?-?[\w-]+")
#: How a rule outside of every media query is told.
ALWAYS = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class HidingRule:
    """A selector whose elements are hidden under a media query; `compounds` from the outermost on."""

    media: str
    compounds: tuple[frozenset[str], ...]


def is_hiding(style: str) -> bool:
    """Whether declarations such as "color:red;display:none" hide what they are for."""
    return bool(_HIDING.search(style))


def hiding_rules(sheet: str) -> tuple[HidingRule, ...]:
    """The rules of a style sheet that hide something on a screen, in their order.

    Selectors of names, classes and ids, one inside the other. Others ("a:hover", "[dir]", "*") are passed over: what
    they are for cannot be told from the elements' names.
    """
    found: list[HidingRule] = []
    inside: list[str] = []
    for words, brace in _PIECE.findall(_COMMENT.sub("", sheet)):
        if brace == "{":
            inside.append(" ".join(words.rpartition(";")[2].split()))
            continue
        opened = inside.pop() if inside else ""
        around = [one for one in inside if one.startswith("@")]
        if opened.startswith("@") or not is_hiding(words) or any("print" in one.lower() for one in around):
            continue
        media = " and ".join(one.partition(" ")[2] or one for one in around) or ALWAYS
        for selector in opened.split(","):
            compounds = [part for part in selector.replace(">", " ").split() if part]
            if compounds and all(map(_COMPOUND.fullmatch, compounds)):
                named = tuple(frozenset(map(_as_told, _NAME.findall(one))) for one in compounds)
                found.append(HidingRule(media=media, compounds=named))
    return tuple(found)


def _as_told(name: str) -> str:
    """Classes and ids as they are written, names of elements in small letters."""
    return name if name[0] in ".#" else name.lower()


def hides(rule: HidingRule, path: Sequence[frozenset[str]]) -> bool:
    """Whether a rule hides the last of these elements, or one that it stands in; their names, the outermost first."""
    left = list(rule.compounds)
    for names in path:
        if left and left[0] <= names:
            left.pop(0)
    return not left
