"""Stories joined and parted as the chief editor wishes; what comes of it is scored anew. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.desk.stories.telling import lead_first, story_told_by
from newsletter.desk.takes.match import StoryFinder
from newsletter.links import looks_like_address, same
from newsletter.model.issue import Wishes
from newsletter.model.news import Entry, Ranked, Story, Telling
from newsletter.model.remarks import Level, Remark
from newsletter.text import fold, slug

#: Scores a story by how its entries count; an empty sequence where older records do not tell.
Score = Callable[[Story, Sequence[Telling]], Ranked]
_Told = tuple[Entry, Telling | None]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The stories after the wishes, best first within those proposed and those that are not."""

    ranked: tuple[Ranked, ...]
    #: Id of a story that the wishes made → the ids of those that it was made of.
    origins: Mapping[str, frozenset[str]]
    remarks: tuple[Remark, ...]


def regroup(
    ranked: Sequence[Ranked], wishes: Wishes, *, find: Callable[[Sequence[Ranked]], StoryFinder], score: Score
) -> Regrouped:
    """Part what `split` names, then join what `merge` names; a wish that names nothing is a remark.

    The id stays with the entry that it was made from: with the lead. A merged story keeps the id of the first
    that its group names, and goes by all their names.
    """
    work = _Work(list(ranked), wishes, score)
    if wishes.split:
        work.part(find(work.ranked))
    if wishes.merge:
        work.join(find(work.ranked))
    return Regrouped(work.in_order(), work.origins, tuple(work.remarks))


class _Work:
    """The stories while wishes are fulfilled one after the other."""

    def __init__(self, ranked: list[Ranked], wishes: Wishes, score: Score) -> None:
        self.ranked, self.origins = ranked, dict[str, frozenset[str]]()
        self.remarks: list[Remark] = []
        self._wishes, self._score = wishes, score

    def in_order(self) -> tuple[Ranked, ...]:
        if not self.origins:
            return tuple(self.ranked)
        return tuple(sorted(self.ranked, key=lambda r: (not r.story.proposed, -r.score)))

    # Parting --------------------------------------------------------------------------------------------

    def part(self, finder: StoryFinder) -> None:
        leaving: dict[str, list[frozenset[int]]] = {}
        for ref in self._wishes.split:
            story = self._found("split", ref, finder)
            if story is None:
                continue
            groups = _pages(story) if ref.startswith("#") else [_named(ref, story)]
            if not groups[0]:
                self._unknown("split", ref, [story])
                continue
            if len(groups[0]) == len(story.entries):
                what = f'split names "{ref}", and its story has nothing else to part it from.'
                self._say("split", "notice", "nothing-to-split", what)
                continue
            leaving.setdefault(story.id, []).extend(groups)
        for name, groups in leaving.items():
            self._part(next(r for r in self.ranked if r.story.id == name), groups)

    def _part(self, whole: Ranked, leaving: Iterable[frozenset[int]]) -> None:
        left, parts = set(range(len(whole.story.entries))), []
        for group in leaving:
            if here := group & left:
                parts.append(here)
                left -= here
        parts.extend([frozenset(left)] if left else [])
        parts.sort(key=min)
        place = self.ranked.index(whole)
        taken = {r.story.id for r in self.ranked}
        made = []
        for number, part in enumerate(parts):
            told = (
                [_told(whole, i) for i in sorted(part)] if number == 0 else _lead_first(_told(whole, i) for i in part)
            )
            name = whole.story.id if number == 0 else _free(told[0][0].title, taken)
            taken.add(name)
            thread = whole.story.thread if number == 0 else ""
            made.append(self._scored(_story(name, told, whole.story.proposed, thread=thread), told, [whole]))
            self.origins[name] = self.origins.get(whole.story.id, frozenset((whole.story.id,)))
        self.ranked[place : place + 1] = made

    # Joining --------------------------------------------------------------------------------------------

    def join(self, finder: StoryFinder) -> None:
        now: dict[str, str] = {}
        for group in self._wishes.merge:
            found = [story.id for ref in group if (story := self._found("merge", ref, finder)) is not None]
            ids = list(dict.fromkeys(_latest(name, now) for name in found))
            if len(ids) > 1:
                self._join(ids)
                now.update(dict.fromkeys(ids[1:], ids[0]))
            elif len(found) == len(group):
                what = f"merge names #{ids[0]} by all of its names: it is one story already."
                self._say("merge", "notice", "nothing-to-merge", what)

    def _join(self, ids: Sequence[str]) -> None:
        by_id = {r.story.id: r for r in self.ranked if r.story.id in ids}
        parts = [by_id[name] for name in ids]
        first = parts[0].story
        told = [_told(part, i) for part in parts for i in range(len(part.story.entries))]
        told = [told[0], *sorted(told[1:], key=lambda one: (one[0].dated, one[0].feed, one[0].id))]
        thread = next((part.story.thread for part in parts if part.story.thread), "")
        story = _story(first.id, told, any(part.story.proposed for part in parts), thread=thread)
        names = {name for part in parts for name in (part.story.id, *part.story.aliases)}
        story = replace(story, aliases=tuple(sorted({*story.aliases, *names} - {story.id})))
        self.origins[first.id] = frozenset(
            origin for name in ids for origin in self.origins.get(name, frozenset((name,)))
        )
        place = self.ranked.index(parts[0])
        self.ranked[place] = self._scored(story, told, parts)
        self.ranked = [r for r in self.ranked if r is self.ranked[place] or r.story.id not in ids]

    def _scored(self, story: Story, told: Sequence[_Told], parts: Sequence[Ranked]) -> Ranked:
        tellings = [telling for _, telling in told if telling is not None]
        if len(tellings) == len(told):
            return self._score(story, tellings)
        # An older record does not tell how its entries count: the best of the scores that it had stays.
        feeds = {entry.feed for entry, _ in told}
        sources = dict.fromkeys(one for part in parts for one in part.sources if one[0] in feeds)
        best = max(parts, key=lambda part: part.score)
        return Ranked(story, best.score, best.terms, tuple(sources))

    # Naming ---------------------------------------------------------------------------------------------

    def _found(self, key: str, ref: str, finder: StoryFinder) -> Story | None:
        match = finder.find(ref)
        if match.story is not None and match.how != "near":
            return match.story
        self._unknown(key, ref, [match.story] if match.story else list(match.candidates))
        return None

    def _unknown(self, key: str, ref: str, candidates: Sequence[Story]) -> None:
        mend = tuple(f'Did you mean  #{s.id} "{s.headline}"?' for s in candidates[:3])
        self._say(key, "warning", "unknown-story", f'{key} names "{ref}", which is no story of this week.', *mend)

    def _say(self, key: str, level: Level, code: str, what: str, *mend: str) -> None:
        line = self._wishes.lines.get(key, 0)
        self.remarks.append(Remark(self._wishes.path, line, level, code, what, mend))


