"""Several people's words in one text: what each said, cut where a member's name begins it. Pure.

Only the desk knows who is a member; reading files cuts at names in the house's own shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.desk.members import exactly, member_named
from newsletter.model.issue import Take
from newsletter.model.members import Member
from newsletter.model.remarks import Remark

_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f]?[ap]\.?m\.?)?"
_DAY = r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?"
#: When a message was sent, as chats write it: "10:32, 05/06/2024", "05.06.2024 10:32", "10:32 AM".
_WHEN = rf"(?:{_CLOCK}(?:,?\s+{_DAY})?|{_DAY},?\s+{_CLOCK})"
#: Its first sign is no blank: a name that may begin anywhere in a row of blanks is looked for for ever.
_NAME = r"(?P<name>[^\s:：\[\]][^:：\[\]\n]{0,59}?)"
#: "[10:32, 05/06/2024] Yoga: words" and "05/06/2024, 10:32 - Yoga: words".
_STAMPED = re.compile(rf"\s*(?P<when>\[{_WHEN}\]\s*|{_WHEN}\s+[-–]\s+){_NAME}\s*[:：]\s*(?P<said>.*)", re.IGNORECASE)
#: A line of its own above the words: "Yoga  10:32 AM", "Yoga, [05.06.2024 10:32]", "[05/06 10:32] Yoga".
_HEADED = re.compile(
    rf"\s*(?:{_NAME}(?:\s{{2,}}|\t|,\s*|\s+(?=\[))\[?{_WHEN}\]?|\[{_WHEN}\]\s*(?P<behind>[^\s:：\[\]][^:：\[\]\n]{{0,59}}?))\s*",
    re.IGNORECASE,
)
#: "Yoga: words", "**Yoga:** words", "- Yoga: words", "@yoga: words".
_NAMED = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,2}@?(?P<name>[^\s:：*_>\[\]][^:：*_>\[\]\n]{0,59}?)[*_]{0,2}\s*[:：][*_]{0,2}\s*(?P<said>.*)"
)
#: A stamp of no more digits has no day: "[10:30] Opening: …" is an agenda, unless a member opens.
_DIGITS_OF_A_CLOCK = 6
#: Fewer words are a figure or a cry behind a name, and nobody's take.
_WORDS = 4
_FENCE = re.compile(r"\s*(?:```|~~~)")
_HEADLINE = 200
_ENDS = (".", "…", "。")
_PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“"}


@dataclass(frozen=True, slots=True)
class _Start:
    """A line that begins somebody's words."""

    line: int
    name: str
    said: str
    stamped: bool


def parted(take: Take, members: Sequence[Member]) -> tuple[Take, ...]:
    """The take, or one for each person whose words it holds, in order, all on the story that stood above the first.

    In a member's own take a chat's stamp begins somebody's words if the text begins with one and the author speaks
    in it as well, or nothing but members' messages stands there: elsewhere the take quotes a chat, or keeps a diary.
    A name alone does where the text begins with one, or with words in quotation marks, and two members are named; in
    a member's own take the author has to be one of them, nobody may speak again after another, as in a dialogue, and
    each has to say more than a figure.
    """
    whole = take
    if take.ref_line and (start := _start(0, take.ref, members)) is not None and (start.said or start.stamped):
        # The first message, read as the story.
        gap = "\n" * max(take.line - take.ref_line, 1)
        take = replace(take, ref="", ref_line=0, line=take.ref_line, text=f"{take.ref}{gap}{take.text}")
    lines = take.text.split("\n")
    starts = _starts(lines, members)
    if not _is_a_chat(take, lines, starts, members) and not _is_a_row(take, lines, starts, members):
        return (whole,)
    found: list[Take] = []
    first = "\n".join(lines[: starts[0].line]).strip()
    if first:
        found.append(replace(take, text=unwrapped(first)))
    for start, end in zip(starts, (*(s.line for s in starts[1:]), len(lines)), strict=True):
        said = "\n".join((start.said, *lines[start.line + 1 : end])).strip()
        member = exactly(start.name, members)
        author = member.name if member else start.name
        if not said:
            continue
        if found and found[-1].author == author and ("\n" not in found[-1].text or not _may_name_a_story(said)):
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n\n{said}")
        else:
            found.append(replace(take, author=author, line=take.line + start.line, text=said))
    return tuple(replace(part, text=unwrapped(part.text)) for part in found) or (take,)


