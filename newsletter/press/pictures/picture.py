"""The picture of an issue, for those who share its page: name, title and date on the ground of the band. Pure.

Drawn in three colours on one, so that the file is small; the same words in the same theme give the same bytes.
"""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFont

from newsletter.model.contrast import contrast
from newsletter.model.theme import Theme
from newsletter.press.pictures.fitting import Fitted, Measure, Room, cut, fitted
from newsletter.press.pictures.typeface import signs_of, written

#: Open Graph pictures are shown at 1.91:1; no word of ours stands in the outer 80 pixels, which some frames cut.
WIDTH, HEIGHT = 1200, 630
_MARGIN = 80
_COLUMN = WIDTH - 2 * _MARGIN
#: Baselines of the name and of the date; the title stands in the middle between `_TOP` and `_BOTTOM`.
_NAME_AT, _DATE_AT = 114, 556
_TOP, _BOTTOM = 158, 466
_TITLE = Room(
    width=_COLUMN,
    height=_BOTTOM - _TOP,
    most_lines=4,
    line_height=1.16,
    sizes=(100, 92, 86, 80, 74, 69, 65, 60, 55, 50, 46, 42),
)
_NAME_SIZES = (40, 36, 32, 28, 24)
_DATE_SIZES = (34, 30, 26, 22)
#: The height of a capital, in sizes of the letters: what is centred is what one sees, not the room for accents.
_CAPITAL = 0.727
#: No title has room for more, however narrow its letters.
_MOST_SIGNS = 1000
#: Measured in letters of this size: pixels are whole, and in small letters they add up.
_MEASURED = 100
#: Steps from the ground to a colour, by which letters get smooth edges.
_STEPS = 7
#: One beat: pixels to the right, and above the line.
_BEAT = (
    *((0, 0), (30, 0), (41, 12), (52, 0), (68, 0), (77, -12), (93, 58), (109, -32), (120, 0)),
    *((141, 0), (156, 16), (171, 0), (200, 0)),
)
_BEAT_WIDTH, _BEAT_HEIGHT = 200, 132
#: From the right edge to the end of the beat.
_BEAT_AT = 120
_STROKE = 5
#: How much larger the beat is drawn, to be smooth.
_LARGER = 4
#: Where the line and the words beside it stand.
_FOOT = 480


def picture(*, name: str, title: str, dated: str, theme: Theme, font: bytes) -> bytes:
    """A PNG of 1200 × 630 pixels in the colours of the theme's band by day, without any metadata.

    `font` is a TrueType file. What it cannot write is left out (`typeface.written`): the name stands in the place of
    a title that it cannot write. A title too long for four lines ends with "…".
    """
    signs = signs_of(font)
    name, title, dated = (written(words[:_MOST_SIGNS], signs) for words in (name, title, dated))
    whole = Image.new("L", (WIDTH, HEIGHT))
    _draw_block(whole, fitted(title or name, _TITLE, _measure(font)), font)
    whole = whole.point(_band(0))
    if title and name:
        head = Image.new("L", (WIDTH, _TOP))
        _draw_line(head, _shortened(name, _NAME_SIZES, font), font, _NAME_AT)
        whole.paste(head.point(_band(1)))
    foot, line = (Image.new("L", (WIDTH, HEIGHT - _FOOT)) for _ in range(2))
    end = _draw_line(foot, _shortened(dated, _DATE_SIZES, font), font, _DATE_AT - _FOOT) if dated else 0
    _draw_pulse(line, from_=end + 36 if end else 0)
    for n, layer in ((1, foot), (2, line)):
        whole.paste(ImageChops.add(whole.crop((0, _FOOT, WIDTH, HEIGHT)), layer.point(_band(n))), (0, _FOOT))
    whole.putpalette(_palette(theme))
    file = BytesIO()
    # More effort saves a sixth of the bytes and takes twice the time.
    whole.save(file, "PNG", compress_level=3)
    return file.getvalue()


# Words --------------------------------------------------------------------------------------------


