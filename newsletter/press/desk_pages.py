"""The pages that editors look at: the preview around its views, a file with numbered lines, plain text. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from newsletter.model.audience import Variant
from newsletter.model.ports import Templates
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.press.filling.environment import filler
from newsletter.press.filling.filters import FILTERS

#: The views in the order of their tabs, each with its tab's words.
VIEWS: dict[str, str] = {
    "mail": "E-mail",
    "light": "Light",
    "dark": "Dark",
    "images-off": "Images off",
    "unstyled": "No styles",
    "text": "Plain text",
    "markdown": "Markdown",
    "page": "Web page",
    "source": "Source",
}
#: How wide the view is shown; "phone" is 390 pixels.
WIDTHS: dict[str, str] = {"wide": "Wide", "phone": "Phone"}
#: The cuts of the issue, each with its tab's words.
CUTS: dict[Variant, str] = {"full": "Full", "news": "News only", "explainer": "Explainer only"}
_LEVELS: tuple[tuple[Literal["error", "warning", "notice"], str], ...] = (
    ("error", "Errors"),
    ("warning", "Warnings"),
    ("notice", "Notices"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeLine:
    """A take and the line it was filed on; `line` 0 where that is not known, `why` only where it is held."""

    author: str
    path: str
    line: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """What stands in the issue, in its order: a story with its takes, or a place that is none; `id` is then ""."""

    headline: str
    id: str = ""
    takes: tuple[TakeLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What a mail program shows of the letter before it is opened."""

    sender: str
    subject: str
    preheader: str
    #: Of the HTML part, in bytes.
    size: int
    images: bool
    #: Whether pictures of the letter, and of the page, are shown from the workspace: on the web they do not lie yet.
    pictures: bool = False
    page_pictures: bool = False
    #: What the letter's HTML holds in part only, each in words.
    shortened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the page around a view says; `inbox` is None while nothing can be shown, or nothing of the variant."""

    week: Week
    title: str
    language: str
    state: str
    #: Where the bytes come from, and what is to be known of the week, in sentences.
    about: tuple[str, ...]
    inbox: Inbox | None
    remarks: tuple[Remark, ...]
    #: Paths that the preview shows as files.
    files: Collection[str]
    stories: tuple[StoryLine, ...] = ()
    #: The variants of the issue that hold anything.
    variants: Collection[Variant] = ()
    #: Whether the view is an earlier one, because the files cannot be used as they are now.
    stale: bool = False
    #: Changes whenever anything shown does.
    revision: str


def preview_page(
    shown: Shown, *, view: str, width: str, variant: Variant = "full", publication: str, templates: Templates
) -> str:
    """Render the page around one of VIEWS, shown in one of WIDTHS, of one of CUTS."""
    levels = [(level, words, [r for r in shown.remarks if r.level == level]) for level, words in _LEVELS]
    return filler(templates, FILTERS)(
        "desk/preview.html.j2",
        shown=shown,
        publication=publication,
        views=VIEWS,
        widths=WIDTHS,
        view=view,
        width=width,
        cuts={name: words for name, words in CUTS.items() if name in shown.variants or name == variant},
        variant=variant,
        levels=[(level, words, found) for level, words, found in levels if found],
        folder=f"issues/{shown.week}/",
    )


def file_page(
    path: str, text: str, *, remarks: tuple[Remark, ...], revision: str, week: Week, templates: Templates
) -> str:
    """Render a file with numbered lines, each with the remarks on it; `remarks` are those on this file."""
    lines = [(number, line, [r for r in remarks if r.line == number]) for number, line in _numbered(text)]
    known = {number for number, _, _ in lines}
    return filler(templates, FILTERS)(
        "desk/file.html.j2",
        path=path,
        lines=lines,
        whole=[remark for remark in remarks if remark.line not in known],
        revision=revision,
        week=week,
    )


def plain_page(title: str, text: str, *, language: str, wrap: bool, numbered: bool, templates: Templates) -> str:
    """Render text as it stands; `wrap` breaks lines that are wider than the window."""
    return filler(templates, FILTERS)(
        "desk/plain.html.j2",
        title=title,
        language=language,
        text=text,
        lines=_numbered(text) if numbered else (),
        wrap=wrap,
    )


def style_sheet(templates: Templates) -> str:
    """The style sheet of these pages."""
    return filler(templates, FILTERS)("desk/desk.css.j2")


def script(templates: Templates) -> str:
    """The script of these pages; without it every view is still a link away."""
    return filler(templates, FILTERS)("desk/desk.js.j2")


def _numbered(text: str) -> tuple[tuple[int, str], ...]:
    lines = text.split("\n")
    return tuple(enumerate(lines[:-1] if lines[-1] == "" else lines, 1))
