"""Explainers: the backlog in issues/explainers, and a week's own. I/O: disk"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.files.folder import explainer_files, read_text, week_folder
from newsletter.files.headers import read_address, read_header, read_switch, read_week, split_list
from newsletter.files.markup import lone_bullets, unclosed_marks, without_comments, wordless_images
from newsletter.model.issue import Explainer
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.text import same_text

KEYS = (
    "title",
    "subtitle",
    "tldr",
    "author",
    "level",
    "tags",
    "aliases",
    "series",
    "part",
    "sources",
    "base_url",
    "ready",
    "week",
    "lang",
)

_TITLE = re.compile(r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")
_ANY_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_TLDR = re.compile(
    r"\s*(?P<heading>#{1,6}[ \t]+)?(?P<mark>[*_]{0,3})TL\s?;?\s?DR\b(?P<closed>[*_]*)\s*"
    r"(?::(?P<late>[*_]*)\s*(?P<text>.*)|)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Body:
    """The lines below the header while title and TL;DR are taken off; `start` is the index of the first one left."""

    lines: list[str]
    start: int


def own_explainer_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "explainer.md"


def read_own_explainer(root: Path, week: Week) -> tuple[Explainer | None, tuple[Remark, ...]]:
    """Read the explainer that lies in the week's folder; None without remarks if there is none."""
    return read_explainer(root, own_explainer_path(root, week))


def read_explainers(root: Path) -> tuple[tuple[Explainer, ...], tuple[Remark, ...]]:
    """Read all of issues/explainers, by path; one with an error falls away and is named."""
    explainers: list[Explainer] = []
    remarks: list[Remark] = []
    for path in explainer_files(root):
        explainer, said = read_explainer(root, path)
        remarks.extend(said)
        if explainer is not None:
            explainers.append(explainer)
    return tuple(explainers), in_order(remarks)


def read_explainer(root: Path, path: Path) -> tuple[Explainer | None, tuple[Remark, ...]]:
    """Read one explainer; None if there is no such file or it has no title or no text."""
    file = read_text(root, path)
    if file.text is None:
        return None, file.remarks
    explainer, remarks = parse_explainer(file.text, file.path, sha256=file.sha256)
    return explainer, in_order((*file.remarks, *remarks))


def parse_explainer(text: str, path: str, *, sha256: str) -> tuple[Explainer | None, tuple[Remark, ...]]:
    """Read an explainer: header lines, then Markdown.

    A first-level heading at the start serves as the title if there is no `title:`, and is dropped where it
    repeats the title. A paragraph or section "TL;DR" at the start serves if there is no `tldr:`.
    Lone bullets and the like are reported, and left for the press to mend.
    """
    lines = without_comments(text).split("\n")
    header = read_header(lines, path, KEYS)
    body = _Body(lines, header.body)
    title = _take_title(body, header.get("title"))
    tldr, remarks = _take_tldr(body, header.get("tldr"), path)
    title = _take_title(body, title)
    kept = "\n".join(body.lines[body.start :]).rstrip()
    base_url, about_base = read_address(header, "base_url", path)
    ready, about_ready = read_switch(header, "ready", path)
    week, about_week = read_week(header, path)
    remarks = (*header.remarks, *remarks, *about_base, *about_ready, *about_week, *_said(kept, body.start, path))
    if not title:
        what = "The explainer has no title."
        remarks = (*remarks, Remark(path, 0, "error", "no-title", what, ("Put on line 1:  title: …",)))
    if not kept.strip():
        what = "The explainer has no text below its header."
        remarks = (*remarks, Remark(path, 0, "error", "empty-explainer", what))
    if not title or not kept.strip():
        return None, in_order(remarks)
    explainer = Explainer(
        path=path,
        title=title,
        body=kept,
        subtitle=header.get("subtitle"),
        tldr=tldr,
        author=header.get("author"),
        level=header.get("level"),
        tags=split_list(header.get("tags")),
        aliases=split_list(header.get("aliases")),
        series=header.get("series"),
        part=header.get("part"),
        sources=split_list(header.get("sources")),
        base_url=base_url,
        language=header.get("lang"),
        ready=ready,
        week=week,
        sha256=sha256,
        body_line=body.start + 1,
    )
    return explainer, in_order(remarks)


def _take_title(body: _Body, title: str) -> str:
    """The title; a first-level heading that gives or repeats it goes from the body."""
    _skip_blank(body)
    if body.start == len(body.lines):
        return title
    line = body.lines[body.start]
    heading, height = _TITLE.fullmatch(line), 1
    words = heading[1] if heading else ""
    if not words and body.start + 1 < len(body.lines) and _UNDERLINE.fullmatch(body.lines[body.start + 1]):
        words, height = line.strip(), 2
    if not words or _TLDR.fullmatch(words) or (title and not same_text(words, title)):
        return title
    body.start += height
    _skip_blank(body)
    return title or words


def _take_tldr(body: _Body, typed: str, path: str) -> tuple[str, tuple[Remark, ...]]:
    """The TL;DR; one that stands at the start of the body goes from there, unless the header has one as well."""
    _skip_blank(body)
    match = _TLDR.fullmatch(body.lines[body.start]) if body.start < len(body.lines) else None
    if match is None:
        return typed, ()
    if typed:
        what = "A TL;DR stands in the header and at the start of the text; both are printed."
        return typed, (Remark(path, body.start + 1, "warning", "tldr-twice", what, ("Keep one of the two.",)),)
    end = _tldr_end(body, heading=bool(match["heading"]), alone=not match["text"])
    tldr = "\n".join((match["text"] or "", *body.lines[body.start + 1 : end])).strip()
    if match["mark"] and not match["closed"] and not match["late"]:
        tldr = tldr.removesuffix(match["mark"])
    body.start = end
    _skip_blank(body)
    return tldr, ()


def _tldr_end(body: _Body, *, heading: bool, alone: bool) -> int:
    """Where the TL;DR ends: a section at the next heading, anything else with its paragraph."""
    below = body.start + 1
    if heading:
        more = [i for i in range(below, len(body.lines)) if _ANY_HEADING.match(body.lines[i])]
        if more:
            return more[0]
    first = _first_filled(body.lines, below) if alone else below
    ends = (i for i in range(first, len(body.lines)) if not body.lines[i].strip() or _ANY_HEADING.match(body.lines[i]))
    return next(ends, len(body.lines))


def _first_filled(lines: list[str], start: int) -> int:
    return next((i for i in range(start, len(lines)) if lines[i].strip()), len(lines))


def _skip_blank(body: _Body) -> None:
    body.start = _first_filled(body.lines, body.start)


def _said(kept: str, start: int, path: str) -> tuple[Remark, ...]:
    """What the Markdown of the body gives cause to say; `start` is the index of its first line in the file."""
    remarks = []
    for at, address in wordless_images(kept):
        shown = address or "…"
        what = f"Image {shown} has no words for readers who cannot see it:  ![what it shows]({shown})"
        remarks.append(Remark(path, start + at + 1, "warning", "alt", what))
    if bullets := lone_bullets(kept):
        many = len(bullets) > 1
        what = f"{len(bullets)} bullets stood alone on their line" if many else "1 bullet stood alone on its line"
        what = f"{what}; joined with the line below."
        remarks.append(Remark(path, start + bullets[0] + 1, "notice", "lone-bullet", what))
    for at, mark in unclosed_marks(kept):
        what = f'"{mark}" opened here is never closed; printed as typed.'
        remarks.append(Remark(path, start + at + 1, "warning", "unclosed", what))
    return tuple(remarks)
