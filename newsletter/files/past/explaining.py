"""What stands above the news of an old issue: title, subtitle, TL;DR, explainer, and lines of the web page. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from newsletter.files.past.sections import LEVELS, around, is_label, tldr_on, underlined
from newsletter.files.past.sheet import Line, bold_line, heading_of, is_rule, shape_of, words_alone
from newsletter.files.past.titles import is_day, read_day, read_title
from newsletter.model.remarks import Remark
from newsletter.text import clip, content_words, fold, same_text

#: Words of a line beyond which it is a paragraph; of a TL;DR under a heading, before it ends with its paragraph.
_A_LINE, _LONG_TLDR = 18, 260
_FIRST_PARTS = frozenset(
    fold(words)
    for words in (
        "Introduction", "Overview", "Background", "Intro", "What is it?", "Why it matters", "Summary", "Definition",
        "History", "Conclusion", "Pendahuluan", "Einleitung",
    )
)  # fmt: skip
_GREETING = re.compile(r"(?:hi|hello|hey|dear|welcome|good (?:morning|day|evening)|greetings|happy)\b", re.I)
#: What stands over an explainer besides its level.
_LABELS = frozenset(("explained", "explainer", "featured", "featuredtopic", "deepdive"))
_BYLINE = re.compile(r"\s*[·|•]\s*")


@dataclass(slots=True)
class FoundTop:
    """All that was found above the news. Words as typed; "" and 0 for what is not there."""

    title: str = ""
    #: Headings above the TL;DR or the text that are not the title, in order.
    headings: list[str] = field(default_factory=list)
    day: date | None = None
    tldr: str = ""
    intro: list[str] = field(default_factory=list)
    body: str = ""
    body_line: int = 1
    level: str = ""
    author: str = ""
    tags: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_top(
    lines: Sequence[Line], start: int, end: int, path: str, *, title: str, pattern: str, people: frozenset[str]
) -> FoundTop:
    """Read the lines from `start` to the news at `end`; `title` is what the front matter says, "" if nothing."""
    return _Top(lines, path, title, pattern, people).read(start, end)


class _Top:
    def __init__(self, lines: Sequence[Line], path: str, title: str, pattern: str, people: frozenset[str]) -> None:
        self.lines, self.path, self.pattern, self.people = lines, path, pattern, people
        self.top = FoundTop(title=title)
        #: Indexes of lines that are no part of the body.
        self.taken: set[int] = set()

    def read(self, start: int, end: int) -> FoundTop:
        filled = [i for i in range(start, end) if not self.lines[i].blank]
        tldr = next((i for i in filled if tldr_on(self.lines[i]) is not None), None)
        self._head(filled, tldr)
        if tldr is not None:
            self._tldr(tldr, end)
            self._below_tldr([i for i in filled if i > tldr and i not in self.taken])
        self._foot(filled)
        left = [i for i in filled if i not in self.taken]
        # A rule that parts the text from what is no part of it.
        while left and is_rule(self.lines[left[-1]].text) and (left[-1] == 0 or self.lines[left[-1] - 1].blank):
            left.pop()
        while left and is_rule(self.lines[left[0]].text):
            left.pop(0)
        if left:
            kept = range(left[0], left[-1] + 1)
            self.top.body = "\n".join("" if i in self.taken else self.lines[i].text for i in kept).strip("\n")
            self.top.body_line = self.lines[left[0]].number
        return self.top

    # Above the text --------------------------------------------------------------------------------

    def _head(self, filled: Sequence[int], tldr: int | None) -> None:
        """Title, subtitle and lines of the page, as far as they stand above everything else."""
        for at, i in enumerate(filled):
            if i in self.taken:
                continue
            if (
                i == tldr
                or self.lines[i].code
                or not self._is_head(i, filled[at + 1] if at + 1 < len(filled) else None, tldr)
            ):
                break
        if tldr is not None:
            self._greeting([i for i in filled if i < tldr and i not in self.taken])

    def _is_head(self, i: int, below: int | None, tldr: int | None) -> bool:
        """Whether the line is one of the head; then what it says is kept."""
        line, top = self.lines[i], self.top
        shape = shape_of(line.text)
        level, heading = heading_of(shape)
        under = underlined(self.lines, i)
        words = words_alone(heading or bold_line(shape) or shape)
        marked = bool(heading or bold_line(shape) or under)
        if not any(map(str.isalnum, words)):
            return not shape.strip("-–—=*_#<>/ \t") or self._take(i)
        if not top.title and (marked or len(words.split()) <= _A_LINE) and self._is_title(words, i):
            top.title = words
            return self._take(i, under=under)
        if top.title and (same_text(words, top.title) or same_text(words, read_title(top.title, self.pattern).topic)):
            return self._take(i, under=under, heading=words)
        if self._byline(words) or self._of_the_page(i):
            return self._take(i)
        if is_day(words):
            top.day = top.day or read_day(words)
            self._notice(i, "metadata", f'A line of the web page, no part of the issue: "{words}".')
            return self._take(i)
        if fold(words) in _FIRST_PARTS or len(words.split()) > _A_LINE or len(top.headings) > 2:
            return False
        if not self._is_subtitle(i, words, below, tldr, level=level, marked=marked):
            return False
        return self._take(i, under=under, heading=words)

    def _is_title(self, words: str, i: int) -> bool:
        read = read_title(words, self.pattern)
        if _GREETING.match(words) or fold(words) in _FIRST_PARTS:
            return False
        return bool(read.number) or (around(self.lines[i]) is None and not is_day(words) and not words.endswith("."))

    def _is_subtitle(
        self, i: int, words: str, below: int | None, tldr: int | None, *, level: int, marked: bool
    ) -> bool:
        """Whether a short line above the text is a heading of the whole rather than of its first part."""
        if _GREETING.match(words):
            return False
        if tldr is not None and i < tldr:
            return marked or not words.endswith((".", "!", ":"))
        if not marked:
            return False
        topic = read_title(self.top.title, self.pattern).topic
        shared = set(content_words(words)) & set(content_words(topic))
        headed = below is not None and self._is_headed(below, level)
        return level == 1 or headed or (len(shared) >= 2 and not self.top.headings)

    def _is_headed(self, below: int, level: int) -> bool:
        """Whether the next line with words is the heading of a part."""
        shape = shape_of(self.lines[below].text)
        deeper = heading_of(shape)[0]
        words = words_alone(heading_of(shape)[1] or bold_line(shape) or shape[:200])
        return deeper > level or fold(words) in _FIRST_PARTS or (level == 0 and underlined(self.lines, below))

    def _byline(self, words: str) -> bool:
        """Whether the line is the explainer's: "Intermediate · 2 min read · Rani"."""
        parts = _BYLINE.split(words)
        if len(parts) < 2 or len(words) > 120:
            return False
        level = next((part for part in parts if part.lower() in LEVELS), "")
        reading = next((part for part in parts if re.fullmatch(r"\d+ min(?:ute)?s?(?: read)?", part, re.I)), "")
        if not level and not reading:
            return False
        label = next((part for part in parts if fold(part) in _LABELS), "")
        left = [part for part in parts if part not in (level, reading, label)]
        self.top.level = self.top.level or level
        self.top.author = self.top.author or ", ".join(left)
        if anew := ", ".join(filter(None, (label, reading))):
            what = f'Label and time to read are printed anew; it said "{anew}".'
            self.top.remarks.append(Remark(self.path, 0, "notice", "metadata", what))
        return True

    def _of_the_page(self, i: int, *, labels: bool = False) -> bool:
        """Whether the line belongs to the page around the text; then it is told, and its level and tags kept."""
        line = self.lines[i]
        read = around(line)
        if read is None and not (labels and is_label(line)):
            return False
        if read is None:
            self.top.tags.append(words_alone(shape_of(line.text)))
        elif read[0] == "tags":
            self.top.tags += [name.strip(" #*_") for name in read[1].split(",") if name.strip(" #*_")]
        elif read[0] == "level":
            self.top.level = self.top.level or read[1]
        shown = clip(line.text.strip(), 300) if "](" in line.text else clip(words_alone(shape_of(line.text)), 160)
        self._notice(i, "metadata", f'A line of the web page, no part of the issue: "{shown}".')
        return True

    def _greeting(self, above: Sequence[int]) -> None:
        """Paragraphs above the TL;DR: the editor's words, unless they are as long as an explainer."""
        count = sum(len(self.lines[i].text.split()) for i in above)
        headed = any(heading_of(shape_of(self.lines[i].text))[0] for i in above)
        if not above or count > 120 or headed:
            return
        last = above[0]
        for i in above:
            self.top.intro += [""] if self.top.intro and i - last > 1 else []
            self.top.intro.append(self.lines[i].text.strip())
            self._take(i)
            last = i

    # TL;DR -----------------------------------------------------------------------------------------

    def _tldr(self, at: int, end: int) -> None:
        read = tldr_on(self.lines[at])
        assert read is not None
        words, is_heading = read
        first = next((i for i in range(at + 1, end) if not self.lines[i].blank), end)
        begin = at + 1 if words else first
        if underlined(self.lines, at) and begin == at + 1:
            begin = at + 2
        stop = self._end_of_tldr(begin, end, section=is_heading and not words)
        kept = [self.lines[i].text if not self.lines[i].blank else "" for i in range(begin, stop)]
        kept = ["" if text.strip() in ("-", "–", "*", "•", "---", "===") else text for text in kept]
        self.top.tldr = "\n".join((words, *kept)).strip()
        self.taken.update(range(at, stop))

    def _end_of_tldr(self, begin: int, end: int, *, section: bool) -> int:
        """Where the TL;DR ends: a section at the next heading, anything else with its paragraph."""
        paragraph = next((i for i in range(begin, end) if self.lines[i].blank or self._begins_part(i)), end)
        if not section:
            return paragraph
        heading = next((i for i in range(begin, end) if self._begins_part(i)), None)
        count = sum(len(self.lines[i].text.split()) for i in range(begin, heading if heading is not None else end))
        return heading if heading is not None and count <= _LONG_TLDR else paragraph

    def _begins_part(self, i: int) -> bool:
        shape = "" if self.lines[i].code else shape_of(self.lines[i].text)
        bold = bold_line(shape)
        is_part = bool(heading_of(shape)[0]) or fold(words_alone(shape[:200])) in _FIRST_PARTS
        return is_part or (0 < len(bold.split()) <= _A_LINE) or (underlined(self.lines, i) and len(shape.split()) < 10)

    def _below_tldr(self, left: Sequence[int]) -> None:
        """The topic as a heading, a subtitle and the explainer's line, as this program prints them."""
        if not left or self.lines[left[0]].code:
            return
        shape = shape_of(self.lines[left[0]].text)
        words = words_alone(heading_of(shape)[1] or bold_line(shape))
        if not words or words not in (self.top.title, read_title(self.top.title, self.pattern).topic):
            return
        self._take(left[0], under=underlined(self.lines, left[0]), heading=words)
        below = [i for i in left[1:4] if i not in self.taken and not self.lines[i].code]
        for at, i in enumerate(below[:2]):
            if self._byline(words_alone(shape_of(self.lines[i].text))):
                self._take(i)
                if at:
                    self._take(below[0], heading=words_alone(shape_of(self.lines[below[0]].text)))
                return

    # Below the text --------------------------------------------------------------------------------

    def _foot(self, filled: Sequence[int]) -> None:
        """Lines of the page that stand below the explainer, and such as can stand nowhere else."""
        left = [i for i in filled if i not in self.taken]
        foot: list[int] = []
        for i in reversed(left):
            if around(self.lines[i]) is None and not is_label(self.lines[i]):
                break
            foot.append(i)
        # Tags are known by the company they keep: a last heading or label alone is the explainer's.
        while foot and around(self.lines[foot[-1]]) is None:
            foot.pop()
        for i in reversed(foot):
            if heading_of(self.lines[i].text)[0] == 0 and self._of_the_page(i, labels=True):
                self._take(i)
        for i in left:
            read = None if i in self.taken else around(self.lines[i])
            if read is not None and (read[0] == "level" or (read[0] == "turn" and ":" in self.lines[i].text[:24])):
                alone = heading_of(self.lines[i].text)[0] == 0 and not self.lines[i].text.lstrip().startswith(
                    ("-", "*", "|")
                )
                if alone and self._stands_alone(i) and self._of_the_page(i):
                    self._take(i)

    def _stands_alone(self, i: int) -> bool:
        above = i == 0 or self.lines[i - 1].blank or i - 1 in self.taken
        return above and (i + 1 >= len(self.lines) or self.lines[i + 1].blank or around(self.lines[i + 1]) is not None)

    def _take(self, i: int, *, under: bool = False, heading: str = "") -> bool:
        self.taken.add(i)
        if under:
            self.taken.add(i + 1)
        if heading:
            self.top.headings.append(heading)
        return True

    def _notice(self, i: int, code: str, what: str) -> None:
        self.top.remarks.append(Remark(self.path, self.lines[i].number, "notice", code, what))
