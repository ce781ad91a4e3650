"""Every text of an issue that a person wrote, with the file and the line it stands on. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from newsletter.desk.compose import Desk
from newsletter.model.issue import Draft, Explainer, Take, Wording
from newsletter.model.remarks import Level, Remark

Kind = Literal[
    "take", "body", "tldr", "title", "subtitle", "source", "subject", "preheader", "intro", "headline", "house"
]

#: Markdown of several lines, as opposed to one line of plain words.
_RUNNING: frozenset[Kind] = frozenset({"take", "body", "tldr", "intro"})
_NAMES: dict[Kind, str] = {
    "take": "take",
    "body": "explainer",
    "tldr": "TL;DR",
    "title": "explainer's title",
    "subtitle": "explainer's subtitle",
    "source": "explainer's list of sources",
    "subject": "subject",
    "preheader": "preheader",
    "intro": "intro",
    "headline": "headline",
    "house": "house's own words",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text that is printed and the place it was typed at."""

    kind: Kind
    #: Markdown for takes, explainer, TL;DR and intro; else plain words. Never empty.
    text: str
    path: str
    #: The line of the file on which the text begins; 0 if that is not known.
    line: int = 0
    #: Whether the lines of the text are lines of the file.
    in_lines: bool = False
    #: BCP 47, the publication's where the text names none.
    language: str = "en"
    #: What its relative addresses are relative to; "" if nothing.
    base_url: str = ""

    @property
    def name(self) -> str:
        """What the text is called in a remark."""
        return _NAMES[self.kind]

    @property
    def is_markdown(self) -> bool:
        return self.kind in _RUNNING

    @property
    def is_english(self) -> bool:
        return self.language.partition("-")[0].lower() == "en"

    def line_of(self, at: int) -> int:
        """The line of the file on which the sign at this place of the text stands; 0 if that is not known."""
        return self.line + self.text.count("\n", 0, at) if self.in_lines and self.line else self.line

    def remark(self, level: Level, code: str, at: int, what: str, *mend: str) -> Remark:
        return Remark(self.path, self.line_of(at), level, code, what, mend)


def passages(desk: Desk, draft: Draft) -> tuple[Passage, ...]:
    """All that people wrote and this issue prints: takes in the order of their files, explainer, wishes, the house."""
    return tuple(passage for passage in _passages(desk, draft) if passage.text.strip())


def _passages(desk: Desk, draft: Draft) -> Iterator[Passage]:
    language = draft.issue.wording.language
    for placement in draft.placements:
        if placement.outcome != "held":
            yield of_take(placement.take, language)
            if placement.outcome == "own" and (headline := placement.take.headline):
                take = placement.take
                at = take.ref_line or take.line
                yield Passage(
                    kind="headline", text=headline, path=take.path, line=at, language=take.language or language
                )
    if draft.issue.explainer is not None:
        yield from _of_explainer(draft.issue.explainer, language)
    yield from _of_wishes(desk, language)
    yield from _of_house(draft.issue.wording)


def of_take(take: Take, language: str) -> Passage:
    """The text of a take; `language` is the publication's."""
    return Passage(
        kind="take",
        text=take.text,
        path=take.path,
        line=take.line,
        in_lines=True,
        language=take.language or language,
    )


def _of_explainer(explainer: Explainer, house: str) -> Iterator[Passage]:
    path, language, base = explainer.path, explainer.language or house, explainer.base_url
    yield Passage(kind="title", text=explainer.title, path=path, language=language)
    yield Passage(kind="subtitle", text=explainer.subtitle, path=path, language=language)
    yield Passage(kind="tldr", text=explainer.tldr, path=path, language=language, base_url=base)
    yield Passage(
        kind="body",
        text=explainer.body,
        path=path,
        line=explainer.body_line,
        in_lines=True,
        language=language,
        base_url=base,
    )
    for source in explainer.sources:
        yield Passage(kind="source", text=source, path=path, language=language)


def _of_wishes(desk: Desk, language: str) -> Iterator[Passage]:
    wishes = desk.wishes
    kinds: tuple[tuple[Kind, str], ...] = (
        ("subject", wishes.subject),
        ("preheader", wishes.preheader),
        ("intro", wishes.intro),
    )
    for kind, text in kinds:
        yield Passage(kind=kind, text=text, path=wishes.path, line=wishes.lines.get(kind, 0), language=language)
    for ref, headline in wishes.retitle.items():
        line = wishes.lines.get(f"retitle.{ref}", wishes.lines.get("retitle", 0))
        yield Passage(kind="headline", text=headline, path=wishes.path, line=line, language=language)


def _of_house(wording: Wording) -> Iterator[Passage]:
    for text in (wording.tagline, wording.pulse_intro, wording.postal_address):
        yield Passage(kind="house", text=text, path="newsletter.toml", language=wording.language)
