"""The issues of the archive, each with what it is made of and what is made of it. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from newsletter.archive.feeds.entries import page_address
from newsletter.archive.lists.shelves import around
from newsletter.archive.plan import FEED_LENGTH, PICTURE, Bound
from newsletter.model.audience import Variant
from newsletter.model.remarks import Remark
from newsletter.model.shelf import Shelves, Site
from newsletter.newsroom.images import image_files, with_images
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.site.cache import SiteCache
from newsletter.newsroom.site.issue import Part, Sheet, make_parts
from newsletter.newsroom.site.records import Kept
from newsletter.newsroom.site.workers import Job
from newsletter.press.variants import VARIANTS, in_variant

#: What every issue has.
_ALWAYS: tuple[Part, ...] = ("page", "search", "markdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue of the archive before it is bound."""

    kept: Kept
    sheet: Sheet
    #: The explainer's pictures by their place below the page, and what is to be said of those that are gone.
    images: tuple[tuple[str, bytes], ...]
    remarks: tuple[Remark, ...]
    #: What is made of it, each part by the key that the cache knows it by.
    keys: Mapping[Part, str]

    def job(self, at_hand: Mapping[str, bytes | None]) -> Job | None:
        """What makes the parts that are not at hand; None if all are."""
        missing = {part: key for part, key in self.keys.items() if at_hand[key] is None}
        return partial(make_parts, self.sheet, missing) if missing else None

    def bound(self, made: Mapping[str, bytes]) -> Bound:
        issue = self.kept.issue
        # The address that it had when it left: should the site move, no reader's program shows all issues as new.
        base = self.kept.first_base_url or self.sheet.site.wording.base_url
        return Bound(
            issue=issue,
            page=made[self.keys["page"]],
            markdown=made[self.keys["markdown"]],
            picture=made[self.keys["picture"]] if "picture" in self.keys else b"",
            images=self.images,
            contents={one: made[self.keys[one]].decode() for one in VARIANTS if one in self.keys},
            id=page_address(base, issue.place) if base else "",
            corrected=self.kept.corrected,
        )


def proofs(room: Newsroom, kept: Sequence[Kept], shelved: Shelves, site: Site, cache: SiteCache) -> tuple[Proof, ...]:
    """What each issue is made of, in the order given: newest first."""
    entries = {variant: _newest(kept, variant) for variant in VARIANTS if site.wording.base_url}
    found = []
    for one in kept:
        images, remarks = image_files(room.root, one.issue)
        parts: list[Part] = [*_ALWAYS]
        if entries:
            parts.append("picture")
        parts += [variant for variant in entries if one.issue.place in entries[variant]]
        sheet = Sheet(
            issue=with_images(one.issue, [name for name, _ in images]),
            corrections=one.corrections,
            around=around(
                one.issue,
                shelved,
                picture=PICTURE if entries else "",
                lists=site.lists,
                corrections=one.corrections,
            ),
            site=site,
        )
        found.append(Proof(kept=one, sheet=sheet, images=images, remarks=remarks, keys=_keys(sheet, parts, cache)))
    return tuple(found)


def _keys(sheet: Sheet, parts: Sequence[Part], cache: SiteCache) -> dict[Part, str]:
    issue = cache.key("issue", sheet.issue)
    return {
        part: cache.key(part, *sheet.written(), sheet.site.theme)
        if part == "picture"
        else cache.key(part, issue, *sheet.made_of(part))
        for part in parts
    }


def _newest(kept: Sequence[Kept], variant: Variant) -> frozenset[str]:
    """The places of the issues that the feed of the variant holds."""
    found: list[str] = []
    for one in kept:
        if len(found) < FEED_LENGTH and in_variant(one.issue, variant) is not None:
            found.append(one.issue.place)
    return frozenset(found)
