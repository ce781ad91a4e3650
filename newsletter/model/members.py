"""The people on the team, as newsletter.toml names them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rota:
    """A member's turn: week `turn` of every `every` weeks, counted from the week of 5 January 1970. `turn` from 1."""

    turn: int = 1
    every: int = 1

    def __str__(self) -> str:
        return "weekly" if self.every == 1 else f"{self.turn}/{self.every}"


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which a member is not there, the first and the last included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person on the team, as newsletter.toml names them."""

    id: str
    name: str
    link: str = ""
    aka: tuple[str, ...] = ()
    role: Literal["editor", "chief", "guest", "former"] = "editor"
    zone: str = ""
    #: Which weeks are this member's: of every `rota.every` weeks the one numbered `rota.turn`; None: never asked.
    rota: Rota | None = Rota()
    away: tuple[Away, ...] = ()
