"""Entries as published into entries that can be trusted: plain, absolute, dated, each under one name. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from urllib.parse import urljoin

from newsletter.links import Link, identity, printed
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, RawEntry
from newsletter.text import clip, fold, same_text
from newsletter.wire.identity import own_name
from newsletter.wire.markup import as_text, beginning, plain
from newsletter.wire.platforms import Told, as_story, unwrapped

_TITLE = 500
_SUMMARY = 300
_AUTHOR = 200
_ID = 500
_LINK = 2000
_WORDS_OF_A_TITLE = 12
#: More of a text than this changes neither summary nor title: four summaries, and room for a tail.
_BEGINNING = 1200
#: Characters; texts shorter than this are looked at with more care.
_SHORT = 100
#: Characters of the longest abbreviation, its full stop and one before.
_ABBREVIATED = 7
#: Before it nobody published a feed; such dates are defaults of software.
_FIRST_YEAR = 1990
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*(?:\s+(?=[\"'“‘«(\[]*[^\W\d_a-z])|(?<=[。！？]))")
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Co|Corp|Ltd|No|vs|etc|al|e\.g|i\.e))\.$")
#: What publishing software adds, not the author.
_TAIL = re.compile(
    r"\s*(?:The post .{1,400}? (?:first )?appeared (?:first )?on .{1,200}|(?:Continue reading|Read more)\b.{0,200})$"
)
#: Folded; what aggregators write instead of a summary.
_SAYS_NOTHING = frozenset(("comments", "nodescription", "link", "readmore", "continuereading"))
_CUT = re.compile(r"\s*[\[(](?:…|\.\.\.)[\])]$")
#: An address of the common kind, which is printed as it stands.
_ORDINARY = re.compile(r"https?://[a-z0-9][a-z0-9.-]*/[\w/.~%+,:@!$'()*-]*", re.A)
_BREAKS = re.compile(r"[\t\r\n]")


def normalise(
    feed: Feed, raw: Sequence[RawEntry], *, base_url: str, now: datetime, previous_fetch: datetime | None
) -> tuple[Entry, ...]:
    """The entries of one fetch, in the order of the document; may be empty.

    Left out: what has neither title nor words, what the feed's `include` and `exclude` keep away, what its platform
    marks as no news (`platforms`), and what is beyond its `max_items`. Two entries under one id that tell different
    things both stay. `base_url` is the address that answered. Patterns were checked where feeds.toml was read; they
    look at letters without case, in the title and the text as published.
    """
    include = tuple(re.compile(pattern, re.I) for pattern in feed.include)
    exclude = tuple(re.compile(pattern, re.I) for pattern in feed.exclude)
    entries: list[Entry] = []
    for one in raw:
        told = _told(one, base_url, whole=bool(include or exclude))
        if not told.title or not _is_wanted(f"{told.title}\n{told.words}", include, exclude):
            continue
        story = as_story(told, one)
        if story is not None:
            if story.link != told.link:
                story = replace(story, link=_link(story.link, base_url) or told.link)
            entries.append(_entry(feed, one, story, base_url=base_url, now=now, previous_fetch=previous_fetch))
    return _newest(_under_own_names(entries), most=feed.max_items)


def as_published(feed: Feed, one: RawEntry, *, base_url: str, now: datetime) -> Entry:
    """One entry as its publisher wrote it, wanted or not, its platform's habits left in; its title may be empty."""
    return _entry(feed, one, _told(one, base_url, whole=False), base_url=base_url, now=now, previous_fetch=None)


def _told(one: RawEntry, base_url: str, *, whole: bool) -> Told:
    """What an entry says, with all of its words or their beginning."""
    words = _read(one.summary, whole=whole) or _read(one.content, whole=whole)
    title = _title(one) or clip(" ".join(words.split()[:_WORDS_OF_A_TITLE]), 120)
    link = _link(one.link, base_url)
    if (target := unwrapped(link)) != link:
        # Where the inner address cannot be printed the redirector's can.
        link = _link(target, base_url) or link
    own = _own_id(one, title=title, link=link)
    return Told(id=own, title=title, link=link, words=words, discussion=one.discussion, points=one.points)


def _read(markup: str, *, whole: bool) -> str:
    return plain(markup) if whole else beginning(markup, least=_BEGINNING)


def _entry(
    feed: Feed, one: RawEntry, told: Told, *, base_url: str, now: datetime, previous_fetch: datetime | None
) -> Entry:
    return Entry(
        feed=feed.id,
        id=told.id,
        title=told.title,
        link=Link(told.link),
        published=_believed(one.published, now),
        first_seen=now,
        previous_fetch=previous_fetch,
        summary=_summary(told.words, told.title),
        author=clip(plain(one.author), _AUTHOR),
        # What a person wrote in feeds.toml outweighs what software put into the feed.
        language=feed.language or _language(one.language),
        discussion=_discussion(told.discussion, told.link, base_url),
        points=told.points,
    )


