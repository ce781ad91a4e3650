"""A take whose author's name stands in its text: above it, or as a signature below. Pure.

Only the desk knows who is a member; "Update:" above a take and "Yoga:" look alike to whoever reads files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.desk.members import exactly, member_named
from newsletter.desk.takes.match import StoryFinder
from newsletter.desk.takes.voices import speakers, unwrapped
from newsletter.links import looks_like_address
from newsletter.model.issue import Take
from newsletter.model.members import Member
from newsletter.model.remarks import Remark

#: A first line: "Yoga", "By Yoga", "Yoga: words", "**Yoga:** words".
_ABOVE = re.compile(
    r"[*_]{0,2}(?:by )?(?P<name>[^:：*_]{1,60}?)\s*[*_]{0,2}(?:[:：][*_]{0,2}(?P<said>.*))?", re.IGNORECASE
)
#: The mark of mail programs above a signature, and what people put before their name.
_MARK = re.compile(r"\n-- ?\n")
_GREETING = re.compile(
    r"(?:[-–—~]+|(?:best|kind|warm)?\s*(?:regards|wishes|best|cheers|thanks|thank you|greetings"
    r"|(?:viele|liebe|beste|schöne) grüße|mit freundlichen grüßen|grüße|danke|cordialement|merci|salam"
    r"|terima kasih)\b\W*)\s*",
    re.IGNORECASE,
)
#: Signs of a line that may be a greeting with a name behind it.
_LONGEST_NAME = 120
_ITEM = re.compile(r"\s*[-*+]\s")
#: By custom a signature has four short lines at most (RFC 3676, 4.3).
_LINES = 4
_LONGEST = 80
_FENCE = re.compile(r"\s*(?:```|~~~)")
_QUOTED = ('"', "”", "“", "»", "」")
#: What a text ends with, before its author signs.
_ENDS = (".", "!", "?", "…", "。", ")", "*", "_", *_QUOTED)
#: What people put before a headline: "Re: ", "Story: ".
_LABEL = re.compile(r"(?:re|fwd?|story|about|on)\s*[:=]\s*", re.IGNORECASE)
_HEADLINE = 200


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
    member = exactly(take.ref.rstrip(":： "), members)
    if member and owner in (None, member) and finder.find(take.ref).how not in ("id", "address", "headline"):
        # The first line, read as the story, is the author's name.
        owner, take = member, _with_story(_by(member, owner, replace(take, ref="", ref_line=0)), finder)
    first, _, below = take.text.partition("\n")
    above = _ABOVE.fullmatch(first.strip())
    member = exactly(above["name"], members) if above else None
    said = "\n".join((above["said"] or "", below)).strip() if above else ""
    # In a line of its own right above others, a small "yoga" is a word of the text.
    a_word = above is not None and above["said"] is None and below[:1].strip() != "" and first.strip().islower()
    if member and said and owner in (None, member) and not (a_word or member in speakers(below, members)):
        start = take.line + take.text.count("\n", 0, take.text.rfind(said))
        owner, take = member, _by(member, owner, replace(take, line=start, text=unwrapped(said)))
    return _without_signature(_with_story(take, finder), owner, members)


def _by(member: Member, owner: Member | None, take: Take) -> Take:
    return take if owner else replace(take, author=member.name)


def _with_story(take: Take, finder: StoryFinder) -> Take:
    """The take with the story that the lines above its words name: ids, addresses, and headlines to the letter."""
    first, _, below = take.text.partition("\n")
    typed, said = first.strip(), below.strip()
    if not said or take.link or take.headline:
        return take
    if take.ref:
        return _with_address(take, take.ref, typed, said, finder)
    bare = _LABEL.sub("", typed, count=1)
    named = looks_like_address(bare) or (bare.startswith("#") and " " not in bare)
    match = finder.find(bare)
    a_sentence = bare.endswith((".", ":", ",", ";")) and not bare.endswith("...")
    sure = match.story is not None and (match.how in ("id", "headline") or (below[:1].isspace() and not a_sentence))
    if named or sure:
        start = take.line + take.text.count("\n", 0, take.text.rfind(said))
        return _with_story(replace(take, ref=bare, ref_line=take.line, line=start, text=said), finder)
    second, _, rest = said.partition("\n")
    if looks_like_address(second.strip()) and rest[:1].isspace() and len(typed) <= _HEADLINE:
        return _with_address(take, typed, second.strip(), rest.strip(), finder)
    return take


def _with_address(take: Take, headline: str, second: str, said: str, finder: StoryFinder) -> Take:
    """The take with the address below its headline for its story, if the two name one story or one of the take's own.

    Else the address is part of the take.
    """
    if not looks_like_address(second) or looks_like_address(headline):
        return take
    named, told = finder.find(headline), finder.find(second)
    line = take.line + take.text.count("\n", 0, take.text.rfind(said))
    found = replace(take, ref=second, ref_line=take.ref_line or take.line, line=line, text=said)
    if told.story is not None:
        return found if told.story.id in {story.id for story in (named.story, *named.candidates) if story} else take
    own = named.how is None and not told.unresolved and not headline.endswith((".", ":", ",", ";", "!"))
    return replace(found, headline=headline) if own else take


def _without_signature(take: Take, owner: Member | None, members: Sequence[Member]) -> Signed:
    """The take without the lines below a mail program's mark, and without the author's name as its last line."""
    marks = list(_MARK.finditer(take.text))
    if marks:
        above, below = take.text[: marks[-1].start()].rstrip(), take.text[marks[-1].end() :]
        lines = [line.strip() for line in below.splitlines() if line.strip()]
        short = 0 < len(lines) <= _LINES and max(map(len, lines)) <= _LONGEST and not _is_prose(lines)
        if above and short and _is_name(lines[0], owner, members) and not _in_code(above):
            member = next((m for line in lines if (m := exactly(line, members)) is not None), None)
            if owner is None and member is not None:
                owner, take = member, _by(member, None, take)
            rest = [line for line in lines if owner is None or exactly(line, members) is not owner]
            line = take.line + take.text.count("\n", 0, marks[-1].start()) + 1
            return Signed(replace(take, text=unwrapped(above)), (_left_out(take.path, line, rest),) if rest else ())
    above, _, last = take.text.rpartition("\n")
    if len(last) > _LONGEST_NAME:
        return Signed(take)
    member = exactly(_GREETING.sub("", last.strip(), count=1), members)
    if not above.strip() or member is None or owner not in (None, member) or not _signs(above, last):
        return Signed(take)
    above = above.rstrip()
    upper, _, greeting = above.rpartition("\n")
    if upper.strip() and _GREETING.fullmatch(greeting.strip()):
        above = upper.rstrip()
    return Signed(replace(_by(member, owner, take), text=unwrapped(above)))


def _is_name(line: str, owner: Member | None, members: Sequence[Member]) -> bool:
    """Whether a line below a mail program's mark is the author's name: short lines below a dash may be a poem's."""
    member = exactly(line, members) or (member_named(line, members) if line.istitle() else None)
    return member is not None and owner in (None, member)


