"""Takes that will look odd in print: tables, raw markup, quotes left open, two on one story. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from newsletter.desk.members import member_named
from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import without_code, words_alone
from newsletter.model.issue import Issue, Placement, Take
from newsletter.model.members import Member
from newsletter.model.remarks import Remark
from newsletter.text import clip

#: The rule below the first row of a table.
_RULE = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+")
#: A straight quotation mark, not that of inches.
_STRAIGHT = re.compile(r"(?<!\d)\"")
_OPENS = re.compile(r"(?<![^\s(\[—–-])\"(?=\w)")
_BLOCK = re.compile(
    r"<(table|div|section|article|center|font|iframe|form|style|script|object|svg|video|audio)\b[^<>]*>", re.I
)


def about_form(texts: Sequence[Passage]) -> Iterator[Remark]:
    """Tables and blocks of HTML in takes."""
    for text in texts:
        if text.kind == "take":
            plain = without_code(text.text)
            if (at := _table_in(plain)) is not None:
                what = "A table in a take is squeezed on phones."
                yield text.remark("notice", "table", at, what, "Two or three sentences? Tables suit an explainer.")
            found = next((m for m in _BLOCK.finditer(plain) if m[1].lower() != "table"), None)
            if found is not None:
                what = f"<{found[1].lower()}> is not printed as HTML: takes are Markdown."
                yield text.remark(
                    "notice", "raw-html", found.start(), what, "Meant as words? Put it between backticks."
                )


def open_quotes(texts: Sequence[Passage]) -> Iterator[Remark]:
    """The first quotation mark inside each take that opens and never closes.

    A quote of several paragraphs may open each of them and close the last alone; inches and apostrophes open none.
    """
    for text in texts:
        if text.kind == "take":
            at = _open_quote_in(words_alone(text.text))
            if at is not None:
                what = f'"{text.text[at]}" opened here is never closed; printed as typed.'
                yield text.remark("warning", "unclosed", at, what)


def _open_quote_in(prose: str) -> int | None:
    ends = [match.start() for match in re.finditer(r"\n[ \t]*\n", prose)]
    for start, end in zip([0, *ends], [*ends, len(prose)], strict=True):
        behind = prose[end:].lstrip()
        for opening, closing in (("“", "”"), ("«", "»")):
            last = prose.rfind(opening, start, end)
            # German closes with the mark that opens in English, French guillemets are turned there.
            is_paired = closing in prose[last:end] or "„" in prose[start:end] or "»" in prose[start : max(start, last)]
            if last >= 0 and not is_paired and not behind.startswith(opening):
                return last
        found = [match.start() for match in _STRAIGHT.finditer(prose, start, end)]
        if len(found) % 2 and _OPENS.match(prose, found[-1]) and not behind.startswith('"'):
            return found[-1]
    return None


def _table_in(plain: str) -> int | None:
    """Where a table begins, in Markdown or as HTML; None if there is none."""
    at = 0
    lines = plain.split("\n")
    for line, below in pairwise(lines):
        if "|" in line and "|" in below and _RULE.fullmatch(below):
            return at
        at += len(line) + 1
    tag = re.search(r"<table\b", plain, re.I)
    return tag.start() if tag else None


def two_by_one(issue: Issue, placements: Sequence[Placement], members: Sequence[Member]) -> Iterator[Remark]:
    """The second take by a member on one story, and each after it."""
    headlines = {story.id: story.headline for story in issue.stories}
    first: dict[tuple[str, str], Take] = {}
    for placement in placements:
        member = member_named(placement.take.author, members)
        if member is None or not placement.story or placement.outcome == "held":
            continue
        before = first.setdefault((member.id, placement.story), placement.take)
        if before is not placement.take:
            place = f"{before.path}:{before.line}" if before.path == placement.take.path else before.path
            about = clip(headlines.get(placement.story, placement.story), 70)
            what = f'A second take by {member.name} on "{about}"; the first is in {place}. Both are printed.'
            mend = ("Make one of the two, or delete the one that is left over.",)
            yield Remark(placement.take.path, placement.take.line, "notice", "two-takes", what, mend)