def _title(one: RawEntry) -> str:
    return clip(plain(one.title, keep_lone=True) if one.title_is_html else as_text(one.title), _TITLE)


def _is_wanted(told: str, include: Sequence[re.Pattern[str]], exclude: Sequence[re.Pattern[str]]) -> bool:
    if include and not any(pattern.search(told) for pattern in include):
        return False
    return not any(pattern.search(told) for pattern in exclude)


def _link(written: str, base_url: str) -> Link:
    """Absolute, http or https, without tracking parameters; "" if there is none that may be printed."""
    # Browsers drop line breaks inside an address and encode blanks (WHATWG URL, 4.4); feeds rely on it.
    tidy = _BREAKS.sub("", written.strip()).replace(" ", "%20")
    if not tidy or len(tidy) > _LINK:
        return Link("")
    if _ORDINARY.fullmatch(tidy):
        return Link(tidy)
    try:
        # Joining drops an empty query, fragment or parameter; what is absolute needs none.
        link = printed(tidy if tidy.startswith(("http://", "https://")) else urljoin(base_url, tidy))
    except ValueError:
        return Link("")
    return link if link is not None and link.startswith(("http://", "https://")) else Link("")


def _discussion(written: str, link: str, base_url: str) -> Link:
    """The page where readers talk about it; "" if there is none, or if it is the story's own."""
    # A number, or the words of a form, would be joined to an address as well.
    if not written.startswith(("http://", "https://", "/")) or written.partition("#")[0] == link:
        return Link("")
    page = _link(written, base_url)
    return Link("") if identity(page) == identity(link) else page


def _own_id(one: RawEntry, *, title: str, link: str) -> str:
    """The publisher's id, else the link, else a name made from the title."""
    own = as_text(one.id) or link
    if not own:
        return f"title:{_digest(fold(title) or title)}"
    return own if len(own) <= _ID else f"{own[: _ID - 17]}:{_digest(own)}"


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _believed(published: datetime | None, now: datetime) -> datetime | None:
    """The date as published, unless it is a default of some software or ahead of our clock."""
    return published if published is not None and published.year >= _FIRST_YEAR and published <= now else None


def _summary(words: str, title: str) -> str:
    """One or two sentences of the text, none if it only repeats the title or says nothing."""
    has_tail = "appeared " in words or "Continue reading" in words or "Read more" in words
    told = _TAIL.sub("", words) if has_tail else words
    told = (_CUT.sub("…", told) if told.endswith(("]", ")")) else told).strip()
    if _repeats(told, title) or (len(told) < _SHORT and fold(told) in _SAYS_NOTHING):
        return ""
    kept = ""
    for sentence in islice(_sentences(told), 2):
        joined = f"{kept} {sentence}".strip()
        if kept and len(joined) > _SUMMARY:
            break
        kept = joined
    return clip(kept, _SUMMARY)


def _repeats(told: str, title: str) -> bool:
    # Folding is dear, and no text that is so much longer folds to the same.
    return len(told) < 3 * len(title) + _SHORT and same_text(told, title)


def _sentences(text: str) -> Iterator[str]:
    """The text's sentences; a full stop after an initial or a usual abbreviation ends none."""
    start = 0
    # What ends later is cut in any case.
    for end in _SENTENCE_END.finditer(text[: _SUMMARY + _SHORT]):
        sentence = text[start : end.end()].strip()
        if sentence and not _ABBREVIATION.search(sentence[-_ABBREVIATED:]):
            yield sentence
            start = end.end()
    if rest := text[start:].strip():
        yield rest


def _language(written: str) -> str:
    tag = written.strip().replace("_", "-")
    return tag if len(tag) <= 35 and _LANGUAGE.fullmatch(tag) else ""


def _under_own_names(entries: Sequence[Entry]) -> list[Entry]:
    """Each story under an id of its own; the same story listed twice only once.

    Of several stories under one id the oldest keeps it, so that a new one on top renames none that we know.
    """
    by_id: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if (name := own_name(entry)) not in seen:
            seen.add(name)
            by_id[entry.id].append(place)
    named: dict[int, Entry] = {}
    for places in by_id.values():
        oldest = min(places, key=lambda place: (entries[place].dated, -place))
        for place in places:
            entry = entries[place]
            named[place] = entry if place == oldest else replace(entry, id=own_name(entry))
    return [named[place] for place in sorted(named)]


def _newest(entries: Sequence[Entry], *, most: int) -> tuple[Entry, ...]:
    """At most so many, the newest, in the order they came in; 0 is no bound."""
    if not most or len(entries) <= most:
        return tuple(entries)
    places = sorted(range(len(entries)), key=lambda place: entries[place].dated, reverse=True)[:most]
    return tuple(entries[place] for place in sorted(places))
