"""Entries of one feed recognised under another id, and what a document tells of those we missed. Pure.

Precision comes first: a story told twice is joined later by its link and its words, a story taken for another one
is lost. So each rule needs a second witness unless the ids themselves agree, and doubt means two entries.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from newsletter.links import anchor, identity
from newsletter.model.news import Entry, Known
from newsletter.text import content_words, fold, same_text

_AUTHORITY = re.compile(r"https?://(?:www\.)?([^/\s?#]*)", re.I)
_TAG = re.compile(r"tag:[^:/\s]*:", re.I)
_ARXIV = re.compile(
    r"\barxiv(?:\.org)?[:/](?:abs/|pdf/)?([a-z-]{2,20}(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?$", re.I
)
#: Between the two dates of one entry that was published again under another id; a daily column is further apart.
_CLOSE = timedelta(hours=20)
#: Feeds of fewer entries say nothing about whether their links tell stories apart.
_FEW = 3
_FEW_WORDS, _FEW_LETTERS = 4, 10
#: Between two batches of a feed that publishes a list a day, over a long weekend.
_BATCHES_APART = timedelta(days=4)


def apart(entries: Sequence[Entry], known: Sequence[Known]) -> tuple[Entry, ...]:
    """The entries, those under a known id that tell another story under a name of their own; same order.

    Another story is one with another link, another title and another date: some publishers give every entry the
    same id. The name is the one that `wire.normalise` gives to the second of two stories under one id.
    """
    stored = {one.id: one for one in known}
    return tuple(
        replace(entry, id=own_name(entry))
        if (one := stored.get(entry.id)) is not None and _is_other_story(entry, one)
        else entry
        for entry in entries
    )


def own_name(entry: Entry) -> str:
    """The id of an entry whose own id belongs to another story: the same for the same link, else for the same title;
    for both where the link itself is the id."""
    told = f"{entry.link} {fold(entry.title)}" if entry.id == entry.link else entry.link or fold(entry.title)
    return f"{entry.id}#{blake2b(told.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def same_entries(brought: Sequence[Entry], known: Sequence[Known]) -> Mapping[str, str]:
    """New id → stored id, for entries of one feed that came under another id; may be empty.

    Only where the stored id is not among those brought, one to one. The rules, the strongest first:
    ids that differ in scheme, "www." or arXiv version only; one page, one title and one instant;
    one link that no other entry has, and one title or nearly one date;
    ids that differ in their host only, and one title or one date; one telling title on one day.
    """
    came, stored = {entry.id for entry in brought}, {one.id for one in known}
    new = {entry.id: entry for entry in brought if entry.id not in stored}
    vanished = {one.id: one for one in known if one.id not in came}
    if not new or not vanished:
        return {}
    renamed: dict[str, str] = {}

    def settle(pairs: Iterable[tuple[str, str]]) -> None:
        for id_, old in pairs:
            renamed[id_] = old
            del new[id_], vanished[old]

    settle(_by_id(new, vanished, _plain_id, _always))
    settle(_by_page(new, vanished))
    settle(_by_link(brought, known, new, vanished))
    settle(_by_id(new, vanished, _id_without_host, _is_same_text_or_instant))
    settle(_by_title(brought, known, new, vanished))
    return renamed


def is_gap(brought: Sequence[Entry], known: Sequence[Known], renamed: Mapping[str, str]) -> bool:
    """Whether the document shares no entry with what we knew, so that others may have come and gone unseen.

    Not where nothing was known or nothing came, and not for the next batch of a feed whose entries of one day all
    carry one instant (arXiv): there each document replaces the one before. It cannot be told of a feed of which
    only some entries are wanted.
    """
    if not brought or not known or renamed:
        return False
    stored = {one.id for one in known}
    return not any(entry.id in stored for entry in brought) and not _is_next_batch(brought, known)


def reach(entries: Sequence[Entry]) -> timedelta | None:
    """From the oldest date in the document to the newest; None if fewer than two entries are dated."""
    dates = [entry.published for entry in entries if entry.published is not None]
    return max(dates) - min(dates) if len(dates) > 1 else None


def _is_other_story(entry: Entry, one: Known) -> bool:
    here = identity(entry.link) or ""
    if not here or not one.identity or here == one.identity or same_text(entry.title, one.title):
        return False
    return entry.published is None or one.published is None or entry.published != one.published


def _by_id(
    new: Mapping[str, Entry],
    vanished: Mapping[str, Known],
    plain: Callable[[str], str],
    agrees: Callable[[Entry, Known], bool],
) -> list[tuple[str, str]]:
    """Pairs whose ids are the same in their plain form, where each of the two has that form alone."""
    forms: dict[str, list[str]] = defaultdict(list)
    for id_ in new:
        forms[plain(id_)].append(id_)
    old: dict[str, list[str]] = defaultdict(list)
    for id_ in vanished:
        if (form := plain(id_)) in forms:
            old[form].append(id_)
    return [
        (ids[0], old[form][0])
        for form, ids in forms.items()
        if form and len(ids) == len(old[form]) == 1 and agrees(new[ids[0]], vanished[old[form][0]])
    ]


def _always(_entry: Entry, _one: Known) -> bool:
    return True


def _plain_id(id_: str) -> str:
    """Without scheme, "www." and a final slash; an arXiv id without its version, whatever surrounds it."""
    if (match := _ARXIV.search(id_)) is not None:
        return f"arxiv:{match[1].lower()}"
    return _AUTHORITY.sub(lambda m: m[1].lower(), id_).rstrip("/")


def _id_without_host(id_: str) -> str:
    return _TAG.sub("", _AUTHORITY.sub("", id_)).strip("/")


def _by_page(new: Mapping[str, Entry], vanished: Mapping[str, Known]) -> list[tuple[str, str]]:
    """Pairs with one page, one title and one instant: in a changelog all entries lead to the same page."""
    forms: dict[tuple[str, str, datetime], list[str]] = defaultdict(list)
    for id_, entry in new.items():
        if entry.published is not None and (page := identity(entry.link)) is not None:
            forms[page, fold(entry.title), entry.published].append(id_)
    places = {(page, instant) for page, _, instant in forms}
    old: dict[tuple[str, str, datetime], list[str]] = defaultdict(list)
    for id_, one in vanished.items():
        if one.published is not None and (one.identity, one.published) in places:
            old[one.identity, fold(one.title), one.published].append(id_)
    return [
        (ids[0], old[form][0]) for form, ids in forms.items() if form[1] and len(ids) == len(old.get(form, ())) == 1
    ]


def _by_link(
    brought: Sequence[Entry], known: Sequence[Known], new: Mapping[str, Entry], vanished: Mapping[str, Known]
) -> list[tuple[str, str]]:
    """Pairs with one canonical link that no other entry of the document has, and that another thing speaks for."""
    links = {entry.id: identity(entry.link) or "" for entry in brought}
    times = Counter(links.values())
    at_link: dict[str, list[Known]] = defaultdict(list)
    wanted = {links[id_] for id_ in new if times[links[id_]] == 1 and _is_deep(links[id_])}
    for one in known:
        if one.identity in wanted:
            at_link[one.identity].append(one)
    links_tell = len(brought) >= _FEW and len(times) == len(brought) and "" not in times
    pairs = []
    for id_, entry in new.items():
        there = at_link.get(links[id_], [])
        if any(one.id not in vanished for one in there):
            continue
        fit = [one for one in there if _is_same_page(entry, one, alone=len(there) == 1, links_tell=links_tell)]
        if fit:
            pairs.append((id_, max(fit, key=lambda one: (one.first_seen, one.id)).id))
    return pairs


def _is_deep(link: str) -> bool:
    """Whether it leads further than a front page, to which all of a feed's entries may lead."""
    return bool(link.partition("/")[2]) or "?" in link


