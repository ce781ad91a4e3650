"""One post or pasted text of before, read into the record of an issue; what could not be read is told. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from newsletter.files.past.accounting import accounted, front_not_accounted, not_accounted
from newsletter.files.past.explaining import FoundTop, read_top
from newsletter.files.past.front_matter import FrontMatter, read_front_matter
from newsletter.files.past.html_posts import markdown_lines
from newsletter.files.past.news import FoundNews, read_news
from newsletter.files.past.printing import Printing
from newsletter.files.past.sections import Section
from newsletter.files.past.sheet import Line, definitions, lines_of
from newsletter.files.past.start import news_start
from newsletter.files.past.titles import Title, read_day, read_title
from newsletter.files.past.tokens import tokens_of
from newsletter.model.issue import Explainer, Issue, Wording
from newsletter.model.members import Member
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.text import clip, fold, one_line, same_text

#: What front matter may say that has a place in the record.
_USED = frozenset("title date tags tag categories category author level difficulty subtitle tldr slug".split())
_FRIDAY = 4
#: Words above the news from which they are the explainer, and none is looked for below.
_EXPLAINED = 40
#: Years of issues, as everywhere.
_YEARS = range(1900, 3000)
_HTML_BODY = re.compile(r"\s*<(?:!doctype|html|body|p|div|h[1-6]|article|section)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of before, as text."""

    #: As remarks and the record name it.
    path: str
    #: LF, NFC, without byte order mark.
    text: str
    #: The issue's folder in the archive, if it can be read.
    slug: str
    #: What its file name, or whoever imports it, says of its day; None if nothing.
    day: date | None = None
    #: Whether it is written in HTML.
    html: bool = False
    sha256: str = ""
    #: The words of the file's name, a title where the text has none.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the publication lends to its past."""

    wording: Wording
    members: tuple[Member, ...] = ()
    #: The pattern of its titles, as newsletter.toml has it.
    pattern: str = ""
    #: Where the pages of before stood; "" if nobody knows.
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """An issue of before, None if it could not be read at all, and what is to be said of it."""

    issue: Issue | None
    remarks: tuple[Remark, ...]
    #: Names under takes that are no member's, in order.
    strangers: tuple[str, ...] = ()


def read_issue(source: Source, house: House) -> Past:
    """Read one issue. Every word of the text is in the record or in a remark; nothing is guessed onto a story.

    Dates, titles and numbers are kept as printed. None, with an error, for a text without words or without a day.
    """
    typed = source.text.split("\n")
    front = read_front_matter(typed, source.path)
    numbered = [(number, text) for number, text in enumerate(typed, 1) if number > front.body]
    remarks = list(front.remarks)
    if source.html or _is_html(typed, front):
        numbered, unread = _from_html(typed, front)
        remarks += [
            Remark(source.path, number, "notice", "unseen", f'No reader saw it, and it is left out: "{words}".')
            for number, words in unread
        ]
    lines, said = lines_of(numbered, source.path)
    remarks += said
    if not any(map(str.isalnum, "".join(line.text for line in lines if not line.blank))):
        what = "There are no words in it."
        return Past(None, (*remarks, Remark(source.path, 0, "error", "empty-issue", what)))
    top, news = _parts(source, house, front, lines)
    found = _Assembly(source, house, front, top, news, lines).issue()
    remarks = [*remarks, *found.remarks]
    if found.issue is not None:
        kept = accounted(found.issue, remarks)
        remarks += front_not_accounted(front, typed, kept, source.path)
        remarks += not_accounted(lines, kept, source.path)
    return Past(found.issue, in_order(remarks), found.strangers)


def _is_html(typed: Sequence[str], front: FrontMatter) -> bool:
    """Whether a file that is called Markdown is nothing but HTML."""
    filled = [line for line in typed[front.body :] if line.strip()]
    if not filled or not _HTML_BODY.match(filled[0][:80]):
        return False
    tagged = sum(line.lstrip().startswith("<") for line in filled)
    return tagged > 0.8 * len(filled) and not any(line.lstrip().startswith("#") for line in filled)


def _from_html(typed: Sequence[str], front: FrontMatter) -> tuple[list[tuple[int, str]], tuple[tuple[int, str], ...]]:
    lines, unread = markdown_lines("\n".join(typed[front.body :]))
    return [(number + front.body, text) for number, text in lines], tuple(
        (number + front.body, words) for number, words in unread
    )


