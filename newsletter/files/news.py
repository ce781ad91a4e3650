"""news.jsonl: the stories a frozen week is made of, with the entries that told them. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.errors import NewsletterError
from newsletter.files.folder import read_kept, restore, week_folder, write_whole
from newsletter.files.plain import NotPlain, dump_line, from_plain, load, to_plain
from newsletter.files.record import without_format
from newsletter.model.news import News, Ranked, TermCounts
from newsletter.model.week import Week

FORMAT = "tech-pulse-news/1"


def news_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "news.jsonl"


def write_news(root: Path, week: Week, news: News) -> bool:
    """Keep what the issue is made of; False if that very news stands there already. Raises CannotWrite."""
    return write_whole(news_path(root, week), dump_news(week, news))


def read_news(root: Path, week: Week) -> News | None:
    """The news as frozen, its stories in their order; None if the week was not frozen.

    Raises NewsletterError, with the mend, if the file is damaged or belongs to another week.
    """
    path = news_path(root, week)
    text = read_kept(path)
    if text is None:
        return None
    try:
        return parse_news(text, week)
    except NotPlain as fault:
        raise NewsletterError(f"{path} is damaged: {fault}.", mend=restore(path)) from fault


def dump_news(week: Week, news: News) -> str:
    """One line for the format, the week, the counts of terms and the links resolved, then one for each story."""
    head = {
        "format": FORMAT,
        "week": str(week),
        "terms": to_plain(news.terms),
        "resolved": to_plain(news.resolved),
        "topics": to_plain(news.topics),
    }
    lines = [head, *(to_plain(ranked) for ranked in news.ranked)]
    return "".join(dump_line(line) + "\n" for line in lines)


def parse_news(text: str, week: Week) -> News:
    """Read the news back, equal to what was kept. Raises NotPlain; NewsletterError for a newer format."""
    # Not splitlines(): JSON leaves U+2028 and its like unescaped inside a text.
    first, *lines = [line for line in text.split("\n") if line.strip()] or [""]
    head = without_format(load(first), FORMAT)
    if head.get("week") != str(week):
        raise NotPlain(f"line 1 names the week {head.get('week')}, the folder {week}")
    stories = []
    for number, line in enumerate(lines, start=2):
        try:
            stories.append(from_plain(Ranked, load(line)))
        except NotPlain as fault:
            raise NotPlain(f"line {number}: {fault}") from fault
    try:
        # Missing where an older version froze the week.
        told = from_plain(_Head, {key: head[key] for key in ("terms", "resolved", "topics") if key in head})
    except NotPlain as fault:
        raise NotPlain(f"line 1: {fault}") from fault
    return News(ranked=tuple(stories), terms=told.terms, resolved=told.resolved, topics=told.topics)


@dataclass(frozen=True, slots=True)
class _Head:
    terms: TermCounts = field(default_factory=TermCounts)
    resolved: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
