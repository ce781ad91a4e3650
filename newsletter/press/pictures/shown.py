"""Where the pictures of an explainer are fetched from in each form of the issue, and how large they stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from newsletter.model.issue import Issue

#: Pixels of the letter's text column; Outlook shows what is wider at its full width.
COLUMN = 576


@dataclass(frozen=True, slots=True)
class ShownImage:
    """A picture of the workspace as one rendition shows it."""

    #: The address as it stands in the text.
    typed: str
    #: The address that is printed.
    src: str
    width: int
    height: int


def may_show_images(text: str) -> bool:
    """Whether Markdown may show an image at all; the reader of Markdown knows, and takes its time."""
    return "![" in text or "<img" in text.lower()


def in_letter(issue: Issue) -> tuple[ShownImage, ...]:
    """As the e-mail shows them: from the archive on the web, no wider than the column; none without a site."""
    base = issue.wording.base_url
    return (
        tuple(
            _fitting(one.typed, f"{base}/issues/{quote(issue.place)}/{quote(one.name)}", one.width, one.height)
            for one in issue.images
        )
        if base
        else ()
    )


def on_page(issue: Issue) -> tuple[ShownImage, ...]:
    """As the issue's own page shows them: from beside it, in their full size."""
    return tuple(ShownImage(one.typed, quote(one.name), one.width, one.height) for one in issue.images)


def _fitting(typed: str, src: str, width: int, height: int) -> ShownImage:
    if width <= COLUMN:
        return ShownImage(typed, src, width, height)
    return ShownImage(typed, src, COLUMN, max(1, round(height * COLUMN / width)))