def _draw_block(layer: Image.Image, block: Fitted, font: bytes) -> None:
    """The lines, one below the other, their middle in the middle of the title's place."""
    height = block.size * _TITLE.line_height
    first = (_TOP + _BOTTOM - height * (len(block.lines) - 1) + block.size * _CAPITAL) / 2
    for n, words in enumerate(block.lines):
        _draw_line(layer, Fitted((words,), block.size), font, round(first + n * height))


def _draw_line(layer: Image.Image, line: Fitted, font: bytes, baseline: int) -> int:
    """One line from the left margin; where it ends."""
    face = _face(font, line.size)
    ImageDraw.Draw(layer).text((_MARGIN, baseline), line.lines[0], fill=255, font=face, anchor="ls")
    return _MARGIN + round(face.getlength(line.lines[0]))


def _shortened(words: str, sizes: tuple[int, ...], font: bytes) -> Fitted:
    """One line in the largest size that fits, cut in the smallest if none does."""
    measure = _measure(font)
    wide = measure(words)
    size = next((size for size in sizes if wide * size <= _COLUMN), sizes[-1])
    return Fitted((cut(words, measure, _COLUMN / size),), size)


def _measure(font: bytes) -> Measure:
    face = _face(font, _MEASURED)
    return lambda words: face.getlength(words) / _MEASURED


@lru_cache(maxsize=64)
def _face(font: bytes, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is the same wherever Pillow is; the other one depends on a library of the machine.
    return ImageFont.truetype(BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)


# The line and the colours -------------------------------------------------------------------------


def _draw_pulse(layer: Image.Image, *, from_: int) -> None:
    """A line from there to the right edge, level with the middle of the date's letters, with one beat."""
    middle = _DATE_AT - _FOOT - 12
    left = max(WIDTH - _BEAT_AT - _BEAT_WIDTH, from_)
    draw = ImageDraw.Draw(layer)
    for start, end in ((from_, left), (left + _BEAT_WIDTH, WIDTH)):
        if end > start:
            draw.rectangle((start, middle - _STROKE // 2, end - 1, middle + _STROKE // 2), fill=255)
    layer.paste(_beat(), (left, middle - _BEAT_HEIGHT // 2))


@lru_cache(maxsize=1)
def _beat() -> Image.Image:
    """The beat of the line with smooth edges, its line in the middle."""
    large = Image.new("L", (_BEAT_WIDTH * _LARGER, _BEAT_HEIGHT * _LARGER))
    # The middle of the middle row: a line of odd width is as thick above it as below.
    path = [(x * _LARGER, (_BEAT_HEIGHT / 2 + 0.5 - y) * _LARGER) for x, y in _BEAT]
    ImageDraw.Draw(large).line(path, fill=255, width=_STROKE * _LARGER, joint="curve")
    return large.resize((_BEAT_WIDTH, _BEAT_HEIGHT), Image.Resampling.BOX)


@cache
def _band(n: int) -> list[int]:
    """Places in the palette for how much of the n-th colour there is, 0 to 255; 0 is the ground."""
    return [n * _STEPS + step if (step := round(value * _STEPS / 255)) else 0 for value in range(256)]


def _palette(theme: Theme) -> list[int]:
    ground, *colours = (_rgb(colour) for colour in _colours(theme))
    mixed = [
        round(below + (above - below) * step / _STEPS)
        for colour in colours
        for step in range(1, _STEPS + 1)
        for below, above in zip(ground, colour, strict=True)
    ]
    return [*ground, *mixed]


def _colours(theme: Theme) -> tuple[str, str, str, str]:
    """The ground, the title's, the name's and the date's, the line's."""
    light = theme.light
    # WCAG 2.2, 1.4.11: what is drawn is seen from 3:1 on; the muted colour of the band always is.
    seen = (colour for colour in (theme.dark.accent, light.accent) if contrast(colour, light.mast) >= 3)
    return light.mast, light.on_mast, light.mast_muted, next(seen, light.mast_muted)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
