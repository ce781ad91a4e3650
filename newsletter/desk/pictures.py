"""Pictures of the workspace that texts name: what was found of each, and the names they are published under. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.model.issue import Image

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file that the address of an image leads to, inside the workspace."""

    #: Relative to the workspace, forward slashes.
    path: str
    #: Bytes.
    size: int
    #: Pixels; 0 for a file that is not printed.
    width: int = 0
    height: int = 0
    #: The ending that its kind asks for: "png", "jpg" or "gif"; "" for a file that is not printed.
    ending: str = ""
    #: Of the file, hexadecimal; "" for one that is not printed.
    sha256: str = ""
    #: Why it is not printed, as the end of a sentence about it; "" if it is.
    fault: str = ""
    #: Whether the file says where on earth it was taken.
    has_place: bool = False


def named_images(seen: Iterable[tuple[str, Seen]]) -> tuple[Image, ...]:
    """The pictures of one issue by the addresses that were typed, in their order, without those that are not printed.

    A file has one name, whatever the addresses; no two files share one, not even where "A.png" is "a.png".
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    images = []
    for typed, one in seen:
        if one.fault:
            continue
        if one.path not in names:
            names[one.path] = _free_name(one, taken)
            taken.add(names[one.path].lower())
        images.append(
            Image(
                typed=typed,
                path=one.path,
                name=f"images/{names[one.path]}",
                width=one.width,
                height=one.height,
                sha256=one.sha256,
            )
        )
    return tuple(images)


def _free_name(one: Seen, taken: set[str]) -> str:
    """The file's own name in signs that every server and every address knows, with the ending of what it is."""
    stem = one.path.rpartition("/")[2].rpartition(".")[0]
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", plain)[:_LONGEST_NAME].strip("-_") or "image"
    n, name = 1, f"{stem}.{one.ending}"
    while name.lower() in taken:
        n += 1
        name = f"{stem}-{n}.{one.ending}"
    return name
