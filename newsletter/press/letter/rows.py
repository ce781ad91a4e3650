"""Cut a text into the rows of the letter, and fit what it holds to mail programs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.press.letter.code import code_in_letter
from newsletter.press.letter.tables import tables_in_letter
from newsletter.press.pictures.shown import COLUMN
from newsletter.press.prose.fragments import TAG, blocks, first_tag, words_of

#: Outlook for Windows breaks what is taller than about 1,800 pixels: signs of text in half of that, at 75 a line.
_TALLEST = 2000
_LIST = re.compile(r"<(?P<name>[uo]l)(?: start=\"(?P<start>\d+)\")?>(?P<items>.*)</(?P=name)>", re.S)
#: About so many signs stand in the height of a picture.
_PICTURE = 1000


def for_letter(fragment: str) -> str:
    """A fragment of `to_html` with its code, tables and pictures as mail programs can show them."""
    return _with_pictures(tables_in_letter(code_in_letter(fragment)))


def rows(fragment: str, top_level: int = 3) -> tuple[str, ...]:
    """The fragment in parts for one row each: cut before each heading of the top level, and between two blocks, or two
    items of a very long list, where a part would grow too tall. A heading stands with what it heads."""
    parts: list[str] = []
    height = 0
    for piece in _pieces(fragment):
        own = _height(piece)
        if not parts or first_tag(piece) == f"h{top_level}" or height + own > _TALLEST:
            parts.append(piece)
            height = own
        else:
            parts[-1] += f"\n{piece}"
            height += own
    return tuple(parts)


def _pieces(fragment: str) -> Iterator[str]:
    """Blocks, each with the headings right above it."""
    above: list[str] = []
    for block in (part for whole in blocks(fragment) for part in _shorter(whole)):
        above.append(block)
        if not re.fullmatch(r"h[1-6]", first_tag(block)):
            yield "\n".join(above)
            above = []
    if above:
        yield "\n".join(above)


def _shorter(block: str) -> Iterator[str]:
    """A list taller than a page as several, whose items keep their numbers; any other block as it is."""
    found = _LIST.fullmatch(block) if _height(block) > 2 * _TALLEST else None
    if found is None:
        yield block
        return
    number, height = int(found["start"] or 1), 0
    held: list[str] = []
    for item in blocks(found["items"]):
        if held and height + _height(item) > _TALLEST:
            yield _list(found["name"], number, held)
            number, height, held = number + len(held), 0, []
        held.append(item)
        height += _height(item)
    yield _list(found["name"], number, held)


def _list(name: str, number: int, items: Sequence[str]) -> str:
    start = f' start="{number}"' if name == "ol" and number != 1 else ""
    return f"<{name}{start}>\n" + "\n".join(items) + f"\n</{name}>"


def _height(block: str) -> int:
    """Signs that would fill the same height as running text."""
    lines = block.count("<br>") + block.count("</li>") + block.count("</tr>")
    return max(len(words_of(block)), 75 * lines) + _PICTURE * block.count("<img ")


def _with_pictures(fragment: str) -> str:
    """Every picture bears `alt`, empty if nobody wrote one, and no size that is more than the letter is wide."""

    def mended(tag: re.Match[str]) -> str:
        if tag["name"] != "img":
            return tag[0]
        attributes = tag["attributes"] if ' alt="' in tag["attributes"] else f' alt=""{tag["attributes"]}'
        width = re.search(r'\swidth="([^"]*)"', attributes)
        if width is not None and not (width[1].isdecimal() and 0 < int(width[1]) <= COLUMN):
            # Outlook knows whole pixels alone, and shows what is wider in full.
            wide = f' width="{COLUMN}"' if width[1].isdecimal() and int(width[1]) > COLUMN else ""
            attributes = re.sub(r'\s(?:width|height)="[^"]*"', "", attributes) + wide
        return f"<img{attributes}>"

    return TAG.sub(mended, fragment) if "<img" in fragment else fragment