def _told(ranked: Ranked, place: int) -> _Told:
    telling = ranked.tellings[place] if place < len(ranked.tellings) else None
    return ranked.story.entries[place], telling


def _lead_first(told: Iterable[_Told]) -> list[_Told]:
    by_entry = {(entry.feed, entry.id): (entry, telling) for entry, telling in told}

    def only_points(entry: Entry) -> bool:
        telling = by_entry[entry.feed, entry.id][1]
        return telling is not None and not telling.publisher

    ordered = lead_first((entry for entry, _ in by_entry.values()), only_points)
    return [by_entry[entry.feed, entry.id] for entry in ordered]


def _pages(story: Story) -> list[frozenset[int]]:
    """The entries of each page apart, those of one headline together; the lead's page first."""
    pages: list[list[int]] = []
    for i, entry in enumerate(story.entries):
        alike = (p for p in pages if any(_one_telling(entry, story.entries[k]) for k in p))
        page = next(alike, None)
        if page is None:
            pages.append([i])
        else:
            page.append(i)
    return [frozenset(page) for page in pages]


def _one_telling(one: Entry, other: Entry) -> bool:
    return _one_page(one, other) or fold(one.title) == fold(other.title)


def _one_page(one: Entry, other: Entry) -> bool:
    return bool(one.link and other.link) and same(one.link, other.link)


def _named(ref: str, story: Story) -> frozenset[int]:
    """The entries that an address, a headline or its beginning means, with all on the same page."""
    if looks_like_address(ref):
        meant = [e for e in story.entries if any(link and same(ref, link) for link in (e.link, e.discussion))]
    else:
        meant = [e for e in story.entries if _called(ref, e, str.__eq__)]
        meant = meant or [e for e in story.entries if _called(ref, e, str.startswith)]
    return frozenset(i for i, e in enumerate(story.entries) if any(e is one or _one_page(e, one) for one in meant))


def _called(ref: str, entry: Entry, agrees: Callable[[str, str], bool]) -> bool:
    return any(agrees(fold(title), fold(ref)) for title in (entry.title, *entry.former_titles) if fold(ref))


def _latest(name: str, now: Mapping[str, str]) -> str:
    while name in now:
        name = now[name]
    return name


def _free(title: str, taken: set[str]) -> str:
    """A story's id that no other has: more words of its headline, at last a number."""
    for most in (3, 4, 6, 9):
        if (name := slug(title, most=most)) not in taken:
            return name
    return next(name for n in range(2, 100_000) if (name := f"{slug(title)}-{n}") not in taken)


def _story(name: str, told: Sequence[_Told], proposed: bool, *, thread: str) -> Story:
    return story_told_by([entry for entry, _ in told], name=name, names=slug, proposed=proposed, thread=thread)
