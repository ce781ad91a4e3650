"""Builds the archive: gathers what was printed, makes what changed, swaps the whole in. I/O: disk, processes"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from newsletter.archive.lists.shelves import shelves
from newsletter.archive.plan import OURS, plan
from newsletter.archive.search.index import load, search_files
from newsletter.archive.swap import swap_in
from newsletter.files.state import read_state
from newsletter.model.issue import Issue
from newsletter.model.remarks import Remark, in_order
from newsletter.model.shelf import Shelves, Site
from newsletter.model.theme import Theme
from newsletter.model.week import Week
from newsletter.newsroom.images import logo_file
from newsletter.newsroom.records import require_seal
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.site.cache import SiteCache, fixed, maker
from newsletter.newsroom.site.issues import Proof, proofs
from newsletter.newsroom.site.pages import OtherPage, lists_in, other_pages
from newsletter.newsroom.site.records import Kept, kept_issues
from newsletter.newsroom.site.workers import Workers
from newsletter.press.linking.mentions import known_terms, mentioned


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What building the archive came to."""

    #: Whether any file of it is another one than before.
    changed: bool
    issues: int
    #: HTML pages, and how many of them were not at hand from last time.
    pages: int
    made_anew: int
    #: What the archive lacks.
    remarks: tuple[Remark, ...] = ()


def build_site(room: Newsroom, *, also: Week | None = None, on_step: Callable[[int, int], None] | None = None) -> Built:
    """Build the archive of every issue sent or imported, and of `also` that is approved; swap it in as a whole.

    The same issues, corrections, settings and templates give the same bytes, whatever was at hand from last time.
    `on_step` is told, after each issue and each other page that had to be made, how many are done of how many.
    Raises NotReady if `also` has neither left nor an approval that holds, NewsletterError if a record is damaged,
    FaultyTemplate, CannotWrite.
    """
    if also is not None and read_state(room.root, also).sent is None:
        require_seal(room, also)
    kept, remarks = kept_issues(room, also=also)
    templates = fixed(room)
    cache = SiteCache(room.var / "cache" / "site", maker(templates))
    theme, logo = _theme(room)
    with Workers(templates) as workers:
        if cache.is_new:
            workers.expect(len(kept))
        shelved = _shelved(room, kept, cache)
        site = Site(wording=room.settings.publication.wording, theme=theme, lists=lists_in(shelved))
        issues = proofs(room, kept, shelved, site, cache)
        pages = other_pages(shelved, {one.issue.place: one.changed.date() for one in kept}, site, cache)
        things = _made(issues, pages.values(), workers, cache, on_step)
    files = plan(
        [one.bound(things) for one in issues],
        wording=site.wording,
        pages={name: (things[page.key], page.day) for name, page in pages.items()},
        further=(*logo, *_search([things[one.keys["search"]] for one in issues])),
    )
    changed = swap_in(room.site, files, ours=OURS)
    cache.sweep()
    about_images = [remark for one in issues for remark in one.remarks]
    return Built(
        changed=changed,
        issues=len(issues),
        pages=sum(name.endswith(".html") for name, _ in files),
        made_anew=cache.made["page"] + cache.made["other"],
        remarks=in_order((*remarks, *about_images, *_about_logo(room, theme))),
    )


def _made(
    issues: Sequence[Proof],
    pages: Collection[OtherPage],
    workers: Workers,
    cache: SiteCache,
    on_step: Callable[[int, int], None] | None,
) -> dict[str, bytes]:
    """All that issues and pages ask for, by its key; what is not at hand is made, and kept."""
    keys = [key for one in issues for key in one.keys.values()] + [page.key for page in pages]
    at_hand = {key: cache.get(key) for key in keys}
    wanted = [*(one.job(at_hand) for one in issues), *(page.job(at_hand) for page in pages)]
    jobs = [job for job in wanted if job is not None]
    found = {key: content for key, content in at_hand.items() if content is not None}
    for done, things in enumerate(workers.made(jobs), 1):
        for key, content in things.items():
            cache.put(key, content)
        found |= things
        if on_step is not None:
            on_step(done, len(jobs))
    return found


def _theme(room: Newsroom) -> tuple[Theme, tuple[tuple[str, bytes], ...]]:
    """The look of the archive, and the file of its logo; without the logo where its file is not to be had."""
    theme = room.settings.publication.theme
    logo = logo_file(room.root, theme)
    if theme.logo is None or logo is None:
        return replace(theme, logo=None), ()
    return theme, ((theme.logo.name, logo),)


def _about_logo(room: Newsroom, shown: Theme) -> tuple[Remark, ...]:
    wished = room.settings.publication.theme.logo
    if wished is None or shown.logo is not None:
        return ()
    what = "The logo is gone or was changed while the archive was built; the name stands in its place."
    return (Remark(wished.path, 0, "error", "logo", what, ("Bring the file back, and publish again.",)),)


def _shelved(room: Newsroom, kept: Sequence[Kept], cache: SiteCache) -> Shelves:
    issues = [one.issue for one in kept]
    terms = known_terms(reversed(issues))
    known = cache.key("terms", terms)
    return shelves(
        issues,
        members=room.settings.members,
        corrected={one.issue.place for one in kept if one.corrections},
        mentions={issue.place: _mentioned(issue, terms, known, cache) for issue in issues},
    )


def _mentioned(
    issue: Issue, terms: Sequence[tuple[str, str]], known: str, cache: SiteCache
) -> tuple[tuple[str, str], ...]:
    """What the issue mentions of the terms, which `known` stands for."""
    key = cache.key("mentions", known, issue.stories, issue.headlines, issue.apart)
    raw = cache.get(key)
    if raw is None:
        raw = json.dumps(mentioned(issue, terms)).encode()
        cache.put(key, raw)
    return tuple((title, anchor) for title, anchor in json.loads(raw))


def _search(parts: Sequence[bytes]) -> tuple[tuple[str, bytes], ...]:
    searchables = [part for part in map(load, parts) if part is not None]
    return tuple((f"search/{name}", content) for name, content in search_files(searchables))
