"""Takes that will look odd in print: tables, raw markup, two by one member on one story. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from newsletter.desk.members import member_named
from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import without_code
from newsletter.model.issue import Issue, Member, Placement, Take
from newsletter.model.remarks import Remark
from newsletter.text import clip

#: The rule below the first row of a table.
_RULE = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+")
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