def _in_code(above: str) -> bool:
    return sum(_FENCE.match(line) is not None for line in above.split("\n")) % 2 == 1


def _signs(above: str, last: str) -> bool:
    """Whether a name on the last line is a signature, and no last word of a sentence, a list, a poem or a quotation."""
    nearest, typed = above.rstrip().rpartition("\n")[2].strip(), last.strip()
    if _ITEM.match(last) and _ITEM.match(nearest):
        return False
    greeted = _GREETING.match(typed)
    if greeted and not typed[0].isalpha():
        quotes = nearest.startswith(">") or (nearest.endswith(_QUOTED) and unwrapped(above.strip()) == above.strip())
        return not quotes or above.endswith("\n")
    return bool(
        greeted
        or _GREETING.fullmatch(nearest)
        or ((typed[:1] in "*_" or typed[:1].isupper()) and nearest.endswith(_ENDS))
    )


def _left_out(path: str, line: int, lines: Sequence[str]) -> Remark:
    words = " / ".join(lines)
    what = f'What stands below "--" was read as a signature and is not printed: "{words}".'
    return Remark(path, line, "notice", "signature", what, ('Part of the take? Take out the line "--".',))


def _is_prose(lines: Sequence[str]) -> bool:
    return any(len(line.split()) > 2 and line.endswith((".", "!", "?", "…")) for line in lines)
