"""A take whose author's name stands in its text: above it, or as a signature below. Pure.

Only the desk knows who is a member; "Update:" above a take and "Yoga:" look alike to whoever reads files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.desk.members import member_named
from newsletter.desk.takes.match import StoryFinder
from newsletter.links import looks_like_address
from newsletter.model.issue import Member, Take
from newsletter.model.remarks import Remark
from newsletter.text import fold

#: A first line: "Yoga", "By Yoga", "Yoga: words", "**Yoga:** words".
_ABOVE = re.compile(
    r"[*_]{0,2}(?:by )?(?P<name>[^:：*_]{1,60}?)\s*[*_]{0,2}(?:[:：][*_]{0,2}(?P<said>.*))?", re.IGNORECASE
)
#: The mark of mail programs above a signature, and what people put before their name.
_MARK = re.compile(r"\n-- ?\n")
_GREETING = re.compile(
    r"(?:[-–—~]+|(?:best|kind|warm)?\s*(?:regards|wishes|best|cheers|thanks|thank you|greetings)\b\W*)\s*",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*[-*+]\s")
_PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“"}
#: By custom a signature has four short lines at most (RFC 3676, 4.3).
_LINES = 4
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Signed:
    """The take as it is meant, and what is to be said of what was left out of its text."""

    take: Take
    remarks: tuple[Remark, ...] = ()


def signed(take: Take, members: Sequence[Member], finder: StoryFinder) -> Signed:
    """Take the author's own name out of the text, and for the author where nothing else names one.

    A name of somebody else than the author stays: a take may speak to a colleague, or quote one.
    """
    owner = member_named(take.author, members)
    member = _exactly(take.ref.rstrip(":： "), members)
    if member and owner in (None, member) and finder.find(take.ref).how not in ("id", "address", "headline"):
        # The first line, read as the story, is the author's name.
        owner, take = member, _with_story(_by(member, owner, replace(take, ref="", ref_line=0)), finder)
    first, _, below = take.text.partition("\n")
    above = _ABOVE.fullmatch(first.strip())
    member = _exactly(above["name"], members) if above else None
    said = "\n".join((above["said"] or "", below)).strip() if above else ""
    if member and said and owner in (None, member):
        start = take.line + take.text.count("\n", 0, take.text.rfind(said))
        owner, take = member, _by(member, owner, replace(take, line=start, text=_unquoted(said)))
        take = _with_story(take, finder)
    return _without_signature(take, owner, members)


def _by(member: Member, owner: Member | None, take: Take) -> Take:
    return take if owner else replace(take, author=member.name)


def _with_story(take: Take, finder: StoryFinder) -> Take:
    """The take with the story that its first line names, now that no name stands above it."""
    first, _, below = take.text.partition("\n")
    typed, said = first.strip(), below.strip()
    if take.ref or not said:
        return take
    named = looks_like_address(typed) or (typed.startswith("#") and " " not in typed)
    if named or (below[:1].isspace() and finder.find(typed).story is not None):
        start = take.line + take.text.count("\n", 0, take.text.rfind(said))
        return replace(take, ref=typed, ref_line=take.line, line=start, text=said)
    return take


def _without_signature(take: Take, owner: Member | None, members: Sequence[Member]) -> Signed:
    """The take without the lines below a mail program's mark, and without the author's name as its last line."""
    marks = list(_MARK.finditer(take.text))
    if marks:
        above, below = take.text[: marks[-1].start()].rstrip(), take.text[marks[-1].end() :]
        lines = [line.strip() for line in below.splitlines() if line.strip()]
        if above and 0 < len(lines) <= _LINES and max(map(len, lines)) <= _LONGEST and not _is_prose(lines):
            member = next((m for line in lines if (m := _exactly(line, members)) is not None), None)
            if owner is None and member is not None:
                owner, take = member, _by(member, None, take)
            rest = [line for line in lines if owner is None or _exactly(line, members) is not owner]
            line = take.line + take.text.count("\n", 0, marks[-1].start()) + 1
            return Signed(replace(take, text=_unquoted(above)), (_left_out(take.path, line, rest),) if rest else ())
    above, _, last = take.text.rpartition("\n")
    member = _exactly(_GREETING.sub("", last.strip(), count=1), members)
    above = above.rstrip()
    if not above or member is None or owner not in (None, member) or _is_list(above, last):
        return Signed(take)
    upper, _, greeting = above.rpartition("\n")
    if upper.strip() and _GREETING.fullmatch(greeting.strip()):
        above = upper.rstrip()
    return Signed(replace(_by(member, owner, take), text=_unquoted(above)))


def _is_list(above: str, last: str) -> bool:
    return _ITEM.match(last) is not None and _ITEM.match(above.rpartition("\n")[2]) is not None


def _unquoted(text: str) -> str:
    """The text without the one pair of quotation marks around it, which a name before or behind it kept from view."""
    closing = _PAIRS.get(text[0]) if len(text) > 2 else None
    inside = text[1:-1]
    alone = closing is not None and text.endswith(closing) and text[0] not in inside and closing not in inside
    return inside.strip() if alone else text


def _left_out(path: str, line: int, lines: Sequence[str]) -> Remark:
    words = " / ".join(lines)
    what = f'What stands below "--" was read as a signature and is not printed: "{words}".'
    return Remark(path, line, "notice", "signature", what, ('Part of the take? Take out the line "--".',))


def _is_prose(lines: Sequence[str]) -> bool:
    return any(len(line.split()) > 2 and line.endswith((".", "!", "?", "…")) for line in lines)


def _exactly(typed: str, members: Sequence[Member]) -> Member | None:
    """The member who has just this name: a part of a longer line names nobody here."""
    wanted = fold(typed)
    names = ((name, member) for member in members for name in (member.id, member.name, *member.aka))
    return next((member for name, member in names if wanted and fold(name) == wanted), None)
