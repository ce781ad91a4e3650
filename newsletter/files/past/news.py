"""The news of an old issue: its stories, whose takes stand below them, and what fits nowhere. Pure.

A take is never read onto another story: one that follows a story's take and says nothing of that story stands apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from newsletter.files.past.belonging import belongs
from newsletter.files.past.headlines import Headline, covered_on, credit_on
from newsletter.files.past.sections import Section, around, is_label
from newsletter.files.past.sheet import Line, heading_of, shape_of, unwrapped, words_alone
from newsletter.files.past.start import explainer_behind, usual_takes
from newsletter.files.past.tokens import Token
from newsletter.files.past.voices import CLOSING, Voice, closes, inside, is_closed, opens, voice_on
from newsletter.model.remarks import Remark
from newsletter.text import clip, fold

#: The mark of a line of a block quotation.
_BLOCK = re.compile(r"\s{0,3}>\s?")
#: Takes of a story with which a further one is compared.
_COMPARED = 8


@dataclass(slots=True)
class FoundTake:
    """A take while its lines are gathered."""

    voice: Voice
    line: int
    words: list[str]
    #: The mark that opened it, while it is not closed; "" otherwise.
    open: str = ""
    #: Index of the line that closes it; -1 if none does.
    end: int = -1
    #: Whether it stands in a block quotation, the marks of which are no part of it.
    block: bool = False


@dataclass(slots=True)
class FoundStory:
    """A story while its lines are gathered. No headline: takes that stand apart."""

    headline: Headline
    line: int
    summary: list[str] = field(default_factory=list)
    takes: list[FoundTake] = field(default_factory=list)
    also: tuple[tuple[str, str], ...] = ()
    link: str = ""
    source: str = ""
    published: date | None = None


@dataclass(slots=True)
class FoundNews:
    """All that was found from the first story on."""

    stories: list[FoundStory] = field(default_factory=list)
    apart: list[FoundTake] = field(default_factory=list)
    #: The names of the parts as printed.
    names: dict[Section, str] = field(default_factory=dict)
    pulse_intro: list[str] = field(default_factory=list)
    #: Words that belong to no story, in order.
    stray: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    level: str = ""
    remarks: list[Remark] = field(default_factory=list)
    #: Index of the line at which an explainer begins behind the news; the number of lines if none does.
    end: int = 0


# Stories -------------------------------------------------------------------------------------------


def read_news(
    lines: Sequence[Line], start: int, tokens: Mapping[int, Token], path: str, *, explained: bool
) -> FoundNews:
    """The stories from `start` on; `explained` says that the explainer stands above them, so that none follows."""
    news = FoundNews(end=len(lines))
    if not explained:
        news.end = explainer_behind(lines, start, tokens)
    _Gathering(lines, start, tokens, news, path).run(start)
    if start < news.end and (what := _nothing_found(news)):
        news.remarks.append(Remark(path, lines[start].number, "notice", "no-takes", what))
    return news


def _nothing_found(news: FoundNews) -> str:
    """What is to be said of news without a story, or of stories of which none has a take; "" of all others."""
    if news.stories and not news.apart and not any(story.takes for story in news.stories):
        return "No take was found below its headlines: what stands there is kept as their summaries."
    if not news.stories and not news.apart and (news.pulse_intro or news.stray):
        return "No story was found in its news: what stands there is kept as their introduction."
    return ""


class _Gathering:
    """One walk over the lines, with the story and the take that are open."""

    def __init__(
        self, lines: Sequence[Line], start: int, tokens: Mapping[int, Token], news: FoundNews, path: str
    ) -> None:
        self.lines, self.tokens, self.news, self.path = lines, tokens, news, path
        self.story: FoundStory | None = None
        self.take: FoundTake | None = None
        self.mode: Section = "pulse"
        #: Whether a rule, or nothing but a heading, stands between the last take and this line.
        self.parted = False
        self.last = -1
        voices = [i for i, token in tokens.items() if token.kind in ("voice", "headline") and i < news.end]
        self.last_voice = max(voices, default=-1)
        self.tail = False
        #: Takes that every story of the issue may have, whatever they say.
        self.usual = usual_takes(tokens[i].kind for i in sorted(tokens) if start <= i < news.end)
        #: What comes next behind each line: a take, a headline, or the name of a part.
        self.next: dict[int, str] = {}
        kind = ""
        for i in sorted((i for i in tokens if i < news.end), reverse=True):
            self.next[i] = kind
            kind = tokens[i].kind if tokens[i].kind in ("voice", "headline", "section") else kind

    def run(self, start: int) -> None:
        for i in range(start, self.news.end):
            if self.lines[i].blank:
                continue
            token = self.tokens.get(i, Token("text"))
            if token.kind not in ("mark", "definition"):
                getattr(self, f"_{token.kind}")(i, token)
                self.last = i

    def _section(self, i: int, token: Token) -> None:
        assert token.section is not None
        kind, words = token.section
        self.story = self.take = None
        self.mode = kind
        if kind in self.news.names and fold(self.news.names[kind]) != fold(words):
            self._notice(i, "unplaced", f'A second heading of the same part is kept as other words: "{words}".')
            self.news.stray.append(words)
        self.news.names.setdefault(kind, words)

    def _rule(self, _i: int, _token: Token) -> None:
        if self.take is not None or (self.story is not None and self.story.takes):
            self.parted = True
            self.take = None

    def _headline(self, i: int, token: Token) -> None:
        assert token.headline is not None
        head = token.headline
        quoted = self.take is None or not self.take.words or opens(self.take.words[0])
        if (self._inside_quotation(i) and (token.far or not self._voice_follows(i))) or (token.far and not quoted):
            self._text(i, token)
            return
        if self._names_the_part(i, head):
            self.news.names.setdefault("pulse", head.words)
            self.last = i
            return
        self.story = FoundStory(head, i, link=head.link, source=head.source, published=head.published)
        self.news.stories.append(self.story)
        self.take, self.parted = None, False

    def _names_the_part(self, i: int, head: Headline) -> bool:
        """Whether a heading without a link stands above the first story, or above the words that introduce them."""
        if head.link or self.news.stories or "pulse" in self.news.names or not head.sure:
            return False
        below = (self.tokens[k].kind for k in range(i + 1, min(i + 12, self.news.end)) if k in self.tokens)
        kinds = [kind for kind in below if kind != "rule"]
        if kinds[:1] == ["voice"] and heading_of(self.lines[i].text)[0] and i + 1 < self.news.end:
            # No story is called so where all others are links without a heading's marks.
            others = [k for k, token in self.tokens.items() if token.kind == "headline" and i < k < self.news.end]
            return bool(others) and all(self._is_bare_link(k) for k in others)
        return kinds[:1] == ["headline"] or kinds[:2] == ["text", "headline"]

    def _is_bare_link(self, i: int) -> bool:
        headline = self.tokens[i].headline
        return headline is not None and bool(headline.link) and not heading_of(shape_of(self.lines[i].text))[0]

    def _url(self, i: int, token: Token) -> None:
        story = self.story
        if story is not None and not story.takes and not story.link:
            story.link = token.address
        elif story is not None and not story.takes and story.link == token.address:
            pass
        elif story is not None and not story.link and "](" in self.lines[i].text and self._is_behind(i):
            story.link = token.address
        elif self._inside_quotation(i) or not self._voice_follows(i):
            self._text(i, token)
        else:
            self._headline(i, Token("headline", headline=Headline(token.address, token.address)))

    def _is_behind(self, i: int) -> bool:
        """Whether "Read more" stands behind a story's takes rather than above the next take."""
        return not self._inside_quotation(i) and not self._voice_follows(i)

    def _credit(self, i: int, token: Token) -> None:
        read = credit_on(self.lines[i])
        if self.story is None or self.story.takes or read is None or self.story.source:
            self._text(i, token)
            return
        self.story.source, self.story.published = read[0], self.story.published or read[1]

    def _voice(self, i: int, token: Token) -> None:
        assert token.voice is not None
        voice = token.voice
        take = FoundTake(voice, i, [voice.words] if voice.words.strip() else [], block=_in_block(self.lines[i]))
        if voice.words.strip() and voice.quoted and not is_closed(voice.words):
            self._open(i, take, voice.words)
        if self.mode == "apart" or self.story is None or self.parted:
            self._apart(i, take)
        elif len(self.story.takes) >= self.usual and not self._together(i) and not self._belongs(i, take):
            self._apart(i, take)
        else:
            self.story.takes.append(take)
        self.take = take

    def _apart(self, i: int, take: FoundTake) -> None:
        self.news.apart.append(take)
        if self.mode != "apart":
            above = f' Above it stands "{clip(self.story.headline.words, 60)}".' if self.story is not None else ""
            what = f"{take.voice.name}'s take has no headline of its own; it stands apart.{above}"
            self._notice(i, "no-headline", what)

    def _together(self, i: int) -> bool:
        """Whether the line follows the take above it without a gap, in an issue that has gaps elsewhere."""
        assert self.story is not None
        first = self.story.takes[0].line
        return self.last == i - 1 and any(self.lines[k].blank for k in range(self.story.line, first))

    def _belongs(self, i: int, take: FoundTake) -> bool:
        assert self.story is not None
        words = [*take.words]
        for k in range(i + 1, min(i + 6, self.news.end)):
            if k in self.tokens and self.tokens[k].kind != "text":
                break
            words.append(self.lines[k].text)
        story = self.story
        told = "\n".join(" ".join(one.words) for one in story.takes[:_COMPARED])
        names = tuple(one.voice.name for one in story.takes[:_COMPARED])
        return belongs(" ".join(words), story.headline.words, story.link, " ".join(story.summary), told, names)

    # Words -----------------------------------------------------------------------------------------

    def _text(self, i: int, token: Token) -> None:
        line = self.lines[i]
        if (self.tail or i > self.last_voice) and not self._inside_quotation(i) and self._is_around(i):
            return
        goes_on = self.last == i - 1
        self._perhaps_a_take(i)
        if self.take is not None and self._of_take(i, goes_on=goes_on):
            return
        if self.story is not None and (covered := covered_on(line)):
            self.story.also = covered
            return
        if self.story is not None and not self.story.takes:
            if not self.story.summary and not self.story.source and credit_on(line) is not None:
                self._credit(i, token)
                return
            if not goes_on and self.story.summary:
                self.story.summary.append("")
            self.story.summary.append(line.text.strip() if not line.code else line.text)
        elif self.story is None and not self.news.apart and self._introduces(i, goes_on=goes_on):
            self.news.pulse_intro.append(line.text.strip())
        else:
            self._stray(i, goes_on=goes_on)

    def _perhaps_a_take(self, i: int) -> None:
        """Tell of a name and words that would be a take if its author were known."""
        voice = voice_on(self.lines[i], ())
        if voice is None or not voice.words.strip() or self._inside_quotation(i):
            return
        if self.take is None or shape_of(self.lines[i].text)[:1] in "*_[":
            mend = f'If it is, add a [[member]] called "{voice.name}" to newsletter.toml, and import again.'
            what = f'This may be a take of "{voice.name}", whom nobody knows; it is kept among the words above it.'
            self.news.remarks.append(Remark(self.path, self.lines[i].number, "notice", "stranger", what, (mend,)))

    def _of_take(self, i: int, *, goes_on: bool) -> bool:
        """Whether the line goes on with the take that is open; then it is added."""
        take, text = self.take, self.lines[i].text
        assert take is not None
        take.block = _in_block(self.lines[i]) if not take.words else take.block
        if take.block:
            text = _BLOCK.sub("", text)
        shape = unwrapped(text)
        if take.words and not shape:
            take.words.append("")
            return True
        if not take.words:
            take.words.append(shape)
            if opens(shape) and not is_closed(shape):
                self._open(i, take, shape)
            return True
        quoted = opens(take.words[0])
        further = bool(take.open) and i <= take.end
        if goes_on and (take.open or not quoted):
            pass
        elif further:
            take.words.append("")
        elif quoted and not take.open and opens(shape) and is_closed(shape) and shape_of(text)[:1] in CLOSING:
            take.words.append("")
        elif (not quoted or take.open) and not goes_on:
            what = f'Read as a further paragraph of {take.voice.name}\'s take: "{clip(words_alone(shape), 90)}".'
            self._notice(i, "unplaced", what)
            take.words.append("")
        else:
            return False
        take.words.append(text.strip() if not self.lines[i].code else text)
        if take.open and closes(shape, take.open):
            take.open = ""
        return True

    def _open(self, i: int, take: FoundTake, words: str) -> None:
        take.open = words.lstrip(" *_")[0]
        take.end = self._closing_line(i, take.open)

    def _inside_quotation(self, i: int) -> bool:
        """Whether a quotation is open here that is closed before the next take."""
        return self.take is not None and bool(self.take.open) and i <= self.take.end

    def _closing_line(self, i: int, opener: str) -> int:
        """The line on which a quotation that is open at the end of this line is closed; -1 if none comes."""
        for k in range(i + 1, self.news.end):
            kind = self.tokens[k].kind if k in self.tokens else ""
            if kind in ("voice", "section", "rule") or (kind == "headline" and self._near(k)):
                return -1
            if kind and closes(unwrapped(self.lines[k].text), opener):
                return k
        return -1

    def _near(self, i: int) -> bool:
        """Whether a take comes right below this headline."""
        return self._voice_follows(i) and not self.tokens[i].far

    def _voice_follows(self, i: int) -> bool:
        """Whether a take comes below this line before any other headline."""
        return self.next.get(i) == "voice"

    def _introduces(self, i: int, *, goes_on: bool) -> bool:
        """Whether the line belongs to the paragraph between the name of the part and the first story."""
        if self.news.pulse_intro:
            return goes_on
        text = shape_of(self.lines[i].text)
        return bool(self.news.names) or (text[:1] in "*_" and text[-1:] in "*_")

    def _is_around(self, i: int) -> bool:
        """Whether the line belongs to the web page around the issue; then it is told, and its level and tags kept."""
        line = self.lines[i]
        read = around(line)
        if read is None and not (self.tail and is_label(line)):
            return False
        if read is None or read[0] == "tags":
            names = read[1].split(",") if read else [words_alone(shape_of(line.text))]
            self.news.tags += [name.strip(" #*_") for name in names if name.strip(" #*_")]
        elif read[0] == "level":
            self.news.level = self.news.level or read[1]
        self.tail = True
        self._notice(i, "metadata", f'A line of the web page, no part of the issue: "{_shown(line)}".')
        return True

    def _stray(self, i: int, *, goes_on: bool) -> None:
        line = self.lines[i]
        last = i > self.last_voice
        keep = self.story.summary if self.story is not None and not last else self.news.stray
        if keep and not goes_on:
            keep.append("")
        keep.append(line.text.strip() if not line.code else line.text)
        if not goes_on:
            under = self.story.headline.words if self.story is not None and not last else ""
            where = f'the words on "{clip(under, 50)}"' if under else "the intro"
            self._notice(i, "unplaced", f'Belongs to no take and no headline; kept with {where}: "{_shown(line)}".')

    def _notice(self, i: int, code: str, what: str) -> None:
        self.news.remarks.append(Remark(self.path, self.lines[i].number, "notice", code, what))


def _in_block(line: Line) -> bool:
    return not line.code and _BLOCK.match(line.text) is not None


def _shown(line: Line) -> str:
    """The line for a remark, its addresses too."""
    return clip(line.text.strip(), 300) if "](" in line.text else clip(words_alone(shape_of(line.text[:2000])), 160)


def words_of(take: FoundTake) -> tuple[str, bool]:
    """The words of a take without their marks, and whether one was never closed."""
    return inside("\n".join(take.words))
