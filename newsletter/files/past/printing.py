"""Stories and takes that were found, as the record keeps them: addresses as printed, authors as members. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from newsletter.files.past.news import FoundStory, FoundTake, words_of
from newsletter.files.past.sheet import SHORTCODE, Line
from newsletter.links import glued, printed
from newsletter.model.issue import Credit, PrintedStory, PrintedTake
from newsletter.model.members import Member
from newsletter.model.remarks import Remark
from newsletter.text import clip, fold, slug

_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>", re.I)


class Printing:
    """Gathers remarks and the names of strangers while it prints."""

    def __init__(self, path: str, members: Sequence[Member], base_url: str, lines: Sequence[Line]) -> None:
        self.path, self.base_url, self.lines = path, base_url, lines
        self.known = {fold(name): one for one in members for name in (one.id, one.name, *one.aka)}
        self.remarks: list[Remark] = []
        self.strangers: list[str] = []
        #: Ids that are taken, each with the number of the last one made of it.
        self.ids: dict[str, int] = {}

    def stories(self, found: Sequence[FoundStory]) -> tuple[tuple[PrintedStory, ...], tuple[PrintedStory, ...]]:
        """Those with takes, and those without, each in printed order."""
        told: list[PrintedStory] = []
        bare: list[PrintedStory] = []
        for one in found:
            story = self._story(one)
            (told if story.takes else bare).append(story)
        return tuple(told), tuple(bare)

    def apart(self, found: Sequence[FoundTake]) -> tuple[PrintedTake, ...]:
        return tuple(take for one in found if (take := self._take(one)) is not None)

    def _story(self, found: FoundStory) -> PrintedStory:
        line = self.lines[found.line].number
        self._icons(found.line)
        link, addresses = self._address(found.link, line)
        also = tuple(Credit(source=name, link=self._address(to, line)[0]) for name, to in found.also)
        return PrintedStory(
            id=self._free_id(slug(found.headline.words)),
            headline=found.headline.words,
            link=link,
            source=found.source,
            published=found.published,
            summary="\n".join(found.summary).strip(),
            also_covered=also,
            takes=self.apart(found.takes),
            addresses=addresses,
        )

    def _take(self, found: FoundTake) -> PrintedTake | None:
        line = self.lines[found.line].number
        words, unclosed = words_of(found)
        voice = found.voice
        if not words.strip():
            what = f"{voice.name} stands there without a word; nothing is kept of it."
            self.remarks.append(Remark(self.path, line, "notice", "empty-take", what))
            return None
        if unclosed:
            what = f"The quotation mark that opens {voice.name}'s take is never closed; the take ends with its text."
            self.remarks.append(Remark(self.path, line, "notice", "unclosed", what))
        member = self.known.get(fold(voice.name))
        if member is None:
            self.strangers.append(voice.name)
        return PrintedTake(
            author=voice.name,
            author_link=self._address(voice.link, line)[0],
            member=member.id if member else "",
            text=words,
            path=self.path,
        )

    def _address(self, typed: str, line: int) -> tuple[str, tuple[str, ...]]:
        """The address as printed, and all by which memory knows the page; "" for what must not be a link."""
        if not typed:
            return "", ()
        link = typed
        if not re.match(r"[a-z][a-z0-9+.-]*:", typed, re.I):
            link = urljoin(f"{self.base_url}/", typed) if self.base_url else typed
            link = f"https://{typed}" if re.match(r"www\.[\w-]+\.\w", typed, re.I) else link
        if printed(link) is None:
            what = f"This can be no link here and is left out: {clip(typed, 400)}"
            self.remarks.append(Remark(self.path, line, "notice", "link", what))
            return "", ()
        two = glued(link)
        if two is None:
            return link, (link,)
        what = f"Two addresses stand glued together; kept as printed: {clip(two[0], 90)} and {clip(two[1], 90)}."
        self.remarks.append(Remark(self.path, line, "notice", "glued", what))
        return link, (link, *two)

    def _icons(self, at: int) -> None:
        text = "" if self.lines[at].code else self.lines[at].text[:6000]
        for picture in (*_PICTURE.findall(text), *SHORTCODE.findall(text)):
            what = f"The picture beside the headline is left out: {clip(picture, 300)}"
            self.remarks.append(Remark(self.path, self.lines[at].number, "notice", "icon", what))

    def _free_id(self, wanted: str) -> str:
        name = wanted
        while name in self.ids:
            self.ids[wanted] += 1
            name = f"{wanted}-{self.ids[wanted]}"
        self.ids[name] = 1
        return name