def _parts(source: Source, house: House, front: FrontMatter, lines: Sequence[Line]) -> tuple[FoundTop, FoundNews]:
    """What stands above the news, and the news; an explainer below the news counts as above."""
    people = frozenset(fold(name) for one in house.members for name in (one.id, one.name, *one.aka))
    wording = house.wording
    own: tuple[tuple[str, Section], ...] = (
        (wording.pulse_heading, "pulse"),
        (wording.news_heading, "news"),
        (wording.apart_heading, "apart"),
        (wording.headlines_heading, "headlines"),
    )
    tokens = tokens_of(lines, 0, people, definitions(lines), own)
    start = news_start(lines, tokens)
    title = front.get("title")
    top = read_top(lines, 0, start, source.path, title=title, pattern=house.pattern, people=people)
    news = read_news(lines, start, tokens, source.path, explained=len(top.body.split()) >= _EXPLAINED)
    if news.end < len(lines):
        below = read_top(
            lines, news.end, len(lines), source.path, title=top.title, pattern=house.pattern, people=people
        )
        top.title = top.title or below.title
        top.headings += below.headings
        top.intro += [top.body.strip()] if top.body.strip() else []
        top.body, top.body_line = below.body, below.body_line
        top.tldr = top.tldr or below.tldr
        top.intro += below.intro
        top.level, top.author = top.level or below.level, top.author or below.author
        top.tags += below.tags
        top.remarks += below.remarks
    return top, news


