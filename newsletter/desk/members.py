"""Whose take it is: the name as typed, or the file's name, against the members of newsletter.toml. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.model.members import Member
from newsletter.text import fold, nearest

_PART = re.compile(r"[-_. ]+")


def member_named(typed: str, members: Sequence[Member]) -> Member | None:
    """The member with this id, name or other name, in any case and with or without accents.

    A file's name may say more than the name, after a hyphen, a dot or a blank ("yoga-2", "zoom_yoga"):
    then the one part that names a member counts. None if no member or more than one is meant.
    """
    known = {fold(name): member for member in members for name in (member.id, member.name, *member.aka)}
    if (member := known.get(fold(typed))) is not None:
        return member
    named = {m.id: m for part in _PART.split(typed) if (m := known.get(fold(part))) is not None}
    return next(iter(named.values())) if len(named) == 1 else None


def names_of(members: Sequence[Member]) -> tuple[str, ...]:
    """Every id, name and other name, in the members' order."""
    return tuple(name for member in members for name in (member.id, member.name, *member.aka))


def exactly(typed: str, members: Sequence[Member]) -> Member | None:
    """The member who has just this name: a part of a longer line names nobody here."""
    wanted = fold(typed)
    names = ((name, member) for member in members for name in (member.id, member.name, *member.aka))
    return next((member for name, member in names if wanted and fold(name) == wanted), None)


def sharing(typed: str, members: Sequence[Member]) -> tuple[Member, ...]:
    """The members of whose names this is one part, if there are several: two by the name of Anna."""
    wanted = fold(typed)
    found = tuple(
        member
        for member in members
        if wanted in {fold(part) for name in (member.name, *member.aka) for part in _PART.split(name)}
    )
    return found if len(found) > 1 else ()


def closest(typed: str, members: Sequence[Member]) -> Member | None:
    """The member whose name is spelt most like it; None if none is near."""
    names = {name: member for member in members for name in (member.id, member.name, *member.aka)}
    found = nearest(typed, names, cutoff=0.6)
    return names[found] if found else None
