"""The look that [theme] asks for: colours held to the contrast of WCAG 2.2, and the logo with its size. I/O: disk"""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Protocol

from newsletter.config.schema import DarkTable, LightTable, ThemeTable
from newsletter.model.contrast import LEAST, Faint, faint_words, nearest_of
from newsletter.model.theme import Logo, Palette, Theme

#: Pixels and bytes of a logo at most: it is shown in a band, and fetched by each reader.
_HIGH, _WIDE, _HEAVY = 40, 240, 500_000

#: Width and height of a picture in pixels; None if the bytes are no picture that mail programs show.
ImageSize = Callable[[bytes], tuple[int, int] | None]


class Tell(Protocol):
    """Told of each error: where in newsletter.toml it stands, its code, what it is, how to mend it."""

    def __call__(self, place: tuple[str | int, ...], code: str, what: str, /, *mend: str) -> None: ...


def checked_theme(root: Path, table: ThemeTable, error: Tell, *, image_size: ImageSize) -> Theme:
    """The theme of the tables; every colour that cannot be read, and a logo that cannot be used, is told to `error`."""
    palettes: dict[str, Palette] = {}
    tables: tuple[tuple[str, LightTable | DarkTable], ...] = (("light", table.light), ("dark", table.dark))
    for name, colours in tables:
        palettes[name] = Palette(**dict(colours))
        for faint in faint_words(palettes[name]):
            _tell_faint(faint, palettes[name], name, colours.model_fields_set, error)
    return Theme(
        light=palettes["light"],
        dark=palettes["dark"],
        font=table.font,
        code_font=table.code_font,
        logo=_logo(root, table.logo, error, image_size) if table.logo else None,
    )


def _tell_faint(faint: Faint, palette: Palette, table: str, typed: set[str], error: Tell) -> None:
    # A ground that was changed is at fault where the words were not.
    names = (faint.name, *(name for name, _, _ in faint.grounds))
    at = next((name for name in names if name in typed), faint.name)
    # Rounded down: 4.499 is too little, and must not read as enough.
    shown = [f'{name} "{ground}" ({math.floor(ratio * 100) / 100:.2f}:1)' for name, ground, ratio in faint.grounds]
    grounds = ", ".join(shown)
    what = f'In [theme.{table}] {faint.name} "{faint.colour}" is too faint on {grounds}; words need {LEAST}:1.'
    mend = (
        f'The nearest colour that passes:  {at} = "{nearest}"'
        if (nearest := nearest_of(palette, at, faint))
        else f"No other {at} passes: bring the colours that it stands on closer together."
    )
    error(("theme", table, at), "contrast", what, mend)


def _logo(root: Path, typed: str, error: Tell, image_size: ImageSize) -> Logo | None:
    try:
        raw = _bytes(root, typed)
        width, height = _measured(typed, raw, image_size)
    except _Unusable as fault:
        error(("theme", "logo"), "logo", *fault.args)
        return None
    name = f"logo{PurePosixPath(typed).suffix.lower()}"
    return Logo(path=typed, name=name, width=width, height=height, sha256=sha256(raw).hexdigest())


class _Unusable(Exception):
    """A logo that cannot be used: what is wrong, and how to mend it."""


def _bytes(root: Path, typed: str) -> bytes:
    try:
        file = (root / typed).resolve()
        # A link may lead out of the workspace, where a clone has nothing.
        raw = file.read_bytes() if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, RuntimeError) as fault:
        reason = (getattr(fault, "strerror", None) or str(fault)).lower()
        raise _Unusable(f'"{typed}" cannot be read: {reason}.') from fault
    if raw is None:
        raise _Unusable(f'There is no file "{typed}" in the workspace.', "Put it there, or mend the path.")
    if len(raw) > _HEAVY:
        mend = f"At most {_HEAVY // 1000} kB; {2 * _HIGH} pixels of height are enough."
        raise _Unusable(f'"{typed}" has {len(raw) // 1000} kB, and every reader fetches it.', mend)
    return raw


def _measured(typed: str, raw: bytes, image_size: ImageSize) -> tuple[int, int]:
    """The size at which it is shown: inside the bounds, its form kept, never enlarged."""
    size = image_size(raw)
    if size is None or 0 in size:
        raise _Unusable(f'"{typed}" is no PNG, JPEG or GIF that can be read.', "Save it as PNG.")
    width, height = size
    share = min(1.0, _WIDE / width, _HIGH / height)
    return max(1, round(width * share)), max(1, round(height * share))
