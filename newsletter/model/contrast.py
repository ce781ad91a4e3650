"""How well words of one colour can be read on another: the arithmetic of WCAG 2.2, and the pairs of a palette. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.model.theme import Palette

#: The least contrast of words (WCAG 2.2, 1.4.3, AA). Not rounded: 4.49 is too little.
LEAST = 4.5
_GROUNDS = ("card", "tint", "page", "code")
#: Colours of words, each with the grounds that templates set them on. Code in a quotation stands in `muted` on `code`.
WORDS_ON: dict[str, tuple[str, ...]] = {
    "text": _GROUNDS,
    "muted": _GROUNDS,
    "accent": _GROUNDS,
    "on_accent": ("accent",),
    "on_mast": ("mast",),
    "mast_muted": ("mast",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faint:
    """A colour of words that cannot be read on some of its grounds."""

    #: Its name in the palette, and the colour.
    name: str
    colour: str
    #: Name, colour and contrast of each ground that is at fault, in the order of `WORDS_ON`; never empty.
    grounds: tuple[tuple[str, str, float], ...]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, in either order (WCAG 2.2, definition of contrast ratio)."""
    return _ratio(luminance(one), luminance(other))


def nearest_passing(colour: str, grounds: Sequence[str], *, least: float = LEAST) -> str:
    """The colour nearest to one that can be read on all grounds, on its way to black or to white; "" if none can be.

    The way keeps the hue: parts shrink, or grow towards 255, by the same share. The shorter way wins, the darker one
    where both are as long.
    """

    lights = [luminance(ground) for ground in grounds]

    def passes(candidate: str) -> bool:
        own = luminance(candidate)
        return all(_ratio(own, light) >= least for light in lights)

    # 255 steps are as fine as the parts are; the nearest of them is the answer.
    for step in range(256):
        for end in (0, 255):
            moved = "#" + "".join(f"{round(part + (end - part) * step / 255):02x}" for part in _parts(colour))
            if passes(moved):
                return moved
    return ""


def faint_words(palette: Palette) -> Iterator[Faint]:
    """The colours of words that lie below `LEAST` on one of their grounds, in the order of `WORDS_ON`."""
    for name, kinds in WORDS_ON.items():
        colour = _colour(palette, name)
        ratios = [(kind, _colour(palette, kind), contrast(colour, _colour(palette, kind))) for kind in kinds]
        if at_fault := tuple(one for one in ratios if one[2] < LEAST):
            yield Faint(name=name, colour=colour, grounds=at_fault)


def nearest_of(palette: Palette, name: str, faint: Faint) -> str:
    """The nearest colour for that name, the faint one's or one of its grounds'; "" if there is none.

    With it every pair that the name belongs to passes; where none is such, at least what is faint does.
    """
    grounds = WORDS_ON.get(name, ())
    words = (other for other, kinds in WORDS_ON.items() if name in kinds)
    partners = [_colour(palette, other) for other in (*grounds, *words)]
    at_fault = [ground for _, ground, _ in faint.grounds] if name == faint.name else [faint.colour]
    colour = _colour(palette, name)
    return nearest_passing(colour, partners) or nearest_passing(colour, at_fault)


def _colour(palette: Palette, name: str) -> str:
    colour: str = getattr(palette, name)
    return colour


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _ratio(one: float, other: float) -> float:
    dark, light = sorted((one, other))
    return (light + 0.05) / (dark + 0.05)


def _linear(part: float) -> float:
    # 0.04045 is the bound of IEC 61966-2-1; by the 0.03928 of older texts no colour of eight bits comes out otherwise.
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
