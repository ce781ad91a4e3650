"""What the news of a week came to, kept for the next time that nothing has changed: in memory, and below var. I/O: disk

Grouping a full week takes longer than all else that an editor waits for, and its result depends on what collecting
brought alone: not on takes, and not on the hour. What is kept is found again only under a digest of everything that
it was made from, this program's own files included; whatever is wrong with it, it is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from newsletter import __version__
from newsletter.errors import CannotWrite
from newsletter.files.folder import write_whole
from newsletter.links import Link
from newsletter.model.news import Entry, Glimpse, NearMiss, News, Ranked, Story, Telling, Term, TermCounts

T = TypeVar("T")

#: Weeks that are held in memory, and files below var: this week, the next, and one that somebody looks back at.
_MOST = 3
#: Of fewer entries the news is made sooner than read.
WORTH = 500
#: Characters of one file: no week comes to so much.
_LONGEST = 64_000_000
#: Of this package, what grouping and ranking are made of; and the libraries that they use.
_OWN = ("desk", "model", "tables")
_OTHERS = ("snowballstemmer", "publicsuffixlist")


class NewsMemo:
    """What was last asked for, by digest, in one process; safe to share between threads."""

    def __init__(self, *, writes: bool = True) -> None:
        #: Whether files may be made as well, for other processes; those that are there are always read.
        self.writes = writes
        self.news: Few[News] = Few()
        #: By the digest of the store alone.
        self.glimpses: Few[tuple[Glimpse, ...]] = Few()


class Few(Generic[T]):
    """The last few of one kind, by digest."""

    def __init__(self) -> None:
        self._found: dict[str, T] = {}
        self._lock = Lock()

    def get(self, key: str) -> T | None:
        with self._lock:
            return self._found.get(key)

    def keep(self, key: str, one: T) -> None:
        """Keep it in the place of the one that was kept longest ago."""
        with self._lock:
            self._found.pop(key, None)
            self._found[key] = one
            while len(self._found) > _MOST:
                del self._found[next(iter(self._found))]


def digest_of(*parts: object) -> str:
    """One digest of values and of this program; the same in every process for equal values. Hexadecimal."""
    told = blake2b(_program().encode(), digest_size=20)
    for part in parts:
        told.update(repr(_plain(part)).encode("utf-8", "replace"))
        told.update(b"\0")
    return told.hexdigest()


def read_kept(folder: Path, key: str, entries: Sequence[Entry]) -> News | None:
    """The news kept under this digest; None if there is none, or if anything is wrong with it.

    `entries` are those that it was made from, in the same order: its stories are told by them.
    """
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        check, _, text = _file(folder, key).read_text(encoding="utf-8").partition("\n")
        if check == _check(key, text):
            return _news_in(json.loads(text), entries)
    return None


def keep(folder: Path, key: str, news: News, entries: Sequence[Entry]) -> None:
    """Keep the news for later processes, and of others the newest few; a disk that refuses is no fault."""
    places = {id(entry): place for place, entry in enumerate(entries)}
    text = json.dumps(_told(news, places), ensure_ascii=True, separators=(",", ":"))
    if len(text) > _LONGEST:
        return
    with suppress(CannotWrite, OSError):
        write_whole(_file(folder, key), f"{_check(key, text)}\n{text}")
        kept = sorted(folder.glob("news-*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
        for file in kept[_MOST:]:
            file.unlink(missing_ok=True)


# Digests -------------------------------------------------------------------------------------------


def _plain(value: object) -> object:
    """The value as something that reads the same in every process: sets and mappings in order."""
    if isinstance(value, str | int | float | None):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, Mapping):
        return sorted((repr(_plain(key)), _plain(one)) for key, one in value.items())
    if isinstance(value, Set):
        return sorted(repr(_plain(one)) for one in value)
    if isinstance(value, Sequence):
        return tuple(map(_plain, value))
    return repr(value)


@cache
def _program() -> str:
    """What tells this program, as it is installed, from every other version of it."""
    package = Path(__file__).parent.parent.parent
    files = [*package.glob("*.py"), *(file for name in _OWN for file in (package / name).rglob("*.*"))]
    files += [Path(__file__), Path(__file__).with_name("week_news.py"), Path(__file__).with_name("resolving.py")]
    for name in _OTHERS:
        if (spec := find_spec(name)) is not None and spec.origin:
            files += Path(spec.origin).parent.glob("*.*")
    told = []
    for file in sorted({file for file in files if file.suffix != ".pyc"}):
        with suppress(OSError):
            found = file.stat()
            told.append((str(file), found.st_size, found.st_mtime_ns))
    return repr((__version__, told))


def _check(key: str, text: str) -> str:
    return blake2b(f"{key}\n{text}".encode(), digest_size=20).hexdigest()


def _file(folder: Path, key: str) -> Path:
    return folder / f"news-{key}.json"


# As JSON -------------------------------------------------------------------------------------------


def _told(news: News, places: Mapping[int, int]) -> dict[str, object]:
    """The news without its entries and without what belongs to its inputs: resolved links and topics."""
    return {
        "ranked": [
            [
                *_story(one.story, places),
                one.score,
                [(term.name, term.value, term.basis) for term in one.terms],
                one.sources,
                [(told.feed, told.name, told.publisher, told.weight) for told in one.tellings],
            ]
            for one in news.ranked
        ],
        "terms": [news.terms.entries, news.terms.counts],
        "near": [[one.one, one.other, one.likeness, one.shared] for one in news.near],
    }


def _story(story: Story, places: Mapping[int, int]) -> list[object]:
    """What most stories have of their lead is told by 0."""
    lead = story.entries[0]
    published = story.published.isoformat() if story.published else ""
    return [
        story.id,
        [places[id(entry)] for entry in story.entries],
        0 if story.headline == lead.title else story.headline,
        0 if story.link == lead.link else story.link,
        0 if story.summary == lead.summary else story.summary,
        0 if story.language == lead.language else story.language,
        0 if story.published == lead.published else published,
        story.aliases,
        story.proposed,
        story.thread,
    ]


def _news_in(told: Any, entries: Sequence[Entry]) -> News:
    count, counts = told["terms"]
    return News(
        ranked=tuple(_ranked_in(row, entries) for row in told["ranked"]),
        terms=TermCounts(entries=count, counts=counts),
        near=tuple(
            NearMiss(one=one, other=other, likeness=value, shared=tuple(shared))
            for one, other, value, shared in told["near"]
        ),
    )


def _ranked_in(row: Any, entries: Sequence[Entry]) -> Ranked:
    name, places, headline, link, summary, language, published, aliases, proposed, thread, *rest = row
    score, terms, sources, tellings = rest
    told = tuple([entries[place] for place in places])
    lead = told[0]
    story = Story(
        id=name,
        headline=headline or lead.title,
        link=lead.link if link == 0 else Link(link),
        entries=told,
        aliases=tuple(aliases),
        summary=lead.summary if summary == 0 else summary,
        language=lead.language if language == 0 else language,
        published=lead.published if published == 0 else datetime.fromisoformat(published) if published else None,
        proposed=proposed,
        thread=thread,
    )
    return Ranked(
        story,
        score,
        tuple([Term(*term) for term in terms]),
        tuple([(feed, shown) for feed, shown in sources]),
        tuple([Telling(feed=f, name=n, publisher=p, weight=w) for f, n, p, w in tellings]),
    )