def other_voices(take: Take, members: Sequence[Member]) -> tuple[Remark, ...]:
    """What to say of a paragraph that another member's name begins, where the take is printed as one person's."""
    owner = member_named(take.author, members)
    lines = take.text.split("\n")
    for start in _starts(lines, members):
        member = exactly(start.name, members)
        if owner is None or member in (None, owner) or not start.said or (start.line and lines[start.line - 1].strip()):
            continue
        what = f"\"{start.name}:\" begins a paragraph of {owner.name}'s take; it is printed as words of {owner.name}'s."
        mend = (f"{start.name}'s own take? Put it into a file of its own, with  author: {start.name}  on line 1.",)
        return (Remark(take.path, take.line + start.line, "warning", "other-voice", what, mend),)
    return ()


def speakers(text: str, members: Sequence[Member]) -> frozenset[Member]:
    """The members whose names begin lines of the text."""
    found = (exactly(start.name, members) for start in _starts(text.split("\n"), members))
    return frozenset(member for member in found if member is not None)


def unwrapped(text: str) -> str:
    """The text without the one pair of quotation marks around it, which a name before or behind it kept from view."""
    closing = _PAIRS.get(text[0]) if len(text) > 2 else None
    inside = text[1:-1]
    alone = closing is not None and text.endswith(closing) and text[0] not in inside and closing not in inside
    return inside.strip() if alone else text


def _may_name_a_story(said: str) -> bool:
    """Whether a message may be a headline, an address or an id: what follows it is not on the story before."""
    return "\n" not in said and len(said) <= _HEADLINE and not said.endswith(_ENDS)


def _is_a_chat(take: Take, lines: Sequence[str], starts: Sequence[_Start], members: Sequence[Member]) -> bool:
    stamped = [start for start in starts if start.stamped]
    owner = member_named(take.author, members)
    if not stamped or owner is None:
        return bool(stamped)
    if any(line.strip() for line in lines[: stamped[0].line]):
        return False
    named = {exactly(start.name, members) for start in stamped}
    at = {start.line for start in stamped}
    paragraphs = (i for i, line in enumerate(lines) if line.strip() and not (i and lines[i - 1].strip()))
    return owner in named or (None not in named and at.issuperset(paragraphs))


def _is_a_row(take: Take, lines: Sequence[str], starts: Sequence[_Start], members: Sequence[Member]) -> bool:
    if not starts or any(start.stamped for start in starts):
        return False
    above = "\n".join(lines[: starts[0].line]).strip()
    if above and unwrapped(above) == above:
        return False
    owner = member_named(take.author, members)
    named = [member for start in starts if (member := exactly(start.name, members)) is not None]
    if above and owner is not None:
        named.insert(0, owner)
    people = {member.id for member in named}
    if len(people) < 2 or owner is None:
        return len(people) > 1
    turns = sum(one is not other for one, other in pairwise(named)) + 1
    ends = [start.line for start in starts[1:]] + [len(lines)]
    said = [" ".join((start.said, *lines[start.line + 1 : end])) for start, end in zip(starts, ends, strict=True)]
    return owner in named and turns == len(people) and all(len(words.split()) >= _WORDS for words in said)


def _starts(lines: Sequence[str], members: Sequence[Member]) -> tuple[_Start, ...]:
    found: list[_Start] = []
    in_code = False
    for i, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code and (start := _start(i, line, members)) is not None:
            found.append(start)
    return tuple(found)


def _start(at: int, line: str, members: Sequence[Member]) -> _Start | None:
    match = _STAMPED.fullmatch(line)
    if match and (exactly(match["name"], members) or sum(map(str.isdigit, match["when"])) > _DIGITS_OF_A_CLOCK):
        return _Start(at, match["name"].strip(), match["said"], stamped=True)
    if match := _HEADED.fullmatch(line):
        name = (match["name"] or match["behind"]).strip()
        if exactly(name, members):
            return _Start(at, name, "", stamped=True)
    if (match := _NAMED.fullmatch(line)) and (member := exactly(match["name"], members)):
        return _Start(at, member.name, match["said"], stamped=False)
    return None
