"""Text of the letter that stays black where a mail program turns the ground dark. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.text import clip, one_line

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.S | re.I)
_DARK = re.compile(r"@media[^{]*prefers-color-scheme\s*:\s*dark[^{]*\{", re.I)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
#: An inline colour wins over a style sheet that does not insist.
_INSISTS = re.compile(r"(?<![\w-])color\s*:[^;}]*!\s*important", re.I)
_TAG = re.compile(r"<(?P<end>/)?(?P<name>[a-z][a-z0-9]*)(?P<rest>(?:\s[^<>]*)?)>|<!--.*?-->", re.I | re.S)
_ATTRIBUTE = re.compile(r"""\s(style|class|color|bgcolor|text|id)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*(?!none|transparent|inherit)[^;]+", re.I)
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)", re.I)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: The brightest part of a colour, 0 to 255, up to which it is black, and nearly black.
_BLACK = 16
_NEARLY = 56
_NAMED = 3


class _Look(NamedTuple):
    """What the attributes of one tag say."""

    classes: frozenset[str]
    has_ground: bool
    is_hidden: bool
    #: As written; "" if none.
    colour: str
    brightness: int


class _Element(NamedTuple):
    name: str
    classes: frozenset[str]
    #: Whether it, or one around it, says what its text stands on.
    has_ground: bool
    is_hidden: bool


_OUTSIDE = _Element("", frozenset(), False, False)


def black_text(week: Week, email_html: str) -> Iterator[Remark]:
    """One warning for the letter's elements with an inline black that no rule for dark mode changes.

    Nearly black counts only where nothing says what ground it stands on.
    """
    found = list(dict.fromkeys(_black_elements(email_html, _recoloured(email_html))))
    if found:
        shown = ", ".join(f"<{name}> {colour}{words}" for name, colour, words in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        what = f"Black on dark in dark mode: {shown}{more}."
        mend = (
            "In templates/parts/email.css.j2 give its class a  color: … !important  under prefers-color-scheme: dark."
        )
        yield Remark(f"issues/{week}", 0, "warning", "black-text", what, (mend,))


def _black_elements(email_html: str, recoloured: Sequence[Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Name, colour and first words of each black element."""
    stack: list[_Element] = []
    for match in _TAG.finditer(_STYLE.sub(lambda m: " " * len(m[0]), email_html)):
        name = (match["name"] or "").lower()
        if match["end"]:
            place = next((i for i in range(len(stack) - 1, -1, -1) if stack[i].name == name), None)
            del stack[place if place is not None else len(stack) :]
        elif name:
            look, around = _look(match["rest"]), stack[-1] if stack else _OUTSIDE
            element = _Element(
                name, look.classes, around.has_ground or look.has_ground, around.is_hidden or look.is_hidden
            )
            is_black = look.brightness <= (_BLACK if element.has_ground else _NEARLY) and not element.is_hidden
            if is_black and not any(_fits(selector, (*stack, element)) for selector in recoloured):
                yield name, look.colour, _words_in(email_html, match.end(), name)
            if name not in _VOID and not match["rest"].endswith("/"):
                stack.append(element)


@lru_cache(maxsize=1024)
def _look(rest: str) -> _Look:
    """What the attributes of a tag say; most tags of a letter share theirs with others."""
    attributes = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(rest)}
    style = attributes.get("style", "")
    found = _COLOUR.search(style)
    colour = (found[1] if found else attributes.get("color") or attributes.get("text", "")).strip()
    return _Look(
        frozenset(attributes.get("class", "").split()),
        "bgcolor" in attributes or bool(_GROUND.search(style)),
        bool(re.search(r"display\s*:\s*none", style, re.I)),
        colour,
        _brightness(colour),
    )


def _words_in(email_html: str, at: int, name: str) -> str:
    """The first words of the element whose tag ends there, in quotation marks; "" if it has none."""
    inside = re.split(rf"</{name}", email_html[at : at + 400], maxsplit=1, flags=re.I)[0]
    words = one_line(unescape(re.sub(r"<[^>]*>", " ", inside).partition("<")[0]))
    return f' "{clip(words, 30)}"' if words else ""


def _brightness(colour: str) -> int:
    """The brightest part of a colour, 0 to 255; 255 for what is no black and not given in numbers."""
    typed = colour.lower()
    if typed == "black":
        return 0
    if match := _RGB.match(typed):
        return max(map(int, match.groups()))
    if re.fullmatch(r"#[0-9a-f]{3}", typed):
        return max(int(sign * 2, 16) for sign in typed[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", typed):
        return max(int(typed[i : i + 2], 16) for i in (1, 3, 5))
    return 255


def _recoloured(email_html: str) -> tuple[tuple[str, ...], ...]:
    """Selectors that get a colour of their own in dark mode, each as its parts from the outermost in."""
    found: list[tuple[str, ...]] = []
    for sheet in _STYLE.findall(email_html):
        for block in _dark_blocks(re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)):
            for selectors, declarations in _RULE.findall(block):
                if _INSISTS.search(declarations):
                    found.extend(tuple(one.replace(">", " ").split()) for one in selectors.split(","))
    return tuple(dict.fromkeys(selector for selector in found if selector))


def _dark_blocks(sheet: str) -> Iterator[str]:
    """What stands between the braces of each rule for dark mode."""
    for match in _DARK.finditer(sheet):
        depth = 1
        for at in range(match.end(), len(sheet)):
            depth += {"{": 1, "}": -1}.get(sheet[at], 0)
            if depth == 0:
                yield sheet[match.end() : at]
                break


def _fits(selector: Sequence[str], path: Sequence[_Element]) -> bool:
    """Whether a selector of names and classes means the last element of the path."""
    *outer, own = selector
    if not _is(path[-1], own):
        return False
    place = len(path) - 1
    for part in reversed(outer):
        place = next((i for i in range(place - 1, -1, -1) if _is(path[i], part)), -1)
        if place < 0:
            return False
    return True


def _is(element: _Element, part: str) -> bool:
    if part == "*":
        return True
    match = re.fullmatch(r"([a-z][a-z0-9]*)?((?:\.[\w-]+)*)", part, re.I)
    if match is None or not match[0]:
        # Ids and attributes, as [data-ogsc] has them, say nothing for certain.
        return False
    classes = frozenset(match[2].split(".")[1:])
    return (not match[1] or match[1].lower() == element.name) and classes <= element.classes
