"""Who is reminded of a week and who is not, and in what words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from newsletter.clock import shown_in
from newsletter.desk.members import member_named
from newsletter.desk.nearby import Near
from newsletter.desk.rota import absence, on_rota
from newsletter.model.issue import Take
from newsletter.model.members import Member
from newsletter.model.week import Week
from newsletter.text import clip, visible

_TIMES = ("", "once", "twice", "three times", "four times", "five times")
#: What a headline may take of a screen's line.
_HEADLINE = 110


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member who is not reminded, and why, in words that follow the name."""

    member: Member
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """All that decides who is reminded of a week."""

    week: Week
    #: The day on which it closes.
    day: date
    members: Sequence[Member]
    #: By member id: how many takes of the week are theirs, held ones too.
    filed: Mapping[str, int]
    #: By member id: how often they were reminded of this week.
    reminded: Mapping[str, int]
    most: int
    #: Ids of members whom a message reaches, and what is said of the others.
    reachable: frozenset[str]
    unreachable: str


def filed_by(takes: Sequence[Take], members: Sequence[Member]) -> dict[str, int]:
    """How many of these takes each member wrote, by id; who wrote none is left out, and so are strangers."""
    found: dict[str, int] = {}
    for take in takes:
        if (member := member_named(take.author, members)) is not None:
            found[member.id] = found.get(member.id, 0) + 1
    return found


def to_remind(circle: Circle) -> tuple[tuple[Member, ...], tuple[LeftOut, ...]]:
    """Those who are reminded, and the others with the reason; both in the order of newsletter.toml."""
    judged = [(member, _why_not(member, circle)) for member in circle.members]
    return (
        tuple(member for member, why in judged if not why),
        tuple(LeftOut(member, why) for member, why in judged if why),
    )


def _why_not(member: Member, circle: Circle) -> str:
    if member.role in ("guest", "former"):
        return "is a guest" if member.role == "guest" else "is a former member"
    if not on_rota(member, circle.week):
        return "is not on the rota" if member.rota is None else f"is not on this week's rota ({member.rota})"
    if (away := absence(member, circle.day)) is not None:
        return f"is away until {away.last.day} {away.last:%b %Y}" if away.last > circle.day else "is away on the day"
    if count := circle.filed.get(member.id, 0):
        return f"has filed {count} take{'' if count == 1 else 's'}"
    if (times := circle.reminded.get(member.id, 0)) >= circle.most:
        return f"was reminded {_times(times)} already" if times else "is not reminded: [remind] most is 0"
    return "" if member.id in circle.reachable else circle.unreachable


def _times(count: int) -> str:
    return _TIMES[count] if count < len(_TIMES) else f"{count} times"


# Words ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What every reminder of a week says alike."""

    week: Week
    #: The issue's name without its topic: "Week #23 2024".
    issue: str
    closes: datetime
    #: The publication's zone, for members without one of their own.
    zone: ZoneInfo
    #: [remind] new_file; "" if there is none.
    new_file: str
    #: Names of those who have filed, in the order of newsletter.toml.
    filed: tuple[str, ...]


def zone_of(member: Member, zone: ZoneInfo) -> ZoneInfo:
    """The member's own zone, else the publication's."""
    return ZoneInfo(member.zone) if member.zone else zone


def subject_for(member: Member, occasion: Occasion) -> str:
    """One line: the week, and when it closes by the member's clocks."""
    day, number, month, _, clock, *_ = shown_in(occasion.closes, zone_of(member, occasion.zone)).split(" ")
    return f"Your take for Week #{occasion.week.number}? Closes {day} {number} {month} {clock}"


def letter_for(member: Member, near: Sequence[Near], occasion: Occasion) -> str:
    """The letter, plain text: what is due when, stories to write on, how to file, who has filed."""
    closes = shown_in(occasion.closes, zone_of(member, occasion.zone))
    lines = [
        f"Hello {member.name},",
        "",
        f"there is no take of yours for {occasion.issue} yet. It closes {closes}.",
        "Two or three sentences are enough: what do you make of it?",
        "",
    ]
    if near:
        lines += ["Near what you wrote before:" if near[0].shared else "At the top of the week's list:", ""]
    for one in near:
        lines += [*_story(member, one, occasion, placed=bool(near[0].shared)), ""]
    lines += [
        *_how(member, near, occasion),
        "",
        f"Filed so far: {', '.join(occasion.filed)}." if occasion.filed else "Nobody has filed yet: yours leads.",
    ]
    return visible("\n".join(lines)) + "\n"


def _story(member: Member, one: Near, occasion: Occasion, *, placed: bool) -> list[str]:
    why = []
    if one.shared:
        why.append(f"you wrote of {_listed(one.shared)}")
    elif placed:
        why.append("at the top of the week's list")
    if one.takes:
        why.append("one take so far")
    reason = f"  ({'; '.join(why)})" if why else ""
    return [
        f'  "{clip(one.headline, _HEADLINE)}"{reason}',
        *([f"  {one.link}"] if one.link else []),
        f"  Write it:  {way_to_write(member, one, occasion)}",
    ]


def _how(member: Member, near: Sequence[Near], occasion: Occasion) -> list[str]:
    if occasion.new_file and near:
        return [
            "Each link opens a form that is filled in: write below the line and save.",
            f"Another story, or none:  newsletter take --by {member.id}",
        ]
    return [f"Another story, or none:  newsletter take --by {member.id}   or lay a file into issues/inbox/."]


def way_to_write(member: Member, one: Near, occasion: Occasion) -> str:
    """The address of a form that holds the beginning of the take; without such a form the command that opens it."""
    if not occasion.new_file:
        return f'newsletter take "#{one.story}" --by {member.id}'
    path = f"issues/{occasion.week}/takes/{member.id}-{one.story}.md"
    text = f"author: {member.name}\nstory: #{one.story}\n---\n"
    return occasion.new_file.replace("{path}", quote(path, safe="")).replace("{text}", quote(text, safe=""))


def message_for(to: Sequence[tuple[Member, Sequence[Near]]], occasion: Occasion) -> str:
    """One message to the whole team, for a webhook: who is asked until when, with the stories of each."""
    lines = [f"Takes for {occasion.issue} close {shown_in(occasion.closes, occasion.zone)}."]
    for member, near in to:
        lines += ["", f"{member.name}, yours is not here yet: by {_by(member, occasion)}."]
        for one in near:
            shared = f" (you wrote of {_listed(one.shared)})" if one.shared else ""
            link = f" {one.link}" if one.link else ""
            lines.append(f'• "{clip(one.headline, _HEADLINE)}"{shared}{link}')
            lines.append(f"   Write it: {way_to_write(member, one, occasion)}")
    filed = f"Filed so far: {', '.join(occasion.filed)}." if occasion.filed else "Nobody has filed yet."
    return visible("\n".join([*lines, "", filed]))


def _by(member: Member, occasion: Occasion) -> str:
    return shown_in(occasion.closes, zone_of(member, occasion.zone))


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
