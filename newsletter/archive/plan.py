"""Which files the site consists of, and every byte of them. Pure.

The pages themselves are the press's work and come in as bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote

from newsletter.archive.feeds.atom import atom
from newsletter.archive.feeds.catalogue import catalogue
from newsletter.archive.feeds.entries import Channel, FeedEntry, midnight, page_address
from newsletter.archive.feeds.json_feed import json_feed
from newsletter.archive.feeds.sitemap import robots, sitemap
from newsletter.model.issue import Issue, Wording

Variant = Literal["full", "news", "explainer"]
#: How many issues a feed holds.
FEED_LENGTH = 20
#: The feed of each variant.
FEEDS: Mapping[Variant, str] = {"full": "feed.xml", "news": "news.xml", "explainer": "explainers.xml"}
PICTURE = "picture.png"
#: Every name at the top of the site that some site of ours has or had.
OURS = frozenset(
    """index.html 404.html years issues members sources terms search feed.xml news.xml explainers.xml feed.json
    issues.json sitemap.xml robots.txt logo.png logo.jpg logo.jpeg logo.gif logo.webp logo.svg""".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An issue as the archive holds it."""

    issue: Issue
    page: bytes
    markdown: bytes
    #: PNG; empty if there is none.
    picture: bytes = b""
    #: The explainer's pictures: name relative to the page, bytes.
    images: tuple[tuple[str, bytes], ...] = ()
    #: What the feeds show of it (HTML, absolute addresses); a variant that has nothing of it is missing.
    contents: Mapping[Variant, str] = field(default_factory=dict)
    #: What names it in feeds for ever: the address of its page when it left.
    id: str = ""
    #: When it was put right last; None if it never was.
    corrected: datetime | None = None

    @property
    def changed(self) -> datetime:
        """The instant of its last change, as feeds tell it."""
        published = midnight(self.issue.date)
        return published if self.corrected is None else max(published, self.corrected)


def in_order(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Newest first: by date, and of one day by place."""
    return tuple(sorted(issues, key=lambda issue: (issue.date, issue.place), reverse=True))


def plan(
    issues: Sequence[Bound],
    *,
    wording: Wording,
    pages: Mapping[str, tuple[bytes, date | None]],
    further: Sequence[tuple[str, bytes]] = (),
) -> tuple[tuple[str, bytes], ...]:
    """Name each file of the site, relative with forward slashes, with its content; by name.

    `issues` stand newest first and may be none. `pages` are all others, each with the day of its last change if
    search engines shall know it; `further` are files that are no pages. What needs absolute addresses (feeds, sitemap)
    is there only where the publication has one (RFC 4287, 4.2.6).
    """
    files = {name: page for name, (page, _) in pages.items()}
    for bound in issues:
        folder = f"issues/{bound.issue.place}"
        files[f"{folder}/index.html"] = bound.page
        files[f"{folder}/issue.md"] = bound.markdown
        if bound.picture:
            files[f"{folder}/{PICTURE}"] = bound.picture
        files.update((f"{folder}/{name}", data) for name, data in bound.images)
    files.update(further)
    files["issues.json"] = _catalogue(issues, wording).encode()
    files["robots.txt"] = robots(wording.base_url).encode()
    if wording.base_url:
        files |= {name: text.encode() for name, text in _feeds(issues, wording).items()}
        files["sitemap.xml"] = sitemap(wording.base_url, _to_be_found(issues, pages)).encode()
    return tuple((name, files[name]) for name in sorted(files))


def _catalogue(issues: Sequence[Bound], wording: Wording) -> str:
    return catalogue(
        [bound.issue for bound in issues],
        wording,
        corrected={bound.issue.place: bound.corrected for bound in issues if bound.corrected},
        pictures={bound.issue.place: PICTURE for bound in issues if bound.picture},
    )


def _to_be_found(
    issues: Sequence[Bound], pages: Mapping[str, tuple[bytes, date | None]]
) -> list[tuple[str, date | None]]:
    others = [(name, day) for name, (_, day) in sorted(pages.items()) if day is not None]
    first = [pair for pair in others if pair[0] == "index.html"]
    return [
        *first,
        *((f"issues/{bound.issue.place}/index.html", bound.changed.date()) for bound in issues),
        *(pair for pair in others if pair not in first),
    ]


def _feeds(issues: Sequence[Bound], wording: Wording) -> dict[str, str]:
    found = {
        name: atom(_channel(variant, name, wording), _entries(issues, variant, wording))
        for variant, name in FEEDS.items()
    }
    found["feed.json"] = json_feed(_channel("full", "feed.json", wording), _entries(issues, "full", wording))
    return found


def _channel(variant: Variant, name: str, wording: Wording) -> Channel:
    parts = {"full": "", "news": wording.news_heading, "explainer": "Explainers"}
    return Channel(
        title=": ".join(filter(None, (wording.name, parts[variant]))),
        subtitle=wording.tagline,
        language=wording.language,
        author=wording.name,
        home=f"{wording.base_url}/",
        address=f"{wording.base_url}/{name}",
    )


def _entries(issues: Sequence[Bound], variant: Variant, wording: Wording) -> list[FeedEntry]:
    with_it = (bound for bound in issues if variant in bound.contents)
    return [_entry(bound, variant, wording) for bound, _ in zip(with_it, range(FEED_LENGTH), strict=False)]


def _entry(bound: Bound, variant: Variant, wording: Wording) -> FeedEntry:
    issue, explainer = bound.issue, bound.issue.explainer
    address = page_address(wording.base_url, issue.place)
    topic = variant == "explainer" and explainer is not None
    return FeedEntry(
        # Three feeds may stand in one reader: a part is not the whole.
        id=bound.id if variant == "full" else f"{bound.id}#{variant}",
        address=address,
        title=issue.topic or issue.title if topic else issue.title,
        published=midnight(issue.date),
        updated=bound.changed,
        summary=issue.preheader if variant == "full" else "",
        content=bound.contents[variant],
        tags=tuple(filter(str.strip, explainer.tags)) if explainer and variant != "news" else (),
        picture=f"{address}{quote(PICTURE)}" if bound.picture else "",
    )