@dataclass(frozen=True, slots=True)
class _Assembly:
    """The record of one issue, made of its parts."""

    source: Source
    house: House
    front: FrontMatter
    top: FoundTop
    news: FoundNews
    lines: Sequence[Line]

    def issue(self) -> Past:
        source, top, news = self.source, self.top, self.news
        remarks = [*top.remarks, *news.remarks, *self._unused()]
        title = one_line(top.title) or self._name()
        read = read_title(title, self.house.pattern)
        day, about_day = self._day(read)
        remarks += about_day
        if day is None:
            return Past(None, tuple(remarks))
        remarks += self._about_number(read, day)
        printing = Printing(source.path, self.house.members, self.house.base_url, self.lines)
        stories, headlines = printing.stories(news.stories)
        apart = printing.apart(news.apart)
        topic, explainer, intro, about_labels = self._explainer(title, read)
        issue = Issue(
            week=Week.of(day),
            number=read.number,
            title=title,
            subject=title,
            topic=topic,
            date=day,
            wording=self._wording(),
            intro="\n".join((*intro, *([""] if intro and news.stray else []), *news.stray)).strip(),
            explainer=explainer,
            stories=stories,
            apart=apart,
            headlines=headlines,
            slug=source.slug,
            imported=source.path,
        )
        remarks += about_labels
        return Past(issue, (*remarks, *printing.remarks), tuple(dict.fromkeys(printing.strangers)))

    def _name(self) -> str:
        return one_line(re.sub(r"^\d{4}-\d{1,2}-\d{1,2}-?", "", self.source.name).replace("-", " ")) or self.source.slug

    # Day and number --------------------------------------------------------------------------------

    def _day(self, title: Title) -> tuple[date | None, Iterator[Remark]]:
        """The day of the issue: its front matter's, else its file name's, its text's, or its week's Friday."""
        typed = self.front.get("date")
        said = read_day(typed)
        file = self.source.day
        day = said or file or self.top.day
        if day is None and title.week and title.year:
            try:
                day = Week(title.year, title.week).monday + timedelta(days=_FRIDAY)
            except ValueError:
                day = None
            what = f"No day is given; the Friday of the week in its title is taken, {day}."
            return day, iter((self._said("date", "guessed-date", what),) if day else self._no_day())
        if day is None:
            return None, iter(self._no_day())
        return day, self._about_day(typed, said, file)

    def _no_day(self) -> tuple[Remark, ...]:
        mend = ("Name it:  newsletter import text FILE --date YYYY-MM-DD   or begin the file's name with it.",)
        what = "Nothing tells its day; it was not read."
        return (Remark(self.source.path, 0, "error", "no-date", what, mend),)

    def _about_day(self, typed: str, said: date | None, file: date | None) -> Iterator[Remark]:
        if typed and said is None:
            yield self._said("date", "unread-date", f'"{clip(typed, 60)}" is no day that can be read.')
        if said is not None and file is not None and said != file:
            what = f"The front matter says {said}, the file's name {file}; the front matter counts."
            yield self._said("date", "dates-differ", what)

    def _about_number(self, title: Title, day: date) -> Iterator[Remark]:
        week = Week.of(day)
        if title.week and (title.week != week.number or title.year not in (0, week.year)):
            printed = f"#{title.week}" + (f" {title.year}" if title.year else "")
            what = f"The title says week {printed}, {day} lies in {week}; the title stays as printed."
            yield self._said("title", "week-number", what)

    def _said(self, key: str, code: str, what: str) -> Remark:
        return Remark(self.source.path, self.front.lines.get(key, 0), "notice", code, what)

    def _unused(self) -> Iterator[Remark]:
        for key, values in self.front.values.items():
            if key not in _USED:
                what = f"Not kept of the front matter:  {key}: {clip(one_line(', '.join(values)), 400)}"
                yield self._said(key, "front-matter-key", what)

    # The explainer ---------------------------------------------------------------------------------

    def _explainer(self, title: str, read: Title) -> tuple[str, Explainer | None, list[str], tuple[Remark, ...]]:
        """The topic, the explainer, and the intro; a TL;DR without a text stands in the intro."""
        top, front = self.top, self.front
        intro = [*top.intro]
        body, tldr = top.body.strip("\n"), top.tldr or front.get("tldr")
        tags = (*front.texts("tags", "tag", "categories", "category"), *top.tags, *self.news.tags)
        others = [words for words in top.headings if not same_text(words, read.topic) and not same_text(words, title)]
        topic = read.topic or (others.pop(0) if others and read.number else "")
        if not any(map(str.isalnum, body)):
            kept = [*others, *([tldr] if tldr else [])]
            intro = [*kept, *([""] if kept and intro else []), *intro]
            labels = [words for words in (top.author, top.level or self.news.level, *tags) if words]
            what = f"Labels without an explainer are not kept: {', '.join(labels)}."
            about = (self._said("tags", "front-matter-key", what),) if labels else ()
            return topic, None, intro, about
        explainer = Explainer(
            path=self.source.path,
            title=topic or (others.pop(0) if others else title),
            body=body + self._definitions(body),
            subtitle=one_line(" – ".join((*others, *filter(None, (front.get("subtitle"),))))),
            tldr=tldr,
            author=top.author or front.get("author"),
            level=top.level or self.news.level or front.get("level", "difficulty"),
            tags=tuple(dict.fromkeys(tags)),
            base_url=self.house.base_url,
            sha256=self.source.sha256,
            body_line=top.body_line,
        )
        return explainer.title, explainer, intro, ()

    def _definitions(self, body: str) -> str:
        """Addresses that the explainer names and that stand below the news."""
        there = {line.text.strip() for line in self.lines if line.text.strip() and line.text.strip() in body}
        found = [
            line.text.strip()
            for name, (line, _) in definitions(self.lines).items()
            if line.text.strip() not in there and f"[{name}]" in body.lower()
        ]
        return "".join(("\n\n", "\n".join(found))) if found else ""

    def _wording(self) -> Wording:
        """The publication's words, with the names of the parts as they were printed then."""
        names = self.news.names
        wording = self.house.wording
        return replace(
            wording,
            news_heading=names.get("news", wording.news_heading),
            pulse_heading=names.get("pulse", wording.pulse_heading),
            pulse_intro=_emphasis_off("\n".join(self.news.pulse_intro)),
            apart_heading=names.get("apart", wording.apart_heading),
            headlines_heading=names.get("headlines", wording.headlines_heading),
        )


def _emphasis_off(text: str) -> str:
    """The fixed paragraph without the emphasis that the templates set themselves."""
    kept = text.strip()
    for mark in ("***", "**", "*", "_"):
        if kept.startswith(mark) and kept.endswith(mark) and kept.count(mark) == 2 and len(kept) > 2 * len(mark):
            return kept[len(mark) : -len(mark)].strip()
    return kept
