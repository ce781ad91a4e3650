"""Pictures that every mail program shows, told by their bytes: kind and size, and why a file is none. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

Kind = Literal["PNG", "JPEG", "GIF"]
#: Decoded, a picture takes four bytes a pixel: 160 MB.
MOST_PIXELS = 40_000_000
#: What the first bytes of other kinds are, with their offset.
_OTHERS = (
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%PDF", "PDF"),
)
#: EXIF 2.32, 4.6.4: the tag "Orientation", and its values that turn a picture on its side.
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
#: EXIF 2.32, 4.6.6: the block of the place, and in it the tags "GPSLatitude" and "GPSLongitude".
_PLACE, _LATITUDE, _LONGITUDE = 0x8825, 2, 4
#: The same in XMP (part 2, 3.2).
_PLACE_IN_XMP = b"GPSLatitude"


class NoPicture(ValueError):
    """Why bytes are no picture that can be printed, as the end of a sentence about the file."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is; width and height in pixels as it is shown, at least one each."""

    kind: Kind
    width: int
    height: int
    #: Whether the file says where on earth it was taken.
    has_place: bool = False


# Composing asks, and so does proofreading.
@lru_cache(maxsize=8)
def read_picture(data: bytes) -> Picture:
    """What the picture is, once it was decoded whole, so that nothing is missing at its end. Raises NoPicture."""
    with warnings.catch_warnings():
        # Of a strange EXIF block, or of very many pixels.
        warnings.simplefilter("ignore")
        try:
            found = _decoded(data)
        except Exception as fault:
            # A decoder trips over broken bytes in any way it likes.
            raise NoPicture(_other(data)) from fault
    if found is None:
        raise NoPicture(f"has more than {MOST_PIXELS // 1_000_000} million pixels")
    return found


def _decoded(data: bytes) -> Picture | None:
    """None for more pixels than are to be decoded."""
    # Most commands see no picture.
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "GIF")) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                return None
            exif = image.getexif()
            turned, has_place = exif.get(_ORIENTATION) in _ON_ITS_SIDE, _says_where(exif, image.info.get("xmp", b""))
            # Of a JPEG an eighth of the width is enough to have gone through all of its bytes.
            image.draft(None, (width // 8, height // 8))
            image.load()
            # "MPO" is a JPEG with more pictures behind it, as phones write it.
            kind: Kind = "PNG" if image.format == "PNG" else "GIF" if image.format == "GIF" else "JPEG"
    except Image.DecompressionBombError:
        return None
    return Picture(kind, height, width, has_place) if turned else Picture(kind, width, height, has_place)


def _says_where(exif: Image.Exif, xmp: object) -> bool:
    place: Container[int] = ()
    # What no reader can follow tells nobody anything, and is no fault of the picture.
    with suppress(Exception):
        place = exif.get_ifd(_PLACE)
    # A camera without a receiver writes the block's version and nothing else.
    return (_LATITUDE in place and _LONGITUDE in place) or (isinstance(xmp, bytes) and _PLACE_IN_XMP in xmp)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None where the bytes are no picture that can be printed."""
    try:
        found = read_picture(data)
    except NoPicture:
        return None
    return found.width, found.height


def _other(data: bytes) -> str:
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        return "is damaged or cut off"
    kind = next((name for at, sign, name in _OTHERS if data[at : at + len(sign)] == sign), "")
    return f"is {kind}, which many mail programs do not show" if kind else "is no PNG, JPEG or GIF"