def _is_same_page(entry: Entry, one: Known, *, alone: bool, links_tell: bool) -> bool:
    """Whether two entries with one link are one story, and not two at one place: a changelog, a page of the day."""
    apart_by = _between(entry, one)
    is_close = apart_by is not None and apart_by <= _CLOSE
    if anchor(entry.link):
        # The store keeps no place within the page, so two comments on one article look like one.
        return False
    if same_text(entry.title, one.title):
        return is_close or apart_by is None or _is_telling(entry.title)
    return alone and (is_close or (apart_by is None and links_tell))


def _is_same_text_or_instant(entry: Entry, one: Known) -> bool:
    if _between(entry, one) == timedelta(0):
        return True
    return same_text(entry.title, one.title) and _is_telling(entry.title)


def _between(entry: Entry, one: Known) -> timedelta | None:
    """Between the two dates; None if one is missing."""
    if entry.published is None or one.published is None:
        return None
    return abs(entry.published - one.published)


def _by_title(
    brought: Sequence[Entry], known: Sequence[Known], new: Mapping[str, Entry], vanished: Mapping[str, Known]
) -> list[tuple[str, str]]:
    """Pairs with one telling title and one date, the day of UTC, where neither document nor store repeats the title."""
    days = {entry.published.date() for entry in new.values() if entry.published is not None}
    old: dict[str, list[str]] = defaultdict(list)
    for id_, one in vanished.items():
        if one.published is not None and one.published.date() in days:
            old[fold(one.title)].append(id_)
    pairs = []
    for id_, entry in new.items():
        there = old.get(fold(entry.title), [])
        if len(there) != 1 or not _is_telling(entry.title) or not _is_same_day(entry, vanished[there[0]]):
            continue
        titles = [*(one.title for one in brought), *(one.title for one in known)]
        if sum(same_text(title, entry.title) for title in titles) == 2:
            pairs.append((id_, there[0]))
    return pairs


def _is_same_day(entry: Entry, one: Known) -> bool:
    """Whether both are of one day, and not two places on one page."""
    if anchor(entry.link) and identity(entry.link) == one.identity:
        return False
    return entry.published is not None and one.published is not None and entry.published.date() == one.published.date()


def _is_telling(title: str) -> bool:
    """Whether a title says what happened; "Daily links", "Update" and "Hello world" do not."""
    return len(fold(title)) >= _FEW_LETTERS and len(set(content_words(title))) >= _FEW_WORDS


def _is_next_batch(brought: Sequence[Entry], known: Sequence[Known]) -> bool:
    """Whether the document is one batch under one instant, and so was the last one that we knew, days before."""
    instants = {entry.published for entry in brought}
    dated = Counter(one.published for one in known if one.published is not None)
    if len(brought) < 2 or len(instants) != 1 or not dated:
        return False
    (instant,), last = instants, max(dated)
    if instant is None or dated[last] < 2:
        return False
    return _CLOSE <= instant - last <= _BATCHES_APART
