"""Links that an issue prints: asked whether their pages are still there, and what is to be said. I/O: network, SQLite

Nothing here keeps an issue from leaving: a page may be back the next minute, and many sites refuse programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from newsletter.desk.proof.addresses import addresses_in
from newsletter.desk.proof.passages import passages
from newsletter.links import host_of, looks_like_address, printed, registrable, with_scheme
from newsletter.model.issue import Draft, PrintedStory
from newsletter.model.remarks import Remark
from newsletter.newsroom.inputs import Inputs
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.link_checks import LinkCheck
from newsletter.text import clip

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_SHOWN = 90
#: Links that one remark names.
_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLink:
    """A link where readers would get it, and the file and line it comes from."""

    link: str
    path: str
    line: int
    #: What it stands on, for people: a story's headline; "" for a link in a text.
    of: str = ""


def printed_links(inputs: Inputs, draft: Draft) -> tuple[PrintedLink, ...]:
    """Every web address that the issue prints, each once: of stories, in takes, explainer, sources and intro.

    Images that lie on the web are among them; other tellings of a story are not, nor are pages of our own archive.
    """
    found: dict[str, PrintedLink] = {}
    own = draft.issue.wording.base_url
    for one in (*_in_texts(inputs, draft), *_of_stories(draft)):
        # Of one page every place is asked at once: what stands behind the "#" no server hears.
        link = one.link.partition("#")[0]
        if link.startswith(("http://", "https://")) and not (own and link.startswith(f"{own}/")):
            found.setdefault(link, replace(one, link=link))
    return tuple(found.values())


def known_verdicts(store: Store, room: Newsroom) -> Mapping[str, LinkCheck]:
    """What was found out about links before and can still be believed."""
    return store.link_checks.good(room.clock.now())


def ask_links(
    room: Newsroom,
    store: Store,
    links: tuple[PrintedLink, ...],
    *,
    folder: str,
    on_start: Callable[[int], None] | None = None,
    on_link: Callable[[str, str], None] | None = None,
) -> tuple[Remark, ...]:
    """Ask those links whose last answer is too old, and keep the answers.

    `on_start` is told how many are asked, `on_link` each link as its answer comes with what is wrong ("" if nothing).
    One notice, of the week's `folder`, where our own network seems to be down, and then nothing is kept, or where the
    time was up before all were asked; what was found out `about_links` tells.
    """
    # Only who asks pays for the network's libraries.
    from newsletter.wire.link_check import Asked, check_links

    checks, now = store.link_checks, room.clock.now()
    known = checks.good(now)
    due = tuple(one.link for one in links if one.link not in known)
    if on_start is not None:
        on_start(len(due))

    def hear(one: Asked) -> None:
        if on_link is not None:
            on_link(one.link, one.what)

    found = check_links(due, collecting=room.settings.collecting, now=now, hosts=room.hosts, on_checked=hear)
    if len(found) > 1 and not any(one.answered for one in found):
        what = f"None of {len(found)} links could be asked: {found[0].what}. Our own network seems to be down."
        mend = "Check again with  --online  when it is up."
        return (Remark(folder, 0, "notice", "links-not-asked", what, (mend,)),)
    checks.keep(
        (LinkCheck(link=one.link, at=now, verdict=one.verdict, what=one.what, moved=one.moved) for one in found), now
    )
    if late := len(due) - len(found):
        what = f"{late} of {len(due)} links were not asked: one site is asked once a second, and the time was up."
        mend = "Check again with  --online: what is known by now is not asked again."
        return (Remark(folder, 0, "notice", "links-not-asked", what, (mend,)),)
    return ()


def about_links(links: tuple[PrintedLink, ...], known: Mapping[str, LinkCheck], *, folder: str) -> Iterator[Remark]:
    """What is to be said of these links by what is known of them; links of which nothing is known are passed over.

    A warning for each page that is gone, a notice for each that was sent to its site's home page, and one notice, of
    the week's `folder`, for all that could not be told.
    """
    unsure = []
    for one in links:
        check = known.get(one.link)
        if check is None:
            continue
        if check.verdict == "gone":
            yield _dead(one, check)
        elif check.verdict == "unsure":
            unsure.append(f"{clip(one.link, _SHOWN)}  ({check.what})")
        elif check.moved and _leads_home(one.link, check.moved):
            what = f"{clip(one.link, _SHOWN)} now leads to its site's home page ({clip(check.moved, _SHOWN)})."
            mend = "The page itself seems to be gone: find where it is now, or take the link out."
            yield Remark(one.path, one.line, "notice", "moved-link", what, (mend,))
    if unsure:
        count = "1 link could not be looked at" if len(unsure) == 1 else f"{len(unsure)} links could not be looked at"
        more = (f"and {len(unsure) - _NAMED} more",) if len(unsure) > _NAMED else ()
        what = f"{count}: their sites refuse programs or kept silent. Most are well for readers."
        yield Remark(folder, 0, "notice", "link-unsure", what, (*unsure[:_NAMED], *more))


def _dead(one: PrintedLink, check: LinkCheck) -> Remark:
    of = f', the link of "{clip(one.of, 60)}",' if one.of else ""
    what = f"{clip(one.link, _SHOWN)}{of} leads nowhere ({check.what})."
    mend = "Open it. Gone? Put another page's address in its place, or that of a copy in an archive."
    return Remark(one.path, one.line, "warning", "dead-link", what, (mend,))


def _leads_home(link: str, moved: str) -> bool:
    """Whether a page's address was sent on to the home page of its own site: the page itself is gone then."""
    try:
        before, after = urlsplit(link), urlsplit(moved)
    except ValueError:
        return False
    had_page = bool(before.path.strip("/") or before.query)
    is_home = not after.path.strip("/") and not after.query and not after.fragment
    return had_page and is_home and registrable(host_of(link)) == registrable(host_of(moved))


def _of_stories(draft: Draft) -> Iterator[PrintedLink]:
    issue = draft.issue
    takes = {placement.story: placement.take for placement in draft.placements if placement.outcome == "own"}
    for story in (*issue.stories, *issue.headlines):
        take = takes.get(story.id)
        path, line = (take.path, take.ref_line or take.line) if take else (f"issues/{issue.week}", 0)
        for link, headline in _addresses_of(story):
            yield PrintedLink(link=link, path=path, line=line, of=headline)


def _addresses_of(story: PrintedStory) -> Iterator[tuple[str, str]]:
    yield story.link, story.headline
    yield from ((sibling.link, sibling.headline) for sibling in story.thread)


def _in_texts(inputs: Inputs, draft: Draft) -> Iterator[PrintedLink]:
    for passage in passages(inputs.desk, draft):
        if passage.kind == "source" and (_SCHEME.match(passage.text) or looks_like_address(passage.text)):
            yield from _typed(with_scheme(passage.text.strip()), passage.path, passage.line)
        if not passage.is_markdown:
            continue
        for address in addresses_in(passage.text):
            typed = address.typed.strip()
            if not _SCHEME.match(typed):
                if address.words is None and looks_like_address(typed):
                    typed = with_scheme(typed)
                elif passage.base_url:
                    typed = _joined(passage.base_url, typed)
            if not address.is_split:
                yield from _typed(typed, passage.path, passage.line_of(address.at))


def _joined(base: str, typed: str) -> str:
    try:
        return urljoin(base, typed)
    except ValueError:
        return ""


def _typed(address: str, path: str, line: int) -> Iterator[PrintedLink]:
    link = printed(address)
    if link is not None:
        yield PrintedLink(link=link, path=path, line=line)
