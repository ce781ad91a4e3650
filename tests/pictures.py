"""Pictures for tests, drawn when they are asked for."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def drawn(kind: str = "PNG", size: tuple[int, int] = (64, 40), colour: str = "#0b57b0", **how: object) -> bytes:
    """A picture of one colour, as a file of that kind."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **how)
    return file.getvalue()


def drawn_png(size: tuple[int, int] = (64, 40), colour: str = "#0b57b0") -> bytes:
    return drawn("PNG", size, colour)
