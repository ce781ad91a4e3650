"""Pictures that lie in the workspace: those that explainers show, the logo, and the letters of our own. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from newsletter.desk.pictures import Seen, named_images
from newsletter.files.folder import restore
from newsletter.model.issue import Explainer, Image, Issue
from newsletter.model.remarks import Remark, in_order
from newsletter.model.theme import Theme
from newsletter.press.pictures.image_size import NoPicture, read_picture
from newsletter.press.pictures.shown import may_show_images

#: Bytes of a picture that is printed; what is larger no reader waits for.
MOST_BYTES = 5_000_000
#: A scheme, or a host; one letter before a colon is a drive of Windows.
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.I)
_ON_A_DISK = re.compile(r"file:|[a-z]:", re.I)
_FONT = "Inter-SemiBold.ttf"
_ENDINGS: Mapping[str, str] = {"PNG": "png", "JPEG": "jpg", "GIF": "gif"}


def is_path(typed: str) -> bool:
    """Whether an address is a path that may be one of the workspace, or of the page that `base_url` names."""
    return bool(typed) and not _ELSEWHERE.match(typed)


def is_on_a_disk(typed: str) -> bool:
    """Whether an address leads to the disk of whoever reads it, which is nobody's to print."""
    return _ON_A_DISK.match(typed) is not None


def look_at(root: Path, path: str, typed: str) -> Seen | None:
    """The file that an image of the text at `path` names: beside that text, or else below the workspace.

    None where no file of the workspace is there: it is missing, the path is absolute, or it leads out, be it by a link.
    """
    file = _found(root, PurePosixPath(path).parent, typed)
    if file is None:
        return None
    shown = file.relative_to(root.resolve()).as_posix()
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            return Seen(path=shown, size=size, fault=f"has {size / 1_000_000:.1f} MB")
        raw = file.read_bytes()
        picture = read_picture(raw)
    except OSError:
        return Seen(path=shown, size=0, fault="cannot be read")
    except NoPicture as why:
        return Seen(path=shown, size=size, fault=str(why))
    return Seen(
        path=shown,
        size=size,
        width=picture.width,
        height=picture.height,
        ending=_ENDINGS[picture.kind],
        sha256=sha256(raw).hexdigest(),
        has_place=picture.has_place,
    )


class ExplainersImages(Mapping[str, tuple[Image, ...]]):
    """The pictures of the workspace that each explainer shows, by its path.

    Looked at when they are asked for, and once: a backlog may hold many, and one of its explainers is printed.
    """

    def __init__(self, root: Path, explainers: Sequence[Explainer]) -> None:
        self._root = root
        self._bodies = {explainer.path: explainer.body for explainer in explainers}
        self._seen: dict[str, tuple[Image, ...]] = {}

    def __getitem__(self, path: str) -> tuple[Image, ...]:
        if path not in self._seen:
            seen = ((typed, look_at(self._root, path, typed)) for typed in _paths_in(self._bodies[path]))
            self._seen[path] = named_images((typed, file) for typed, file in seen if file is not None)
        return self._seen[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


# What was printed ---------------------------------------------------------------------------------


def image_files(root: Path, issue: Issue) -> tuple[tuple[tuple[str, bytes], ...], tuple[Remark, ...]]:
    """The pictures of an issue as it was printed, by their place below its page, in order of their names.

    One whose file is gone or changed is not among them, and told: only its words can stand on the page (`with_images`).
    """
    found: dict[str, bytes] = {}
    remarks = []
    for image in issue.images:
        raw = _bytes(root, image.path)
        if raw is None:
            what = f"The picture is gone since {issue.place} was made; its words are printed."
            remarks.append(Remark(image.path, 0, "error", "image-gone", what, (restore(Path(image.path)),)))
        elif sha256(raw).hexdigest() != image.sha256:
            what = f"The picture was changed since {issue.place} was made; its words are printed in its place."
            remarks.append(Remark(image.path, 0, "error", "image-changed", what, (restore(Path(image.path)),)))
        else:
            found[image.name] = raw
    return tuple(sorted(found.items())), in_order(remarks)


def with_images(issue: Issue, names: Sequence[str]) -> Issue:
    """The issue with those pictures alone; of the others its renditions print the words."""
    return replace(issue, images=tuple(image for image in issue.images if image.name in names))


def logo_file(root: Path, theme: Theme) -> bytes | None:
    """The logo, for the archive's folder; None if the theme has none, or its file is not the one that was measured."""
    raw = _bytes(root, theme.logo.path) if theme.logo else None
    return raw if raw is not None and theme.logo and sha256(raw).hexdigest() == theme.logo.sha256 else None


@cache
def picture_font() -> bytes:
    """The letters of the issues' pictures: a TrueType font that comes with the program."""
    return files("newsletter.press").joinpath("fonts", _FONT).read_bytes()


def _paths_in(text: str) -> Iterator[str]:
    if not may_show_images(text):
        return
    # Most explainers show none, and many commands print nothing.
    from newsletter.press.prose.markdown import image_addresses

    yield from filter(is_path, image_addresses(text))


# Paths --------------------------------------------------------------------------------------------


def _found(root: Path, folder: PurePosixPath, typed: str) -> Path | None:
    name = unquote(re.split(r"[?#]", typed.strip())[0])
    if not name or name.startswith("/") or is_on_a_disk(name):
        return None
    return next(filter(None, (_inside(root, place / name) for place in (folder, PurePosixPath()))), None)


def _inside(root: Path, path: PurePosixPath) -> Path | None:
    """The file itself, links followed; None if none is there or it lies outside of the workspace."""
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, ValueError, RuntimeError):
        # No path at all: a null in it, a name too long, a circle of links.
        return None


def _bytes(root: Path, path: str) -> bytes | None:
    file = _inside(root, PurePosixPath(path))
    try:
        return file.read_bytes() if file is not None and file.stat().st_size <= MOST_BYTES else None
    except OSError:
        return None
